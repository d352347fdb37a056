/* peaks.h - what one core's multipliers do at best: an instruction set's multiply-add on registers alone,
 * over and over, with as many independent sums as its latency needs. What a multiplication of matrices is a
 * share of. */
#ifndef TT_BENCH_PEAKS_H
#define TT_BENCH_PEAKS_H

#include "nlp/kernel/gemm.h"

/* Does at least `ops` operations (a multiplication and an addition are two) with the instruction that g is
 * made of. Returns how many; 0: none known, as for plain C. g's instruction set must be there. */
double bench_peak_run(const struct tt_gemm *g, double ops);

#endif
