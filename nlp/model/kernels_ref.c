/* kernels_ref.c - the kernels in plain C: what they compute, to be read first and compared with. */
#include <math.h>

#include "nlp/model/kernels_isa.h"

static bool supported(void)
{
	return true;
}

static void softmax(float *x, size_t n)
{
	float max = x[0], sum = 0;
	for (size_t i = 1; i < n; i++)
		max = x[i] > max ? x[i] : max;
	for (size_t i = 0; i < n; i++)
		sum += x[i] = expf(x[i] - max);
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
			float dot = 0;
			for (size_t c = 0; c < a->d; c++)
				dot += (q[c] + a->q_bias[c]) * (k[c] + a->k_bias[c]);
			p[j] = a->scale * dot;
		}
		softmax(p, a->n_kv);
		for (size_t c = 0; c < a->d; c++) {
			float sum = 0;
			for (size_t j = 0; j < a->n_kv; j++)
				sum += p[j] * (a->v[j * a->kv_stride + c] + a->v_bias[c]);
			a->out[i * a->out_stride + c] = sum;
		}
	}
}

static void bias_gelu(float *x, const float *bias, size_t rows, size_t cols)
{
	for (size_t i = 0; i < rows; i++)
		for (size_t j = 0; j < cols; j++) {
			float t = x[i * cols + j] + bias[j];
			x[i * cols + j] = 0.5f * t * (1 + erff(t * 0.70710678f));
		}
}

static void add_norm(float *x, const float *delta, const float *bias, const float *gain, const float *shift,
	float eps, size_t rows, size_t cols)
{
	for (size_t i = 0; i < rows; i++) {
		float *row = x + i * cols, mean = 0, var = 0;
		for (size_t j = 0; j < cols; j++)
			mean += row[j] += delta[i * cols + j] + bias[j];
		mean /= (float)cols;
		for (size_t j = 0; j < cols; j++)
			var += (row[j] - mean) * (row[j] - mean);
		const float scale = 1 / sqrtf(var / (float)cols + eps);
		for (size_t j = 0; j < cols; j++)
			row[j] = (row[j] - mean) * scale * gain[j] + shift[j];
	}
}

const struct tt_kernels tt_kernels_ref = {"reference", supported, attention, bias_gelu, add_norm};
