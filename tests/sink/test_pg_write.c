/* test_pg_write.c - what a write stores, and that writing again stores nothing more. */
#include <math.h>

#include "common/err.h"
#include "sink/pg/feeds.h"
#include "sink/pg/registry.h"
#include "tests/sink/pg_test.h"

static struct tt_pg_db db;
static struct tt_sink sink;
static struct tt_err err;

static int setup(void **state)
{
	(void)state;
	tt_pg_db_make(&db, true);
	if (tt_pg_open(&sink, &db.conf, &err) < 0)
		fail_msg("%s", err.msg);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	sink.ops->close(sink.self);
	tt_pg_db_drop(&db);
	return 0;
}

static struct tt_sink_result write_one(struct tt_batch *b)
{
	struct tt_sink_result stored = {99, 99, 99, 99, 99};

	if (sink.ops->write(sink.self, &b, 1, &stored, &err) < 0)
		fail_msg("%s", err.msg);
	return stored;
}

TT_TEST(every_column)
{
	static const struct tt_str categories[] = {
		TT_STR("a \"quoted\" one"), TT_STR("back\\slash, comma"), TT_STR("")};
	struct tt_batch *b = tt_batch_new(1 << 20);
	struct tt_scored *s = tt_pg_item(b, 3, 2);

	s->item.summary = TT_STR("Summary");
	s->item.content = TT_STR("Content");
	s->item.author = TT_STR("Author");
	s->item.lang = TT_STR("en");
	s->item.categories = categories;
	s->item.n_categories = TT_LEN(categories);
	s->item.updated_ms = tt_pg_now_ms - 1;
	struct tt_sink_result r = write_one(b);
	TT_EQ(r.items, 1);
	TT_EQ(r.entities, 2);
	TT_EQ(r.dead, 0);
	char id[37], key[37];
	tt_id_format(s->item.id, id);
	tt_id_format(s->item.url_key, key);
	TT_EQ(tt_pg_int(&db,
		      "SELECT count(*) FROM tickertone.item WHERE item_id = '%s' AND url_key = '%s' AND "
		      "source = 'test' "
		      "AND guid = '3' AND url = 'https://example.com/3' AND title = 'Title 3' AND summary = "
		      "'Summary' "
		      "AND content = 'Content' AND author = 'Author' AND lang = 'en' AND NOT date_clamped "
		      "AND event_at = '2026-11-18 11:00Z' AND published_at = event_at AND updated_at = "
		      "'2026-11-18 11:59:59.999Z' "
		      "AND fetched_at = '2026-11-18 12:00Z' AND stored_at <= now()",
		      id, key),
		1);
	TT_STR_EQ(tt_str_c(tt_pg_text(&db, "SELECT array_to_string(categories, '|') FROM tickertone.item")),
		TT_STR("a \"quoted\" one|back\\slash, comma|"));
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.item_sentiment WHERE score = 0.5 AND "
			     "p_negative = 0.125 AND "
			     "p_neutral = 0.25 AND p_positive = 0.625 AND n_tokens = 7 AND unscored IS NULL "
			     "AND model_id IS NULL AND "
			     "scored_at = '2026-11-18 12:00:01Z'"),
		1);
	TT_STR_EQ(tt_str_c(tt_pg_text(&db, "SELECT string_agg(symbol || ' ' || label || ' ' || mention || ' "
					   "' || relevance, ', ' "
					   "ORDER BY symbol) FROM tickertone.sentiment_history WHERE "
					   "in_title AND mentions = 1 AND score = 0.5")),
		TT_STR("S3 positive Mention 0.5, S4 positive Mention 0.5"));
	tt_batch_free(b);
}

TT_TEST(absent_is_null)
{
	struct tt_batch *b = tt_batch_new(1 << 20);
	struct tt_scored *s = tt_batch_add_item(b);

	s->item.id = TT_ID(TT_STR("bare"));
	s->item.fetched_ms = tt_pg_now_ms;
	s->unscored = "no text";
	s->entities = tt_arena_zalloc(&b->arena, 1, sizeof(*s->entities));
	s->entities[0] = (struct tt_entity_score){.symbol = TT_STR("AAPL"), .relevance = 1, .mentions = 1};
	s->n_entities = 1;
	TT_EQ(write_one(b).items, 1);
	TT_EQ(tt_pg_int(&db, "SELECT num_nulls(published_at, updated_at, url_key, source, guid, url, title, "
			     "summary, content, "
			     "author, lang, categories) FROM tickertone.item"),
		12);
	TT_STR_EQ(tt_str_c(tt_pg_text(&db,
			  "SELECT unscored || num_nulls(score, p_negative, p_neutral, p_positive, scored_at, "
			  "model_id) FROM tickertone.item_sentiment")),
		TT_STR("no text6"));
	TT_EQ(tt_pg_int(&db, "SELECT num_nulls(score, p_negative, p_neutral, p_positive) FROM "
			     "tickertone.entity_sentiment"),
		4);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.sentiment_history WHERE score IS NULL AND "
			     "label IS NULL"),
		1);
	TT_EQ(tt_pg_int(&db, "SELECT count(mood) FROM tickertone.mood('AAPL', '2026-11-17Z', '2026-11-20Z')"),
		0);
	tt_batch_free(b);
}

TT_TEST(again)
{
	struct tt_batch *b = tt_batch_new(1 << 20), *c = tt_batch_new(1 << 20);
	struct tt_stored *stored;
	struct tt_arena arena;
	size_t n;

	for (int i = 0; i < 20; i++)
		tt_pg_item(b, i, 2);
	TT_EQ(write_one(b).items, 20);
	TT_EQ(write_one(b).items, 0);
	for (int i = 10; i < 40; i++)
		tt_pg_item(c, i, 2);
	tt_arena_init(&arena, 1 << 20);
	TT_EQ(sink.ops->lookup(sink.self, c, &arena, &stored, &n, &err), TT_OK);
	TT_EQ(n, 10);
	for (size_t i = 0; i < n; i++)
		TT_TRUE(stored[i].asked == i && stored[i].keys == (TT_KEY_ID | TT_KEY_URL) && !stored[i].gone &&
			tt_id_eq(stored[i].id, c->items[i].item.id));
	tt_arena_done(&arena);
	struct tt_sink_result r = write_one(c);
	TT_EQ(r.items, 20);
	TT_EQ(r.entities, 40);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.item"), 40);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.item_sentiment"), 40);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.entity_sentiment"), 80);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.seen"), 80);
	tt_batch_free(b);
	tt_batch_free(c);
}

/* Items are one when their ids or their URLs are: across writes, within a write, and through a third. */
TT_TEST(two_keys)
{
	static const struct {
		int guid, url, want;
	} rows[] = {
		{1, 1, 1}, /* new */
		{2, 1, 0}, /* changed guid */
		{1, 2, 0}, /* changed URL */
		{3, 2, 0}, /* that URL again */
		{2, 4, 0}, /* that guid again */
		{5, 5, 1},
		{6, 0, 1}, /* no URL is not the URL of another without one */
		{7, 0, 1},
		{6, 0, 0},
	};
	struct tt_batch *all = tt_batch_new(1 << 20);

	for (int together = 0; together < 2; together++) {
		size_t written = 0;
		for (size_t i = 0; i < TT_LEN(rows); i++) {
			struct tt_batch *b = tt_batch_new(1 << 20);
			struct tt_scored *s = tt_pg_item(together ? all : b, rows[i].guid, 1);
			s->item.url_key =
				rows[i].url ? TT_ID(TT_STR("url"), tt_str_c(tt_arena_printf(&all->arena,
									   "%d %d", together, rows[i].url)))
					    : (struct tt_id){{0}};
			s->item.id = TT_ID(s->item.guid, tt_str_c(together ? "together" : "apart"));
			if (!together)
				TT_EQ_ROW((long)i, write_one(b).items, rows[i].want);
			written += (size_t)rows[i].want;
			tt_batch_free(b);
		}
		if (together)
			TT_EQ(write_one(all).items, written);
	}
	tt_batch_free(all);
}

TT_TEST(text_that_postgres_refuses)
{
	struct tt_batch *b = tt_batch_new(64 << 20);
	struct tt_scored *s = tt_pg_item(b, 1, 1);
	static const struct tt_str categories[] = {TT_STR("nul\0 \"\xff\"")};
	const size_t huge = 8 << 20;
	char *p = tt_arena_alloc(&b->arena, huge);

	memset(p, 'x', huge);
	s->item.title = TT_STR("caf\xe9 \0 \xed\xa0\x80.");
	s->item.content = (struct tt_str){p, huge};
	s->item.categories = categories;
	s->item.n_categories = 1;
	s->entities[0].symbol = TT_STR("A\xff");
	s->entities[0].mention = TT_STR("\xf0\x9f");
	TT_EQ(write_one(b).entities, 1);
	TT_STR_EQ(tt_str_c(tt_pg_text(&db, "SELECT title FROM tickertone.item")),
		TT_STR("caf\xef\xbf\xbd \xef\xbf\xbd \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd."));
	TT_STR_EQ(tt_str_c(tt_pg_text(&db, "SELECT categories[1] FROM tickertone.item")),
		TT_STR("nul\xef\xbf\xbd \"\xef\xbf\xbd\""));
	TT_EQ(tt_pg_int(&db, "SELECT length(content) FROM tickertone.item"), (int64_t)huge);
	TT_STR_EQ(tt_str_c(tt_pg_text(&db, "SELECT symbol || mention FROM tickertone.sentiment_history")),
		TT_STR("A\xef\xbf\xbd\xef\xbf\xbd"));
	tt_batch_free(b);
}

/* A score that is none is refused with its content, and alone. */
TT_TEST(refused)
{
	struct tt_batch *b = tt_batch_new(1 << 20);

	tt_pg_item(b, 1, 1)->sentiment.score = NAN;
	TT_EQ(sink.ops->write(sink.self, &b, 1, &(struct tt_sink_result){0}, &err), TT_EDATA);
	TT_TRUE(strstr(err.msg, "item_sentiment"));
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.seen"), 0);
	b->items[0].sentiment.score = 1.00001f; /* a mean, rounded */
	TT_EQ(write_one(b).items, 1);
	TT_EQ(tt_pg_int(&db, "SELECT score FROM tickertone.item_sentiment"), 1);
	tt_batch_free(b);
}

TT_TEST(dates)
{
	static const struct {
		int64_t published_ms;
		const char *event, *published;
		bool clamped;
	} rows[] = {
		{1795003200000 - 86400000, "2026-11-17 12:00:00", "2026-11-17 12:00:00", false},
		{TT_TIME_NONE, "2026-11-18 12:00:00", "", false},
		{1795003200000 + 86400000000, "2026-11-18 12:00:00", "2029-08-14 12:00:00", true},
		{1041379200000, "2003-01-01 00:00:00", "2003-01-01 00:00:00", false},
		{-2208988800000, "1900-01-01 00:00:00", "1900-01-01 00:00:00", false},
		{-62135596800001, "2026-11-18 12:00:00", "", false}, /* before year 1: no date */
		{INT64_MAX, "2026-11-18 12:00:00", "", false},
	};
	struct tt_batch *b = tt_batch_new(1 << 20);

	for (size_t i = 0; i < TT_LEN(rows); i++)
		tt_pg_item(b, (int)i, 1)->item.published_ms = rows[i].published_ms;
	TT_EQ(write_one(b).items, TT_LEN(rows));
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		char want[200];
		snprintf(want, sizeof(want), "%s|%s|%d", rows[i].event, rows[i].published, rows[i].clamped);
		TT_STR_EQ_ROW((long)i,
			tt_str_c(tt_pg_text(&db,
				"SET timezone = 'UTC'; SELECT to_char(event_at, 'YYYY-MM-DD HH24:MI:SS') "
				"|| '|' || coalesce(to_char(published_at, 'YYYY-MM-DD HH24:MI:SS'), '') || "
				"'|' || date_clamped::int "
				"FROM tickertone.item WHERE guid = '%zu'",
				i)),
			tt_str_c(want));
	}
	TT_TRUE(tt_pg_int(&db, "SELECT count(*) FROM tickertone.item_old") >= 2);
	TT_TRUE(tt_pg_int(&db, "SELECT count(*) FROM pg_inherits") < 200);
	tt_batch_free(b);
}

TT_TEST(feeds)
{
	struct tt_batch *b = tt_batch_new(1 << 20);
	struct tt_feed_state *f = tt_batch_add_feed(b);
	struct tt_pg_feed *got;
	struct tt_arena arena;
	struct tt_pg_conn *c;
	size_t n;

	*f = (struct tt_feed_state){.url = TT_STR("https://example.com/rss"),
		.moved_to = TT_STR("https://example.com/new"),
		.moving_to = TT_STR("https://example.com/newer"),
		.title = TT_STR("Feed"),
		.etag = TT_STR("W/\"x\""),
		.last_modified = TT_STR("Mon, 23 Nov 2026 15:46:23 GMT"),
		.last_error = TT_STR("timeout"),
		.last_status = 503,
		.failures = 4,
		.gone = true,
		.interval_ms = 1234567,
		.last_fetch_ms = tt_pg_now_ms,
		.last_success_ms = tt_pg_now_ms - 1,
		.last_change_ms = tt_pg_now_ms - 2,
		.next_fetch_ms = tt_pg_now_ms + 999,
		.hint_ms = 3600000,
		.asked_ms = 600500,
		.skip_hours = 0xffffff,
		.skip_days = 0x41,
		.body_hash = TT_ID(TT_STR("body"))};
	struct tt_feed_state want = *f;
	f = tt_batch_add_feed(b); /* an earlier poll of the same feed, and another one that knows nothing */
	*f = want;
	f->last_fetch_ms--;
	f->failures = 3;
	f = tt_batch_add_feed(b);
	f->url = TT_STR("https://example.com/atom");
	f->etag = TT_STR("caf\xe9");
	write_one(b);
	b->feeds[0].last_fetch_ms -= 1000; /* repeated late */
	b->feeds[0].failures = 0;
	b->n_feeds = 1;
	write_one(b);

	tt_arena_init(&arena, 1 << 20);
	TT_EQ(tt_pg_conn_new(&c, &db.conf, &err), TT_OK);
	TT_EQ(tt_pg_feeds_list(c, &arena, &got, &n, &err), TT_OK);
	TT_EQ(n, 2);
	TT_STR_EQ(got[0].state.url, TT_STR("https://example.com/atom"));
	TT_TRUE(!got[0].state.etag.p && !got[0].state.last_error.p && !got[0].state.gone && tt_id_is_zero(got[0].state.body_hash));
	TT_TRUE(got[0].state.last_fetch_ms == TT_TIME_NONE && got[0].state.next_fetch_ms == TT_TIME_NONE);
	f = &got[1].state;
	TT_STR_EQ(f->url, want.url);
	TT_STR_EQ(f->moved_to, want.moved_to);
	TT_STR_EQ(f->moving_to, want.moving_to);
	TT_STR_EQ(f->title, want.title);
	TT_STR_EQ(f->etag, want.etag);
	TT_STR_EQ(f->last_modified, want.last_modified);
	TT_STR_EQ(f->last_error, want.last_error);
	TT_EQ(f->last_status, want.last_status);
	TT_EQ(f->failures, want.failures);
	TT_EQ(f->gone, want.gone);
	TT_EQ(f->interval_ms, want.interval_ms);
	TT_EQ(f->last_fetch_ms, want.last_fetch_ms);
	TT_EQ(f->last_success_ms, want.last_success_ms);
	TT_EQ(f->last_change_ms, want.last_change_ms);
	TT_EQ(f->next_fetch_ms, want.next_fetch_ms);
	TT_EQ(f->hint_ms, want.hint_ms);
	TT_EQ(f->asked_ms, want.asked_ms);
	TT_EQ(f->skip_hours, want.skip_hours);
	TT_EQ(f->skip_days, want.skip_days);
	TT_TRUE(tt_id_eq(f->body_hash, want.body_hash));
	tt_pg_conn_free(c);
	tt_arena_done(&arena);
	tt_batch_free(b);
}

TT_TEST(dead_letters)
{
	struct tt_batch *b = tt_batch_new(1 << 20);
	char *payload = tt_arena_alloc(&b->arena, 5000);

	memset(payload, '\0', 5000);
	for (int i = 0; i < 3; i++)
		*tt_batch_add_dead(b) = (struct tt_dead_letter){.source = TT_STR("feed"),
			.where = TT_STR("item 3"),
			.stage = "parse",
			.reason = TT_STR("no title"),
			.payload = {payload, i == 2 ? 10 : 5000},
			.at_ms = tt_pg_now_ms + i};
	TT_EQ(write_one(b).dead, 2);
	TT_EQ(write_one(b).dead, 0);
	TT_EQ(tt_pg_int(&db,
		      "SELECT occurrences FROM tickertone.dead_letter WHERE octet_length(payload) = 1024"),
		1);
	b->dead[0].at_ms += 1000;
	b->n_dead = 1;
	TT_EQ(write_one(b).dead, 0);
	TT_EQ(tt_pg_int(&db,
		      "SELECT occurrences FROM tickertone.dead_letter WHERE octet_length(payload) = 1024"),
		2);
	tt_batch_free(b);
}

TT_TEST(registry)
{
	static const struct tt_str aliases[] = {TT_STR("Apple"), TT_STR("Apple \"Inc\"")};
	const struct tt_pg_entity entities[] = {
		{TT_STR("AAPL"), TT_STR("Apple Inc."), TT_STR("company"), TT_STR("Technology"), aliases, 2},
		{TT_STR("EURUSD"), TT_STR("Euro"), {NULL, 0}, {NULL, 0}, NULL, 0}};
	const struct tt_pg_model model = {
		TT_STR("minilm"), TT_ID(TT_STR("m")), TT_ID(TT_STR("w")), TT_STR("fp32"), 22700000, true, {NULL, 0}};
	struct tt_pg_model other = model;
	struct tt_pg_conn *c;
	int id = 0, again = 0, second = 0;

	other.precision = TT_STR("int8");
	TT_EQ(tt_pg_conn_new(&c, &db.conf, &err), TT_OK);
	TT_EQ(tt_pg_model_register(c, &model, &id, &err), TT_OK);
	TT_EQ(tt_pg_model_register(c, &other, &second, &err), TT_OK);
	TT_EQ(tt_pg_model_register(c, &model, &again, &err), TT_OK);
	TT_TRUE(id > 0 && id == again && second == id + 1);

	struct tt_batch *b = tt_batch_new(1 << 20);
	b->model_id = id;
	tt_pg_item(b, 0, 1)->entities[0].symbol = TT_STR("AAPL"); /* before any dictionary has it */
	write_one(b);
	TT_STR_EQ(tt_str_c(tt_pg_text(&db, "SELECT name || ' ' || model FROM tickertone.sentiment_history")),
		TT_STR("AAPL minilm"));
	TT_EQ(tt_pg_entities_sync(c, entities, 2, &err), TT_OK);
	TT_STR_EQ(tt_str_c(tt_pg_text(&db, "SELECT name || sector FROM tickertone.sentiment_history")),
		TT_STR("Apple Inc.Technology"));
	TT_STR_EQ(tt_str_c(tt_pg_text(&db, "SELECT aliases[2] FROM tickertone.entity WHERE symbol = 'AAPL'")),
		aliases[1]);
	TT_EQ(tt_pg_entities_sync(c, entities + 1, 1, &err), TT_OK);
	TT_STR_EQ(tt_str_c(tt_pg_text(&db, "SELECT string_agg(symbol || active::int, ' ' ORDER BY symbol) "
					   "FROM tickertone.entity")),
		TT_STR("AAPL0 EURUSD1"));
	tt_batch_free(b);
	tt_pg_conn_free(c);
}

TT_TEST(check)
{
	struct tt_pg_conf bad = db.conf;

	TT_EQ(tt_pg_check(&db.conf, &err), TT_OK);
	char dsn[600];
	tt_pg_do(&db, "CREATE ROLE %s_clerk LOGIN IN ROLE tickertone_writer", db.name);
	snprintf(dsn, sizeof(dsn), "%s user=%s_clerk", db.dsn, db.name);
	bad.dsn = dsn;
	TT_EQ(tt_pg_check(&bad, &err), TT_OK);
	tt_pg_do(&db, "REVOKE UPDATE ON tickertone.feed FROM tickertone_writer");
	TT_EQ(tt_pg_check(&bad, &err), TT_EREFUSED);
	TT_TRUE(strstr(err.msg, "feed (UPDATE)"));
	tt_pg_do(&db, "DROP ROLE %s_clerk", db.name);
	bad.dsn = (char *)"host=/nowhere";
	TT_EQ(tt_pg_check(&bad, &err), TT_EPEER);
	bad.dsn = (char *)"no such=thing";
	TT_EQ(tt_pg_check(&bad, &err), TT_ECONF);
	TT_TRUE(!strchr(err.msg, '\n'));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
TT_MAIN(CASE(every_column), CASE(absent_is_null), CASE(again), CASE(two_keys),
	CASE(text_that_postgres_refuses), CASE(refused), CASE(dates), CASE(feeds), CASE(dead_letters),
	CASE(registry), CASE(check))
