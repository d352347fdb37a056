/* gemm_int8.h - what the int8 kernels share: all of gemm_tile.h over vectors of LANES sums but dot(), and
 * that, too, where there is no instruction for it: STEP_LINES is 2 then. */
#include "nlp/kernel/gemm_isa.h"
#include "nlp/kernel/vec.h"

#include <immintrin.h>

#if LANES == 16
#define OF_WIDTH(operation) _mm512_##operation
typedef __m512i acc;
typedef __m512 floats;
#else
#define OF_WIDTH(operation) _mm256_##operation
typedef __m256i acc;
typedef __m256 floats;
#endif

INLINE acc spread(const uint8_t *x)
{
	return OF_WIDTH(set1_epi32)(*(const int32_t *)x);
}

#if STEP_LINES == 2
typedef struct {
	acc line[2];
} wide_x, wide_w;

INLINE wide_x spread_x(const uint8_t *x)
{
	return (wide_x){{spread(x), spread(x + 4)}};
}

INLINE wide_w load_w(const uint8_t *w)
{
	return (wide_w){{*(const acc *)w, *(const acc *)(w + TT_LINE_BYTES)}};
}

/* vpmaddubsw adds two products in 16 bits and vpaddw two such sums, which the weights of these kernels cannot
 * overflow (TT_TOGETHER_MAX); vpmaddwd by ones adds the rest in 32. */
INLINE acc dot(acc sum, wide_x x, wide_w w)
{
	const acc fours = OF_WIDTH(add_epi16)(
		OF_WIDTH(maddubs_epi16)(x.line[0], w.line[0]), OF_WIDTH(maddubs_epi16)(x.line[1], w.line[1]));
	const acc eights = OF_WIDTH(madd_epi16)(fours, OF_WIDTH(set1_epi16)(1));
	__asm__("vpaddd %1, %0, %0" : "+v"(sum) : "v"(eights)); /* sum + eights: see gemm_int8_vnni.c */
	return sum;
}
#else
typedef acc wide_x, wide_w;

INLINE wide_x spread_x(const uint8_t *x)
{
	return spread(x);
}

INLINE wide_w load_w(const uint8_t *w)
{
	return *(const wide_w *)w;
}
#endif

/* Fused outright: what the compiler would fuse by itself differs between compilers. */
INLINE vec fused(vec a, vec b, vec c)
{
	return (vec)OF_WIDTH(fmadd_ps)((floats)a, (floats)b, (floats)c);
}

/* tt_int8_result over a vector. */
INLINE vec result(acc sums, const struct tt_matrix *w, size_t column, const struct tt_range *range)
{
	const vec offset = fused(splat(range->low), load(w->sums + column), load(w->bias + column));
	const vec scale = load(w->scales + column) * splat(range->scale);
	return fused(__builtin_convertvector((ivec)sums, vec), scale, offset);
}
