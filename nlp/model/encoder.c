/* encoder.c - see encoder.h. Buffers, all rows padded to whole panels:
 *
 *	x (T, C)       the hidden states, updated in place
 *	ready (T, C)   x as the multiplication takes it (gemm.h); in fp32 it is x
 *	qkv (T, 3C)    queries, keys, values
 *	mid (T, C)     what attention makes of them; the pooler's output
 *	wide (B, F)    the intermediate layer of a block of B rows, and as the multiplication takes it
 *
 * What follows attention is done block by block, so that a block stays in the cache from one multiplication
 *to the next, while weights, which come from further away, are read once for all of its rows. */
#include "nlp/model/encoder.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nlp/kernel/rows.h"
#include "nlp/model/widen.h"

/* B, rows of a block: a multiple of every kernel's tile height and of TT_ROWS. A layer's weights are read
 * once a block; those of more bytes than LARGE come from so far away that it is to be worth more rows. */
enum { BLOCK = 48, BLOCK_LARGE = 192, LARGE = 4 << 20, ALIGN = 64 };

struct tt_encoder {
	const struct tt_weights *w;
	const struct tt_model_config *config;
	const struct tt_kernels *kernels;
	const struct tt_gemm *gemm, *gemm_fp32; /* of the layers; of the pooler */
	size_t block;                           /* B */
	size_t stride, wide_stride;             /* C and F, padded */
	size_t ready_bytes, wide_bytes;         /* of a row that is ready to be multiplied */
	float *x, *qkv, *mid, *wide;
	uint8_t *ready, *block_ready, *wide_ready;
	struct tt_range *ranges, *block_ranges; /* (T), (B) */
	float *work;                            /* one head's attention */
	void *memory;
	/* the pack as it is now */
	size_t *seqs, n_seqs, n_tokens;
	int layer;
};

/* ---- memory ---- */

/* Hands out parts of the scratch; with NULL as memory it only measures. */
static void *part(char *memory, size_t *used, size_t bytes)
{
	void *p = memory ? memory + *used : NULL;
	*used += tt_pad(bytes, ALIGN);
	return p;
}

/* Of a layer's matrices: query, key, value and output (C, C), up and down. */
static size_t layer_bytes(const struct tt_encoder *e)
{
	const size_t C = (size_t)e->config->hidden, F = (size_t)e->config->intermediate;
	const size_t bytes = e->gemm->precision == TT_USE_INT8 ? 1 : e->gemm->precision == TT_USE_BF16 ? 2 : 4;
	return (4 * C * C + 2 * C * F) * bytes;
}

static size_t lay_out(struct tt_encoder *e, char *memory, size_t max_tokens)
{
	const struct tt_model_config *c = e->config;
	const bool own = e->gemm->precision != TT_USE_FP32; /* form of rows that are multiplied */
	const size_t C = (size_t)c->hidden, F = (size_t)c->intermediate, T = tt_pad(max_tokens, TT_ROWS);
	size_t used = 0;
	e->block = layer_bytes(e) > LARGE ? BLOCK_LARGE : BLOCK;
	e->stride = tt_pad(C, TT_PANEL);
	e->wide_stride = tt_pad(F, TT_PANEL);
	e->ready_bytes = tt_gemm_row_bytes(e->gemm, C);
	e->wide_bytes = tt_gemm_row_bytes(e->gemm, F);
	e->x = part(memory, &used, T * e->stride * sizeof(float));
	e->qkv = part(memory, &used, T * 3 * e->stride * sizeof(float));
	e->mid = part(memory, &used, T * e->stride * sizeof(float));
	e->wide = part(memory, &used, e->block * e->wide_stride * sizeof(float));
	e->ready = own ? part(memory, &used, T * e->ready_bytes) : (uint8_t *)e->x;
	e->block_ready = own ? part(memory, &used, e->block * e->ready_bytes) : NULL;
	e->wide_ready = own ? part(memory, &used, e->block * e->wide_bytes) : (uint8_t *)e->wide;
	e->ranges = part(memory, &used, T * sizeof(*e->ranges));
	e->block_ranges = part(memory, &used, e->block * sizeof(*e->block_ranges));
	e->seqs = part(memory, &used, (T + 1) * sizeof(*e->seqs));
	e->work = part(
		memory, &used, tt_attention_work((size_t)c->positions, C / (size_t)c->heads) * sizeof(float));
	return used;
}

size_t tt_encoder_bytes(const struct tt_weights *w, const struct tt_model_config *config, size_t max_tokens)
{
	struct tt_encoder e = {.config = config, .gemm = tt_gemm_best(w->precision)};
	return sizeof(e) + lay_out(&e, NULL, max_tokens);
}

struct tt_encoder *tt_encoder_new(
	const struct tt_weights *w, const struct tt_model_config *config, size_t max_tokens)
{
	struct tt_encoder *e = calloc(1, sizeof(*e));
	if (!e)
		return NULL;
	e->w = w;
	e->config = config;
	e->kernels = tt_kernels_best();
	e->gemm = tt_gemm_best(w->precision);
	e->gemm_fp32 = tt_gemm_best(TT_USE_FP32);
	const size_t bytes = lay_out(e, NULL, max_tokens);
	e->memory = aligned_alloc(ALIGN, bytes);
	if (!e->memory) {
		free(e);
		return NULL;
	}
	memset(e->memory, 0, bytes); /* what kernels read beyond the rows and columns in use is finite */
	lay_out(e, e->memory, max_tokens);
	return e;
}

void tt_encoder_free(struct tt_encoder *e)
{
	if (!e)
		return;
	free(e->memory);
	free(e);
}

size_t tt_encoder_stride(const struct tt_encoder *e)
{
	return e->stride;
}

/* ---- rows ---- */

static void make_ready(struct tt_encoder *e, size_t row)
{
	e->ranges[row] = tt_row_ready(e->kernels, e->gemm, e->ready + row * e->ready_bytes,
		e->x + row * e->stride, (size_t)e->config->hidden);
}

static void norm_row(struct tt_encoder *e, size_t row, const struct tt_norm *n)
{
	e->kernels->norm(
		e->x + row * e->stride, n->gain, n->shift, e->config->norm_eps, (size_t)e->config->hidden);
	make_ready(e, row);
}

/* x = norm(word[id] + place[position]) */
static void embed(struct tt_encoder *e, const struct tt_pack *pack)
{
	const size_t C = (size_t)e->config->hidden, word_bytes = C * tt_dtype_bytes(e->w->word->dtype);
	for (size_t s = 0; s < pack->n_seqs; s++)
		for (size_t t = pack->seqs[s]; t < pack->seqs[s + 1]; t++) {
			float *x = e->x + t * e->stride;
			const float *place = e->w->place + (t - pack->seqs[s]) * C;
			tt_widen(x, e->w->word->rows + (size_t)pack->ids[t] * word_bytes, e->w->word->dtype,
				C);
			for (size_t c = 0; c < C; c++)
				x[c] += place[c];
			norm_row(e, t, &e->w->embed_norm);
		}
}

/* ---- a layer ---- */

/* qkv's columns of panels [begin, end) for the first m rows of x. */
static void project(struct tt_encoder *e, const struct tt_layer *y, size_t m, size_t begin, size_t end)
{
	struct tt_product p = {
		.w = &y->qkv,
		.panel_begin = begin,
		.panel_end = end,
		.x_bytes = e->ready_bytes,
		.y_stride = 3 * e->stride,
	};
	for (size_t row = 0; row < m; row += e->block) {
		p.m = m - row < e->block ? m - row : e->block;
		p.x = e->ready + row * e->ready_bytes;
		p.ranges = e->ranges + row;
		p.y = e->qkv + row * p.y_stride + begin * TT_PANEL;
		e->gemm->multiply(&p);
	}
}

/* mid: every head of one sequence, whose queries are rows [q_begin, q_end) of qkv and keys [kv_begin,
 * kv_end). */
static void attend(struct tt_encoder *e, size_t q_begin, size_t q_end, size_t kv_begin, size_t kv_end)
{
	const size_t heads = (size_t)e->config->heads, d = (size_t)e->config->hidden / heads,
		     stride = 3 * e->stride;
	for (size_t h = 0; h < heads; h++) {
		const float *kv = e->qkv + kv_begin * stride + h * d;
		const struct tt_attention a = {
			.q = e->qkv + q_begin * stride + h * d,
			.n_q = q_end - q_begin,
			.q_stride = stride,
			.k = kv + e->stride,
			.v = kv + 2 * e->stride,
			.n_kv = kv_end - kv_begin,
			.kv_stride = stride,
			.d = d,
			.scale = 1 / sqrtf((float)d),
			.out = e->mid + q_begin * e->stride + h * d,
			.out_stride = e->stride,
			.work = e->work,
		};
		e->kernels->attention(&a);
	}
}

/* x rows += w · the rows given */
static void add_to_x(struct tt_encoder *e, const struct tt_matrix *w, const void *rows, size_t row_bytes,
	size_t row, size_t m)
{
	const struct tt_product p = {.w = w,
		.panel_end = w->n / TT_PANEL,
		.x = rows,
		.x_bytes = row_bytes,
		.ranges = e->block_ranges,
		.m = m,
		.y = e->x + row * e->stride,
		.y_stride = e->stride,
		.add = true};
	e->gemm->multiply(&p);
}

/* wide = gelu(up · x) for m rows of x, made ready. */
static void widen_block(struct tt_encoder *e, const struct tt_layer *y, size_t row, size_t m)
{
	const size_t F = (size_t)e->config->intermediate;
	const struct tt_product p = {.w = &y->up,
		.panel_end = y->up.n / TT_PANEL,
		.x = e->ready + row * e->ready_bytes,
		.x_bytes = e->ready_bytes,
		.ranges = e->ranges + row,
		.m = m,
		.y = e->wide,
		.y_stride = e->wide_stride};
	e->gemm->multiply(&p);
	for (size_t i = 0; i < m; i++) {
		float *wide = e->wide + i * e->wide_stride;
		e->kernels->gelu(wide, F);
		e->block_ranges[i] =
			tt_row_ready(e->kernels, e->gemm, e->wide_ready + i * e->wide_bytes, wide, F);
	}
}

/* What follows attention, for the first m rows: x = norm(x + out · mid), then x = norm(x + down · gelu(up ·
 * x)), with biases. */
static void feed(struct tt_encoder *e, const struct tt_layer *y, size_t m)
{
	const size_t C = (size_t)e->config->hidden;
	for (size_t row = 0; row < m; row += e->block) {
		const size_t n = m - row < e->block ? m - row : e->block;
		const float *mid = e->mid + row * e->stride;
		for (size_t i = 0; e->block_ready && i < n; i++)
			e->block_ranges[i] = tt_row_ready(e->kernels, e->gemm,
				e->block_ready + i * e->ready_bytes, mid + i * e->stride, C);
		add_to_x(e, &y->out, e->block_ready ? (const void *)e->block_ready : mid, e->ready_bytes, row,
			n);
		for (size_t i = row; i < row + n; i++)
			norm_row(e, i, &y->out_norm);
		widen_block(e, y, row, n);
		add_to_x(e, &y->down, e->wide_ready, e->wide_bytes, row, n);
		for (size_t i = row; i < row + n; i++)
			norm_row(e, i, &y->down_norm);
	}
}

/* ---- the pass ---- */

void tt_encoder_begin(struct tt_encoder *e, const struct tt_pack *pack)
{
	e->layer = 0;
	e->n_seqs = pack->n_seqs;
	e->n_tokens = pack->n_tokens;
	memcpy(e->seqs, pack->seqs, (pack->n_seqs + 1) * sizeof(*e->seqs));
	embed(e, pack);
}

const float *tt_encoder_step(struct tt_encoder *e)
{
	const struct tt_layer *y = &e->w->layers[e->layer++];
	project(e, y, e->n_tokens, 0, y->qkv.n / TT_PANEL);
	for (size_t s = 0; s < e->n_seqs; s++)
		attend(e, e->seqs[s], e->seqs[s + 1], e->seqs[s], e->seqs[s + 1]);
	feed(e, y, e->n_tokens);
	return e->x;
}

/* Row `from` takes the place of row `to`, not behind it. */
static void move_row(struct tt_encoder *e, size_t to, size_t from)
{
	if (to == from)
		return;
	memcpy(e->x + to * e->stride, e->x + from * e->stride, e->stride * sizeof(float));
	e->ranges[to] = e->ranges[from];
	if (e->block_ready)
		memcpy(e->ready + to * e->ready_bytes, e->ready + from * e->ready_bytes, e->ready_bytes);
}

void tt_encoder_keep(struct tt_encoder *e, const bool *keep)
{
	size_t n = 0, tokens = 0;
	for (size_t s = 0; s < e->n_seqs; s++) {
		const size_t begin = e->seqs[s], end = e->seqs[s + 1];
		if (!keep[s])
			continue;
		e->seqs[n++] = tokens;
		for (size_t t = begin; t < end; t++)
			move_row(e, tokens++, t);
	}
	e->seqs[n] = tokens;
	e->n_seqs = n;
	e->n_tokens = tokens;
}

/* The last layer needs keys and values of all tokens, but everything else only of the rows wanted. These move
 * to the front once keys and values are computed; so do their queries. */
const float *tt_encoder_finish(struct tt_encoder *e, const size_t *rows, size_t n_rows)
{
	const struct tt_layer *y = &e->w->layers[e->layer];
	const size_t third = y->qkv.n / TT_PANEL / 3;
	project(e, y, e->n_tokens, third, 3 * third);
	for (size_t i = 0; i < n_rows; i++)
		move_row(e, i, rows[i]);
	project(e, y, n_rows, 0, third);
	for (size_t s = 0, from = 0, to = 0; s < e->n_seqs; s++, from = to) {
		while (to < n_rows && rows[to] < e->seqs[s + 1])
			to++;
		attend(e, from, to, e->seqs[s], e->seqs[s + 1]);
	}
	feed(e, y, n_rows);
	return e->x;
}

const float *tt_encoder_pool(struct tt_encoder *e, const struct tt_matrix *w, const size_t *rows, size_t n)
{
	const size_t C = (size_t)e->config->hidden;
	for (size_t i = 0; i < n; i++)
		memcpy(e->qkv + i * e->stride, e->x + rows[i] * e->stride, e->stride * sizeof(float));
	const struct tt_product p = {.w = w,
		.panel_end = w->n / TT_PANEL,
		.x = e->qkv,
		.x_bytes = e->stride * sizeof(float),
		.m = n,
		.y = e->mid,
		.y_stride = e->stride};
	e->gemm_fp32->multiply(&p);
	for (size_t i = 0; i < n; i++)
		for (size_t c = 0; c < C; c++)
			e->mid[i * e->stride + c] = tanhf(e->mid[i * e->stride + c]);
	return e->mid;
}
