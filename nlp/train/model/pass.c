/* pass.c - see pass.h: a batch checked, and memory for it. */
#include "nlp/train/model/pass.h"

#include <stdlib.h>

#define ALIGN 64

/* ---- memory: laid out twice, first to see how much it is ---- */

struct bump {
	char *base;
	size_t at;
};

static void *take(struct bump *b, size_t n, size_t size)
{
	char *p = b->base ? b->base + b->at : NULL;
	b->at += (n * size + ALIGN - 1) / ALIGN * ALIGN;
	return p;
}

#define TAKE(b, to, n) ((to) = take((b), (n), sizeof(*(to))))

static void lay_norm(struct bump *b, struct tt_norm_kept *n, size_t T, size_t C)
{
	TAKE(b, n->keep, T * C);
	TAKE(b, n->hat, T * C);
	TAKE(b, n->inverse, T);
	TAKE(b, n->out, T * C);
}

static void lay_head(struct bump *b, struct tt_head_kept *k, size_t S, size_t M, size_t C)
{
	TAKE(b, k->cls, S * C);
	TAKE(b, k->pooled, S * C);
	TAKE(b, k->dropped, S * C);
	TAKE(b, k->keep_pooled, S * C);
	TAKE(b, k->logits, S * TT_LABELS);
	TAKE(b, k->dlogits, S * TT_LABELS);
	TAKE(b, k->spans, M * 2 * C);
	TAKE(b, k->keep_spans, M * 2 * C);
	TAKE(b, k->span_logits, M * TT_LABELS);
	TAKE(b, k->dspan_logits, M * TT_LABELS);
}

static void lay_words(struct bump *b, struct tt_words_kept *k, size_t W, size_t C, size_t V)
{
	TAKE(b, k->at, W);
	TAKE(b, k->want, W);
	TAKE(b, k->x, W * C);
	TAKE(b, k->pre, W * C);
	TAKE(b, k->act, W * C);
	TAKE(b, k->hat, W * C);
	TAKE(b, k->inverse, W);
	TAKE(b, k->out, W * C);
	TAKE(b, k->logits, (W < TT_WORD_ROWS ? W : TT_WORD_ROWS) * V);
	TAKE(b, k->loss, W);
	TAKE(b, k->right, W);
	TAKE(b, k->d, W * C);
}

static size_t lay(struct tt_pass *p, char *base)
{
	const struct tt_model_config *c = &p->params->config;
	const size_t C = (size_t)c->hidden, F = (size_t)c->intermediate, T = p->T;
	struct bump b = {base, 0};
	TAKE(&b, p->id_of, p->S);
	TAKE(&b, p->seqs, p->S + 1);
	TAKE(&b, p->scores, p->S + 1);
	TAKE(&b, p->seq_of, p->M);
	TAKE(&b, p->mentions, p->M);
	lay_norm(&b, &p->embed, T, C);
	for (int i = 0; i < c->layers; i++) {
		struct tt_layer_kept *k = &p->layers[i];
		TAKE(&b, k->qkv, T * 3 * C);
		TAKE(&b, k->p, p->A);
		TAKE(&b, k->keep, p->A);
		TAKE(&b, k->mix, T * C);
		lay_norm(&b, &k->mid, T, C);
		TAKE(&b, k->up, T * F);
		TAKE(&b, k->act, T * F);
		lay_norm(&b, &k->out, T, C);
	}
	for (int i = 0; i < c->n_heads; i++)
		lay_head(&b, &p->heads[i], p->S, p->M, C);
	lay_words(&b, &p->words, p->W, C, (size_t)c->vocab);
	TAKE(&b, p->dpooled, p->S * C);
	TAKE(&b, p->dcls, p->S * C);
	TAKE(&b, p->dspans, p->M * 2 * C);
	TAKE(&b, p->y, T * C);
	TAKE(&b, p->dx, T * C);
	TAKE(&b, p->dy, T * C);
	TAKE(&b, p->dwide, T * (F > 3 * C ? F : 3 * C));
	TAKE(&b, p->ds, p->A);
	TAKE(&b, p->pd, p->A);
	return b.at;
}

static int reserve(struct tt_pass *p, struct tt_err *err)
{
	const size_t layers = (size_t)p->params->config.layers, bytes = lay(p, NULL);
	if (bytes > p->block_bytes) {
		free(p->block);
		p->block_bytes = 0;
		p->block = aligned_alloc(ALIGN, bytes);
	}
	if (!p->block)
		return tt_err_set(err, TT_ENOMEM,
			"out of memory for a batch of %zu tokens: %zu bytes, %zu layers", p->T, bytes,
			layers);
	p->block_bytes = bytes > p->block_bytes ? bytes : p->block_bytes;
	lay(p, p->block);
	return TT_OK;
}

/* ---- the batch ---- */

static bool is_target(const struct tt_target *t)
{
	return t->label == TT_NO_LABEL || (t->label >= 0 && t->label < TT_LABELS);
}

static int check_words(
	const struct tt_params *p, const struct tt_train_example *x, size_t i, struct tt_err *err)
{
	for (size_t t = 0; x->words && t < x->n_ids; t++) {
		if (x->words[t] != TT_NOT_ASKED && !p->layout.words)
			return tt_err_set(err, TT_EDATA,
				"example %zu: asks for words, and the model was opened without the head for "
				"them",
				i);
		if (x->words[t] < TT_NOT_ASKED || x->words[t] >= p->config.vocab)
			return tt_err_set(err, TT_EDATA,
				"example %zu: token %zu should be word %d, outside the vocabulary of %d", i,
				t, x->words[t], p->config.vocab);
	}
	return TT_OK;
}

static int check(const struct tt_params *p, const struct tt_train_example *x, size_t i, struct tt_err *err)
{
	const struct tt_model_config *c = &p->config;
	if (x->n_ids < 2 || x->n_ids > (size_t)c->positions)
		return tt_err_set(err, TT_EDATA, "example %zu: %zu tokens; the model reads 2 to %d", i,
			x->n_ids, c->positions);
	for (size_t t = 0; t < x->n_ids; t++)
		if (x->ids[t] < 0 || x->ids[t] >= c->vocab)
			return tt_err_set(err, TT_EDATA,
				"example %zu: token %zu is %d, outside the vocabulary of %d", i, t, x->ids[t],
				c->vocab);
	bool good = is_target(&x->target);
	for (size_t m = 0; m < x->n_mentions; m++)
		good = good && is_target(&x->mentions[m].target);
	if (!good)
		return tt_err_set(err, TT_EDATA, "example %zu: a label is not one of %d", i, TT_LABELS);
	for (size_t m = 0; m < x->n_mentions; m++)
		if (x->mentions[m].begin < 1 || x->mentions[m].begin >= x->mentions[m].end ||
			x->mentions[m].end > x->n_ids - 1)
			return tt_err_set(err, TT_EDATA,
				"example %zu: mention %zu, tokens [%zu, %zu), is not between [CLS] and [SEP] "
				"of its %zu tokens",
				i, m, x->mentions[m].begin, x->mentions[m].end, x->n_ids);
	return check_words(p, x, i, err);
}

int tt_pass_check(const struct tt_pass *p, const struct tt_train_batch *batch, struct tt_err *err)
{
	int rc = batch->n ? TT_OK : tt_err_set(err, TT_EDATA, "a batch without examples");
	for (size_t i = 0; rc == TT_OK && i < batch->n; i++)
		rc = check(p->params, &batch->examples[i], i, err);
	return rc;
}

size_t tt_words_asked(const struct tt_train_example *x)
{
	size_t n = 0;
	for (size_t t = 0; x->words && t < x->n_ids; t++)
		n += x->words[t] != TT_NOT_ASKED;
	return n;
}

/* Lists the tokens of example i whose words are asked, from the w-th on. */
static size_t list_words(struct tt_pass *p, size_t i, size_t w)
{
	const struct tt_train_example *x = &p->batch->examples[i];
	for (size_t t = 0; x->words && t < x->n_ids; t++)
		if (x->words[t] != TT_NOT_ASKED) {
			p->words.at[w] = p->seqs[i] + t;
			p->words.want[w++] = x->words[t];
		}
	return w;
}

int tt_pass_begin(struct tt_pass *p, const struct tt_train_batch *batch, struct tt_err *err)
{
	const struct tt_model_config *c = &p->params->config;
	size_t m = 0, w = 0;
	int rc = TT_OK;
	p->batch = batch;
	p->S = batch->n;
	p->T = p->M = p->W = p->A = 0;
	for (size_t i = 0; i < p->S; i++) {
		const struct tt_train_example *x = &batch->examples[i];
		p->T += x->n_ids;
		p->A += x->n_ids * x->n_ids * (size_t)c->heads;
		p->M += x->n_mentions;
		p->W += tt_words_asked(x);
	}
	if (!p->layers)
		p->layers = calloc((size_t)c->layers, sizeof(*p->layers));
	if (!p->heads)
		p->heads = calloc((size_t)c->n_heads, sizeof(*p->heads));
	if (!p->layers || !p->heads)
		rc = tt_err_set(err, TT_ENOMEM, "out of memory");
	if (rc == TT_OK)
		rc = reserve(p, err);
	if (rc < 0)
		return rc;
	p->seqs[0] = p->scores[0] = 0;
	for (size_t i = 0; i < p->S; i++) {
		const struct tt_train_example *x = &batch->examples[i];
		p->id_of[i] = x->ids;
		p->seqs[i + 1] = p->seqs[i] + x->n_ids;
		p->scores[i + 1] = p->scores[i] + x->n_ids * x->n_ids * (size_t)c->heads;
		for (size_t k = 0; k < x->n_mentions; k++, m++) {
			p->seq_of[m] = i;
			p->mentions[m] = &x->mentions[k];
		}
		w = list_words(p, i, w);
	}
	return TT_OK;
}

void tt_pass_done(struct tt_pass *p)
{
	free(p->layers);
	free(p->heads);
	free(p->block);
	*p = (struct tt_pass){0};
}
