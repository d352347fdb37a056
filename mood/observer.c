/* observer.c - see observer.h. */
#include "mood/observer.h"

#include <math.h>
#include <stdlib.h>

enum { SUBJECT_BYTES = 1 << 30, DAY_MS = 86400000, TABLE_MIN = 256 };

/* One rule of one subject. */
struct watch {
	const struct tt_rule *rule;
	struct tt_rule_state state;
};

struct subject {
	enum tt_about about;
	struct tt_str name;
	struct watch *watches;
	uint32_t n_watches;
	uint32_t missed; /* looks in a row without an observation */
	uint64_t seen;   /* number of the look that last had one */
};

struct tt_observer {
	const struct tt_rule_set *rules;
	struct tt_arena arena;    /* names, watches, orphans, subjects */
	struct subject *subjects; /* in the order they came */
	size_t n_subjects;
	uint32_t *table; /* (room) by hash: number of the subject, from 1; 0: none */
	size_t room;     /* a power of two, more than twice n_subjects */
	struct tt_orphans orphans;
	uint64_t looks;
	size_t n_open;
};

int tt_observer_new(struct tt_observer **ret, const struct tt_rule_set *rules, struct tt_err *err)
{
	struct tt_observer *o = calloc(1, sizeof(*o));

	if (!o)
		return tt_err_set(err, TT_ENOMEM, "rules: %s", tt_err_text(TT_ENOMEM));
	o->rules = rules;
	tt_arena_init(&o->arena, SUBJECT_BYTES);
	*ret = o;
	return TT_OK;
}

void tt_observer_free(struct tt_observer *o)
{
	if (!o)
		return;
	free(o->table);
	tt_arena_done(&o->arena);
	free(o);
}

bool tt_observer_asks(const struct tt_observer *o, enum tt_about about)
{
	for (size_t i = 0; i < o->rules->n; i++)
		if (tt_scope_is_observed(o->rules->v[i].over) &&
			tt_condition_about(&o->rules->v[i].when) == about)
			return true;
	return false;
}

size_t tt_observer_firing(const struct tt_observer *o)
{
	return o->n_open;
}

/* ---- subjects ---- */

static uint64_t hash_of(enum tt_about about, struct tt_str name)
{
	uint64_t hash = 0xCBF29CE484222325u + about; /* FNV-1a */

	for (size_t i = 0; i < name.n; i++)
		hash = (hash ^ (unsigned char)name.p[i]) * 0x100000001B3u;
	return hash ^ (hash >> 32);
}

/* Its place in the table, or the free one where it belongs. */
static uint32_t *slot_of(struct tt_observer *o, enum tt_about about, struct tt_str name)
{
	size_t at = hash_of(about, name) & (o->room - 1);

	for (; o->table[at]; at = (at + 1) & (o->room - 1)) {
		const struct subject *s = &o->subjects[o->table[at] - 1];
		if (s->about == about && tt_str_eq(s->name, name))
			break;
	}
	return &o->table[at];
}

static int make_room(struct tt_observer *o)
{
	if (o->room > 2 * (o->n_subjects + 1))
		return TT_OK;
	size_t room = o->room ? 2 * o->room : TABLE_MIN;
	uint32_t *table = calloc(room, sizeof(*table));
	if (!table)
		return TT_ENOMEM;
	free(o->table);
	o->table = table;
	o->room = room;
	for (size_t i = 0; i < o->n_subjects; i++)
		*slot_of(o, o->subjects[i].about, o->subjects[i].name) = (uint32_t)i + 1;
	return TT_OK;
}

static int fill(struct tt_observer *o, struct subject *s)
{
	s->name = tt_arena_str(&o->arena, s->name);
	if (!s->name.p)
		return TT_ENOMEM;
	for (size_t i = 0; i < o->rules->n; i++)
		s->n_watches += tt_rule_watches(&o->rules->v[i], s->about, s->name);
	s->watches = tt_arena_zalloc(&o->arena, s->n_watches + 1, sizeof(*s->watches));
	if (!s->watches)
		return TT_ENOMEM;
	for (size_t i = 0, k = 0; i < o->rules->n; i++)
		if (tt_rule_watches(&o->rules->v[i], s->about, s->name))
			s->watches[k++] = (struct watch){&o->rules->v[i], tt_rule_state_new};
	return TT_OK;
}

/* The subject, which may be new. NULL: memory is out. */
static struct subject *meet(struct tt_observer *o, enum tt_about about, struct tt_str name)
{
	struct subject s = {.about = about, .name = name};

	if (make_room(o) < 0)
		return NULL;
	uint32_t *slot = slot_of(o, about, name);
	if (*slot)
		return &o->subjects[*slot - 1];
	struct subject *v = tt_arena_grow(&o->arena, o->subjects, o->n_subjects, sizeof(*v));
	if (!v)
		return NULL;
	o->subjects = v;
	if (fill(o, &s) < 0)
		return NULL;
	v[o->n_subjects++] = s;
	*slot = (uint32_t)o->n_subjects;
	return &v[o->n_subjects - 1];
}

static const struct tt_rule *find_rule(
	const struct tt_observer *o, struct tt_str rule, struct tt_str kind, struct tt_str name)
{
	for (size_t i = 0; i < o->rules->n; i++) {
		const struct tt_rule *r = &o->rules->v[i];
		if (tt_str_eq(r->name, rule) && tt_str_eq(tt_str_c(tt_scope_name(r->over)), kind) &&
			tt_rule_watches(r, tt_condition_about(&r->when), name))
			return r;
	}
	return NULL;
}

int tt_observer_add_state(struct tt_observer *o, struct tt_str rule, struct tt_str kind, struct tt_str name,
	const struct tt_rule_state *state)
{
	const struct tt_rule *r = find_rule(o, rule, kind, name);

	if (!r)
		return tt_orphans_add(&o->orphans, &o->arena, rule, kind, name, state);
	struct subject *s = meet(o, tt_condition_about(&r->when), name);
	if (!s)
		return TT_ENOMEM;
	for (size_t i = 0; i < s->n_watches; i++)
		if (s->watches[i].rule == r)
			s->watches[i].state = *state;
	o->n_open += tt_rule_state_is_open(state);
	return TT_OK;
}

/* ---- a look ---- */

static int conclude(struct tt_verdicts *out, const struct subject *s, const struct watch *w,
	enum tt_alert_state from)
{
	struct tt_verdict *v = tt_verdicts_add(
		out, w->rule, tt_str_c(tt_scope_name(w->rule->over)), s->name, &w->state, from);

	if (!v)
		return TT_ENOMEM;
	if (!v->told)
		return TT_OK;
	v->alert.sentence = tt_observed_say(out->arena, w->rule, s->name, &w->state);
	return v->alert.sentence.p ? TT_OK : TT_ENOMEM;
}

/* v NULL: nothing is known of it. */
static int look_at(struct tt_observer *o, struct tt_verdicts *out, const struct subject *s, struct watch *w,
	const struct tt_observation *v)
{
	const struct tt_condition *clear = &w->rule->clear;
	struct tt_rule_look look = {.now_ms = out->now_ms};
	double unused;
	enum tt_alert_state from = w->state.state;
	bool was_open = tt_rule_state_is_open(&w->state);

	look.when = tt_observation_condition(&w->rule->when, v, &look.value);
	look.clear = clear->n ? tt_observation_condition(clear, v, &unused) : tt_truth_not(look.when);
	if (!tt_rule_state_step(&w->state, &w->rule->waits, &look))
		return TT_OK;
	o->n_open = o->n_open + tt_rule_state_is_open(&w->state) - was_open;
	return conclude(out, s, w, from);
}

/* It has not been known for a day. */
static int end(struct tt_observer *o, struct tt_verdicts *out, const struct subject *s, struct watch *w)
{
	o->n_open -= tt_rule_state_is_open(&w->state);
	w->state.state = w->state.before == TT_ALERT_FIRING ? TT_ALERT_RESOLVED : TT_ALERT_INACTIVE;
	w->state.since_ms = TT_TIME_NONE;
	w->state.changed_ms = out->now_ms;
	return conclude(out, s, w, TT_ALERT_NO_DATA);
}

/* A subject that this look has no observation of. */
static int miss(struct tt_observer *o, struct tt_verdicts *out, struct subject *s)
{
	int rc = TT_OK;

	s->missed += s->missed < TT_OBSERVER_PATIENCE;
	for (size_t i = 0; rc == TT_OK && s->missed == TT_OBSERVER_PATIENCE && i < s->n_watches; i++) {
		struct watch *w = &s->watches[i];
		rc = look_at(o, out, s, w, NULL);
		if (rc == TT_OK && w->state.state == TT_ALERT_NO_DATA &&
			out->now_ms - w->state.changed_ms >= DAY_MS)
			rc = end(o, out, s, w);
	}
	return rc;
}

int tt_observer_run(struct tt_observer *o, int64_t now_ms, const struct tt_observation *v, size_t n,
	struct tt_arena *arena, struct tt_verdict **ret, size_t *ret_n, struct tt_err *err)
{
	struct tt_verdicts out = {.arena = arena, .now_ms = now_ms};
	int rc = tt_orphans_end(&o->orphans, &out);

	o->looks++;
	for (size_t i = 0; rc == TT_OK && i < n; i++) {
		struct subject *s = meet(o, v[i].about, v[i].name);
		rc = s ? TT_OK : TT_ENOMEM;
		for (size_t k = 0; rc == TT_OK && k < s->n_watches; k++)
			rc = look_at(o, &out, s, &s->watches[k], &v[i]);
		if (s) {
			s->seen = o->looks;
			s->missed = 0;
		}
	}
	for (size_t i = 0; rc == TT_OK && i < o->n_subjects; i++)
		if (o->subjects[i].seen != o->looks)
			rc = miss(o, &out, &o->subjects[i]);
	if (rc < 0)
		return tt_err_set(err, rc, "rules: %s", tt_err_text(rc));
	*ret = out.v;
	*ret_n = out.n;
	return TT_OK;
}
