/* gemm.c - see gemm.h: the choice of a kernel, and packing. */
#include "nlp/kernel/gemm.h"

#include <math.h>
#include <string.h>

#include "nlp/kernel/bf16.h"
#include "nlp/kernel/gemm_isa.h"

enum { PART = 4 /* bytes of a line that are one column's */ };

static const struct tt_gemm *const all[] = {
#ifdef __x86_64__
	&tt_gemm_int8_amx,
	&tt_gemm_int8_avx512_vnni,
	&tt_gemm_int8_avx_vnni,
	&tt_gemm_int8_avx512,
	&tt_gemm_int8_avx2,
	&tt_gemm_bf16_amx,
	&tt_gemm_bf16_avx512,
	&tt_gemm_fp32_avx512,
	&tt_gemm_fp32_avx2,
#endif
	&tt_gemm_fp32_vec128,
	&tt_gemm_int8_plain,
	&tt_gemm_bf16_plain,
	&tt_gemm_fp32_plain,
	NULL,
};

const char *tt_precision_name(enum tt_precision p)
{
	static const char *const names[TT_PRECISIONS] = {"fp32", "bf16", "int8"};
	return names[p];
}

const struct tt_gemm *const *tt_gemm_all(void)
{
	return all;
}

const struct tt_gemm *tt_gemm_best(enum tt_precision p)
{
	const struct tt_gemm *const *g = all;
	while ((*g)->precision != p || !tt_isa_has((*g)->isa))
		g++;
	return *g;
}

static size_t weights_of_part(enum tt_precision p)
{
	return p == TT_USE_FP32 ? 1 : p == TT_USE_BF16 ? 2 : 4;
}

size_t tt_matrix_lines(enum tt_precision p, size_t k)
{
	return tt_pad((k + weights_of_part(p) - 1) / weights_of_part(p), TT_LINES);
}

size_t tt_matrix_bytes(enum tt_precision p, size_t n, size_t k)
{
	return tt_pad(n, TT_PANEL) * tt_matrix_lines(p, k) * PART;
}

size_t tt_gemm_row_bytes(const struct tt_gemm *g, size_t k)
{
	return tt_matrix_lines(g->precision, k) * PART;
}

static float magnitude(const float *x, size_t n, size_t i)
{
	return i < n ? fabsf(x[i]) : 0;
}

/* The first of the next four that are added in 16 bits. */
static size_t next_four(size_t i)
{
	return i + (i % 4 == 0 ? 2 : 6);
}

/* What w_scale is to make whole of: the largest magnitude, or sum of those of four that are added in 16 bits.
 */
static float largest(const float *x, size_t n, bool in_fours)
{
	float max = 0;
	for (size_t i = 0; i < n; i = in_fours ? next_four(i) : i + 1) {
		float v = magnitude(x, n, i);
		if (in_fours)
			v += magnitude(x, n, i ^ 1) + magnitude(x, n, i ^ 4) + magnitude(x, n, i ^ 5);
		max = v > max ? v : max;
	}
	return max;
}

/* Where weight i stands behind the output's part of its panel's first line. */
static uint8_t *place_of(uint8_t *to, size_t i)
{
	return to + i / PART * TT_LINE_BYTES + i % PART;
}

/* What rounding added to the magnitudes of four, of which i is the first, beyond TT_TOGETHER_MAX is taken
 * from the largest of them. Returns what the sum of the four changed by. */
static int32_t clip_four(uint8_t *to, size_t k, size_t i)
{
	static const size_t beside[] = {0, 1, 4, 5};
	int32_t change = 0;
	for (;;) {
		int32_t sum = 0, top = 0;
		int8_t *largest_of = NULL;
		for (size_t b = 0; b < 4 && i + beside[b] < k; b++) {
			int8_t *q = (int8_t *)place_of(to, i + beside[b]);
			const int32_t magnitude = *q < 0 ? -*q : *q;
			sum += magnitude;
			if (magnitude > top) {
				top = magnitude;
				largest_of = q;
			}
		}
		if (sum <= TT_TOGETHER_MAX)
			return change;
		const int8_t step = *largest_of > 0 ? -1 : 1;
		*largest_of = (int8_t)(*largest_of + step);
		change += step;
	}
}

/* to points at the output's part of its panel's first line. */
static void pack_int8(uint8_t *to, const float *w, size_t k, bool in_fours, float *scale, float *sum)
{
	const float whole = in_fours ? TT_TOGETHER_MAX : 127;
	const float max = largest(w, k, in_fours), inverse = max > 0 ? whole / max : 0;
	int32_t total = 0;
	*scale = max / whole;
	for (size_t i = 0; i < k; i++) {
		const long q = lrintf(w[i] * inverse);
		const int32_t in_range = q > 127 ? 127 : q < -127 ? -127 : (int32_t)q;
		total += in_range;
		*place_of(to, i) = (uint8_t)(int8_t)in_range;
	}
	for (size_t i = 0; in_fours && i < k; i = next_four(i))
		total += clip_four(to, k, i);
	*sum = *scale * (float)total;
}

static void pack_bf16(uint8_t *to, const float *w, size_t k)
{
	for (size_t i = 0; i < k; i++) {
		const uint16_t half = tt_bf16_of(w[i]);
		memcpy(to + i / 2 * TT_LINE_BYTES + i % 2 * sizeof(half), &half, sizeof(half));
	}
}

static void pack_fp32(uint8_t *to, const float *w, size_t k)
{
	for (size_t i = 0; i < k; i++)
		memcpy(to + i * TT_LINE_BYTES, &w[i], sizeof(w[i]));
}

void tt_matrix_pack(const struct tt_gemm *g, uint8_t *panels, size_t lines, size_t row, const float *weights,
	size_t k, float *scale, float *sum)
{
	uint8_t *to = panels + (row / TT_PANEL * lines * TT_PANEL + row % TT_PANEL) * PART;
	if (g->precision == TT_USE_INT8)
		pack_int8(to, weights, k, g->in_fours, scale, sum);
	else if (g->precision == TT_USE_BF16)
		pack_bf16(to, weights, k);
	else
		pack_fp32(to, weights, k);
}
