/* tick.c - see tick.h. */
#include "app/run/tick.h"

#include <math.h>
#include <string.h>

#include "app/run/observe.h"
#include "common/metrics.h"
#include "sink/pg/alerts.h"

enum {
	TICK_BYTES = 1 << 30,
	TAKE_ROWS = 50000,
	EXPLAINED_MAX = 50, /* alerts of one look that are explained; a storm has no strongest story each */
	WITH_WORDS_MAX = 3, /* of them also have the words that mattered ... */
	WORDY_ITEMS = 3,    /* ... in so many items each: together well under a second */
	EVIDENCE_MS = 24 * 3600 * 1000,
	MINUTE_MS = 60000,
};

void tt_tick_init(struct tt_tick *t, const struct tt_alerts_conf *conf)
{
	*t = (struct tt_tick){.conf = conf};
	tt_arena_init(&t->arena, TICK_BYTES);
}

void tt_tick_forget(struct tt_tick *t)
{
	tt_evaluator_free(t->evaluator);
	tt_observer_free(t->observer);
	t->evaluator = NULL;
	t->observer = NULL;
	t->minute = 0;
}

void tt_tick_done(struct tt_tick *t)
{
	tt_tick_forget(t);
	tt_words_use(&t->words, NULL);
	tt_arena_done(&t->arena);
}

/* ---- taking over ---- */

static int load_subject(void *ctx, const struct tt_pg_subject *s, struct tt_err *err)
{
	struct tt_tick *t = ctx;
	int rc = tt_evaluator_add_subject(t->evaluator, s->id, s->kind, s->name, s->sector);

	return rc < 0 ? tt_err_set(err, rc, "alerts: %s", tt_err_text(rc)) : TT_OK;
}

static bool is_observed(struct tt_str kind)
{
	for (int over = 0; over < TT_SCOPES; over++)
		if (tt_str_eq(kind, tt_str_c(tt_scope_name((enum tt_scope)over))))
			return tt_scope_is_observed((enum tt_scope)over);
	return false;
}

static int load_state(void *ctx, const struct tt_pg_rule_state *s, struct tt_err *err)
{
	struct tt_tick *t = ctx;
	const struct tt_rule_state state = {.state = s->state,
		.before = s->before,
		.episode = s->episode,
		.since_ms = s->since_ms,
		.changed_ms = s->changed_ms,
		.value = s->value};
	int rc = is_observed(s->subject_kind)
			 ? tt_observer_add_state(t->observer, s->rule, s->subject_kind, s->subject, &state)
			 : tt_evaluator_add_state(t->evaluator, s->rule, s->subject_kind, s->subject, &state);

	return rc < 0 ? tt_err_set(err, rc, "alerts: %s", tt_err_text(rc)) : TT_OK;
}

static int load_minutes(void *ctx, const struct tt_pg_minute *v, size_t n, struct tt_err *err)
{
	struct tt_tick *t = ctx;

	for (size_t i = 0; i < n; i++) {
		const struct tt_minute m = {
			v[i].minute, v[i].n, v[i].n_pos, v[i].n_neg, v[i].w, v[i].ws, v[i].wss};
		int rc = tt_evaluator_add(t->evaluator, v[i].subject_id, &m);
		if (rc < 0)
			return tt_err_set(
				err, rc, "alerts: subject %d: %s", v[i].subject_id, tt_err_text(rc));
	}
	return TT_OK;
}

static int tell_rules(struct tt_tick *t, struct tt_pg_conn *c, struct tt_err *err)
{
	struct tt_pg_rule *v = tt_arena_zalloc(&t->arena, t->rules->n + 1, sizeof(*v));

	for (size_t i = 0; v && i < t->rules->n; i++) {
		const struct tt_rule *r = &t->rules->v[i];
		v[i] = (struct tt_pg_rule){
			r->name, tt_str_c(tt_scope_name(r->over)), r->definition, r->severity, r->mutes, r->n_mutes};
	}
	return v ? tt_pg_alerts_rules(c, v, t->rules->n, err)
		 : tt_err_set(err, TT_ENOMEM, "alerts: %s", tt_err_text(TT_ENOMEM));
}

static int take_over(struct tt_tick *t, struct tt_pg_conn *c, int64_t now_ms, struct tt_err *err)
{
	const struct tt_mood_conf floors = {t->conf->weight_floor, t->conf->dispersion_floor};
	int rc = tell_rules(t, c, err);

	if (rc == TT_OK)
		rc = tt_evaluator_new(&t->evaluator, t->rules, &floors, err);
	if (rc == TT_OK)
		rc = tt_observer_new(&t->observer, t->rules, err);
	if (rc < 0)
		return rc;
	const struct tt_pg_alerts_loader to = {load_subject, load_state, load_minutes, t};
	return tt_pg_alerts_load(c, now_ms / MINUTE_MS - t->rules->lookback, &to, err);
}

/* ---- storing ---- */

static int64_t half_life_ms(const struct tt_rule *r)
{
	const struct tt_term *term = &r->when.terms[0];

	return (term->times[0] ? term->times[0] : 360) * MINUTE_MS;
}

/* What is asked for: what drew it down, or up, or just moved it. */
static int direction_of(const struct tt_rule *r)
{
	const struct tt_term *term = &r->when.terms[0];

	if (term->measure != TT_MEASURE_MOOD && term->measure != TT_MEASURE_CHANGE &&
		term->measure != TT_MEASURE_SHOCK)
		return 0;
	return term->compare == TT_LESS || term->compare == TT_AT_MOST ? -1 : 1;
}

static struct tt_pg_question question_of(const struct tt_verdict *v, int64_t now_ms)
{
	struct tt_pg_question q = {.since_ms = now_ms - EVIDENCE_MS,
		.until_ms = now_ms + MINUTE_MS,
		.half_life_ms = half_life_ms(v->rule),
		.direction = direction_of(v->rule)};

	if (v->rule->over == TT_OVER_ENTITY) {
		q.symbols = &v->alert.subject;
		q.n_symbols = 1;
	} else if (v->rule->over == TT_OVER_SECTOR) {
		q.sector = v->alert.subject;
	}
	return q;
}

/* What is stored of a look. evidence[i] belongs to changes[i]. */
struct outcome {
	struct tt_pg_tick tick;
	struct tt_pg_rule_state *states;
	struct tt_alert *changes;
	struct tt_str *evidence;
	struct tt_id *forgotten;
	struct tt_pg_question *questions;
	size_t *asked; /* by question: the change it is about */
	size_t n_questions;
};

static bool sort_out(
	struct tt_tick *t, struct outcome *o, const struct tt_verdict *v, size_t n, int64_t now_ms)
{
	o->states = tt_arena_zalloc(&t->arena, n + 1, sizeof(*o->states));
	o->changes = tt_arena_zalloc(&t->arena, n + 1, sizeof(*o->changes));
	o->evidence = tt_arena_zalloc(&t->arena, n + 1, sizeof(*o->evidence));
	o->forgotten = tt_arena_zalloc(&t->arena, n + 1, sizeof(*o->forgotten));
	o->questions = tt_arena_zalloc(&t->arena, EXPLAINED_MAX, sizeof(*o->questions));
	o->asked = tt_arena_zalloc(&t->arena, EXPLAINED_MAX, sizeof(*o->asked));
	if (!o->states || !o->changes || !o->evidence || !o->forgotten || !o->questions || !o->asked)
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct tt_rule_state *s = &v[i].state;
		if (v[i].told) {
			if (v[i].alert.to == TT_ALERT_FIRING && v[i].rule &&
				!tt_scope_is_observed(v[i].rule->over) && o->n_questions < EXPLAINED_MAX) {
				o->asked[o->n_questions] = o->tick.n_changes;
				o->questions[o->n_questions++] = question_of(&v[i], now_ms);
			}
			o->changes[o->tick.n_changes++] = v[i].alert;
		}
		if (v[i].forgotten)
			o->forgotten[o->tick.n_forgotten++] = v[i].alert.fingerprint;
		else
			o->states[o->tick.n_states++] =
				(struct tt_pg_rule_state){.fingerprint = v[i].alert.fingerprint,
					.rule = v[i].alert.rule,
					.subject_kind = v[i].alert.subject_kind,
					.subject = v[i].alert.subject,
					.state = s->state,
					.before = s->before,
					.episode = s->episode,
					.since_ms = s->since_ms,
					.changed_ms = s->changed_ms,
					.value = s->value};
	}
	return true;
}

static int explain(struct tt_tick *t, struct tt_pg_conn *c, struct outcome *o, struct tt_err *err)
{
	struct tt_pg_answer *answers = tt_arena_zalloc(&t->arena, EXPLAINED_MAX, sizeof(*answers));

	if (!o->n_questions)
		return TT_OK;
	if (!answers)
		return tt_err_set(err, TT_ENOMEM, "alerts: %s", tt_err_text(TT_ENOMEM));
	int rc = tt_pg_alerts_evidence(
		c, o->questions, o->n_questions, (size_t)t->conf->evidence, &t->arena, answers, err);
	for (size_t i = 0; i < o->n_questions && rc == TT_OK; i++) {
		struct tt_alert *a = &o->changes[o->asked[i]];
		o->evidence[o->asked[i]] = answers[i].evidence;
		if (i < WITH_WORDS_MAX && answers[i].evidence.p)
			o->evidence[o->asked[i]] = tt_words_add(&t->words, answers[i].evidence,
				o->questions[i].n_symbols == 1 ? o->questions[i].symbols[0] : (struct tt_str){NULL, 0}, WORDY_ITEMS,
				&t->arena);
		if (!answers[i].strongest.p)
			continue;
		const char *text = tt_arena_printf(&t->arena, "%.*s; strongest: %.*s", TT_FMT(a->sentence),
			TT_FMT(answers[i].strongest));
		if (text)
			a->sentence = tt_str_c(text);
	}
	return rc;
}

static int store(struct tt_tick *t, struct tt_pg_conn *c, const struct tt_verdict *v, size_t n,
	int64_t now_ms, struct tt_err *err)
{
	struct outcome o = {0};
	int64_t changes = 0;

	if (!sort_out(t, &o, v, n, now_ms))
		return tt_err_set(err, TT_ENOMEM, "alerts: %s", tt_err_text(TT_ENOMEM));
	int rc = explain(t, c, &o, err);
	o.tick.states = o.states;
	o.tick.changes = o.changes;
	o.tick.evidence = o.evidence;
	o.tick.forgotten = o.forgotten;
	o.tick.targets = t->targets.v;
	o.tick.n_targets = t->targets.n;
	if (rc == TT_OK)
		rc = tt_pg_alerts_store(c, &o.tick, &changes, err);
	if (rc == TT_OK)
		tt_metric_add(TT_M_alert_changes, (uint64_t)changes);
	return rc;
}

/* ---- a look ---- */

/* What time alone decides of feeds and the service is added to the verdicts. */
static int observe(struct tt_tick *t, struct tt_pg_conn *c, int64_t now_ms, struct tt_verdict **v, size_t *n,
	struct tt_err *err)
{
	struct tt_verdict *more = NULL;
	size_t n_more = 0;
	int rc = tt_observe(t->observer, c, now_ms, &t->arena, &more, &n_more, err);

	if (rc < 0 || !n_more)
		return rc;
	struct tt_verdict *all = tt_arena_zalloc(&t->arena, *n + n_more, sizeof(*all));
	if (!all)
		return tt_err_set(err, TT_ENOMEM, "alerts: %s", tt_err_text(TT_ENOMEM));
	if (*n)
		memcpy(all, *v, *n * sizeof(*all));
	memcpy(all + *n, more, n_more * sizeof(*all));
	*v = all;
	*n += n_more;
	return TT_OK;
}

static int look(struct tt_tick *t, struct tt_pg_conn *c, int64_t now_ms, bool *ret_more, struct tt_err *err)
{
	struct tt_pg_minute *changes;
	struct tt_verdict *v = NULL;
	size_t n_changes, n = 0;
	int rc = tt_pg_alerts_take(c, TAKE_ROWS, &t->arena, &changes, &n_changes, ret_more, err);

	if (rc == TT_OK)
		rc = load_minutes(t, changes, n_changes, err);
	bool all = rc == TT_OK && !*ret_more && now_ms / MINUTE_MS != t->minute;
	if (rc == TT_OK)
		rc = tt_evaluator_run(t->evaluator, now_ms, all, &t->arena, &v, &n, err);
	if (rc == TT_OK && all)
		rc = observe(t, c, now_ms, &v, &n, err);
	if (rc == TT_OK)
		rc = store(t, c, v, n, now_ms, err);
	if (rc < 0)
		return rc;
	if (all)
		t->minute = now_ms / MINUTE_MS;
	tt_metric_set(TT_M_alerts_firing, tt_evaluator_firing(t->evaluator) + tt_observer_firing(t->observer));
	return TT_OK;
}

int tt_tick_run(struct tt_tick *t, struct tt_pg_conn *c, const struct tt_clock *clock, bool *ret_more,
	struct tt_err *err)
{
	int64_t begun_ns = tt_mono_ns(clock), now_ms = tt_wall_ms(clock);
	int rc = TT_OK;

	*ret_more = false;
	tt_arena_reset(&t->arena);
	if (!t->evaluator)
		rc = take_over(t, c, now_ms, err);
	if (rc == TT_OK)
		rc = look(t, c, now_ms, ret_more, err);
	if (rc < 0) {
		tt_pg_alerts_undo(c);
		tt_tick_forget(t);
		if (rc == TT_ESTALE) { /* a subject that is new since it was loaded: not an error */
			*ret_more = true;
			rc = TT_OK;
		}
	}
	tt_histogram_add(TT_H_evaluate, tt_mono_ns(clock) - begun_ns);
	return rc;
}
