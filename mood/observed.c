/* observed.c - see observed.h. */
#include "mood/observed.h"

#include <math.h>
#include <stdio.h>

static double value_of(const struct tt_term *t, const struct tt_observation *o)
{
	if (!o || tt_measures[t->measure].about != o->about)
		return NAN;
	return o->values[t->measure == TT_MEASURE_FAILING || t->measure == TT_MEASURE_BEHIND];
}

enum tt_truth tt_observation_condition(
	const struct tt_condition *c, const struct tt_observation *o, double *ret_value)
{
	enum tt_truth truth = TT_HOLDS;

	*ret_value = c->n ? value_of(&c->terms[0], o) : NAN;
	for (size_t i = 0; i < c->n; i++)
		truth = tt_term_join(truth, &c->terms[i], value_of(&c->terms[i], o));
	return truth;
}

/* ---- sentences ---- */

enum { VALUE_TEXT = 40 };

/* "7 h", "12.5 min", "30 s"; of what is no time "1200". */
static void format(enum tt_measure measure, double value, char out[VALUE_TEXT])
{
	if (!tt_measures[measure].is_time)
		snprintf(out, VALUE_TEXT, "%.0f", value);
	else if (value >= 2 * 1440)
		snprintf(out, VALUE_TEXT, "%.3g d", value / 1440);
	else if (value >= 2 * 60)
		snprintf(out, VALUE_TEXT, "%.3g h", value / 60);
	else if (value >= 2)
		snprintf(out, VALUE_TEXT, "%.3g min", value);
	else
		snprintf(out, VALUE_TEXT, "%.3g s", value * 60);
}

/* What is the matter, or `over`: is not any more. Before and behind the value. */
static const struct {
	const char *what, *before, *behind, *before_over, *behind_over;
} words[] = {
	[TT_MEASURE_QUIET] = {"feed ", "has been silent for ", "", "speaks again: silent for ", ""},
	[TT_MEASURE_FAILING] = {"feed ", "has failed for ", "", "answers again: failing for ", ""},
	[TT_MEASURE_LAG] = {"topic ", "is ", " records behind", "is ", " records behind again"},
	[TT_MEASURE_BEHIND] = {"topic ", "is ", " behind", "is ", " behind again"},
	[TT_MEASURE_OVERDUE] = {"polling of ", "is ", " overdue", "is ", " overdue again"},
};

static const char *why_unknown(enum tt_about about)
{
	switch (about) {
	case TT_ABOUT_TOPIC:
		return "nobody reads it, or its end cannot be asked for";
	default:
		return "nobody polls";
	}
}

struct tt_str tt_observed_say(
	struct tt_arena *arena, const struct tt_rule *r, struct tt_str name, const struct tt_rule_state *s)
{
	const struct tt_term *t = &r->when.terms[0];
	enum tt_measure m = t->measure;
	bool over = s->state == TT_ALERT_RESOLVED;
	char value[VALUE_TEXT], limit[VALUE_TEXT], term[TT_TERM_TEXT];

	format(m, s->value, value);
	format(m, t->bound, limit);
	tt_term_format(t, term);
	if (isnan(s->value) && over)
		return tt_str_c(tt_arena_printf(arena, "%s%.*s: not watched any more, %s", words[m].what,
			TT_FMT(name), why_unknown(tt_measures[m].about)));
	if (isnan(s->value))
		return tt_str_c(tt_arena_printf(arena, "%s%.*s: '%s' is not known, %s", words[m].what,
			TT_FMT(name), term, why_unknown(tt_measures[m].about)));
	return tt_str_c(tt_arena_printf(arena, "%s%.*s %s%s%s (limit %s)", words[m].what, TT_FMT(name),
		over ? words[m].before_over : words[m].before, value,
		over ? words[m].behind_over : words[m].behind, limit));
}
