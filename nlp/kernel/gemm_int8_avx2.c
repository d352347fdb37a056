/* gemm_int8_avx2.c - int8 with AVX2, exactly. vpmaddubsw would saturate at 2^15, so both sides are widened to
 * 16 bits (activations in memory, weights in a register, once for all rows of a tile) and multiplied by
 * vpmaddwd. On processors with AVX2 only this costs nothing: both ways keep the multiplier busy once for 16
 * products. */
#define LANES       8
#define TILE_M      3
#define TILE_PANELS 1
#define ACCS_A_VEC  2
#include "nlp/kernel/gemm_int8.h"

enum { ACCS = 4, PART_BYTES = 16, X_BYTES = 8 };

/* Of four columns two sums each: of products 0 and 1, and 2 and 3, of each four. */
typedef __m256i acc, wide_x, wide_w;

INLINE __m256i spread_x(const uint8_t *x)
{
	return _mm256_set1_epi64x(*(const int64_t *)x);
}

INLINE __m256i load_w(const uint8_t *w)
{
	return _mm256_cvtepi8_epi16(_mm_load_si128((const __m128i *)w));
}

INLINE __m256i dot(__m256i sum, __m256i x, __m256i w)
{
	return _mm256_add_epi32(sum, _mm256_madd_epi16(x, w));
}

INLINE vec result(acc sums, acc last, const struct tt_matrix *w, size_t column, const struct tt_range *range)
{
	const __m256i mixed = _mm256_hadd_epi32(sums, last); /* columns 0 1 4 5 2 3 6 7 */
	return int8_result((ivec)_mm256_permute4x64_epi64(mixed, _MM_SHUFFLE(3, 1, 2, 0)), w, column, range);
}

#include "nlp/kernel/gemm_tile.h"

const struct tt_gemm tt_gemm_int8_avx2 = {TT_ISA_AVX2, TT_USE_INT8, 2, 24, multiply};
