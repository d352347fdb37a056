/* filter.c - see filter.h. */
#include "app/run/filter.h"

#include "common/log.h"
#include "common/metrics.h"
#include "ingest/revision.h"

/* Of what is stored for the items of one batch; far above what any batch brings. */
enum { SCRATCH_BYTES = 512 << 20 };

static void log_judgement(const struct tt_item *item, const struct tt_settled *settled)
{
	char id[37];
	tt_id_format(item->id, id);
	if (settled->judgement == TT_RENAMED)
		tt_log(TT_LOG_DEBUG, "guid used again for another item", TT_F_STR("source", item->source),
			TT_F_STR("guid", item->guid), TT_F_STR("title", item->title), TT_F_C("item_id", id));
	else if (settled->judgement == TT_UPDATED)
		tt_log(TT_LOG_DEBUG,
			settled->story->full ? "item has had too many texts" : "item has a new text",
			TT_F_STR("source", item->source), TT_F_STR("title", item->title),
			TT_F_STR("was", settled->story->title), TT_F_C("item_id", id));
}

static int note_aliases(struct tt_batch *b, const struct tt_settled *settled)
{
	for (size_t i = 0; i < settled->n_aliases; i++) {
		struct tt_alias *alias = tt_batch_add_alias(b);
		if (!alias)
			return TT_ENOMEM;
		*alias = (struct tt_alias){settled->aliases[i], settled->story->id, settled->story->event_ms};
	}
	return TT_OK;
}

/* Judges item i by the n elements of `stored` that are about it. */
static int settle(struct tt_batch *b, size_t i, const struct tt_stored *stored, size_t n,
	struct tt_arena *scratch, bool *ret_news)
{
	struct tt_item *item = &b->items[i].item;
	struct tt_settled settled;
	int rc = tt_item_settle(item, stored, n, scratch, &settled);
	if (rc == TT_OK)
		rc = note_aliases(b, &settled);
	if (rc < 0)
		return rc;
	log_judgement(item, &settled);
	bool full = settled.judgement == TT_UPDATED && settled.story->full;
	*ret_news = settled.judgement != TT_SAME && !full;
	tt_metric_add(TT_M_items_known, settled.judgement == TT_SAME);
	tt_metric_add(TT_M_items_renamed, settled.judgement == TT_RENAMED);
	tt_metric_add(TT_M_limit_versions, full);
	return TT_OK;
}

static void keep_news(struct tt_batch *b, const bool *news)
{
	size_t kept = 0;
	for (size_t i = 0; i < b->n_items; i++)
		if (news[i])
			b->items[kept++] = b->items[i];
	b->n_items = kept;
}

static int settle_all(struct tt_batch *b, const struct tt_stored *stored, size_t n, struct tt_arena *scratch)
{
	bool *news = tt_arena_zalloc(scratch, b->n_items + 1, sizeof(*news));
	size_t to = 0;
	int rc = news ? TT_OK : TT_ENOMEM;
	for (size_t i = 0; i < b->n_items && rc == TT_OK; i++) {
		size_t from = to;
		while (to < n && stored[to].asked == i)
			to++;
		if (from == to)
			news[i] = true;
		else
			rc = settle(b, i, stored + from, to - from, scratch, &news[i]);
	}
	if (rc == TT_OK)
		keep_news(b, news);
	return rc;
}

int tt_filter_batch(struct tt_sink *sink, struct tt_batch *b, struct tt_err *err)
{
	struct tt_stored *stored;
	struct tt_arena scratch;
	size_t n;
	tt_arena_init(&scratch, SCRATCH_BYTES);
	int rc = sink->ops->lookup(sink->self, b, &scratch, &stored, &n, err);
	if (rc == TT_OK) {
		rc = settle_all(b, stored, n, &scratch);
		if (rc < 0)
			tt_err_set(err, rc, "judging known items: %s", tt_err_text(rc));
	}
	tt_arena_done(&scratch);
	return rc;
}
