/* linear.c - see linear.h. */
#include "nlp/train/model/linear.h"

#include <cblas.h>
#include <string.h>

enum {
	TILE = 384, /* rows and columns of a tile at the most: one packs (rows + columns) · depth numbers for
		       rows · columns · depth multiplications */
	UNIT = 16,  /* tiles are multiples of it, as OpenBLAS's kernels want them */
	PARTS_MIN = 8, /* tiles of a product at the least, for balance, while they are not below TILE_MIN */
	TILE_MIN = 96,
	SUM_COLUMNS = 64, /* columns of a task that sums */
};

/* ---- cuts ---- */

struct grid {
	size_t rows, cols, row_parts, col_parts;
};

static size_t parts_for(size_t n, size_t tile)
{
	return (n + tile - 1) / tile;
}

static struct grid grid_of(size_t rows, size_t cols)
{
	struct grid g = {rows, cols, parts_for(rows, TILE), parts_for(cols, TILE)};
	while (g.row_parts * g.col_parts < PARTS_MIN) { /* halve the longer side */
		const bool by_rows = rows / g.row_parts >= cols / g.col_parts;
		size_t *parts = by_rows ? &g.row_parts : &g.col_parts;
		if ((by_rows ? rows : cols) / (*parts * 2) < TILE_MIN)
			break;
		*parts *= 2;
	}
	return g;
}

static size_t grid_n(const struct grid *g)
{
	return g->row_parts * g->col_parts;
}

struct tile {
	struct tt_part r, c;
	size_t rows, cols;
};

static struct tile tile_of(const struct grid *g, size_t i)
{
	struct tile t = {.r = tt_part_of(g->rows, g->row_parts, UNIT, i / g->col_parts),
		.c = tt_part_of(g->cols, g->col_parts, UNIT, i % g->col_parts)};
	t.rows = t.r.end - t.r.begin;
	t.cols = t.c.end - t.c.begin;
	return t;
}

static void multiply(enum CBLAS_TRANSPOSE ta, enum CBLAS_TRANSPOSE tb, const struct tile *t, size_t depth,
	const float *a, size_t lda, const float *b, size_t ldb, float beta, float *c, size_t ldc)
{
	cblas_sgemm(CblasRowMajor, ta, tb, (int)t->rows, (int)t->cols, (int)depth, 1, a, (int)lda, b,
		(int)ldb, beta, c, (int)ldc);
}

/* ---- forward ---- */

struct forward {
	const struct tt_linear *l;
	struct grid grid;
};

static void forward_tile(void *ctx, size_t i)
{
	const struct forward *f = ctx;
	const struct tt_linear *l = f->l;
	const struct tile t = tile_of(&f->grid, i);
	if (!t.rows || !t.cols)
		return;
	float *y = l->y + t.r.begin * l->N + t.c.begin;
	for (size_t r = 0; r < t.rows; r++)
		memcpy(y + r * l->N, l->b + t.c.begin, t.cols * sizeof(float));
	multiply(CblasNoTrans, CblasTrans, &t, l->K, l->x + t.r.begin * l->K, l->K, l->w + t.c.begin * l->K,
		l->K, 1, y, l->N);
	if (l->act)
		for (size_t r = 0; r < t.rows; r++)
			l->ops->gelu(l->act + (t.r.begin + r) * l->N + t.c.begin, y + r * l->N, t.cols);
}

void tt_linear_forward(struct tt_gang *g, const struct tt_linear *l)
{
	struct forward f = {l, grid_of(l->T, l->N)};
	tt_gang_run(g, forward_tile, &f, grid_n(&f.grid));
}

/* ---- backward: tiles of dx and dw, and columns of sums, are tasks of one call ---- */

struct backward {
	const struct tt_linear *l;
	struct grid dx, dw;
	size_t n_dx, n_dw;
};

static void dx_tile(const struct backward *b, size_t i)
{
	const struct tt_linear *l = b->l;
	const struct tile t = tile_of(&b->dx, i);
	if (!t.rows || !t.cols)
		return;
	float *dx = l->dx + t.r.begin * l->K + t.c.begin;
	multiply(CblasNoTrans, CblasNoTrans, &t, l->N, l->dy + t.r.begin * l->N, l->N, l->w + t.c.begin, l->K,
		l->dx_adds, dx, l->K);
	if (l->dx_pre)
		for (size_t r = 0; r < t.rows; r++)
			l->ops->gelu_back(
				dx + r * l->K, l->dx_pre + (t.r.begin + r) * l->K + t.c.begin, t.cols);
}

static void dw_tile(const struct backward *b, size_t i)
{
	const struct tt_linear *l = b->l;
	const struct tile t = tile_of(&b->dw, i);
	if (t.rows && t.cols)
		multiply(CblasTrans, CblasNoTrans, &t, l->T, l->dy + t.r.begin, l->N, l->x + t.c.begin, l->K,
			1, l->dw + t.r.begin * l->K + t.c.begin, l->K);
}

/* Columns of sums over T rows of n: to += Σ dy · hat (hat not NULL) or Σ dy. */
static void sum_columns(float *to, const float *dy, const float *hat, size_t T, size_t n, size_t column_task)
{
	const size_t from = column_task * SUM_COLUMNS, m = n - from < SUM_COLUMNS ? n - from : SUM_COLUMNS;
	float sum[SUM_COLUMNS] = {0};
	for (size_t t = 0; t < T; t++) {
		const float *d = dy + t * n + from, *h = hat ? hat + t * n + from : NULL;
		if (h)
			for (size_t j = 0; j < m; j++)
				sum[j] += d[j] * h[j];
		else
			for (size_t j = 0; j < m; j++)
				sum[j] += d[j];
	}
	for (size_t j = 0; j < m; j++)
		to[from + j] += sum[j];
}

static void backward_task(void *ctx, size_t i)
{
	const struct backward *b = ctx;
	const struct tt_linear *l = b->l;
	if (i < b->n_dx) {
		dx_tile(b, i);
		return;
	}
	i -= b->n_dx;
	if (i < b->n_dw) {
		dw_tile(b, i);
		return;
	}
	sum_columns(l->db, l->dy, NULL, l->T, l->N, i - b->n_dw);
}

void tt_linear_backward(struct tt_gang *g, const struct tt_linear *l)
{
	struct backward b = {.l = l, .dx = grid_of(l->T, l->K), .dw = grid_of(l->N, l->K)};
	b.n_dx = l->dx ? grid_n(&b.dx) : 0;
	b.n_dw = grid_n(&b.dw);
	tt_gang_run(g, backward_task, &b, b.n_dx + b.n_dw + parts_for(l->N, SUM_COLUMNS));
}

struct sums {
	const float *dy, *hat;
	float *dgain, *dshift;
	size_t T, n;
};

static void sums_task(void *ctx, size_t i)
{
	const struct sums *s = ctx;
	sum_columns(s->dgain, s->dy, s->hat, s->T, s->n, i);
	sum_columns(s->dshift, s->dy, NULL, s->T, s->n, i);
}

void tt_norm_sums(
	struct tt_gang *g, const float *dy, const float *hat, float *dgain, float *dshift, size_t T, size_t n)
{
	struct sums s = {dy, hat, dgain, dshift, T, n};
	tt_gang_run(g, sums_task, &s, parts_for(n, SUM_COLUMNS));
}
