/* cores.h - how many threads of computation this process should have. */
#ifndef TT_COMMON_CORES_H
#define TT_COMMON_CORES_H

#include <sched.h>

/* The cores the scheduler may use for us (affinity mask), but no more than the CPU quota of any cgroup (v1 or
 * v2) that we are in, rounded up; at least 1. Processors that are siblings of one core (hyper-threads) count
 * once: they share the units that multiply matrices, which one thread keeps busy. */
int tt_cores(void);

enum { TT_CPU_NAME_BYTES = 96 };
void tt_cpu_name(char ret[TT_CPU_NAME_BYTES]); /* what the processor says it is, else its architecture */

/* The same where proc and sys are the folders of those names in root, and for the processors in `allowed`. */
int tt_cores_in(const char *root, const cpu_set_t *allowed);

#endif
