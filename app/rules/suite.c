/* suite.c - see suite.h. */
#include "app/rules/suite.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/rules/suite_make.h"
#include "common/suggest.h"
#include "ingest/feed/date.h"

enum { SUITE_BYTES = 1 << 29, MINUTE_MS = 60000 };

int tt_suite_fail(struct tt_suite_make *m, const char *fmt, ...)
{
	char what[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (!m->list)
		return tt_err_set(m->err, TT_ECONF, "test '%s': %s", m->conf->name, what);
	return tt_err_set(m->err, TT_ECONF, "test '%s': %s[%zu]: %s", m->conf->name, m->list, m->index, what);
}

int tt_suite_minutes(struct tt_suite_make *m, const char *key, int64_t ms, int64_t *ret)
{
	if (ms % MINUTE_MS)
		return tt_suite_fail(m, "%s: times are whole minutes", key);
	*ret = ms / MINUTE_MS;
	return TT_OK;
}

/* ---- what is to become of it ---- */

static int find_rule(struct tt_suite_make *m, const char *name, const struct tt_rule **ret)
{
	const struct tt_rule_set *rules = m->suite->rules;
	struct tt_suggest near = {.typed = tt_str_c(name)};

	for (size_t i = 0; i < rules->n; i++) {
		tt_suggest_try(&near, rules->v[i].name);
		if (tt_str_eq(rules->v[i].name, tt_str_c(name))) {
			*ret = &rules->v[i];
			return TT_OK;
		}
	}
	return tt_suite_fail(m, "there is no rule '%s'%s%.*s", name, near.best.n ? "; did you mean " : "",
		TT_FMT(near.best));
}

static int find_wanted(struct tt_suite_make *m, const struct tt_suite_want_conf *c, struct tt_suite_want *ret)
{
	enum tt_scope over = ret->rule->over == TT_OVER_ITEM ? TT_OVER_ENTITY : ret->rule->over;
	struct tt_str name = c->subject ? tt_str_c(c->subject) : TT_STR("market");
	struct tt_suggest near = {.typed = name};

	if (tt_scope_is_observed(over))
		return tt_suite_fail(m, "rule '%s' is over %s: no item says what that is doing", c->rule,
			tt_scope_name(over));
	if (!c->subject && over != TT_OVER_MARKET)
		return tt_suite_fail(
			m, "rule '%s' is over %s: which subject?", c->rule, tt_scope_name(ret->rule->over));
	if (tt_suite_find(m->t, tt_scope_name(over), name, &ret->subject))
		return TT_OK;
	for (size_t i = 0; i < m->t->n_subjects; i++)
		if (tt_str_eq(m->t->subjects[i].kind, tt_str_c(tt_scope_name(over))))
			tt_suggest_try(&near, m->t->subjects[i].name);
	return tt_suite_fail(m, "no item is about the %s '%s'%s%.*s", tt_scope_name(over), c->subject,
		near.best.n ? "; did you mean " : "", TT_FMT(near.best));
}

static int make_want(struct tt_suite_make *m, const struct tt_suite_want_conf *c, struct tt_suite_want *ret)
{
	int rc = tt_suite_minutes(m, "at", c->at_ms, &ret->at);

	if (rc == TT_OK)
		rc = find_rule(m, c->rule, &ret->rule);
	if (rc == TT_OK)
		rc = find_wanted(m, c, ret);
	if (rc < 0)
		return rc;
	ret->state = (enum tt_alert_state)c->state;
	ret->value = c->value == TT_SUITE_ANY_VALUE ? NAN : c->value;
	ret->within = c->within;
	ret->times = c->times;
	if (ret->rule->over == TT_OVER_ITEM && ret->state != TT_ALERT_FIRING &&
		ret->state != TT_ALERT_INACTIVE)
		return tt_suite_fail(
			m, "rule '%s' is over items, an item is one moment: firing or inactive", c->rule);
	return TT_OK;
}

static int by_time(const void *a, const void *b)
{
	const struct tt_suite_want *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

static int make_wants(struct tt_suite_make *m)
{
	const struct tt_suite_want_conf *c = m->conf->expect.v;
	struct tt_suite_test *t = m->t;
	int rc = TT_OK;

	t->wants = tt_arena_zalloc(&m->suite->arena, m->conf->expect.n + 1, sizeof(*t->wants));
	t->n_wants = m->conf->expect.n;
	if (!t->wants)
		return TT_ENOMEM;
	m->list = "expect";
	for (m->index = 0; rc == TT_OK && m->index < t->n_wants; m->index++) {
		rc = make_want(m, &c[m->index], &t->wants[m->index]);
		if (rc == TT_OK && t->wants[m->index].at >= t->length)
			t->length = t->wants[m->index].at + 1;
	}
	if (rc == TT_OK && t->n_wants)
		qsort(t->wants, t->n_wants, sizeof(*t->wants), by_time);
	return rc;
}

/* ---- the whole ---- */

static int make_test(struct tt_suite_make *m)
{
	int64_t start_ms;
	int rc;

	m->list = NULL;
	if (!tt_feed_date(tt_str_c(m->conf->start), &start_ms))
		return tt_suite_fail(m, "start: '%s' is not a date", m->conf->start);
	if (start_ms < 0)
		return tt_suite_fail(m, "start: '%s' is before 1970", m->conf->start);
	if (!m->conf->expect.n && !m->conf->only)
		return tt_suite_fail(m, "nothing is expected of it: it cannot fail");
	m->t->name = tt_arena_str(&m->suite->arena, tt_str_c(m->conf->name));
	m->t->only = m->conf->only;
	if (!m->t->name.p)
		return TT_ENOMEM;
	rc = tt_suite_minutes(m, "start", start_ms, &m->t->start);
	if (rc == TT_OK)
		rc = tt_suite_make_subjects(m);
	if (rc == TT_OK)
		rc = tt_suite_make_items(m);
	return rc == TT_OK ? make_wants(m) : rc;
}

static int make_all(struct tt_suite *s, const struct tt_suite_conf *conf, struct tt_err *err)
{
	struct tt_suite_make m = {.suite = s, .conf = conf->tests.v, .err = err};
	int rc = TT_OK;

	if (!conf->tests.n)
		return tt_err_set(err, TT_ECONF, "there are no tests");
	if (conf->tests.n > TT_SUITE_TESTS_MAX)
		return tt_err_set(err, TT_ECONF, "more than %d tests", TT_SUITE_TESTS_MAX);
	s->v = tt_arena_zalloc(&s->arena, conf->tests.n, sizeof(*s->v));
	if (!s->v)
		return TT_ENOMEM;
	for (; rc == TT_OK && s->n < conf->tests.n; s->n++, m.conf++) {
		m.t = &s->v[s->n];
		rc = make_test(&m);
	}
	return rc;
}

int tt_suite_load(struct tt_suite **ret, const char *path, struct tt_err *err)
{
	struct tt_suite_conf conf;
	struct tt_err why = {0};
	struct tt_suite *s;
	int rc = tt_conf_load(path, tt_suite_sections, &conf, err);

	if (rc < 0)
		return rc;
	s = calloc(1, sizeof(*s));
	rc = s ? TT_OK : TT_ENOMEM;
	if (s) {
		tt_arena_init(&s->arena, SUITE_BYTES);
		s->floors = (struct tt_mood_conf){conf.alerts.weight_floor, conf.alerts.dispersion_floor};
	}
	if (rc == TT_OK && !conf.alerts.rules)
		rc = tt_err_set(&why, TT_ECONF, "which rules? alerts: {rules: FILE}");
	if (rc == TT_OK)
		rc = tt_rule_set_load(&s->rules, conf.alerts.rules, &why);
	if (rc == TT_OK)
		rc = make_all(s, &conf, &why);
	tt_conf_free(tt_suite_sections, &conf);
	if (rc < 0) {
		tt_suite_free(s);
		return tt_err_set(err, rc, "%s: %s", path, why.msg[0] ? why.msg : tt_err_text(rc));
	}
	*ret = s;
	return TT_OK;
}

void tt_suite_free(struct tt_suite *s)
{
	if (!s)
		return;
	tt_rule_set_free(s->rules);
	tt_arena_done(&s->arena);
	free(s);
}
