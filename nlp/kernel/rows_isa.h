/* rows_isa.h - the tables of rows.c, one a file; private to the kernels. */
#ifndef TT_NLP_KERNEL_ROWS_ISA_H
#define TT_NLP_KERNEL_ROWS_ISA_H

#include "nlp/kernel/rows.h"

enum {
	TT_VEC_MAX = 16, /* widest vector of any table, in floats: what rows of work buffers are padded to */
	TT_Q_BLOCK = 24, /* queries of one pass of attention; a multiple of every table's tile height */
};

extern const struct tt_kernels tt_kernels_plain;
extern const struct tt_kernels tt_kernels_vec128;
#ifdef __x86_64__
extern const struct tt_kernels tt_kernels_avx2;
extern const struct tt_kernels tt_kernels_avx512;
#endif

#endif
