/* gemm_isa.h - the multiplications of gemm.c, private to the kernels. */
#ifndef TT_NLP_KERNEL_GEMM_ISA_H
#define TT_NLP_KERNEL_GEMM_ISA_H

#include <math.h>

#include "nlp/kernel/gemm.h"

/* An int8 output from its exact sum of products. Every kernel rounds where these two fused operations do. */
static inline float tt_int8_result(
	int32_t sum, const struct tt_matrix *w, size_t column, const struct tt_range *range)
{
	return fmaf((float)sum, w->scales[column] * range->scale,
		fmaf(range->low, w->sums[column], w->bias[column]));
}

extern const struct tt_gemm tt_gemm_fp32_plain, tt_gemm_bf16_plain, tt_gemm_int8_plain;
extern const struct tt_gemm tt_gemm_fp32_vec128;
#ifdef __x86_64__
extern const struct tt_gemm tt_gemm_fp32_avx2, tt_gemm_fp32_avx512;
extern const struct tt_gemm tt_gemm_int8_avx2, tt_gemm_int8_avx_vnni, tt_gemm_int8_avx512,
	tt_gemm_int8_avx512_vnni, tt_gemm_int8_amx;
extern const struct tt_gemm tt_gemm_bf16_avx512, tt_gemm_bf16_amx;
#endif

#endif
