/* report.c - what /ready and /metrics say of the consumer. Called on the service's thread. */
#include <stdarg.h>
#include <stdio.h>

#include "common/metrics.h"
#include "ingest/kafka/consumer.h"

void tt_consumer_trouble(struct tt_consumer *c, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	pthread_mutex_lock(&c->lock);
	vsnprintf(c->trouble.msg, sizeof(c->trouble.msg), fmt, args);
	pthread_mutex_unlock(&c->lock);
	va_end(args);
}

/* Records that are in the log and not stored. The end of the log is as of the last fetch. */
static int64_t lag(const struct tt_consumer *c, const struct tt_part *p)
{
	int64_t low, high;
	if (p->state != TT_PART_READ ||
		rd_kafka_get_watermark_offsets(c->rk, p->topic, p->partition, &low, &high))
		return 0;
	return high > p->stored ? high - p->stored : 0;
}

static int64_t stood_ms(const struct tt_consumer *c, const struct tt_part *p)
{
	return (tt_mono_ns(c->clock) - p->moved_ns) / 1000000;
}

static bool part_ready(const struct tt_consumer *c, const struct tt_part *p, struct tt_buf *reason)
{
	if (p->why.msg[0] && !p->tell) {
		(void)tt_buf_printf(reason, "kafka: %s [%d]: %s\n", p->topic, p->partition, p->why.msg);
		return false;
	}
	int64_t behind = lag(c, p), ms = stood_ms(c, p);
	if (!behind || ms < c->conf->stall_ms)
		return true;
	(void)tt_buf_printf(reason,
		"kafka: %s [%d]: stalled, %lld records wait and none was stored for %lld s\n", p->topic,
		p->partition, (long long)behind, (long long)ms / 1000);
	return false;
}

bool tt_consumer_ready(void *consumer, struct tt_buf *reason)
{
	struct tt_consumer *c = consumer;
	bool ready = true;
	pthread_mutex_lock(&c->lock);
	const char *why = c->away.msg[0] ? c->away.msg : c->trouble.msg;
	if (why[0]) {
		(void)tt_buf_printf(reason, "kafka: %s\n", why);
		ready = false;
	} else if (!c->joined) {
		(void)tt_buf_printf(reason, "kafka: group %s has not answered yet\n", c->conf->group);
		ready = false;
	}
	for (size_t i = 0; i < c->parts.n; i++)
		ready = part_ready(c, &c->parts.v[i], reason) && ready;
	pthread_mutex_unlock(&c->lock);
	return ready;
}

static void family(struct tt_buf *out, const char *name, const char *help)
{
	(void)tt_buf_printf(out, "# HELP tickertone_%s %s\n# TYPE tickertone_%s gauge\n", name, help, name);
}

/* Of each partition that is ours now; the sum of the lags is the metric kafka_lag. */
void tt_consumer_metrics(void *consumer, struct tt_buf *out)
{
	struct tt_consumer *c = consumer;
	int64_t sum = 0;
	pthread_mutex_lock(&c->lock);
	family(out, "kafka_partition_lag", "Records of the partition that are not stored yet");
	for (size_t i = 0; i < c->parts.n; i++) {
		const struct tt_part *p = &c->parts.v[i];
		int64_t n = lag(c, p);
		sum += n;
		(void)tt_buf_printf(out,
			"tickertone_kafka_partition_lag{topic=\"%s\",partition=\"%d\"} %lld\n", p->topic,
			p->partition, (long long)n);
	}
	family(out, "kafka_partition_idle_seconds", "Time since the partition's stored position last moved");
	for (size_t i = 0; i < c->parts.n; i++) {
		const struct tt_part *p = &c->parts.v[i];
		(void)tt_buf_printf(out,
			"tickertone_kafka_partition_idle_seconds{topic=\"%s\",partition=\"%d\"} %.3f\n",
			p->topic, p->partition, (double)stood_ms(c, p) / 1000);
	}
	tt_metric_set(TT_M_kafka_partitions, c->parts.n);
	pthread_mutex_unlock(&c->lock);
	tt_metric_set(TT_M_kafka_lag, (uint64_t)sum);
}
