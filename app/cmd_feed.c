/* cmd_feed.c - `tickertone feed`: fetches and parses one feed and prints what is in it. */
#include <stdio.h>

#include <jansson.h>

#include "app/commands.h"
#include "common/arena.h"
#include "common/clock.h"
#include "common/conf.h"
#include "common/file.h"
#include "ingest/feed/feed.h"
#include "ingest/fetch/fetch.h"

enum { MAX_BYTES = 256 << 20, TITLE_WIDTH = 68 };

struct feed_opts {
	const char *content_type;
	const char *base_url;
	bool allow_private;
	bool json;
};

/* What is to be parsed, and what is known about it beside its bytes. */
struct document {
	struct tt_str bytes, content_type, url;
};

static const struct tt_cli_opt opts[] = {
	{"content-type", 0, TT_CLI_STR, offsetof(struct feed_opts, content_type), "TYPE",
		"Content-Type to assume, as an HTTP server would send it; its charset counts.", 0, 0, NULL},
	{"base-url", 0, TT_CLI_STR, offsetof(struct feed_opts, base_url), "URL",
		"Address the document came from: relative links are resolved against it.", 0, 0, NULL},
	{"allow-private-networks", 0, TT_CLI_FLAG, offsetof(struct feed_opts, allow_private), NULL,
		"Fetch from addresses that are not public, too: loopback, private networks.", 0, 0, NULL},
	{"json", 'j', TT_CLI_FLAG, offsetof(struct feed_opts, json), NULL, "Print one JSON object.", 0, 0,
		NULL},
	{0},
};

static bool is_url(const char *s)
{
	return tt_str_starts_ci(tt_str_c(s), TT_STR("http://")) ||
	       tt_str_starts_ci(tt_str_c(s), TT_STR("https://"));
}

/* By the defaults of section fetch: the same limits and address checks as in the service. */
static int fetch(
	const char *url, bool allow_private, struct tt_arena *arena, struct document *ret, struct tt_err *err)
{
	static const struct tt_section sections[] = {{"fetch", "", tt_fetch_opts, 0, false, 0}, {0}};
	struct tt_fetch_conf conf;
	struct tt_fetch_page page;
	int rc = tt_conf_load(NULL, sections, &conf, err);
	if (rc < 0)
		return rc;
	conf.allow_private_networks = allow_private;
	rc = tt_fetch_once(url, &conf, arena, &page, err);
	if (rc == TT_OK)
		*ret = (struct document){page.body, page.content_type, page.url};
	tt_conf_free(sections, &conf);
	return rc;
}

static json_t *json_of(struct tt_str s)
{
	return s.p ? json_stringn(s.p, s.n) : json_null();
}

static json_t *json_time(int64_t ms)
{
	char text[40];
	tt_time_rfc3339(ms, text);
	return text[0] ? json_string(text) : json_null();
}

static json_t *json_item(const struct tt_feed_item *it)
{
	json_t *categories = json_array();
	for (size_t i = 0; i < it->n_categories; i++)
		json_array_append_new(categories, json_of(it->categories[i]));
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "guid", json_of(it->guid),
		"url", json_of(it->url), "title", json_of(it->title), "summary", json_of(it->summary),
		"content", json_of(it->content), "author", json_of(it->author), "published_at",
		json_time(it->published_ms), "updated_at", json_time(it->updated_ms), "categories",
		categories, "lang", json_of(it->lang));
}

static int print_json(const struct tt_feed *f, struct tt_err *err)
{
	json_t *items = json_array();
	for (size_t i = 0; i < f->n_items; i++)
		json_array_append_new(items, json_item(&f->items[i]));
	json_t *root = json_pack("{s:s, s:o, s:o, s:o, s:b, s:o}", "format", tt_feed_format_name(f->format),
		"title", json_of(f->title), "url", json_of(f->url), "lang", json_of(f->lang), "recovered",
		f->recovered, "items", items);
	bool good =
		root && json_array_size(items) == f->n_items && json_dumpf(root, stdout, JSON_INDENT(2)) == 0;
	json_decref(root);
	if (!good && !ferror(stdout))
		return tt_err_set(err, TT_ENOMEM, "feed: %s", tt_err_text(TT_ENOMEM));
	putchar('\n');
	return TT_OK;
}

/* At most `width` characters of s, the last one an ellipsis when there are more. Control characters never get
 * here. */
static void print_cell(struct tt_str s, size_t width)
{
	size_t chars = 0, at = 0, keep = 0;
	for (; at < s.n; at++) {
		if (((unsigned char)s.p[at] & 0xc0) == 0x80)
			continue;
		if (chars + 1 == width)
			keep = at;
		if (chars++ == width)
			break;
	}
	if (at < s.n)
		printf("%.*s\xe2\x80\xa6", (int)keep, s.p);
	else
		printf("%.*s", TT_FMT(s));
	for (; chars < width; chars++)
		putchar(' ');
}

static void print_table(const struct tt_feed *f)
{
	printf("%.*s\n%s", TT_FMT(f->title), tt_feed_format_name(f->format));
	if (f->lang.p)
		printf(", %.*s", TT_FMT(f->lang));
	printf(", %zu items", f->n_items);
	if (f->n_dropped)
		printf(" (and %zu over the limit)", f->n_dropped);
	if (f->url.p)
		printf(", %.*s", TT_FMT(f->url));
	printf("%s\n\n", f->recovered ? " - not well-formed, repaired" : "");
	for (size_t i = 0; i < f->n_items; i++) {
		const struct tt_feed_item *it = &f->items[i];
		char when[40];
		tt_time_rfc3339(it->published_ms != TT_TIME_NONE ? it->published_ms : it->updated_ms, when);
		printf("%-24s  ", when);
		struct tt_str what = it->title.p ? it->title : it->summary;
		if (it->url.p)
			print_cell(what, TITLE_WIDTH);
		printf("%s%.*s\n", it->url.p ? "  " : "", TT_FMT(it->url.p ? it->url : what));
	}
}

static int run(const void *given, int argc, char **argv, struct tt_err *err)
{
	const struct feed_opts *o = given;
	const char *from = argv[0];
	struct document doc = {0};
	struct tt_arena arena;
	struct tt_buf file;
	struct tt_feed feed;
	(void)argc;
	tt_arena_init(&arena, MAX_BYTES);
	tt_buf_init(&file, MAX_BYTES / 4);
	int rc = is_url(from) ? fetch(from, o->allow_private, &arena, &doc, err) : tt_file_read(from, &file, err);
	if (rc < 0)
		goto out;
	if (!is_url(from))
		doc.bytes = tt_buf_view(&file);
	if (o->content_type)
		doc.content_type = tt_str_c(o->content_type);
	if (o->base_url)
		doc.url = tt_str_c(o->base_url);
	rc = tt_feed_parse(doc.bytes, doc.content_type, doc.url, NULL, &arena, &feed, err);
	if (rc < 0)
		tt_err_prefix(err, rc, "%s", from);
	else if (o->json)
		rc = print_json(&feed, err);
	else
		print_table(&feed);
out:
	tt_buf_done(&file);
	tt_arena_done(&arena);
	return rc;
}

static const char details[] = "Reads RSS 0.90 to 2.0, RSS 1.0, Atom 0.3 and 1.0, CDF and JSON Feed from a "
			      "file, from an http or https "
			      "address, or from standard input with \"-\", and prints its items as a table.\n"
			      "\n"
			      "With --json it prints one object: format, title, url, lang, recovered (the "
			      "document was broken and had to be "
			      "repaired), and items with guid, url, title, summary, content, author, "
			      "published_at, updated_at, categories and "
			      "lang. What a feed does not say is null; texts are plain, without markup.\n"
			      "\n"
			      "  tickertone feed https://www.ecb.europa.eu/rss/press.html\n"
			      "  tickertone feed news.xml --base-url https://news.example/ --json";

const struct tt_cmd tt_cmd_feed = {
	.name = "feed",
	.args = "FILE|URL",
	.summary = "Fetch and parse one feed and show what is in it",
	.details = details,
	.group = TT_GROUP_FEEDS,
	.opts = opts,
	.defaults = &(const struct feed_opts){0},
	.opts_size = sizeof(struct feed_opts),
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
