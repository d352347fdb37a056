/* broker.c - see broker.h. */
#include "tests/ingest/kafka/broker.h"

#include "tests/tt_test.h"

/* ---- the cluster ---- */

void tt_broker_start(struct tt_broker *b)
{
	char why[256];
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_conf_set_log_cb(conf, NULL);
	b->producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
	if (!b->producer)
		fail_msg("%s", why);
	b->cluster = rd_kafka_mock_cluster_new(b->producer, 1);
	b->address = rd_kafka_mock_cluster_bootstraps(b->cluster);
	TT_EQ(rd_kafka_brokers_add(b->producer, b->address), 1);
}

void tt_broker_stop(struct tt_broker *b)
{
	rd_kafka_mock_cluster_destroy(b->cluster);
	rd_kafka_destroy(b->producer);
}

void tt_broker_topic(struct tt_broker *b, const char *topic, int partitions)
{
	TT_EQ(rd_kafka_mock_topic_create(b->cluster, topic, partitions, 1), 0);
}

static void add(struct tt_broker *b, const char *topic, int partition, const char *value)
{
	rd_kafka_resp_err_t e =
		rd_kafka_producev(b->producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition),
			RD_KAFKA_V_VALUE((void *)(uintptr_t)value, value ? strlen(value) : 0),
			RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
	if (e)
		fail_msg("produce: %s", rd_kafka_err2str(e));
}

void tt_broker_put(struct tt_broker *b, const char *topic, int partition, const char *value)
{
	add(b, topic, partition, value);
	TT_EQ(rd_kafka_flush(b->producer, 20000), 0);
}

void tt_broker_fill(struct tt_broker *b, const char *topic, int partition, int from, int to)
{
	char value[80];
	for (int i = from; i < to; i++) {
		snprintf(value, sizeof(value), "{\"title\": \"%d\"}", i);
		add(b, topic, partition, value);
	}
	TT_EQ(rd_kafka_flush(b->producer, 20000), 0);
}

/* ---- the store ---- */

static struct tt_store_row *row_of(struct tt_store *s, int32_t partition)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->rows[i].partition == partition)
			return &s->rows[i];
	TT_TRUE(s->n < TT_STORE_ROWS);
	s->rows[s->n] = (struct tt_store_row){.partition = partition, .next = -1};
	return &s->rows[s->n++];
}

static bool begin(struct tt_store *s, struct tt_err *err)
{
	pthread_mutex_lock(&s->lock);
	if (!s->away)
		return true;
	pthread_mutex_unlock(&s->lock);
	tt_err_set(err, TT_EPEER, "store: it is away");
	return false;
}

static int claim(void *self, struct tt_position *v, size_t n, struct tt_err *err)
{
	struct tt_store *s = self;
	if (!begin(s, err))
		return TT_EPEER;
	for (size_t i = 0; i < n; i++) {
		struct tt_store_row *r = row_of(s, v[i].partition);
		bool open = r->to > r->next;
		r->opened = !open ? 0 : r->from < r->next ? 1 : r->opened;
		r->from = r->next;
		r->owned = true;
		v[i].epoch = ++r->epoch;
		v[i].next_offset = r->next;
		v[i].window_from = open ? r->from : -1;
		v[i].window_to = open ? r->to : -1;
		v[i].crashes = r->opened;
	}
	s->claims++;
	pthread_mutex_unlock(&s->lock);
	return TT_OK;
}

static int mark(void *self, const struct tt_position *v, size_t n, struct tt_err *err)
{
	struct tt_store *s = self;
	size_t done = 0;
	if (!begin(s, err))
		return TT_EPEER;
	for (size_t i = 0; i < n; i++) {
		struct tt_store_row *r = row_of(s, v[i].partition);
		if (r->epoch != v[i].epoch)
			continue;
		r->opened = r->from == v[i].window_from && r->to == v[i].window_to ? r->opened + 1 : 1;
		r->from = v[i].window_from;
		r->to = v[i].window_to;
		r->next = r->next < 0 || r->from < r->next ? r->from : r->next;
		done++;
	}
	pthread_mutex_unlock(&s->lock);
	return done == n ? TT_OK : tt_err_set(err, TT_ESTALE, "store: claimed by another worker");
}

static int release(void *self, const struct tt_position *v, size_t n, struct tt_err *err)
{
	struct tt_store *s = self;
	if (!begin(s, err))
		return TT_EPEER;
	for (size_t i = 0; i < n; i++) {
		struct tt_store_row *r = row_of(s, v[i].partition);
		if (r->epoch != v[i].epoch)
			continue;
		r->to = 0;
		r->owned = false;
	}
	pthread_mutex_unlock(&s->lock);
	return TT_OK;
}

static int ends(void *self, const struct tt_position *v, size_t n, struct tt_err *err)
{
	struct tt_store *s = self;
	if (!begin(s, err))
		return TT_EPEER;
	for (size_t i = 0; i < n; i++) {
		struct tt_store_row *r = row_of(s, v[i].partition);
		if (r->epoch == v[i].epoch)
			r->end = v[i].end_offset;
	}
	pthread_mutex_unlock(&s->lock);
	return TT_OK;
}

static void close_store(void *self)
{
	struct tt_store *s = self;
	s->closed++;
}

static const struct tt_positions_ops ops = {
	.claim = claim, .mark = mark, .release = release, .ends = ends, .close = close_store};

void tt_store_init(struct tt_store *s)
{
	*s = (struct tt_store){0};
	pthread_mutex_init(&s->lock, NULL);
}

void tt_store_done(struct tt_store *s)
{
	pthread_mutex_destroy(&s->lock);
}

struct tt_positions tt_store_positions(struct tt_store *s)
{
	return (struct tt_positions){&ops, s};
}

int tt_store_claims(struct tt_store *s)
{
	pthread_mutex_lock(&s->lock);
	int n = s->claims;
	pthread_mutex_unlock(&s->lock);
	return n;
}

void tt_store_set_away(struct tt_store *s, bool away)
{
	pthread_mutex_lock(&s->lock);
	s->away = away;
	pthread_mutex_unlock(&s->lock);
}

struct tt_store_row tt_store_get(struct tt_store *s, int32_t partition)
{
	pthread_mutex_lock(&s->lock);
	struct tt_store_row r = *row_of(s, partition);
	pthread_mutex_unlock(&s->lock);
	return r;
}

void tt_store_set(struct tt_store *s, const struct tt_store_row *row)
{
	pthread_mutex_lock(&s->lock);
	*row_of(s, row->partition) = *row;
	pthread_mutex_unlock(&s->lock);
}

bool tt_store_write(struct tt_store *s, int32_t partition, int64_t epoch, int64_t next)
{
	pthread_mutex_lock(&s->lock);
	struct tt_store_row *r = row_of(s, partition);
	bool ours = r->epoch == epoch;
	if (ours) {
		r->next = next;
		r->opened = 0;
	}
	pthread_mutex_unlock(&s->lock);
	return ours;
}
