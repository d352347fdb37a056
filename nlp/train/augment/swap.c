/* swap.c - names of the dictionary become others like them. */
#include <string.h>

#include "nlp/train/augment/augment_parts.h"
#include "nlp/train/augment/direction.h"

enum form { FORM_NAME, FORM_CASHTAG, FORM_BARE, FORM_OTHER };

static struct tt_str slice(struct tt_str text, size_t start, size_t end)
{
	return (struct tt_str){text.p + start, end - start};
}

/* A symbol without its exchange suffix. */
static struct tt_str ticker_of(struct tt_str symbol)
{
	return tt_str_split(&symbol, '.');
}

/* "NIO" is NIO's name, too; as a cashtag it is none. */
static bool is_ticker(const struct tt_entity *e, struct tt_str word, bool cashtag)
{
	bool is = tt_str_eq_ci(ticker_of(word), ticker_of(e->symbol));
	for (size_t i = 0; i < e->n_aliases; i++) {
		if (e->aliases[i].rule == TT_ALIAS_TICKER)
			is |= tt_str_eq_ci(ticker_of(word), ticker_of(e->aliases[i].text));
		else if (!cashtag && tt_str_eq(word, e->aliases[i].text))
			return false;
	}
	return is;
}

/* "gold prices" is gold. */
static struct tt_str without_market(struct tt_str name)
{
	struct tt_str last = tt_letters_before(name, name.n);
	if (last.n < name.n && tt_word_among(last, " prices price futures "))
		name.n -= last.n + 1;
	return name;
}

/* How a mention is written, and the part of it that is the name. Reuters codes and numbers ("700.HK") are
 * OTHER. */
static int form_of(const struct tt_work *w, const struct tt_mention *m, const struct tt_entity *e,
	enum form *ret, struct tt_span *core)
{
	struct tt_str text = slice(w->text, m->start, m->end), name = {text.p, 0};
	size_t sign = text.n > 0 && text.p[0] == '$';
	struct tt_str word = slice(text, sign, text.n);
	*core = (struct tt_span){m->start + (uint32_t)sign, m->end};
	*ret = FORM_OTHER;
	if (is_ticker(e, word, sign)) {
		if (tt_letters_at(word, 0).n == word.n && !tt_direction_word(word))
			*ret = sign ? FORM_CASHTAG : FORM_BARE;
		return TT_OK;
	}
	if (sign)
		return TT_OK;
	int rc = tt_name_core(w->augmenter->names.fold, text, &name);
	if (e->kind == TT_KIND_COMMODITY)
		name = without_market(name);
	if (rc == TT_OK && tt_letters_at(name, 0).n > 0 && !tt_has_direction(name) &&
		!tt_has_direction(e->name)) {
		core->start = (uint32_t)(name.p - w->text.p);
		core->end = core->start + (uint32_t)name.n;
		*ret = FORM_NAME;
	}
	return rc;
}

/* Given spans must not be cut: the name lies within one or outside. */
static bool cuts_a_span(const struct tt_work *w, struct tt_span core)
{
	for (size_t i = 0; i < w->given->n_entities; i++) {
		const struct tt_augment_entity *e = &w->given->entities[i];
		if (e->in_text && e->span.start < core.end && core.start < e->span.end &&
			!(e->span.start <= core.start && core.end <= e->span.end))
			return true;
	}
	return false;
}

/* "@Nasdaq", "#Apple", "Disney+", and "100 US dollars", where it is a unit, "WTI oil". */
static bool is_part(const struct tt_work *w, const struct tt_mention *m, enum tt_entity_kind kind)
{
	size_t from = m->start, to = m->end;
	if ((from > 0 && strchr("@#", w->text.p[from - 1])) || (to < w->text.n && w->text.p[to] == '+'))
		return true;
	if (kind != TT_KIND_CURRENCY && kind != TT_KIND_COMMODITY)
		return false;
	while (from > 0 && w->text.p[from - 1] == ' ')
		from--;
	while (to < w->text.n && w->text.p[to] == ' ')
		to++;
	if (tt_word_among(tt_letters_at(w->text, to), " oil crude gas "))
		return true;
	return (from > 0 && tt_is_digit(w->text.p[from - 1])) ||
	       (to < w->text.n && tt_is_digit(w->text.p[to]));
}

struct place {
	enum form form;
	struct tt_span core;
};

/* As whole words, in any case. */
static bool contains(struct tt_str text, struct tt_str part)
{
	for (size_t i = 0; i + part.n <= text.n; i++)
		if (tt_str_eq_ci(slice(text, i, i + part.n), part) && !tt_word_before(text, i) &&
			!tt_word_at(text, i + part.n))
			return true;
	return false;
}

/* May it stand in for all places? It must not be in the row yet. */
static bool suits(const struct tt_work *w, const struct tt_name *name, const struct place *places, size_t n)
{
	for (size_t i = 0; i < w->found->n_hits; i++)
		if (w->found->hits[i].entity == name->entity)
			return false;
	for (size_t i = 0; i < n; i++)
		if ((places[i].form != FORM_NAME && !name->ticker.p) ||
			(places[i].form == FORM_BARE && !name->bare))
			return false;
	return !contains(w->text, name->text) && !(name->ticker.p && contains(w->text, name->ticker));
}

/* Has an earlier edit put it there? */
static bool is_used(const struct tt_name *name, const struct tt_name *const *used, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (used[i]->entity == name->entity || contains(used[i]->text, name->text) ||
			contains(name->text, used[i]->text))
			return true;
	return false;
}

/* In the case of what it replaces. */
static int put(struct tt_work *w, const struct place *p, const struct tt_name *name)
{
	struct tt_str old = slice(w->text, p->core.start, p->core.end);
	struct tt_str with = tt_arena_str(w->arena, p->form == FORM_NAME ? name->text : name->ticker);
	char *bytes = (char *)(uintptr_t)with.p;
	bool upper = false;
	if (!bytes)
		return TT_ENOMEM;
	for (size_t i = 0; i < old.n; i++)
		upper |= tt_is_upper(old.p[i]);
	for (size_t i = 0; i < with.n && (!upper || w->capitals); i++)
		bytes[i] = upper ? tt_to_upper(bytes[i]) : tt_to_lower(bytes[i]);
	if (tt_is_upper(old.p[0]) && name->entity->kind != TT_KIND_COMPANY)
		bytes[0] = tt_to_upper(bytes[0]);
	return tt_work_edit(w, p->core.start, p->core.end, with);
}

/* The places of a hit; *ret_n = 0 when it must stay. */
static int places_of(const struct tt_work *w, size_t hit, struct place *places, size_t *ret_n)
{
	const struct tt_entity_hit *h = &w->found->hits[hit];
	*ret_n = 0;
	for (size_t i = h->first, n = 0; n < h->mentions; i++) {
		const struct tt_mention *m = &w->found->mentions[i];
		struct place *p = &places[n];
		if (m->hit != hit)
			continue;
		int rc = form_of(w, m, h->entity, &p->form, &p->core);
		if (rc < 0)
			return rc;
		if (p->form == FORM_OTHER || is_part(w, m, h->entity->kind) || cuts_a_span(w, p->core))
			return TT_OK;
		n++;
		if (n == h->mentions)
			*ret_n = n;
	}
	return TT_OK;
}

static const struct tt_name *choose(const struct tt_work *w, const struct tt_entity *e,
	const struct place *places, size_t n, const struct tt_name *const *used, size_t n_used,
	struct tt_chance *c)
{
	size_t from, like = tt_names_like(&w->augmenter->names, e, &from);
	size_t first = like ? tt_chance_below(c, (uint32_t)like) : 0;
	for (size_t i = 0; i < like; i++) {
		const struct tt_name *name = &w->augmenter->names.v[from + (first + i) % like];
		if (suits(w, name, places, n) && !is_used(name, used, n_used))
			return name;
	}
	return NULL;
}

int tt_augment_swap(struct tt_work *w, struct tt_chance *c)
{
	const struct tt_found *f = w->found;
	struct place *places = tt_arena_alloc(w->arena, (f->n_mentions + 1) * sizeof(*places));
	const struct tt_name **used =
		tt_arena_alloc(w->arena, (f->n_hits + 1) * sizeof(const struct tt_name *));
	size_t n_used = 0;
	int rc = places && used ? TT_OK : TT_ENOMEM;
	for (size_t hit = 0; hit < f->n_hits && rc == TT_OK; hit++) {
		size_t n;
		rc = places_of(w, hit, places, &n);
		const struct tt_name *name =
			rc == TT_OK && n ? choose(w, f->hits[hit].entity, places, n, used, n_used, c) : NULL;
		if (!name)
			continue;
		for (size_t i = 0; i < n && rc == TT_OK; i++)
			rc = put(w, &places[i], name);
		used[n_used++] = name;
	}
	return rc;
}
