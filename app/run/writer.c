/* writer.c - see writer.h. */
#include "app/run/writer.h"

#include "app/run/filter.h"
#include "common/log.h"
#include "common/metrics.h"
#include "sink/json.h"

enum { MOST_TOGETHER = 256, MAX_BATCHES = MOST_TOGETHER + TT_ORDER_MAX };

/* Takes out of b what came with stale progress: the partition's new owner reads it again. */
static void drop_stale(struct tt_batch *b)
{
	size_t items = 0, dead = 0;
	for (size_t i = 0; i < b->n_items; i++) {
		uint32_t from = b->items[i].item.origin;
		if (!from || !b->progress[from - 1].stale)
			b->items[items++] = b->items[i];
	}
	for (size_t i = 0; i < b->n_dead; i++)
		if (!b->dead[i].origin || !b->progress[b->dead[i].origin - 1].stale)
			b->dead[dead++] = b->dead[i];
	tt_metric_add(TT_M_items_stale, b->n_items - items);
	tt_log(TT_LOG_INFO, "partition claimed by another worker, what was read from it is dropped",
		TT_F_INT("items", (int64_t)(b->n_items - items)));
	b->n_items = items;
	b->n_dead = dead;
}

/* One write, repeated while the sink is away. TT_ECLOSED: the patience has ended, or the sink for good. */
static int write_patiently(struct tt_writer *w, struct tt_batch *const *batches, size_t n, struct tt_err *err)
{
	static struct tt_log_limit limit;
	struct tt_sink_result stored = {0};
	int64_t suppressed, begun = tt_mono_ns(w->clock);
	int rc;
	while ((rc = w->sink.ops->write(w->sink.self, batches, n, &stored, err)) == TT_ESTALE ||
		(rc < 0 && tt_retriable(rc))) {
		if (rc == TT_ESTALE) {
			for (size_t i = 0; i < n; i++)
				drop_stale(batches[i]);
			continue;
		}
		tt_metric_add(TT_M_sink_retries, 1);
		if (tt_log_allowed(&limit, 10000, &suppressed))
			tt_log(TT_LOG_WARN, "sink away, waiting", TT_F_C("sink", w->sink.ops->name),
				TT_F_C("error", err->msg), TT_F_INT("suppressed", suppressed));
		if (!tt_outage_wait(w->outage, TT_OUTAGE_WRITE, err))
			return TT_ECLOSED;
	}
	int64_t away_ms = tt_outage_over(w->outage, TT_OUTAGE_WRITE);
	if (away_ms)
		tt_log(TT_LOG_INFO, "sink is back", TT_F_C("sink", w->sink.ops->name),
			TT_F_INT("away_ms", away_ms));
	if (rc == TT_ECLOSED)
		atomic_store(&w->gone, true);
	if (rc < 0)
		return rc;
	tt_pulse_moved(w->pulse, w->clock);
	for (size_t i = 0; i < n; i++)
		w->missed += batches[i]->n_items;
	w->missed -= stored.items + stored.updated;
	tt_metric_add(TT_M_items_stored, stored.items);
	tt_metric_add(TT_M_items_updated, stored.updated);
	tt_metric_add(TT_M_entities_stored, stored.entities);
	tt_metric_add(TT_M_dead_letters, stored.dead);
	tt_metric_set(TT_M_last_stored, (uint64_t)(tt_wall_ms(w->clock) / 1000));
	tt_histogram_add(TT_H_write, tt_mono_ns(w->clock) - begun);
	return TT_OK;
}

/* The item itself, so that it can be tried again; without the memory for it, its title. */
static struct tt_str item_json(struct tt_batch *b, const struct tt_item *item)
{
	struct tt_str text = {NULL, 0};
	struct tt_buf json;
	tt_buf_init(&json, b->arena.max_bytes);
	if (tt_sink_json_item(&json, item) == TT_OK)
		text = tt_arena_str(&b->arena, tt_buf_view(&json));
	tt_buf_done(&json);
	return text.p ? text : item->title;
}

/* The item the sink refuses, as a dead letter of b. */
static int bury(struct tt_writer *w, struct tt_batch *b, const struct tt_item *item, const struct tt_err *why)
{
	struct tt_dead_letter *dead = tt_batch_add_dead(b);
	if (!dead)
		return TT_ENOMEM;
	dead->source = item->source;
	dead->where = item->guid;
	dead->stage = "store";
	dead->reason = tt_arena_str(&b->arena, tt_str_c(why->msg));
	dead->payload = item_json(b, item);
	dead->at_ms = tt_wall_ms(w->clock);
	tt_log(TT_LOG_WARN, "item refused by the sink, now a dead letter", TT_F_STR("source", item->source),
		TT_F_STR("guid", item->guid), TT_F_C("error", why->msg));
	return TT_OK;
}

/* Stores the items [from, to) of b alone, halving what is refused. */
static int write_items(struct tt_writer *w, struct tt_batch *b, size_t from, size_t to, struct tt_err *err)
{
	struct tt_batch part = {.items = b->items + from,
		.n_items = to - from,
		.progress = b->progress,
		.n_progress = b->n_progress,
		.model_id = b->model_id,
		.born_ns = b->born_ns};
	struct tt_batch *parts[] = {&part};
	if (from == to)
		return TT_OK;
	int rc = write_patiently(w, parts, 1, err);
	if (rc == TT_OK || rc == TT_ECLOSED)
		return rc;
	if (to - from == 1)
		return bury(w, b, &b->items[from].item, err);
	size_t middle = from + (to - from) / 2;
	rc = write_items(w, b, from, middle, err);
	return rc < 0 ? rc : write_items(w, b, middle, to, err);
}

/* A batch that was refused whole: its items one by one where needed, then its feed states, dead letters and
 * progress. Until then progress only guards the writes and does not move. */
static int write_isolating(struct tt_writer *w, struct tt_batch *b, struct tt_err *err)
{
	int64_t *next = tt_arena_zalloc(&b->arena, b->n_progress, sizeof(*next));
	if (!next)
		return tt_err_set(err, TT_ENOMEM, "%s", tt_err_text(TT_ENOMEM));
	for (size_t i = 0; i < b->n_progress; i++) {
		next[i] = b->progress[i].next_offset;
		b->progress[i].next_offset = TT_PROGRESS_GUARD;
	}
	int rc = write_items(w, b, 0, b->n_items, err);
	for (size_t i = 0; i < b->n_progress; i++)
		b->progress[i].next_offset = next[i];
	if (rc < 0)
		return rc;
	struct tt_batch rest = *b;
	struct tt_batch *parts[] = {&rest};
	rest.items = NULL;
	rest.n_items = 0;
	return write_patiently(w, parts, 1, err);
}

/* Some item of b was not stored, because meanwhile its keys were: by the batch before, or by another worker. What
 * it is to the stored ones only a look can tell; it may bring a new text. All else of b is stored. */
static void write_missed(struct tt_writer *w, struct tt_batch *b)
{
	struct tt_err err = {0};
	b->n_feeds = b->n_dead = b->n_progress = b->n_aliases = 0;
	int rc = b->n_items ? tt_filter_batch(&w->sink, b, &err) : TT_OK;
	if (rc == TT_OK && (b->n_items || b->n_aliases))
		rc = write_patiently(w, &b, 1, &err);
	if (rc < 0)
		tt_log(TT_LOG_WARN, "cannot tell which items have new texts", TT_F_C("error", err.msg));
}

static void note_latency(const struct tt_writer *w, const struct tt_batch *b)
{
	int64_t now_ms = tt_wall_ms(w->clock);
	tt_histogram_add(TT_H_latency, tt_mono_ns(w->clock) - b->born_ns);
	for (size_t i = 0; i < b->n_progress; i++)
		if (b->progress[i].newest_ms > 0)
			tt_histogram_add(TT_H_record_latency, (now_ms - b->progress[i].newest_ms) * 1000000);
}

/* Stores n batches together; when that is refused, each by itself. */
static void write_all(struct tt_writer *w, struct tt_batch **batches, size_t n)
{
	struct tt_err err = {0};
	w->missed = 0;
	int together = write_patiently(w, batches, n, &err);
	for (size_t i = 0; i < n; i++) {
		bool refused = together < 0 && together != TT_ECLOSED;
		int rc = refused ? write_isolating(w, batches[i], &err) : together;
		if (rc == TT_OK) {
			note_latency(w, batches[i]);
			w->stored(w->ctx, batches[i]);
			continue;
		}
		w->given_up += batches[i]->n_items;
		if (rc != TT_ECLOSED)
			tt_log(TT_LOG_ERROR, "batch cannot be stored",
				TT_F_INT("items", (int64_t)batches[i]->n_items), TT_F_C("error", err.msg));
	}
	bool some_missed = together == TT_OK && w->missed && w->sink.ops->lookup;
	for (size_t i = 0; i < n && some_missed; i++)
		write_missed(w, batches[i]);
}

/* Puts b into its place; takes what has its turn now out to v. Returns how many that is. */
static size_t in_order(struct tt_writer *w, struct tt_batch *b, struct tt_batch **v, size_t n)
{
	if (!b->number) {
		v[n++] = b;
		return n;
	}
	tt_order_put(w->order, b);
	while (n < MAX_BATCHES && (v[n] = tt_order_next(w->order)))
		n++;
	return n;
}

void tt_writer_run(struct tt_writer *w)
{
	struct tt_batch *batches[MAX_BATCHES], *b;
	size_t max = w->max_batches < MOST_TOGETHER ? w->max_batches : MOST_TOGETHER;
	while (tt_queue_pop(w->in, &b, -1) == TT_OK) {
		size_t n = in_order(w, b, batches, 0);
		while (n && n < max && tt_queue_pop(w->in, &b, 0) == TT_OK)
			n = in_order(w, b, batches, n);
		tt_metric_set(TT_M_queue_write, tt_queue_depth(w->in));
		if (n)
			write_all(w, batches, n);
		while (n) {
			tt_batch_free(batches[--n]);
			tt_pulse_out(w->pulse, w->clock);
		}
	}
}
