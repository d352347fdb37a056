/* kernels_isa.h - the tables of kernels.c, one a file; private to the kernels. */
#ifndef TT_NLP_MODEL_KERNELS_ISA_H
#define TT_NLP_MODEL_KERNELS_ISA_H

#include "nlp/model/kernels.h"

enum {
	TT_VEC_MAX = 16, /* widest vector of any table, in floats: what rows of work buffers are padded to */
	TT_Q_BLOCK = 24, /* queries of one pass of attention; a multiple of every table's tile height */
};

static inline size_t tt_vec_pad(size_t n)
{
	return (n + TT_VEC_MAX - 1) / TT_VEC_MAX * TT_VEC_MAX;
}

extern const struct tt_kernels tt_kernels_ref;
extern const struct tt_kernels tt_kernels_vec128;
#ifdef __x86_64__
extern const struct tt_kernels tt_kernels_avx2;
extern const struct tt_kernels tt_kernels_avx512;
#endif

#endif
