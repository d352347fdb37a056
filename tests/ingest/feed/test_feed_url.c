/* test_feed_url.c - the examples of RFC 3986 section 5.4, and what feeds make of links. */
#include "ingest/feed/url.h"
#include "tests/tt_test.h"

#define RFC "http://a/b/c/d;p?q"

static const struct {
	const char *base, *ref, *want;
} rows[] = {
	{RFC, "g:h", "g:h"},
	{RFC, "g", "http://a/b/c/g"},
	{RFC, "./g", "http://a/b/c/g"},
	{RFC, "g/", "http://a/b/c/g/"},
	{RFC, "/g", "http://a/g"},
	{RFC, "//g", "http://g"},
	{RFC, "?y", "http://a/b/c/d;p?y"},
	{RFC, "g?y", "http://a/b/c/g?y"},
	{RFC, "#s", "http://a/b/c/d;p?q#s"},
	{RFC, "g#s", "http://a/b/c/g#s"},
	{RFC, "g?y#s", "http://a/b/c/g?y#s"},
	{RFC, ";x", "http://a/b/c/;x"},
	{RFC, ".", "http://a/b/c/"},
	{RFC, "./", "http://a/b/c/"},
	{RFC, "..", "http://a/b/"},
	{RFC, "../", "http://a/b/"},
	{RFC, "../g", "http://a/b/g"},
	{RFC, "../..", "http://a/"},
	{RFC, "../../g", "http://a/g"},
	{RFC, "../../../g", "http://a/g"},
	{RFC, "/./g", "http://a/g"},
	{RFC, "/../g", "http://a/g"},
	{RFC, "g.", "http://a/b/c/g."},
	{RFC, "..g", "http://a/b/c/..g"},
	{RFC, "./../g", "http://a/b/g"},
	{RFC, "./g/.", "http://a/b/c/g/"},
	{RFC, "g/./h", "http://a/b/c/g/h"},
	{RFC, "g/../h", "http://a/b/c/h"},
	{RFC, "g;x=1/../y", "http://a/b/c/y"},
	{RFC, "g?y/../x", "http://a/b/c/g?y/../x"},
	{RFC, "g#s/../x", "http://a/b/c/g#s/../x"},
	{"http://example.com", "news", "http://example.com/news"},
	{"https://example.com/feed?x=1", "story", "https://example.com/story"},
	{"http://example.com/a/", "http:///example.com/test/", "http://example.com/test/"},
	{"http://example.com/a/", " /b\n/c ", "http://example.com/b/c"},
	{"http://example.com/a/", "https://other.example/x?y=1&z=2#top",
		"https://other.example/x?y=1&z=2#top"},
	{"http://example.com/a/", "mailto:me@example.com", "mailto:me@example.com"},
	{"tag:example.com,2004:x", "story", "story"},
	{NULL, "/story", "/story"},
	{NULL, "https://example.com/x", "https://example.com/x"},
	{NULL, "http://example.com/?a=1&amp;b=2&ampere=3&amp;", "http://example.com/?a=1&b=2&ampere=3&"},
	{"http://example.com/", "", NULL},
	{"http://example.com/", "  ", NULL},
};

TT_TEST(url_resolve)
{
	struct tt_arena a;
	tt_arena_init(&a, 1 << 20);
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_str got = tt_url_resolve(&a, tt_str_c(rows[i].base), tt_str_c(rows[i].ref));
		TT_STR_EQ_ROW((long)i, got, tt_str_c(rows[i].want));
	}
	tt_arena_done(&a);
}

TT_TEST(url_says_when_memory_is_out)
{
	struct tt_arena a;
	tt_arena_init(&a, 8);
	TT_TRUE(tt_url_failed(
		tt_url_resolve(&a, TT_STR("http://example.com/"), TT_STR("a-long-reference-to-something"))));
	tt_arena_done(&a);
}

TT_MAIN(TT_RUN(url_resolve), TT_RUN(url_says_when_memory_is_out))
