/* test_feed_hostile.c - megabytes made to cost quadratic time or unbounded memory. Each is parsed whole; what
 * takes a part of a second would take minutes if anything searched the rest of the text again and again, and
 * then ctest's timeout says so. */
#include "common/buf.h"
#include "common/err.h"
#include "ingest/feed/feed.h"
#include "tests/tt_test.h"

enum { BYTES = 4 << 20, ARENA = 64 << 20 };

#define ITEM "<rss version='2.0'><channel><item><title>"

static const struct {
	const char *head, *repeat, *tail; /* "%zu" in repeat: a counter */
	int rc;
} rows[] = {
	{ITEM, "x", "</title></item></channel></rss>", TT_OK},
	{ITEM, "<a b=\"", "", TT_OK},
	{ITEM, "<a b='\">", "", TT_ELIMIT},
	{ITEM, "<a b='\">x</a>", "", TT_OK},
	{ITEM "<a ", "b='1' ", "/>", TT_OK},
	{ITEM "<a ", "b%zu='1' ", "/>", TT_OK},
	{"<rss ", "xmlns:n%zu='u%zu' ", "><channel/></rss>", TT_OK},
	{ITEM, "<![CDATA[", "", TT_OK},
	{ITEM, "<!--", "", TT_OK},
	{ITEM, "<", "", TT_OK},
	{ITEM, "&", "", TT_OK},
	{ITEM, "&aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "", TT_OK},
	{ITEM, "</x>", "", TT_OK},
	{ITEM, "<?x ", "", TT_OK},
	{ITEM, "<!x ", "", TT_OK},
	{ITEM, "<x>", "", TT_ELIMIT},
	{"<rss version='2.0'><channel>", "<n%zu/>", "</channel></rss>", TT_ELIMIT}, /* names without end */
	{"<rss version='2.0'><channel>", "<item><title>x</title></item>", "", TT_OK},
	{ITEM "</title>", "<category>c%zu</category>", "</item></channel></rss>", TT_OK},
	{"<!DOCTYPE x [<!ENTITY e "
	 "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'>]>" ITEM,
		"&e;", "</title></item></channel></rss>", TT_OK},
	{"<!DOCTYPE x [", "<!ENTITY e 'aaaa", "]>", TT_EPARSE},
	{"<!DOCTYPE x [", "<!ENTITY e%zu 'aaaa'>", "]><rss/>", TT_OK},
	{"", "<?x ", "", TT_EPARSE},
	{"", "<x ", "", TT_EPARSE},
	{"<", "r", "/>", TT_EPARSE},
	{"", "\xe9", "", TT_EPARSE},
	{"{\"items\":[", "{\"id\":1},", "", TT_OK},
	{"", "{\"items\":[", "", TT_EPARSE},
	{"<rss version='2.0'><channel><item><description>", "&lt;a b=&quot;",
		"</description></item></channel></rss>", TT_OK},
	{"<rss version='2.0'><channel><item><description>", "&lt;!--",
		"</description></item></channel></rss>", TT_OK},
};

static void fill(struct tt_buf *b, size_t row)
{
	tt_buf_reset(b);
	tt_buf_str(b, tt_str_c(rows[row].head));
	for (size_t i = 0; b->n < BYTES; i++) {
		struct tt_str rest = tt_str_c(rows[row].repeat);
		while (rest.p) {
			const char *at = memmem(rest.p, rest.n, "%zu", 3);
			size_t n = at ? (size_t)(at - rest.p) : rest.n;
			tt_buf_add(b, rest.p, n);
			if (at)
				tt_buf_printf(b, "%zu", i);
			rest = at ? (struct tt_str){at + 3, rest.n - n - 3} : (struct tt_str){NULL, 0};
		}
	}
	tt_buf_str(b, tt_str_c(rows[row].tail));
}

TT_TEST(feed_hostile)
{
	struct tt_arena arena;
	struct tt_buf b;
	struct tt_str none = {NULL, 0};
	tt_arena_init(&arena, ARENA);
	tt_buf_init(&b, 2 * BYTES);
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_feed feed;
		fill(&b, i);
		TT_EQ_ROW((long)i, tt_feed_parse(tt_buf_view(&b), none, none, NULL, &arena, &feed, NULL),
			rows[i].rc);
		if (rows[i].rc == TT_OK)
			TT_TRUE(feed.n_items <= tt_feed_limits_default.max_items);
		tt_arena_reset(&arena);
	}
	tt_buf_done(&b);
	tt_arena_done(&arena);
}

TT_MAIN(TT_RUN(feed_hostile))
