/* bench_payload.c - records a second on one core, of 434 bytes each as the rest of the world measures: into
 * items of a batch by each kind of map, beside jansson's tree of the same bytes and nothing more. Each row is
 * the median of nine timings of at least 100 ms of processor time, so that what else runs counts little;
 * batches have 1000 items. usage: bench_payload */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "common/quantile.h"
#include "ingest/kafka/payload.h"

enum { ROUNDS = 9, ROUND_NS = 100000000, BATCH = 1000, BATCH_BYTES = 64 << 20 };

static const char own[] =
	"{\"id\":\"1b4e28ba-2fa1-11d2-883f-0016d3cca427\",\"source\":\"https://news.example.com/rss\","
	"\"guid\":\"https://news.example.com/?p=10001\",\"url\":\"https://news.example.com/2026/11/23/"
	"story\","
	"\"title\":\"Shares of the bank rose after profit beat estimates on Monday\",\"summary\":\"Investors "
	"weighed higher rates and a weaker dollar, analysts said.\",\"author\":\"Ann "
	"Author\",\"lang\":\"en\","
	"\"published_at\":\"2026-11-23T15:46:23Z\",\"categories\":[\"Markets\",\"Banks\"]}";
static const char vendor[] =
	"{\"id\":24803233,\"headline\":\"Benzinga&#39;s Top 5 Stock Downgrades For November 23\",\"summary\":"
	"\"Analysts cut ratings of five companies, a bank and two retailers among them, after results.\","
	"\"author\":\"Ann Author\",\"created_at\":\"2026-11-23T15:46:23Z\",\"updated_at\":\"2026-11-23T15:46:"
	"24Z\",\"url\":\"https://www.example.com/markets/24803233/stock-downgrades\",\"content\":\"<p>Here "
	"are the top downgrades.</p>\",\"symbols\":[\"AAPL\",\"MSFT\"],\"source\":\"benzinga\"}";

static int64_t cpu_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* payload NULL: jansson alone. */
static void batch_of(struct tt_payload *payload, struct tt_str value, struct tt_batch *b)
{
	struct tt_record record = {.topic = TT_STR("news"), .timestamp_ms = 1795448783000, .value = value};
	tt_batch_reset(b);
	for (int i = 0; i < BATCH; i++) {
		record.offset = i;
		if (payload)
			tt_payload_put(payload, &record, 1795448784000, b);
		else
			json_decref(json_loadb(value.p, value.n, JSON_ALLOW_NUL, NULL));
	}
	if (payload && b->n_items != BATCH) {
		fprintf(stderr, "%.*s\n", TT_FMT(b->dead[0].reason));
		exit(1);
	}
}

static void row(const char *name, struct tt_payload *payload, const char *text, struct tt_batch *b)
{
	double rates[ROUNDS];
	struct tt_str value = tt_str_c(text);
	for (int r = 0; r < ROUNDS; r++) {
		int64_t from = cpu_ns(), ns, n = 0;
		do {
			batch_of(payload, value, b);
			n += BATCH;
			ns = cpu_ns() - from;
		} while (ns < ROUND_NS);
		rates[r] = (double)n / ((double)ns / 1e9);
	}
	printf("%-28s %4zu bytes %9.0f records/s\n", name, value.n, tt_quantile(rates, ROUNDS, 0.5));
	fflush(stdout);
}

int main(void)
{
	static char alpaca[] = "alpaca", title_key[] = "title", title_path[] = "title";
	static char *keys[] = {title_key}, *paths[] = {title_path};
	const struct {
		const char *name, *text;
		struct tt_kafka_conf conf;
	} rows[] = {
		{"own items", own, {.format = TT_KAFKA_JSON}},
		{"preset alpaca", vendor, {.format = TT_KAFKA_JSON, .preset = alpaca}},
		{"own items, one field mapped", own,
			{.format = TT_KAFKA_JSON, .fields = {{keys, 1}, {paths, 1}}}},
		{"text", own, {.format = TT_KAFKA_TEXT}},
	};
	struct tt_batch *b = tt_batch_new(BATCH_BYTES);
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_kafka_conf conf = rows[i].conf;
		struct tt_payload *payload;
		struct tt_err err;
		conf.max_payload_bytes = 1 << 20;
		conf.max_text_bytes = 256 << 10;
		conf.max_depth = 64;
		if (tt_payload_new(&payload, &conf, &err) < 0) {
			fprintf(stderr, "%s\n", err.msg);
			return 1;
		}
		row(rows[i].name, payload, rows[i].text, b);
		tt_payload_free(payload);
	}
	row("jansson, the tree alone", NULL, own, b);
	tt_batch_free(b);
	return 0;
}
