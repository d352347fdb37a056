/* verdict.c - see verdict.h. */
#include "mood/verdict.h"

#include <math.h>

struct tt_orphan {
	struct tt_str rule, kind, name;
	struct tt_rule_state state;
};

static bool is_told(enum tt_alert_state from, const struct tt_rule_state *s)
{
	return s->state == TT_ALERT_FIRING || tt_rule_state_is_open(s) ||
	       (s->state == TT_ALERT_RESOLVED && (from == TT_ALERT_FIRING || from == TT_ALERT_NO_DATA));
}

bool tt_verdict_raises(const struct tt_verdict *v)
{
	return v->told && v->alert.to == TT_ALERT_FIRING && v->alert.from != TT_ALERT_NO_DATA;
}

static struct tt_verdict *add(struct tt_verdicts *l)
{
	struct tt_verdict *v = tt_arena_grow(l->arena, l->v, l->n, sizeof(*v));

	if (!v)
		return NULL;
	l->v = v;
	return &v[l->n++];
}

struct tt_verdict *tt_verdicts_add(struct tt_verdicts *l, const struct tt_rule *r, struct tt_str kind,
	struct tt_str name, const struct tt_rule_state *s, enum tt_alert_state from)
{
	struct tt_verdict *v = add(l);
	struct tt_id fingerprint = TT_ID(r->name, kind, name);

	if (!v)
		return NULL;
	*v = (struct tt_verdict){.state = *s, .rule = r, .told = is_told(from, s)};
	v->alert = (struct tt_alert){.fingerprint = fingerprint,
		.change_id = tt_alert_change_id(fingerprint, s->episode, s->state),
		.episode = s->episode,
		.from = from,
		.to = s->state,
		.severity = r->severity,
		.rule = r->name,
		.subject_kind = kind,
		.subject = name,
		.value = s->value,
		.threshold = r->when.terms[0].bound,
		.at_ms = l->now_ms,
		.since_ms = s->since_ms == TT_TIME_NONE ? l->now_ms : s->since_ms};
	return v;
}

/* ---- rules that are no more ---- */

int tt_orphans_add(struct tt_orphans *o, struct tt_arena *arena, struct tt_str rule, struct tt_str kind,
	struct tt_str name, const struct tt_rule_state *s)
{
	if (s->episode && (s->state == TT_ALERT_RESOLVED || s->state == TT_ALERT_INACTIVE))
		return TT_OK; /* it has ended already */
	struct tt_orphan *v = tt_arena_grow(arena, o->v, o->n, sizeof(*v));
	if (!v)
		return TT_ENOMEM;
	o->v = v;
	v[o->n] = (struct tt_orphan){
		tt_arena_str(arena, rule), tt_arena_str(arena, kind), tt_arena_str(arena, name), *s};
	if (!v[o->n].rule.p || !v[o->n].kind.p || !v[o->n].name.p)
		return TT_ENOMEM;
	o->n++;
	return TT_OK;
}

static int end(struct tt_verdicts *l, const struct tt_orphan *o)
{
	struct tt_verdict *v = add(l);
	struct tt_id fingerprint = TT_ID(o->rule, o->kind, o->name);

	if (!v)
		return TT_ENOMEM;
	*v = (struct tt_verdict){
		.state = o->state, .forgotten = !o->state.episode, .told = tt_rule_state_is_open(&o->state)};
	v->alert = (struct tt_alert){.fingerprint = fingerprint,
		.change_id = tt_alert_change_id(fingerprint, o->state.episode, TT_ALERT_RESOLVED),
		.episode = o->state.episode,
		.from = o->state.state,
		.to = TT_ALERT_RESOLVED,
		.rule = o->rule,
		.subject_kind = o->kind,
		.subject = o->name,
		.value = NAN,
		.threshold = NAN,
		.at_ms = l->now_ms,
		.since_ms = o->state.since_ms == TT_TIME_NONE ? l->now_ms : o->state.since_ms,
		.sentence =
			tt_str_c(tt_arena_printf(l->arena, "%.*s: the rule is no more", TT_FMT(o->name)))};
	v->state.state = TT_ALERT_RESOLVED;
	v->state.since_ms = TT_TIME_NONE;
	v->state.changed_ms = l->now_ms;
	v->state.value = NAN;
	return v->alert.sentence.p ? TT_OK : TT_ENOMEM;
}

int tt_orphans_end(struct tt_orphans *o, struct tt_verdicts *l)
{
	int rc = TT_OK;

	for (size_t i = 0; rc == TT_OK && i < o->n; i++)
		rc = end(l, &o->v[i]);
	o->n = 0;
	return rc;
}
