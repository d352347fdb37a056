/* gemm_tiles.h - multiply() of gemm.h over AMX's tiles: 16 rows of 16 sums += 16 rows of 64 bytes of
 *activations · 16 lines of a panel. Two rows of tiles by two panels are held at once, so that a tile that is
 *loaded is used twice. The including file includes vec.h with LANES 16 and defines TILE_CONFIGURE(config)
 *TILE_RELEASE() TILE_ZERO(t) TILE_LOAD(t, from, stride) TILE_STORE(t, to, stride) TILE_DOT(sums, x, w) one
 *step; t, sums, x and w are tile numbers number		type of a sum: int32_t or float line_result()
 *16 sums as a vector of outputs (which lets tests put plain C in the place of the instructions). */

/* What LDTILECFG reads (Intel 64 and IA-32 Architectures Software Developer's Manual, volume 1, chapter 18).
 */
struct tile_config {
	uint8_t palette, start_row, reserved[14];
	uint16_t bytes[16]; /* of a row of tile t */
	uint8_t rows[16];
};

enum { SIDE = 16 /* rows and columns of a tile; 0 to 3 are sums, 4 and 5 activations, 6 and 7 weights */ };

/* Rows [row, row + 32) and panels [panel, panel + 2), or as many of them as there are. */
static void block(const struct tt_product *p, size_t row, size_t panel)
{
	const size_t lines = p->w->lines, panel_bytes = lines * TT_LINE_BYTES, x_bytes = p->x_bytes;
	const bool low = p->m - row > SIDE, right = p->panel_end - panel > 1;
	const uint8_t *x = (const uint8_t *)p->x + row * x_bytes, *w = p->w->panels + panel * panel_bytes;
	number sums[2 * SIDE][2 * SIDE] __attribute__((aligned(64)));
	TILE_ZERO(0);
	TILE_ZERO(1);
	TILE_ZERO(2);
	TILE_ZERO(3);
	for (size_t l = 0; l < lines; l += TT_LINES, x += TT_LINE_BYTES, w += TT_LINES * TT_LINE_BYTES) {
		TILE_LOAD(4, x, x_bytes);
		TILE_LOAD(6, w, TT_LINE_BYTES);
		TILE_DOT(0, 4, 6);
		if (right) {
			TILE_LOAD(7, w + panel_bytes, TT_LINE_BYTES);
			TILE_DOT(1, 4, 7);
		}
		if (!low)
			continue;
		TILE_LOAD(5, x + SIDE * x_bytes, x_bytes);
		TILE_DOT(2, 5, 6);
		if (right)
			TILE_DOT(3, 5, 7);
	}
	TILE_STORE(0, &sums[0][0], sizeof(sums[0]));
	TILE_STORE(1, &sums[0][SIDE], sizeof(sums[0]));
	TILE_STORE(2, &sums[SIDE][0], sizeof(sums[0]));
	TILE_STORE(3, &sums[SIDE][SIDE], sizeof(sums[0]));
	for (size_t i = 0; i < 2 * SIDE && row + i < p->m; i++)
		for (size_t j = 0; j < 2 && panel + j < p->panel_end; j++) {
			float *y = p->y + (row + i) * p->y_stride + (panel + j - p->panel_begin) * TT_PANEL;
			const vec v = line_result(
				&sums[i][j * SIDE], p->w, (panel + j) * TT_PANEL, p->ranges + row + i);
			store(y, p->add ? load(y) + v : v);
		}
}

static void multiply(const struct tt_product *p)
{
	/* Constant: GCC 12's _tile_loadconfig tells the compiler of its first 8 bytes only, and stores to the
	 * others could be moved behind it. */
	static const struct tile_config config = {
		.palette = 1, .bytes = {[0 ... 7] = TT_LINE_BYTES}, .rows = {[0 ... 7] = SIDE}};
	TILE_CONFIGURE(&config);
	for (size_t panel = p->panel_begin; panel < p->panel_end; panel += 2)
		for (size_t row = 0; row < p->m; row += 2 * SIDE)
			block(p, row, panel);
	TILE_RELEASE();
}
