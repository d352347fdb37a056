/* cmd_feeds_add.c - `tickertone feeds add`: an address, of a feed or of a page that names one, onto the
 * database's list. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/cli/term.h"
#include "app/commands.h"
#include "app/feeds/feeds.h"
#include "common/conf_value.h"
#include "ingest/discover.h"

/* Feeds of a page that are tried until one is a feed; items and feeds that are shown. */
enum { TRIES = 5, SHOWN = 3, LINE_MAX_BYTES = 4096 };

struct add_opts {
	struct tt_feeds_opts common;
	const char *name, *lang, *interval;
	bool unchecked;
};

/* What is to be added, and how it was found. */
struct found {
	struct tt_str url; /* the feed's */
	struct tt_feed feed;
	struct tt_feed_link *others; /* of a page */
	size_t n_others;
};

/* One line of at most the terminal's width. */
static void print_line(const char *before, struct tt_str text)
{
	struct tt_buf out;
	int width = tt_term_width(STDOUT_FILENO), used = (int)strlen(before);
	tt_buf_init(&out, LINE_MAX_BYTES);
	tt_term_text(&out, text, width > used + 20 ? width - used : 0);
	printf("%s%s\n", before, out.p ? out.p : "");
	tt_buf_done(&out);
}

/* ---- finding the feed ---- */

static int fetch_and_parse(struct tt_feeds *f, struct tt_str url, struct tt_fetch_page *page,
	struct found *ret, struct tt_err *err)
{
	int rc = tt_fetch_once(url.p, &f->conf.fetch, &f->arena, page, err);
	if (rc < 0)
		return rc;
	rc = tt_feeds_parse(&f->conf.fetch, page, &f->arena, &ret->feed, err);
	if (rc < 0)
		return tt_err_prefix(err, rc, "%.*s", TT_FMT(page->url));
	ret->url = page->moved_to.p ? page->moved_to : url;
	return TT_OK;
}

static void wait_a_little(const struct tt_fetch_conf *conf)
{
	struct timespec spacing = {.tv_sec = conf->per_host_spacing_ms / 1000,
		.tv_nsec = (long)(conf->per_host_spacing_ms % 1000) * 1000000};
	nanosleep(&spacing, NULL);
}

/* The page's feeds in order, until one is a feed. */
static int try_links(
	struct tt_feeds *f, const struct tt_fetch_page *page, struct found *ret, struct tt_err *err)
{
	struct tt_feed_link *v;
	size_t n;
	int rc = tt_discover(page->body, page->content_type, page->url, &f->arena, &v, &n, err);
	if (rc < 0)
		return rc;
	if (n == 0)
		return tt_err_set(err, TT_EPARSE, "%.*s: a page that names no feed", TT_FMT(page->url));
	struct tt_err first = {0};
	rc = TT_EPARSE;
	for (size_t i = 0; i < n && i < TRIES && rc < 0 && rc != TT_ENOMEM; i++) {
		struct tt_fetch_page candidate;
		struct tt_err why = {0};
		wait_a_little(&f->conf.fetch);
		rc = fetch_and_parse(f, v[i].url, &candidate, ret, &why);
		if (i == 0)
			first = why;
		for (size_t k = 0; rc == TT_OK && k < n; k++)
			if (k != i)
				v[ret->n_others++] = v[k];
	}
	ret->others = v;
	if (rc < 0) /* the best one's reason */
		return tt_err_set(
			err, first.code, "%.*s names no feed that works: %s", TT_FMT(page->url), first.msg);
	return TT_OK;
}

static int find(struct tt_feeds *f, struct tt_str url, struct found *ret, struct tt_err *err)
{
	struct tt_fetch_page page = {0};
	int rc = fetch_and_parse(f, url, &page, ret, err);
	return rc == TT_EPARSE && page.body.p ? try_links(f, &page, ret, err) : rc;
}

static void show(const struct found *found)
{
	const struct tt_feed *feed = &found->feed;
	print_line("", feed->title.p ? feed->title : found->url);
	printf("  %s, %zu item%s%s\n", tt_feed_format_name(feed->format), feed->n_items,
		feed->n_items == 1 ? "" : "s", feed->recovered ? ", not well-formed" : "");
	for (size_t i = 0; i < feed->n_items && i < SHOWN; i++)
		print_line("  - ", feed->items[i].title.p ? feed->items[i].title : feed->items[i].summary);
	for (size_t i = 0; i < found->n_others && i < SHOWN; i++)
		print_line(
			i ? "                         " : "  the page also names:   ", found->others[i].url);
}

/* ---- adding it ---- */

static int parse_interval(const char *text, int64_t *ret, struct tt_err *err)
{
	for (const struct tt_opt *o = tt_feed_opts; text && o->name; o++)
		if (strcmp(o->name, "interval") == 0 &&
			tt_conf_value_parse(o, tt_str_c(text), NULL, ret, err) < 0) {
			tt_err_prefix(err, TT_EUSAGE, "--interval");
			return TT_EUSAGE;
		}
	return TT_OK;
}

/* Says so when the feed is on the list, and nothing about it is to be changed. */
static int check_known(struct tt_feeds *f, const struct add_opts *o, struct tt_str url, struct tt_err *err)
{
	const struct tt_feed_entry *e = tt_feeds_find(f, url);
	char when[40];
	if (!e)
		return TT_OK;
	if (e->conf && e->conf->enabled)
		return tt_err_set(err, TT_EREFUSED, "known already: %.*s is configured at %s",
			TT_FMT(e->db.state.url), tt_feeds_place(f, e->conf));
	if (e->status == TT_FEED_DISABLED || e->status == TT_FEED_GONE || o->name || o->lang || o->interval)
		return TT_OK;
	tt_time_rfc3339(e->db.added_ms - e->db.added_ms % 1000, when);
	return tt_err_set(
		err, TT_EREFUSED, "known already: %.*s was added %s", TT_FMT(e->db.state.url), when);
}

static int store(struct tt_feeds *f, const struct add_opts *o, struct tt_str url, int64_t interval_ms,
	struct tt_err *err)
{
	static const char *const said[] = {[TT_PG_FEED_NEW] = "added",
		[TT_PG_FEED_BACK] = "added again",
		[TT_PG_FEED_KNOWN] = "changed"};
	const struct tt_feed_entry *e = tt_feeds_find(f, url);
	struct tt_pg_feed_add feed = {.url = e ? e->db.state.url : url,
		.name = tt_str_c(o->name),
		.lang = tt_str_c(o->lang),
		.interval_ms = interval_ms};
	enum tt_pg_feed_added as;
	int rc = tt_pg_feeds_add(f->conn, &feed, 1, &as, err);
	if (rc == TT_OK)
		printf("%s %.*s\n", said[as], TT_FMT(feed.url));
	return rc;
}

static int add(struct tt_feeds *f, const struct add_opts *o, const char *typed, struct tt_err *err)
{
	struct found found = {0};
	int64_t interval_ms = 0;
	int rc = parse_interval(o->interval, &interval_ms, err);
	if (rc == TT_OK)
		rc = tt_feeds_url(typed, &f->arena, &found.url, err);
	if (rc == TT_OK)
		rc = tt_feeds_load(f, err);
	if (rc == TT_OK)
		rc = check_known(f, o, found.url, err);
	if (rc == TT_OK && !o->unchecked) {
		rc = find(f, found.url, &found, err);
		if (rc == TT_OK)
			show(&found);
		if (rc == TT_OK)
			rc = check_known(f, o, found.url, err);
	}
	return rc == TT_OK ? store(f, o, found.url, interval_ms, err) : rc;
}

static int run(const void *given, int argc, char **argv, struct tt_err *err)
{
	const struct add_opts *o = given;
	struct tt_feeds f;
	(void)argc;
	int rc = tt_feeds_open_database(&f, &o->common, err);
	if (rc == TT_OK)
		rc = add(&f, o, argv[0], err);
	tt_feeds_close(&f);
	return rc;
}

static const struct tt_cli_opt opts[] = {
	TT_FEEDS_OPT_CONFIG,
	TT_FEEDS_OPT_DSN,
	{"name", 0, TT_CLI_STR, offsetof(struct add_opts, name), "NAME",
		"Name for people, instead of the feed's own title.", 0, 0, NULL},
	{"lang", 0, TT_CLI_STR, offsetof(struct add_opts, lang), "TAG",
		"Language of its items (BCP 47), for a feed that says none or a wrong one.", 0, 0, NULL},
	{"interval", 0, TT_CLI_STR, offsetof(struct add_opts, interval), "DURATION",
		"Wait between two polls (5m), instead of fetch.interval.", 0, 0, NULL},
	{"unchecked", 0, TT_CLI_FLAG, offsetof(struct add_opts, unchecked), NULL,
		"Add the address as it is, without fetching it first.", 0, 0, NULL},
	TT_FEEDS_OPT_PRIVATE,
	{0},
};

const struct tt_cmd tt_cmd_feeds_add = {
	.name = "feeds add",
	.args = "URL",
	.summary = "Add a feed, or the feed of a web page, to the list of the database",
	.details = "Fetches the address. When it is a page, its feeds (<link rel=\"alternate\">, else links "
		   "that look like one) are tried, "
		   "best first, until one is a feed. Its title and first items are shown, then it is stored; "
		   "running services poll it "
		   "within seconds. The address that permanent redirects lead to is what is stored.\n"
		   "\n"
		   "A feed that is on the list already is not touched, and the exit status is 77; but with "
		   "--name, --lang or --interval "
		   "these are changed. One that was disabled or is gone comes back. Other exit statuses: 65 "
		   "no feed, 66 not found, 69 no "
		   "answer.\n"
		   "\n"
		   "    tickertone feeds add -c tickertone.yaml https://www.ecb.europa.eu/\n"
		   "    tickertone feeds add -c tickertone.yaml news.example/rss --interval 5m --lang en\n",
	.group = TT_GROUP_FEEDS,
	.opts = opts,
	.opts_size = sizeof(struct add_opts),
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
