/* attention_vec.h - attention of rows.h over vectors of LANES floats, for sequences of tens to hundreds of
 * tokens: keys are transposed and values gathered once for a head, then blocks of queries go through scores,
 * softmax and the mean of values in register tiles, the scores of one block being all that is kept. The
 * including file includes vec.h and defines TILE_ROWS (a divisor of TT_Q_BLOCK, at most 6) and TILE_VECS (at
 * most 4) of the largest tile. */
#include "nlp/kernel/rows_isa.h"

/* The tile c (m, n · LANES) = a (m, k) · b (k, ...); m and n are constants at every call. Accumulators are
 * variables, as in gemm_tile.h. Each element is one chain of multiply-adds over k: its value does not depend
 * on the tile it is in. */
#define DOT_J(DO, I) DO(I, 0) DO(I, 1) DO(I, 2) DO(I, 3)
#define DOT_I(DO)    DO(0) DO(1) DO(2) DO(3) DO(4) DO(5)
#define ZERO(I, J)   vec s##I##J = {0};
#define ZERO_ROW(I)  DOT_J(ZERO, I)
#define LOAD_B(J)    load(b + (J < n ? J : 0) * LANES)
#define ADD(I, J)                                                                                            \
	if (J < n)                                                                                           \
		s##I##J += now * b##J;
#define ADD_ROW(I)                                                                                           \
	if (I < m) {                                                                                         \
		const vec now = splat(a[I * lda]);                                                           \
		DOT_J(ADD, I)                                                                                \
	}
#define KEEP(I, J)                                                                                           \
	if (I < m && J < n)                                                                                  \
		store(c + I * ldc + J * LANES, s##I##J);
#define KEEP_ROW(I) DOT_J(KEEP, I)

INLINE void dot_tile(float *c, size_t ldc, const float *a, size_t lda, const float *b, size_t ldb, size_t k,
	const int m, const int n)
{
	DOT_I(ZERO_ROW)
	for (size_t p = 0; p < k; p++, a++, b += ldb) {
		const vec b0 = LOAD_B(0), b1 = LOAD_B(1), b2 = LOAD_B(2), b3 = LOAD_B(3);
		DOT_I(ADD_ROW)
	}
	DOT_I(KEEP_ROW)
}

/* Whole tiles, then what is left row by row. */
INLINE void columns(float *c, size_t ldc, const float *a, size_t lda, const float *b, size_t ldb, size_t m,
	size_t k, const int n)
{
	size_t i = 0;
	for (; m - i >= TILE_ROWS; i += TILE_ROWS)
		dot_tile(c + i * ldc, ldc, a + i * lda, lda, b, ldb, k, TILE_ROWS, n);
	for (; m - i >= 2; i += 2)
		dot_tile(c + i * ldc, ldc, a + i * lda, lda, b, ldb, k, 2, n);
	if (i < m)
		dot_tile(c + i * ldc, ldc, a + i * lda, lda, b, ldb, k, 1, n);
}

/* c (m, n) = a (m, k) · b (k, n), n a multiple of LANES. */
static void multiply_small(float *c, size_t ldc, const float *a, size_t lda, const float *b, size_t ldb,
	size_t m, size_t n, size_t k)
{
	size_t j = 0;
	for (; n - j >= TILE_VECS * LANES; j += TILE_VECS * LANES)
		columns(c + j, ldc, a, lda, b + j, ldb, m, k, TILE_VECS);
	for (; j < n; j += LANES)
		columns(c + j, ldc, a, lda, b + j, ldb, m, k, 1);
}

/* Softmax of scale · x without the division, which is left to the output: returns 1 / Σ. x has n values and
 * room up to keys, a multiple of LANES, which is filled so that it counts for nothing. */
INLINE float exp_row(float *x, size_t n, size_t keys, float scale)
{
	vec max = splat(-INFINITY), sum = {0};
	for (size_t j = n; j < keys; j++)
		x[j] = -INFINITY;
	for (size_t j = 0; j < keys; j += LANES)
		max = vmax(max, load(x + j));
	const vec top = splat(max_of(max));
	for (size_t j = 0; j < keys; j += LANES) {
		const vec e = exp_of((load(x + j) - top) * splat(scale));
		store(x + j, e);
		sum += e;
	}
	return 1 / sum_of(sum);
}

/* Four by four: what stands in rows is written in columns. */
INLINE void transpose4(float *to, size_t ldt, const float *from, size_t ldf)
{
	typedef float four __attribute__((vector_size(16)));
	typedef float loose4 __attribute__((vector_size(16), aligned(4), may_alias));
	const four a = *(const loose4 *)from, b = *(const loose4 *)(from + ldf),
		   c = *(const loose4 *)(from + 2 * ldf), d = *(const loose4 *)(from + 3 * ldf);
	const four ab = __builtin_shufflevector(a, b, 0, 4, 1, 5),
		   cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
	const four ef = __builtin_shufflevector(a, b, 2, 6, 3, 7),
		   gh = __builtin_shufflevector(c, d, 2, 6, 3, 7);
	*(loose4 *)to = __builtin_shufflevector(ab, cd, 0, 1, 4, 5);
	*(loose4 *)(to + ldt) = __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
	*(loose4 *)(to + 2 * ldt) = __builtin_shufflevector(ef, gh, 0, 1, 4, 5);
	*(loose4 *)(to + 3 * ldt) = __builtin_shufflevector(ef, gh, 2, 3, 6, 7);
}

/* Keys transposed (d, keys), and values (n_kv, width), both padded with zeros. */
static void gather(const struct tt_attention *a, float *kt, float *v, size_t keys, size_t width)
{
	const size_t d4 = a->d / 4 * 4, n4 = a->n_kv / 4 * 4;
	for (size_t j = 0; j < n4; j += 4)
		for (size_t c = 0; c < d4; c += 4)
			transpose4(kt + c * keys + j, keys, a->k + j * a->kv_stride + c, a->kv_stride);
	for (size_t j = 0; j < a->n_kv; j++) {
		for (size_t c = j < n4 ? d4 : 0; c < a->d; c++)
			kt[c * keys + j] = a->k[j * a->kv_stride + c];
		memcpy(v + j * width, a->v + j * a->kv_stride, a->d * sizeof(float));
		memset(v + j * width + a->d, 0, (width - a->d) * sizeof(float));
	}
	for (size_t c = 0; c < a->d; c++)
		memset(kt + c * keys + a->n_kv, 0, (keys - a->n_kv) * sizeof(float));
}

INLINE void put_row(float *to, const float *from, float factor, size_t n)
{
	size_t c = 0;
	for (; c + LANES <= n; c += LANES)
		store(to + c, load(from + c) * splat(factor));
	for (; c < n; c++)
		to[c] = from[c] * factor;
}

static void attention(const struct tt_attention *a)
{
	const size_t d = a->d, keys = tt_pad(a->n_kv, LANES), width = tt_pad(d, LANES);
	float *kt = a->work, *v = kt + d * keys, *scores = v + a->n_kv * width,
	      *out = scores + TT_Q_BLOCK * keys;
	gather(a, kt, v, keys, width);
	for (size_t from = 0; from < a->n_q; from += TT_Q_BLOCK) {
		const size_t m = a->n_q - from < TT_Q_BLOCK ? a->n_q - from : TT_Q_BLOCK;
		float inverse[TT_Q_BLOCK];
		multiply_small(scores, keys, a->q + from * a->q_stride, a->q_stride, kt, keys, m, keys, d);
		for (size_t i = 0; i < m; i++)
			inverse[i] = exp_row(scores + i * keys, a->n_kv, keys, a->scale);
		multiply_small(out, width, scores, keys, v, width, m, width, a->n_kv);
		for (size_t i = 0; i < m; i++)
			put_row(a->out + (from + i) * a->out_stride, out + i * width, inverse[i], d);
	}
}
