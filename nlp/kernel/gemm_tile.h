/* gemm_tile.h - multiply() of gemm.h in register tiles, compiled once per instruction set and precision. The
 * including file includes vec.h and defines
 *	TILE_M, TILE_PANELS            rows and panels of the largest tile: at most 4 accumulators wide
 *	STEP_LINES                     lines that a step multiplies, if not one
 *	acc, wide_x, wide_w            an accumulator (LANES sums), and what is multiplied
 *	spread_x(), load_w(), dot()    one step: acc = dot(acc, a row's part of the lines, LANES columns'
 *part) result()                       outputs from sums: bias and scales in them The products of one output
 *are added in the order of k, whatever tile it is in. */
#ifndef STEP_LINES
#define STEP_LINES 1
#endif

enum {
	ACCS = TT_PANEL / LANES /* of a row and panel */,
	PART_BYTES = TT_LINE_BYTES / ACCS,
	X_BYTES = 4 /* of a row, for a line */
};

/* A tile's accumulators are variables of their own, sIJ for row I and accumulator J of the row; those that a
 * smaller tile does not use vanish. In an array they would live in memory (GCC 12). */
#define EACH_J(DO, I) DO(I, 0) DO(I, 1) DO(I, 2) DO(I, 3)
#define EACH_I(DO)    DO(0) DO(1) DO(2) DO(3) DO(4) DO(5)
#define BEGIN(I, J)   acc s##I##J = zero;
#define BEGIN_ROW(I)  EACH_J(BEGIN, I)
#define LOAD_W(J)     load_w(w + (J < accs ? J / ACCS * panel_bytes + J % ACCS * PART_BYTES : 0))
#define STEP(I, J)                                                                                           \
	if (J < accs)                                                                                        \
		s##I##J = dot(s##I##J, now, w##J);
#define STEP_ROW(I)                                                                                          \
	if (I < m) {                                                                                         \
		const wide_x now = spread_x(x + I * x_bytes);                                                \
		EACH_J(STEP, I)                                                                              \
	}
#define PUT(I, J)                                                                                            \
	if (J < accs)                                                                                        \
		put(p, row + I, panel, J, s##I##J);
#define PUT_ROW(I)                                                                                           \
	if (I < m) {                                                                                         \
		EACH_J(PUT, I)                                                                               \
	}

/* LANES outputs: the vec-th vector of a row of the tile. */
INLINE void put(const struct tt_product *p, size_t row, size_t panel, int vec_of_row, acc sums)
{
	const size_t column = panel * TT_PANEL + (size_t)vec_of_row * LANES;
	float *y = p->y + row * p->y_stride + column - p->panel_begin * TT_PANEL;
	const vec v = result(sums, p->w, column, p->ranges + row);
	store(y, p->add ? load(y) + v : v);
}

/* m rows by n panels; both are constants at every call. */
INLINE void tile(const struct tt_product *p, size_t row, size_t panel, const int m, const int n)
{
	const size_t lines = p->w->lines, panel_bytes = lines * TT_LINE_BYTES, x_bytes = p->x_bytes;
	const uint8_t *w = p->w->panels + panel * panel_bytes, *x = (const uint8_t *)p->x + row * x_bytes;
	const acc zero = {0};
	const int accs = n * ACCS;
	EACH_I(BEGIN_ROW)
	for (size_t l = 0; l < lines;
		l += STEP_LINES, w += STEP_LINES * TT_LINE_BYTES, x += STEP_LINES * X_BYTES) {
		const wide_w w0 = LOAD_W(0), w1 = LOAD_W(1), w2 = LOAD_W(2), w3 = LOAD_W(3);
		EACH_I(STEP_ROW)
	}
	EACH_I(PUT_ROW)
}

#define TILE_OF(m, n)                                                                                        \
	case m:                                                                                              \
		tile(p, row, panel, m, n);                                                                   \
		break;

#define TILES(name, n)                                                                                       \
	static void name(const struct tt_product *p, size_t row, size_t panel, size_t m)                     \
	{                                                                                                    \
		switch (m) {                                                                                 \
			EACH_TILE_M(n)                                                                       \
		}                                                                                            \
	}

#if TILE_M == 4
#define EACH_TILE_M(n) TILE_OF(1, n) TILE_OF(2, n) TILE_OF(3, n) TILE_OF(4, n)
#elif TILE_M == 6
#define EACH_TILE_M(n) TILE_OF(1, n) TILE_OF(2, n) TILE_OF(3, n) TILE_OF(4, n) TILE_OF(5, n) TILE_OF(6, n)
#else
#define EACH_TILE_M(n) TILE_OF(1, n) TILE_OF(2, n) TILE_OF(3, n)
#endif

TILES(tiles_of_one, 1)
#if TILE_PANELS > 1
TILES(tiles_of_many, TILE_PANELS)
#endif

/* Panels outside, so that each is read from far away once and from the cache for all other rows. */
static void multiply(const struct tt_product *p)
{
	for (size_t panel = p->panel_begin; panel < p->panel_end;) {
		const size_t n = p->panel_end - panel >= TILE_PANELS ? TILE_PANELS : 1;
		for (size_t row = 0, m; row < p->m; row += m) {
			m = p->m - row < TILE_M ? p->m - row : TILE_M;
#if TILE_PANELS > 1
			if (n > 1)
				tiles_of_many(p, row, panel, m);
			else
#endif
				tiles_of_one(p, row, panel, m);
		}
		panel += n;
	}
}
