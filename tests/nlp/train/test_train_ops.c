/* test_train_ops.c - every table of ops.h against plain double arithmetic, for rows of all lengths up to
 * several vectors; dropout against Philox's published vectors. */
#include "tests/tt_test.h"

#include <math.h>

#include "nlp/train/model/ops.h"

enum { N = 150 };

static void fill(float *x, size_t n, unsigned seed)
{
	unsigned r = seed;
	for (size_t i = 0; i < n; i++) {
		r = r * 1664525 + 1013904223;
		x[i] = (float)(r >> 8) / (1 << 22) - 2;
	}
}

static double gelu_slope(double x)
{
	return 0.5 * (1 + erf(x / sqrt(2))) + x * exp(-x * x / 2) / sqrt(2 * acos(-1.0));
}

static void check_gelu(const struct tt_train_ops *o, size_t n)
{
	float x[N], y[N], d[N];
	fill(x, n, 1);
	fill(d, n, 2);
	x[0] = -40;
	for (size_t i = 0; i < n; i++)
		y[i] = d[i];
	o->gelu_back(d, x, n);
	for (size_t i = 0; i < n; i++)
		TT_NEAR_ROW((long)i, d[i], (double)y[i] * gelu_slope((double)x[i]), 3e-6);
	o->gelu(y, x, n);
	for (size_t i = 1; i < n; i++)
		TT_NEAR_ROW((long)i, y[i], (double)x[i] * 0.5 * (1 + erf((double)x[i] / sqrt(2))), 2e-6);
}

static void check_norm(const struct tt_train_ops *o, size_t n)
{
	float x[N], y[N], hat[N], gain[N], shift[N], dy[N], dx[N];
	double mean = 0, square = 0, m1 = 0, m2 = 0;
	fill(x, n, 3);
	fill(gain, n, 4);
	fill(shift, n, 5);
	fill(dy, n, 6);
	for (size_t i = 0; i < n; i++)
		mean += (double)x[i] / (double)n;
	for (size_t i = 0; i < n; i++)
		square += ((double)x[i] - mean) * ((double)x[i] - mean) / (double)n;
	const double inverse = 1 / sqrt(square + 1e-2);
	TT_NEAR_ROW((long)n, o->norm(y, hat, x, gain, shift, 1e-2F, n), inverse, 1e-5 * inverse);
	for (size_t i = 0; i < n; i++) {
		const double h = ((double)x[i] - mean) * inverse;
		TT_NEAR_ROW((long)i, hat[i], h, 1e-5);
		TT_NEAR_ROW((long)i, y[i], h * (double)gain[i] + (double)shift[i], 1e-5);
		m1 += (double)dy[i] * (double)gain[i] / (double)n;
		m2 += (double)dy[i] * (double)gain[i] * h / (double)n;
	}
	o->norm_back(dx, dy, hat, gain, (float)inverse, n);
	for (size_t i = 0; i < n; i++)
		TT_NEAR_ROW((long)i, dx[i],
			inverse * ((double)dy[i] * (double)gain[i] - m1 - (double)hat[i] * m2), 1e-4);
}

static void check_softmax(const struct tt_train_ops *o, size_t n)
{
	float x[N], d[N], p[N];
	double total = 0, mean = 0;
	fill(x, n, 7);
	fill(d, n, 8);
	memcpy(p, x, sizeof(float) * n);
	for (size_t i = 0; i < n; i++)
		total += exp(0.7 * (double)x[i]);
	o->softmax(p, 0.7F, n);
	for (size_t i = 0; i < n; i++) {
		TT_NEAR_ROW((long)i, p[i], exp(0.7 * (double)x[i]) / total, 1e-6);
		mean += (double)p[i] * (double)d[i];
	}
	memcpy(x, d, sizeof(float) * n);
	o->softmax_back(d, p, 0.7F, n);
	for (size_t i = 0; i < n; i++)
		TT_NEAR_ROW((long)i, d[i], (double)p[i] * ((double)x[i] - mean) * 0.7, 1e-6);
}

static void check_adamw(const struct tt_train_ops *o, size_t n)
{
	const struct tt_adamw a = {0.9F, 0.99F, 1e-6F, 0.5F, 1e-2F, 2, 0.999F};
	float w[N], g[N], m[N], v[N], w0[N], g0[N], m0[N];
	fill(w, n, 9);
	fill(g, n, 10);
	fill(m, n, 11);
	memcpy(w0, w, sizeof(w));
	memcpy(g0, g, sizeof(g));
	memcpy(m0, m, sizeof(m));
	double squares = 0;
	for (size_t i = 0; i < n; i++) {
		v[i] = 0.25F;
		squares += (double)g[i] * (double)g[i];
	}
	TT_NEAR_ROW((long)n, o->squares(g, n), squares, 1e-5 * squares);
	o->adamw(w, g, m, v, &a, n);
	for (size_t i = 0; i < n; i++) {
		const double x = (double)g0[i] * 0.5, m1 = 0.9 * (double)m0[i] + 0.1 * x,
			     v1 = 0.99 * 0.25 + 0.01 * x * x;
		TT_NEAR_ROW((long)i, m[i], m1, 1e-6);
		TT_NEAR_ROW((long)i, v[i], v1, 1e-6);
		TT_NEAR_ROW((long)i, w[i], (double)w0[i] * 0.999 - 1e-2 * m1 / (sqrt(v1) * 2 + 1e-6), 1e-6);
		TT_TRUE(g[i] == 0);
	}
}

TT_TEST(as_in_double)
{
	const struct tt_train_ops *all[TT_TRAIN_OPS_MAX];
	const size_t n = tt_train_ops_all(all);
	TT_TRUE(n >= 1 && all[0] == tt_train_ops_best());
	for (size_t i = 0; i < n; i++)
		for (size_t k = 1; k <= N; k += k < 40 ? 1 : 11) {
			check_gelu(all[i], k);
			check_norm(all[i], k);
			check_softmax(all[i], k);
			check_adamw(all[i], k);
		}
}

/* The first lanes of a row are those of block 0; Random123's kat_vectors give for philox4x32-10 with counter
 * 0 and key 0: 6627e8d5 e169c58d bc57ac4c 9b00dbd8. */
TT_TEST(draws)
{
	static const uint32_t known[] = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
	const struct tt_train_ops *all[TT_TRAIN_OPS_MAX];
	const size_t n = tt_train_ops_all(all);
	for (size_t i = 0; i < n; i++)
		for (int lane = 0; lane < 8; lane++) {
			const uint32_t value = known[lane / 2] >> 16 * (lane % 2) & 0xffff;
			uint8_t keep[128], other[128], more[300];
			struct tt_drop d = {.threshold = value};
			all[i]->draw(keep, &d, 0, 128);
			TT_EQ_ROW(lane, keep[lane * 16], 1);
			d.threshold = value + 1;
			all[i]->draw(keep, &d, 0, 128);
			TT_EQ_ROW(lane, keep[lane * 16], 0);
			all[i]->draw(more, &d, 0, sizeof(more)); /* longer rows begin alike */
			TT_EQ(memcmp(keep, more, sizeof(keep)), 0);
			all[0]->draw(other, &d, 0, 128); /* as do all tables */
			TT_EQ(memcmp(keep, other, sizeof(keep)), 0);
		}
}

TT_TEST(shares)
{
	static uint8_t keep[1000];
	struct tt_drop d = {.seed = 3, .threshold = 6554};
	size_t kept = 0;
	for (uint32_t row = 0; row < 100; row++) {
		tt_train_ops_best()->draw(keep, &d, row, sizeof(keep));
		for (size_t i = 0; i < sizeof(keep); i++)
			kept += keep[i];
	}
	TT_NEAR(kept, 90000, 500); /* five deviations */
}

TT_MAIN(TT_RUN(as_in_double), TT_RUN(draws), TT_RUN(shares))
