/* bench_feed.c - MB/s of feed parsing on one core: generated feeds of each kind, and the files named as
 * arguments. usage: bench_feed [FILE...]; bench_feed --write DIR stores the generated feeds, for other
 * parsers to read. Each row is the median of nine timings of at least 100 ms; "sax" is libxml2's parser alone
 * on the same bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>

#include "common/buf.h"
#include "common/clock.h"
#include "common/quantile.h"
#include "ingest/feed/feed.h"

enum { ITEMS = 400, ROUNDS = 9, ROUND_NS = 100000000, MAX_FEED = 64 << 20 };

static const char *const words[] = {"shares", "of", "the", "bank", "rose", "after", "profit", "fell", "below",
	"estimates", "on", "Monday", "as", "investors", "weighed", "higher", "rates", "and", "a", "weaker",
	"dollar", "said", "analysts"};

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 16;
}

static void sentence(struct tt_buf *b, int n, uint32_t *seed)
{
	for (int i = 0; i < n; i++)
		tt_buf_printf(b, "%s%s", i ? " " : "", words[next(seed) % TT_LEN(words)]);
}

/* What a press feed has: a short description, and with `content` an article of some paragraphs, escaped or in
 * CDATA. */
static void rss_item(struct tt_buf *b, int i, bool content, bool cdata, uint32_t *seed)
{
	const char *lt = cdata ? "<" : "&lt;", *gt = cdata ? ">" : "&gt;";
	tt_buf_printf(b, "    <item>\n      <title>");
	sentence(b, 9, seed);
	tt_buf_printf(b,
		" &amp;amp; more</title>\n      "
		"<link>https://news.example.com/2026/11/23/story-%d?utm_source=rss</link>\n"
		"      <guid isPermaLink=\"false\">https://news.example.com/?p=%d</guid>\n"
		"      <pubDate>Mon, 23 Nov 2026 15:%02d:23 +0000</pubDate>\n      <dc:creator><![CDATA[Ann "
		"Author]]></dc:creator>\n"
		"      <category>Markets</category><category>Banks</category>\n      <description>",
		i, i, i % 60);
	sentence(b, 30, seed);
	tt_buf_printf(b, "</description>\n");
	if (content) {
		tt_buf_printf(b, "      <content:encoded>%s", cdata ? "<![CDATA[" : "");
		for (int p = 0; p < 6; p++) {
			tt_buf_printf(b, "%sp class=\"story\"%s", lt, gt);
			sentence(b, 60, seed);
			tt_buf_printf(b, " %sa href=\"https://news.example.com/%d\"%sread on%s/a%s%s/p%s\n",
				lt, p, gt, lt, gt, lt, gt);
		}
		tt_buf_printf(b, "%s</content:encoded>\n", cdata ? "]]>" : "");
	}
	tt_buf_printf(b, "    </item>\n");
}

static void rss(struct tt_buf *b, bool content, bool cdata, bool broken)
{
	uint32_t seed = 1;
	tt_buf_printf(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" "
			 "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
			 "xmlns:content=\"http://purl.org/rss/1.0/modules/content/\">\n  <channel>\n    "
			 "<title>News</title>\n");
	for (int i = 0; i < ITEMS; i++)
		rss_item(b, i, content, cdata, &seed);
	tt_buf_printf(b, "%s  </channel>\n</rss>\n", broken ? "<title>Q&A</title>" : "");
}

static void atom(struct tt_buf *b)
{
	uint32_t seed = 1;
	tt_buf_printf(b, "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"en\"><title>News</title>\n");
	for (int i = 0; i < ITEMS; i++) {
		tt_buf_printf(b,
			"<entry><id>tag:news.example.com,2026:%d</id><link "
			"href=\"https://news.example.com/%d\"/>"
			"<updated>2026-11-23T15:%02d:23Z</updated><title>",
			i, i, i % 60);
		sentence(b, 9, &seed);
		tt_buf_printf(b,
			"</title><author><name>Ann Author</name></author><content type=\"xhtml\"><div "
			"xmlns=\"http://www.w3.org/1999/xhtml\">");
		for (int p = 0; p < 6; p++) {
			tt_buf_printf(b, "<p>");
			sentence(b, 60, &seed);
			tt_buf_printf(
				b, " <a href=\"https://news.example.com/%d\">read &amp; go on</a></p>", p);
		}
		tt_buf_printf(b, "</div></content></entry>\n");
	}
	tt_buf_printf(b, "</feed>\n");
}

static void json(struct tt_buf *b)
{
	uint32_t seed = 1;
	tt_buf_printf(
		b, "{\"version\": \"https://jsonfeed.org/version/1.1\", \"title\": \"News\", \"items\": [\n");
	for (int i = 0; i < ITEMS; i++) {
		tt_buf_printf(b, "%s{\"id\": \"%d\", \"url\": \"https://news.example.com/%d\", \"title\": \"",
			i ? ",\n" : "", i, i);
		sentence(b, 9, &seed);
		tt_buf_printf(b,
			"\", \"date_published\": \"2026-11-23T15:%02d:23Z\", \"content_html\": \"<p>",
			i % 60);
		sentence(b, 300, &seed);
		tt_buf_printf(b, "</p>\"}");
	}
	tt_buf_printf(b, "]}\n");
}

static size_t parse_feed(struct tt_str s, struct tt_arena *arena)
{
	struct tt_feed feed;
	struct tt_err err;
	struct tt_str none = {NULL, 0};
	tt_arena_reset(arena);
	if (tt_feed_parse(s, none, none, NULL, arena, &feed, &err) < 0) {
		fprintf(stderr, "%s\n", err.msg);
		exit(1);
	}
	return feed.n_items;
}

static size_t parse_sax(struct tt_str s, struct tt_arena *arena)
{
	xmlSAXHandler nothing = {.initialized = XML_SAX2_MAGIC};
	(void)arena;
	xmlParserCtxt *p = xmlCreatePushParserCtxt(&nothing, NULL, NULL, 0, NULL);
	xmlCtxtUseOptions(p, XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_RECOVER);
	for (size_t at = 0; at < s.n; at += 32768)
		xmlParseChunk(p, s.p + at, (int)(s.n - at < 32768 ? s.n - at : 32768), 0);
	xmlParseChunk(p, NULL, 0, 1);
	xmlFreeParserCtxt(p);
	return 0;
}

static double mb_per_s(
	struct tt_str s, size_t (*parse)(struct tt_str, struct tt_arena *), struct tt_arena *arena)
{
	double rates[ROUNDS];
	for (int r = 0; r < ROUNDS; r++) {
		int64_t from = tt_mono_ns(&tt_clock_real), ns;
		size_t bytes = 0;
		do {
			parse(s, arena);
			bytes += s.n;
			ns = tt_mono_ns(&tt_clock_real) - from;
		} while (ns < ROUND_NS);
		rates[r] = (double)bytes / 1e6 / ((double)ns / 1e9);
	}
	return tt_quantile(rates, ROUNDS, 0.5);
}

static void row(const char *name, struct tt_str s, struct tt_arena *arena)
{
	size_t items = parse_feed(s, arena);
	double feed = mb_per_s(s, parse_feed, arena);
	printf("%-36s %9zu bytes %5zu items %8.1f MB/s", name, s.n, items, feed);
	if (s.n && s.p[0] == '<')
		printf("   sax %8.1f MB/s", mb_per_s(s, parse_sax, arena));
	putchar('\n');
	fflush(stdout);
}

static int read_file(const char *path, struct tt_buf *out)
{
	char piece[65536];
	size_t n;
	FILE *f = fopen(path, "rbe");
	tt_buf_reset(out);
	if (!f)
		return -1;
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0 && tt_buf_add(out, piece, n) == TT_OK)
		;
	fclose(f);
	return 0;
}

static void generate(int kind, struct tt_buf *b)
{
	tt_buf_reset(b);
	if (kind < 4)
		rss(b, kind > 0, kind == 2, kind == 3);
	else if (kind == 4)
		atom(b);
	else
		json(b);
}

int main(int argc, char **argv)
{
	static const char *const kinds[] = {"rss_short.xml", "rss_escaped.xml", "rss_cdata.xml",
		"rss_broken.xml", "atom_xhtml.xml", "jsonfeed.json"};
	struct tt_arena arena;
	struct tt_buf b;
	tt_arena_init(&arena, (size_t)1 << 30);
	tt_buf_init(&b, MAX_FEED);
	bool write = argc == 3 && strcmp(argv[1], "--write") == 0;
	for (int k = 0; k < (int)TT_LEN(kinds); k++) {
		generate(k, &b);
		if (!write) {
			row(kinds[k], tt_buf_view(&b), &arena);
			continue;
		}
		char path[4096];
		snprintf(path, sizeof(path), "%s/%s", argv[2], kinds[k]);
		FILE *f = fopen(path, "wbe");
		if (!f || fwrite(b.p, 1, b.n, f) != b.n || fclose(f) != 0) {
			perror(path);
			return 1;
		}
	}
	for (int i = 1; !write && i < argc; i++) {
		const char *slash = strrchr(argv[i], '/');
		if (read_file(argv[i], &b) == 0)
			row(slash ? slash + 1 : argv[i], tt_buf_view(&b), &arena);
	}
	tt_buf_done(&b);
	tt_arena_done(&arena);
	return 0;
}
