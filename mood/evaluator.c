/* evaluator.c - see evaluator.h. */
#include "mood/evaluator.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mood/gauge.h"

enum {
	SUBJECT_BYTES = 1 << 30,
	MINUTE_MS = 60000,
	AGO = 60 /* minutes; of the sentence */,
	FORGET_EVERY = 60 /* minutes */
};

/* One rule of one subject. */
struct watch {
	const struct tt_rule *rule;
	struct tt_rule_state state;
};

struct subject {
	int32_t id;
	bool touched, seen; /* since the last look; ever looked at */
	bool waits;         /* something of it may come with time alone: a `for` or a `cooldown` is over */
	uint32_t n_watches, n_open; /* open: firing, or was before nothing was known */
	struct tt_str kind, name;
	struct tt_minutes minutes; /* none where no rule looks */
	struct tt_gauges gauges;
	int64_t next; /* minute at which it is to be looked at again though nothing is said */
	struct watch *watches;
};

struct tt_evaluator {
	const struct tt_rule_set *rules;
	struct tt_mood_conf conf;
	struct tt_gauge_plan plan; /* in the arena */
	struct tt_arena arena;     /* names, watches, orphans */
	struct subject *subjects;  /* by id once sorted */
	size_t n_subjects, room;
	bool sorted;
	struct tt_orphans orphans;
};

static int plan(struct tt_evaluator *e, struct tt_err *err)
{
	e->plan.v = tt_arena_zalloc(&e->arena, TT_GAUGES_MAX, sizeof(*e->plan.v));
	if (!e->plan.v)
		return tt_err_set(err, TT_ENOMEM, "rules: %s", tt_err_text(TT_ENOMEM));
	for (size_t i = 0; i < e->rules->n; i++)
		if (!tt_gauge_plan_add(&e->plan, &e->rules->v[i].when) ||
			!tt_gauge_plan_add(&e->plan, &e->rules->v[i].clear))
			return tt_err_set(err, TT_ELIMIT,
				"rules: more than %d different figures are asked for", TT_GAUGES_MAX);
	return TT_OK;
}

int tt_evaluator_new(struct tt_evaluator **ret, const struct tt_rule_set *rules,
	const struct tt_mood_conf *conf, struct tt_err *err)
{
	struct tt_evaluator *e = calloc(1, sizeof(*e));

	if (!e)
		return tt_err_set(err, TT_ENOMEM, "rules: %s", tt_err_text(TT_ENOMEM));
	e->rules = rules;
	e->conf = *conf;
	tt_arena_init(&e->arena, SUBJECT_BYTES);
	int rc = plan(e, err);
	if (rc < 0)
		tt_evaluator_free(e);
	else
		*ret = e;
	return rc;
}

void tt_evaluator_free(struct tt_evaluator *e)
{
	if (!e)
		return;
	for (size_t i = 0; i < e->n_subjects; i++)
		tt_minutes_done(&e->subjects[i].minutes);
	free(e->subjects);
	tt_arena_done(&e->arena);
	free(e);
}

/* ---- what is known ---- */

static int by_id(const void *a, const void *b)
{
	const struct subject *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

static struct subject *find(struct tt_evaluator *e, int32_t id)
{
	if (!e->sorted && e->n_subjects)
		qsort(e->subjects, e->n_subjects, sizeof(*e->subjects), by_id);
	e->sorted = true;
	return e->n_subjects ? bsearch(&(struct subject){.id = id}, e->subjects, e->n_subjects,
				       sizeof(*e->subjects), by_id)
			     : NULL;
}

int tt_evaluator_add_subject(
	struct tt_evaluator *e, int32_t id, struct tt_str kind, struct tt_str name, struct tt_str sector)
{
	if (e->n_subjects == e->room) {
		size_t room = e->room ? 2 * e->room : 256;
		struct subject *v = realloc(e->subjects, room * sizeof(*v));
		if (!v)
			return TT_ENOMEM;
		e->subjects = v;
		e->room = room;
	}
	struct subject s = {
		.id = id, .kind = tt_arena_str(&e->arena, kind), .name = tt_arena_str(&e->arena, name)};
	if (!s.kind.p || !s.name.p)
		return TT_ENOMEM;
	for (size_t i = 0; i < e->rules->n; i++)
		s.n_watches += tt_rule_is_about(&e->rules->v[i], kind, name, sector);
	if (s.n_watches) {
		s.watches = tt_arena_zalloc(&e->arena, s.n_watches, sizeof(*s.watches));
		s.gauges = (struct tt_gauges){
			&e->plan, tt_arena_zalloc(&e->arena, e->plan.n + 1, sizeof(struct tt_gauge))};
		if (!s.watches || !s.gauges.v)
			return TT_ENOMEM;
	}
	for (size_t i = 0, k = 0; i < e->rules->n && k < s.n_watches; i++)
		if (tt_rule_is_about(&e->rules->v[i], kind, name, sector))
			s.watches[k++] = (struct watch){&e->rules->v[i], tt_rule_state_new};
	e->subjects[e->n_subjects++] = s;
	e->sorted = false;
	return TT_OK;
}

/* Linear: states are few beside minutes, and this is done once. */
static struct watch *find_watch(const struct tt_evaluator *e, struct tt_str rule, struct tt_str kind,
	struct tt_str name, struct subject **ret)
{
	for (size_t i = 0; i < e->n_subjects; i++) {
		struct subject *s = &e->subjects[i];
		if (!tt_str_eq(s->name, name) || !tt_str_eq(s->kind, kind))
			continue;
		for (size_t k = 0; k < s->n_watches; k++)
			if (tt_str_eq(s->watches[k].rule->name, rule)) {
				*ret = s;
				return &s->watches[k];
			}
	}
	return NULL;
}

int tt_evaluator_add_state(struct tt_evaluator *e, struct tt_str rule, struct tt_str kind, struct tt_str name,
	const struct tt_rule_state *state)
{
	struct subject *s;
	struct watch *w = find_watch(e, rule, kind, name, &s);

	if (w) {
		w->state = *state;
		s->n_open += tt_rule_state_is_open(state);
		s->waits = true;
		return TT_OK;
	}
	return tt_orphans_add(&e->orphans, &e->arena, rule, kind, name, state);
}

int tt_evaluator_add(struct tt_evaluator *e, int32_t subject, const struct tt_minute *m)
{
	struct subject *s = find(e, subject);

	if (!s)
		return TT_ESTALE;
	if (!s->n_watches)
		return TT_OK;
	struct tt_minutes_change change;
	int rc = tt_minutes_add(&s->minutes, m, &change);
	if (rc < 0)
		return rc;
	s->touched = true;
	tt_gauges_note(&s->gauges, &s->minutes, m, &change);
	return TT_OK;
}

const struct tt_rule_state *tt_evaluator_state(
	const struct tt_evaluator *e, struct tt_str rule, struct tt_str kind, struct tt_str name)
{
	struct subject *s;
	const struct watch *w = find_watch(e, rule, kind, name, &s);

	return w ? &w->state : NULL;
}

void tt_evaluator_values(const struct tt_evaluator *e, struct tt_str kind, struct tt_str name,
	const struct tt_condition *c, int64_t now_ms, double ret[TT_TERMS_MAX])
{
	const struct tt_minutes none = {0}, *minutes = &none;

	for (size_t i = 0; i < e->n_subjects; i++)
		if (tt_str_eq(e->subjects[i].name, name) && tt_str_eq(e->subjects[i].kind, kind))
			minutes = &e->subjects[i].minutes;
	for (size_t i = 0; i < c->n; i++) {
		const struct tt_condition one = {.terms = {c->terms[i]}, .n = 1};
		tt_condition_at(&one, minutes, now_ms / MINUTE_MS + 1, &e->conf, &ret[i]);
	}
}

size_t tt_evaluator_firing(const struct tt_evaluator *e)
{
	size_t n = 0;

	for (size_t i = 0; i < e->n_subjects; i++)
		n += e->subjects[i].n_open;
	return n;
}

/* ---- a look ---- */

struct look {
	struct tt_evaluator *e;
	int64_t at;
	struct tt_verdicts out;
};

/* The half-life that the sentence tells of: that of the first term that has one, else 6 hours. */
static int64_t half_life_of(const struct tt_rule *r)
{
	const struct tt_term *t = &r->when.terms[0];

	return t->measure == TT_MEASURE_MOOD || t->measure == TT_MEASURE_SHOCK ? t->times[0] : 360;
}

/* "NVDA mood fell from +0.31 to -0.42 in 60 min on 14 items; shock(1h, 1d) is -2.31 (limit -1.5)" */
static struct tt_str say(const struct look *l, const struct subject *s, const struct watch *w)
{
	char term[TT_TERM_TEXT], mood[100] = "";
	struct tt_arena *arena = l->out.arena;
	double half = (double)half_life_of(w->rule), floor = l->e->conf.weight_floor;
	double now = tt_mood_at(&s->minutes, l->at, half, floor).mood,
	       ago = tt_mood_at(&s->minutes, l->at - AGO, half, floor).mood;
	long long n = (long long)tt_items_at(&s->minutes, l->at, AGO);
	const char *items = n == 1 ? "item" : "items";

	tt_term_format(&w->rule->when.terms[0], term);
	if (fabs(now - ago) >= 0.005) /* both known, and seen to differ */
		snprintf(mood, sizeof(mood), " mood %s from %+.2f to %+.2f in %d min on %lld %s;",
			now < ago ? "fell" : "rose", ago, now, AGO, n, items);
	else if (!isnan(now))
		snprintf(mood, sizeof(mood), " mood is %+.2f, %lld %s in %d min;", now, n, items, AGO);
	const char *text =
		isnan(w->state.value)
			? tt_arena_printf(arena, "%.*s:%s %s is not known", TT_FMT(s->name), mood, term)
			: tt_arena_printf(arena, "%.*s%s %s is %.4g%s (limit %.4g)", TT_FMT(s->name), mood,
				  term, w->state.value, w->state.state == TT_ALERT_RESOLVED ? " again" : "",
				  w->rule->when.terms[0].bound);
	return tt_str_c(text);
}

static int conclude(struct look *l, const struct subject *s, const struct watch *w, enum tt_alert_state from)
{
	struct tt_verdict *v = tt_verdicts_add(&l->out, w->rule, s->kind, s->name, &w->state, from);

	if (!v)
		return TT_ENOMEM;
	v->subject = s->id;
	if (!v->told)
		return TT_OK;
	v->alert.sentence = say(l, s, w);
	return v->alert.sentence.p ? TT_OK : TT_ENOMEM;
}

/* The first minute at which this rule may say something new though nothing is said. */
static int64_t next_look(const struct look *l, struct subject *s, const struct watch *w)
{
	const struct tt_condition *when = &w->rule->when, *clear = w->rule->clear.n ? &w->rule->clear : when;
	if (w->state.state != TT_ALERT_FIRING && w->state.state != TT_ALERT_NO_DATA)
		return tt_gauges_until(&s->gauges, &s->minutes, when, l->at, &l->e->conf, TT_UNTIL_HOLDS);
	int64_t a = tt_gauges_until(&s->gauges, &s->minutes, clear, l->at, &l->e->conf, TT_UNTIL_CHANGES),
		b = INT64_MAX;
	if (w->state.state == TT_ALERT_NO_DATA && clear != when)
		b = tt_gauges_until(&s->gauges, &s->minutes, when, l->at, &l->e->conf, TT_UNTIL_CHANGES);
	return a < b ? a : b;
}

static int look_at(struct look *l, struct subject *s)
{
	s->touched = s->waits = false;
	s->seen = true;
	s->next = INT64_MAX;
	for (size_t i = 0; i < s->n_watches; i++) {
		struct watch *w = &s->watches[i];
		struct tt_rule_look look = {.now_ms = l->out.now_ms};
		double unused;
		look.when = tt_gauges_condition(
			&s->gauges, &s->minutes, &w->rule->when, l->at, &l->e->conf, &look.value);
		look.clear = w->rule->clear.n ? tt_gauges_condition(&s->gauges, &s->minutes, &w->rule->clear,
							l->at, &l->e->conf, &unused)
					      : tt_truth_not(look.when);
		enum tt_alert_state from = w->state.state;
		bool was_open = tt_rule_state_is_open(&w->state);
		bool is_changed = tt_rule_state_step(&w->state, &w->rule->waits, &look);
		s->waits |= w->state.state == TT_ALERT_PENDING ||
			    (w->state.state == TT_ALERT_RESOLVED && look.when == TT_HOLDS);
		int64_t next = next_look(l, s, w);
		s->next = next < s->next ? next : s->next;
		if (!is_changed)
			continue;
		s->n_open = s->n_open + tt_rule_state_is_open(&w->state) - was_open;
		int rc = conclude(l, s, w, from);
		if (rc < 0)
			return rc;
	}
	return TT_OK;
}

/* Whether a look could find anything new. */
static bool is_due(const struct look *l, const struct subject *s, bool all)
{
	if (!s->n_watches)
		return false;
	if (s->touched || s->waits)
		return true;
	return all && (!s->seen || l->at >= s->next);
}

int tt_evaluator_run(struct tt_evaluator *e, int64_t now_ms, bool all, struct tt_arena *arena,
	struct tt_verdict **ret, size_t *ret_n, struct tt_err *err)
{
	struct look l = {.e = e, .at = now_ms / MINUTE_MS + 1, .out = {.arena = arena, .now_ms = now_ms}};
	int rc = tt_orphans_end(&e->orphans, &l.out);

	for (size_t i = 0; rc == TT_OK && i < e->n_subjects; i++) {
		struct subject *s = &e->subjects[i];
		if (is_due(&l, s, all))
			rc = look_at(&l, s);
		if (all && s->n_watches && l.at % FORGET_EVERY == 0)
			tt_gauges_forget(
				&s->gauges, tt_minutes_forget(&s->minutes, l.at - e->rules->lookback));
	}
	if (rc < 0)
		return tt_err_set(err, rc, "rules: %s", tt_err_text(rc));
	*ret = l.out.v;
	*ret_n = l.out.n;
	return TT_OK;
}
