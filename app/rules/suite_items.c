/* suite_items.c - see suite_make.h: whom a test is about, and what its items add to their minutes. */
#include <math.h>
#include <stddef.h>

#include "app/rules/suite_make.h"
#include "common/conf_value.h"
#include "mood/roll_up.h"

enum { DAY_MINUTES = 1440 };

/* ---- subjects ---- */

bool tt_suite_find(const struct tt_suite_test *t, const char *kind, struct tt_str name, size_t *ret)
{
	for (size_t i = 0; i < t->n_subjects; i++)
		if (tt_str_eq(t->subjects[i].kind, tt_str_c(kind)) && tt_str_eq(t->subjects[i].name, name)) {
			*ret = i;
			return true;
		}
	return false;
}

/* The one of this name, made if it is new. */
static int take_subject(struct tt_suite_make *m, enum tt_scope over, struct tt_str name, size_t *ret)
{
	struct tt_suite_test *t = m->t;
	const char *kind = tt_scope_name(over);

	if (tt_suite_find(t, kind, name, ret))
		return TT_OK;
	if (!name.n)
		return tt_suite_fail(m, "%s: the name is empty", kind);
	if (t->n_subjects >= TT_SUITE_SUBJECTS_MAX)
		return tt_suite_fail(m, "more than %d subjects", TT_SUITE_SUBJECTS_MAX);
	struct tt_suite_subject *v = tt_arena_grow(&m->suite->arena, t->subjects, t->n_subjects, sizeof(*v));
	if (!v)
		return TT_ENOMEM;
	t->subjects = v;
	v[t->n_subjects] = (struct tt_suite_subject){
		.kind = tt_str_c(kind), .name = tt_arena_str(&m->suite->arena, name)};
	if (!v[t->n_subjects].name.p)
		return TT_ENOMEM;
	*ret = t->n_subjects++;
	return TT_OK;
}

/* A subject's sector need not be given more than once, and there is one. */
static int take_sector(struct tt_suite_make *m, const struct tt_suite_items_conf *c)
{
	size_t entity, sector;
	int rc = take_subject(m, TT_OVER_ENTITY, tt_str_c(c->subject), &entity);

	if (rc < 0 || !c->sector)
		return rc;
	rc = take_subject(m, TT_OVER_SECTOR, tt_str_c(c->sector), &sector);
	if (rc < 0)
		return rc;
	struct tt_str *has = &m->t->subjects[entity].sector, name = m->t->subjects[sector].name;
	if (has->p && !tt_str_eq(*has, name))
		return tt_suite_fail(
			m, "'%s' is of sector '%.*s' already, not '%s'", c->subject, TT_FMT(*has), c->sector);
	*has = name;
	return TT_OK;
}

int tt_suite_make_subjects(struct tt_suite_make *m)
{
	const struct tt_suite_items_conf *items = m->conf->items.v;
	size_t unused;
	int rc = take_subject(m, TT_OVER_MARKET, TT_STR("market"), &unused);

	m->list = "items";
	for (m->index = 0; rc == TT_OK && m->index < m->conf->items.n; m->index++)
		rc = take_sector(m, &items[m->index]);
	return rc;
}

/* ---- items ---- */

/* What the scorer would say of such a score where nothing else is known: the rest is neutral. Numbers are
 * what the database keeps: real. */
static struct tt_said said_of(const struct tt_suite_items *items, double score)
{
	float s = (float)score, p = fabsf(s);

	return (struct tt_said){.score = (double)s,
		.weight = (double)items->relevance * (double)items->novelty,
		.p_negative = s < 0 ? p : 0,
		.p_neutral = 1 - p,
		.p_positive = s > 0 ? p : 0};
}

/* Whom the item is about: said[i] about the entity of part i. */
static int take_entities(struct tt_suite_make *m, const struct tt_suite_items_conf *c,
	struct tt_suite_items *items, struct tt_said *said)
{
	static const struct tt_opt number = {.name = "score", .type = TT_OPT_REAL, .lo = -1, .hi = 1};
	struct tt_err why = {0};
	int rc = TT_OK;

	for (size_t i = 0; rc == TT_OK && i <= c->also.keys.n; i++) {
		struct tt_str name = tt_str_c(i ? c->also.keys.v[i - 1] : c->subject);
		double score = c->score;
		if (i && tt_conf_value_parse(&number, tt_str_c(c->also.values.v[i - 1]), NULL, &score, &why) <
				 0)
			return tt_suite_fail(m, "also: %.*s: %s", TT_FMT(name), why.msg);
		if (i && tt_str_eq(name, tt_str_c(c->subject)))
			return tt_suite_fail(m, "also: %.*s is the subject", TT_FMT(name));
		struct tt_suite_part *p = &items->parts[i];
		rc = take_subject(m, TT_OVER_ENTITY, name, &p->subject);
		said[i] = said_of(items, score);
		*p = (struct tt_suite_part){p->subject, tt_roll_up(&said[i], 1), said[i].score, true};
	}
	items->n_parts = c->also.keys.n + 1;
	return rc;
}

/* The part of a group that is made of some of the n entities: those of the sector, or all (market). */
static void add_group(const struct tt_suite_test *t, struct tt_suite_items *items, const struct tt_said *said,
	struct tt_said *member, size_t n, size_t group)
{
	size_t n_members = 0;

	for (size_t i = 0; i < n; i++)
		if (group == TT_SUITE_MARKET ||
			tt_str_eq(t->subjects[items->parts[i].subject].sector, t->subjects[group].name))
			member[n_members++] = said[i];
	items->parts[items->n_parts++] =
		(struct tt_suite_part){.subject = group, .adds = tt_roll_up(member, n_members)};
}

static void add_groups(const struct tt_suite_test *t, struct tt_suite_items *items,
	const struct tt_said *said, struct tt_said *member)
{
	size_t n = items->n_parts;

	add_group(t, items, said, member, n, TT_SUITE_MARKET);
	for (size_t i = 0; i < n; i++) {
		struct tt_str sector = t->subjects[items->parts[i].subject].sector;
		size_t group;
		bool is_there = !sector.p || !tt_suite_find(t, tt_scope_name(TT_OVER_SECTOR), sector, &group);
		for (size_t k = n; !is_there && k < items->n_parts; k++)
			is_there = items->parts[k].subject == group;
		if (!is_there)
			add_group(t, items, said, member, n, group);
	}
}

static int make_items(
	struct tt_suite_make *m, const struct tt_suite_items_conf *c, struct tt_suite_items *ret)
{
	struct tt_arena *arena = &m->suite->arena;
	size_t n = c->also.keys.n + 1;
	struct tt_said *said = tt_arena_zalloc(arena, 2 * n, sizeof(*said));
	int rc = tt_suite_minutes(m, "at", c->at_ms, &ret->at);

	ret->parts = tt_arena_zalloc(arena, 2 * n + 1, sizeof(*ret->parts));
	if (!said || !ret->parts)
		return TT_ENOMEM;
	if (rc == TT_OK)
		rc = tt_suite_minutes(m, "every", c->every_ms, &ret->every);
	ret->count = c->count;
	ret->relevance = (float)c->relevance;
	ret->novelty = (float)c->novelty;
	if (rc == TT_OK)
		rc = take_entities(m, c, ret, said);
	if (rc == TT_OK)
		add_groups(m->t, ret, said, said + n);
	return rc;
}

int tt_suite_make_items(struct tt_suite_make *m)
{
	const struct tt_suite_items_conf *c = m->conf->items.v;
	struct tt_suite_test *t = m->t;
	int64_t count = 0;
	int rc = TT_OK;

	t->items = tt_arena_zalloc(&m->suite->arena, m->conf->items.n + 1, sizeof(*t->items));
	t->n_items = m->conf->items.n;
	if (!t->items)
		return TT_ENOMEM;
	m->list = "items";
	for (m->index = 0; rc == TT_OK && m->index < t->n_items; m->index++) {
		struct tt_suite_items *v = &t->items[m->index];
		rc = make_items(m, &c[m->index], v);
		int64_t length = v->count ? v->at + v->every * (v->count - 1) + 1 : 0;
		count += v->count;
		t->length = length > t->length ? length : t->length;
		if (rc == TT_OK && count > TT_SUITE_ITEMS_MAX)
			rc = tt_suite_fail(m, "more than %d items in one test", TT_SUITE_ITEMS_MAX);
		if (rc == TT_OK && length - 1 > TT_SUITE_DAYS_MAX * DAY_MINUTES)
			rc = tt_suite_fail(
				m, "the last item is more than %d days after the start", TT_SUITE_DAYS_MAX);
	}
	return rc;
}

int64_t tt_suite_said(const struct tt_suite_items *v, int64_t minute)
{
	int64_t since = minute - v->at;

	if (since < 0 || !v->count)
		return 0;
	if (!v->every)
		return since ? 0 : v->count;
	return since % v->every == 0 && since / v->every < v->count;
}
