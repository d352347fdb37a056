/* test_fetch_headers.c - header lines as servers send them, right and wrong. */
#include "common/err.h"
#include "ingest/fetch/headers.h"
#include "tests/tt_test.h"

#define NOW 1795448783000 /* 2026-11-23T15:46:23Z, a Monday */
#define S   1000LL

TT_TEST(http_dates)
{
	static const struct {
		const char *in;
		int64_t want;
	} rows[] = {
		{"Mon, 23 Nov 2026 15:46:23 GMT", NOW},
		{"Monday, 23-Nov-26 15:46:23 GMT", NOW},
		{"Mon Nov 23 15:46:23 2026", NOW},
		{"  Mon, 23 Nov 2026 15:46:23 GMT\r\n", NOW},
		{"", TT_TIME_NONE},
		{"0", TT_TIME_NONE},
		{"-1", TT_TIME_NONE},
		{"tomorrow", TT_TIME_NONE},
		{"Mon, 99 Foo 2026 15:46:23 GMT", TT_TIME_NONE},
		{"Mon, 23 Nov 1000000000 15:46:23 GMT", TT_TIME_NONE},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++)
		TT_EQ_ROW(i, tt_http_date(tt_str_c(rows[i].in)), rows[i].want);
}

/* What the lines (separated by |) make of freshness and Retry-After. */
TT_TEST(freshness_and_retry)
{
	static const struct {
		const char *lines;
		int64_t fresh_ms, retry_ms;
	} rows[] = {
		{"", 0, -1},
		{"Cache-Control: max-age=600", 600 * S, -1},
		{"cache-control:MAX-AGE=600\r\n", 600 * S, -1},
		{"Cache-Control: public, max-age=\"600\"", 600 * S, -1},
		{"Cache-Control: max-age=600|Age: 100", 500 * S, -1},
		{"Cache-Control: max-age=600|Age: 1000", 0, -1},
		{"Cache-Control: max-age=0", 0, -1},
		{"Cache-Control: max-age=-5", 0, -1},
		{"Cache-Control: max-age=", 0, -1},
		{"Cache-Control: max-age=99999999999999999999999", 315360000 * S, -1},
		{"Cache-Control: no-cache, max-age=600", 0, -1},
		{"Cache-Control: max-age=600|Cache-Control: no-store", 0, -1},
		{"Cache-Control: no-cache=\"set-cookie, max-age=5\", max-age=600", 600 * S, -1},
		{"Cache-Control: s-maxage=600", 0, -1},
		{"Expires: Mon, 23 Nov 2026 16:46:23 GMT", 3600 * S, -1},
		{"Expires: Mon, 23 Nov 2026 16:46:23 GMT|Date: Mon, 23 Nov 2026 16:16:23 GMT", 1800 * S, -1},
		{"Expires: Mon, 23 Nov 2026 16:46:23 GMT|Cache-Control: max-age=60", 60 * S, -1},
		{"Expires: Mon, 23 Nov 2020 16:46:23 GMT", 0, -1},
		{"Expires: Mon, 23 Nov 2026 16:46:23 GMT|Age: 600", 3000 * S, -1},
		{"Expires: Monday, 23-Nov-26 16:46:23 GMT", 3600 * S, -1},
		{"Expires: Mon Nov 23 16:46:23 2026", 3600 * S, -1},
		{"Expires: Mon, 23 Nov 2026 16:46:23 GMT|Cache-Control: no-cache", 0, -1},
		{"Expires: Mon, 23 Nov 2026 16:46:23 GMT|Cache-Control: private, s-maxage=5", 3600 * S, -1},
		{"Expires: 0", 0, -1},
		{"Cache-Control: max-age=60|Cache-Control: max-age=600", 60 * S, -1}, /* the first stands */
		{"Cache-Control: max-age=600|Age: 99999999999999999999", 0, -1},
		{"Cache-Control: max-age=600|Age: soon", 600 * S, -1},
		{"Expires: -1", 0, -1},
		{"Retry-After: 120", 0, 120 * S},
		{"Retry-After: Mon, 23 Nov 2026 15:48:23 GMT", 0, 120 * S},
		{"Retry-After: Mon, 23 Nov 2026 15:00:00 GMT", 0, 0},
		{"Retry-After: Monday, 23-Nov-26 15:48:23 GMT", 0, 120 * S},
		{"Retry-After: Mon Nov 23 15:48:23 2026", 0, 120 * S},
		{"Retry-After: 99999999999999999999999999", 0, 315360000 * S},
		{"Retry-After: 1e9", 0, -1},
		{"Retry-After: 0", 0, 0},
		{"Retry-After:", 0, -1},
		{"Retry-After: soon", 0, -1},
		{"Retry-After: -3", 0, -1},
		{"HTTP/1.1 200 OK|: |no colon||Cache-Control", 0, -1},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_arena arena;
		struct tt_headers h;
		struct tt_str rest = tt_str_c(rows[i].lines);
		tt_arena_init(&arena, 4096);
		tt_headers_init(&h);
		while (rest.p)
			TT_EQ_ROW(i, tt_headers_line(&h, tt_str_split(&rest, '|'), NOW, &arena), TT_OK);
		TT_EQ_ROW(i, tt_headers_fresh_ms(&h, NOW), rows[i].fresh_ms);
		TT_EQ_ROW(i, h.retry_after_ms, rows[i].retry_ms);
		tt_arena_done(&arena);
	}
}

TT_TEST(validators_are_verbatim)
{
	struct tt_arena arena;
	struct tt_headers h;
	tt_arena_init(&arena, 4096);
	tt_headers_init(&h);
	tt_headers_line(&h, TT_STR("ETag: W/\"a, b;c\"-not-quoted \r\n"), NOW, &arena);
	tt_headers_line(&h, TT_STR("LAST-MODIFIED:yesterday, about noon\r\n"), NOW, &arena);
	tt_headers_line(&h, TT_STR("Content-Type: text/xml; charset=UTF-8\r\n"), NOW, &arena);
	TT_STR_EQ(h.etag, TT_STR("W/\"a, b;c\"-not-quoted"));
	TT_STR_EQ(h.last_modified, TT_STR("yesterday, about noon"));
	TT_STR_EQ(h.content_type, TT_STR("text/xml; charset=UTF-8"));
	tt_headers_line(&h, TT_STR("ETag:\r\n"), NOW, &arena); /* the last one wins, and empty is none */
	TT_TRUE(!h.etag.p);
	tt_arena_done(&arena);
}

TT_TEST(memory_is_bounded)
{
	struct tt_arena arena;
	struct tt_headers h;
	tt_arena_init(&arena, 16);
	tt_headers_init(&h);
	TT_EQ(tt_headers_line(&h, TT_STR("ETag: \"0123456789012345678901234567890123456789\""), NOW, &arena),
		TT_ENOMEM);
	tt_arena_done(&arena);
}

TT_MAIN(TT_RUN(http_dates), TT_RUN(freshness_and_retry), TT_RUN(validators_are_verbatim),
	TT_RUN(memory_is_bounded))
