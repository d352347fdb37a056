/* test_gemm.c - every multiplication this processor has instructions for against plain C, on shapes with all
 * kinds of edges: int8 to the last bit, the others within rounding; and each output is the same whatever
 * stands beside it. */
#include "tests/tt_test.h"

#include "nlp/kernel/rows.h"

enum { M_MAX = 64, K_MAX = 300, N_MAX = 128 };

static float x[M_MAX * K_MAX], w[N_MAX * K_MAX];
static uint32_t seed = 7;

static void fill(float *to, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		seed = seed * 1664525 + 1013904223;
		to[i] = (float)(seed >> 8) / 8388608.0f - 1;
	}
}

/* A matrix and rows as a kernel wants them. */
struct operands {
	struct tt_matrix w;
	struct tt_range ranges[M_MAX];
	void *panels, *rows;
	size_t x_bytes;
	float bias[N_MAX], scales[N_MAX], sums[N_MAX];
};

static struct operands *prepare(const struct tt_gemm *g, size_t m, size_t n, size_t k)
{
	struct operands *o = calloc(1, sizeof(*o));
	const size_t lines = tt_matrix_lines(g->precision, k), bytes = tt_matrix_bytes(g->precision, n, k);
	o->panels = aligned_alloc(64, bytes);
	memset(o->panels, 0, bytes);
	for (size_t j = 0; j < n; j++) {
		tt_matrix_pack(g, o->panels, lines, j, w + j * k, k, &o->scales[j], &o->sums[j]);
		o->bias[j] = (float)j / 16;
	}
	o->w = (struct tt_matrix){o->panels, tt_pad(n, TT_PANEL), lines, o->bias, o->scales, o->sums};
	o->x_bytes = tt_gemm_row_bytes(g, k);
	o->rows =
		aligned_alloc(64, tt_pad(m, TT_ROWS) * o->x_bytes); /* no more: ASan sees who reads beyond */
	memset(o->rows, 0, tt_pad(m, TT_ROWS) * o->x_bytes);
	for (size_t i = 0; i < m; i++)
		o->ranges[i] =
			tt_row_ready(tt_kernels_best(), g, (uint8_t *)o->rows + i * o->x_bytes, x + i * k, k);
	return o;
}

static void release(struct operands *o)
{
	free(o->panels);
	free(o->rows);
	free(o);
}

/* Plain C over weights that are packed as for g. */
static const struct tt_gemm *plain_for(const struct tt_gemm *like)
{
	static struct tt_gemm plain;
	for (const struct tt_gemm *const *g = tt_gemm_all(); *g; g++)
		if ((*g)->precision == like->precision)
			plain = **g;
	plain.in_fours = like->in_fours;
	return &plain;
}

/* Panels [begin, end) of the product, to columns 0 and on. */
static void multiply_panels(const struct tt_gemm *g, size_t m, size_t n, size_t k, size_t begin, size_t end,
	bool add, float y[M_MAX][N_MAX])
{
	struct operands *o = prepare(g, m, n, k);
	const struct tt_product p = {.w = &o->w,
		.panel_begin = begin,
		.panel_end = end,
		.x = o->rows,
		.x_bytes = o->x_bytes,
		.ranges = o->ranges,
		.m = m,
		.y = &y[0][0],
		.y_stride = N_MAX,
		.add = add};
	for (size_t i = 0; i < M_MAX; i++)
		for (size_t j = 0; j < N_MAX; j++)
			y[i][j] = (float)(i + j);
	g->multiply(&p);
	release(o);
}

static void multiply(const struct tt_gemm *g, size_t m, size_t n, size_t k, bool add, float y[M_MAX][N_MAX])
{
	multiply_panels(g, m, n, k, 0, tt_pad(n, TT_PANEL) / TT_PANEL, add, y);
}

static float got[M_MAX][N_MAX], want[M_MAX][N_MAX];

TT_TEST(as_plain_c)
{
	static const size_t shapes[][3] = {{1, 1, 1}, {1, 3, 20}, {5, 60, 20}, {6, 16, 64}, {7, 17, 44},
		{12, 128, 63}, {13, 80, 65}, {17, 96, 300}, {32, 33, 128}, {47, 112, 100}};
	for (const struct tt_gemm *const *g = tt_gemm_all(); *g; g++)
		for (size_t s = 0; tt_isa_has((*g)->isa) && s < TT_LEN(shapes); s++) {
			const size_t m = shapes[s][0], n = shapes[s][1], k = shapes[s][2];
			fill(x, m * k);
			fill(w, n * k);
			for (int add = 0; add < 2; add++) {
				multiply(*g, m, n, k, add, got);
				multiply(plain_for(*g), m, n, k, add, want);
				const double tolerance = (*g)->precision == TT_USE_INT8 ? 0 : 2e-5;
				for (size_t i = 0; i < M_MAX; i++)
					for (size_t j = 0; j < tt_pad(n, TT_PANEL); j++)
						TT_NEAR_ROW((long)s, got[i][j], want[i][j], tolerance);
			}
		}
}

TT_TEST(fp32_is_the_product)
{
	static const size_t shapes[][3] = {
		{1, 1, 1}, {1, 3, 20}, {5, 60, 20}, {12, 20, 44}, {13, 48, 17}, {30, 96, 32}};
	for (const struct tt_gemm *const *g = tt_gemm_all(); *g; g++)
		for (size_t s = 0; tt_isa_has((*g)->isa) && s < TT_LEN(shapes); s++) {
			const size_t m = shapes[s][0], n = shapes[s][1], k = shapes[s][2];
			if ((*g)->precision != TT_USE_FP32)
				continue;
			fill(x, m * k);
			fill(w, n * k);
			multiply(*g, m, n, k, false, got);
			for (size_t i = 0; i < m; i++)
				for (size_t j = 0; j < n; j++) {
					double sum = (double)j / 16; /* the bias */
					for (size_t p = 0; p < k; p++)
						sum += (double)x[i * k + p] * (double)w[j * k + p];
					TT_NEAR_ROW((long)s, got[i][j], sum, 1e-5);
				}
		}
}

/* The largest values everywhere: what saturates would show. */
TT_TEST(int8_is_exact_at_the_ends)
{
	for (size_t i = 0; i < M_MAX * K_MAX; i++)
		x[i] = i % K_MAX ? 1 : -1;
	for (size_t i = 0; i < N_MAX * K_MAX; i++)
		w[i] = i / K_MAX % 2 ? -1 : 1;
	for (const struct tt_gemm *const *g = tt_gemm_all(); *g; g++) {
		if ((*g)->precision != TT_USE_INT8 || !tt_isa_has((*g)->isa))
			continue;
		multiply(*g, 20, 64, K_MAX, false, got);
		multiply(plain_for(*g), 20, 64, K_MAX, false, want);
		TT_EQ(memcmp(got, want, sizeof(got)), 0);
		for (size_t i = 0; i < 20; i++)
			for (size_t j = 0; j < 64; j++)
				TT_NEAR_ROW((long)j, got[i][j],
					(j % 2 ? -1 : 1) * (K_MAX - 2) + (double)j / 16,
					(*g)->in_fours ? K_MAX / 50.0 : 1e-3); /* 31.5 is rounded to 32 */
	}
}

/* Large weights on every choice of 8 neighbours: which products are added in 16 bits must be those whose weights
 * were packed for it. */
TT_TEST(int8_is_exact_wherever_the_largest_stand)
{
	const size_t k = 64;
	for (size_t i = 0; i < k; i++)
		x[i] = i ? 1 : -1;
	for (size_t begin = 0; begin < 256; begin += N_MAX) {
		for (size_t i = 0; i < N_MAX * k; i++)
			w[i] = (begin + i / k) >> i % 8 & 1 ? 1 : 0;
		for (const struct tt_gemm *const *g = tt_gemm_all(); *g; g++) {
			if ((*g)->precision != TT_USE_INT8 || !tt_isa_has((*g)->isa))
				continue;
			multiply(*g, 1, N_MAX, k, false, got);
			multiply(plain_for(*g), 1, N_MAX, k, false, want);
			for (size_t j = 0; j < N_MAX; j++)
				TT_NEAR_ROW((long)(begin + j), got[0][j], want[0][j], 0);
		}
	}
}

/* Rows one by one and all together are the same to the last bit. */
TT_TEST(alone_as_in_company)
{
	const size_t n = 80, k = 100;
	fill(x, M_MAX * k);
	fill(w, n * k);
	for (const struct tt_gemm *const *g = tt_gemm_all(); *g; g++)
		for (size_t m = 1; tt_isa_has((*g)->isa) && m < 40; m++) {
			multiply(*g, 47, n, k, false, want);
			multiply(*g, m, n, k, false, got);
			TT_EQ_ROW((long)m, memcmp(got, want, m * sizeof(*got)), 0);
		}
}

/* And so are columns: every range of panels alone. */
TT_TEST(panels_alone)
{
	const size_t m = 19, n = 80, k = 100, panels = n / TT_PANEL;
	fill(x, m * k);
	fill(w, n * k);
	for (const struct tt_gemm *const *g = tt_gemm_all(); *g; g++)
		for (size_t begin = 0; tt_isa_has((*g)->isa) && begin < panels; begin++)
			for (size_t end = begin + 1; end <= panels; end++) {
				multiply(*g, m, n, k, false, want);
				multiply_panels(*g, m, n, k, begin, end, false, got);
				for (size_t i = 0; i < m; i++)
					TT_EQ_ROW((long)begin,
						memcmp(got[i], want[i] + begin * TT_PANEL,
							(end - begin) * TT_PANEL * sizeof(float)),
						0);
			}
}

TT_MAIN(TT_RUN(as_plain_c), TT_RUN(fp32_is_the_product), TT_RUN(int8_is_exact_at_the_ends),
	TT_RUN(int8_is_exact_wherever_the_largest_stand),
	TT_RUN(alone_as_in_company), TT_RUN(panels_alone))
