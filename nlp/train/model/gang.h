/* gang.h - threads that do the tasks of one step after the other. Tasks of a call are fixed by who calls, not
 * by how many threads there are, and no two write to the same place: so results are the same to the last bit
 * on any number of threads.
 *
 * Threads: one caller, which does tasks as well. Blocking: tt_gang_run returns when all tasks are done. */
#ifndef TT_NLP_TRAIN_MODEL_GANG_H
#define TT_NLP_TRAIN_MODEL_GANG_H

#include <stddef.h>

#include "common/err.h"

struct tt_gang;

/* threads: 0 is tt_cores(). TT_ENOMEM. */
int tt_gang_new(struct tt_gang **ret, int threads, struct tt_err *err);
void tt_gang_free(struct tt_gang *g); /* NULL is fine */

/* task(ctx, i) for i in [0, n), in any order. */
void tt_gang_run(struct tt_gang *g, void (*task)(void *ctx, size_t i), void *ctx, size_t n);

/* [0, n) in `parts` ranges of nearly one size, which are multiples of `unit` but for the last: part i is
 * [begin, end). */
struct tt_part {
	size_t begin, end;
};
struct tt_part tt_part_of(size_t n, size_t parts, size_t unit, size_t i);

#endif
