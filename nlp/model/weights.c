/* weights.c - see weights.h. One pass over the tensors in the order of the model checks them, takes the small
 * ones and notes where the large ones go (pack.h), which are taken last and on several threads. A bump
 * pointer hands out the block, whose size follows from the configuration. */
#include "nlp/model/weights.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nlp/model/pack.h"
#include "nlp/model/widen.h"

enum { ALIGN = 64, JOBS_A_LAYER = 6, JOBS_A_HEAD = 1, OTHER_JOBS = 1 /* words */ };

/* What one load passes around. The first error sticks: later calls do nothing, so that callers check once. */
struct loader {
	const struct tt_tensors *from;
	const struct tt_model_config *config;
	struct tt_weights *w;
	char *next, *end; /* of the block, which is zeroed: free part */
	struct tt_pack_job *jobs;
	size_t n_jobs;
	float *row; /* (C), scratch */
	char prefix[TT_TENSOR_NAME_MAX];
	int rc;
	struct tt_err *err;
};

static size_t padded(size_t bytes)
{
	return (bytes + ALIGN - 1) / ALIGN * ALIGN;
}

static size_t floats(size_t n)
{
	return padded(n * sizeof(float));
}

static size_t matrix_bytes(enum tt_precision p, size_t n, size_t k)
{
	return tt_matrix_bytes(p, n, k) + (p == TT_USE_INT8 ? 3 : 1) * floats(tt_pad(n, TT_PANEL));
}

static size_t block_bytes(const struct tt_model_config *c, enum tt_precision p, bool entity_head)
{
	const size_t C = (size_t)c->hidden, F = (size_t)c->intermediate;
	const size_t layer = matrix_bytes(p, 3 * tt_pad(C, TT_PANEL), C) + matrix_bytes(p, C, C) +
			     matrix_bytes(p, F, C) + matrix_bytes(p, C, F) + 4 * floats(C);
	const size_t head = matrix_bytes(TT_USE_FP32, C, C) + floats(TT_LABELS * C) + floats(TT_LABELS);
	const size_t entity = entity_head ? floats(TT_LABELS * 2 * C) + floats(TT_LABELS) : 0;
	const size_t embed = floats((size_t)c->positions * C) + 2 * floats(C);
	return embed + (size_t)c->layers * layer + (size_t)c->n_heads * (head + entity);
}

static void *bump(struct loader *l, size_t bytes)
{
	char *p = l->next;
	assert(padded(bytes) <= (size_t)(l->end - l->next));
	l->next += padded(bytes);
	return p;
}

/* The tensor, checked against the shape (rows, cols); cols 0: one dimension. */
static const struct tt_tensor *need(struct loader *l, const char *name, size_t rows, size_t cols)
{
	const struct tt_tensor *t = NULL;
	if (l->rc == TT_OK)
		l->rc = tt_tensors_need(&t, l->from, name, rows, cols, l->err);
	if (t)
		l->w->parameters += (int64_t)t->count;
	return t;
}

static int out_of_memory(struct loader *l, size_t bytes)
{
	return tt_err_set(
		l->err, TT_ENOMEM, "'%s': out of memory for %zu bytes of weights", l->from->file, bytes);
}

static int refuse_element(struct loader *l, const struct tt_tensor *t, size_t element)
{
	return tt_err_set(l->err, TT_EPARSE, "'%s': tensor '%s': element %zu is not a finite number",
		l->from->file, t->name, element);
}

/* Elements [first, first + n) of t, widened into dst. */
static void widen(struct loader *l, float *dst, const struct tt_tensor *t, size_t first, size_t n)
{
	const uint8_t *src = t->data + first * tt_dtype_bytes(t->dtype);
	const size_t bad = tt_first_not_finite(src, t->dtype, n);
	if (bad < n && l->rc == TT_OK)
		l->rc = refuse_element(l, t, first + bad);
	tt_widen(dst, src, t->dtype, n);
}

/* Tensor PREFIX + name. */
static const struct tt_tensor *need_prefixed(struct loader *l, const char *name, size_t rows, size_t cols)
{
	char full[TT_TENSOR_NAME_MAX * 2];
	snprintf(full, sizeof(full), "%s%s", l->prefix, name);
	return need(l, full, rows, cols);
}

/* Fills dst (rows, cols) from it. */
static void take_into(struct loader *l, float *dst, const char *name, size_t rows, size_t cols)
{
	const struct tt_tensor *t = need_prefixed(l, name, rows, cols);
	if (!t)
		return;
	widen(l, dst, t, 0, t->count);
}

static const float *take(struct loader *l, const char *name, size_t rows, size_t cols)
{
	float *dst = bump(l, rows * (cols ? cols : 1) * sizeof(float));
	take_into(l, dst, name, rows, cols);
	return dst;
}

static struct tt_norm take_norm(struct loader *l, const char *weight, const char *bias)
{
	const size_t C = (size_t)l->config->hidden;
	return (struct tt_norm){take(l, weight, C, 0), take(l, bias, C, 0)};
}

/* A head's rows, put into the order of enum tt_label. */
static const float *take_labels(struct loader *l, const char *name, size_t cols)
{
	const size_t row = cols ? cols : 1;
	float *dst = bump(l, TT_LABELS * row * sizeof(float));
	const struct tt_tensor *t = need_prefixed(l, name, TT_LABELS, cols);
	for (size_t label = 0; t && label < TT_LABELS; label++)
		widen(l, dst + label * row, t, (size_t)l->config->row_of[label] * row, row);
	return dst;
}

/* ---- matrices ---- */

static struct tt_matrix new_matrix(struct loader *l, enum tt_precision p, size_t n, size_t k)
{
	struct tt_matrix m = {.n = tt_pad(n, TT_PANEL), .lines = tt_matrix_lines(p, k)};
	m.panels = bump(l, tt_matrix_bytes(p, n, k));
	m.bias = bump(l, m.n * sizeof(float));
	if (p == TT_USE_INT8) {
		m.scales = bump(l, m.n * sizeof(float));
		m.sums = bump(l, m.n * sizeof(float));
	}
	return m;
}

/* Tensors PREFIX + name.weight (n, k) and name.bias become the outputs of m from `first` on. */
static void take_outputs(struct loader *l, enum tt_precision p, const struct tt_matrix *m, size_t first,
	const char *name, size_t n, size_t k)
{
	char part[TT_TENSOR_NAME_MAX];
	snprintf(part, sizeof(part), "%s.weight", name);
	const struct tt_tensor *t = need_prefixed(l, part, n, k);
	if (t)
		l->jobs[l->n_jobs++] = (struct tt_pack_job){
			t, p, (uint8_t *)m->panels, m->lines, first, (float *)m->scales, (float *)m->sums};
	snprintf(part, sizeof(part), "%s.bias", name);
	take_into(l, (float *)m->bias + first, part, n, 0);
}

static struct tt_matrix take_matrix(
	struct loader *l, enum tt_precision p, const char *name, size_t n, size_t k)
{
	const struct tt_matrix m = new_matrix(l, p, n, k);
	take_outputs(l, p, &m, 0, name, n, k);
	return m;
}

static struct tt_matrix take_qkv(struct loader *l)
{
	static const char *const names[] = {
		"attention.self.query", "attention.self.key", "attention.self.value"};
	const size_t C = (size_t)l->config->hidden, third = tt_pad(C, TT_PANEL);
	const struct tt_matrix m = new_matrix(l, l->w->precision, TT_LEN(names) * third, C);
	for (size_t i = 0; i < TT_LEN(names); i++)
		take_outputs(l, l->w->precision, &m, i * third, names[i], C, C);
	return m;
}

/* The file's own precision is kept. */
static int take_word(struct loader *l, const struct tt_tensor *t, struct tt_words *shared)
{
	const size_t bytes = sizeof(*shared) + t->bytes;
	l->w->bytes += bytes;
	l->w->word = shared ? shared : malloc(bytes);
	if (!l->w->word)
		return out_of_memory(l, bytes);
	if (shared) {
		atomic_fetch_add(&shared->users, 1);
		return TT_OK;
	}
	atomic_init(&l->w->word->users, 1);
	l->w->word->dtype = t->dtype;
	l->jobs[l->n_jobs++] = (struct tt_pack_job){.from = t, .to = l->w->word->rows};
	return TT_OK;
}

static int pack(struct loader *l)
{
	const struct tt_tensor *bad;
	size_t element;
	if (tt_pack_all(l->jobs, l->n_jobs, &bad, &element) < 0)
		return out_of_memory(l, l->w->bytes);
	return bad ? refuse_element(l, bad, element) : TT_OK;
}

/* ---- the parts of a model ---- */

static void take_place(struct loader *l)
{
	const size_t C = (size_t)l->config->hidden, P = (size_t)l->config->positions;
	float *place = bump(l, P * C * sizeof(float));
	take_into(l, place, "embeddings.position_embeddings.weight", P, C);
	const struct tt_tensor *types =
		need(l, "embeddings.token_type_embeddings.weight", (size_t)l->config->types, C);
	if (!types)
		return;
	widen(l, l->row, types, 0, C);
	for (size_t i = 0; i < P * C; i++)
		place[i] += l->row[i % C];
	l->w->place = place;
}

static void take_layer(struct loader *l, struct tt_layer *y, int index)
{
	const enum tt_precision p = l->w->precision;
	const size_t C = (size_t)l->config->hidden, F = (size_t)l->config->intermediate;
	snprintf(l->prefix, sizeof(l->prefix), "encoder.layer.%d.", index);
	y->qkv = take_qkv(l);
	y->out = take_matrix(l, p, "attention.output.dense", C, C);
	y->out_norm = take_norm(l, "attention.output.LayerNorm.weight", "attention.output.LayerNorm.bias");
	y->up = take_matrix(l, p, "intermediate.dense", F, C);
	y->down = take_matrix(l, p, "output.dense", C, F);
	y->down_norm = take_norm(l, "output.LayerNorm.weight", "output.LayerNorm.bias");
	l->prefix[0] = '\0';
}

static void take_head(struct loader *l, struct tt_head *h, int layer, bool entity_head)
{
	const size_t C = (size_t)l->config->hidden;
	if (layer < l->config->layers)
		snprintf(l->prefix, sizeof(l->prefix), "exits.%d.", layer);
	h->pool = take_matrix(l, TT_USE_FP32, "pooler.dense", C, C);
	h->item_w = take_labels(l, "classifier.weight", C);
	h->item_b = take_labels(l, "classifier.bias", 0);
	if (entity_head) {
		h->entity_w = take_labels(l, "entity_classifier.weight", 2 * C);
		h->entity_b = take_labels(l, "entity_classifier.bias", 0);
	}
	l->prefix[0] = '\0';
}

/* More layers than config.json says: the two are not of one model. */
static void refuse_more_layers(struct loader *l)
{
	char name[TT_TENSOR_NAME_MAX];
	snprintf(name, sizeof(name), "encoder.layer.%d.attention.output.dense.weight", l->config->layers);
	if (l->rc == TT_OK && tt_tensors_find(l->from, name))
		l->rc = tt_err_set(l->err, TT_EPARSE,
			"'%s': has tensor '%s', but config.json says num_hidden_layers %d", l->from->file,
			name, l->config->layers);
}

static int allocate(struct loader *l, bool entity_head)
{
	const struct tt_model_config *c = l->config;
	const size_t layers = (size_t)c->layers, heads = (size_t)c->n_heads,
		     bytes = block_bytes(c, l->w->precision, entity_head);
	l->w->block = calloc(1, bytes + ALIGN); /* zeroed, but not touched yet: its pages are its users' */
	l->w->layers = calloc(layers, sizeof(*l->w->layers));
	l->w->heads = calloc(heads, sizeof(*l->w->heads));
	l->jobs = calloc(layers * JOBS_A_LAYER + heads * JOBS_A_HEAD + OTHER_JOBS, sizeof(*l->jobs));
	l->row = calloc((size_t)c->hidden, sizeof(float));
	if (!l->w->block || !l->w->layers || !l->w->heads || !l->jobs || !l->row)
		return out_of_memory(l, bytes);
	l->next = (char *)tt_pad((uintptr_t)l->w->block, ALIGN);
	l->end = l->next + bytes;
	l->w->bytes = bytes + layers * sizeof(*l->w->layers) + heads * sizeof(*l->w->heads);
	return TT_OK;
}

int tt_weights_load(struct tt_weights *ret, const struct tt_tensors *file,
	const struct tt_model_config *config, enum tt_precision precision, struct tt_words *word,
	struct tt_err *err)
{
	struct tt_weights w = {.precision = precision};
	struct loader l = {.from = file, .config = config, .w = &w, .err = err, .rc = TT_OK};
	const bool entity_head = tt_tensors_find(file, "entity_classifier.weight") != NULL;
	const struct tt_tensor *words =
		need(&l, "embeddings.word_embeddings.weight", (size_t)config->vocab, (size_t)config->hidden);
	if (words)
		l.rc = allocate(&l, entity_head);
	if (l.rc == TT_OK)
		l.rc = take_word(&l, words, word);
	if (l.rc < 0)
		goto out;
	take_place(&l);
	w.embed_norm = take_norm(&l, "embeddings.LayerNorm.weight", "embeddings.LayerNorm.bias");
	for (int i = 0; i < config->layers; i++)
		take_layer(&l, &w.layers[i], i);
	refuse_more_layers(&l);
	for (int i = 0; i < config->n_heads; i++)
		take_head(&l, &w.heads[i], config->head_layers[i], entity_head);
	assert(l.next == l.end);
	if (l.rc == TT_OK)
		l.rc = pack(&l);
out:
	free(l.row);
	free(l.jobs);
	if (l.rc == TT_OK)
		*ret = w;
	else
		tt_weights_done(&w);
	return l.rc;
}

void tt_weights_done(struct tt_weights *w)
{
	if (w->word && atomic_fetch_sub(&w->word->users, 1) == 1)
		free(w->word);
	free(w->block);
	free(w->layers);
	free(w->heads);
	*w = (struct tt_weights){0};
}
