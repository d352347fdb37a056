/* ops_vec.h - the functions of ops.h over vectors of LANES floats; compiled once per instruction set by the
 * files that include it, which define LANES and OPS before. */
#include "nlp/kernel/vec.h"
#include "nlp/train/model/ops.h"
#include "nlp/train/model/philox.h"

extern const struct tt_train_ops OPS;

/* ---- dropout ---- */

enum { BLOCKS = 16 /* of Philox side by side */, LANES16 = 8 /* that a block gives */ };

static void draw(uint8_t *keep, const struct tt_drop *d, uint32_t row, size_t n)
{
	enum { GROUP = BLOCKS * LANES16 };
	for (size_t from = 0; from < n; from += GROUP) {
		uint32_t x[4][BLOCKS];
		uint8_t group[GROUP];
		for (int i = 0; i < BLOCKS; i++) {
			x[0][i] = (uint32_t)(from / LANES16) + (uint32_t)i;
			x[1][i] = row;
			x[2][i] = d->site;
			x[3][i] = d->pass;
		}
		tt_philox((uint32_t *const[]){x[0], x[1], x[2], x[3]}, BLOCKS, d->seed);
		for (int w = 0; w < 4; w++)
			for (int i = 0; i < BLOCKS; i++) {
				group[(2 * w) * BLOCKS + i] = (x[w][i] & 0xffff) >= d->threshold;
				group[(2 * w + 1) * BLOCKS + i] = (x[w][i] >> 16) >= d->threshold;
			}
		memcpy(keep + from, group, n - from < GROUP ? n - from : GROUP);
	}
}

static void drop(float *y, const float *x, const uint8_t *keep, float scale, size_t n)
{
	for (size_t i = 0; i < n; i++)
		y[i] = x[i] * ((float)keep[i] * scale);
}

/* ---- sums ---- */

static float sum(const float *x, size_t n)
{
	const size_t whole = whole_vecs(n);
	vec s = {0};
	float rest = 0;
	for (size_t i = 0; i < whole; i += LANES)
		s += load(x + i);
	for (size_t i = whole; i < n; i++)
		rest += x[i];
	return sum_of(s) + rest;
}

static float dot(const float *x, const float *y, size_t n)
{
	const size_t whole = whole_vecs(n);
	vec s = {0};
	float rest = 0;
	for (size_t i = 0; i < whole; i += LANES)
		s += load(x + i) * load(y + i);
	for (size_t i = whole; i < n; i++)
		rest += x[i] * y[i];
	return sum_of(s) + rest;
}

/* ---- GELU ---- */

INLINE vec phi_of(vec x) /* Φ, the normal distribution function */
{
	return splat(0.5f) + splat(0.5f) * erf_of_half_root(x);
}

INLINE vec gelu_slope(vec x)
{
	return phi_of(x) + x * splat(0.39894228f) * exp_of(splat(-0.5f) * x * x);
}

static void gelu(float *y, const float *x, size_t n)
{
	const size_t whole = whole_vecs(n);
	for (size_t i = 0; i < whole; i += LANES)
		store(y + i, load(x + i) * phi_of(load(x + i)));
	if (n > whole) {
		const vec v = load_part(x + whole, n - whole, 0), r = v * phi_of(v);
		memcpy(y + whole, &r, (n - whole) * sizeof(float));
	}
}

static void gelu_back(float *d, const float *x, size_t n)
{
	const size_t whole = whole_vecs(n);
	for (size_t i = 0; i < whole; i += LANES)
		store(d + i, load(d + i) * gelu_slope(load(x + i)));
	if (n > whole) {
		const vec v =
			load_part(d + whole, n - whole, 0) * gelu_slope(load_part(x + whole, n - whole, 0));
		memcpy(d + whole, &v, (n - whole) * sizeof(float));
	}
}

/* ---- LayerNorm ---- */

static float norm(
	float *y, float *hat, const float *x, const float *gain, const float *shift, float eps, size_t n)
{
	const float mean = sum(x, n) / (float)n;
	for (size_t i = 0; i < n; i++)
		hat[i] = x[i] - mean;
	const float inverse = 1 / sqrtf(dot(hat, hat, n) / (float)n + eps);
	for (size_t i = 0; i < n; i++) {
		hat[i] *= inverse;
		y[i] = hat[i] * gain[i] + shift[i];
	}
	return inverse;
}

static void norm_back(
	float *dx, const float *dy, const float *hat, const float *gain, float inverse, size_t n)
{
	for (size_t i = 0; i < n; i++)
		dx[i] = dy[i] * gain[i];
	const float mean = sum(dx, n) / (float)n, slope = dot(dx, hat, n) / (float)n;
	for (size_t i = 0; i < n; i++)
		dx[i] = inverse * (dx[i] - mean - hat[i] * slope);
}

/* ---- softmax ---- */

static void softmax(float *x, float scale, size_t n)
{
	const size_t whole = whole_vecs(n);
	float top = x[0];
	for (size_t i = 1; i < n; i++)
		top = x[i] > top ? x[i] : top;
	for (size_t i = 0; i < whole; i += LANES)
		store(x + i, exp_of((load(x + i) - splat(top)) * splat(scale)));
	if (n > whole) {
		const vec v = exp_of((load_part(x + whole, n - whole, top) - splat(top)) * splat(scale));
		memcpy(x + whole, &v, (n - whole) * sizeof(float));
	}
	const float share = 1 / sum(x, n);
	for (size_t i = 0; i < n; i++)
		x[i] *= share;
}

static void softmax_back(float *d, const float *p, float scale, size_t n)
{
	const float mean = dot(d, p, n);
	for (size_t i = 0; i < n; i++)
		d[i] = p[i] * (d[i] - mean) * scale;
}

/* In double from run to run, so that millions add up. */
static double squares(const float *x, size_t n)
{
	enum { RUN = 1024 };
	double s = 0;
	for (size_t i = 0; i < n; i += RUN)
		s += (double)dot(x + i, x + i, n - i < RUN ? n - i : RUN);
	return s;
}

/* ---- AdamW: Loshchilov and Hutter, "Decoupled weight decay regularization", 2019, algorithm 2 ---- */

static void adamw(float *restrict w, float *restrict g, float *restrict m, float *restrict v,
	const struct tt_adamw *a, size_t n)
{
	const struct tt_adamw s = *a;
	for (size_t i = 0; i < n; i++) {
		const float x = g[i] * s.gradient_scale;
		m[i] = s.beta1 * m[i] + (1 - s.beta1) * x;
		v[i] = s.beta2 * v[i] + (1 - s.beta2) * x * x;
		w[i] = w[i] * s.decay - s.rate * m[i] / (sqrtf(v[i]) * s.root + s.eps);
		g[i] = 0;
	}
}

const struct tt_train_ops OPS = {
	draw, drop, gelu, gelu_back, norm, norm_back, softmax, softmax_back, squares, adamw};
