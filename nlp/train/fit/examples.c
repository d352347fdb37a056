/* examples.c - see examples.h. */
#include "nlp/train/fit/examples.h"

#include <stdlib.h>
#include <string.h>

int tt_labelled_label(const struct tt_labelled *x)
{
	int common = TT_NO_LABEL;
	if (x->label >= 0)
		return x->label;
	for (size_t i = 0; i < x->n_entities; i++) {
		const struct tt_labelled_entity *e = &x->entities[i];
		if (e->span.start == e->span.end)
			continue;
		if (e->label < 0 || (common >= 0 && common != e->label))
			return TT_NO_LABEL;
		common = e->label;
	}
	return common;
}

void tt_examples_init(struct tt_examples *x, size_t max_bytes)
{
	*x = (struct tt_examples){.v = NULL};
	tt_arena_init(&x->arena, max_bytes);
	tt_clean_init(&x->clean);
	tt_tokens_init(&x->tokens);
}

void tt_examples_done(struct tt_examples *x)
{
	free(x->v);
	tt_arena_done(&x->arena);
	tt_clean_done(&x->clean);
	tt_tokens_done(&x->tokens);
	*x = (struct tt_examples){.v = NULL};
}

void tt_examples_reset(struct tt_examples *x)
{
	x->n = x->cut = x->unread = 0;
	tt_arena_reset(&x->arena);
}

static int grow(struct tt_examples *x)
{
	if (x->n < x->cap)
		return TT_OK;
	const size_t cap = x->cap ? x->cap * 2 : 1024;
	struct tt_train_example *v = realloc(x->v, cap * sizeof(*v));
	if (!v)
		return TT_ENOMEM;
	x->v = v;
	x->cap = cap;
	return TT_OK;
}

/* Mentions that have a label and tokens. */
static size_t take_mentions(
	struct tt_examples *x, const struct tt_labelled *given, struct tt_train_mention *to)
{
	size_t n = 0;
	for (size_t i = 0; i < given->n_entities; i++) {
		const struct tt_labelled_entity *e = &given->entities[i];
		struct tt_train_mention m = {.target = {e->label, NULL}};
		if (e->label < 0 || e->span.start == e->span.end)
			continue;
		if (tt_clean_tokens(&x->clean, &x->tokens, e->span, &m.begin, &m.end))
			to[n++] = m;
		else
			x->unread++;
	}
	return n;
}

int tt_examples_add(struct tt_examples *x, const struct tt_tokenizer *t, const struct tt_labelled *given,
	size_t max_tokens, struct tt_err *err)
{
	struct tt_train_mention *mentions = NULL;
	int32_t *ids = NULL;
	int rc = grow(x);
	if (rc == TT_OK)
		rc = tt_clean_text(&x->clean, given->text);
	if (rc == TT_OK)
		rc = tt_tokenizer_encode(t, x->clean.text, max_tokens, &x->tokens);
	if (rc == TT_OK) {
		ids = tt_arena_alloc(&x->arena, x->tokens.n * sizeof(*ids));
		mentions = tt_arena_alloc(&x->arena, (given->n_entities + 1) * sizeof(*mentions));
		rc = ids && mentions ? TT_OK : TT_ENOMEM;
	}
	if (rc < 0)
		return tt_err_set(err, rc, "text %zu: %s", x->n, tt_err_text(rc));
	memcpy(ids, x->tokens.ids, x->tokens.n * sizeof(*ids));
	x->cut += x->tokens.cut;
	x->v[x->n++] = (struct tt_train_example){.ids = ids,
		.n_ids = x->tokens.n,
		.target = {tt_labelled_label(given), NULL},
		.n_mentions = take_mentions(x, given, mentions),
		.mentions = mentions};
	return TT_OK;
}
