/* rule.c - see rule.h. */
#include "mood/rule.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "common/suggest.h"

enum { SET_BYTES = 16 << 20, DAY_MS = 86400000 };

struct watch_list_conf {
	char *name;
	struct tt_conf_strs symbols;
};

struct rule_conf {
	char *name, *when, *clear, *watch_list, *sector;
	int over, severity;
	int64_t for_ms, cooldown_ms;
	struct tt_conf_strs mutes, only;
};

struct file_conf {
	struct tt_conf_list watch_lists, rules;
};

#define OPT(name, type, field, def, flags, doc)                                                              \
	{                                                                                                    \
		name, type, offsetof(struct watch_list_conf, field), def, 0, 0, "", flags, doc, NULL         \
	}
static const struct tt_opt watch_list_opts[] = {
	OPT("name", TT_OPT_STR, name, NULL, TT_OPT_REQUIRED, "What rules call it."),
	OPT("symbols", TT_OPT_STRS, symbols, NULL, TT_OPT_REQUIRED,
		"Symbols of the dictionary, as `[AAPL, MSFT]`."),
	{0},
};
#undef OPT

#define OPT(name, type, field, def, hi, unit, flags, doc, choices)                                           \
	{                                                                                                    \
		name, type, offsetof(struct rule_conf, field), def, 0, hi, unit, flags, doc, choices         \
	}
static const struct tt_opt rule_opts[] = {
	OPT("name", TT_OPT_STR, name, NULL, 0, "", TT_OPT_REQUIRED,
		"Names it in every alert. Another name is another rule.", NULL),
	OPT("over", TT_OPT_ENUM, over, "entity", 0, "", 0,
		"What it looks at: each entity, each sector, the market as a whole, or each item about an "
		"entity, each feed, or the service's own work.",
		"entity|sector|market|item|feed|service"),
	OPT("when", TT_OPT_STR, when, NULL, 0, "", TT_OPT_REQUIRED, "The condition that raises an alert.",
		NULL),
	OPT("clear", TT_OPT_STR, clear, NULL, 0, "", 0,
		"The condition that ends it, which leaves room between the two. Without it the alert ends "
		"when `when` does not hold.",
		NULL),
	OPT("for", TT_OPT_DURATION, for_ms, "0s", DAY_MS, "", 0,
		"How long the condition must hold before the alert is raised.", NULL),
	OPT("cooldown", TT_OPT_DURATION, cooldown_ms, "0s", 30.0 * DAY_MS, "", 0,
		"How long after its end the same alert is not raised again.", NULL),
	OPT("watch_list", TT_OPT_STR, watch_list, NULL, 0, "", 0, "Only entities of this list.", NULL),
	OPT("sector", TT_OPT_STR, sector, NULL, 0, "", 0, "Only this sector, or entities of it.", NULL),
	OPT("mutes", TT_OPT_STRS, mutes, NULL, 0, "", 0,
		"While an alert of this rule is open, alerts about these kinds of subjects within its own "
		"are raised but not told: "
		"`[entity, item]` of a sector that has an alert, anybody when the market has.",
		NULL),
	OPT("only", TT_OPT_STRS, only, NULL, 0, "", 0,
		"Of a rule over feeds or the service: only those whose names fit one of these, as "
		"`[\"https://www.sec.gov/*\"]`; `*` stands for any text.",
		NULL),
	OPT("severity", TT_OPT_ENUM, severity, "warning", 0, "", 0, "How urgent it is.",
		"info|warning|critical"),
	{0},
};
#undef OPT

const struct tt_section tt_rule_sections[] = {
	{"watch_lists", "Lists of symbols that rules name.", watch_list_opts,
		offsetof(struct file_conf, watch_lists), true, sizeof(struct watch_list_conf)},
	{"rules", "The rules.", rule_opts, offsetof(struct file_conf, rules), true, sizeof(struct rule_conf)},
	{0},
};

static const char *const scope_names[TT_SCOPES] = {
	"entity", "sector", "market", "item", "feed", "service"};

const char *tt_scope_name(enum tt_scope over)
{
	return scope_names[over];
}

/* What a rule over each scope may ask for, in words. */
static const char *const asked_of[TT_SCOPES] = {
	[TT_OVER_ENTITY] = "moods and counts",
	[TT_OVER_SECTOR] = "moods and counts",
	[TT_OVER_MARKET] = "moods and counts",
	[TT_OVER_ITEM] = "score, relevance or novelty",
	[TT_OVER_FEED] = "quiet or failing",
	[TT_OVER_SERVICE] = "lag, behind or overdue",
};

static bool may_ask(int over, enum tt_about about)
{
	switch (over) {
	case TT_OVER_ITEM:
		return about == TT_ABOUT_ITEM;
	case TT_OVER_FEED:
		return about == TT_ABOUT_FEED;
	case TT_OVER_SERVICE:
		return about == TT_ABOUT_TOPIC || about == TT_ABOUT_POLLING;
	default:
		return about == TT_ABOUT_MOOD;
	}
}

/* ---- from what was read ---- */

static int parse(const struct rule_conf *c, const char *key, const char *text, struct tt_condition *ret,
	struct tt_err *err)
{
	struct tt_err why = {0};
	int rc = tt_condition_parse(tt_str_c(text), ret, &why);

	if (rc < 0)
		return tt_err_set(err, rc, "rule '%s': %s: %s", c->name, key, why.msg);
	if (!may_ask(c->over, tt_condition_about(ret)))
		return tt_err_set(err, TT_ECONF, "rule '%s': %s: a rule over %s asks for %s", c->name, key,
			scope_names[c->over], asked_of[c->over]);
	for (size_t i = 0; i < ret->n; i++) {
		const struct tt_term *t = &ret->terms[i];
		bool down = t->compare == TT_LESS || t->compare == TT_AT_MOST;
		if (down && (t->measure == TT_MEASURE_RELEVANCE || t->measure == TT_MEASURE_NOVELTY))
			return tt_err_set(err, TT_ECONF,
				"rule '%s': %s: relevance and novelty can be asked to be at least something, "
				"not less",
				c->name, key);
		for (size_t k = 0; c->over == TT_OVER_ITEM && k < i; k++) /* each has one threshold */
			if (ret->terms[k].measure == t->measure)
				return tt_err_set(err, TT_ECONF,
					"rule '%s': %s: each of score, relevance and novelty can be asked "
					"for once",
					c->name, key);
	}
	return TT_OK;
}

static int copy_symbols(struct tt_rule_set *s, const struct file_conf *f, const struct rule_conf *c,
	struct tt_rule *r, struct tt_err *err)
{
	const struct watch_list_conf *lists = f->watch_lists.v, *list = NULL;
	struct tt_suggest near = {.typed = tt_str_c(c->watch_list)};

	for (size_t i = 0; i < f->watch_lists.n; i++) {
		tt_suggest_try(&near, tt_str_c(lists[i].name));
		if (strcmp(lists[i].name, c->watch_list) == 0)
			list = &lists[i];
	}
	if (!list)
		return tt_err_set(err, TT_ECONF, "rule '%s': there is no watch list '%s'%s%.*s", c->name,
			c->watch_list, near.best.n ? "; did you mean " : "", TT_FMT(near.best));
	if (!list->symbols.n)
		return tt_err_set(err, TT_ECONF, "watch list '%s' is empty", list->name);
	struct tt_str *v = tt_arena_zalloc(&s->arena, list->symbols.n, sizeof(*v));
	for (size_t i = 0; v && i < list->symbols.n; i++) {
		v[i] = tt_arena_str(&s->arena, tt_str_c(list->symbols.v[i]));
		if (!v[i].p)
			return TT_ENOMEM;
	}
	r->symbols = v;
	r->n_symbols = list->symbols.n;
	return v ? TT_OK : TT_ENOMEM;
}

static int copy_only(
	struct tt_rule_set *s, const struct rule_conf *c, struct tt_rule *r, struct tt_err *err)
{
	struct tt_str *v = tt_arena_zalloc(&s->arena, c->only.n + 1, sizeof(*v));

	if (c->only.n && !tt_scope_is_observed(r->over))
		return tt_err_set(
			err, TT_ECONF, "rule '%s': only: belongs to a rule over feed or service", c->name);
	for (size_t i = 0; v && i < c->only.n; i++) {
		v[i] = tt_arena_str(&s->arena, tt_str_c(c->only.v[i]));
		if (!v[i].p)
			return TT_ENOMEM;
	}
	r->only = v;
	r->n_only = c->only.n;
	return v ? TT_OK : TT_ENOMEM;
}

static int copy_mutes(struct tt_rule_set *s, const struct rule_conf *c, struct tt_rule *r, struct tt_err *err)
{
	struct tt_str *v = tt_arena_zalloc(&s->arena, c->mutes.n + 1, sizeof(*v));

	for (size_t i = 0; v && i < c->mutes.n; i++) {
		bool known = false;
		for (int over = 0; over < TT_SCOPES; over++) {
			if (strcmp(c->mutes.v[i], scope_names[over]) != 0)
				continue;
			v[i] = tt_str_c(scope_names[over]);
			known = over != TT_OVER_MARKET && !tt_scope_is_observed((enum tt_scope)over);
		}
		if (!known)
			return tt_err_set(err, TT_ECONF,
				"rule '%s': mutes: '%s' is neither entity, sector nor item", c->name,
				c->mutes.v[i]);
	}
	if (c->mutes.n && tt_scope_is_observed((enum tt_scope)c->over))
		return tt_err_set(err, TT_ECONF, "rule '%s': mutes: a %s is no greater one of those", c->name,
			scope_names[c->over]);
	if (c->mutes.n && c->over == TT_OVER_ITEM)
		return tt_err_set(err, TT_ECONF,
			"rule '%s': an alert of an item is over as it is raised: it mutes nothing", c->name);
	r->mutes = v;
	r->n_mutes = c->mutes.n;
	return v ? TT_OK : TT_ENOMEM;
}

/* What can only be decided of an item as it is stored, and what makes no sense. */
static int check(const struct rule_conf *c, struct tt_err *err)
{
	if (c->over == TT_OVER_ITEM && (c->clear || c->for_ms || c->cooldown_ms))
		return tt_err_set(err, TT_ECONF,
			"rule '%s': an item is one moment: clear, for and cooldown do not apply", c->name);
	if (c->watch_list && c->over != TT_OVER_ENTITY && c->over != TT_OVER_ITEM)
		return tt_err_set(err, TT_ECONF,
			"rule '%s': a watch list is of entities, not for a rule over %s", c->name,
			scope_names[c->over]);
	if (c->sector && tt_scope_is_observed((enum tt_scope)c->over))
		return tt_err_set(err, TT_ECONF, "rule '%s': a %s has no sector", c->name,
			scope_names[c->over]);
	if (c->sector && c->over == TT_OVER_MARKET)
		return tt_err_set(
			err, TT_ECONF, "rule '%s': the market has no sector; use over: sector", c->name);
	return TT_OK;
}

static int compile(
	struct tt_rule_set *s, const struct file_conf *f, const struct rule_conf *c, struct tt_err *err)
{
	struct tt_rule *r = &s->v[s->n];

	for (size_t i = 0; i < s->n; i++)
		if (tt_str_eq(s->v[i].name, tt_str_c(c->name)))
			return tt_err_set(err, TT_ECONF, "there are two rules '%s'", c->name);
	*r = (struct tt_rule){.name = tt_arena_str(&s->arena, tt_str_c(c->name)),
		.definition = tt_arena_str(&s->arena, tt_str_c(c->when)),
		.over = (enum tt_scope)c->over,
		.severity = (enum tt_severity)c->severity,
		.waits = {c->for_ms, c->cooldown_ms}};
	if (c->sector)
		r->sector = tt_arena_str(&s->arena, tt_str_c(c->sector));
	if (!r->name.p || !r->definition.p || (c->sector && !r->sector.p))
		return TT_ENOMEM;
	int rc = check(c, err);
	if (rc == TT_OK)
		rc = parse(c, "when", c->when, &r->when, err);
	if (rc == TT_OK && c->clear)
		rc = parse(c, "clear", c->clear, &r->clear, err);
	if (rc == TT_OK && c->clear && tt_condition_about(&r->clear) != tt_condition_about(&r->when))
		rc = tt_err_set(
			err, TT_ECONF, "rule '%s': clear: is about something else than when", c->name);
	if (rc == TT_OK)
		rc = copy_mutes(s, c, r, err);
	if (rc == TT_OK)
		rc = copy_only(s, c, r, err);
	if (rc == TT_OK && c->watch_list)
		rc = copy_symbols(s, f, c, r, err);
	if (rc < 0)
		return rc;
	int64_t back = tt_condition_lookback(&r->when), back_clear = tt_condition_lookback(&r->clear);
	back = back > back_clear ? back : back_clear;
	s->lookback = s->lookback > back ? s->lookback : back;
	s->n++;
	return TT_OK;
}

static int make(struct tt_rule_set **ret, struct file_conf *f, const char *name, struct tt_err *err)
{
	const struct rule_conf *rules = f->rules.v;
	struct tt_rule_set *s = calloc(1, sizeof(*s));
	struct tt_err why = {0};
	int rc = s ? TT_OK : TT_ENOMEM;

	if (s) {
		tt_arena_init(&s->arena, SET_BYTES);
		s->v = tt_arena_zalloc(&s->arena, f->rules.n + 1, sizeof(*s->v));
		rc = s->v ? TT_OK : TT_ENOMEM;
	}
	for (size_t i = 0; rc == TT_OK && i < f->rules.n; i++)
		rc = compile(s, f, &rules[i], &why);
	tt_conf_free(tt_rule_sections, f);
	if (rc < 0) {
		tt_rule_set_free(s);
		return tt_err_set(err, rc, "%s: %s", name, why.msg[0] ? why.msg : tt_err_text(rc));
	}
	*ret = s;
	return TT_OK;
}

int tt_rule_set_load(struct tt_rule_set **ret, const char *path, struct tt_err *err)
{
	struct file_conf f;
	int rc = tt_conf_load(path, tt_rule_sections, &f, err);

	return rc < 0 ? rc : make(ret, &f, path, err);
}

int tt_rule_set_load_text(struct tt_rule_set **ret, struct tt_str yaml, const char *name, struct tt_err *err)
{
	struct file_conf f;
	int rc = tt_conf_load_text(yaml, name, tt_rule_sections, &f, err);

	return rc < 0 ? rc : make(ret, &f, name, err);
}

void tt_rule_set_free(struct tt_rule_set *s)
{
	if (!s)
		return;
	tt_arena_done(&s->arena);
	free(s);
}
