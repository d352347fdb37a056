/* test_versions.c - feeds as they change from poll to poll, through document, filter and database: how many
 * stories and texts there must be after each. A row is a step: what a feed says now, and the counts behind
 * it. */
#include <stdio.h>

#include "app/run/filter.h"
#include "ingest/fetch/document.h"
#include "sink/pg/pg.h"
#include "tests/sink/pg_test.h"

static const struct tt_fetch_conf fetch = {.max_items = 1000, .max_text_bytes = 100000, .max_xml_depth = 50};

struct step {
	char feed;          /* 'a', 'b': two publishers */
	const char *items;  /* what is within the channel */
	int stories, texts; /* rows of item, and of item and item_version together */
	const char *titles; /* current ones, sorted */
};

#define GUID(x)  "<guid isPermaLink='false'>" x "</guid>"
#define LINK(x)  "<link>" x "</link>"
#define TITLE(x) "<title>" x "</title>"
#define DATE(d)  "<pubDate>" d " Nov 2026 08:00:00 GMT</pubDate>"
#define ITEM(x)  "<item>" x "</item>"

static void take(struct tt_batch *b, const struct step *s, int64_t now_ms)
{
	char url[] = "http://a.example/feed", text[4000];
	struct tt_feed_conf conf = {.url = url, .enabled = true};
	struct tt_err err = {0};
	struct tt_feed feed;
	url[7] = s->feed;
	struct tt_feed_slot *slot = tt_feed_slot_new(&conf);
	snprintf(text, sizeof(text), "<rss version='2.0'><channel><title>F</title>%s</channel></rss>",
		s->items);
	struct tt_document doc = {.body = tt_str_c(text), .url = tt_str_c(url), .now_ms = now_ms};
	if (tt_document_take(slot, &doc, &fetch, b, &feed, &err) < 0)
		fail_msg("%s", err.msg);
	tt_feed_slot_free(slot);
}

/* One poll. Every write is made twice, as when its answer was lost. */
static void poll_feed(struct tt_sink *sink, const struct step *s, int number)
{
	struct tt_batch *b = tt_batch_new(1 << 22);
	struct tt_sink_result r;
	struct tt_err err = {0};
	take(b, s, tt_pg_now_ms + number * 60000);
	if (tt_filter_batch(sink, b, &err) < 0)
		fail_msg("filter: %s", err.msg);
	for (size_t i = 0; i < b->n_items; i++) {
		struct tt_scored *scored = &b->items[i];
		scored->scored_ms = tt_pg_now_ms;
		scored->sentiment = (struct tt_sentiment){{0.1f, 0.2f, 0.7f}, 0.6f, TT_POSITIVE};
	}
	for (int again = 0; again < 2; again++)
		if (sink->ops->write(sink->self, &b, 1, &r, &err) < 0)
			fail_msg("write: %s", err.msg);
	TT_EQ(r.items + r.updated, 0);
	tt_batch_free(b);
}

static void check(const struct tt_pg_db *db, const struct step *s, int number)
{
	TT_EQ_ROW(number, tt_pg_int(db, "SELECT count(*) FROM tickertone.item"), s->stories);
	TT_EQ_ROW(number, tt_pg_int(db, "SELECT count(*) FROM tickertone.item_sentiment"), s->stories);
	TT_EQ_ROW(number,
		tt_pg_int(db, "SELECT (SELECT count(*) FROM tickertone.item) + (SELECT count(*) FROM "
			      "tickertone.item_version)"),
		s->texts);
	TT_EQ_ROW(number, tt_pg_int(db, "SELECT count(*) FROM tickertone.item_history_all"), s->texts);
	if (strcmp(tt_pg_text(db, "SELECT string_agg(title, '|' ORDER BY title) FROM tickertone.item"),
		    s->titles)) {
		print_error("row %d: titles '%s', want '%s'\n", number,
			tt_pg_text(db, "SELECT string_agg(title, '|' ORDER BY title) FROM tickertone.item"),
			s->titles);
		fail();
	}
}

/* Runs the steps, then the last one again many times: nothing may grow by it. */
static void run(const struct step *steps, size_t n)
{
	struct tt_pg_db db;
	struct tt_sink sink;
	struct tt_err err = {0};
	tt_pg_db_make(&db, true);
	if (tt_pg_open(&sink, &db.conf, &err) < 0)
		fail_msg("%s", err.msg);
	for (size_t i = 0; i < n; i++) {
		poll_feed(&sink, &steps[i], (int)i);
		check(&db, &steps[i], (int)i);
	}
	int64_t keys = tt_pg_int(&db, "SELECT count(*) FROM tickertone.seen");
	for (int i = 0; i < 5; i++)
		poll_feed(&sink, &steps[n - 1], 100 + i);
	check(&db, &steps[n - 1], (int)n);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.seen"), keys);
	sink.ops->close(sink.self);
	tt_pg_db_drop(&db);
}

#define FED LINK("http://x.example/fed")

TT_TEST(a_changed_guid_is_the_same_story)
{
	static const struct step steps[] = {
		{'a', ITEM(GUID("1") FED TITLE("Fed raises rates") DATE("20")), 1, 1, "Fed raises rates"},
		{'a', ITEM(GUID("2") FED TITLE("Fed raises rates") DATE("20")), 1, 1, "Fed raises rates"},
		{'a',
			ITEM(GUID("3") LINK("https://www.x.example/fed?utm_source=rss")
					TITLE("Fed raises rates") DATE("21")),
			1, 1, "Fed raises rates"},
	};
	run(steps, TT_LEN(steps));
}

TT_TEST(a_corrected_title_is_a_new_text)
{
	static const struct step steps[] = {
		{'a', ITEM(GUID("1") FED TITLE("Fed raises rates by 20 points") DATE("20")), 1, 1,
			"Fed raises rates by 20 points"},
		{'a', ITEM(GUID("1") FED TITLE("Fed raises rates by 25 points") DATE("20")), 1, 2,
			"Fed raises rates by 25 points"},
		{'a', ITEM(GUID("9") FED TITLE("Fed raises rates by 25 points, more to come") DATE("20")), 1,
			3, "Fed raises rates by 25 points, more to come"},
	};
	run(steps, TT_LEN(steps));
}

TT_TEST(tested_titles_are_two_texts)
{
	static const char a[] = ITEM(GUID("1") FED TITLE("Stocks slide as Fed hikes") DATE("20"));
	static const char b[] = ITEM(GUID("1") FED TITLE("Why your portfolio just lost 3%") DATE("20"));
	struct step steps[20];
	for (size_t i = 0; i < TT_LEN(steps); i++)
		steps[i] = (struct step){'a', i % 2 ? b : a, 1, i ? 2 : 1,
			i ? "Why your portfolio just lost 3%" : "Stocks slide as Fed hikes"};
	run(steps, TT_LEN(steps));
}

TT_TEST(tokens_in_links_make_no_news)
{
	static const char *const links[] = {
		"http://x.example/fed?token=", "http://x.example/fed;jsessionid="};
	char text[5][300];
	struct step steps[5];
	for (size_t form = 0; form < TT_LEN(links) * 2; form++) {
		for (size_t i = 0; i < TT_LEN(steps); i++) {
			snprintf(text[i], sizeof(text[i]),
				"<item>%s<link>%s%dc7f3a</link><title>Fed raises rates</title>%s</item>",
				form % 2 ? GUID("1") : "", links[form / 2], (int)i + 1, DATE("20"));
			steps[i] = (struct step){'a', text[i], 1, 1, "Fed raises rates"};
		}
		run(steps, TT_LEN(steps));
	}
}

TT_TEST(a_guid_used_again_is_another_story)
{
	static const struct step steps[] = {
		{'a', ITEM(GUID("1") LINK("http://x.example/fed") TITLE("Fed raises rates") DATE("20")), 1, 1,
			"Fed raises rates"},
		{'a', ITEM(GUID("1") LINK("http://x.example/oil") TITLE("Oil slumps to a low") DATE("21")), 2,
			2, "Fed raises rates|Oil slumps to a low"},
		/* the same guid on all items of one document */
		{'a',
			ITEM(GUID("1") LINK("http://x.example/gold") TITLE("Gold shines") DATE("22"))
				ITEM(GUID("1") LINK("http://x.example/tin") TITLE("Tin falls") DATE("22")),
			4, 4, "Fed raises rates|Gold shines|Oil slumps to a low|Tin falls"},
	};
	run(steps, TT_LEN(steps));
}

TT_TEST(a_link_to_the_section_is_no_identity)
{
	static const struct step steps[] = {
		{'a',
			ITEM(GUID("1") LINK("http://x.example/live") TITLE("Fed raises rates") DATE("20"))
				ITEM(GUID("2") LINK("http://x.example/live") TITLE("Oil slumps to a low")
						DATE("20")),
			2, 2, "Fed raises rates|Oil slumps to a low"},
		{'a', ITEM(GUID("3") LINK("http://x.example/") TITLE("Gold shines") DATE("21")), 3, 3,
			"Fed raises rates|Gold shines|Oil slumps to a low"},
		{'a', ITEM(GUID("4") LINK("http://x.example/") TITLE("Tin falls again") DATE("22")), 4, 4,
			"Fed raises rates|Gold shines|Oil slumps to a low|Tin falls again"},
	};
	run(steps, TT_LEN(steps));
}

TT_TEST(the_same_item_through_several_feeds_is_one)
{
	static const struct step steps[] = {
		{'a', ITEM(GUID("1") FED TITLE("Fed raises rates") DATE("20")), 1, 1, "Fed raises rates"},
		{'b',
			ITEM(GUID("b-77") LINK("https://www.x.example/fed/?utm_medium=feed")
					TITLE("FED RAISES RATES (via X)") DATE("20")),
			1, 1, "Fed raises rates"}, /* a copy does not change what the first one said */
		{'b', ITEM(GUID("b-78") LINK("http://y.example/other") TITLE("Something else") DATE("20")), 2,
			2, "Fed raises rates|Something else"},
	};
	run(steps, TT_LEN(steps));
}

TT_MAIN(TT_RUN(a_changed_guid_is_the_same_story), TT_RUN(a_corrected_title_is_a_new_text),
	TT_RUN(tested_titles_are_two_texts), TT_RUN(tokens_in_links_make_no_news),
	TT_RUN(a_guid_used_again_is_another_story), TT_RUN(a_link_to_the_section_is_no_identity),
	TT_RUN(the_same_item_through_several_feeds_is_one))
