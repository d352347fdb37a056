/* cmd_history.c - `tickertone history SYMBOL`: the mood of a company over time, with the stories at its
 * turns. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/alert/alert.h"
#include "app/cli/term.h"
#include "app/commands.h"
#include "app/dlq/dlq.h"
#include "app/feeds/json_out.h"
#include "app/history/chart.h"
#include "sink/pg/statements.h"

enum {
	OUTPUT_MAX = 64 << 20,
	ARENA_BYTES = 64 << 20,
	AXIS = 7,
	POINTS_MAX = 100000,
	TURNS_MAX = 6,
	ROWS = 8,
	WIDTH = 80,
	MINUTE_MS = 60000
};

struct history_opts {
	struct tt_alert_opts common;
	const char *since, *until, *step, *half_life;
	bool json, csv;
};

struct point {
	int64_t at_ms;
	double mood, dispersion, weight;
	int64_t items;
};

struct turn {
	size_t point;
	int direction; /* what drew it there: -1 bad, 1 good news */
	double swing;
	struct tt_str title, source;
	int64_t event_ms;
	double score;
};

struct history {
	struct tt_alert_db db;
	struct tt_arena arena;
	int64_t since_ms, until_ms, step_ms, half_ms;
	struct point *v;
	size_t n;
	struct turn turns[TURNS_MAX];
	size_t n_turns;
};

/* ---- what is asked ---- */

/* "90m", "6h", "1d"; as an age it is a span. */
static int span(const char *option, const char *text, int64_t *ret_ms, struct tt_err *err)
{
	int64_t at_ms;
	int rc = tt_dlq_time(option, text, 0, &at_ms, err);
	*ret_ms = -at_ms;
	if (rc == TT_OK && *ret_ms < MINUTE_MS)
		rc = tt_err_set(err, TT_EUSAGE, "--%s %s: at least a minute, as in 10m or 6h", option, text);
	return rc;
}

static int read_options(struct history *h, const struct history_opts *o, struct tt_err *err)
{
	int64_t now_ms = tt_wall_ms(&tt_clock_real);
	int width = tt_term_width(STDOUT_FILENO);
	int rc = tt_dlq_time("since", o->since, now_ms, &h->since_ms, err);
	h->until_ms = now_ms;
	if (rc == TT_OK && o->until)
		rc = tt_dlq_time("until", o->until, now_ms, &h->until_ms, err);
	if (rc == TT_OK)
		rc = span("half-life", o->half_life, &h->half_ms, err);
	if (rc == TT_OK && o->step)
		rc = span("step", o->step, &h->step_ms, err);
	if (rc < 0)
		return rc;
	if (h->since_ms >= h->until_ms)
		return tt_err_set(err, TT_EUSAGE, "--since is not before --until");
	if (!o->step) { /* as wide as the terminal */
		int columns = (width > 40 ? width : WIDTH) - AXIS - 14;
		int64_t exact = (h->until_ms - h->since_ms) / columns;
		h->step_ms = (exact + MINUTE_MS - 1) / MINUTE_MS * MINUTE_MS;
	}
	if ((h->until_ms - h->since_ms) / h->step_ms > POINTS_MAX)
		return tt_err_set(err, TT_EUSAGE, "--step is too small: more than %d points", POINTS_MAX);
	return TT_OK;
}

static int ask_mood(struct history *h, const char *symbol, struct tt_err *err)
{
	struct tt_pg_params *p = &h->db.params;
	PGresult *r = NULL;
	tt_pg_put_text(p, tt_str_c(symbol));
	int rc = tt_pg_query(h->db.conn, "SELECT subject_id('entity', $1)", p, &r, err);
	bool known = rc == TT_OK && !PQgetisnull(r, 0, 0);
	PQclear(r);
	if (rc < 0 || !known)
		return rc < 0 ? rc
			      : tt_err_set(err, TT_ENOENT,
					"%s: nobody of that name in the database (tickertone entities list)",
					symbol);
	tt_pg_put_time(p, h->since_ms);
	tt_pg_put_time(p, h->until_ms);
	tt_pg_put_double(p, (double)h->step_ms / 1000);
	tt_pg_put_double(p, (double)h->half_ms / 1000);
	rc = tt_pg_query(h->db.conn, tt_pg_statement("history.sql"), p, &r, err);
	if (rc < 0)
		return rc;
	h->n = (size_t)PQntuples(r);
	h->v = tt_arena_zalloc(&h->arena, h->n + 1, sizeof(*h->v));
	for (size_t i = 0; h->v && i < h->n; i++)
		h->v[i] = (struct point){tt_pg_get_time(r, (int)i, 0), tt_pg_get_double(r, (int)i, 1),
			tt_pg_get_double(r, (int)i, 2), tt_pg_get_double(r, (int)i, 3),
			tt_pg_get_int(r, (int)i, 4)};
	PQclear(r);
	return h->v ? TT_OK : tt_err_set(err, TT_ENOMEM, "history: %s", tt_err_text(TT_ENOMEM));
}

/* ---- turns: where the curve changes most from one step to the next ---- */

static int by_swing(const void *a, const void *b)
{
	const struct turn *x = a, *y = b;
	return (x->swing < y->swing) - (x->swing > y->swing);
}

static int by_point(const void *a, const void *b)
{
	const struct turn *x = a, *y = b;
	return (x->point > y->point) - (x->point < y->point);
}

static void find_turns(struct history *h)
{
	struct turn *all = tt_arena_zalloc(&h->arena, h->n + 1, sizeof(*all));
	size_t n = 0;
	for (size_t i = 0; all && i < h->n; i++) {
		double before = i && !isnan(h->v[i - 1].mood) ? h->v[i - 1].mood : 0,
		       swing = h->v[i].mood - before;
		if (h->v[i].items && fabs(swing) > 0.05)
			all[n++] = (struct turn){
				.point = i, .direction = swing < 0 ? -1 : 1, .swing = fabs(swing)};
	}
	if (!all)
		return;
	qsort(all, n, sizeof(*all), by_swing);
	h->n_turns = n < TURNS_MAX ? n : TURNS_MAX;
	for (size_t i = 0; i < h->n_turns; i++)
		h->turns[i] = all[i];
	qsort(h->turns, h->n_turns, sizeof(*h->turns), by_point);
}

static int ask_stories(struct history *h, const char *symbol, struct tt_err *err)
{
	struct tt_pg_params *p = &h->db.params;
	PGresult *r = NULL;
	tt_pg_params_reset(p);
	tt_pg_put_text(p, tt_str_c(symbol));
	tt_pg_array(p, TT_PG_TIMESTAMPTZ, h->n_turns);
	for (size_t i = 0; i < h->n_turns; i++)
		tt_pg_put_time(p, h->v[h->turns[i].point].at_ms - h->step_ms);
	tt_pg_array(p, TT_PG_TIMESTAMPTZ, h->n_turns);
	for (size_t i = 0; i < h->n_turns; i++)
		tt_pg_put_time(p, h->v[h->turns[i].point].at_ms);
	tt_pg_array(p, TT_PG_INT4, h->n_turns);
	for (size_t i = 0; i < h->n_turns; i++)
		tt_pg_put_int(p, TT_PG_INT4, h->turns[i].direction);
	int rc = tt_pg_query(h->db.conn, tt_pg_statement("history_stories.sql"), p, &r, err);
	for (int i = 0; rc == TT_OK && i < PQntuples(r); i++) {
		struct turn *t = &h->turns[tt_pg_get_int(r, i, 0)];
		t->event_ms = tt_pg_get_time(r, i, 1);
		t->title = tt_arena_str(&h->arena, tt_pg_get_text(r, i, 3));
		t->source = tt_arena_str(&h->arena, tt_pg_get_text(r, i, 4));
	}
	PQclear(r);
	return rc;
}

/* ---- how it is shown ---- */

static void put_real(struct tt_buf *out, double v)
{
	if (!isnan(v))
		tt_buf_printf(out, "%.6g", v);
}

static void put_csv(struct tt_buf *out, const struct history *h)
{
	char at[40];
	tt_buf_str(out, TT_STR("at,mood,dispersion,weight,items\n"));
	for (size_t i = 0; i < h->n; i++) {
		const struct point *p = &h->v[i];
		tt_time_rfc3339(p->at_ms, at);
		tt_buf_printf(out, "%s,", at);
		put_real(out, p->mood);
		tt_buf_char(out, ',');
		put_real(out, p->dispersion);
		tt_buf_char(out, ',');
		put_real(out, p->weight);
		tt_buf_printf(out, ",%lld\n", (long long)p->items);
	}
}

static void put_json_real(struct tt_buf *out, const char *key, double v)
{
	tt_out_key(out, key);
	if (isnan(v))
		tt_buf_str(out, TT_STR("null"));
	else
		put_real(out, v);
}

static void put_json(struct tt_buf *out, const struct history *h, const char *symbol)
{
	tt_buf_char(out, '{');
	tt_out_str(out, "symbol", tt_str_c(symbol));
	tt_out_int(out, "half_life_s", h->half_ms / 1000);
	tt_out_int(out, "step_s", h->step_ms / 1000);
	tt_out_key(out, "points");
	tt_buf_char(out, '[');
	for (size_t i = 0; i < h->n; i++) {
		tt_buf_str(out, i ? TT_STR(",\n {") : TT_STR("{"));
		tt_out_time(out, "at", h->v[i].at_ms);
		put_json_real(out, "mood", h->v[i].mood);
		put_json_real(out, "dispersion", h->v[i].dispersion);
		put_json_real(out, "weight", h->v[i].weight);
		tt_out_int(out, "items", h->v[i].items);
		tt_buf_char(out, '}');
	}
	tt_buf_char(out, ']');
	tt_out_key(out, "turns");
	tt_buf_char(out, '[');
	for (size_t i = 0; i < h->n_turns; i++) {
		tt_buf_str(out, i ? TT_STR(",\n {") : TT_STR("{"));
		tt_out_time(out, "at", h->v[h->turns[i].point].at_ms);
		put_json_real(out, "change", h->turns[i].direction * h->turns[i].swing);
		tt_out_str(out, "title", h->turns[i].title);
		tt_out_str(out, "source", h->turns[i].source);
		tt_buf_char(out, '}');
	}
	tt_buf_str(out, TT_STR("]}\n"));
}

static void put_axis(struct tt_buf *out, const struct history *h)
{
	bool hours = h->until_ms - h->since_ms < 2 * 86400000LL;
	char from[40], to[40];
	tt_time_rfc3339(h->v[0].at_ms, from);
	tt_time_rfc3339(h->v[h->n - 1].at_ms, to);
	int width = hours ? 5 : 10, at = hours ? 11 : 0, gap = (int)h->n - 2 * width;
	tt_buf_printf(out, "%*s%.*s%*s%.*s UTC\n", AXIS, "", width, from + at, gap > 1 ? gap : 1, "", width,
		to + at);
}

static void put_chart(struct tt_buf *out, struct history *h, const char *symbol)
{
	struct tt_chart_point *points = tt_arena_zalloc(&h->arena, h->n + 1, sizeof(*points));
	int width = tt_term_width(STDOUT_FILENO);
	bool colours = tt_term_colour(STDOUT_FILENO);
	double largest = 0.25;
	char at[40];
	for (size_t i = 0; points && i < h->n; i++) {
		points[i] = (struct tt_chart_point){h->v[i].mood, (double)h->v[i].items, 0};
		largest = fabs(h->v[i].mood) > largest ? fabs(h->v[i].mood) : largest;
	}
	if (!points || !h->n)
		return;
	for (size_t i = 0; i < h->n_turns; i++)
		points[h->turns[i].point].mark = (char)('A' + i);
	const struct point *last = &h->v[h->n - 1];
	tt_buf_printf(out, "%s  mood ", symbol);
	if (isnan(last->mood))
		tt_buf_str(out, TT_STR("not known: too little was said"));
	else
		tt_buf_printf(out, "%+.2f", last->mood);
	tt_buf_printf(out, "  (half-life %lld min, %lld min a column)\n", (long long)(h->half_ms / MINUTE_MS),
		(long long)(h->step_ms / MINUTE_MS));
	tt_chart_put(out, &(struct tt_chart){points, h->n, -largest, largest, ROWS, colours});
	put_axis(out, h);
	for (size_t i = 0; i < h->n_turns; i++) {
		const struct turn *t = &h->turns[i];
		tt_time_rfc3339(h->v[t->point].at_ms, at);
		tt_buf_printf(out, "  %c  %.16s  %+.2f  ", (char)('A' + i), at, t->direction * t->swing);
		tt_term_text(out, t->title.p ? t->title : TT_STR("what was said before weighs less"),
			width > 40 ? width - 32 : 0);
		tt_buf_char(out, '\n');
	}
}

static int run(const void *given, int argc, char **argv, struct tt_err *err)
{
	const struct history_opts *o = given;
	struct history h = {0};
	struct tt_buf out;
	(void)argc;
	tt_arena_init(&h.arena, ARENA_BYTES);
	tt_buf_init(&out, OUTPUT_MAX);
	int rc = o->json && o->csv ? tt_err_set(err, TT_EUSAGE, "--json and --csv: which?")
				   : read_options(&h, o, err);
	if (rc == TT_OK)
		rc = tt_alert_open(&h.db, &o->common, err);
	if (rc == TT_OK)
		rc = ask_mood(&h, argv[0], err);
	if (rc == TT_OK)
		find_turns(&h);
	if (rc == TT_OK && h.n_turns)
		rc = ask_stories(&h, argv[0], err);
	if (rc == TT_OK && o->csv)
		put_csv(&out, &h);
	else if (rc == TT_OK && o->json)
		put_json(&out, &h, argv[0]);
	else if (rc == TT_OK)
		put_chart(&out, &h, argv[0]);
	rc = tt_alert_print(&out, rc, err);
	tt_alert_close(&h.db);
	tt_arena_done(&h.arena);
	return rc;
}

#define OPT(name, letter, type, field, arg, doc)                                                             \
	{                                                                                                    \
		name, letter, type, offsetof(struct history_opts, field), arg, doc, 0, 0, NULL               \
	}
static const struct tt_cli_opt options[] = {
	TT_ALERT_OPT_DATABASE,
	OPT("since", 0, TT_CLI_STR, since, "TIME", "From when on: a date, or an age such as 6h or 30d."),
	OPT("until", 0, TT_CLI_STR, until, "TIME", "Until when; the default is now."),
	OPT("step", 0, TT_CLI_STR, step, "SPAN",
		"Time of one column or row; the default fills the terminal."),
	OPT("half-life", 0, TT_CLI_STR, half_life, "SPAN", "After how long what was said weighs half."),
	OPT("json", 'j', TT_CLI_FLAG, json, NULL, "Print a JSON object: points and turns."),
	OPT("csv", 0, TT_CLI_FLAG, csv, NULL, "Print CSV: at,mood,dispersion,weight,items."),
	{0},
};

const struct tt_cmd tt_cmd_history = {
	.name = "history",
	.args = "SYMBOL",
	.summary = "Show the mood of a company as a chart, with the stories at its turns",
	.details = "The curve is the mood as docs/SQL.md defines it, bars are items. Letters stand "
		   "where it changed most; below is the "
		   "strongest story of that time.\n\n"
		   "    tickertone history NVDA -c tickertone.yaml --since 7d\n"
		   "    tickertone history NVDA -c tickertone.yaml --since 30d --step 1d --csv",
	.group = TT_GROUP_DATA,
	.opts = options,
	.defaults = &(const struct history_opts){.since = "7d", .half_life = "6h"},
	.opts_size = sizeof(struct history_opts),
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
