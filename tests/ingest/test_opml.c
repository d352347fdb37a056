/* test_opml.c - lists of feeds as other programs write them, as people break them, and as attackers would; and that what we
 * write reads back to the same. */
#include "ingest/opml.h"
#include "tests/tt_test.h"

#define BODY(outlines) "<opml version='2.0'><head><title>T</title></head><body>" outlines "</body></opml>"

/* want: the feeds as "URL|name", a line each; then "!reason" for what was refused. */
static const struct {
	const char *what, *in, *want;
} rows[] = {
	{"plain", BODY("<outline type='rss' text='A' xmlUrl='https://a.example/f'/>"), "https://a.example/f|A\n"},
	{"text before title", BODY("<outline text='A' title='B' xmlUrl='http://a/'/>"), "http://a/|A\n"},
	{"title when text is empty", BODY("<outline text=' ' title='B' xmlUrl='http://a/'/>"), "http://a/|B\n"},
	{"no name", BODY("<outline xmlUrl='http://a/'/>"), "http://a/|\n"},
	{"names in any case", BODY("<OUTLINE TEXT='A' XMLURL='http://a/'/><outline Text='B' xmlURL='http://b/'/>"),
		"http://a/|A\nhttp://b/|B\n"},
	{"folders", BODY("<outline text='F'><outline text='G'><outline text='A' xmlUrl='http://a/'/></outline></outline>"
			 "<outline text='B' xmlUrl='http://b/'/>"),
		"http://a/|A\nhttp://b/|B\n"},
	{"a feed with feeds inside", BODY("<outline text='A' xmlUrl='http://a/'><outline text='B' xmlUrl='http://b/'/></outline>"),
		"http://a/|A\nhttp://b/|B\n"},
	{"types", BODY("<outline type='atom' xmlUrl='http://a/'/><outline type='pie' xmlUrl='http://b/'/>"
		       "<outline type='RSS' xmlUrl='http://c/'/><outline type='' xmlUrl='http://d/'/>"),
		"http://a/|\nhttp://b/|\nhttp://c/|\nhttp://d/|\n"},
	{"the address in url", BODY("<outline type='rss' text='A' url='http://a/'/>"), "http://a/|A\n"},
	{"a note with url is none", BODY("<outline text='A' url='http://a/'/>"), ""},
	{"a link to a list", BODY("<outline type='include' text='More' url='http://a/x.opml'/>"),
		"!http://a/x.opml|More|a link to another document, not a feed\n"},
	{"a feed without address", BODY("<outline type='rss' text='A' htmlUrl='http://a/' xmlUrl=''/>"), "!|A|no address (xmlUrl)\n"},
	{"relative", BODY("<outline text='A' xmlUrl='/feed'/><outline xmlUrl='a.example/feed'/>"),
		"!/feed|A|not an absolute address\n!a.example/feed||not an absolute address\n"},
	{"schemes", BODY("<outline xmlUrl='file:///etc/passwd'/><outline xmlUrl='javascript:alert(1)'/><outline xmlUrl='ftp://a/'/>"),
		"!file:///etc/passwd||neither http nor https\n!javascript:alert(1)||neither http nor https\n"
		"!ftp://a/||neither http nor https\n"},
	{"feed schemes", BODY("<outline xmlUrl='feed://a/x'/><outline xmlUrl='feed:https://b/x'/><outline xmlUrl='itpc://c/x'/>"),
		"http://a/x|\nhttps://b/x|\nhttp://c/x|\n"},
	{"no host", BODY("<outline xmlUrl='http://'/><outline xmlUrl='https://?x'/><outline xmlUrl='http://:80/'/>"),
		"!http://||an address without a host\n!https://?x||an address without a host\n!http://:80/||an address without a host\n"},
	{"twice", BODY("<outline text='A' xmlUrl='http://a/'/><outline text='B' xmlUrl='http://b/'/><outline text='A2' xmlUrl='http://a/'/>"),
		"http://a/|A\nhttp://b/|B\n!http://a/|A2|stands in this list twice\n"},
	{"white space", BODY("<outline text=' A\n\t B ' xmlUrl='\n http://a/x\n  y z '/>"), "http://a/x%20%20y%20z|A B\n"},
	{"references", BODY("<outline text='AT&amp;T &lt;b&gt; &quot;x&quot; &#8364;' xmlUrl='http://a/?x=1&amp;y=2'/>"),
		"http://a/?x=1&y=2|AT&T <b> \"x\" \xe2\x82\xac\n"},
	{"bare &", BODY("<outline text='AT&T & Co' xmlUrl='http://a/?x=1&y=2&copy=3&lt=4'/>"), "http://a/?x=1&y=2&copy=3&lt=4|AT&T & Co\n"},
	{"undeclared entities", BODY("<outline text='Caf&eacute;&nbsp;&mdash;&nosuch;' xmlUrl='http://a/'/>"),
		"http://a/|Caf\xc3\xa9\xc2\xa0\xe2\x80\x94&nosuch;\n"},
	{"declared entities", "<!DOCTYPE opml [<!ENTITY co 'Acme &#38; Sons'>]>" BODY("<outline text='&co;' xmlUrl='http://a/'/>"),
		"http://a/|Acme & Sons\n"},
	{"no head, no opml", "<outline text='A' xmlUrl='http://a/'/>", "http://a/|A\n"},
	{"prefix", "<o:opml xmlns:o='x'><o:outline text='A' xmlUrl='http://a/'/></o:opml>", "http://a/|A\n"},
	{"byte order mark", "\xef\xbb\xbf<?xml version='1.0'?>" BODY("<outline text='\xc3\xa9' xmlUrl='http://a/'/>"), "http://a/|\xc3\xa9\n"},
	{"junk before", "\n\nWarning: mysql\n<?xml version='1.0'?>" BODY("<outline text='A' xmlUrl='http://a/'/>"), "http://a/|A\n"},
	{"latin-1 bytes labelled UTF-8", "<?xml version='1.0' encoding='UTF-8'?>" BODY("<outline text='Caf\xe9' xmlUrl='http://a/'/>"),
		"http://a/|Caf\xc3\xa9\n"},
	{"UTF-8 labelled latin-1", "<?xml version='1.0' encoding='ISO-8859-1'?>" BODY("<outline text='Caf\xc3\xa9' xmlUrl='http://a/'/>"),
		"http://a/|Caf\xc3\xa9\n"},
	{"windows-1251", "<?xml version='1.0' encoding='windows-1251'?>" BODY("<outline text='\xcd\xee\xe2\xee\xf1\xf2\xe8' xmlUrl='http://a/'/>"),
		"http://a/|\xd0\x9d\xd0\xbe\xd0\xb2\xd0\xbe\xd1\x81\xd1\x82\xd0\xb8\n"},
	{"no end tags", BODY("<outline text='A' xmlUrl='http://a/'><outline text='B' xmlUrl='http://b/'>"), "http://a/|A\nhttp://b/|B\n"},
	{"crossed end tags", "<opml><body></outline><outline text='A' xmlUrl='http://a/'></body></outline>", "http://a/|A\n"},
	{"no quotes", BODY("<outline text=A xmlUrl=http://a/x type=rss />"), "http://a/x|A\n"},
	{"quotes in a value", BODY("<outline text=\"The \"best\" news\" xmlUrl=\"http://a/\"/>"), "http://a/|The\n"},
	{"markup in a value", BODY("<outline text=\"1 < 2 > 0 <b>x</b>\" xmlUrl=\"http://a/\"/>"), "http://a/|1 < 2 > 0 <b>x</b>\n"},
	{"a closing quote forgotten", BODY("<outline text=\"A xmlUrl=\"http://a/\"/><outline text=\"B\" xmlUrl=\"http://b/\"/>"),
		"http://a/|A\nhttp://b/|B\n"},
	{"... at the end of a tag", BODY("<outline xmlUrl=\"http://a/\" text=\"A>\n<outline text=\"B\" xmlUrl=\"http://b/\"/>"),
		"http://a/|A\nhttp://b/|B\n"},
	{"'>' forgotten", BODY("<outline text='A' xmlUrl='http://a/' <outline text='B' xmlUrl='http://b/'/>"), "http://a/|A\nhttp://b/|B\n"},
	{"attribute twice", BODY("<outline text='A' text='B' xmlUrl='http://a/' xmlUrl='http://b/'/>"), "http://a/|A\n"},
	{"cut in a tag", "<opml><body><outline xmlUrl='http://a/'/><outline xmlUrl='http://b/lo", "http://a/|\n"},
	{"cut behind a value", "<opml><body><outline xmlUrl='http://a/'/><outline xmlUrl='http://b/'", "http://a/|\n"},
	{"comments", BODY("<!-- <outline xmlUrl='http://x/'/> --><outline xmlUrl='http://a/'/>"), "http://a/|\n"},
	{"a comment without end", BODY("<!-- <outline xmlUrl='http://a/'/>"), "http://a/|\n"},
	{"CDATA", BODY("<![CDATA[<outline xmlUrl='http://x/'/>]]><outline xmlUrl='http://a/'/>"), "http://a/|\n"},
	{"control characters", BODY("<outline text='A\x01\x1b[31mB' xmlUrl='http://a/\x01'/>"), "!http://a/|A [31mB|an address with control characters\n"},
	{"XXE", "<!DOCTYPE opml [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>" BODY("<outline text='&x;' xmlUrl='http://a/'/>"), "http://a/|&x;\n"},
	{"a parameter entity", "<!DOCTYPE opml [<!ENTITY % p SYSTEM 'http://evil/'> %p; ]>" BODY("<outline text='A' xmlUrl='http://a/'/>"),
		"http://a/|A\n"},
	{"nested entities", "<!DOCTYPE opml [<!ENTITY a 'xx'><!ENTITY b '&a;&a;'>]>" BODY("<outline text='&b;&a;' xmlUrl='http://a/'/>"),
		"http://a/|&b;xx\n"},
	{"an empty list", BODY(""), ""},
};

static int parse(struct tt_arena *arena, struct tt_str in, struct tt_opml *ret, struct tt_err *err)
{
	tt_arena_init(arena, 256 << 20);
	return tt_opml_parse(in, arena, ret, err);
}

static void print(const struct tt_opml *l, struct tt_buf *out)
{
	tt_buf_str(out, TT_STR(""));
	for (size_t i = 0; i < l->n_feeds; i++)
		tt_buf_printf(out, "%.*s|%.*s\n", TT_FMT(l->feeds[i].url), TT_FMT(l->feeds[i].name));
	for (size_t i = 0; i < l->n_refused; i++)
		tt_buf_printf(out, "!%.*s|%.*s|%s\n", TT_FMT(l->refused[i].url), TT_FMT(l->refused[i].name), l->refused[i].reason);
}

TT_TEST(opml_in_the_wild)
{
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_arena arena;
		struct tt_opml list = {0};
		struct tt_err err = {0};
		struct tt_buf got;
		tt_buf_init(&got, 1 << 16);
		if (parse(&arena, tt_str_c(rows[i].in), &list, &err) < 0)
			print_error("row %zu (%s): %s\n", i, rows[i].what, err.msg);
		print(&list, &got);
		if (!tt_str_eq(tt_buf_view(&got), tt_str_c(rows[i].want)))
			print_error("row %zu: %s\n", i, rows[i].what);
		TT_STR_EQ_ROW((long)i, tt_buf_view(&got), tt_str_c(rows[i].want));
		tt_buf_done(&got);
		tt_arena_done(&arena);
	}
}

TT_TEST(opml_utf16)
{
	static const char in[] = "\xff\xfe<\0o\0p\0m\0l\0>\0<\0o\0u\0t\0l\0i\0n\0e\0 \0x\0m\0l\0U\0r\0l\0=\0'\0h\0t\0t\0p\0:\0/\0/\0"
				 "a\0/\0'\0/\0>\0";
	struct tt_arena arena;
	struct tt_opml list = {0};
	TT_EQ(parse(&arena, (struct tt_str){in, sizeof(in) - 1}, &list, NULL), TT_OK);
	TT_EQ(list.n_feeds, 1);
	TT_STR_EQ(list.feeds[0].url, TT_STR("http://a/"));
	tt_arena_done(&arena);
}

TT_TEST(opml_says_what_else_it_is)
{
	static const struct {
		const char *in, *want;
	} others[] = {
		{"", "not OPML: there is no element in it"},
		{"http://a/feed\nhttp://b/feed\n", "not OPML: there is no element in it"},
		{"<!DOCTYPE html><html><head></head></html>", "not OPML: an HTML page"},
		{"<?xml version='1.0'?><rss version='2.0'><channel/></rss>", "not OPML: the root element is <rss>"},
	};
	for (size_t i = 0; i < TT_LEN(others); i++) {
		struct tt_arena arena;
		struct tt_opml list;
		struct tt_err err = {0};
		TT_EQ_ROW(i, parse(&arena, tt_str_c(others[i].in), &list, &err), TT_EPARSE);
		TT_STR_EQ_ROW((long)i, tt_str_c(err.msg), tt_str_c(others[i].want));
		tt_arena_done(&arena);
	}
}

/* What is ours and what is OPML's beside address and name. */
TT_TEST(opml_attributes)
{
	struct tt_arena arena;
	struct tt_opml l = {0};
	TT_EQ(parse(&arena,
		      TT_STR(BODY("<outline xmlUrl='http://a/' htmlUrl='https://site/' language='en_US' tickertone:interval='15m' "
				  "tickertone:enabled='false'/><outline xmlUrl='http://b/' htmlUrl='no' language='unknown' "
				  "tickertone:interval='soon' tickertone:enabled='true'/>")),
		      &l, NULL),
		TT_OK);
	TT_STR_EQ(l.title, TT_STR("T"));
	TT_STR_EQ(l.feeds[0].site, TT_STR("https://site/"));
	TT_STR_EQ(l.feeds[0].lang, TT_STR("en-US"));
	TT_EQ(l.feeds[0].interval_ms, 15 * 60000);
	TT_TRUE(l.feeds[0].disabled);
	TT_TRUE(!l.feeds[1].site.p && !l.feeds[1].lang.p && !l.feeds[1].interval_ms && !l.feeds[1].disabled);
	tt_arena_done(&arena);
}

/* Writing and reading again changes nothing, whatever stands in the names and addresses. */
TT_TEST(opml_round_trip)
{
	struct tt_opml_feed feeds[] = {
		{.url = TT_STR("https://a.example/f?x=1&y=%22\"<>'"), .name = TT_STR("AT&T <b>\"quoted\"</b> &amp; 'x' &#9731;")},
		{.url = TT_STR("http://b/"), .lang = TT_STR("zh-Hant"), .interval_ms = 90000, .disabled = true},
		{.url = TT_STR("http://c/"), .name = TT_STR("\xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x93\x88 name=\"x\""), .site = TT_STR("http://c/site?a=b&c=d")},
	};
	struct tt_opml list = {.title = TT_STR("My & feeds"), .feeds = feeds, .n_feeds = TT_LEN(feeds)}, back = {0};
	struct tt_arena arena;
	struct tt_buf first, second;
	tt_buf_init(&first, 1 << 16);
	tt_buf_init(&second, 1 << 16);
	TT_EQ(tt_opml_write(&list, 1795448783000, &first), TT_OK);
	TT_TRUE(strstr(first.p, "<dateCreated>23 Nov 2026 15:46:23 GMT</dateCreated>"));
	TT_EQ(parse(&arena, tt_buf_view(&first), &back, NULL), TT_OK);
	TT_EQ(back.n_feeds, list.n_feeds);
	TT_EQ(back.n_refused, 0);
	for (size_t i = 0; i < list.n_feeds; i++) {
		TT_STR_EQ_ROW((long)i, back.feeds[i].url, feeds[i].url);
		TT_STR_EQ_ROW((long)i, back.feeds[i].name, feeds[i].name);
		TT_STR_EQ_ROW((long)i, back.feeds[i].site, feeds[i].site);
		TT_STR_EQ_ROW((long)i, back.feeds[i].lang, feeds[i].lang);
		TT_EQ_ROW(i, back.feeds[i].interval_ms, feeds[i].interval_ms);
		TT_EQ_ROW(i, back.feeds[i].disabled, feeds[i].disabled);
	}
	TT_EQ(tt_opml_write(&back, 1795448783000, &second), TT_OK);
	TT_STR_EQ(tt_buf_view(&second), tt_buf_view(&first));
	tt_buf_done(&first);
	tt_buf_done(&second);
	tt_arena_done(&arena);
}

/* n times `piece` between head and tail. */
static void repeat(struct tt_buf *out, const char *head, const char *piece, size_t n, const char *tail)
{
	tt_buf_init(out, 64 << 20);
	tt_buf_str(out, tt_str_c(head));
	for (size_t i = 0; i < n; i++)
		tt_buf_str(out, tt_str_c(piece));
	tt_buf_str(out, tt_str_c(tail));
}

TT_TEST(opml_hostile)
{
	static const struct {
		const char *head, *piece, *tail;
		size_t n;
		int rc;
		size_t feeds;
	} cases[] = {
		{"<opml>", "<outline text='x'>", "<outline xmlUrl='http://a/'/>", 500000, TT_OK, 1}, /* depth */
		{"<opml>", "<", "<outline xmlUrl='http://a/'/>", 5000000, TT_OK, 1},
		{"<opml>", "<!--", "<outline xmlUrl='http://a/'/>", 1000000, TT_OK, 1},
		{"<opml>", "<![CDATA[", "<outline xmlUrl='http://a/'/>", 1000000, TT_OK, 1},
		{"<opml>", "<a b='", "<outline xmlUrl='http://a/'/>", 1000000, TT_OK, 0},
		{"<opml>", "<a b=\"c='", "<outline xmlUrl='http://a/'/>", 1000000, TT_OK, 0},
		{"<opml><outline ", "a='b' ", "xmlUrl='http://a/'/>", 1000000, TT_OK, 0}, /* attributes over the limit are not read */
		{"<opml><outline xmlUrl='http://", "a", "'/>", 5000000, TT_OK, 0},
		{"<opml><outline xmlUrl='http://a/' text='", "&amp;", "'/>", 5000000, TT_OK, 1},
		{"<!DOCTYPE opml [<!ENTITY a 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'>]>"
		 "<opml><outline xmlUrl='http://a/' text='",
			"&a;", "'/>", 5000000, TT_OK, 1},
		{"<opml>", "<outline xmlUrl='http://a/'/>", "", 100000, TT_OK, 1},
		{"<opml>", "<outline xmlUrl='http://a/'/>", "", 100001, TT_ELIMIT, 0},
		{"<opml>", "<outline xmlUrl='x'/>", "", 100001, TT_ELIMIT, 0},
	};
	for (size_t i = 0; i < TT_LEN(cases); i++) {
		struct tt_arena arena;
		struct tt_opml list = {0};
		struct tt_buf in;
		repeat(&in, cases[i].head, cases[i].piece, cases[i].n, cases[i].tail);
		TT_EQ_ROW(i, parse(&arena, tt_buf_view(&in), &list, NULL), cases[i].rc);
		TT_EQ_ROW(i, list.n_feeds, cases[i].feeds);
		if (list.n_feeds)
			TT_TRUE(list.feeds[0].name.n <= TT_OPML_NAME_MAX);
		tt_buf_done(&in);
		tt_arena_done(&arena);
	}
}

TT_MAIN(TT_RUN(opml_in_the_wild), TT_RUN(opml_utf16), TT_RUN(opml_says_what_else_it_is), TT_RUN(opml_attributes),
	TT_RUN(opml_round_trip), TT_RUN(opml_hostile))
