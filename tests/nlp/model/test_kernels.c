/* test_kernels.c - every table of kernels this processor supports against the plain C one, on shapes with all
 * kinds of edges. */
#include "tests/tt_test.h"

#include <math.h>

#include "nlp/model/kernels.h"

enum { N_MAX = 1 << 16 };

static float *a, *b, *c, *d, *e, *work;
static uint32_t seed = 7;

static float noise(float scale)
{
	seed = seed * 1664525 + 1013904223;
	return scale * ((float)(seed >> 8) / 8388608.0f - 1);
}

static void fill(float *x, size_t n, float scale)
{
	for (size_t i = 0; i < n; i++)
		x[i] = noise(scale);
}

static const struct tt_kernels *reference(void)
{
	const struct tt_kernels *const *k = tt_kernels_all();
	while (k[1])
		k++;
	return *k;
}

#define EACH_KERNEL(k)                                                                                       \
	for (const struct tt_kernels *const *k = tt_kernels_all(); *k; k++)                                  \
		if ((*k)->supported())

static int setup(void **state)
{
	(void)state;
	a = calloc(N_MAX, sizeof(*a)), b = calloc(N_MAX, sizeof(*b)), c = calloc(N_MAX, sizeof(*c));
	d = calloc(N_MAX, sizeof(*d)), e = calloc(N_MAX, sizeof(*e)),
	work = calloc(tt_attention_work(520, 64), sizeof(*work));
	return !(a && b && c && d && e && work);
}

static int teardown(void **state)
{
	(void)state;
	free(a), free(b), free(c), free(d), free(e), free(work);
	return 0;
}

/* gelu against libm in double, over all that matters and the far ends: within the stated 5e-7 of erf times
 * |t| / 2. */
TT_TEST(gelu_is_erf)
{
	static const float zero[16];
	EACH_KERNEL(k)
	{
		for (int i = -1200; i <= 1200; i++) {
			float x[3] = {(float)i / 100, (float)i / 7, (float)i * 1e-6f};
			const float in[3] = {x[0], x[1], x[2]};
			(*k)->bias_gelu(x, zero, 1, 3);
			for (int j = 0; j < 3; j++) {
				const double t = in[j], want = 0.5 * t * (1 + erf(t / sqrt(2.0)));
				TT_NEAR_ROW(i, x[j], want, 5e-7 * fabs(t) / 2 + 6e-8 * fabs(t) + 1e-12);
			}
		}
	}
}

TT_TEST(bias_gelu)
{
	static const size_t shapes[][2] = {
		{1, 1}, {1, 3}, {2, 15}, {3, 16}, {5, 17}, {7, 31}, {4, 33}, {2, 44}, {3, 1536}};
	EACH_KERNEL(k)
	{
		for (size_t s = 0; s < TT_LEN(shapes); s++) {
			const size_t rows = shapes[s][0], cols = shapes[s][1];
			fill(a, rows * cols + 1, 5);
			fill(b, cols, 1);
			memcpy(c, a, (rows * cols + 1) * sizeof(float));
			(*k)->bias_gelu(a, b, rows, cols);
			reference()->bias_gelu(c, b, rows, cols);
			for (size_t i = 0; i < rows * cols; i++)
				TT_NEAR_ROW((long)s, a[i], c[i], 2e-6);
			TT_NEAR_ROW(
				(long)s, a[rows * cols], c[rows * cols], 0); /* nothing beyond is touched */
		}
	}
}

TT_TEST(add_norm)
{
	static const size_t shapes[][2] = {
		{1, 2}, {1, 7}, {2, 15}, {3, 16}, {5, 17}, {4, 20}, {7, 48}, {2, 384}, {2, 769}};
	EACH_KERNEL(k)
	{
		for (size_t s = 0; s < TT_LEN(shapes); s++) {
			const size_t rows = shapes[s][0], cols = shapes[s][1], n = rows * cols;
			fill(a, n + 1, 3);
			fill(b, n, 3);
			fill(d, 3 * cols, 2);
			memcpy(c, a, (n + 1) * sizeof(float));
			(*k)->add_norm(a, b, d, d + cols, d + 2 * cols, 1e-12f, rows, cols);
			reference()->add_norm(c, b, d, d + cols, d + 2 * cols, 1e-12f, rows, cols);
			for (size_t i = 0; i < n; i++)
				TT_NEAR_ROW((long)s, a[i], c[i], 2e-5);
			TT_NEAR_ROW((long)s, a[n], c[n], 0);
		}
	}
}

/* n_q queries of width w (all heads) against n_kv keys; head number `head` of width d. */
static void attention_case(const struct tt_kernels *k, size_t n_q, size_t n_kv, size_t width, size_t heads,
	float scale, long row)
{
	const size_t size = heads * width;
	fill(a, n_kv * 3 * size, scale);
	fill(b, 3 * size, 1);
	memset(c, 0, n_q * size * sizeof(float));
	memset(d, 0, n_q * size * sizeof(float));
	for (size_t h = 0; h < heads; h++) {
		struct tt_attention t = {.q = a + h * width,
			.n_q = n_q,
			.q_stride = 3 * size,
			.k = a + size + h * width,
			.v = a + 2 * size + h * width,
			.n_kv = n_kv,
			.kv_stride = 3 * size,
			.q_bias = b + h * width,
			.k_bias = b + size + h * width,
			.v_bias = b + 2 * size + h * width,
			.d = width,
			.scale = 1 / sqrtf((float)width),
			.out = c + h * width,
			.out_stride = size,
			.work = work};
		k->attention(&t);
		t.out = d + h * width;
		reference()->attention(&t);
	}
	for (size_t i = 0; i < n_q * size; i++)
		TT_NEAR_ROW(row, c[i], d[i], 2e-5 * scale * scale); /* scores, and their rounding, grow so */
}

TT_TEST(attention)
{
	static const struct {
		size_t n_q, n_kv, width, heads;
	} shapes[] = {{1, 1, 1, 1}, {1, 2, 32, 1}, {2, 2, 10, 2}, {7, 7, 16, 1}, {12, 12, 20, 2},
		{13, 13, 32, 2}, {3, 31, 32, 2}, {24, 24, 64, 1}, {25, 25, 8, 2}, {30, 30, 32, 2},
		{49, 49, 33, 1}, {1, 512, 32, 1}, {65, 130, 32, 1}, {0, 5, 8, 1}};
	EACH_KERNEL(k)
	{
		for (size_t s = 0; s < TT_LEN(shapes); s++) {
			attention_case(*k, shapes[s].n_q, shapes[s].n_kv, shapes[s].width, shapes[s].heads, 1,
				(long)s);
			attention_case(*k, shapes[s].n_q, shapes[s].n_kv, shapes[s].width, shapes[s].heads,
				12, (long)s); /* nearly one-hot */
		}
	}
}

/* A row's output is the same whatever stands before it: attention of the last query alone, to the last bit.
 */
TT_TEST(attention_row_alone)
{
	const size_t n = 37, width = 32;
	float alone[32];
	fill(a, n * 3 * width, 1);
	memset(b, 0, width * sizeof(float));
	EACH_KERNEL(k)
	{
		struct tt_attention t = {.q = a,
			.n_q = n,
			.q_stride = 3 * width,
			.k = a + width,
			.v = a + 2 * width,
			.n_kv = n,
			.kv_stride = 3 * width,
			.q_bias = b,
			.k_bias = b,
			.v_bias = b,
			.d = width,
			.scale = 0.2f,
			.out = c,
			.out_stride = width,
			.work = work};
		(*k)->attention(&t);
		for (size_t i = 0; i < n; i++) {
			t.q = a + i * 3 * width;
			t.n_q = 1;
			t.out = alone;
			(*k)->attention(&t);
			TT_EQ_ROW((long)i, memcmp(alone, c + i * width, sizeof(alone)), 0);
		}
	}
}

TT_TEST(gemm)
{
	static const size_t shapes[][3] = {
		{1, 1, 1}, {1, 3, 20}, {5, 60, 20}, {12, 20, 44}, {13, 48, 17}, {30, 96, 32}};
	tt_gemm_setup();
	for (size_t s = 0; s < TT_LEN(shapes); s++) {
		const size_t m = shapes[s][0], n = shapes[s][1], k = shapes[s][2];
		TT_TRUE(tt_gemm_rows(m) >= m && tt_gemm_rows(m) % 12 == 0);
		memset(a, 0, tt_gemm_rows(m) * k * sizeof(float));
		fill(a, m * k, 1);
		fill(b, n * k, 1);
		tt_gemm(c, n, a, k, b, m, n, k);
		for (size_t i = 0; i < m; i++)
			for (size_t j = 0; j < n; j++) {
				double want = 0;
				for (size_t p = 0; p < k; p++)
					want += (double)a[i * k + p] * (double)b[j * k + p];
				TT_NEAR_ROW((long)s, c[i * n + j], want, 1e-5);
			}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {TT_RUN(gelu_is_erf), TT_RUN(bias_gelu), TT_RUN(add_norm),
		TT_RUN(attention), TT_RUN(attention_row_alone), TT_RUN(gemm)};
	return cmocka_run_group_tests(tests, setup, teardown) ? 1 : 0;
}
