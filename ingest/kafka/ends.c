/* ends.c - where the partitions end, told to the store now and then: how far there is to go is known there
 * also when nothing is stored, and to all who look. On the claims thread. */
#include <stdlib.h>

#include "ingest/kafka/consumer.h"

enum {
	EVERY_MS = 10000,
	SOON_MS = 1000,  /* while there is no partition */
	ANSWER_MS = 5000 /* of a broker */
};

int tt_ends_wait_ms(const struct tt_consumer *c)
{
	if (!c->positions.ops || !c->positions.ops->ends)
		return EVERY_MS;
	int64_t left_ns = c->ends_ns - tt_mono_ns(c->clock);
	return left_ns <= 0 ? 0 : left_ns >= EVERY_MS * INT64_C(1000000) ? EVERY_MS : (int)(left_ns / 1000000) + 1;
}

/* Those that are read here. Lock held. NULL: there are none, or memory is out. */
static struct tt_position *gather(const struct tt_consumer *c, size_t *ret_n)
{
	struct tt_position *v = c->parts.n ? calloc(c->parts.n, sizeof(*v)) : NULL;
	size_t n = 0;

	for (size_t i = 0; v && i < c->parts.n; i++) {
		const struct tt_part *p = &c->parts.v[i];
		if (p->state == TT_PART_READ && p->epoch)
			v[n++] = (struct tt_position){
				.topic = tt_str_c(p->topic), .partition = p->partition, .epoch = p->epoch};
	}
	*ret_n = n;
	return v;
}

/* Asks the brokers; what cannot be asked now is left for the next time. Returns how many were. */
static size_t ask(struct tt_consumer *c, struct tt_position *v, size_t n)
{
	int64_t low;

	for (size_t i = 0; i < n; i++)
		if (rd_kafka_query_watermark_offsets(
			    c->rk, v[i].topic.p, v[i].partition, &low, &v[i].end_offset, ANSWER_MS))
			return i;
	return n;
}

void tt_ends_tell(struct tt_consumer *c)
{
	size_t n;
	struct tt_position *v = gather(c, &n);

	pthread_mutex_unlock(&c->lock);
	size_t known = ask(c, v, n);
	if (known) /* nobody misses what fails once */
		(void)c->positions.ops->ends(c->positions.self, v, known, NULL);
	free(v);
	pthread_mutex_lock(&c->lock);
	c->ends_ns = tt_mono_ns(c->clock) + (n ? EVERY_MS : SOON_MS) * INT64_C(1000000);
}
