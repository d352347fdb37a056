/* alerts_params.c - see alerts_params.h. */
#include "sink/pg/alerts_params.h"

/* One parameter, an array of n of a type; put is run for each i. */
#define COLUMN(p, type, n, put)                                                                              \
	do {                                                                                                 \
		tt_pg_array(p, type, n);                                                                     \
		for (size_t i = 0; i < (n); i++)                                                             \
			put;                                                                                 \
	} while (0)

void tt_pg_rule_params(struct tt_pg_params *p, const struct tt_pg_rule *rules, size_t n)
{
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, rules[i].name));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, rules[i].scope));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, tt_str_c(tt_severity_name(rules[i].severity))));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, rules[i].definition));
	COLUMN(p, TT_PG_UUID, n, tt_pg_put_id(p, TT_ID(rules[i].definition)));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_texts(p, rules[i].mutes, rules[i].n_mutes));
}

void tt_pg_question_params(
	struct tt_pg_params *p, const struct tt_pg_question *questions, size_t n, size_t max_items)
{
	size_t n_symbols = 0;

	for (size_t i = 0; i < n; i++)
		n_symbols += questions[i].n_symbols;
	COLUMN(p, TT_PG_INT4, n, tt_pg_put_int(p, TT_PG_INT4, (int64_t)i));
	COLUMN(p, TT_PG_TIMESTAMPTZ, n, tt_pg_put_time(p, questions[i].since_ms));
	COLUMN(p, TT_PG_TIMESTAMPTZ, n, tt_pg_put_time(p, questions[i].until_ms));
	COLUMN(p, TT_PG_FLOAT8, n, tt_pg_put_double(p, (double)questions[i].half_life_ms / 1000));
	COLUMN(p, TT_PG_INT4, n, tt_pg_put_int(p, TT_PG_INT4, questions[i].direction));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, questions[i].sector));
	COLUMN(p, TT_PG_BOOL, n, tt_pg_put_bool(p, !questions[i].n_symbols && !questions[i].sector.p));
	tt_pg_array(p, TT_PG_INT4, n_symbols);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < questions[i].n_symbols; k++)
			tt_pg_put_int(p, TT_PG_INT4, (int64_t)i);
	tt_pg_array(p, TT_PG_TEXT, n_symbols);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < questions[i].n_symbols; k++)
			tt_pg_put_text(p, questions[i].symbols[k]);
	tt_pg_put_int(p, TT_PG_INT4, (int64_t)max_items);
}

static void put_state(struct tt_pg_params *p, enum tt_alert_state state)
{
	tt_pg_put_text(p, tt_str_c(tt_alert_state_name(state)));
}

static void put_before(struct tt_pg_params *p, const struct tt_pg_rule_state *s)
{
	if (s->state == TT_ALERT_NO_DATA && s->before != TT_ALERT_NO_DATA)
		put_state(p, s->before);
	else
		tt_pg_put_null(p, TT_PG_TEXT);
}

void tt_pg_state_params(struct tt_pg_params *p, const struct tt_pg_tick *tick)
{
	const struct tt_pg_rule_state *v = tick->states;
	size_t n = tick->n_states;

	COLUMN(p, TT_PG_UUID, n, tt_pg_put_id(p, v[i].fingerprint));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, v[i].rule));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, v[i].subject_kind));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, v[i].subject));
	COLUMN(p, TT_PG_TEXT, n, put_state(p, v[i].state));
	COLUMN(p, TT_PG_TEXT, n, put_before(p, &v[i]));
	COLUMN(p, TT_PG_INT8, n, tt_pg_put_int(p, TT_PG_INT8, v[i].episode));
	COLUMN(p, TT_PG_TIMESTAMPTZ, n, tt_pg_put_time(p, v[i].since_ms));
	COLUMN(p, TT_PG_TIMESTAMPTZ, n, tt_pg_put_time(p, v[i].changed_ms));
	COLUMN(p, TT_PG_FLOAT8, n, tt_pg_put_double(p, v[i].value));
	COLUMN(p, TT_PG_UUID, tick->n_forgotten, tt_pg_put_id(p, tick->forgotten[i]));
}

void tt_pg_change_params(struct tt_pg_params *p, const struct tt_pg_tick *tick)
{
	const struct tt_alert *v = tick->changes;
	size_t n = tick->n_changes;

	COLUMN(p, TT_PG_UUID, n, tt_pg_put_id(p, v[i].change_id));
	COLUMN(p, TT_PG_UUID, n, tt_pg_put_id(p, v[i].fingerprint));
	COLUMN(p, TT_PG_INT8, n, tt_pg_put_int(p, TT_PG_INT8, v[i].episode));
	COLUMN(p, TT_PG_TEXT, n, put_state(p, v[i].from));
	COLUMN(p, TT_PG_TEXT, n, put_state(p, v[i].to));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, tt_str_c(tt_severity_name(v[i].severity))));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, v[i].rule));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, v[i].subject_kind));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, v[i].subject));
	COLUMN(p, TT_PG_FLOAT8, n, tt_pg_put_double(p, v[i].value));
	COLUMN(p, TT_PG_FLOAT8, n, tt_pg_put_double(p, v[i].threshold));
	COLUMN(p, TT_PG_TIMESTAMPTZ, n, tt_pg_put_time(p, v[i].at_ms));
	COLUMN(p, TT_PG_TIMESTAMPTZ, n, tt_pg_put_time(p, v[i].since_ms));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, v[i].sentence));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, tick->evidence[i]));
}

void tt_pg_tell_params(struct tt_pg_params *p, const struct tt_pg_tick *tick)
{
	COLUMN(p, TT_PG_UUID, tick->n_changes, tt_pg_put_id(p, tick->changes[i].change_id));
	COLUMN(p, TT_PG_TEXT, tick->n_targets, tt_pg_put_text(p, tick->targets[i]));
}
