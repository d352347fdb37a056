/* encoder.c - see encoder.h. Three buffers are all it takes; who uses which when:
 *
 *	x (T, C)          the hidden states, updated in place; the last layer leaves the wanted rows at its
 *front wide (T, max(3C, F))   queries, keys, values; then the attention's projection; then the intermediate
 *layer mid (T, C)        the attention's output; then the intermediate layer's projection
 *
 * All hold tt_gemm_rows(T) rows and begin as zeros, so that the rows tt_gemm reads beyond T are finite. */
#include "nlp/model/encoder.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nlp/model/kernels.h"
#include "nlp/model/widen.h"

struct tt_encoder {
	const struct tt_weights *w;
	const struct tt_model_config *config;
	const struct tt_kernels *kernels;
	float *x, *wide, *mid;
	float *zero; /* (C): the bias of what needs none */
	float *work; /* one head's attention */
	void *block;
};

/* Where attention finds its operands: columns of `wide`, and for each sequence its first query row. */
struct operands {
	const float *q, *k, *v;
	size_t q_stride, kv_stride;
};

static size_t wide_width(const struct tt_model_config *c)
{
	return (size_t)(3 * c->hidden > c->intermediate ? 3 * c->hidden : c->intermediate);
}

static size_t floats_of(const struct tt_model_config *c, size_t max_tokens)
{
	const size_t C = (size_t)c->hidden, T = tt_gemm_rows(max_tokens);
	return T * (2 * C + wide_width(c)) + C +
	       tt_attention_work((size_t)c->positions, C / (size_t)c->heads);
}

size_t tt_encoder_bytes(const struct tt_model_config *config, size_t max_tokens)
{
	return sizeof(struct tt_encoder) + (floats_of(config, max_tokens) * sizeof(float) + 63) / 64 * 64;
}

struct tt_encoder *tt_encoder_new(
	const struct tt_weights *w, const struct tt_model_config *config, size_t max_tokens)
{
	const size_t C = (size_t)config->hidden, T = tt_gemm_rows(max_tokens);
	const size_t bytes = (floats_of(config, max_tokens) * sizeof(float) + 63) / 64 * 64;
	struct tt_encoder *e = calloc(1, sizeof(*e));
	if (!e || !(e->block = aligned_alloc(64, bytes))) {
		free(e);
		return NULL;
	}
	memset(e->block, 0, bytes);
	e->w = w;
	e->config = config;
	e->kernels = tt_kernels_best();
	e->x = e->block;
	e->wide = e->x + T * C;
	e->mid = e->wide + T * wide_width(config);
	e->zero = e->mid + T * C;
	e->work = e->zero + C;
	return e;
}

void tt_encoder_free(struct tt_encoder *e)
{
	if (!e)
		return;
	free(e->block);
	free(e);
}

/* x = norm(word[id] + place[position]) */
static void embed(struct tt_encoder *e, const struct tt_pack *pack)
{
	const size_t C = (size_t)e->config->hidden, word_bytes = C * tt_dtype_bytes(e->w->word_dtype);
	for (size_t s = 0; s < pack->n_seqs; s++)
		for (size_t t = pack->seqs[s]; t < pack->seqs[s + 1]; t++) {
			tt_widen(e->x + t * C, e->w->word + (size_t)pack->ids[t] * word_bytes,
				e->w->word_dtype, C);
			e->kernels->add_norm(e->x + t * C, e->w->place + (t - pack->seqs[s]) * C, e->zero,
				e->w->embed_norm.gain, e->w->embed_norm.shift, e->config->norm_eps, 1, C);
		}
}

/* mid (queries, C): every head of one sequence, whose queries are rows [q_begin, q_end) of o->q. */
static void attend_sequence(struct tt_encoder *e, const struct tt_layer *y, const struct operands *o,
	size_t q_begin, size_t q_end, size_t kv_begin, size_t kv_end)
{
	const size_t C = (size_t)e->config->hidden, heads = (size_t)e->config->heads, d = C / heads;
	for (size_t h = 0; h < heads; h++) {
		const struct tt_attention a = {
			.q = o->q + q_begin * o->q_stride + h * d,
			.n_q = q_end - q_begin,
			.q_stride = o->q_stride,
			.k = o->k + kv_begin * o->kv_stride + h * d,
			.v = o->v + kv_begin * o->kv_stride + h * d,
			.n_kv = kv_end - kv_begin,
			.kv_stride = o->kv_stride,
			.q_bias = y->qkv_b + h * d,
			.k_bias = y->qkv_b + C + h * d,
			.v_bias = y->qkv_b + 2 * C + h * d,
			.d = d,
			.scale = 1 / sqrtf((float)d),
			.out = e->mid + q_begin * C + h * d,
			.out_stride = C,
			.work = e->work,
		};
		e->kernels->attention(&a);
	}
}

/* What follows attention, row by row: x (m, C) = norm(x + mid · out_w), then x = norm(x + gelu(x · up_w) ·
 * down_w), with biases. */
static void project_and_feed(struct tt_encoder *e, const struct tt_layer *y, size_t m)
{
	const size_t C = (size_t)e->config->hidden, F = (size_t)e->config->intermediate;
	const float eps = e->config->norm_eps;
	tt_gemm(e->wide, C, e->mid, C, y->out_w, m, C, C);
	e->kernels->add_norm(e->x, e->wide, y->out_b, y->out_norm.gain, y->out_norm.shift, eps, m, C);
	tt_gemm(e->wide, F, e->x, C, y->up_w, m, F, C);
	e->kernels->bias_gelu(e->wide, y->up_b, m, F);
	tt_gemm(e->mid, C, e->wide, F, y->down_w, m, C, F);
	e->kernels->add_norm(e->x, e->mid, y->down_b, y->down_norm.gain, y->down_norm.shift, eps, m, C);
}

static void layer(struct tt_encoder *e, const struct tt_layer *y, const struct tt_pack *pack)
{
	const size_t C = (size_t)e->config->hidden;
	const struct operands o = {e->wide, e->wide + C, e->wide + 2 * C, 3 * C, 3 * C};
	tt_gemm(e->wide, 3 * C, e->x, C, y->qkv_w, pack->n_tokens, 3 * C, C);
	for (size_t s = 0; s < pack->n_seqs; s++)
		attend_sequence(e, y, &o, pack->seqs[s], pack->seqs[s + 1], pack->seqs[s], pack->seqs[s + 1]);
	project_and_feed(e, y, pack->n_tokens);
}

/* The last layer needs keys and values of all tokens, but everything else only of the rows wanted. These move
 * to the front of x once the keys and values are computed; their queries stand in `wide` behind the keys and
 * values. */
static void last_layer(struct tt_encoder *e, const struct tt_layer *y, const struct tt_pack *pack)
{
	const size_t C = (size_t)e->config->hidden, T = tt_gemm_rows(pack->n_tokens), R = pack->n_rows;
	float *q = e->wide + T * 2 * C;
	const struct operands o = {q, e->wide, e->wide + C, C, 2 * C};
	tt_gemm(e->wide, 2 * C, e->x, C, y->qkv_w + C * C, pack->n_tokens, 2 * C, C);
	for (size_t i = 0; i < R; i++)
		memmove(e->x + i * C, e->x + pack->rows[i] * C, C * sizeof(float));
	tt_gemm(q, C, e->x, C, y->qkv_w, R, C, C);
	for (size_t s = 0, from = 0, to = 0; s < pack->n_seqs; s++, from = to) {
		while (to < R && pack->rows[to] < pack->seqs[s + 1])
			to++;
		attend_sequence(e, y, &o, from, to, pack->seqs[s], pack->seqs[s + 1]);
	}
	project_and_feed(e, y, R);
}

const float *tt_encoder_forward(struct tt_encoder *e, const struct tt_pack *pack)
{
	const int last = e->config->layers - 1;
	embed(e, pack);
	for (int i = 0; i < last; i++)
		layer(e, &e->w->layers[i], pack);
	last_layer(e, &e->w->layers[last], pack);
	return e->x;
}

const float *tt_encoder_pool(struct tt_encoder *e, const size_t *rows, size_t n)
{
	const size_t C = (size_t)e->config->hidden;
	for (size_t i = 0; i < n; i++)
		memcpy(e->mid + i * C, e->x + rows[i] * C, C * sizeof(float));
	tt_gemm(e->wide, C, e->mid, C, e->w->pool_w, n, C, C);
	for (size_t i = 0; i < n; i++)
		for (size_t c = 0; c < C; c++)
			e->wide[i * C + c] = tanhf(e->wide[i * C + c] + e->w->pool_b[c]);
	return e->wide;
}
