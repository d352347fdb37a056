/* cmd_feeds_test.c - `tickertone feeds test`: fetches feeds now and says what is wrong with them; stores
 * nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/cli/term.h"
#include "app/commands.h"
#include "app/feeds/feeds.h"
#include "app/feeds/json_out.h"
#include "app/feeds/probe.h"
#include "common/json_text.h"

enum { OUTPUT_MAX = 256 << 20 };

struct test_opts {
	struct tt_feeds_opts common;
	bool json;
};

/* ---- which feeds ---- */

static int add(struct tt_probe **v, size_t *n, struct tt_feeds *f, struct tt_str url, struct tt_err *err)
{
	struct tt_probe *grown = tt_arena_grow(&f->arena, *v, *n, sizeof(**v));
	if (!grown)
		return tt_err_set(err, TT_ENOMEM, "feeds test: %s", tt_err_text(TT_ENOMEM));
	*v = grown;
	memset(&grown[*n], 0, sizeof(*grown));
	grown[(*n)++].url = url;
	return TT_OK;
}

/* All feeds that are polled. */
static int add_all(struct tt_probe **v, size_t *n, struct tt_feeds *f, struct tt_err *err)
{
	int rc = tt_feeds_load(f, err);
	for (size_t i = 0; rc == TT_OK && i < f->n; i++)
		if (f->v[i].status != TT_FEED_DISABLED)
			rc = add(v, n, f, f->v[i].db.state.url, err);
	return rc;
}

static int choose(
	struct tt_probe **v, size_t *n, struct tt_feeds *f, int argc, char **argv, struct tt_err *err)
{
	int rc = TT_OK;
	if (argc == 0 || (argc == 1 && strcmp(argv[0], "all") == 0))
		return add_all(v, n, f, err);
	for (int i = 0; rc == TT_OK && i < argc; i++) {
		struct tt_str url;
		rc = tt_feeds_url(argv[i], &f->arena, &url, err);
		if (rc == TT_OK)
			rc = add(v, n, f, url, err);
	}
	return rc;
}

/* ---- what came of it ---- */

/* The message of tt_fetch_once() begins with the address, which stands on the line already. */
static struct tt_str reason(const struct tt_probe *p)
{
	struct tt_str why = tt_str_c(p->err.msg);
	if (tt_str_starts(why, p->url) && why.n > p->url.n + 2)
		why.p += p->url.n + 2, why.n -= p->url.n + 2;
	return why;
}

static void put_probe(struct tt_buf *out, const struct tt_probe *p, bool colour)
{
	const char *mark = p->rc < 0      ? "FAIL"
			   : p->n_remarks ? "note"
					  : "ok",
		   *sgr = p->rc < 0      ? "31"
			  : p->n_remarks ? "33"
					 : "32";
	char age[24] = "no date";
	if (colour)
		tt_buf_printf(out, "\033[%sm%-4s\033[0m  ", sgr, mark);
	else
		tt_buf_printf(out, "%-4s  ", mark);
	tt_term_text(out, p->url, 0);
	if (p->rc < 0) {
		tt_buf_str(out, TT_STR("\n      "));
		tt_term_text(out, reason(p), 0);
		tt_buf_char(out, '\n');
		return;
	}
	int64_t now_ms = tt_wall_ms(&tt_clock_real);
	if (p->newest_ms != TT_TIME_NONE)
		tt_feeds_span(now_ms - p->newest_ms, age);
	tt_buf_printf(out, "\n      HTTP %d, ", p->status);
	if (p->hops)
		tt_buf_printf(out, "%d redirect%s, ", p->hops, p->hops == 1 ? "" : "s");
	tt_buf_printf(out, "%s, %zu item%s, newest %s%s, %lld KB, %lld ms", tt_feed_format_name(p->format),
		p->n_items, p->n_items == 1 ? "" : "s", age, p->newest_ms != TT_TIME_NONE ? " ago" : "",
		(long long)(p->bytes + 999) / 1000, (long long)p->took_ms);
	if (p->title.n) {
		tt_buf_str(out, TT_STR(": "));
		tt_term_text(out, p->title, 60);
	}
	tt_buf_char(out, '\n');
	for (size_t i = 0; i < p->n_remarks; i++) {
		tt_buf_str(out, TT_STR("      - "));
		tt_term_text(out, p->remarks[i], 0);
		tt_buf_char(out, '\n');
	}
}

static void put_json(struct tt_buf *out, const struct tt_probe *p)
{
	const struct tt_str none = {NULL, 0};
	bool good = p->rc == TT_OK;
	tt_buf_char(out, '{');
	tt_out_str(out, "url", p->url);
	tt_out_bool(out, "ok", good);
	tt_out_str(out, "error", good ? none : reason(p));
	tt_out_int(out, "status", p->status);
	tt_out_int(out, "redirects", p->hops);
	tt_out_str(out, "moved_to", p->moved_to);
	tt_out_str(out, "content_type", p->content_type);
	tt_out_str(out, "format", good ? tt_str_c(tt_feed_format_name(p->format)) : none);
	tt_out_str(out, "title", p->title);
	tt_out_int(out, "items", (int64_t)p->n_items);
	tt_out_time(out, "newest_at", good ? p->newest_ms : TT_TIME_NONE);
	tt_out_int(out, "bytes", p->bytes);
	tt_out_int(out, "took_ms", p->took_ms);
	tt_out_key(out, "remarks");
	tt_buf_char(out, '[');
	for (size_t i = 0; i < p->n_remarks; i++) {
		tt_buf_str(out, i ? TT_STR(", ") : TT_STR(""));
		tt_json_str(out, p->remarks[i]);
	}
	tt_buf_str(out, TT_STR("]}"));
}

static int print(const struct tt_probe *v, size_t n, bool json, struct tt_err *err)
{
	bool colour = tt_term_colour(STDOUT_FILENO);
	struct tt_buf out;
	tt_buf_init(&out, OUTPUT_MAX);
	if (json)
		tt_buf_char(&out, '[');
	for (size_t i = 0; i < n; i++) {
		if (json && i)
			tt_buf_str(&out, TT_STR(",\n "));
		if (json)
			put_json(&out, &v[i]);
		else
			put_probe(&out, &v[i], colour);
	}
	int rc = json ? tt_buf_str(&out, TT_STR("]\n")) : out.rc;
	if (rc < 0)
		tt_err_set(err, rc, "feeds test: %s", tt_err_text(rc));
	else
		fwrite(out.p ? out.p : "", 1, out.n, stdout);
	tt_buf_done(&out);
	return rc;
}

/* One feed: its own error. Several: how many failed. */
static int verdict(const struct tt_probe *v, size_t n, struct tt_err *err)
{
	size_t failed = 0;
	for (size_t i = 0; i < n; i++)
		failed += v[i].rc < 0;
	if (failed == 0)
		return TT_OK;
	if (n == 1)
		return tt_err_set(err, v[0].rc, "%.*s: %.*s", TT_FMT(v[0].url), TT_FMT(reason(&v[0])));
	return tt_err_set(err, TT_EPEER, "%zu of %zu feeds failed", failed, n);
}

static int run(const void *given, int argc, char **argv, struct tt_err *err)
{
	const struct test_opts *o = given;
	bool named = argc && strcmp(argv[0], "all") != 0;
	struct tt_probe *v = NULL;
	struct tt_feeds f;
	size_t n = 0;
	int rc = named ? tt_feeds_open_fetch(&f, &o->common, err) : tt_feeds_open(&f, &o->common, err);
	if (rc == TT_OK)
		rc = choose(&v, &n, &f, argc, argv, err);
	if (rc == TT_OK) {
		tt_probe_run(v, n, &f.conf.fetch);
		rc = print(v, n, o->json, err);
		if (rc == TT_OK)
			rc = verdict(v, n, err);
		tt_probe_done(v, n);
	}
	tt_feeds_close(&f);
	return rc;
}

static const struct tt_cli_opt opts[] = {
	TT_FEEDS_OPT_CONFIG,
	TT_FEEDS_OPT_DSN,
	TT_FEEDS_OPT_PRIVATE,
	{"json", 'j', TT_CLI_FLAG, offsetof(struct test_opts, json), NULL,
		"Print a JSON array, one object a feed.", 0, 0, NULL},
	{0},
};

const struct tt_cmd tt_cmd_feeds_test = {
	.name = "feeds test",
	.args = "[URL...|all]",
	.summary = "Fetch and parse feeds now and say what is wrong with them; store nothing",
	.details = "Without an address, or with 'all': every feed of the configuration and the database that "
		   "is polled. Hosts are asked in "
		   "parallel, the feeds of one host one after the other. For each feed: HTTP status, "
		   "redirects, format, items, age of the "
		   "newest one, and remarks on what might be mended. The exit status is 0 when all are "
		   "feeds, remarks or not; 69 when some "
		   "of several failed; of a single one it says why (65: no feed, 66: not found, 69: no "
		   "answer, 77: refused address).\n"
		   "\n"
		   "    tickertone feeds test https://www.ecb.europa.eu/rss/press.html\n"
		   "    tickertone feeds test -c tickertone.yaml --json | jq '.[] | select(.ok | not)'\n",
	.group = TT_GROUP_FEEDS,
	.opts = opts,
	.opts_size = sizeof(struct test_opts),
	.min_args = 0,
	.max_args = -1,
	.run = run,
};
