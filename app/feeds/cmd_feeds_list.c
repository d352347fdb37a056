/* cmd_feeds_list.c - `tickertone feeds list`: every feed with what is known of it. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/cli/term.h"
#include "app/commands.h"
#include "app/feeds/feeds.h"
#include "app/feeds/json_out.h"

enum {
	WIDTH_MIN = 60,
	WIDTH_DEFAULT = 100,
	FEED_COLUMN = 46 /* where the name begins */,
	DETAIL_COLUMN = 9 /* the lines below it */,
	OUTPUT_MAX = 256 << 20
};

struct list_opts {
	struct tt_feeds_opts common;
	bool json, failing;
};

static struct tt_str name_of(const struct tt_feed_entry *e)
{
	struct tt_str conf = tt_str_c(e->conf ? e->conf->name : NULL);
	return conf.n ? conf : e->db.name.n ? e->db.name : e->db.state.title;
}

static bool is_in_trouble(const struct tt_feed_entry *e)
{
	return e->status == TT_FEED_FAILING || e->status == TT_FEED_GONE;
}

static const char *origin(const struct tt_feed_entry *e)
{
	return e->conf && e->added ? "both" : e->conf ? "config" : "database";
}

/* ---- the table ---- */

struct table {
	struct tt_buf *out;
	int width; /* of a line; 0: any */
	bool colour;
	int64_t now_ms;
};

static void put_state(struct table *t, enum tt_feed_status status)
{
	static const char *const colours[TT_FEED_STATUSES] = {[TT_FEED_OK] = "32",
		[TT_FEED_NEW] = "36",
		[TT_FEED_FAILING] = "31",
		[TT_FEED_GONE] = "31",
		[TT_FEED_DISABLED] = "2"};
	if (t->colour)
		tt_buf_printf(t->out, "\033[%sm%-8s\033[0m", colours[status], tt_feed_status_name(status));
	else
		tt_buf_printf(t->out, "%-8s", tt_feed_status_name(status));
}

/* Items a day over the last week; a feed that is younger has fewer days to count. */
static void put_rate(struct table *t, const struct tt_feed_entry *e)
{
	double rate = (double)e->db.items_week / 7;
	if (e->db.state.last_fetch_ms == TT_TIME_NONE)
		tt_buf_printf(t->out, "%10s", "-");
	else
		tt_buf_printf(t->out, rate > 0 && rate < 10 ? "%10.1f" : "%10.0f", rate);
}

static void put_line(struct table *t, struct tt_str text, int from_column, const char *colour)
{
	colour = t->colour ? colour : NULL;
	if (colour)
		tt_buf_printf(t->out, "\033[%sm", colour);
	tt_term_text(t->out, text, t->width ? t->width - from_column : 0);
	if (colour)
		tt_buf_str(t->out, TT_STR("\033[0m"));
	tt_buf_char(t->out, '\n');
}

static void put_row(struct table *t, const struct tt_feed_entry *e)
{
	const struct tt_feed_state *s = &e->db.state;
	struct tt_str name = name_of(e);
	char last[24] = "never", next[24] = "-";
	bool polled = e->status != TT_FEED_DISABLED && e->status != TT_FEED_GONE;
	if (s->last_success_ms != TT_TIME_NONE)
		tt_feeds_span(t->now_ms - s->last_success_ms, last);
	if (polled && (s->next_fetch_ms == TT_TIME_NONE || s->next_fetch_ms <= t->now_ms))
		memcpy(next, "now", 4);
	else if (polled)
		tt_feeds_span(s->next_fetch_ms - t->now_ms, next);
	put_state(t, e->status);
	tt_buf_printf(t->out, "%8s %7s", last, next);
	put_rate(t, e);
	tt_buf_printf(t->out, "  %-8s  ", origin(e));
	put_line(t, name.n ? name : s->url, FEED_COLUMN, NULL);
	if (name.n) {
		tt_buf_printf(t->out, "%*s", DETAIL_COLUMN, "");
		put_line(t, s->url, DETAIL_COLUMN, "2");
	}
	if (s->last_error.n) {
		tt_buf_printf(t->out, "%*s", DETAIL_COLUMN, "");
		put_line(t, s->last_error, DETAIL_COLUMN, "31");
	}
}

static void put_summary(struct table *t, const struct tt_feeds *f)
{
	size_t count[TT_FEED_STATUSES] = {0};
	for (size_t i = 0; i < f->n; i++)
		count[f->v[i].status]++;
	tt_buf_printf(t->out, "%s%zu feed%s", f->n ? "\n" : "", f->n, f->n == 1 ? "" : "s");
	for (int s = 0; s < TT_FEED_STATUSES; s++)
		if (count[s])
			tt_buf_printf(
				t->out, ", %zu %s", count[s], tt_feed_status_name((enum tt_feed_status)s));
	tt_buf_str(t->out, f->conn ? TT_STR("\n") : TT_STR(" (no database, so nothing is known of them)\n"));
}

static void put_table(struct tt_buf *out, const struct tt_feeds *f, bool failing)
{
	struct table t = {.out = out,
		.width = tt_term_width(STDOUT_FILENO),
		.colour = tt_term_colour(STDOUT_FILENO),
		.now_ms = tt_wall_ms(&tt_clock_real)};
	size_t shown = 0;
	if (t.width && t.width < WIDTH_MIN)
		t.width = WIDTH_MIN;
	for (size_t i = 0; i < f->n; i++) {
		if (failing && !is_in_trouble(&f->v[i]))
			continue;
		if (shown++ == 0)
			tt_buf_printf(t.out, "%-8s%8s %7s%10s  %-8s  %s\n", "state", "success", "next in",
				"items/day", "from", "feed");
		put_row(&t, &f->v[i]);
	}
	put_summary(&t, f);
}

/* ---- JSON ---- */

static void put_json_entry(struct tt_buf *out, const struct tt_feed_entry *e)
{
	const struct tt_feed_state *s = &e->db.state;
	struct tt_str lang = tt_str_c(e->conf ? e->conf->lang : NULL);
	tt_buf_char(out, '{');
	tt_out_str(out, "url", s->url);
	tt_out_str(out, "name", name_of(e));
	tt_out_str(out, "title", s->title);
	tt_out_str(out, "lang", lang.p ? lang : e->db.lang);
	tt_out_str(out, "state", tt_str_c(tt_feed_status_name(e->status)));
	tt_out_bool(out, "configured", e->conf);
	tt_out_bool(out, "added", e->added);
	tt_out_int(out, "own_interval_ms",
		e->conf && e->conf->interval_ms ? e->conf->interval_ms : e->db.interval_ms);
	tt_out_int(out, "interval_ms", s->interval_ms);
	tt_out_time(out, "added_at", e->db.added_ms);
	tt_out_time(out, "last_fetch_at", s->last_fetch_ms);
	tt_out_time(out, "last_success_at", s->last_success_ms);
	tt_out_time(out, "last_change_at", s->last_change_ms);
	tt_out_time(out, "next_fetch_at", s->next_fetch_ms);
	tt_out_int(out, "last_status", s->last_status);
	tt_out_str(out, "last_error", s->last_error);
	tt_out_int(out, "failures", s->failures);
	tt_out_int(out, "items_day", e->db.items_day);
	tt_out_int(out, "items_week", e->db.items_week);
	tt_out_str(out, "moved_to", s->moved_to);
	tt_out_str(out, "owner", e->db.owner);
	tt_out_time(out, "lease_until", e->db.lease_until_ms);
	tt_buf_char(out, '}');
}

static void put_json(struct tt_buf *out, const struct tt_feeds *f, bool failing)
{
	size_t shown = 0;
	tt_buf_char(out, '[');
	for (size_t i = 0; i < f->n; i++) {
		if (failing && !is_in_trouble(&f->v[i]))
			continue;
		tt_buf_str(out, shown++ ? TT_STR(",\n ") : TT_STR(""));
		put_json_entry(out, &f->v[i]);
	}
	tt_buf_str(out, TT_STR("]\n"));
}

static int run(const void *given, int argc, char **argv, struct tt_err *err)
{
	const struct list_opts *o = given;
	struct tt_feeds f;
	struct tt_buf out;
	(void)argc, (void)argv;
	tt_buf_init(&out, OUTPUT_MAX);
	int rc = tt_feeds_open(&f, &o->common, err);
	if (rc == TT_OK)
		rc = tt_feeds_load(&f, err);
	if (rc == TT_OK) {
		if (o->json)
			put_json(&out, &f, o->failing);
		else
			put_table(&out, &f, o->failing);
		rc = out.rc < 0 ? tt_err_set(err, out.rc, "feeds list: %s", tt_err_text(out.rc)) : TT_OK;
	}
	if (rc == TT_OK)
		fwrite(out.p, 1, out.n, stdout);
	tt_buf_done(&out);
	tt_feeds_close(&f);
	return rc;
}

static const struct tt_cli_opt opts[] = {
	TT_FEEDS_OPT_CONFIG,
	TT_FEEDS_OPT_DSN,
	{"json", 'j', TT_CLI_FLAG, offsetof(struct list_opts, json), NULL,
		"Print a JSON array, one object a feed.", 0, 0, NULL},
	{"failing", 0, TT_CLI_FLAG, offsetof(struct list_opts, failing), NULL,
		"Only feeds whose last polls failed, or that are gone.", 0, 0, NULL},
	{0},
};

const struct tt_cmd tt_cmd_feeds_list = {
	.name = "feeds list",
	.summary = "Show every feed: state, last success, next poll, items a day, last error",
	.details = "The feeds of the configuration and those added in the database (column from). States: "
		   "ok; new, not polled yet; "
		   "failing, its last polls failed and are tried again less and less often; gone, the server "
		   "said 410 and it is not "
		   "polled until 'feeds enable'; disabled. Column success is the age of the last good poll, "
		   "items/day the mean of the "
		   "last seven days.\n"
		   "\n"
		   "    tickertone feeds list -c tickertone.yaml\n"
		   "    tickertone feeds list -c tickertone.yaml --failing\n"
		   "    tickertone feeds list -c tickertone.yaml --json | jq -r '.[] | select(.items_week == "
		   "0).url'\n",
	.group = TT_GROUP_FEEDS,
	.opts = opts,
	.opts_size = sizeof(struct list_opts),
	.run = run,
};
