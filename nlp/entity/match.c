/* match.c - see match.h: fold, run the automaton, let the rules decide on each pattern found, keep the leftmost longest. */
#include "nlp/entity/match.h"

#include <stdlib.h>
#include <string.h>

#include "nlp/entity/automaton.h"
#include "nlp/entity/filter.h"
#include "nlp/entity/lexicon.h"
#include "nlp/entity/relevance.h"
#include "nlp/entity/rules.h"

struct tt_matcher {
	const struct tt_entity_dict *dict;
	struct tt_fold *fold;
	struct tt_lexicon lexicon;
	struct tt_automaton automaton;
	struct tt_filter filter;
};

struct tt_found_scratch {
	struct tt_folded folded;
	struct tt_rule_place *places;
	size_t n_places, cap_places;
	size_t cap_mentions, cap_hits;
	uint32_t *hit_of; /* by entity: 1 + index into hits, 0 for none; all 0 between texts */
	size_t n_hit_of;
};

int tt_matcher_new(struct tt_matcher **ret, const struct tt_entity_dict *dict, struct tt_err *err)
{
	int rc = TT_ENOMEM;
	struct tt_str *keys = NULL;
	struct tt_matcher *m = calloc(1, sizeof(*m));
	if (!m || !(m->fold = tt_fold_new())) {
		tt_err_set(err, TT_ENOMEM, "%s: out of memory", tt_entity_dict_name(dict));
		goto out;
	}
	m->dict = dict;
	rc = tt_lexicon_init(&m->lexicon, dict, m->fold, err);
	if (rc < 0)
		goto out;
	keys = calloc(m->lexicon.n + 1, sizeof(*keys));
	if (!keys) {
		rc = tt_err_set(err, TT_ENOMEM, "%s: out of memory", tt_entity_dict_name(dict));
		goto out;
	}
	for (size_t i = 0; i < m->lexicon.n; i++)
		keys[i] = m->lexicon.rules[i].key;
	rc = tt_automaton_init(&m->automaton, keys, m->lexicon.n, err);
	if (rc < 0)
		goto out;
	rc = tt_filter_init(&m->filter, &m->lexicon);
	if (rc < 0) {
		tt_err_set(err, rc, "%s: out of memory", tt_entity_dict_name(dict));
		goto out;
	}
	*ret = m, m = NULL;
out:
	free(keys);
	tt_matcher_free(m);
	return rc;
}

void tt_matcher_free(struct tt_matcher *m)
{
	if (!m)
		return;
	tt_filter_done(&m->filter);
	tt_automaton_done(&m->automaton);
	tt_lexicon_done(&m->lexicon);
	tt_fold_free(m->fold);
	free(m);
}

void tt_found_init(struct tt_found *f)
{
	*f = (struct tt_found){0};
}

void tt_found_done(struct tt_found *f)
{
	if (f->scratch) {
		tt_folded_done(&f->scratch->folded);
		free(f->scratch->places);
		free(f->scratch->hit_of);
		free(f->scratch);
	}
	free(f->mentions);
	free(f->hits);
	*f = (struct tt_found){0};
}

/* Makes room for one more element; NULL when memory is out, the array then stands. */
static void *room(void *array, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return array;
	size_t more = *cap ? *cap * 2 : 16;
	void *p = realloc(array, more * size);
	if (p)
		*cap = more;
	return p;
}

/* All patterns that end at folded byte `end`, the longest first. */
static int consider(const struct tt_matcher *m, const struct tt_rule_text *t, struct tt_found_scratch *s, int32_t state, size_t end)
{
	const struct tt_automaton *a = &m->automaton;
	const struct tt_lexicon *l = &m->lexicon;
	for (state = a->ends[state].report; state != TT_AUTOMATON_SKIP; state = a->ends[a->ends[state].fail].report) {
		const struct tt_lex_rule *rules = &l->rules[a->value[state]];
		struct tt_rule_place place;
		if (!tt_rule_holds(t, rules, rules->n_same, end - a->depth[state], end, &place))
			continue;
		struct tt_rule_place *v = room(s->places, s->n_places, &s->cap_places, sizeof(*v));
		if (!v)
			return TT_ENOMEM;
		v[s->n_places++] = place;
		s->places = v;
	}
	return TT_OK;
}

/* Does a pattern that comes before folded byte i end there? A full stop is left to the rules: "AAPL.O". */
static inline bool word_ends(const struct tt_folded *f, size_t i)
{
	return i == f->n || tt_fold_separator(f->p[i]) || f->p[i] == '\'' || f->p[i] == '.';
}

/* May a pattern begin with the word at folded byte i? Its length, at most 8, goes to *ret_n. */
static inline bool may_begin(const struct tt_filter *filter, const struct tt_rule_text *t, size_t i, size_t *ret_n)
{
	const char *p = t->folded->p + i;
	uint64_t word = tt_filter_word(p, ret_n);
	if (!tt_filter_has(filter, word, TT_FILTER_WORD))
		return false;
	if (tt_filter_has(filter, word, tt_filter_behind(p + *ret_n)) || tt_filter_has(filter, word, TT_FILTER_NAME))
		return true;
	if (!tt_filter_has(filter, word, TT_FILTER_TICKER))
		return false;
	size_t at = tt_folded_at(t->folded, i);
	return t->text.p[at] < 'a' || (at && t->text.p[at - 1] == '$');
}

/* Where the first word at or behind i stands that may begin a pattern; the end of the text when there is none. */
static size_t next_start(const struct tt_filter *filter, const struct tt_rule_text *t, size_t i)
{
	const struct tt_folded *f = t->folded;
	while (i < f->n) {
		size_t n;
		if (may_begin(filter, t, i, &n))
			return i;
		for (i += n; !tt_fold_separator(f->p[i]); i++) /* at the latest the blanks behind the text */
			;
		i++;
	}
	return f->n;
}

static int scan(const struct tt_matcher *m, struct tt_str text, struct tt_found_scratch *s)
{
	const struct tt_automaton *a = &m->automaton;
	struct tt_folded *f = &s->folded;
	struct tt_rule_text t = {text, f};
	int32_t state = TT_AUTOMATON_ROOT;
	s->n_places = 0;
	for (size_t i = 0; i < f->n; i++) {
		if (state == TT_AUTOMATON_SKIP) {
			while (!tt_fold_separator(f->p[i]))
				i++;
			i++;
			state = TT_AUTOMATON_ROOT;
		}
		if (i && tt_fold_separator(f->p[i - 1])) /* a word begins: it goes on with a pattern, or it may begin one */
			state = tt_automaton_settle(a, state, (unsigned char)f->p[i]);
		if (state == TT_AUTOMATON_ROOT && (i = next_start(&m->filter, &t, i)) >= f->n)
			break;
		state = tt_automaton_next(a, state, (unsigned char)f->p[i]);
		if (!word_ends(f, i + 1) || a->ends[state].report == TT_AUTOMATON_SKIP)
			continue;
		int rc = consider(m, &t, s, state, i + 1);
		if (rc < 0)
			return rc;
	}
	return TT_OK;
}

static bool before(const struct tt_rule_place *a, const struct tt_rule_place *b)
{
	if (a->start != b->start)
		return a->start < b->start;
	return a->end != b->end ? a->end > b->end : a->core > b->core;
}

/* By start, then the longest. They come by their end, so nearly in order: insertion sort is linear here. */
static void sort_places(struct tt_rule_place *v, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct tt_rule_place p = v[i];
		size_t k = i;
		for (; k && before(&p, &v[k - 1]); k--)
			v[k] = v[k - 1];
		v[k] = p;
	}
}

static int add_mention(const struct tt_matcher *m, struct tt_found *f, const struct tt_rule_place *p, size_t title_bytes)
{
	struct tt_found_scratch *s = f->scratch;
	struct tt_mention *mentions = room(f->mentions, f->n_mentions, &s->cap_mentions, sizeof(*mentions));
	if (!mentions)
		return TT_ENOMEM;
	f->mentions = mentions;
	struct tt_entity_hit *hits = room(f->hits, f->n_hits, &s->cap_hits, sizeof(*hits));
	if (!hits)
		return TT_ENOMEM;
	f->hits = hits;
	uint32_t *hit = &s->hit_of[p->entity];
	if (!*hit) {
		hits[f->n_hits++] = (struct tt_entity_hit){.entity = tt_entity_dict_at(m->dict, p->entity),
			.first = (uint32_t)f->n_mentions,
			.in_title = p->start < title_bytes};
		*hit = (uint32_t)f->n_hits;
	}
	hits[*hit - 1].mentions++;
	/* until the hits are ordered, `hit` is the entity */
	mentions[f->n_mentions++] = (struct tt_mention){p->start, p->end, p->entity};
	return TT_OK;
}

static int compare_hits(const void *a, const void *b)
{
	const struct tt_entity_hit *x = a, *y = b;
	if (x->relevance != y->relevance)
		return x->relevance < y->relevance ? 1 : -1;
	size_t n = x->entity->symbol.n < y->entity->symbol.n ? x->entity->symbol.n : y->entity->symbol.n;
	int d = memcmp(x->entity->symbol.p, y->entity->symbol.p, n);
	return d ? d : (x->entity->symbol.n > y->entity->symbol.n) - (x->entity->symbol.n < y->entity->symbol.n);
}

static void order_hits(const struct tt_matcher *m, struct tt_found *f)
{
	uint32_t *hit_of = f->scratch->hit_of;
	const struct tt_entity *all = tt_entity_dict_at(m->dict, 0);
	for (size_t i = 0; i < f->n_hits; i++) {
		struct tt_entity_hit *h = &f->hits[i];
		h->relevance =
			tt_entity_relevance(h->in_title, f->mentions[h->first].start, h->mentions, f->n_mentions);
	}
	qsort(f->hits, f->n_hits, sizeof(*f->hits), compare_hits);
	for (size_t i = 0; i < f->n_hits; i++)
		hit_of[f->hits[i].entity - all] = (uint32_t)i;
	for (size_t i = 0; i < f->n_mentions; i++)
		f->mentions[i].hit = hit_of[f->mentions[i].hit];
}

static int select_places(const struct tt_matcher *m, struct tt_found *f, size_t title_bytes)
{
	struct tt_found_scratch *s = f->scratch;
	uint32_t taken = 0;
	int rc = TT_OK;
	sort_places(s->places, s->n_places);
	for (size_t i = 0; i < s->n_places && rc == TT_OK; i++) {
		const struct tt_rule_place *p = &s->places[i];
		if (p->start < taken)
			continue;
		taken = p->end;
		if (p->entity != TT_RULE_NO_ENTITY)
			rc = add_mention(m, f, p, title_bytes);
	}
	if (rc == TT_OK && f->n_hits)
		order_hits(m, f);
	for (size_t i = 0; i < s->n_places; i++)
		if (s->places[i].entity != TT_RULE_NO_ENTITY)
			s->hit_of[s->places[i].entity] = 0;
	return rc;
}

static int ready(const struct tt_matcher *m, struct tt_found *f)
{
	size_t n = tt_entity_dict_count(m->dict);
	f->n_mentions = f->n_hits = 0;
	if (!f->scratch && !(f->scratch = calloc(1, sizeof(*f->scratch))))
		return TT_ENOMEM;
	if (f->scratch->n_hit_of >= n)
		return TT_OK;
	uint32_t *hit_of = calloc(n, sizeof(*hit_of));
	if (!hit_of)
		return TT_ENOMEM;
	free(f->scratch->hit_of);
	f->scratch->hit_of = hit_of;
	f->scratch->n_hit_of = n;
	return TT_OK;
}

int tt_matcher_find(const struct tt_matcher *m, struct tt_str text, size_t title_bytes, struct tt_found *f, struct tt_err *err)
{
	int rc = ready(m, f);
	if (rc == TT_OK)
		rc = tt_fold_text(m->fold, text, &f->scratch->folded);
	if (rc == TT_OK)
		rc = scan(m, text, f->scratch);
	if (rc == TT_OK)
		rc = select_places(m, f, title_bytes);
	if (rc < 0) {
		f->n_mentions = f->n_hits = 0;
		tt_err_set(err, rc, "finding entities in a text of %zu bytes: %s", text.n, tt_err_text(rc));
	}
	return rc;
}
