/* cmd_alert_mute.c - `tickertone alert ack`, `silence`, `unsilence`, `targets` and `enable`: what people do
 * about alerts. */
#include <stdio.h>
#include <stdlib.h>

#include "app/alert/alert.h"
#include "app/cli/term.h"
#include "app/commands.h"
#include "app/feeds/feeds.h"
#include "sink/pg/statements.h"

enum { OUTPUT_MAX = 16 << 20 };

struct mute_opts {
	struct tt_alert_opts common;
	const char *by, *note, *rule, *kind, *subject, *duration;
};

#define OPT(name, type, field, arg, doc)                                                                     \
	{                                                                                                    \
		name, 0, type, offsetof(struct mute_opts, field), arg, doc, 0, 0, NULL                       \
	}

/* Asks one statement with the parameters that are there. */
static int ask(struct tt_alert_db *d, const char *statement, PGresult **ret, struct tt_err *err)
{
	return tt_pg_query(d->conn, tt_pg_statement(statement), &d->params, ret, err);
}

/* ---- ack ---- */

static int run_ack(const void *given, int argc, char **argv, struct tt_err *err)
{
	const struct mute_opts *o = given;
	struct tt_alert_db d = {0};
	struct tt_buf out;
	PGresult *r = NULL;
	(void)argc;
	tt_buf_init(&out, OUTPUT_MAX);
	int rc = tt_alert_id_check(argv[0], err);
	if (rc == TT_OK)
		rc = tt_alert_open(&d, &o->common, err);
	if (rc == TT_OK) {
		tt_pg_put_text(&d.params, tt_str_c(argv[0]));
		tt_pg_put_text(&d.params, tt_str_c(o->by));
		tt_pg_put_text(&d.params, tt_str_c(o->note));
		rc = ask(&d, "alert_ack.sql", &r, err);
	}
	if (rc == TT_OK && !PQntuples(r))
		rc = tt_err_set(err, TT_ENOENT, "%s: there is no such alert that is open", argv[0]);
	for (int i = 0; rc == TT_OK && i < PQntuples(r); i++) {
		tt_buf_str(&out, TT_STR("acknowledged: "));
		tt_term_text(&out, tt_pg_get_text(r, i, 0), 0);
		tt_buf_char(&out, ' ');
		tt_term_text(&out, tt_pg_get_text(r, i, 1), 0);
		tt_buf_char(&out, '\n');
	}
	PQclear(r);
	rc = tt_alert_print(&out, rc, err);
	tt_alert_close(&d);
	return rc;
}

static const struct tt_cli_opt ack_options[] = {
	TT_ALERT_OPT_DATABASE,
	OPT("by", TT_CLI_STR, by, "NAME", "Who takes it on; the default is the database's user."),
	OPT("note", TT_CLI_STR, note, "TEXT", "What is said to it."),
	{0},
};

const struct tt_cmd tt_cmd_alert_ack = {
	.name = "alert ack",
	.args = "ID",
	.summary = "Take an open alert on, so that others see that somebody has",
	.details = "ID is the beginning of one, as 'alert list' prints it. The alert stays open and is still "
		   "told of.\n"
		   "\n"
		   "    tickertone alert ack -c tickertone.yaml 1b4e28ba --by anna --note 'reading the "
		   "filing'\n",
	.group = TT_GROUP_DATA,
	.opts = ack_options,
	.opts_size = sizeof(struct mute_opts),
	.min_args = 1,
	.max_args = 1,
	.run = run_ack,
};

/* ---- silence ---- */

static int parse_duration(const char *text, double *ret_s, struct tt_err *err)
{
	char *end;
	double n = text ? strtod(text, &end) : 0;
	double unit = !text || !n ? 0 : *end == 'm' ? 60 : *end == 'h' ? 3600 : *end == 'd' ? 86400 : 0;
	*ret_s = n * unit;
	if (!(*ret_s > 0) || end[1] || *ret_s > 366.0 * 86400)
		return tt_err_set(err, TT_EUSAGE, "--for %s: how long? As in 30m, 2h or 1d, a year at most",
			text ? text : "");
	return TT_OK;
}

static int run_silence(const void *given, int argc, char **argv, struct tt_err *err)
{
	const struct mute_opts *o = given;
	struct tt_alert_db d = {0};
	struct tt_buf out;
	PGresult *r = NULL;
	double seconds;
	char until[40];
	(void)argc, (void)argv;
	tt_buf_init(&out, OUTPUT_MAX);
	int rc = parse_duration(o->duration, &seconds, err);
	if (rc == TT_OK && !o->rule && !o->kind && !o->subject)
		rc = tt_err_set(err, TT_EUSAGE,
			"what is to be silent? Give --rule, --kind or --subject; --rule '*' is everything");
	if (rc == TT_OK)
		rc = tt_alert_open(&d, &o->common, err);
	if (rc == TT_OK) {
		tt_pg_put_double(&d.params, seconds);
		tt_pg_put_text(&d.params, tt_str_c(o->rule));
		tt_pg_put_text(&d.params, tt_str_c(o->kind));
		tt_pg_put_text(&d.params, tt_str_c(o->subject));
		tt_pg_put_text(&d.params, tt_str_c(o->by));
		tt_pg_put_text(&d.params, tt_str_c(o->note));
		rc = ask(&d, "alert_silence.sql", &r, err);
	}
	if (rc == TT_OK) {
		tt_time_rfc3339(tt_pg_get_time(r, 0, 1), until);
		tt_buf_printf(&out, "silence %lld until %s\n", (long long)tt_pg_get_int(r, 0, 0), until);
	}
	PQclear(r);
	rc = tt_alert_print(&out, rc, err);
	tt_alert_close(&d);
	return rc;
}

static const struct tt_cli_opt silence_options[] = {
	TT_ALERT_OPT_DATABASE,
	OPT("for", TT_CLI_STR, duration, "TIME", "How long from now on: 30m, 2h, 1d."),
	OPT("rule", TT_CLI_STR, rule, "PATTERN", "Of this rule; * stands for anything."),
	OPT("kind", TT_CLI_STR, kind, "KIND", "About this kind of subject: entity, sector, market, item."),
	OPT("subject", TT_CLI_STR, subject, "PATTERN", "About this symbol or sector; * stands for anything."),
	OPT("by", TT_CLI_STR, by, "NAME", "Who wants it; the default is the database's user."),
	OPT("note", TT_CLI_STR, note, "TEXT", "Why."),
	{0},
};

const struct tt_cmd tt_cmd_alert_silence = {
	.name = "alert silence",
	.summary = "Have some alerts not told for a while; they are raised and kept all the same",
	.details = "What is given must all be so. View silences has those that are in force.\n"
		   "\n"
		   "    tickertone alert silence -c tickertone.yaml --for 2h --subject NVDA --note 'earnings "
		   "call'\n"
		   "    tickertone alert silence -c tickertone.yaml --for 1d --rule 'buzz-*'\n",
	.group = TT_GROUP_DATA,
	.opts = silence_options,
	.opts_size = sizeof(struct mute_opts),
	.run = run_silence,
};

/* ---- unsilence, enable: one row that is named ---- */

static int change_one(const struct tt_alert_opts *o, const char *sql, bool is_number, const char *name,
	const char *done, const char *none, struct tt_err *err)
{
	struct tt_alert_db d = {0};
	PGresult *r = NULL;
	int64_t number = 0;
	int rc = TT_OK;
	if (is_number && !tt_str_int(tt_str_c(name), 1, INT64_MAX, &number))
		rc = tt_err_set(err, TT_EUSAGE, "'%s' is no number of a silence", name);
	if (rc == TT_OK)
		rc = tt_alert_open(&d, o, err);
	if (rc == TT_OK && is_number)
		tt_pg_put_int(&d.params, TT_PG_INT8, number);
	else if (rc == TT_OK)
		tt_pg_put_text(&d.params, tt_str_c(name));
	if (rc == TT_OK)
		rc = tt_pg_query(d.conn, sql, &d.params, &r, err);
	if (rc == TT_OK && !PQntuples(r))
		rc = tt_err_set(err, TT_ENOENT, "%s: %s", name, none);
	if (rc == TT_OK)
		printf("%s: %s\n", name, done);
	PQclear(r);
	tt_alert_close(&d);
	return rc;
}

static int run_unsilence(const void *given, int argc, char **argv, struct tt_err *err)
{
	(void)argc;
	return change_one(given,
		"UPDATE silence SET ends_at = now() WHERE silence_id = $1 AND ends_at > now() AND starts_at "
		"< now() RETURNING 1",
		true, argv[0], "ended", "there is no such silence in force", err);
}

static int run_enable(const void *given, int argc, char **argv, struct tt_err *err)
{
	(void)argc;
	return change_one(given,
		"DELETE FROM delivery_target WHERE target = $1 AND disabled_at IS NOT NULL RETURNING 1",
		false, argv[0], "is told again", "there is no such target that is disabled", err);
}

static const struct tt_cli_opt plain_options[] = {TT_ALERT_OPT_DATABASE, {0}};

const struct tt_cmd tt_cmd_alert_unsilence = {
	.name = "alert unsilence",
	.args = "NUMBER",
	.summary = "End a silence",
	.details = "    tickertone alert unsilence -c tickertone.yaml 7\n",
	.group = TT_GROUP_DATA,
	.opts = plain_options,
	.opts_size = sizeof(struct tt_alert_opts),
	.min_args = 1,
	.max_args = 1,
	.run = run_unsilence,
};

const struct tt_cmd tt_cmd_alert_enable = {
	.name = "alert enable",
	.args = "TARGET",
	.summary = "Tell a target of alerts again that said it is gone (410)",
	.details = "What changed meanwhile is not told; it is in view alert_history.\n"
		   "\n"
		   "    tickertone alert enable -c tickertone.yaml webhook:desk\n",
	.group = TT_GROUP_DATA,
	.opts = plain_options,
	.opts_size = sizeof(struct tt_alert_opts),
	.min_args = 1,
	.max_args = 1,
	.run = run_enable,
};

/* ---- targets ---- */

static int run_targets(const void *given, int argc, char **argv, struct tt_err *err)
{
	const struct tt_alert_opts *o = given;
	struct tt_alert_db d = {0};
	struct tt_buf out;
	PGresult *r = NULL;
	char age[24];
	(void)argc, (void)argv;
	tt_buf_init(&out, OUTPUT_MAX);
	int rc = tt_alert_open(&d, o, err);
	if (rc == TT_OK)
		rc = tt_pg_query(d.conn, tt_pg_statement("alert_targets.sql"), NULL, &r, err);
	for (int i = 0; rc == TT_OK && i < PQntuples(r); i++) {
		tt_term_text(&out, tt_pg_get_text(r, i, 0), 0);
		tt_buf_printf(&out, "  %lld waiting", (long long)tt_pg_get_int(r, i, 1));
		if (!PQgetisnull(r, i, 2)) {
			tt_feeds_span(tt_wall_ms(&tt_clock_real) - tt_pg_get_time(r, i, 2), age);
			tt_buf_printf(&out, ", for %s", age);
		}
		for (int col = 3; col <= 5; col += 2)
			if (!PQgetisnull(r, i, col)) {
				tt_buf_str(&out, col == 5 ? TT_STR("; disabled: ") : TT_STR("; "));
				tt_term_text(&out, tt_pg_get_text(r, i, col), 0);
			}
		tt_buf_char(&out, '\n');
	}
	if (rc == TT_OK && !PQntuples(r))
		tt_buf_str(&out, TT_STR("nothing waits for anybody\n"));
	PQclear(r);
	rc = tt_alert_print(&out, rc, err);
	tt_alert_close(&d);
	return rc;
}

const struct tt_cmd tt_cmd_alert_targets = {
	.name = "alert targets",
	.summary = "Show who alerts wait for, and why they have not arrived",
	.details = "    tickertone alert targets -c tickertone.yaml\n",
	.group = TT_GROUP_DATA,
	.opts = plain_options,
	.opts_size = sizeof(struct tt_alert_opts),
	.run = run_targets,
};
