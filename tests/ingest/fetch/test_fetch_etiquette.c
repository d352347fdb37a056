/* test_fetch_etiquette.c - a good citizen of the web: what is asked, when, and what is remembered, against a
 * real server. */
#include "tests/ingest/fetch/one_feed.h"

TT_TEST(validators_are_echoed)
{
	static const struct tt_http_route route = {
		"/f", {{OK "ETag: W/\"odd, one\"\r\nLast-Modified: around noon\r\n", ONE, 0},
			      {"HTTP/1.1 304 Not Modified\r\nETag: \"new\"\r\n", NONE, 0},
			      {"HTTP/1.1 304 Not Modified\r\n", NONE, 0}, {OK "ETag: \"third\"\r\n", TWO, 0},
			      {OK, ONE, 0}, {OK, TWO, 0}}};
	static const struct {
		const char *sent_etag, *sent_date;
		size_t items;
		int status;
	} rows[] = {
		{NULL, NULL, 1, 200},
		{"W/\"odd, one\"", "around noon", 0, 304},
		{"\"new\"", "around noon", 0, 304},
		{"\"new\"", "around noon", 1, 200},
		{"\"third\"", NULL, 1, 200}, /* the date was sent no longer: forgotten */
		{NULL, NULL, 1, 200},
	};
	struct rig r;
	start_one(&r, &route);
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_batch *b = rig_later(&r, i ? LATE : 0, 1);
		const char *request = tt_http_request(r.server, "/f", i);
		TT_STR_EQ_ROW(i, tt_http_header(request, "If-None-Match"), tt_str_c(rows[i].sent_etag));
		TT_STR_EQ_ROW(i, tt_http_header(request, "If-Modified-Since"), tt_str_c(rows[i].sent_date));
		TT_EQ_ROW(i, b->n_items, rows[i].items);
		TT_EQ_ROW(i, b->feeds[0].last_status, rows[i].status);
		TT_EQ_ROW(i, b->feeds[0].failures, 0);
		TT_STR_EQ_ROW(i, b->feeds[0].title, TT_STR("Feed"));
		tt_batch_free(b);
	}
	TT_EQ(tt_http_connections(r.server), 1); /* reused */
	rig_done(&r);
}

TT_TEST(items_are_complete)
{
	static const struct tt_http_route route = {"/f",
		{{OK,
			RIG_BODY("<rss "
				 "version='2.0'><channel><title>Channel</title><ttl>60</ttl><language>de</"
				 "language>"
				 "<item><guid>g</guid><title>T</title><link>/story?utm_source=x</link></item>"
				 "<item><title>U</title></item></channel></rss>"),
			0}}};
	struct rig r;
	char name[] = "My name", lang[] = "en";
	rig_init(&r, &route, 1);
	rig_feed(&r, "/f");
	r.feeds[0].name = name;
	r.feeds[0].lang = lang;
	rig_open(&r, NULL, 0);
	struct tt_batch *b = rig_polls(&r, 1);
	const struct tt_item *it = &b->items[0].item;
	char url[100];
	TT_EQ(b->n_items, 2);
	TT_TRUE(b->born_ns > 0);
	TT_STR_EQ(it->source, tt_str_c(r.urls[0]));
	TT_TRUE(tt_id_eq(it->id, TT_ID(tt_str_c(r.urls[0]), TT_STR("g"))));
	rig_url(&r, "/story?utm_source=x", url);
	TT_STR_EQ(it->url, tt_str_c(url)); /* made absolute */
	TT_TRUE(!tt_id_is_zero(it->url_key));
	TT_STR_EQ(it->lang, TT_STR("en"));
	TT_EQ(it->fetched_ms, RIG_START);
	TT_TRUE(b->items[1].item.guid.n > 0);
	TT_STR_EQ(b->feeds[0].title, TT_STR("My name"));
	TT_EQ(b->feeds[0].hint_ms, 60 * RIG_MIN);
	TT_EQ(b->feeds[0].next_fetch_ms, RIG_START + 60 * RIG_MIN);
	tt_batch_free(b);
	rig_done(&r);
}

TT_TEST(an_unchanged_body_is_not_new)
{
	static const struct tt_http_route route = {
		"/f", {{OK "ETag: \"always another\"\r\n", ONE, 0}, {OK, ONE, 0}, {OK, TWO, 0}}};
	struct rig r;
	start_one(&r, &route);
	for (size_t i = 0; i < 3; i++) {
		uint64_t same = tt_metric_get(TT_M_fetch_not_modified);
		struct tt_batch *b = rig_later(&r, i ? LATE : 0, 1);
		TT_EQ_ROW(i, b->n_items, i != 1);
		TT_EQ_ROW(i, tt_metric_get(TT_M_fetch_not_modified) - same, i == 1);
		TT_EQ_ROW(i, b->feeds[0].last_change_ms == b->feeds[0].last_fetch_ms, i != 1);
		tt_batch_free(b);
	}
	rig_done(&r);
}

TT_TEST(repairs_are_counted)
{
	static const struct tt_http_route route = {
		"/f", {{OK, ONE, 0}, {OK, RIG_BODY("<rss><channel><title>A & B</title>"), 0}}};
	struct rig r;
	start_one(&r, &route);
	for (size_t i = 0; i < 2; i++) {
		uint64_t before = tt_metric_get(TT_M_fetch_repaired);
		tt_batch_free(rig_later(&r, i ? LATE : 0, 1));
		TT_EQ_ROW(i, tt_metric_get(TT_M_fetch_repaired) - before, i == 1);
	}
	rig_done(&r);
}

TT_TEST(the_server_may_ask_for_more_time)
{
	static const struct tt_http_route route = {"/f",
		{{OK "Cache-Control: max-age=7200\r\n", ONE, 0}, {OK "Cache-Control: max-age=10\r\n", ONE, 0},
			{"HTTP/1.1 503 Busy\r\nRetry-After: 18000\r\n", NONE, 0},
			{"HTTP/1.1 429 Slow down\r\nRetry-After: Mon, 23 Nov 2099 15:46:23 GMT\r\n", NONE, 0},
			{OK, ONE, 0}}};
	static const struct {
		int64_t wait_min;
		const char *error;
	} rows[] = {{120, NULL}, {15, NULL}, {300, "HTTP 503, asked to wait 18000 s"},
		{24 * 60, "HTTP 429, asked to wait"}, {15, NULL}};
	struct rig r;
	start_one(&r, &route);
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_batch *b = rig_later(&r, i ? rows[i - 1].wait_min * RIG_MIN : 0, 1);
		TT_EQ_ROW(i, b->feeds[0].next_fetch_ms - r.wall_ms, rows[i].wait_min * RIG_MIN);
		if (rows[i].error)
			rig_contains(i, b->feeds[0].last_error, rows[i].error);
		else
			TT_STR_EQ_ROW(i, b->feeds[0].last_error, ((struct tt_str){NULL, 0}));
		tt_batch_free(b);
	}
	rig_done(&r);
}

TT_TEST(nothing_is_asked_before_its_time)
{
	static const struct tt_http_route route = {"/f", {{OK, ONE, 0}}};
	struct tt_err err;
	struct tt_fetch_stats stats;
	struct rig r;
	start_one(&r, &route);
	tt_batch_free(rig_polls(&r, 1));
	struct tt_batch *b = tt_batch_new(1 << 20);
	atomic_fetch_add(&r.wall_ms, 15 * RIG_MIN - 1);
	for (int i = 0; i < 10; i++)
		TT_EQ(r.source.ops->next(r.source.self, b, 10, 1, &err), TT_OK);
	TT_EQ(tt_http_count(r.server, "/f"), 1);
	tt_fetch_stats(&r.source, &stats);
	TT_EQ(stats.feeds, 1);
	TT_EQ(stats.active, 0);
	TT_EQ(stats.next_due_ms, r.wall_ms + 1);
	tt_batch_free(b);
	tt_batch_free(rig_later(&r, 1, 1));
	TT_EQ(tt_http_count(r.server, "/f"), 2);
	rig_done(&r);
}

TT_TEST(failures_wait_longer_and_never_give_up)
{
	static const struct tt_http_route route = {"/f", {{"HTTP/1.1 500 Oh\r\n", NONE, 0}}};
	struct rig r;
	struct tt_batch *b = NULL;
	struct tt_fetch_stats stats;
	start_one(&r, &route);
	for (int i = 1; i <= 12; i++) {
		const struct tt_feed_state *s = rig_state(&r, &b, i == 1 ? 0 : 6 * 60 * RIG_MIN);
		int64_t wait = s->next_fetch_ms - r.wall_ms;
		TT_EQ_ROW(i, s->failures, i);
		TT_STR_EQ_ROW(i, s->last_error, TT_STR("HTTP 500"));
		TT_TRUE(wait >= 15 * RIG_MIN && wait <= 6 * 60 * RIG_MIN);
		if (i >= 6)
			TT_TRUE(wait >= 3 * 60 * RIG_MIN);
	}
	tt_fetch_stats(&r.source, &stats);
	TT_EQ(stats.failing, 1);
	tt_batch_free(b);
	rig_done(&r);
}

TT_TEST(gone_stops)
{
	static const struct tt_http_route routes[] = {{"/f", {{"HTTP/1.1 410 Gone\r\n", NONE, 0}}},
		{"/for-now", {{"HTTP/1.1 302 Found\r\nLocation: /f\r\n", NONE, 0}}}};
	struct rig r;
	struct tt_err err;
	struct tt_fetch_stats stats;
	rig_init(&r, routes, 2);
	rig_feed(&r, "/f");
	rig_feed(&r, "/for-now");
	rig_open(&r, NULL, 0);
	struct tt_batch *b = rig_polls(&r, 2);
	for (size_t i = 0; i < 2; i++) {
		bool itself = tt_str_eq(b->feeds[i].url, tt_str_c(r.urls[0]));
		TT_EQ(b->feeds[i].gone, itself); /* a redirect for now may come back */
		TT_EQ(b->feeds[i].next_fetch_ms == TT_TIME_NONE, itself);
		rig_contains(i, b->feeds[i].last_error, "HTTP 410");
	}
	tt_fetch_stats(&r.source, &stats);
	TT_EQ(stats.gone, 1);
	tt_batch_free(b);
	b = tt_batch_new(1 << 20);
	atomic_fetch_add(&r.wall_ms, 1000000 * RIG_MIN);
	for (int i = 0; i < 20; i++)
		TT_EQ(r.source.ops->next(r.source.self, b, 10, 5, &err), TT_OK);
	TT_EQ(tt_http_count(r.server, "/f"), 3);
	tt_batch_free(b);
	rig_done(&r);
}

TT_TEST(a_move_is_believed_the_second_time)
{
	static const struct tt_http_route routes[] = {
		{"/old", {{"HTTP/1.1 301 Moved\r\nLocation: /mid\r\n", NONE, 0}}},
		{"/mid", {{"HTTP/1.1 308 Moved\r\nLocation: /new\r\n", NONE, 0}}},
		{"/new", {{"HTTP/1.1 302 Found\r\nLocation: /cdn\r\n", NONE, 0}}},
		{"/cdn", {{OK, ONE, 0}}},
	};
	struct rig r;
	struct tt_batch *b = NULL;
	char moved[100];
	rig_init(&r, routes, TT_LEN(routes));
	rig_feed(&r, "/old");
	rig_url(&r, "/new", moved);
	rig_open(&r, NULL, 0);
	for (size_t i = 0; i < 3; i++) {
		const struct tt_feed_state *s = rig_state(&r, &b, i ? LATE : 0);
		TT_EQ_ROW(i, s->failures, 0);
		TT_STR_EQ_ROW(i, s->url, tt_str_c(r.urls[0]));
		TT_STR_EQ_ROW(i, s->moving_to, i == 0 ? tt_str_c(moved) : ((struct tt_str){NULL, 0}));
		TT_STR_EQ_ROW(i, s->moved_to, i == 0 ? ((struct tt_str){NULL, 0}) : tt_str_c(moved));
	}
	TT_EQ(tt_http_count(r.server, "/old"), 2);
	TT_EQ(tt_http_count(r.server, "/new"), 3);
	TT_EQ(tt_http_count(r.server, "/cdn"), 3);
	tt_batch_free(b);
	rig_done(&r);
}

TT_TEST(a_move_that_stops_working_is_undone)
{
	static const struct tt_http_route routes[] = {
		{"/old", {{OK, ONE, 0}}}, {"/new", {{"HTTP/1.1 404 No\r\n", NONE, 0}}}};
	struct rig r;
	struct tt_batch *b = NULL;
	char moved[100];
	rig_init(&r, routes, 2);
	rig_feed(&r, "/old");
	rig_url(&r, "/new", moved);
	struct tt_feed_state stored = {.url = tt_str_c(r.urls[0]),
		.moved_to = tt_str_c(moved),
		.last_fetch_ms = TT_TIME_NONE,
		.last_success_ms = TT_TIME_NONE,
		.last_change_ms = TT_TIME_NONE,
		.next_fetch_ms = TT_TIME_NONE};
	rig_open(&r, &stored, 1);
	for (int i = 0; i < 4; i++) {
		const struct tt_feed_state *s = rig_state(&r, &b, i ? 6 * 60 * RIG_MIN : 0);
		TT_EQ_ROW(i, s->failures, i < 3 ? i + 1 : 0);
		TT_EQ_ROW(i, s->moved_to.n > 0, i < 2);
	}
	TT_EQ(tt_http_count(r.server, "/old"), 1);
	tt_batch_free(b);
	rig_done(&r);
}

TT_MAIN(TT_RUN(validators_are_echoed), TT_RUN(items_are_complete), TT_RUN(an_unchanged_body_is_not_new),
	TT_RUN(repairs_are_counted), TT_RUN(the_server_may_ask_for_more_time),
	TT_RUN(nothing_is_asked_before_its_time), TT_RUN(failures_wait_longer_and_never_give_up),
	TT_RUN(gone_stops), TT_RUN(a_move_is_believed_the_second_time),
	TT_RUN(a_move_that_stops_working_is_undone))
