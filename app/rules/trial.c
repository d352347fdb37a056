/* trial.c - see trial.h. */
#include "app/rules/trial.h"

#include <math.h>
#include <stdio.h>

#include "app/rules/trial_why.h"
#include "app/run/item_rule.h"
#include "mood/evaluator.h"

enum { SCRATCH_BYTES = 1 << 28, MINUTE_MS = 60000 };

struct trial {
	const struct tt_suite *s;
	const struct tt_suite_test *t;
	struct tt_evaluator *evaluator;
	struct tt_pg_item_rule *item_rules; /* of each rule; empty where it is over others */
	int64_t *times, *last;              /* by rule and subject: how often raised, in which minute last */
	int64_t minute;
	size_t n_done; /* expectations */
	struct tt_arena *arena, scratch;
	struct tt_trial_fault *v;
	size_t n;
};

static size_t cell(const struct trial *r, const struct tt_rule *rule, size_t subject)
{
	return (size_t)(rule - r->s->rules->v) * r->t->n_subjects + subject;
}

static int64_t now_ms(const struct trial *r)
{
	return (r->t->start + r->minute) * MINUTE_MS;
}

/* ---- what is said ---- */

static int add_parts(struct trial *r, const struct tt_suite_items *items, int64_t n)
{
	for (size_t i = 0; i < items->n_parts; i++) {
		const struct tt_suite_part *p = &items->parts[i];
		struct tt_minute m = p->adds;
		m.minute = r->t->start + r->minute;
		m.n *= n, m.n_pos *= n, m.n_neg *= n;
		m.w *= (double)n, m.ws *= (double)n, m.wss *= (double)n;
		if (m.n && tt_evaluator_add(r->evaluator, (int32_t)p->subject, &m) < 0)
			return TT_ENOMEM;
	}
	return TT_OK;
}

/* As sink/pg/item_rules.c and its statement decide. */
static bool raises(const struct tt_pg_item_rule *rule, const struct tt_suite_items *items, double score)
{
	return (score <= rule->below || score >= rule->above) &&
	       (double)items->relevance >= rule->min_relevance && (double)items->novelty >= rule->min_novelty;
}

static int add_fault(struct trial *r, const struct tt_rule *rule, size_t subject, struct tt_trial_fault fault)
{
	struct tt_trial_fault *v = tt_arena_grow(r->arena, r->v, r->n, sizeof(*v));

	if (!v || !fault.is.p || !fault.want.p || !fault.why.p)
		return TT_ENOMEM;
	fault.at = r->minute;
	fault.rule = rule;
	fault.subject = r->t->subjects[subject].name;
	r->v = v;
	v[r->n++] = fault;
	return TT_OK;
}

static bool is_named(const struct tt_suite_test *t, const struct tt_rule *rule, size_t subject)
{
	for (size_t i = 0; i < t->n_wants; i++)
		if (t->wants[i].rule == rule && t->wants[i].subject == subject)
			return true;
	return false;
}

/* An alert was raised n times; why: a sentence. */
static int note_raised(
	struct trial *r, const struct tt_rule *rule, size_t subject, int64_t n, struct tt_str why)
{
	size_t at = cell(r, rule, subject);
	bool is_first = !r->times[at];

	if (!why.p)
		return TT_ENOMEM;
	r->times[at] += n;
	r->last[at] = r->minute;
	if (!is_first || !r->t->only || is_named(r->t, rule, subject))
		return TT_OK;
	return add_fault(r, rule, subject,
		(struct tt_trial_fault){.is = TT_STR("firing"),
			.want = TT_STR("only what is expected"),
			.why = tt_arena_str(r->arena, why)});
}

static int look_at_items(struct trial *r, const struct tt_suite_items *items, int64_t n)
{
	const struct tt_rule_set *rules = r->s->rules;
	int rc = TT_OK;

	for (size_t i = 0; i < rules->n; i++) {
		const struct tt_rule *rule = &rules->v[i];
		for (size_t k = 0; rc == TT_OK && rule->over == TT_OVER_ITEM && k < items->n_parts; k++) {
			const struct tt_suite_part *p = &items->parts[k];
			const struct tt_suite_subject *s = &r->t->subjects[p->subject];
			if (p->is_entity && tt_rule_is_about_items_of(rule, s->name, s->sector) &&
				raises(&r->item_rules[i], items, p->score))
				rc = note_raised(r, rule, p->subject, n,
					tt_trial_why_item(&r->scratch, rule, items, p, true));
		}
	}
	return rc;
}

static int say_minute(struct trial *r)
{
	int rc = TT_OK;

	for (size_t i = 0; rc == TT_OK && i < r->t->n_items; i++) {
		int64_t n = tt_suite_said(&r->t->items[i], r->minute);
		rc = n ? add_parts(r, &r->t->items[i], n) : TT_OK;
		if (rc == TT_OK && n)
			rc = look_at_items(r, &r->t->items[i], n);
	}
	return rc;
}

/* ---- what becomes of it ---- */

static int look(struct trial *r, struct tt_err *err)
{
	struct tt_verdict *v;
	size_t n = 0;

	tt_arena_reset(&r->scratch);
	int rc = tt_evaluator_run(r->evaluator, now_ms(r), true, &r->scratch, &v, &n, err);
	for (size_t i = 0; rc == TT_OK && i < n; i++)
		if (tt_verdict_raises(&v[i]))
			rc = note_raised(r, v[i].rule, (size_t)v[i].subject, 1, v[i].alert.sentence);
	return rc;
}

/* ---- what was expected ---- */

struct found {
	enum tt_alert_state state;
	double value;
	struct tt_str why;
};

static struct found find_of_item(struct trial *r, const struct tt_suite_want *w)
{
	const struct tt_suite_part *part = NULL;
	const struct tt_suite_items *items = NULL;
	bool is_raised = r->last[cell(r, w->rule, w->subject)] == r->minute;
	size_t rule = (size_t)(w->rule - r->s->rules->v);

	for (size_t i = 0; i < r->t->n_items; i++) { /* the last that was, or, of none, the last */
		const struct tt_suite_items *v = &r->t->items[i];
		for (size_t k = 0; tt_suite_said(v, r->minute) && k < v->n_parts; k++)
			if (v->parts[k].subject == w->subject &&
				(!is_raised || raises(&r->item_rules[rule], v, v->parts[k].score)))
				items = v, part = &v->parts[k];
	}
	return (struct found){is_raised ? TT_ALERT_FIRING : TT_ALERT_INACTIVE, part ? part->score : NAN,
		tt_trial_why_item(r->arena, w->rule, items, part,
			tt_rule_is_about_items_of(w->rule, r->t->subjects[w->subject].name,
				r->t->subjects[w->subject].sector))};
}

static struct found find(struct trial *r, const struct tt_suite_want *w)
{
	const struct tt_suite_subject *s = &r->t->subjects[w->subject];
	double values[TT_TERMS_MAX];

	if (w->rule->over == TT_OVER_ITEM)
		return find_of_item(r, w);
	const struct tt_rule_state *state = tt_evaluator_state(r->evaluator, w->rule->name, s->kind, s->name);
	if (!state)
		return (struct found){TT_ALERT_INACTIVE, NAN, TT_STR("the rule is not about it")};
	tt_evaluator_values(r->evaluator, s->kind, s->name, &w->rule->when, now_ms(r), values);
	return (struct found){
		state->state, values[0], tt_trial_why(r->arena, r->evaluator, w->rule, s, state, now_ms(r))};
}

/* "firing, value -1.7, raised 2 times": as much of it as is expected. */
static struct tt_str tell(struct trial *r, const struct tt_suite_want *w, enum tt_alert_state state,
	double value, const char *within, int64_t times)
{
	char v[80] = "", n[60] = "";

	if (!isnan(w->value) && isnan(value))
		snprintf(v, sizeof(v), ", value not known");
	else if (!isnan(w->value))
		snprintf(v, sizeof(v), ", value %.6g%s", value, within);
	if (w->times >= 0)
		snprintf(n, sizeof(n), ", raised %lld time%s", (long long)times, times == 1 ? "" : "s");
	return tt_str_c(tt_arena_printf(r->arena, "%s%s%s", tt_alert_state_name(state), v, n));
}

static int check(struct trial *r, const struct tt_suite_want *w)
{
	struct found f = find(r, w);
	int64_t times = r->times[cell(r, w->rule, w->subject)];
	char within[40];

	if (!f.why.p)
		return TT_ENOMEM;
	if (f.state == w->state && (isnan(w->value) || fabs(f.value - w->value) <= w->within) &&
		(w->times < 0 || w->times == times))
		return TT_OK;
	snprintf(within, sizeof(within), " within %.6g", w->within);
	return add_fault(r, w->rule, w->subject,
		(struct tt_trial_fault){.is = tell(r, w, f.state, f.value, "", times),
			.want = tell(r, w, w->state, w->value, within, w->times),
			.why = f.why});
}

/* ---- the whole ---- */

static int begin(struct trial *r, struct tt_err *err)
{
	const struct tt_rule_set *rules = r->s->rules;
	size_t cells = rules->n * r->t->n_subjects;
	int rc = tt_evaluator_new(&r->evaluator, rules, &r->s->floors, err);

	r->item_rules = tt_arena_zalloc(r->arena, rules->n + 1, sizeof(*r->item_rules));
	r->times = tt_arena_zalloc(r->arena, cells + 1, sizeof(*r->times));
	r->last = tt_arena_zalloc(r->arena, cells + 1, sizeof(*r->last));
	if (rc == TT_OK && (!r->item_rules || !r->times || !r->last))
		rc = TT_ENOMEM;
	for (size_t i = 0; rc == TT_OK && i < cells; i++)
		r->last[i] = -1;
	for (size_t i = 0; rc == TT_OK && i < rules->n; i++)
		if (rules->v[i].over == TT_OVER_ITEM)
			r->item_rules[i] = tt_item_rule_of(&rules->v[i], 0);
	for (size_t i = 0; rc == TT_OK && i < r->t->n_subjects; i++) {
		const struct tt_suite_subject *s = &r->t->subjects[i];
		rc = tt_evaluator_add_subject(r->evaluator, (int32_t)i, s->kind, s->name, s->sector);
	}
	return rc;
}

int tt_trial_run(const struct tt_suite *s, const struct tt_suite_test *t, struct tt_arena *arena,
	struct tt_trial_fault **ret, size_t *ret_n, struct tt_err *err)
{
	struct trial r = {.s = s, .t = t, .arena = arena};
	struct tt_err why = {0};

	tt_arena_init(&r.scratch, SCRATCH_BYTES);
	int rc = begin(&r, &why);
	for (; rc == TT_OK && r.minute < t->length; r.minute++) {
		rc = say_minute(&r);
		if (rc == TT_OK)
			rc = look(&r, &why);
		for (; rc == TT_OK && r.n_done < t->n_wants && t->wants[r.n_done].at == r.minute; r.n_done++)
			rc = check(&r, &t->wants[r.n_done]);
	}
	tt_evaluator_free(r.evaluator);
	tt_arena_done(&r.scratch);
	if (rc < 0)
		return tt_err_set(
			err, rc, "test '%.*s': %s", TT_FMT(t->name), why.msg[0] ? why.msg : tt_err_text(rc));
	*ret = r.v;
	*ret_n = r.n;
	return TT_OK;
}
