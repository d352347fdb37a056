/* gemm.h - rows of activations times a weight matrix, in three precisions. The matrix is packed once, when a
 * model is loaded, into the order in which every kernel reads it:
 *
 *	panels of 16 columns (outputs); in a panel, lines of 64 bytes; in a line, of each of the 16 columns 4
 *bytes that follow each other in k: 1 fp32, 2 bf16 or 4 int8 values
 *
 * so that a line times 4 broadcast bytes of a row is one step for 16 outputs, in a vector register or, 16
 *lines at a time, in a tile. What is missing to whole panels and to 16 lines is zero.
 *
 * int8: weights are symmetric per output, w = w_scale q with q in -127..127; activations are affine per row,
 * x = scale q + low with q in 0..255, and Σ w x = w_scale scale Σ q_w q_x + low Σ w. The sum of products is
 * an exact integer in every kernel (for k up to TT_K_MAX): over the same packed weights, all agree to the last
 * bit. Kernels that add four products in 16 bits (vpmaddubsw, vpaddw) cannot saturate, since their weights are
 * packed for it: w_scale is such that of the weights 8i + 2j + {0, 1, 4, 5}, j 0 or 1, the magnitudes sum to
 * at most TT_TOGETHER_MAX; for the others, that the row's largest magnitude is 127. bf16: round to nearest,
 * sums in fp32.
 *
 * All kernels: an output is one chain of operations over k, whatever the rows and columns beside it, so that
 *it is the same to the last bit in every batch.
 *
 * Everything is read-only but y; any number of threads. */
#ifndef TT_NLP_KERNEL_GEMM_H
#define TT_NLP_KERNEL_GEMM_H

#include <stddef.h>
#include <stdint.h>

#include "nlp/kernel/isa.h"

enum tt_precision { TT_USE_FP32, TT_USE_BF16, TT_USE_INT8, TT_PRECISIONS };

const char *tt_precision_name(enum tt_precision p); /* "int8" */

enum {
	TT_PANEL = 16,      /* columns */
	TT_LINE_BYTES = 64, /* of a panel */
	TT_LINES = 16,      /* a panel's lines are a multiple of it */
	TT_ROWS = 16,       /* rows that a kernel may read and compute together; see tt_product.x */
	TT_K_MAX = 65536,   /* 255 · 127 · 65536 < 2^31 */
	TT_TOGETHER_MAX = 128, /* 255 · 128 < 2^15 */
};

/* Columns and rows are padded so. */
static inline size_t tt_pad(size_t n, size_t to)
{
	return (n + to - 1) / to * to;
}

struct tt_matrix {
	const uint8_t *panels;
	size_t n, lines;     /* outputs, a multiple of TT_PANEL; lines of a panel */
	const float *bias;   /* (n) */
	const float *scales; /* (n) int8: w_scale; else NULL */
	const float *sums;   /* (n) int8: Σ w, as quantised; else NULL */
};

/* int8: of one row of activations. */
struct tt_range {
	float scale, low;
};

struct tt_product {
	const struct tt_matrix *w;
	size_t panel_begin, panel_end; /* which columns */
	const void
		*x; /* rows as tt_rows_ready left them; memory up to a multiple of TT_ROWS rows is readable */
	size_t x_bytes;                /* from row to row: tt_gemm_row_bytes */
	const struct tt_range *ranges; /* (m) int8; else NULL */
	size_t m;
	float *y;        /* (m, ·): column 0 is that of panel_begin */
	size_t y_stride; /* floats */
	bool add;        /* y += x · w + bias instead of y = */
};

struct tt_gemm {
	enum tt_isa isa;
	enum tt_precision precision;
	bool in_fours; /* int8: adds four products in 16 bits, see above */
	int rate;      /* products a cycle and core at best: what precisions are ranked by */
	void (*multiply)(const struct tt_product *p);
};

/* The fastest that may be used here; never NULL. */
const struct tt_gemm *tt_gemm_best(enum tt_precision p);
/* All of this build, fastest first within a precision, the plain one last; ends with NULL. Those whose isa is
 * not there must not be called. */
const struct tt_gemm *const *tt_gemm_all(void);

/* Bytes of a row of k activations: whole lines. */
size_t tt_gemm_row_bytes(const struct tt_gemm *g, size_t k);

/* ---- packing ---- */

/* Lines of a panel over k inputs, and bytes of the panels over n outputs. */
size_t tt_matrix_lines(enum tt_precision p, size_t k);
size_t tt_matrix_bytes(enum tt_precision p, size_t n, size_t k);

/* Packs output `row` (its k weights) for g into panels of `lines` lines, zeroed before. int8: also what of it
 * goes into scales and sums. */
void tt_matrix_pack(const struct tt_gemm *g, uint8_t *panels, size_t lines, size_t row, const float *weights,
	size_t k, float *scale, float *sum);

#endif
