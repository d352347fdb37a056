/* test_kernel_rows.c - every table of kernels this processor supports against the plain C one, on shapes with
 * all kinds of edges. */
#include "tests/tt_test.h"

#include <math.h>

#include "nlp/kernel/rows.h"

enum { N_MAX = 1 << 16 };

static float *a, *c, *d, *work;
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
		if (tt_isa_has((*k)->isa))

static int setup(void **state)
{
	(void)state;
	a = calloc(N_MAX, sizeof(*a)), c = calloc(N_MAX, sizeof(*c)), d = calloc(N_MAX, sizeof(*d));
	work = calloc(tt_attention_work(520, 64), sizeof(*work));
	return !(a && c && d && work);
}

static int teardown(void **state)
{
	(void)state;
	free(a), free(c), free(d), free(work);
	return 0;
}

/* gelu against libm in double, over all that matters and the far ends: within the stated 5e-7 of erf times
 * |t| / 2. */
TT_TEST(gelu_is_erf)
{
	EACH_KERNEL(k)
	{
		for (int i = -1200; i <= 1200; i++) {
			float x[3] = {(float)i / 100, (float)i / 7, (float)i * 1e-6f};
			const float in[3] = {x[0], x[1], x[2]};
			(*k)->gelu(x, 3);
			for (int j = 0; j < 3; j++) {
				const double t = in[j], want = 0.5 * t * (1 + erf(t / sqrt(2.0)));
				TT_NEAR_ROW(i, x[j], want, 5e-7 * fabs(t) / 2 + 6e-8 * fabs(t) + 1e-12);
			}
		}
	}
}

static const size_t lengths[] = {1, 2, 3, 7, 15, 16, 17, 31, 33, 44, 48, 384, 769, 1536};

TT_TEST(gelu)
{
	EACH_KERNEL(k)
	{
		for (size_t s = 0; s < TT_LEN(lengths); s++) {
			const size_t n = lengths[s];
			fill(a, n + 1, 5);
			memcpy(c, a, (n + 1) * sizeof(float));
			(*k)->gelu(a, n);
			reference()->gelu(c, n);
			for (size_t i = 0; i < n; i++)
				TT_NEAR_ROW((long)s, a[i], c[i], 2e-6);
			TT_NEAR_ROW((long)s, a[n], c[n], 0); /* nothing beyond is touched */
		}
	}
}

TT_TEST(norm)
{
	EACH_KERNEL(k)
	{
		for (size_t s = 1; s < TT_LEN(lengths); s++) {
			const size_t n = lengths[s];
			fill(a, n + 1, 3);
			fill(d, 2 * n, 2);
			memcpy(c, a, (n + 1) * sizeof(float));
			(*k)->norm(a, d, d + n, 1e-12f, n);
			reference()->norm(c, d, d + n, 1e-12f, n);
			for (size_t i = 0; i < n; i++)
				TT_NEAR_ROW((long)s, a[i], c[i], 2e-5);
			TT_NEAR_ROW((long)s, a[n], c[n], 0);
		}
	}
}

/* Within one step of plain C's (ties may fall either way), both ends are reached, nothing beyond is touched.
 */
TT_TEST(quantise)
{
	static uint8_t q8[2048], want[2048];
	EACH_KERNEL(k)
	{
		for (size_t s = 0; s < TT_LEN(lengths); s++) {
			const size_t n = lengths[s];
			fill(a, n, 4);
			q8[n] = 77;
			const struct tt_range r8 = (*k)->quantise(q8, a, n);
			const struct tt_range r = reference()->quantise(want, a, n);
			TT_TRUE(r8.low == r.low && r8.scale == r.scale);
			for (size_t i = 0; i < n; i++) {
				TT_TRUE(abs(q8[i] - want[i]) <= 1);
				TT_NEAR_ROW(
					(long)s, r8.low + r8.scale * q8[i], a[i], 0.501 * r8.scale + 1e-6);
			}
			TT_EQ_ROW((long)s, q8[n], 77);
		}
		for (size_t i = 0; i < 20; i++)
			a[i] = -3; /* no range at all */
		const struct tt_range flat = (*k)->quantise(q8, a, 20);
		TT_TRUE(flat.scale == 0 && flat.low == -3 && q8[0] == 0 && q8[19] == 0);
	}
}

TT_TEST(halve)
{
	static uint16_t got[2048], want[2048];
	EACH_KERNEL(k)
	{
		for (size_t s = 0; s < TT_LEN(lengths); s++) {
			const size_t n = lengths[s];
			fill(a, n, 100);
			a[0] = 0x1.01p0f; /* a tie */
			(*k)->halve(got, a, n);
			reference()->halve(want, a, n);
			TT_EQ_ROW((long)s, memcmp(got, want, n * sizeof(*got)), 0);
		}
	}
}

/* n_q queries of width w (all heads) against n_kv keys; head number `head` of width d. */
static void attention_case(const struct tt_kernels *k, size_t n_q, size_t n_kv, size_t width, size_t heads,
	float scale, long row)
{
	const size_t size = heads * width;
	fill(a, n_kv * 3 * size, scale);
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
	EACH_KERNEL(k)
	{
		struct tt_attention t = {.q = a,
			.n_q = n,
			.q_stride = 3 * width,
			.k = a + width,
			.v = a + 2 * width,
			.n_kv = n,
			.kv_stride = 3 * width,
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

int main(void)
{
	const struct CMUnitTest tests[] = {TT_RUN(gelu_is_erf), TT_RUN(gelu), TT_RUN(norm), TT_RUN(quantise),
		TT_RUN(halve), TT_RUN(attention), TT_RUN(attention_row_alone)};
	return cmocka_run_group_tests(tests, setup, teardown) ? 1 : 0;
}
