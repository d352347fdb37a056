/* score_text.c - see score_text.h: rows become sequences of token ids with mentions, one call of the crew
 * scores all. */
#include "app/score/score_text.h"

#include <stdlib.h>
#include <string.h>

#include "nlp/token/clean.h"

enum { EMPTY_TOKENS = 2 /* [CLS] [SEP] */ };

struct tt_text_scorer {
	const struct tt_text_engine *engine;
	struct tt_tokens tokens;
	struct tt_clean clean;
	struct tt_found found;
};

/* One row on its way through the model. */
struct job {
	struct tt_scored_row *to;
	struct tt_token_range *ranges; /* the sequence's mentions, entity by entity */
	size_t *mentions_of;           /* (to->n_entities): how many of them are this entity's */
};

int tt_text_scorer_new(struct tt_text_scorer **ret, const struct tt_text_engine *engine, struct tt_err *err)
{
	struct tt_text_scorer *s = calloc(1, sizeof(*s));
	if (!s)
		return tt_err_set(err, TT_ENOMEM, "out of memory");
	s->engine = engine;
	tt_tokens_init(&s->tokens);
	tt_clean_init(&s->clean);
	tt_found_init(&s->found);
	*ret = s;
	return TT_OK;
}

void tt_text_scorer_free(struct tt_text_scorer *s)
{
	if (!s)
		return;
	tt_tokens_done(&s->tokens);
	tt_clean_done(&s->clean);
	tt_found_done(&s->found);
	free(s);
}

/* Entities as the row lists them: one mention each, if it is in the text. */
static int list_entities(struct tt_scored_row *r, struct tt_arena *a)
{
	r->n_entities = r->row.n_entities;
	r->entities = tt_arena_zalloc(a, r->n_entities + 1, sizeof(*r->entities));
	if (!r->entities)
		return TT_ENOMEM;
	for (size_t i = 0; i < r->n_entities; i++) {
		const struct tt_row_entity *e = &r->row.entities[i];
		r->entities[i] = (struct tt_scored_mention){
			.name = e->name,
			.in_text = e->in_text,
			.span = e->span,
			.truth = e->label,
			.unscored = e->in_text ? NULL : "not in the text",
		};
	}
	return TT_OK;
}

/* Entities as the dictionary finds them. */
static int find_entities(struct tt_text_scorer *s, struct tt_scored_row *r, struct tt_arena *a)
{
	const struct tt_found *f = &s->found;
	int rc = tt_matcher_find(s->engine->matcher, r->row.text, r->row.text.n, &s->found, NULL);
	if (rc < 0)
		return rc;
	r->n_entities = f->n_hits;
	r->entities = tt_arena_zalloc(a, r->n_entities + 1, sizeof(*r->entities));
	if (!r->entities)
		return TT_ENOMEM;
	for (size_t i = 0; i < r->n_entities; i++) {
		const struct tt_mention *first = &f->mentions[f->hits[i].first];
		r->entities[i] = (struct tt_scored_mention){
			.name = f->hits[i].entity->symbol,
			.in_text = true,
			.span = {first->start, first->end},
			.truth = TT_LABEL_NONE,
		};
	}
	return TT_OK;
}

/* Adds the tokens of a span as a mention of entity e; an entity none of whose mentions the model reads stays
 * unscored. */
static void add_mention(
	struct tt_text_scorer *s, struct job *j, struct tt_sequence *seq, size_t e, struct tt_span span)
{
	struct tt_token_range *r = &j->ranges[seq->n_mentions];
	if (tt_clean_tokens(&s->clean, &s->tokens, span, &r->begin, &r->end)) {
		seq->n_mentions++;
		j->mentions_of[e]++;
	}
}

static void add_found(struct tt_text_scorer *s, struct job *j, struct tt_sequence *seq, size_t e)
{
	const struct tt_entity_hit *hit = &s->found.hits[e];
	for (size_t m = hit->first, left = hit->mentions; left > 0; m++) {
		const struct tt_mention *at = &s->found.mentions[m];
		if (at->hit != e)
			continue;
		left--;
		add_mention(s, j, seq, e, (struct tt_span){at->start, at->end});
	}
}

static int prepare_mentions(
	struct tt_text_scorer *s, struct job *j, struct tt_sequence *seq, bool found, struct tt_arena *a)
{
	struct tt_scored_row *r = j->to;
	size_t most = found ? s->found.n_mentions : r->n_entities;
	j->mentions_of = tt_arena_zalloc(a, r->n_entities + 1, sizeof(*j->mentions_of));
	seq->mentions = j->ranges = tt_arena_zalloc(a, most + 1, sizeof(*j->ranges));
	seq->mention_logits = tt_arena_zalloc(a, most + 1, sizeof(*seq->mention_logits));
	if (!j->mentions_of || !seq->mentions || !seq->mention_logits)
		return TT_ENOMEM;
	for (size_t e = 0; e < r->n_entities; e++) {
		if (found)
			add_found(s, j, seq, e);
		else if (r->entities[e].in_text)
			add_mention(s, j, seq, e, r->entities[e].span);
		if (!j->mentions_of[e] && !r->entities[e].unscored)
			r->entities[e].unscored =
				s->tokens.cut ? "behind the part that was read" : "nothing to read";
	}
	return TT_OK;
}

/* Makes the row's sequence. When the row cannot be scored that is said in it, and its sequence has no ids. */
static int prepare(struct tt_text_scorer *s, struct job *j, struct tt_sequence *seq, struct tt_arena *a)
{
	struct tt_scored_row *r = j->to;
	bool found = s->engine->matcher && !r->row.lists_entities;
	int rc = found ? find_entities(s, r, a) : list_entities(r, a);
	if (rc == TT_OK)
		rc = tt_clean_text(&s->clean, r->row.text);
	if (rc == TT_OK)
		rc = tt_tokenizer_encode(
			s->engine->tokenizer, s->clean.text, s->engine->max_tokens, &s->tokens);
	*seq = (struct tt_sequence){0};
	r->unscored = rc == TT_ELIMIT ? "text too long" : NULL;
	if (rc == TT_OK && s->tokens.n <= EMPTY_TOKENS)
		r->unscored = "no text";
	for (size_t e = 0; r->unscored && e < r->n_entities; e++)
		r->entities[e].unscored = r->unscored;
	if (rc < 0 || r->unscored)
		return rc == TT_ELIMIT ? TT_OK : rc;
	int32_t *ids = tt_arena_alloc(a, s->tokens.n * sizeof(*ids));
	if (!ids)
		return TT_ENOMEM;
	memcpy(ids, s->tokens.ids, s->tokens.n * sizeof(*ids));
	seq->ids = ids;
	seq->n_ids = r->n_tokens = s->tokens.n;
	return prepare_mentions(s, j, seq, found, a);
}

static void finish(const struct job *j, const struct tt_sequence *seq)
{
	const float(*logits)[TT_LABELS] = (const float(*)[TT_LABELS])seq->mention_logits;
	tt_sentiment_of(seq->logits, &j->to->sentiment);
	for (size_t e = 0; e < j->to->n_entities; e++) {
		size_t n = j->mentions_of[e];
		if (n > 0)
			tt_sentiment_mean(logits, n, &j->to->entities[e].sentiment);
		logits += n;
	}
}

int tt_text_scorer_run(struct tt_text_scorer *s, struct tt_scored_row *rows, size_t n, struct tt_arena *a,
	struct tt_err *err)
{
	struct job *jobs = tt_arena_zalloc(a, n + 1, sizeof(*jobs));
	struct tt_sequence *seqs = tt_arena_zalloc(a, n + 1, sizeof(*seqs));
	size_t n_jobs = 0;
	int rc = jobs && seqs ? TT_OK : TT_ENOMEM;
	for (size_t i = 0; i < n && rc == TT_OK; i++) {
		jobs[n_jobs] = (struct job){.to = &rows[i]};
		rc = prepare(s, &jobs[n_jobs], &seqs[n_jobs], a);
		n_jobs += seqs[n_jobs].n_ids > 0;
	}
	if (rc < 0)
		return tt_err_set(err, rc, "out of memory for scoring %zu texts", n);
	rc = tt_score_cached(s->engine->cache, s->engine->crew, seqs, n_jobs, a, err);
	for (size_t i = 0; i < n_jobs && rc == TT_OK; i++)
		finish(&jobs[i], &seqs[i]);
	return rc;
}
