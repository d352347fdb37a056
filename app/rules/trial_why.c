/* trial_why.c - see trial_why.h. */
#include "app/rules/trial_why.h"

#include <math.h>

#include "common/buf.h"

enum { WHY_MAX = 4000 };

/* "shock(1h, 1d) is -0.7, not < -1.5" */
static void put_term(struct tt_buf *out, const struct tt_term *t, double value)
{
	static const char *const signs[] = {"<", "<=", ">", ">="};
	bool is_near =
		fabs(value - t->bound) < 1e-3 * (fabs(value) + fabs(t->bound)); /* would look the same */
	int digits = is_near ? 9 : 4;
	char term[TT_TERM_TEXT];

	tt_term_format(t, term);
	if (isnan(value))
		tt_buf_printf(out, "%s is not known", term);
	else if (tt_term_join(TT_HOLDS, t, value) == TT_HOLDS)
		tt_buf_printf(out, "%s is %.4g, %s %.4g", term, value, signs[t->compare], t->bound);
	else
		tt_buf_printf(
			out, "%s is %.*g, not %s %.4g", term, digits, value, signs[t->compare], t->bound);
}

static void put_terms(struct tt_buf *out, const struct tt_condition *c, const double *values)
{
	for (size_t i = 0; i < c->n; i++) {
		tt_buf_str(out, i ? TT_STR("; ") : TT_STR(""));
		put_term(out, &c->terms[i], values[i]);
	}
}

static struct tt_str keep(struct tt_arena *arena, struct tt_buf *out)
{
	struct tt_str s = out->rc < 0 ? (struct tt_str){NULL, 0} : tt_arena_str(arena, tt_buf_view(out));

	tt_buf_done(out);
	return s;
}

struct tt_str tt_trial_why(struct tt_arena *arena, const struct tt_evaluator *e, const struct tt_rule *rule,
	const struct tt_suite_subject *s, const struct tt_rule_state *state, int64_t now_ms)
{
	bool is_open = tt_rule_state_is_open(state);
	const struct tt_condition *c = is_open && rule->clear.n ? &rule->clear : &rule->when;
	double values[TT_TERMS_MAX];
	struct tt_buf out;

	tt_buf_init(&out, WHY_MAX);
	tt_evaluator_values(e, s->kind, s->name, c, now_ms, values);
	if (c == &rule->clear)
		tt_buf_str(&out, TT_STR("to clear: "));
	put_terms(&out, c, values);
	if (state->state == TT_ALERT_PENDING && state->since_ms != TT_TIME_NONE)
		tt_buf_printf(&out, "; for %lld of %lld min", (long long)(now_ms - state->since_ms) / 60000,
			(long long)rule->waits.for_ms / 60000);
	return keep(arena, &out);
}

struct tt_str tt_trial_why_item(struct tt_arena *arena, const struct tt_rule *rule,
	const struct tt_suite_items *items, const struct tt_suite_part *part, bool is_about)
{
	double values[TT_TERMS_MAX];
	struct tt_buf out;

	if (!is_about)
		return TT_STR("the rule is not about it");
	if (!part)
		return TT_STR("no item about it in this minute");
	tt_buf_init(&out, WHY_MAX);
	for (size_t i = 0; i < rule->when.n; i++) {
		enum tt_measure m = rule->when.terms[i].measure;
		values[i] = m == TT_MEASURE_SCORE       ? part->score
			    : m == TT_MEASURE_RELEVANCE ? (double)items->relevance
							: (double)items->novelty;
	}
	put_terms(&out, &rule->when, values);
	return keep(arena, &out);
}
