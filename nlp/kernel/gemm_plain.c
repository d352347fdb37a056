/* gemm_plain.c - the multiplications in plain C: what the others compute, to be read first and compared with.
 */
#include <string.h>

#include "nlp/kernel/bf16.h"
#include "nlp/kernel/gemm_isa.h"

/* Panel and column of output j of the product, and where its first 4 bytes stand. */
static const uint8_t *weights_of(const struct tt_product *p, size_t j)
{
	const size_t panel = p->panel_begin + j / TT_PANEL;
	return p->w->panels + panel * p->w->lines * TT_LINE_BYTES + j % TT_PANEL * 4;
}

static float dot_fp32(const struct tt_product *p, size_t i, const uint8_t *w, size_t column)
{
	const uint8_t *x = (const uint8_t *)p->x + i * p->x_bytes;
	float sum = 0, a, b;
	for (size_t l = 0; l < p->w->lines; l++) {
		memcpy(&a, x + 4 * l, 4);
		memcpy(&b, w + l * TT_LINE_BYTES, 4);
		sum += a * b;
	}
	return sum + p->w->bias[column];
}

static float dot_bf16(const struct tt_product *p, size_t i, const uint8_t *w, size_t column)
{
	const uint8_t *x = (const uint8_t *)p->x + i * p->x_bytes;
	uint16_t a[2], b[2];
	float sum = 0;
	for (size_t l = 0; l < p->w->lines; l++) {
		memcpy(a, x + 4 * l, 4);
		memcpy(b, w + l * TT_LINE_BYTES, 4);
		for (int h = 0; h < 2; h++)
			sum += tt_bf16_wide(a[h]) * tt_bf16_wide(b[h]);
	}
	return sum + p->w->bias[column];
}

static float dot_int8(const struct tt_product *p, size_t i, const uint8_t *w, size_t column)
{
	const uint8_t *x = (const uint8_t *)p->x + i * p->x_bytes;
	int32_t sum = 0;
	for (size_t l = 0; l < p->w->lines; l++)
		for (int h = 0; h < 4; h++)
			sum += x[4 * l + (size_t)h] * (int8_t)w[l * TT_LINE_BYTES + (size_t)h];
	return tt_int8_result(sum, p->w, column, &p->ranges[i]);
}

static void each(
	const struct tt_product *p, float (*dot)(const struct tt_product *, size_t, const uint8_t *, size_t))
{
	const size_t n = (p->panel_end - p->panel_begin) * TT_PANEL;
	for (size_t i = 0; i < p->m; i++)
		for (size_t j = 0; j < n; j++) {
			float *y = p->y + i * p->y_stride + j;
			const float got = dot(p, i, weights_of(p, j), p->panel_begin * TT_PANEL + j);
			*y = p->add ? *y + got : got;
		}
}

static void fp32(const struct tt_product *p)
{
	each(p, dot_fp32);
}

static void bf16(const struct tt_product *p)
{
	each(p, dot_bf16);
}

static void int8(const struct tt_product *p)
{
	each(p, dot_int8);
}

const struct tt_gemm tt_gemm_fp32_plain = {TT_ISA_PLAIN, TT_USE_FP32, false, 1, fp32};
const struct tt_gemm tt_gemm_bf16_plain = {TT_ISA_PLAIN, TT_USE_BF16, false, 1, bf16};
const struct tt_gemm tt_gemm_int8_plain = {TT_ISA_PLAIN, TT_USE_INT8, false, 1, int8};
