/* rows_plain.c - the kernels in plain C: what they compute, to be read first and compared with. */
#include <math.h>

#include "nlp/kernel/bf16.h"
#include "nlp/kernel/rows_isa.h"

static void softmax(float *x, size_t n, float scale)
{
	float max = x[0], sum = 0;
	for (size_t i = 1; i < n; i++)
		max = x[i] > max ? x[i] : max;
	for (size_t i = 0; i < n; i++)
		sum += x[i] = expf((x[i] - max) * scale);
	for (size_t i = 0; i < n; i++)
		x[i] /= sum;
}

static void attention(const struct tt_attention *a)
{
	float *p = a->work; /* (n_kv) */
	for (size_t i = 0; i < a->n_q; i++) {
		const float *q = a->q + i * a->q_stride;
		for (size_t j = 0; j < a->n_kv; j++) {
			const float *k = a->k + j * a->kv_stride;
			p[j] = 0;
			for (size_t c = 0; c < a->d; c++)
				p[j] += q[c] * k[c];
		}
		softmax(p, a->n_kv, a->scale);
		for (size_t c = 0; c < a->d; c++) {
			float sum = 0;
			for (size_t j = 0; j < a->n_kv; j++)
				sum += p[j] * a->v[j * a->kv_stride + c];
			a->out[i * a->out_stride + c] = sum;
		}
	}
}

static void gelu(float *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		x[i] = 0.5f * x[i] * (1 + erff(x[i] * 0.70710678f));
}

static void norm(float *x, const float *gain, const float *shift, float eps, size_t n)
{
	float mean = 0, var = 0;
	for (size_t i = 0; i < n; i++)
		mean += x[i];
	mean /= (float)n;
	for (size_t i = 0; i < n; i++)
		var += (x[i] - mean) * (x[i] - mean);
	const float scale = 1 / sqrtf(var / (float)n + eps);
	for (size_t i = 0; i < n; i++)
		x[i] = (x[i] - mean) * scale * gain[i] + shift[i];
}

static struct tt_range range_of(const float *x, size_t n, float *inverse)
{
	float low = x[0], high = x[0];
	for (size_t i = 1; i < n; i++) {
		low = x[i] < low ? x[i] : low;
		high = x[i] > high ? x[i] : high;
	}
	*inverse = high > low ? 255 / (high - low) : 0;
	return (struct tt_range){(high - low) / 255, low};
}

static struct tt_range quantise(uint8_t *to, const float *x, size_t n)
{
	float inverse;
	const struct tt_range r = range_of(x, n, &inverse);
	for (size_t i = 0; i < n; i++)
		to[i] = (uint8_t)lrintf((x[i] - r.low) * inverse);
	return r;
}

static void halve(uint16_t *to, const float *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = tt_bf16_of(x[i]);
}

const struct tt_kernels tt_kernels_plain = {TT_ISA_PLAIN, attention, gelu, norm, quantise, halve};
