/* cmd_alert_list.c - `tickertone alert list` and `alert show`: alerts for people and for programs. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/alert/alert.h"
#include "app/cli/term.h"
#include "app/commands.h"
#include "app/dlq/dlq.h"
#include "app/feeds/feeds.h"
#include "app/feeds/json_out.h"
#include "sink/pg/statements.h"

enum { OUTPUT_MAX = 256 << 20, WIDTH_MIN = 60, INDENT = 10, ID_MIN = 4, ID_MAX = 36 };

struct list_opts {
	struct tt_alert_opts common;
	const char *rule, *subject, *since;
	int64_t limit;
	bool all, json;
};

/* Columns of alert_list.sql. */
enum column {
	FINGERPRINT,
	EPISODE,
	STATE,
	SEVERITY,
	RULE,
	KIND,
	SUBJECT,
	FIRED_AT,
	CHANGED_AT,
	RESOLVED_AT,
	ACKED_AT,
	ACKED_BY,
	NOTE,
	SENTENCE,
	EVIDENCE,
	VALUE,
	THRESHOLD,
	MUTED,
	TOTAL
};

static int ask(
	struct tt_alert_db *d, const struct list_opts *o, const char *id, PGresult **ret, struct tt_err *err)
{
	int64_t since_ms;
	int rc = tt_dlq_time("since", o->since, tt_wall_ms(&tt_clock_real), &since_ms, err);
	if (rc == TT_OK)
		rc = tt_alert_open(d, &o->common, err);
	if (rc < 0)
		return rc;
	tt_pg_put_bool(&d->params, o->all || o->since);
	tt_pg_put_time(&d->params, since_ms);
	tt_alert_put_pattern(&d->params, o->rule);
	tt_alert_put_pattern(&d->params, o->subject);
	tt_pg_put_int(&d->params, TT_PG_INT8, o->limit);
	tt_pg_put_text(&d->params, tt_str_c(id));
	return tt_pg_query(d->conn, tt_pg_statement("alert_list.sql"), &d->params, ret, err);
}

static void put_json(struct tt_buf *out, const PGresult *r)
{
	static const struct {
		const char *name;
		enum column column;
	} texts[] = {{"fingerprint", FINGERPRINT}, {"state", STATE}, {"severity", SEVERITY}, {"rule", RULE},
		{"subject_kind", KIND}, {"subject", SUBJECT}, {"acked_by", ACKED_BY}, {"note", NOTE},
		{"sentence", SENTENCE}};
	tt_buf_char(out, '[');
	for (int i = 0; i < PQntuples(r); i++) {
		tt_buf_str(out, i ? TT_STR(",\n {") : TT_STR("{"));
		for (size_t k = 0; k < TT_LEN(texts); k++)
			tt_out_str(out, texts[k].name, tt_pg_get_text(r, i, texts[k].column));
		tt_out_int(out, "episode", tt_pg_get_int(r, i, EPISODE));
		tt_out_time(out, "fired_at", tt_pg_get_time(r, i, FIRED_AT));
		tt_out_time(out, "changed_at", tt_pg_get_time(r, i, CHANGED_AT));
		tt_out_time(out, "resolved_at", tt_pg_get_time(r, i, RESOLVED_AT));
		tt_out_time(out, "acked_at", tt_pg_get_time(r, i, ACKED_AT));
		tt_out_bool(out, "muted", tt_pg_get_int(r, i, MUTED));
		for (enum column c = VALUE; c <= THRESHOLD; c++) {
			tt_out_key(out, c == VALUE ? "value" : "threshold");
			if (PQgetisnull(r, i, c))
				tt_buf_str(out, TT_STR("null"));
			else
				tt_buf_printf(out, "%.9g", tt_pg_get_double(r, i, c));
		}
		tt_out_key(out, "evidence");
		tt_buf_str(out, tt_pg_get_text(r, i, EVIDENCE));
		tt_buf_char(out, '}');
	}
	tt_buf_str(out, TT_STR("]\n"));
}

/* "critical  FIRING  12m  acked by anna" */
static void put_row(struct tt_buf *out, const PGresult *r, int i, int64_t now_ms, int width)
{
	char age[24];
	tt_feeds_span(now_ms - tt_pg_get_time(r, i, CHANGED_AT), age);
	tt_buf_printf(out, "%.8s  %-8s  %-8s %6s  ", tt_pg_get_text(r, i, FINGERPRINT).p,
		tt_pg_get_text(r, i, SEVERITY).p, tt_pg_get_text(r, i, STATE).p, age);
	tt_term_text(out, tt_pg_get_text(r, i, RULE), 0);
	tt_buf_char(out, ' ');
	tt_term_text(out, tt_pg_get_text(r, i, SUBJECT), 0);
	if (!PQgetisnull(r, i, ACKED_AT)) {
		tt_buf_str(out, TT_STR("  acked by "));
		tt_term_text(out, tt_pg_get_text(r, i, ACKED_BY), 0);
	}
	if (tt_pg_get_int(r, i, MUTED) && PQgetisnull(r, i, RESOLVED_AT))
		tt_buf_str(out, TT_STR("  muted"));
	tt_buf_printf(out, "\n%*s", INDENT, "");
	tt_term_text(out, tt_pg_get_text(r, i, SENTENCE), width ? width - INDENT : 0);
	tt_buf_char(out, '\n');
}

static void put_table(struct tt_buf *out, const PGresult *r)
{
	int width = tt_term_width(STDOUT_FILENO), n = PQntuples(r);
	int64_t total = n ? tt_pg_get_int(r, 0, TOTAL) : 0;
	if (width && width < WIDTH_MIN)
		width = WIDTH_MIN;
	for (int i = 0; i < n; i++)
		put_row(out, r, i, tt_wall_ms(&tt_clock_real), width);
	tt_buf_printf(out, "%s%lld alert%s", n ? "\n" : "", (long long)total, total == 1 ? "" : "s");
	if (n < total)
		tt_buf_printf(out, ", the newest %d shown (--limit)", n);
	tt_buf_char(out, '\n');
}

static int run_list(const void *given, int argc, char **argv, struct tt_err *err)
{
	const struct list_opts *o = given;
	struct tt_alert_db d = {0};
	struct tt_buf out;
	PGresult *r = NULL;
	(void)argc, (void)argv;
	tt_buf_init(&out, OUTPUT_MAX);
	int rc = ask(&d, o, NULL, &r, err);
	if (rc == TT_OK)
		(o->json ? put_json : put_table)(&out, r);
	PQclear(r);
	rc = tt_alert_print(&out, rc, err);
	tt_alert_close(&d);
	return rc;
}

/* ---- show ---- */

static void put_evidence(struct tt_buf *out, struct tt_str text)
{
	json_t *all = json_loadb(text.p, text.n, 0, NULL), *one, *word;
	size_t i, k;
	json_array_foreach(all, i, one)
	{
		tt_buf_printf(out, "  %+.2f  ", json_number_value(json_object_get(one, "contribution")));
		tt_term_text(out, tt_str_c(json_string_value(json_object_get(one, "title"))), 0);
		tt_buf_char(out, '\n');
		json_array_foreach(json_object_get(one, "words"), k, word)
		{
			tt_buf_printf(out, "%s%s (%+.2f)", k ? ", " : "         ",
				json_string_value(json_object_get(word, "text")),
				json_number_value(json_object_get(word, "contribution")));
		}
		if (k)
			tt_buf_char(out, '\n');
	}
	json_decref(all);
}

static void put_alert(struct tt_buf *out, const PGresult *r, int i)
{
	tt_term_field(out, "id", tt_pg_get_text(r, i, FINGERPRINT));
	tt_term_field(out, "rule", tt_pg_get_text(r, i, RULE));
	tt_term_field(out, "subject", tt_pg_get_text(r, i, SUBJECT));
	tt_term_field(out, "severity", tt_pg_get_text(r, i, SEVERITY));
	tt_term_field(out, "state", tt_pg_get_text(r, i, STATE));
	tt_buf_printf(out, "%-11s %lld\n", "episode", (long long)tt_pg_get_int(r, i, EPISODE));
	tt_term_field_time(out, "fired", tt_pg_get_time(r, i, FIRED_AT));
	tt_term_field_time(out, "resolved", tt_pg_get_time(r, i, RESOLVED_AT));
	tt_term_field_time(out, "acked", tt_pg_get_time(r, i, ACKED_AT));
	tt_term_field(out, "by", tt_pg_get_text(r, i, ACKED_BY));
	tt_term_field(out, "note", tt_pg_get_text(r, i, NOTE));
	tt_term_field(out, "what", tt_pg_get_text(r, i, SENTENCE));
	put_evidence(out, tt_pg_get_text(r, i, EVIDENCE));
}

int tt_alert_id_check(const char *id, struct tt_err *err)
{
	size_t n = strlen(id);
	if (n < ID_MIN || n > ID_MAX || strspn(id, "0123456789abcdef-") != n)
		return tt_err_set(err, TT_EUSAGE,
			"'%s' is not the beginning of an alert's id (see 'tickertone alert list')", id);
	return TT_OK;
}

static int run_show(const void *given, int argc, char **argv, struct tt_err *err)
{
	const struct list_opts *o = given;
	struct tt_alert_db d = {0};
	struct tt_buf out;
	PGresult *r = NULL;
	(void)argc;
	tt_buf_init(&out, OUTPUT_MAX);
	int rc = tt_alert_id_check(argv[0], err);
	if (rc == TT_OK)
		rc = ask(&d, o, argv[0], &r, err);
	if (rc == TT_OK && !PQntuples(r))
		rc = tt_err_set(err, TT_ENOENT, "%s: there is no such alert", argv[0]);
	if (rc == TT_OK && o->json)
		put_json(&out, r);
	for (int i = 0; rc == TT_OK && !o->json && i < PQntuples(r); i++) {
		if (i)
			tt_buf_char(&out, '\n');
		put_alert(&out, r, i);
	}
	PQclear(r);
	rc = tt_alert_print(&out, rc, err);
	tt_alert_close(&d);
	return rc;
}

/* ---- tables ---- */

#define OPT(name, letter, type, field, arg, doc, lo, hi)                                                     \
	{                                                                                                    \
		name, letter, type, offsetof(struct list_opts, field), arg, doc, lo, hi, NULL                \
	}
static const struct tt_cli_opt list_options[] = {
	TT_ALERT_OPT_DATABASE,
	OPT("all", 'a', TT_CLI_FLAG, all, NULL, "Also those that are over, and those of single items.", 0, 0),
	OPT("rule", 0, TT_CLI_STR, rule, "PATTERN", "Only of this rule; * stands for anything.", 0, 0),
	OPT("subject", 0, TT_CLI_STR, subject, "PATTERN",
		"Only about this symbol or sector; * stands for anything.", 0, 0),
	OPT("since", 0, TT_CLI_STR, since, "TIME",
		"All that changed at this time or later: a date, or an age such as 2h or 7d.", 0, 0),
	OPT("limit", 'n', TT_CLI_INT, limit, "N", "So many at most, the newest ones.", 1, 1e6),
	OPT("json", 'j', TT_CLI_FLAG, json, NULL, "Print a JSON array, one object an alert.", 0, 0),
	{0},
};

const struct tt_cmd tt_cmd_alert_list = {
	.name = "alert list",
	.summary = "Show the alerts that are open, and what is the matter",
	.details = "    tickertone alert list -c tickertone.yaml\n"
		   "    tickertone alert list -c tickertone.yaml --since 1d --subject NVDA\n"
		   "    tickertone alert list -c tickertone.yaml --json | jq -r '.[].sentence'\n",
	.group = TT_GROUP_DATA,
	.opts = list_options,
	.defaults = &(const struct list_opts){.limit = 50},
	.opts_size = sizeof(struct list_opts),
	.run = run_list,
};

static const struct tt_cli_opt show_options[] = {
	TT_ALERT_OPT_DATABASE,
	OPT("json", 'j', TT_CLI_FLAG, json, NULL, "Print a JSON array, one object an episode.", 0, 0),
	{0},
};

const struct tt_cmd tt_cmd_alert_show = {
	.name = "alert show",
	.args = "ID",
	.summary = "Show an alert whole, with the stories that moved it",
	.details = "ID may be the beginning of one, as 'alert list' prints it; all its episodes are shown, "
		   "the newest first.\n"
		   "\n"
		   "    tickertone alert show -c tickertone.yaml 1b4e28ba\n",
	.group = TT_GROUP_DATA,
	.opts = show_options,
	.defaults = &(const struct list_opts){.limit = 20, .all = true},
	.opts_size = sizeof(struct list_opts),
	.min_args = 1,
	.max_args = 1,
	.run = run_show,
};
