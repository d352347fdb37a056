/* teach.c - see teach.h. */
#include "nlp/train/fit/teach.h"

#include <stdlib.h>

enum { CHUNK = 512 /* examples of a call */ };

/* Adds a share of the probabilities that logits stand for. */
static void add(float *to, const float logits[TT_LABELS], float share)
{
	struct tt_sentiment s;
	tt_sentiment_of(logits, &s);
	for (int k = 0; k < TT_LABELS; k++)
		to[k] += share * s.p[k];
}

struct chunk {
	struct tt_sequence seqs[CHUNK];
	struct tt_token_range *ranges; /* of all mentions of the chunk */
	float (*logits)[TT_LABELS];
};

/* One teacher's answers to examples [at, at + n). soft: their rows, an example's before its mentions'. */
static int ask(struct chunk *c, const struct tt_train_example *v, size_t n, struct tt_crew *teacher,
	float share, float *soft, struct tt_err *err)
{
	size_t m = 0;
	for (size_t i = 0; i < n; i++) {
		c->seqs[i] = (struct tt_sequence){.ids = v[i].ids,
			.n_ids = v[i].n_ids,
			.mentions = c->ranges + m,
			.n_mentions = v[i].n_mentions,
			.mention_logits = c->logits + m};
		for (size_t k = 0; k < v[i].n_mentions; k++)
			c->ranges[m++] =
				(struct tt_token_range){v[i].mentions[k].begin, v[i].mentions[k].end};
	}
	int rc = tt_crew_classify(teacher, c->seqs, n, err);
	for (size_t i = 0; rc == TT_OK && i < n; i++) {
		add(soft, c->seqs[i].logits, share);
		soft += TT_LABELS;
		for (size_t k = 0; k < v[i].n_mentions; k++, soft += TT_LABELS)
			add(soft, c->seqs[i].mention_logits[k], share);
	}
	return rc;
}

/* Mentions are the examples' own, made in their arena, though they show them as constant. */
static void set(struct tt_train_example *v, size_t n, const float *soft)
{
	for (size_t i = 0; i < n; i++) {
		struct tt_train_mention *mentions = (struct tt_train_mention *)v[i].mentions;
		v[i].target.soft = soft;
		soft += TT_LABELS;
		for (size_t k = 0; k < v[i].n_mentions; k++, soft += TT_LABELS)
			mentions[k].target.soft = soft;
	}
}

static int teach_chunk(struct tt_examples *x, size_t at, size_t n, struct tt_crew *const *teachers,
	size_t n_teachers, struct tt_err *err)
{
	size_t mentions = 0;
	for (size_t i = at; i < at + n; i++)
		mentions += x->v[i].n_mentions;
	float *soft = tt_arena_zalloc(&x->arena, (n + mentions) * TT_LABELS, sizeof(*soft));
	struct chunk *c = calloc(1, sizeof(*c));
	if (c) {
		c->ranges = calloc(mentions + 1, sizeof(*c->ranges));
		c->logits = calloc(mentions + 1, sizeof(*c->logits));
	}
	int rc = soft && c && c->ranges && c->logits
			 ? TT_OK
			 : tt_err_set(err, TT_ENOMEM, "out of memory for a teacher's answers");
	for (size_t k = 0; rc == TT_OK && k < n_teachers; k++)
		rc = ask(c, x->v + at, n, teachers[k], 1 / (float)n_teachers, soft, err);
	if (rc == TT_OK)
		set(x->v + at, n, soft);
	if (c) {
		free(c->ranges);
		free(c->logits);
	}
	free(c);
	return rc;
}

int tt_teach(struct tt_examples *x, struct tt_crew *const *teachers, size_t n_teachers, struct tt_err *err)
{
	int rc = TT_OK;
	for (size_t at = 0; rc == TT_OK && at < x->n; at += CHUNK)
		rc = teach_chunk(x, at, x->n - at < CHUNK ? x->n - at : CHUNK, teachers, n_teachers, err);
	return rc;
}
