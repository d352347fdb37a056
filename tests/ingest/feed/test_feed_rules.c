/* test_feed_rules.c - the rules by which fields come out of a document, one a row: what the formats'
 * specifications and feedparser's documentation say, and what writers do all the same. */
#include "tests/ingest/feed/feed_files.h"

#define NAMESPACES                                                                                           \
	" xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:dcterms='http://purl.org/dc/terms/'"             \
	" xmlns:content='http://purl.org/rss/1.0/modules/content/'"                                          \
	" xmlns:media='http://search.yahoo.com/mrss/' xmlns:atom='http://www.w3.org/2005/Atom'"              \
	" xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd' xmlns:h='http://www.w3.org/1999/xhtml'"
#define RSS(item)     "<rss version='2.0'" NAMESPACES "><channel><item>" item "</item></channel></rss>"
#define CHANNEL(x)    "<rss version='2.0'" NAMESPACES "><channel>" x "</channel></rss>"
#define ATOM(entry)   "<feed xmlns='http://www.w3.org/2005/Atom'" NAMESPACES "><entry>" entry "</entry></feed>"
#define FEED(x)       "<feed xmlns='http://www.w3.org/2005/Atom'>" x "</feed>"
#define ATOM03(entry) "<feed version='0.3' xmlns='http://purl.org/atom/ns#'><entry>" entry "</entry></feed>"
#define RDF(ns, x)                                                                                           \
	"<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='" ns "'" NAMESPACES ">" x       \
	"</r:RDF>"
#define DIV(x) "<div xmlns='http://www.w3.org/1999/xhtml'>" x "</div>"

static const struct {
	const char *doc, *key, *want; /* want NULL: there is none */
} rows[] = {
	/* Atom 0.3: mode and type */
	{ATOM03("<title>1 &lt; 2</title>"), "0.title", "1 < 2"},
	{ATOM03("<title mode='escaped' type='text/html'>&lt;b>x&lt;/b></title>"), "0.title", "x"},
	{ATOM03("<title mode='escaped'>&lt;b>x&lt;/b></title>"), "0.title", "<b>x</b>"},
	{ATOM03("<title mode='xml' type='application/xhtml+xml'>" DIV("a <b>b</b> &lt;c>") "</title>"),
		"0.title", "a b <c>"},
	{ATOM03("<title mode='base64' type='text/html'>PGI+eDwvYj4=</title>"), "0.title", "x"},
	{ATOM03("<content type='application/octet-stream' mode='base64'>eCB5</content>"), "0.content", "x y"},
	{ATOM03("<summary type='text/plain'>a &lt;blink> tag</summary>"), "0.summary", "a <blink> tag"},
	{ATOM03("<issued>2004-01-01</issued><modified>2005-01-01</modified>"), "0.published_at",
		"2004-01-01T00:00:00Z"},
	{ATOM03("<issued>2004-01-01</issued><modified>2005-01-01</modified>"), "0.updated_at",
		"2005-01-01T00:00:00Z"},
	{ATOM03("<created>2004-01-01</created>"), "0.published_at", "2004-01-01T00:00:00Z"},
	/* Atom 1.0: types */
	{ATOM("<title>&lt;b></title>"), "0.title", "<b>"},
	{ATOM("<title type='text'>&lt;b></title>"), "0.title", "<b>"},
	{ATOM("<title type='html'>&lt;b>x&lt;/b> &amp;amp; y</title>"), "0.title", "x & y"},
	{ATOM("<title type='xhtml'>" DIV("<b>x</b> &amp;amp;") "</title>"), "0.title", "x &amp;"},
	{ATOM("<title type='xhtml'><h:div>x <h:b>y</h:b></h:div></title>"), "0.title", "x y"},
	{ATOM("<content type='text/html'>&lt;p>x&lt;/p></content>"), "0.content", "x"},
	{ATOM("<content type='text/plain'>&lt;p></content>"), "0.content", "<p>"},
	{ATOM("<content type='application/xml'><a>x</a></content>"), "0.content", "x"},
	{ATOM("<content type='image/svg+xml'><svg>x</svg></content>"), "0.content", "x"},
	{ATOM("<content type='application/octet-stream'>eCB5</content>"), "0.content", "x y"},
	{ATOM("<content src='http://a.example/x' type='image/png'/>"), "0.content", NULL},
	{ATOM("<content>c</content><summary>s</summary>"), "0.summary", "s"},
	{ATOM("<content>c</content>"), "0.summary", "c"},
	{"<entry xmlns='http://www.w3.org/2005/Atom'><title>x</title></entry>", "0.title", "x"},
	/* HTML inside of RSS */
	{RSS("<title>1 &lt; 2 and 3 > 2</title>"), "0.title", "1 < 2 and 3 > 2"},
	{RSS("<title>&lt;b>x&lt;/b></title>"), "0.title", "x"},
	{RSS("<title>A &amp;amp; B</title>"), "0.title", "A & B"},
	{RSS("<title>S&amp;P 500 &lt;.SPX> up</title>"), "0.title", "S&P 500 <.SPX> up"},
	{RSS("<description>a&lt;br>b</description>"), "0.summary", "a b"},
	{RSS("<description>x &lt;script>y&lt;/script>z</description>"), "0.summary", "x z"},
	{RSS("<h:body><h:p>a &lt;b></h:p></h:body>"), "0.content", "a <b>"},
	{RSS("<h:body>&lt;p>x&lt;/p></h:body>"), "0.content", "x"},
	/* precedence */
	{RSS("<dc:title>d</dc:title><title>t</title>"), "0.title", "t"},
	{RSS("<x><title>inner</title></x>"), "0.title", "inner"},
	{RSS("<x><title>inner</title></x><title>t</title>"), "0.title", "t"},
	{RSS("<image><title>inner</title></image>"), "0.title", NULL},
	{RSS("<media:title>m</media:title>"), "0.title", "m"},
	{RSS("<title>t</title><media:title>m</media:title>"), "0.title", "t"},
	{RSS("<description>d</description><content:encoded>c</content:encoded>"), "0.content", "c"},
	{RSS("<description>d</description><itunes:summary>s</itunes:summary>"), "0.content", NULL},
	{RSS("<itunes:summary>s</itunes:summary><description>d</description>"), "0.summary", "d"},
	{RSS("<description>d</description><summary>s</summary>"), "0.content", "s"},
	{RSS("<pubDate>junk</pubDate><dc:date>2005-01-01</dc:date>"), "0.published_at",
		"2005-01-01T00:00:00Z"},
	{RSS("<pubDate>1 Jan 2004</pubDate><dc:date>2005-01-01</dc:date>"), "0.published_at",
		"2004-01-01T00:00:00Z"},
	{RSS("<dcterms:modified>2005-01-01</dcterms:modified>"), "0.updated_at", "2005-01-01T00:00:00Z"},
	{RSS("<atom:updated>2005-01-01</atom:updated>"), "0.updated_at", "2005-01-01T00:00:00Z"},
	/* authors: the item's own, never the feed's or the source's */
	{RSS("<author>a@a.example (Ann)</author>"), "0.author", "a@a.example (Ann)"},
	{RSS("<dc:creator>Ann</dc:creator><dc:creator>Bob</dc:creator>"), "0.author", "Ann, Bob"},
	{RSS("<author>A</author><dc:creator>B</dc:creator>"), "0.author", "B"},
	{RSS("<itunes:author>I</itunes:author><author>A</author>"), "0.author", "A"},
	{RSS("<itunes:owner><itunes:name>O</itunes:name></itunes:owner>"), "0.author", NULL},
	{ATOM("<author><name>A</name><email>a@a.example</email></author>"), "0.author", "A (a@a.example)"},
	{ATOM("<author><email>a@a.example</email></author>"), "0.author", "a@a.example"},
	{ATOM("<contributor><name>C</name></contributor>"), "0.author", NULL},
	{FEED("<author><name>F</name></author><entry/>"), "0.author", NULL},
	{ATOM("<source><title>s</title><author><name>S</name></author><link "
	      "href='/s'/><updated>2001-01-01</updated>"
	      "<category term='s'/></source>"),
		"0.title", NULL},
	{ATOM("<source><author><name>S</name></author></source>"), "0.author", NULL},
	{ATOM("<source><link href='/s'/></source>"), "0.url", NULL},
	{ATOM("<source><updated>2001-01-01</updated></source>"), "0.updated_at", NULL},
	{ATOM("<source><category term='s'/></source>"), "0.categories", "0"},
	/* links and ids */
	{RSS("<guid>http://a.example/g</guid>"), "0.url", "http://a.example/g"},
	{RSS("<guid isPermaLink='false'>http://a.example/g</guid>"), "0.url", NULL},
	{RSS("<guid>http://a.example/g</guid><link>http://a.example/l</link>"), "0.url",
		"http://a.example/l"},
	{RSS("<guid>urn:x</guid>"), "0.url", NULL},
	{RSS("<link>http://a.example/?a=1&amp;b=2</link>"), "0.url", "http://a.example/?a=1&b=2"},
	{RSS("<link>/x</link>"), "0.url", "http://feeds.example/x"},
	{RSS("<atom:link href='/x'/>"), "0.url", "http://feeds.example/x"},
	{RSS("<link>/l</link><atom:link rel='self' href='/x'/>"), "0.url", "http://feeds.example/l"},
	{ATOM("<link rel='self' href='/s'/>"), "0.url", NULL},
	{ATOM("<link rel='via' href='/v'/><link href='/a'/>"), "0.url", "http://feeds.example/a"},
	{ATOM("<link rel='alternate' type='text/html' href='/h'/><link rel='alternate' type='text/plain' "
	      "href='/p'/>"),
		"0.url", "http://feeds.example/h"},
	{ATOM("<link rel='alternate' type='text/plain' href='/p'/><link rel='alternate' type='text/html' "
	      "href='/h'/>"),
		"0.url", "http://feeds.example/h"},
	{ATOM("<id> tag:x,1 </id>"), "0.guid", "tag:x,1"},
	{ATOM("<id>HTTP://A.example/%7Ex</id>"), "0.guid", "HTTP://A.example/%7Ex"},
	{CHANNEL("<link>/c</link><atom:link rel='self' href='/feed.xml'/>"), "url", "http://feeds.example/c"},
	/* hubs: all that fit, in order, each once, none of an item */
	{CHANNEL("<atom:link rel='hub' href='http://a.example/'/><atom:link rel='hub' href='/b'/>"), "hub",
		"http://a.example/"},
	{CHANNEL("<atom:link rel='hub' href='http://a.example/'/><atom:link rel='hub' href='/b'/>"), "hub.1",
		"http://feeds.example/b"},
	{CHANNEL("<atom:link rel='hub' href='/a'/><atom:link rel='hub' href='/a'/>"), "hubs", "1"},
	{CHANNEL("<atom:link rel='hub' href='/1'/><atom:link rel='hub' href='/2'/><atom:link rel='hub' "
		 "href='/3'/><atom:link rel='hub' href='/4'/><atom:link rel='hub' href='/5'/>"),
		"hubs", "4"},
	{RSS("<atom:link rel='hub' href='/a'/>"), "hubs", "0"},
	{"{\"version\": \"https://jsonfeed.org/version/1.1\", \"items\": [], \"hubs\": [{\"type\": \"rssCloud\", "
	 "\"url\": \"http://c.example/\"}, {\"url\": \"http://a.example/\"}, {\"type\": \"WebSub\", \"url\": "
	 "\"http://b.example/\"}]}",
		"hub.1", "http://b.example/"},
	{CHANNEL("<image><link>/i</link></image>"), "url", NULL},
	/* base and language */
	{FEED("<entry xml:base='http://b.example/x/'><link href='y'/></entry>"), "0.url",
		"http://b.example/x/y"},
	{FEED("<entry xml:base='b/'><link href='y' xml:base='c/'/></entry>"), "0.url",
		"http://feeds.example/dir/b/c/y"},
	{FEED("<entry xml:base='http:///b.example/x/'><link href='y'/></entry>"), "0.url",
		"http://b.example/x/y"},
	{FEED("<entry xml:base='javascript:x'><link href='y'/></entry>"), "0.url",
		"http://feeds.example/dir/y"},
	{"<CHANNEL BASE='http://b.example/'><ITEM HREF='x' LASTMOD='1998.11.05T08:15-0500'/></CHANNEL>",
		"0.url", "http://b.example/x"},
	{FEED("<entry xml:lang='de'/>"), "0.lang", "de"},
	{"<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='en_GB'><entry/></feed>", "0.lang", "en-GB"},
	{"<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='en'><entry xml:lang=''/></feed>", "0.lang",
		NULL},
	{CHANNEL("<language>fr</language><item><dc:language>de</dc:language></item>"), "0.lang", "de"},
	{CHANNEL("<language>fr</language><item/>"), "0.lang", "fr"},
	/* categories */
	{ATOM("<category term='t' label='l'/>"), "0.categories.0", "t"},
	{RSS("<category>A, B</category>"), "0.categories.0", "A, B"},
	{RSS("<media:keywords>a, b</media:keywords>"), "0.categories.1", "b"},
	{RSS("<category>A</category><category>A</category>"), "0.categories", "1"},
	/* dialects and namespaces */
	{RDF("http://purl.org/rss/1.0/", "<channel/><item><title>x</title></item>"), "format", "rss10"},
	{RDF("http://my.netscape.com/rdf/simple/0.9/", "<channel/><item/>"), "format", "rss09x"},
	{RDF("http://purl.org/rss/1.0/", "<channel/><item r:about='http://a.example/'/>"), "0.url",
		"http://a.example/"},
	{"<RDF><channel><title>T</title></channel><item><title>x</title></item></RDF>", "0.title", "x"},
	{"<rss version='0.92'><channel/></rss>", "format", "rss09x"},
	{"<rss><channel/></rss>", "format", "rss20"},
	{"<a:feed "
	 "xmlns:a='http://purl.org/atom/ns#draft-ietf-atompub-format-03'><a:title>T</a:title></a:feed>",
		"title", "T"},
	{"<feed xmlns='http://purl.org/pie/'/>", "format", "atom03"},
	{"<rss version='2.0' "
	 "xmlns:dc='http://nobody.example/'><channel><item><dc:creator>A</dc:creator></item>"
	 "</channel></rss>",
		"0.author", "A"},
	{"<rss version='2.0' "
	 "xmlns:d='http://purl.org/dc/elements/1.0/'><channel><item><d:creator>A</d:creator></item>"
	 "</channel></rss>",
		"0.author", "A"},
	{"<rss version='2.0' "
	 "xmlns:x='http://nobody.example/'><channel><item><x:title>A</x:title></item></channel></rss>",
		"0.title", NULL},
	/* broken documents */
	{RSS("<title>a]]>b</title>"), "0.title", "a]]>b"},
	{RSS("<title>a]]>b</title>"), "recovered", "true"},
	{RSS("<title>A & <![CDATA[a]]]]><![CDATA[>b]]></title>"), "0.title", "A & a]]>b"},
	{RSS("<title><![CDATA[abc</title><link>/x</link>"), "0.url", "http://feeds.example/x"},
	{RSS("<title>one<link>/x</link>"), "0.title", "one"},
	{RSS("<title>one<link>/x</link>"), "0.url", "http://feeds.example/x"},
	{RSS("<link>/x<guid>g<pubDate>1 Jan 2004</pubDate>"), "0.guid", "g"},
	{RSS("<!-- a -- b --><title>x</title>"), "recovered", "true"},
	{RSS("<?xml version='1.0'?><title>x</title>"), "recovered", "true"},
	{"<?xml version='1.0' encoding='1252'?>" RSS("<title>x</title>"), "recovered", "false"},
	{"\n<?xml version='1.0'?>" RSS("<title>x</title>"), "recovered", "true"},
	{"<!DOCTYPE rss [<!ENTITY a '<b>v</b>'>]>" RSS("<title>x &a;</title>"), "0.title", "x v"},
	{"<!DOCTYPE rss [<!ENTITY #a '&#b;'><!ENTITY #b 'x'>]>" RSS("<title>&#a;</title>"), "0.title",
		"&#a;"},
	{CHANNEL("<item><title>1</title></item><item><title>2</title><item><title>3</title></item></"
		 "item><item>"
		 "<title>4 & 5</title></item>"),
		"items", "4"},
	{CHANNEL("<item><title>1</title></item><item><title>2 & 3</title></item>"), "0.title", "1"},
	{CHANNEL("<item><title>1</title></item><item><title>2 & 3</title></item>"), "1.title", "2 & 3"},
};

TT_TEST(feed_rules)
{
	char buf[64];
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_arena arena;
		struct tt_feed feed;
		struct tt_err err = {0};
		tt_arena_init(&arena, 1 << 20);
		if (tt_feed_parse(tt_str_c(rows[i].doc), (struct tt_str){NULL, 0},
			    TT_STR("http://feeds.example/dir/feed"), NULL, &arena, &feed, &err) < 0)
			fail_msg("%s: %s", rows[i].doc, err.msg);
		struct tt_str got = feed_value(&feed, tt_str_c(rows[i].key), buf);
		struct tt_str want = rows[i].want ? tt_str_c(rows[i].want) : (struct tt_str){NULL, 0};
		if (!got.p != !want.p || !tt_str_eq(got, want))
			fail_msg("%s of %s is '%.*s', want '%.*s'", rows[i].key, rows[i].doc, TT_FMT(got),
				TT_FMT(want));
		tt_arena_done(&arena);
	}
}

TT_MAIN(TT_RUN(feed_rules))
