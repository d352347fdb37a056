/* cmd_feedback_list.c - `tickertone feedback list`: what people say of items beside what the model says. */
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "app/alert/alert.h"
#include "app/cli/term.h"
#include "app/commands.h"
#include "app/dlq/dlq.h"
#include "app/feeds/json_out.h"
#include "app/score/csv.h"
#include "sink/pg/feedback.h"

enum { OUTPUT_MAX = 1 << 30, MEMORY_BYTES = 512 << 20, WIDTH_MIN = 60, INDENT = 12, SYMBOL_COLUMNS = 10 };

struct list_opts {
	struct tt_alert_opts common;
	const char *since;
	int64_t limit;
	bool disagree, json, csv;
};

static void put_row(struct tt_buf *out, const struct tt_pg_feedback *v, int width)
{
	char at[40];
	const bool wrong = v->model_label.p && !tt_str_eq(v->model_label, v->label);
	tt_time_rfc3339(v->given_ms, at);
	tt_buf_printf(out, "%.10s  %-8.*s  %-*.*s ", at, TT_FMT(v->label), SYMBOL_COLUMNS, TT_FMT(v->symbol));
	if (v->model_label.p)
		tt_buf_printf(
			out, "%s %-8.*s %+.2f  ", wrong ? "!" : " ", TT_FMT(v->model_label), v->model_score);
	else
		tt_buf_printf(out, "  %-8s        ", "-");
	tt_term_text(out, v->who, 0);
	tt_buf_printf(out, "\n%*s", INDENT, "");
	tt_term_text(out, v->title.p ? v->title : v->url, width ? width - INDENT : 0);
	if (v->note.p) {
		tt_buf_printf(out, "\n%*s", INDENT, "");
		tt_term_text(out, v->note, width ? width - INDENT : 0);
	}
	tt_buf_char(out, '\n');
}

static void put_table(struct tt_buf *out, const struct tt_pg_feedback *v, size_t n, int64_t total)
{
	int width = tt_term_width(STDOUT_FILENO);
	if (width && width < WIDTH_MIN)
		width = WIDTH_MIN;
	if (n)
		tt_buf_printf(out, "%-10s  %-8s  %-*s   %-8s score  %s\n", "at", "label", SYMBOL_COLUMNS,
			"of", "model", "who, what");
	for (size_t i = 0; i < n; i++)
		put_row(out, &v[i], width);
	tt_buf_printf(out, "%s%lld label%s", n ? "\n" : "", (long long)total, total == 1 ? "" : "s");
	if ((int64_t)n < total)
		tt_buf_printf(out, ", the newest %zu shown (--limit)", n);
	tt_buf_char(out, '\n');
}

static void put_json(struct tt_buf *out, const struct tt_pg_feedback *v, size_t n)
{
	char id[37];
	for (size_t i = 0; i < n; i++) {
		tt_id_format(v[i].item_id, id);
		tt_buf_str(out, i ? TT_STR(",\n {") : TT_STR("[{"));
		tt_out_str(out, "item", tt_str_c(id));
		tt_out_str(out, "entity", v[i].symbol);
		tt_out_str(out, "label", v[i].label);
		tt_out_str(out, "who", v[i].who);
		tt_out_time(out, "at", v[i].given_ms);
		tt_out_str(out, "note", v[i].note);
		tt_out_str(out, "model_label", v[i].model_label);
		tt_out_real(out, "model_score", v[i].model_score, 4);
		tt_out_time(out, "event_at", v[i].event_ms);
		tt_out_str(out, "source", v[i].source);
		tt_out_str(out, "url", v[i].url);
		tt_out_str(out, "title", v[i].title);
		tt_buf_char(out, '}');
	}
	tt_buf_str(out, n ? TT_STR("]\n") : TT_STR("[]\n"));
}

static void put_csv(struct tt_buf *out, const struct tt_pg_feedback *v, size_t n)
{
	char id[37], at[40];
	tt_buf_str(out, TT_STR("item,entity,label,who,at,note,model_label,model_score,title\n"));
	for (size_t i = 0; i < n; i++) {
		tt_id_format(v[i].item_id, id);
		tt_time_rfc3339(v[i].given_ms, at);
		const struct tt_str fields[] = {tt_str_c(id), v[i].symbol, v[i].label, v[i].who, tt_str_c(at),
			v[i].note, v[i].model_label};
		for (size_t k = 0; k < TT_LEN(fields); k++) {
			tt_csv_print(out, fields[k]);
			tt_buf_char(out, ',');
		}
		if (!isnan(v[i].model_score))
			tt_buf_printf(out, "%.4f", v[i].model_score);
		tt_buf_char(out, ',');
		tt_csv_print(out, v[i].title);
		tt_buf_char(out, '\n');
	}
}

static int run(const void *given, int argc, char **argv, struct tt_err *err)
{
	const struct list_opts *o = given;
	struct tt_alert_db db = {0};
	struct tt_pg_feedback *v = NULL;
	struct tt_arena arena;
	struct tt_buf out;
	int64_t since_ms, total = 0;
	size_t n = 0;
	(void)argc, (void)argv;
	tt_arena_init(&arena, MEMORY_BYTES);
	tt_buf_init(&out, OUTPUT_MAX);
	int rc = tt_dlq_time("since", o->since, tt_wall_ms(&tt_clock_real), &since_ms, err);
	if (rc == TT_OK)
		rc = tt_alert_open(&db, &o->common, err);
	if (rc == TT_OK)
		rc = tt_pg_feedback_list(
			db.conn, since_ms, o->disagree, o->limit, &arena, &v, &n, &total, err);
	if (rc == TT_OK && o->json)
		put_json(&out, v, n);
	else if (rc == TT_OK && o->csv)
		put_csv(&out, v, n);
	else if (rc == TT_OK)
		put_table(&out, v, n, total);
	rc = tt_alert_print(&out, rc, err);
	tt_alert_close(&db);
	tt_arena_done(&arena);
	return rc;
}

#define OPT(name, letter, type, field, arg, doc)                                                             \
	{                                                                                                    \
		name, letter, type, offsetof(struct list_opts, field), arg, doc, 0, 0, NULL                  \
	}
static const struct tt_cli_opt options[] = {
	TT_ALERT_OPT_DATABASE,
	OPT("since", 0, TT_CLI_STR, since, "TIME",
		"Only what was said at this time or later: a date, or an age such as 2h or 7d."),
	OPT("disagree", 0, TT_CLI_FLAG, disagree, NULL, "Only where the model says something else."),
	{"limit", 'n', TT_CLI_INT, offsetof(struct list_opts, limit), "N",
		"So many at most, the newest ones.", 1, 1e7, NULL},
	OPT("json", 'j', TT_CLI_FLAG, json, NULL, "Print a JSON array, one object a label."),
	OPT("csv", 0, TT_CLI_FLAG, csv, NULL, "Print CSV that 'feedback import' reads."),
	{0},
};

const struct tt_cmd tt_cmd_feedback_list = {
	.name = "feedback list",
	.summary = "Show what people say of items, and what the model says of the same",
	.details = "One row per item, entity and person, what they said last; the newest first. What is "
		   "behind ! "
		   "is what the model says otherwise. Without a model's answer: it says nothing of that "
		   "entity, or "
		   "the text has changed since.\n"
		   "\n"
		   "    tickertone feedback list -c tickertone.yaml --disagree --since 30d\n",
	.group = TT_GROUP_TRAIN,
	.opts = options,
	.defaults = &(const struct list_opts){.limit = 50},
	.opts_size = sizeof(struct list_opts),
	.run = run,
};
