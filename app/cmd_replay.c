/* cmd_replay.c - `tickertone replay`: which alerts rules would have raised over stored history, and what
 * another file of rules would have raised instead. The same evaluator as the service's, with the clock of the
 * history. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/alert/alert.h"
#include "app/cli/term.h"
#include "app/commands.h"
#include "app/dlq/dlq.h"
#include "app/feeds/json_out.h"
#include "app/run/item_rule.h"
#include "mood/evaluator.h"
#include "sink/pg/replay.h"

enum { OUTPUT_MAX = 1 << 30, ARENA_BYTES = 1 << 30, MINUTE_MS = 60000 };

struct replay_opts {
	struct tt_alert_opts common;
	const char *rules, *against, *from, *to;
	bool json;
};

/* An alert that would have been. */
struct raised {
	struct tt_str rule, subject, kind, sentence;
	enum tt_severity severity;
	int64_t fired_ms, resolved_ms; /* TT_TIME_NONE: open in the end */
	double value;
	bool in_other; /* the other rules raise it, too, within a minute */
};

struct replay {
	struct tt_alert_db db;
	struct tt_arena arena, scratch;
	int64_t from_ms, to_ms;
	struct tt_rule_set *rules;
	struct tt_evaluator *evaluator;
	int64_t minute; /* whose changes are being added; all before it are looked at */
	struct raised *v;
	size_t n;
};

/* ---- over the minutes ---- */

static int note(struct replay *r, const struct tt_verdict *v)
{
	for (size_t i = r->n; v->alert.to == TT_ALERT_RESOLVED && i-- > 0;)
		if (tt_str_eq(r->v[i].rule, v->alert.rule) && tt_str_eq(r->v[i].subject, v->alert.subject)) {
			r->v[i].resolved_ms = v->alert.at_ms;
			return TT_OK;
		}
	if (!tt_verdict_raises(v))
		return TT_OK;
	struct raised *grown = tt_arena_grow(&r->arena, r->v, r->n, sizeof(*grown));
	if (!grown)
		return TT_ENOMEM;
	r->v = grown;
	grown[r->n] = (struct raised){.rule = v->alert.rule,
		.subject = tt_arena_str(&r->arena, v->alert.subject),
		.kind = tt_arena_str(&r->arena, v->alert.subject_kind),
		.sentence = tt_arena_str(&r->arena, v->alert.sentence),
		.severity = v->alert.severity,
		.fired_ms = v->alert.at_ms,
		.resolved_ms = TT_TIME_NONE,
		.value = v->alert.value};
	if (!grown[r->n].subject.p || !grown[r->n].kind.p || !grown[r->n].sentence.p)
		return TT_ENOMEM;
	r->n++;
	return TT_OK;
}

/* Looks at the ends of all minutes up to `until`. */
static int look_until(struct replay *r, int64_t until, struct tt_err *err)
{
	int rc = TT_OK;
	for (; rc == TT_OK && r->minute < until; r->minute++) {
		struct tt_verdict *v;
		size_t n;
		if (r->minute * MINUTE_MS < r->from_ms)
			continue; /* what came before is only remembered */
		tt_arena_reset(&r->scratch);
		rc = tt_evaluator_run(r->evaluator, r->minute * MINUTE_MS, true, &r->scratch, &v, &n, err);
		for (size_t i = 0; rc == TT_OK && i < n; i++)
			rc = v[i].told ? note(r, &v[i]) : TT_OK;
	}
	return rc;
}

static int take_subject(void *ctx, const struct tt_pg_subject *s, struct tt_err *err)
{
	struct replay *r = ctx;
	int rc = tt_evaluator_add_subject(r->evaluator, s->id, s->kind, s->name, s->sector);
	return rc < 0 ? tt_err_set(err, rc, "replay: %s", tt_err_text(rc)) : TT_OK;
}

static int take_minutes(void *ctx, const struct tt_pg_minute *v, size_t n, struct tt_err *err)
{
	struct replay *r = ctx;
	int rc = TT_OK;
	for (size_t i = 0; rc == TT_OK && i < n; i++) {
		const struct tt_minute m = {
			v[i].minute, v[i].n, v[i].n_pos, v[i].n_neg, v[i].w, v[i].ws, v[i].wss};
		rc = look_until(r, v[i].minute, err);
		if (rc == TT_OK && tt_evaluator_add(r->evaluator, v[i].subject_id, &m) < 0)
			rc = tt_err_set(err, TT_ENOMEM, "replay: %s", tt_err_text(TT_ENOMEM));
	}
	return rc;
}

static int replay_minutes(struct replay *r, struct tt_err *err)
{
	const struct tt_mood_conf floors = {
		r->db.conf.alerts.weight_floor, r->db.conf.alerts.dispersion_floor};
	const struct tt_pg_alerts_loader to = {.subject = take_subject, .minutes = take_minutes, .ctx = r};
	int64_t since = r->from_ms / MINUTE_MS - r->rules->lookback;
	r->minute = since;
	int rc = tt_evaluator_new(&r->evaluator, r->rules, &floors, err);
	if (rc == TT_OK)
		rc = tt_pg_replay(r->db.conn, since, r->to_ms / MINUTE_MS, &to, err);
	return rc == TT_OK ? look_until(r, r->to_ms / MINUTE_MS, err) : rc;
}

/* ---- over the items ---- */

static int add_item(struct replay *r, const struct tt_rule *rule, const struct tt_pg_replayed_item *item)
{
	struct raised *grown = tt_arena_grow(&r->arena, r->v, r->n, sizeof(*grown));
	if (!grown)
		return TT_ENOMEM;
	r->v = grown;
	grown[r->n++] = (struct raised){rule->name, item->symbol, TT_STR("item"),
		item->title.p ? item->title : TT_STR(""), rule->severity, item->event_ms, item->event_ms,
		item->score, false};
	return TT_OK;
}

static int replay_items(struct replay *r, struct tt_err *err)
{
	int rc = TT_OK;
	for (size_t i = 0; rc == TT_OK && i < r->rules->n; i++) {
		const struct tt_rule *rule = &r->rules->v[i];
		struct tt_pg_replayed_item *v;
		size_t n = 0;
		if (rule->over != TT_OVER_ITEM)
			continue;
		struct tt_pg_item_rule item = tt_item_rule_of(rule, 0);
		rc = tt_pg_replay_items(r->db.conn, r->from_ms, r->to_ms, &item, &r->arena, &v, &n, err);
		for (size_t k = 0; rc == TT_OK && k < n; k++)
			rc = add_item(r, rule, &v[k]);
	}
	return rc;
}

/* How feeds and the service were doing is not kept. */
static void tell_passed_over(const struct tt_rule_set *rules)
{
	for (size_t i = 0; i < rules->n; i++)
		if (tt_scope_is_observed(rules->v[i].over))
			fprintf(stderr, "tickertone: rule '%.*s' is passed over: no history is kept of what is over %s\n",
				TT_FMT(rules->v[i].name), tt_scope_name(rules->v[i].over));
}

static int by_time(const void *a, const void *b)
{
	const struct raised *x = a, *y = b;
	return (x->fired_ms > y->fired_ms) - (x->fired_ms < y->fired_ms);
}

static int replay(struct replay *r, const char *rules, const struct replay_opts *o, struct tt_err *err)
{
	int64_t now_ms = tt_wall_ms(&tt_clock_real);
	tt_arena_init(&r->arena, ARENA_BYTES);
	tt_arena_init(&r->scratch, ARENA_BYTES);
	r->to_ms = now_ms;
	int rc = tt_dlq_time("from", o->from, now_ms, &r->from_ms, err);
	if (rc == TT_OK && o->to)
		rc = tt_dlq_time("to", o->to, now_ms, &r->to_ms, err);
	if (rc == TT_OK && r->from_ms >= r->to_ms)
		rc = tt_err_set(err, TT_EUSAGE, "--from is not before --to");
	if (rc == TT_OK)
		rc = tt_rule_set_load(&r->rules, rules, err);
	if (rc == TT_OK)
		rc = tt_alert_open(&r->db, &o->common, err);
	if (rc == TT_OK) {
		tell_passed_over(r->rules);
		rc = replay_minutes(r, err);
	}
	if (rc == TT_OK)
		rc = replay_items(r, err);
	if (rc == TT_OK && r->n)
		qsort(r->v, r->n, sizeof(*r->v), by_time);
	return rc;
}

static void replay_done(struct replay *r)
{
	tt_evaluator_free(r->evaluator);
	tt_rule_set_free(r->rules);
	tt_alert_close(&r->db);
	tt_arena_done(&r->arena);
	tt_arena_done(&r->scratch);
}

/* ---- two files of rules ---- */

static bool is_same(const struct raised *a, const struct raised *b)
{
	return tt_str_eq(a->rule, b->rule) && tt_str_eq(a->subject, b->subject) &&
	       tt_str_eq(a->kind, b->kind) && llabs(a->fired_ms - b->fired_ms) < MINUTE_MS;
}

/* Marks what both raise; both are in the order of time. */
static void compare(struct replay *a, struct replay *b)
{
	for (size_t i = 0, k = 0; i < a->n; i++) {
		while (k < b->n && b->v[k].fired_ms <= a->v[i].fired_ms - MINUTE_MS)
			k++;
		for (size_t j = k; j < b->n && b->v[j].fired_ms < a->v[i].fired_ms + MINUTE_MS; j++)
			if (!b->v[j].in_other && is_same(&a->v[i], &b->v[j])) {
				a->v[i].in_other = b->v[j].in_other = true;
				break;
			}
	}
}

/* ---- how it is shown ---- */

static void put_row(struct tt_buf *out, const struct raised *x, const char *sign, int width)
{
	char at[40], took[24] = "open";
	tt_time_rfc3339(x->fired_ms, at);
	if (x->resolved_ms != TT_TIME_NONE)
		snprintf(took, sizeof(took), "%lldm", (long long)(x->resolved_ms - x->fired_ms) / MINUTE_MS);
	tt_buf_printf(out, "%s%.16s  %-8s  %6s  ", sign, at, tt_severity_name(x->severity), took);
	tt_term_text(out, x->rule, 0);
	tt_buf_str(out, TT_STR(": "));
	if (tt_str_eq(x->kind, TT_STR("item"))) {
		tt_term_text(out, x->subject, 0);
		tt_buf_printf(out, " %+.2f ", x->value);
	}
	tt_term_text(out, x->sentence, width > 60 ? width - 40 : 0);
	tt_buf_char(out, '\n');
}

static void put_counts(struct tt_buf *out, const struct replay *r)
{
	for (size_t i = 0; i < r->rules->n; i++) {
		size_t n = 0;
		if (tt_scope_is_observed(r->rules->v[i].over)) {
			tt_buf_printf(out, "      -  %.*s\n", TT_FMT(r->rules->v[i].name));
			continue;
		}
		for (size_t k = 0; k < r->n; k++)
			n += tt_str_eq(r->v[k].rule, r->rules->v[i].name);
		tt_buf_printf(out, "%7zu  %.*s\n", n, TT_FMT(r->rules->v[i].name));
	}
}

static void put_json(struct tt_buf *out, const struct raised *v, size_t n, const char *only, bool *ret_any)
{
	for (size_t i = 0; i < n; i++) {
		const struct raised *x = &v[i];
		if (only && x->in_other)
			continue;
		tt_buf_str(out, *ret_any ? TT_STR(",\n {") : TT_STR("{"));
		*ret_any = true;
		if (only)
			tt_out_str(out, "only", tt_str_c(only));
		tt_out_str(out, "rule", x->rule);
		tt_out_str(out, "subject_kind", x->kind);
		tt_out_str(out, "subject", x->subject);
		tt_out_str(out, "severity", tt_str_c(tt_severity_name(x->severity)));
		tt_out_time(out, "fired_at", x->fired_ms);
		tt_out_time(out, "resolved_at", x->resolved_ms);
		tt_out_key(out, "value");
		tt_buf_printf(out, isnan(x->value) ? "null" : "%.6g", x->value);
		tt_out_str(out, "sentence", x->sentence);
		tt_buf_char(out, '}');
	}
}

static void put_all(struct tt_buf *out, const struct replay *a, const struct replay *b, bool json)
{
	int width = tt_term_width(STDOUT_FILENO);
	bool any = false;
	size_t both = 0;
	if (json) {
		tt_buf_char(out, '[');
		put_json(out, a->v, a->n, b ? "rules" : NULL, &any);
		if (b)
			put_json(out, b->v, b->n, "against", &any);
		tt_buf_str(out, TT_STR("]\n"));
		return;
	}
	for (size_t i = 0, k = 0; i < a->n || (b && k < b->n);) { /* merged by time */
		bool from_a = i < a->n && (!b || k >= b->n || a->v[i].fired_ms <= b->v[k].fired_ms);
		const struct raised *x = from_a ? &a->v[i++] : &b->v[k++];
		both += from_a && x->in_other;
		if (!b || !x->in_other)
			put_row(out, x, !b ? "" : from_a ? "+ " : "- ", width);
	}
	if (b)
		tt_buf_printf(
			out, "\n%zu alerts, %zu with the other rules; %zu are the same\n", a->n, b->n, both);
	else
		tt_buf_printf(out, "\n%zu alerts\n", a->n);
	put_counts(out, a);
}

static int run(const void *given, int argc, char **argv, struct tt_err *err)
{
	const struct replay_opts *o = given;
	struct replay a = {0}, b = {0};
	struct tt_buf out;
	(void)argc, (void)argv;
	if (!o->rules)
		return tt_err_set(err, TT_EUSAGE, "which rules? Give --rules FILE");
	tt_buf_init(&out, OUTPUT_MAX);
	int rc = replay(&a, o->rules, o, err);
	if (rc == TT_OK && o->against)
		rc = replay(&b, o->against, o, err);
	if (rc == TT_OK && o->against)
		compare(&a, &b);
	if (rc == TT_OK)
		put_all(&out, &a, o->against ? &b : NULL, o->json);
	rc = tt_alert_print(&out, rc, err);
	replay_done(&a);
	if (o->against)
		replay_done(&b);
	return rc;
}

#define OPT(name, letter, type, field, arg, doc)                                                             \
	{                                                                                                    \
		name, letter, type, offsetof(struct replay_opts, field), arg, doc, 0, 0, NULL                \
	}
static const struct tt_cli_opt options[] = {
	TT_ALERT_OPT_DATABASE,
	OPT("rules", 'r', TT_CLI_FILE, rules, "FILE", "The rules to try (docs/RULES.md)."),
	OPT("against", 0, TT_CLI_FILE, against, "FILE",
		"Show only what differs from what these would have raised."),
	OPT("from", 0, TT_CLI_STR, from, "TIME", "From when on: a date, or an age such as 6h or 30d."),
	OPT("to", 0, TT_CLI_STR, to, "TIME", "Until when; the default is now."),
	OPT("json", 'j', TT_CLI_FLAG, json, NULL, "Print a JSON array, one object an alert."),
	{0},
};

const struct tt_cmd tt_cmd_replay = {
	.name = "replay",
	.summary = "Try rules on stored history: which alerts they would have raised",
	.details =
		"Nothing is written. Each minute of the history is looked at once, as the service does while "
		"it runs; an item that came late "
		"counts when it was published. Rules over feeds and the service are passed over, for no history of "
		"them is kept. With --against, lines with + are raised by --rules alone, "
		"lines with - by --against alone.\n\n"
		"    tickertone replay -c tickertone.yaml --rules new.yaml --from 30d\n"
		"    tickertone replay -c tickertone.yaml --rules new.yaml --against rules.yaml --from 30d",
	.group = TT_GROUP_DATA,
	.opts = options,
	.defaults = &(const struct replay_opts){.from = "7d"},
	.opts_size = sizeof(struct replay_opts),
	.run = run,
};
