/* cores.h - how many threads of computation this process should have. */
#ifndef TT_COMMON_CORES_H
#define TT_COMMON_CORES_H

/* The processors the scheduler may use for us (affinity mask), but no more than the cgroup's CPU quota,
 * rounded up; at least 1. */
int tt_cores(void);

/* A cpu.max line of cgroup v2, "QUOTA PERIOD" or "max PERIOD", as processors rounded up; 0: no limit or not
 * such a line. */
int tt_cores_of_quota(const char *cpu_max);

#endif
