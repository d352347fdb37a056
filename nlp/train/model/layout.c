/* layout.c - see layout.h. */
#include "nlp/train/model/layout.h"

#include <stdio.h>
#include <stdlib.h>

enum { EMBEDDING_TENSORS = 5, LAYER_TENSORS = 16, HEAD_TENSORS = 6, WORD_TENSORS = 5 };

/* A layer's linear maps and norms in the order of the block; weights of query, key and value before their
 * biases, so that both are one. */
struct maker {
	struct tt_layout *l;
	char prefix[32];
	int depth, exit;
	enum tt_objective objective;
};

static size_t add(struct maker *m, const char *name, const char *part, size_t rows, size_t cols)
{
	struct tt_train_tensor *t = &m->l->tensors[m->l->n_tensors++];
	snprintf(t->name, sizeof(t->name), "%s%s.%s", m->prefix, name, part);
	t->at = m->l->n;
	t->rows = rows;
	t->cols = cols;
	t->count = rows * (cols ? cols : 1);
	t->depth = m->depth;
	t->exit = m->exit;
	t->decay = cols != 0;
	t->objective = m->objective;
	m->l->n += t->count;
	return t->at;
}

/* A linear map (n, k), or a LayerNorm when k is 0. */
static struct tt_spot add_pair(struct maker *m, const char *name, size_t n, size_t k)
{
	struct tt_spot p;
	p.weight = add(m, name, "weight", n, k);
	p.bias = add(m, name, "bias", n, 0);
	return p;
}

static struct tt_spot add_qkv(struct maker *m, size_t C)
{
	static const char *const names[] = {
		"attention.self.query", "attention.self.key", "attention.self.value"};
	const struct tt_spot p = {m->l->n, m->l->n + TT_LEN(names) * C * C};
	for (size_t i = 0; i < TT_LEN(names); i++)
		add(m, names[i], "weight", C, C);
	for (size_t i = 0; i < TT_LEN(names); i++)
		add(m, names[i], "bias", C, 0);
	return p;
}

static void add_layer(struct maker *m, struct tt_layer_spot *y, int index, size_t C, size_t F)
{
	snprintf(m->prefix, sizeof(m->prefix), "encoder.layer.%d.", index);
	m->depth = index + 1;
	y->qkv = add_qkv(m, C);
	y->out = add_pair(m, "attention.output.dense", C, C);
	y->out_norm = add_pair(m, "attention.output.LayerNorm", C, 0);
	y->up = add_pair(m, "intermediate.dense", F, C);
	y->down = add_pair(m, "output.dense", C, F);
	y->down_norm = add_pair(m, "output.LayerNorm", C, 0);
	m->prefix[0] = '\0';
}

static void add_head(struct maker *m, struct tt_head_spot *h, int layer, int layers, size_t C)
{
	if (layer < layers) {
		m->exit = layer;
		snprintf(m->prefix, sizeof(m->prefix), "exits.%d.", layer);
	}
	m->objective = TT_OF_ITEM;
	h->pool = add_pair(m, "pooler.dense", C, C);
	h->item = add_pair(m, "classifier", TT_LABELS, C);
	m->objective = TT_OF_ENTITY;
	h->entity = add_pair(m, "entity_classifier", TT_LABELS, 2 * C);
	m->exit = 0;
	m->prefix[0] = '\0';
}

static void add_words(struct maker *m, size_t C, size_t V)
{
	m->objective = TT_OF_WORDS;
	m->l->word_dense = add_pair(m, "cls.predictions.transform.dense", C, C);
	m->l->word_norm = add_pair(m, "cls.predictions.transform.LayerNorm", C, 0);
	m->l->word_bias = add(m, "cls.predictions", "bias", V, 0);
}

int tt_layout_init(struct tt_layout *ret, const struct tt_model_config *c, bool words, struct tt_err *err)
{
	const size_t C = (size_t)c->hidden, F = (size_t)c->intermediate, L = (size_t)c->layers,
		     heads = (size_t)c->n_heads;
	struct tt_layout l = {.words = words};
	struct maker m = {.l = &l};
	l.layers = calloc(L, sizeof(*l.layers));
	l.heads = calloc(heads, sizeof(*l.heads));
	l.tensors = calloc(EMBEDDING_TENSORS + L * LAYER_TENSORS + heads * HEAD_TENSORS + WORD_TENSORS,
		sizeof(*l.tensors));
	if (!l.layers || !l.heads || !l.tensors) {
		tt_layout_done(&l);
		return tt_err_set(err, TT_ENOMEM, "out of memory for a model's layout");
	}
	l.word = add(&m, "embeddings.word_embeddings", "weight", (size_t)c->vocab, C);
	l.position = add(&m, "embeddings.position_embeddings", "weight", (size_t)c->positions, C);
	l.type = add(&m, "embeddings.token_type_embeddings", "weight", (size_t)c->types, C);
	l.embed_norm = add_pair(&m, "embeddings.LayerNorm", C, 0);
	for (int i = 0; i < c->layers; i++)
		add_layer(&m, &l.layers[i], i, C, F);
	m.depth = c->layers + 1;
	for (int i = 0; i < c->n_heads; i++)
		add_head(&m, &l.heads[i], c->head_layers[i], c->layers, C);
	if (words)
		add_words(&m, C, (size_t)c->vocab);
	*ret = l;
	return TT_OK;
}

void tt_layout_done(struct tt_layout *l)
{
	free(l->layers);
	free(l->heads);
	free(l->tensors);
	*l = (struct tt_layout){0};
}
