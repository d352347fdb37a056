/* kernels_vec.h - the kernels over vectors of LANES floats, compiled once per instruction set: the including
 * file defines LANES   floats in a register, TILE_M  rows and TILE_N vectors of the register tile of
 * multiply() (TILE_M divides TT_Q_BLOCK), and gets static functions attention, bias_gelu and add_norm.
 * Vectors are the compiler's own (GCC, clang), so this file knows no intrinsics; the including files are
 * compiled with their instruction set's flags, -O3 and contraction to fused multiply-adds. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "nlp/model/kernels_isa.h"

typedef float vec __attribute__((vector_size(LANES * 4)));
typedef int32_t ivec __attribute__((vector_size(LANES * 4)));  /* of comparisons: 0 or -1 */
typedef uint32_t uvec __attribute__((vector_size(LANES * 4))); /* bits */
typedef float loose
	__attribute__((vector_size(LANES * 4), aligned(4), may_alias)); /* a vec anywhere in memory */

#define INLINE static inline __attribute__((always_inline))

INLINE vec load(const float *p)
{
	return *(const loose *)p;
}

INLINE void store(float *p, vec v)
{
	*(loose *)p = v;
}

INLINE vec load_part(const float *p, size_t n) /* n < LANES; the others 0 */
{
	vec v = {0};
	memcpy(&v, p, n * sizeof(float));
	return v;
}

INLINE void store_part(float *p, vec v, size_t n)
{
	memcpy(p, &v, n * sizeof(float));
}

INLINE vec splat(float x)
{
	return x - (vec){0};
}

INLINE vec pick(ivec mask, vec yes, vec no)
{
	return (vec)((mask & (ivec)yes) | (~mask & (ivec)no));
}

INLINE vec vmin(vec a, vec b)
{
	return pick(a < b, a, b);
}

INLINE vec vmax(vec a, vec b)
{
	return pick(a > b, a, b);
}

INLINE float sum_of(vec v)
{
	float s = 0;
	for (int i = 0; i < LANES; i++)
		s += v[i];
	return s;
}

INLINE float max_of(vec v)
{
	float m = v[0];
	for (int i = 1; i < LANES; i++)
		m = v[i] > m ? v[i] : m;
	return m;
}

/* e^x for x <= 0, relative error below 2e-7: x = n ln 2 + r with |r| <= ln 2 / 2, the Taylor polynomial of
 * degree 7 for e^r (its remainder is below 6e-9), and n added to the exponent. Below -87 it stays at e^-87,
 * nothing beside a softmax's 1. */
INLINE vec exp_of(vec x)
{
	const vec magic = splat(0x1.8p23f); /* adding it rounds to whole numbers */
	x = vmax(x, splat(-87.0f));
	vec n = x * splat(1.44269504f) + magic;
	const uvec shift = (uvec)n << 23;
	n -= magic;
	vec r = x - n * splat(0.693359375f); /* ln 2 in two parts, the first short enough for n times it to be
						exact */
	r += n * splat(2.12194440e-4f);
	vec p = splat(1.0f / 5040) * r + splat(1.0f / 720);
	p = p * r + splat(1.0f / 120);
	p = p * r + splat(1.0f / 24);
	p = p * r + splat(1.0f / 6);
	p = p * r + splat(0.5f);
	p = p * r + splat(1.0f);
	p = p * r + splat(1.0f);
	return (vec)((uvec)p + shift);
}

/* erf, absolute error below 5e-7 (of which rounding is all but 2e-8): odd, x P(x²) / Q(x²), where P and Q of
 * degree 5 were fitted for this project to the smallest largest error over |x| <= 3.92, beyond which erf is
 * ±1 in single precision. */
INLINE vec erf_of(vec x)
{
	x = vmin(vmax(x, splat(-3.92f)), splat(3.92f));
	const vec s = x * x;
	vec p = splat(2.049660802e-6f) * s + splat(2.873508365e-4f);
	vec q = splat(3.821759053e-5f) * s + splat(1.181227542e-3f);
	p = p * s + splat(3.835348834e-3f);
	q = q * s + splat(1.510623577e-2f);
	p = p * s + splat(5.296204640e-2f);
	q = q * s + splat(1.147462079e-1f);
	p = p * s + splat(1.919152476e-1f);
	q = q * s + splat(5.034122619e-1f);
	p = p * s + splat(1.128379035f);
	q = q * s + splat(1.0f);
	return x * p / q;
}

INLINE vec gelu_of(vec t)
{
	const vec half = splat(0.5f) * t;
	return half + half * erf_of(t * splat(0.70710678f));
}

static void bias_gelu(float *x, const float *bias, size_t rows, size_t cols)
{
	const size_t whole = cols / LANES * LANES, rest = cols - whole;
	for (size_t i = 0; i < rows; i++, x += cols) {
		for (size_t j = 0; j < whole; j += LANES)
			store(x + j, gelu_of(load(x + j) + load(bias + j)));
		if (rest)
			store_part(x + whole,
				gelu_of(load_part(x + whole, rest) + load_part(bias + whole, rest)), rest);
	}
}

static void add_norm(float *x, const float *delta, const float *bias, const float *gain, const float *shift,
	float eps, size_t rows, size_t cols)
{
	const size_t whole = cols / LANES * LANES;
	for (size_t i = 0; i < rows; i++, x += cols, delta += cols) {
		vec sums = {0}, squares = {0};
		float sum = 0, square = 0;
		for (size_t j = 0; j < whole; j += LANES) {
			const vec v = load(x + j) + (load(delta + j) + load(bias + j));
			store(x + j, v);
			sums += v;
		}
		for (size_t j = whole; j < cols; j++)
			sum += x[j] += delta[j] + bias[j];
		const float mean = (sum + sum_of(sums)) / (float)cols;
		for (size_t j = 0; j < whole; j += LANES) {
			const vec v = load(x + j) - splat(mean);
			squares += v * v;
		}
		for (size_t j = whole; j < cols; j++)
			square += (x[j] - mean) * (x[j] - mean);
		const float scale = 1 / sqrtf((square + sum_of(squares)) / (float)cols + eps);
		for (size_t j = 0; j < whole; j += LANES)
			store(x + j, (load(x + j) - splat(mean)) * splat(scale) * load(gain + j) +
					     load(shift + j));
		for (size_t j = whole; j < cols; j++)
			x[j] = (x[j] - mean) * scale * gain[j] + shift[j];
	}
}

/* The tile c (m, n · LANES) = a (m, k) · b (k, ...); m and n are constants at every call, so acc lives in
 * registers. Each element is one chain of multiply-adds over k: its value does not depend on the tile it is
 * in. */
INLINE void tile(float *c, size_t ldc, const float *a, size_t lda, const float *b, size_t ldb, size_t k,
	const int m, const int n)
{
	vec acc[TILE_M][TILE_N] = {0};
	for (size_t p = 0; p < k; p++)
		for (int i = 0; i < m; i++)
			for (int j = 0; j < n; j++)
				acc[i][j] +=
					splat(a[(size_t)i * lda + p]) * load(b + p * ldb + (size_t)j * LANES);
	for (int i = 0; i < m; i++)
		for (int j = 0; j < n; j++)
			store(c + (size_t)i * ldc + (size_t)j * LANES, acc[i][j]);
}

/* c (m, n) = a (m, k) · b (k, n), n a multiple of LANES. */
static void multiply(float *c, size_t ldc, const float *a, size_t lda, const float *b, size_t ldb, size_t m,
	size_t n, size_t k)
{
	for (size_t i = 0; i < m;) {
		const bool tall = m - i >= TILE_M;
		for (size_t j = 0; j < n;) {
			const bool wide = n - j >= TILE_N * LANES;
			float *to = c + i * ldc + j;
			if (tall && wide)
				tile(to, ldc, a + i * lda, lda, b + j, ldb, k, TILE_M, TILE_N);
			else if (tall)
				tile(to, ldc, a + i * lda, lda, b + j, ldb, k, TILE_M, 1);
			else if (wide)
				tile(to, ldc, a + i * lda, lda, b + j, ldb, k, 1, TILE_N);
			else
				tile(to, ldc, a + i * lda, lda, b + j, ldb, k, 1, 1);
			j += (wide ? TILE_N : 1) * LANES;
		}
		i += tall ? TILE_M : 1;
	}
}

/* Softmax without the division, which is left to the output: returns 1 / Σ. x has n values and room up to
 * keys, a multiple of LANES, which is filled so that it counts for nothing. */
INLINE float exp_row(float *x, size_t n, size_t keys)
{
	vec max = splat(-INFINITY), sum = {0};
	for (size_t j = n; j < keys; j++)
		x[j] = -INFINITY;
	for (size_t j = 0; j < keys; j += LANES)
		max = vmax(max, load(x + j));
	const vec top = splat(max_of(max));
	for (size_t j = 0; j < keys; j += LANES) {
		const vec e = exp_of(load(x + j) - top);
		store(x + j, e);
		sum += e;
	}
	return 1 / sum_of(sum);
}

/* Keys transposed (d, keys) and values (n_kv, width), biases added, padding zeroed. */
static void pack_keys_values(const struct tt_attention *a, float *kt, float *v, size_t keys, size_t width)
{
	for (size_t c = 0; c < a->d; c++) {
		for (size_t j = 0; j < a->n_kv; j++)
			kt[c * keys + j] = a->k[j * a->kv_stride + c] + a->k_bias[c];
		memset(kt + c * keys + a->n_kv, 0, (keys - a->n_kv) * sizeof(float));
	}
	for (size_t j = 0; j < a->n_kv; j++) {
		for (size_t c = 0; c < a->d; c++)
			v[j * width + c] = a->v[j * a->kv_stride + c] + a->v_bias[c];
		memset(v + j * width + a->d, 0, (width - a->d) * sizeof(float));
	}
}

static void attention(const struct tt_attention *a)
{
	const size_t d = a->d, keys = (a->n_kv + LANES - 1) / LANES * LANES,
		     width = (d + LANES - 1) / LANES * LANES;
	float *kt = a->work, *v = kt + d * keys, *q = v + a->n_kv * width, *scores = q + TT_Q_BLOCK * d,
	      *out = scores + TT_Q_BLOCK * keys;
	pack_keys_values(a, kt, v, keys, width);
	for (size_t from = 0; from < a->n_q; from += TT_Q_BLOCK) {
		const size_t m = a->n_q - from < TT_Q_BLOCK ? a->n_q - from : TT_Q_BLOCK;
		float inverse[TT_Q_BLOCK];
		for (size_t i = 0; i < m; i++)
			for (size_t c = 0; c < d; c++)
				q[i * d + c] = (a->q[(from + i) * a->q_stride + c] + a->q_bias[c]) * a->scale;
		multiply(scores, keys, q, d, kt, keys, m, keys, d);
		for (size_t i = 0; i < m; i++)
			inverse[i] = exp_row(scores + i * keys, a->n_kv, keys);
		multiply(out, width, scores, keys, v, width, m, width, a->n_kv);
		for (size_t i = 0; i < m; i++)
			for (size_t c = 0; c < d; c++)
				a->out[(from + i) * a->out_stride + c] = out[i * width + c] * inverse[i];
	}
}
