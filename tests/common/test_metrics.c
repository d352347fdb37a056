/* test_metrics.c - counting, the Prometheus text and its rules: HELP and TYPE once a family, buckets
 * cumulative. */
#include "common/err.h"
#include "common/metrics.h"
#include "tests/fault.h"
#include "tests/tt_test.h"

static struct tt_buf out;

static const char *text(void)
{
	tt_buf_done(&out);
	tt_buf_init(&out, 1 << 20);
	TT_EQ(tt_metrics_text(&out), TT_OK);
	return out.p;
}

TT_TEST(counts_and_gauges)
{
	tt_metric_add(TT_M_items_in, 3);
	tt_metric_add(TT_M_items_in, 4);
	tt_metric_set(TT_M_feeds, 12);
	TT_EQ(tt_metric_get(TT_M_items_in), 7);
	TT_TRUE(strstr(text(), "# TYPE tickertone_items_in_total counter\ntickertone_items_in_total 7\n"));
	TT_TRUE(strstr(text(), "# TYPE tickertone_feeds gauge\ntickertone_feeds 12\n"));
	TT_TRUE(strstr(text(), "\ntickertone_fetches_total{result=\"not_modified\"} 0\n"));
}

TT_TEST(histogram_buckets_are_cumulative)
{
	static const int64_t ns[] = {-5, 0, 1000000, 1000001, 65536000000, 65536000001};
	for (size_t i = 0; i < TT_LEN(ns); i++)
		tt_histogram_add(TT_H_score, ns[i]);
	TT_EQ(tt_histogram_count(TT_H_score), 6);
	TT_TRUE(strstr(text(), "\ntickertone_stage_seconds_bucket{stage=\"score\",le=\"0.001\"} 3\n"));
	TT_TRUE(strstr(text(), "\ntickertone_stage_seconds_bucket{stage=\"score\",le=\"0.002\"} 4\n"));
	TT_TRUE(strstr(text(), "\ntickertone_stage_seconds_bucket{stage=\"score\",le=\"65.536\"} 5\n"));
	TT_TRUE(strstr(text(), "\ntickertone_stage_seconds_bucket{stage=\"score\",le=\"+Inf\"} 6\n"));
	TT_TRUE(strstr(text(), "\ntickertone_stage_seconds_sum{stage=\"score\"} 131.074000002\n"));
	TT_TRUE(strstr(text(), "\ntickertone_stage_seconds_count{stage=\"score\"} 6\n"));
	TT_TRUE(strstr(text(), "\ntickertone_item_latency_seconds_bucket{le=\"0.001\"} 0\n"));
	TT_TRUE(strstr(text(), "\ntickertone_item_latency_seconds_sum 0.000000000\n"));
}

/* Rows of a family that do not stand together would repeat its head, which Prometheus refuses. */
TT_TEST(a_family_has_one_head)
{
	char *lines = strdup(text()), *rest = NULL;
	const char *seen[200];
	size_t n = 0;
	for (char *line = strtok_r(lines, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		if (strncmp(line, "# TYPE ", 7) != 0)
			continue;
		for (size_t i = 0; i < n; i++)
			TT_TRUE(strcmp(seen[i], line) != 0);
		assert_in_range(n, 0, TT_LEN(seen) - 1);
		seen[n++] = line;
	}
	TT_TRUE(n > 10);
	free(lines);
}

TT_TEST(texts_survive_out_of_memory)
{
	int (*const writers[])(struct tt_buf *) = {tt_metrics_text, tt_metrics_markdown};
	for (size_t w = 0; w < TT_LEN(writers); w++) {
		int n = 0, rc = -1;
		for (; n < 100 && rc < 0; n++) {
			struct tt_buf b;
			tt_buf_init(&b, 1 << 20);
			long live = tt_alloc_live();
			tt_fault_alloc_after(n);
			rc = writers[w](&b);
			tt_fault_off();
			tt_buf_done(&b);
			TT_EQ_ROW(n, tt_alloc_live(), live);
		}
		TT_TRUE(rc == TT_OK && n > 2);
	}
	tt_buf_done(&out);
}

TT_MAIN(TT_RUN(counts_and_gauges), TT_RUN(histogram_buckets_are_cumulative), TT_RUN(a_family_has_one_head),
	TT_RUN(texts_survive_out_of_memory))
