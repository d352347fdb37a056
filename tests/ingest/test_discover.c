/* test_discover.c - which feeds a page names, and which of them comes first. */
#include "common/buf.h"
#include "ingest/discover.h"
#include "tests/tt_test.h"

#define PAGE   "https://www.site.example/news/index.html"
#define L(x)   "<link rel='alternate' type='application/rss+xml' " x ">"

/* want: "URL|title" a line each, best first; '?' before a guess. */
static const struct {
	const char *what, *in, *want;
} rows[] = {
	{"plain", L("href='https://site.example/feed' title='News'"), "https://site.example/feed|News\n"},
	{"attributes in any order, case, quotes",
		"<LINK HREF=/a.xml TITLE=\"A\" TYPE=Application/RSS+XML REL=ALTERNATE><link title='B' type=\"application/atom+xml\" "
		"href='/b.xml' rel='Alternate'/>",
		"https://www.site.example/a.xml|A\nhttps://www.site.example/b.xml|B\n"},
	{"relative", L("href='feed.xml'") L("href='../all.xml'") L("href='//cdn.site.example/x'") L("href='?feed=rss'"),
		"https://www.site.example/news/feed.xml|\nhttps://www.site.example/all.xml|\nhttps://cdn.site.example/x|\n"
		"https://www.site.example/news/index.html?feed=rss|\n"},
	{"base", "<base href='/blog/'><base href='/other/'>" L("href='feed.xml'"), "https://www.site.example/blog/feed.xml|\n"},
	{"base of another host", "<base href='https://b.site.example/x/'>" L("href='f'"), "https://b.site.example/x/f|\n"},
	{"types",
		"<link rel=alternate type='application/rdf+xml' href=/1><link rel=alternate type='application/feed+json' href=/2>"
		"<link rel=alternate type='application/atom+xml; charset=utf-8' href=/3>"
		"<link rel=alternate type='text/html' hreflang=de href=/de><link rel=alternate hreflang=fr href=/fr>"
		"<link rel=alternate type='application/json+oembed' href=/oembed>"
		"<link rel=alternate type='application/json' href=/wp-json/wp/v2/pages/1>",
		"https://www.site.example/1|\nhttps://www.site.example/2|\nhttps://www.site.example/3|\n"},
	{"vague types come after", "<link rel=alternate type='text/xml' href=/1>" L("href=/2") "<link rel=alternate type='application/json' href=/feed.json>",
		"https://www.site.example/2|\nhttps://www.site.example/1|\nhttps://www.site.example/feed.json|\n"},
	{"rel has other words", "<link rel='alternate home' type='application/rss+xml' href=/1><link rel='feed' href=/2>"
				"<link rel='alternate stylesheet' type='text/xml' href=/3><link rel='search' type='application/rss+xml' href=/4>",
		"https://www.site.example/1|\nhttps://www.site.example/2|\n"},
	{"comments come last",
		"<title>Site</title>" L("title='Site &raquo; Comments Feed' href='/comments/feed/'") L("title='Site &raquo; Feed' href='/feed/'"),
		"https://www.site.example/feed/|Site \xc2\xbb Feed\nhttps://www.site.example/comments/feed/|Site \xc2\xbb Comments Feed\n"},
	{"the page's title comes first", "<title>Site - News</title>" L("title='Jobs' href=/jobs") L("title='Site' href=/all"),
		"https://www.site.example/all|Site\nhttps://www.site.example/jobs|Jobs\n"},
	{"its own host comes first", L("href='https://ads.example/f'") L("href='https://feeds.site.example/f'"),
		"https://feeds.site.example/f|\nhttps://ads.example/f|\n"},
	{"once each", L("href=/f") L("href='/f' title='T'") "<a href='/f'>RSS</a>", "https://www.site.example/f|\n"},
	{"references", L("href='/f?a=1&amp;b=2&c=3' title='AT&amp;T &eacute;'"), "https://www.site.example/f?a=1&b=2&c=3|AT&T \xc3\xa9\n"},
	{"links for people", "<a class=x href='/about'>About</a><a href='/rss'>News feed</a><a href='/x.php?y'> RSS </a>"
			     "<a href='feed://site.example/z'>Subscribe</a><a href='/feed/#top'>F</a><a href='#rss'>RSS</a>",
		"?https://www.site.example/rss|News feed\n?https://www.site.example/x.php?y|RSS\n?http://site.example/z|Subscribe\n"
		"?https://www.site.example/feed/#top|F\n"},
	{"declared ones before links", "<a href='/rss'>RSS</a>" L("href=/f"), "https://www.site.example/f|\n?https://www.site.example/rss|RSS\n"},
	{"words in a path are not enough", "<a href='/feedback'>Tell us</a><a href='/atomic'>A</a><a href='/rss/help.html'>H</a>", ""},
	{"comments and scripts do not count", "<!-- " L("href=/1") " --><script>var s = \"" L("href=/2") "\";</script><style>" L("href=/3") "</style>" L("href=/4"),
		"https://www.site.example/4|\n"},
	{"not http", L("href='javascript:x'") L("href='file:///etc/passwd'") L("href=''") L("x"), ""},
	{"charset of the page", "<meta charset=windows-1251>" L("href=/f title='\xcd\xee\xe2'"), "https://www.site.example/f|\xd0\x9d\xd0\xbe\xd0\xb2\n"},
	{"http-equiv", "<meta http-equiv='Content-Type' content='text/html; charset=iso-8859-1'>" L("href=/f title='\xe9'"),
		"https://www.site.example/f|\xc3\xa9\n"},
	{"a cut page", L("href=/f") "<link rel=alternate type='application/rss+xml' href=/g", "https://www.site.example/f|\n"},
	{"nothing", "<html><head></head><body><p>Hello</body></html>", ""},
	{"no HTML at all", "\x89PNG\r\n\x1a\n", ""},
};

TT_TEST(discover_ranks)
{
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_arena arena;
		struct tt_feed_link *v = NULL;
		size_t n = 0;
		struct tt_buf got;
		tt_buf_init(&got, 1 << 16);
		tt_arena_init(&arena, 1 << 20);
		TT_EQ_ROW(i, tt_discover(tt_str_c(rows[i].in), TT_STR("text/html"), TT_STR(PAGE), &arena, &v, &n, NULL), TT_OK);
		for (size_t k = 0; k < n; k++)
			tt_buf_printf(&got, "%s%.*s|%.*s\n", v[k].declared ? "" : "?", TT_FMT(v[k].url), TT_FMT(v[k].title));
		if (!tt_str_eq(tt_buf_view(&got), tt_str_c(rows[i].want)))
			print_error("row %zu: %s\n", i, rows[i].what);
		TT_STR_EQ_ROW((long)i, tt_buf_view(&got), tt_str_c(rows[i].want));
		tt_buf_done(&got);
		tt_arena_done(&arena);
	}
}

/* A page of nothing but links takes bounded memory and gives a bounded answer, the best of it. */
TT_TEST(discover_bounded)
{
	struct tt_arena arena;
	struct tt_feed_link *v = NULL;
	size_t n = 0;
	struct tt_buf in;
	tt_buf_init(&in, 64 << 20);
	tt_arena_init(&arena, 4 << 20);
	for (int i = 0; i < 200000; i++) {
		tt_buf_printf(&in, "<a href='/%d/feed'>RSS</a>", i);
		if (i == 500)
			tt_buf_str(&in, TT_STR(L("href='/best'")));
	}
	TT_EQ(tt_discover(tt_buf_view(&in), TT_STR("text/html"), TT_STR(PAGE), &arena, &v, &n, NULL), TT_OK);
	TT_EQ(n, TT_DISCOVER_MAX);
	TT_STR_EQ(v[0].url, TT_STR("https://www.site.example/best"));
	tt_buf_done(&in);
	tt_arena_done(&arena);
}

TT_MAIN(TT_RUN(discover_ranks), TT_RUN(discover_bounded))
