/* test_feed_oom.c - memory runs out at every allocation in turn, libxml2's and our own: each time the parse says
 * so, nothing leaks, and the feed after it is read as if nothing had been. */
#include <libxml/parser.h>
#include <libxml/xmlerror.h>

#include "tests/fault.h"
#include "tests/ingest/feed/feed_files.h"

static void silent(void *ctx, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void silent(void *ctx, const char *fmt, ...)
{
	(void)ctx, (void)fmt;
}

static int parse(const char *doc, size_t *ret_items)
{
	struct tt_arena arena;
	struct tt_feed feed = {0};
	tt_arena_init(&arena, 16 << 20);
	int rc = tt_feed_parse(tt_str_c(doc), (struct tt_str){NULL, 0}, TT_STR("http://feeds.example/"), NULL, &arena, &feed, NULL);
	*ret_items = rc == TT_OK ? feed.n_items : 0;
	tt_arena_done(&arena);
	return rc;
}

static void sweep(const char *doc, size_t want)
{
	long n = 0;
	size_t items = 0;
	int rc = TT_ENOMEM;
	for (; n < 5000 && rc != TT_OK; n++) {
		long before = tt_alloc_live();
		tt_fault_alloc_after(n);
		rc = parse(doc, &items);
		tt_fault_off();
		TT_EQ(tt_alloc_live(), before);
		if (rc != TT_OK)
			TT_EQ_ROW(n, rc, TT_ENOMEM);
	}
	TT_EQ(rc, TT_OK);
	TT_EQ(items, want);
	TT_TRUE(n > 2);
}

TT_TEST(oom_well_formed)
{
	sweep("<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel xml:base='/x/'><title>T</title><item>"
	      "<title>AT&amp;amp;T</title><link>a</link><dc:creator>A</dc:creator><dc:creator>B</dc:creator>"
	      "<description>&lt;p&gt;text&lt;/p&gt;</description><category>c</category><pubDate>2026-11-23</pubDate></item></channel></rss>",
		1);
}

TT_TEST(oom_rewritten)
{
	sweep("<!DOCTYPE rss [<!ENTITY e 'x'>]><rss version=2.0><channel><item><title>&e; &nbsp; & <b>y</title>"
	      "<item><title>z</title></channel>",
		2);
}

TT_TEST(oom_atom)
{
	sweep("<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='en_US'><entry><title type='xhtml'><div>a &amp; <b>b</b></div></title>"
	      "<author><name>N</name><email>e@x</email></author><content mode='base64'>PGI+eDwvYj4=</content></entry></feed>",
		1);
}

TT_TEST(oom_latin1)
{
	sweep("<?xml version='1.0' encoding='iso-8859-2'?><rss><channel><item><title>\xb1\xe6</title></item></channel></rss>", 1);
}

TT_TEST(oom_json)
{
	sweep("{\"version\":\"https://jsonfeed.org/version/1\",\"items\":[{\"id\":1,\"title\":\"x\",\"tags\":[\"a\"],"
	      "\"authors\":[{\"name\":\"A\"},{\"name\":\"B\"}],\"content_html\":\"<p>y</p>\"}]}",
		1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TT_RUN(oom_well_formed), TT_RUN(oom_rewritten), TT_RUN(oom_atom),
		TT_RUN(oom_latin1), TT_RUN(oom_json)};
	xmlMemSetup(tt_fault_free, tt_fault_malloc, tt_fault_realloc, tt_fault_strdup);
	tt_feed_global_init();
	xmlSetGenericErrorFunc(NULL, silent); /* libxml2 tells of failures outside of a parse on standard error */
	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
