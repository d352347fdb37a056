/* hostile.h - a table of servers that are up to no good, polled all at once by one source beside a good one:
 * each must end in a last_error that says what, in the metric of its reason, in its limit's, and the good one
 * in its items. */
#ifndef TT_TESTS_INGEST_FETCH_HOSTILE_H
#define TT_TESTS_INGEST_FETCH_HOSTILE_H

#include "common/metrics.h"
#include "tests/ingest/fetch/rig.h"

enum { NO_LIMIT = TT_METRIC_COUNT };

struct hostile_row {
	const char *path;
	const char *error; /* in last_error, alternatives by |; NULL: a good feed with one item */
	int reason;        /* TT_M_failed_... */
	int limit;         /* TT_M_limit_..., counted once; NO_LIMIT: none */
};

static inline void hostile_check(const struct hostile_row *row, const struct tt_feed_state *s)
{
	struct tt_str alternatives = tt_str_c(row->error);
	if (s->failures != 1)
		fail_msg("%s: did not fail", row->path);
	TT_TRUE(s->last_error.n > 0);
	TT_TRUE(s->next_fetch_ms > RIG_START);
	TT_EQ(s->last_success_ms, TT_TIME_NONE);
	while (alternatives.p) {
		struct tt_str part = tt_str_split(&alternatives, '|');
		if (memmem(s->last_error.p, s->last_error.n, part.p, part.n))
			return;
	}
	print_error("%s: '%.*s' does not have '%s'\n", row->path, TT_FMT(s->last_error), row->error);
	fail();
}

static inline void hostile_expect(const uint64_t before[], const uint64_t expected[])
{
	static const int judged[] = {TT_M_fetch_error, TT_M_failed_network, TT_M_failed_tls, TT_M_failed_time,
		TT_M_failed_refused, TT_M_failed_status, TT_M_failed_limit, TT_M_failed_document,
		TT_M_limit_body, TT_M_limit_time, TT_M_limit_redirects, TT_M_limit_headers, TT_M_limit_depth,
		TT_M_limit_entities};
	for (size_t i = 0; i < TT_LEN(judged); i++) {
		enum tt_metric m = (enum tt_metric)judged[i];
		TT_EQ_ROW(m, tt_metric_get(m) - before[m], expected[m]);
	}
}

/* What one batch brought of the rows. expected: metrics. Returns the number of good ones. */
static inline size_t hostile_take(const struct rig *r, const struct tt_batch *b,
	const struct hostile_row *rows, size_t n, uint64_t expected[])
{
	size_t good = 0;
	for (size_t f = 0; f < b->n_feeds; f++)
		for (size_t i = 0; i < n; i++) {
			if (!tt_str_eq(b->feeds[f].url, tt_str_c(r->urls[i])))
				continue;
			if (!rows[i].error) {
				TT_EQ_ROW(i, b->feeds[f].failures, 0);
				good++;
				continue;
			}
			hostile_check(&rows[i], &b->feeds[f]);
			expected[TT_M_fetch_error]++;
			expected[rows[i].reason]++;
			expected[rows[i].limit]++;
		}
	return good;
}

/* The rows are r's feeds, in order; r is not open yet. */
static inline void hostile_run(struct rig *r, const struct hostile_row *rows, size_t n)
{
	uint64_t before[TT_METRIC_COUNT], expected[TT_METRIC_COUNT + 1] = {0};
	int64_t give_up_ns = rig_mono_ns(NULL) + 60000000000;
	size_t polls = 0, good = 0, items = 0;
	for (int m = 0; m < TT_METRIC_COUNT; m++)
		before[m] = tt_metric_get((enum tt_metric)m);
	rig_open(r, NULL, 0);
	while (polls < n && rig_mono_ns(NULL) < give_up_ns) {
		struct tt_batch *b = tt_batch_new(64 << 20);
		struct tt_err err = {0};
		if (r->source.ops->next(r->source.self, b, 1000, 20, &err) < 0)
			fail_msg("%s", err.msg);
		good += hostile_take(r, b, rows, n, expected);
		polls += b->n_feeds;
		items += b->n_items;
		tt_batch_free(b);
	}
	TT_EQ(polls, n);
	TT_EQ(items, good);
	hostile_expect(before, expected);
}

#endif
