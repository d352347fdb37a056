/* test_consumer.c - the consumer against librdkafka's mock cluster: where it begins, what it promises when
 * partitions, brokers and the store come and go. The sink is played by store_batch(). */
#include "common/metrics.h"
#include "ingest/kafka/consumer.h"
#include "ingest/kafka/kafka.h"
#include "tests/ingest/kafka/broker.h"
#include "tests/tt_test.h"

enum { PARTITIONS = 3, RECORDS_MAX = 4096, PATIENCE_MS = 60000 };

static struct tt_broker broker;
static struct tt_store store;
static const char *topic; /* each test has its own */

/* What was stored: how often each record of each partition, as item or dead letter. */
static int items[PARTITIONS][RECORDS_MAX];
static size_t n_items, n_dead;
static char last_dead[300];

struct worker {
	struct tt_kafka_conf conf;
	struct tt_source source;
	char *names[1];
	char *keys[4], *values[4];
};

static int group_setup(void **state)
{
	(void)state;
	tt_broker_start(&broker);
	return 0;
}

static int group_teardown(void **state)
{
	(void)state;
	tt_broker_stop(&broker);
	return 0;
}

/* A client of the group that takes no part in it. */
static rd_kafka_t *bystander(void)
{
	char why[256];
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_conf_set(conf, "bootstrap.servers", broker.address, why, sizeof(why));
	rd_kafka_conf_set(conf, "group.id", topic, why, sizeof(why));
	return rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof(why));
}

static int64_t group_commit(int partition)
{
	rd_kafka_t *rk = bystander();
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_list_add(list, topic, partition);
	TT_EQ(rd_kafka_committed(rk, list, 10000), RD_KAFKA_RESP_ERR_NO_ERROR);
	int64_t offset = list->elems[0].offset;
	rd_kafka_topic_partition_list_destroy(list);
	rd_kafka_destroy(rk);
	return offset;
}

static void commit_for_group(int partition, int64_t offset)
{
	rd_kafka_t *rk = bystander();
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_list_add(list, topic, partition)->offset = offset;
	TT_EQ(rd_kafka_commit(rk, list, 0), RD_KAFKA_RESP_ERR_NO_ERROR);
	rd_kafka_topic_partition_list_destroy(list);
	rd_kafka_destroy(rk);
}

static int setup(void **state)
{
	static char name[40];
	static int number;
	(void)state;
	snprintf(name, sizeof(name), "news%d", ++number);
	topic = name;
	tt_broker_topic(&broker, topic, PARTITIONS);
	tt_store_init(&store);
	memset(items, 0, sizeof(items));
	n_items = n_dead = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tt_store_done(&store);
	return 0;
}

/* The configuration's strings are its own; here they are constants. */
static char *text(const char *constant)
{
	return (char *)(uintptr_t)constant;
}

static void set_property(struct worker *w, size_t i, const char *name, const char *value)
{
	w->keys[i] = text(name);
	w->values[i] = text(value);
}

static void configure(struct worker *w)
{
	*w = (struct worker){.names = {text(topic)}};
	set_property(w, 0, "session.timeout.ms", "3000");
	set_property(w, 1, "heartbeat.interval.ms", "200");
	set_property(w, 2, "partition.assignment.strategy", "cooperative-sticky");
	w->conf = (struct tt_kafka_conf){.brokers = text(broker.address),
		.topics = {w->names, 1},
		.group = text(topic),
		.properties = {{w->keys, 3}, {w->values, 3}},
		.max_payload_bytes = 1 << 20,
		.max_dead_bytes = 1000,
		.max_text_bytes = 1000,
		.max_depth = 10,
		.window = 100,
		.max_attempts = 3,
		.commit_interval_ms = 100,
		.stall_ms = 60000,
		.close_timeout_ms = 5000};
}

static void start(struct worker *w)
{
	struct tt_err err = {0};
	const struct tt_positions positions = tt_store_positions(&store);
	if (tt_kafka_open(&w->source, &w->conf, &positions, &tt_clock_real, &err) < 0)
		fail_msg("%s", err.msg);
}

static void stop(struct worker *w)
{
	w->source.ops->close(w->source.self);
}

/* As a sink does: what came under a lost claim is refused, all else is stored with its position. */
static void store_batch(struct worker *w, struct tt_batch *b)
{
	for (size_t i = 0; i < b->n_progress; i++) {
		struct tt_progress *p = &b->progress[i];
		p->stale = !tt_store_write(&store, p->partition, p->epoch, p->next_offset);
	}
	for (size_t i = 0; i < b->n_items; i++) {
		const struct tt_progress *p = &b->progress[b->items[i].item.origin - 1];
		int64_t number = -1;
		TT_TRUE(tt_str_int(b->items[i].item.title, 0, RECORDS_MAX - 1, &number));
		items[p->partition][number] += !p->stale;
		n_items += !p->stale;
	}
	for (size_t i = 0; i < b->n_dead; i++) {
		n_dead++;
		snprintf(last_dead, sizeof(last_dead), "%s: %.*s, %.*s", b->dead[i].stage,
			TT_FMT(b->dead[i].where), TT_FMT(b->dead[i].reason));
	}
	w->source.ops->stored(w->source.self, b->progress, b->n_progress);
}

static struct tt_batch *pull(struct worker *w, int wait_ms)
{
	struct tt_err err = {0};
	struct tt_batch *b = tt_batch_new(8 << 20);
	if (w->source.ops->next(w->source.self, b, 64, wait_ms, &err) < 0)
		fail_msg("%s", err.msg);
	return b;
}

static void step(struct worker *w)
{
	struct tt_batch *b = pull(w, 50);
	store_batch(w, b);
	tt_batch_free(b);
}

/* Pumps until so many items are stored; then none more may come. */
static void pump(struct worker *w, size_t want)
{
	int64_t until_ms = tt_mono_ms(&tt_clock_real) + PATIENCE_MS;
	while (n_items < want && tt_mono_ms(&tt_clock_real) < until_ms)
		step(w);
	for (int i = 0; i < 3; i++)
		step(w);
	TT_EQ(n_items, want);
}

static void each_once(int from, int to)
{
	for (int p = 0; p < PARTITIONS; p++)
		for (int i = from; i < to; i++)
			if (items[p][i] != 1)
				fail_msg("partition %d, record %d: %d times", p, i, items[p][i]);
}

static void fill(int from, int to)
{
	for (int p = 0; p < PARTITIONS; p++)
		tt_broker_fill(&broker, topic, p, from, to);
}

/* Pumps until /ready says `what`; NULL: until it is ready. */
static void await_ready(struct worker *w, const char *what)
{
	int64_t until_ms = tt_mono_ms(&tt_clock_real) + PATIENCE_MS;
	struct tt_buf reason;
	tt_buf_init(&reason, 4096);
	for (;;) {
		tt_buf_reset(&reason);
		bool ready = w->source.ops->ready(w->source.self, &reason);
		if (what ? !ready && memmem(reason.p, reason.n, what, strlen(what)) != NULL : ready)
			break;
		if (tt_mono_ms(&tt_clock_real) > until_ms)
			fail_msg("waited for '%s', it says '%.*s'", what ? what : "ready", (int)reason.n,
				reason.p);
		step(w);
	}
	tt_buf_done(&reason);
}

/* From the beginning, windows many times over, with records that are no items between; then on where it was,
 * and what was given back is no crash. */
TT_TEST(reads_all_and_goes_on)
{
	struct worker w;
	fill(0, 500);
	tt_broker_put(&broker, topic, 0, NULL);
	tt_broker_put(&broker, topic, 0, "{\"title\": ");
	configure(&w);
	start(&w);
	pump(&w, PARTITIONS * 500);
	each_once(0, 500);
	TT_EQ(n_dead, 1);
	TT_TRUE(strstr(last_dead, "parse: partition 0, offset 501, not JSON") != NULL);
	TT_EQ(tt_store_get(&store, 0).next, 502);
	await_ready(&w, NULL);
	stop(&w);
	TT_EQ(store.closed, 1);
	for (int p = 0; p < PARTITIONS; p++)
		TT_TRUE(!tt_store_get(&store, p).owned);

	fill(500, 600);
	configure(&w);
	start(&w);
	pump(&w, PARTITIONS * 600);
	each_once(0, 600);
	stop(&w);
}

static bool passed_all_over(const struct tt_consumer *c)
{
	for (size_t i = 0; i < c->parts.n; i++)
		if (!c->parts.v[i].passed_over)
			return false;
	return c->parts.n == PARTITIONS;
}

/* The claims thread may open the next window just after records beyond the last were dropped, and before it
 * is decided what flows. What was dropped comes all the same. */
TT_TEST(a_window_opens_just_then)
{
	struct worker w;
	fill(0, 500);
	configure(&w);
	start(&w);
	struct tt_consumer *c = w.source.self;
	struct tt_batch *b = tt_batch_new(8 << 20);
	int64_t until_ms = tt_mono_ms(&tt_clock_real) + PATIENCE_MS;
	bool all = false;
	c->batch++;
	while (!all && tt_mono_ms(&tt_clock_real) < until_ms) {
		bool begun = c->parts.n == PARTITIONS;
		for (size_t i = 0; i < c->parts.n; i++)
			begun = begun && c->parts.v[i].flowing;
		if (!begun)
			(void)tt_flow_arrange(c);
		tt_take_fetch(c, 50);
		TT_EQ(tt_take_all(c, b, RECORDS_MAX), TT_OK);
		pthread_mutex_lock(&c->lock);
		all = passed_all_over(c);
		for (size_t i = 0; i < c->parts.n && all; i++) {
			struct tt_part *p = &c->parts.v[i];
			tt_window_opened(&p->window, p->read, p->read + p->window.full);
		}
		pthread_mutex_unlock(&c->lock);
	}
	TT_TRUE(all);
	store_batch(&w, b);
	tt_batch_free(b);
	pump(&w, PARTITIONS * 500);
	each_once(0, 500);
	stop(&w);
}

/* The greater of what is stored and what the group has committed; a group without any begins at start. */
TT_TEST(begins_where_it_should)
{
	struct worker w;
	fill(0, 50);
	commit_for_group(0, 45);
	commit_for_group(1, 10);
	tt_store_set(&store, &(struct tt_store_row){.partition = 0, .next = 40});
	tt_store_set(&store, &(struct tt_store_row){.partition = 1, .next = 30});
	configure(&w);
	w.conf.start = TT_START_LATEST;
	start(&w);
	pump(&w, 5 + 20);
	TT_EQ(items[0][45], 1);
	TT_EQ(items[1][30], 1);
	fill(50, 51);
	pump(&w, 5 + 20 + 3);
	TT_EQ(items[2][50], 1);
	stop(&w);

	TT_EQ(group_commit(0), 51); /* it follows */
	TT_EQ(group_commit(1), 51);
}

TT_TEST(positions_beyond_the_log)
{
	struct worker w;
	fill(0, 20);
	for (int p = 0; p < PARTITIONS; p++)
		tt_store_set(&store, &(struct tt_store_row){.partition = p, .next = p == 2 ? 20 : 500});
	commit_for_group(0, 500);
	configure(&w);
	w.conf.on_gap = TT_GAP_EARLIEST;
	w.conf.commit_interval_ms = 3600000;
	start(&w);
	while (!n_items)
		step(&w);
	TT_TRUE(group_commit(0) < 500); /* else it would count once the log has grown again */
	pump(&w, 2 * 20);
	TT_EQ(n_dead, 2);
	TT_TRUE(strstr(last_dead, "gap: partition ") && strstr(last_dead, "the log ends earlier"));
	stop(&w);

	tt_store_set(&store, &(struct tt_store_row){.partition = 0, .next = 500});
	configure(&w);
	w.conf.on_gap = TT_GAP_FAIL;
	start(&w);
	fill(20, 25);
	await_ready(&w, "kafka.on_gap is fail");
	pump(&w, 2 * 20 + 2 * 5); /* the others go on */
	stop(&w);
}

/* The place is lost while it is read: what is under way is stored first, then it is claimed anew. */
TT_TEST(out_of_range_while_reading)
{
	enum { FETCH = 1 };
	struct worker w;
	fill(0, 50);
	configure(&w);
	start(&w);
	pump(&w, PARTITIONS * 50);
	int claims = tt_store_claims(&store);
	rd_kafka_mock_push_request_errors(broker.cluster, FETCH, 2, RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE,
		RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE);
	int64_t until_ms = tt_mono_ms(&tt_clock_real) + PATIENCE_MS;
	while (tt_store_claims(&store) == claims && tt_mono_ms(&tt_clock_real) < until_ms)
		step(&w);
	TT_TRUE(tt_store_claims(&store) > claims);
	fill(50, 100);
	pump(&w, PARTITIONS * 100);
	each_once(0, 100);
	stop(&w);
}

/* Topics by a regular expression, a member with a name of its own, and a coordinator that is moody. */
TT_TEST(regular_expression_and_static_member)
{
	enum { JOIN_GROUP = 11, HEARTBEAT = 12 };
	static char pattern[50];
	struct worker w;
	snprintf(pattern, sizeof(pattern), "^%s$", topic);
	fill(0, 30);
	configure(&w);
	w.names[0] = pattern;
	w.conf.instance_id = text("worker-1");
	rd_kafka_mock_push_request_errors(
		broker.cluster, JOIN_GROUP, 1, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS);
	start(&w);
	pump(&w, PARTITIONS * 30);
	rd_kafka_mock_push_request_errors(broker.cluster, HEARTBEAT, 1, RD_KAFKA_RESP_ERR_NOT_COORDINATOR);
	fill(30, 60);
	pump(&w, PARTITIONS * 60);
	each_once(0, 60);
	await_ready(&w, NULL);
	stop(&w);
}

/* The line behind is full for long: nothing is lost, nothing comes twice, and the group keeps us. */
TT_TEST(holding)
{
	struct worker w;
	fill(0, 300);
	configure(&w);
	start(&w);
	struct tt_batch *b = pull(&w, 50);
	while (!b->n_items) {
		tt_batch_free(b);
		b = pull(&w, 50);
	}
	for (int64_t from_ms = tt_mono_ms(&tt_clock_real);
		tt_mono_ms(&tt_clock_real) - from_ms < 4500;) /* > session */
		w.source.ops->hold(w.source.self, 100);
	store_batch(&w, b);
	tt_batch_free(b);
	pump(&w, PARTITIONS * 300);
	each_once(0, 300);
	TT_EQ(tt_store_claims(&store), 1);
	stop(&w);
}

/* The store is away at first: nothing is read unclaimed. A write that is refused makes the partition be
 * claimed and read again from what is stored. */
TT_TEST(claims)
{
	struct worker w;
	fill(0, 200);
	tt_store_set_away(&store, true);
	configure(&w);
	start(&w);
	await_ready(&w, "store: it is away");
	TT_EQ(n_items, 0);
	tt_store_set_away(&store, false);
	while (n_items < 100)
		step(&w);
	struct tt_store_row r = tt_store_get(&store, 1);
	r.epoch += 5; /* somebody else has claimed it, and gone */
	tt_store_set(&store, &r);
	pump(&w, PARTITIONS * 200);
	each_once(0, 200);
	await_ready(&w, NULL);
	stop(&w);
}

static bool ends_at(int64_t end)
{
	for (int p = 0; p < PARTITIONS; p++)
		if (tt_store_get(&store, p).end != end)
			return false;
	return true;
}

/* How far there is to go is known also while nothing is read or stored. */
TT_TEST(tells_where_partitions_end)
{
	struct worker w;
	fill(0, 50);
	configure(&w);
	start(&w);
	while (!ends_at(50))
		step(&w);
	pump(&w, PARTITIONS * 50);
	fill(50, 80);
	for (int i = 0; i < PATIENCE_MS / 50 && !ends_at(80); i++) /* nobody polls meanwhile */
		usleep(50000);
	TT_TRUE(ends_at(80));
	TT_EQ(n_items, (size_t)PARTITIONS * 50);
	pump(&w, PARTITIONS * 80);
	stop(&w);
}

/* Workers died while they had nothing to do, or little: what was marked reaches beyond the log's end, and is not
 * waited for while it is searched. */
TT_TEST(searches_only_what_the_log_has)
{
	struct worker w;
	fill(0, 50);
	for (int p = 0; p < PARTITIONS; p++)
		tt_store_set(&store, &(struct tt_store_row){.partition = p,
					     .epoch = 1,
					     .next = p == 1 ? 48 : 50,
					     .from = p == 1 ? 48 : 50,
					     .to = 1000,
					     .opened = 5});
	configure(&w);
	w.conf.window = 1000;
	start(&w);
	pump(&w, 2);
	fill(50, 60);
	pump(&w, 2 + PARTITIONS * 10);
	TT_EQ(n_dead, 0);
	await_ready(&w, NULL);
	stop(&w);
}

static void rebalances(const char *strategy)
{
	struct worker w[3];
	size_t started = 0;
	for (size_t i = 0; i < 3; i++) {
		configure(&w[i]);
		set_property(&w[i], 2, "partition.assignment.strategy", strategy);
	}
	for (int round = 0; round < 3; round++) {
		fill(round * 300, round * 300 + 300);
		start(&w[started++]);
		size_t want = (size_t)(round + 1) * 300 * PARTITIONS;
		int64_t until_ms = tt_mono_ms(&tt_clock_real) + PATIENCE_MS;
		while (n_items < want && tt_mono_ms(&tt_clock_real) < until_ms)
			for (size_t i = 0; i < started; i++)
				step(&w[i]);
		TT_EQ(n_items, want);
	}
	while (started) {
		stop(&w[--started]);
		if (!started)
			break;
		fill(1000 + (int)started * 10, 1010 + (int)started * 10);
		size_t want = n_items + (size_t)10 * PARTITIONS;
		int64_t until_ms = tt_mono_ms(&tt_clock_real) + PATIENCE_MS;
		while (n_items < want && tt_mono_ms(&tt_clock_real) < until_ms)
			for (size_t i = 0; i < started; i++)
				step(&w[i]);
		TT_EQ(n_items, want);
	}
	each_once(0, 900);
	each_once(1010, 1030);
	for (int p = 0; p < PARTITIONS; p++)
		TT_TRUE(!tt_store_get(&store, p).owned);
}

TT_TEST(rebalances_cooperative)
{
	rebalances("cooperative-sticky");
}

TT_TEST(rebalances_eager)
{
	rebalances("range,roundrobin");
}

TT_TEST(the_broker_goes_and_comes)
{
	struct worker w;
	fill(0, 10);
	configure(&w);
	start(&w);
	pump(&w, PARTITIONS * 10);
	TT_EQ(rd_kafka_mock_broker_set_down(broker.cluster, 1), 0);
	await_ready(&w, "brokers are down");
	TT_EQ(rd_kafka_mock_broker_set_up(broker.cluster, 1), 0);
	await_ready(&w, NULL); /* though no record says so */
	fill(10, 20);
	pump(&w, PARTITIONS * 20);
	each_once(0, 20);
	stop(&w);
}

/* Opened alone so often: a dead letter, and nobody looks into it. */
TT_TEST(a_condemned_record)
{
	struct worker w;
	fill(0, 40);
	tt_store_set(
		&store, &(struct tt_store_row){.partition = 1, .next = 7, .from = 7, .to = 8, .opened = 3});
	configure(&w);
	start(&w);
	pump(&w, 40 + 32 + 40);
	TT_EQ(items[1][7], 0);
	TT_EQ(n_dead, 1);
	TT_TRUE(strstr(last_dead, "crash: partition 1, offset 7, the process died 3 times") != NULL);
	stop(&w);
}

TT_TEST(refused_configurations)
{
	static const struct {
		const char *name, *value, *says;
	} rows[] = {
		{"enable.auto.commit", "true", "kafka.properties.enable.auto.commit is not to be set"},
		{"group.id", "x", "use kafka.group"},
		{"no.such.property", "1",
			"kafka.properties.no.such.property: No such configuration property"},
		{"session.timeout.ms", "soon", "kafka.properties.session.timeout.ms: Invalid value"},
		{"auto.offset.reset", "latest", "use kafka.start"},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct worker w;
		struct tt_err err = {0};
		const struct tt_positions positions = tt_store_positions(&store);
		configure(&w);
		set_property(&w, 0, rows[i].name, rows[i].value);
		TT_EQ_ROW(i, tt_kafka_open(&w.source, &w.conf, &positions, &tt_clock_real, &err), TT_ECONF);
		if (!strstr(err.msg, rows[i].says))
			fail_msg("row %zu: %s", i, err.msg);
		TT_EQ_ROW(i, store.closed, i + 1); /* also then */
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {CASE(reads_all_and_goes_on), CASE(a_window_opens_just_then),
		CASE(begins_where_it_should), CASE(positions_beyond_the_log),
		CASE(out_of_range_while_reading), CASE(regular_expression_and_static_member), CASE(holding),
		CASE(claims), CASE(tells_where_partitions_end), CASE(searches_only_what_the_log_has), CASE(rebalances_cooperative), CASE(rebalances_eager),
		CASE(the_broker_goes_and_comes), CASE(a_condemned_record), CASE(refused_configurations)};
	return cmocka_run_group_tests(tests, group_setup, group_teardown) ? 1 : 0;
}
