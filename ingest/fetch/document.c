/* document.c - see document.h. */
#include "ingest/fetch/document.h"

#include <string.h>

#include "common/metrics.h"
#include "ingest/identity.h"

static int add_item(const struct tt_feed_slot *slot, const struct tt_feed_item *in, struct tt_str source,
	int64_t now_ms, struct tt_batch *b)
{
	struct tt_scored *scored = tt_batch_add_item(b);
	if (!scored)
		return TT_ENOMEM;
	struct tt_item *item = &scored->item;
	item->source = source;
	item->guid = in->guid;
	item->url = in->url;
	item->title = in->title;
	item->summary = in->summary;
	item->content = in->content;
	item->author = in->author;
	item->lang = in->lang;
	item->categories = in->categories;
	item->n_categories = in->n_categories;
	item->published_ms = in->published_ms;
	item->updated_ms = in->updated_ms;
	item->fetched_ms = now_ms;
	if (slot->lang) {
		item->lang = tt_arena_str(&b->arena, tt_str_c(slot->lang));
		if (!item->lang.p)
			return TT_ENOMEM;
	}
	return TT_OK;
}

static int add_items(
	const struct tt_feed_slot *slot, const struct tt_feed *feed, int64_t now_ms, struct tt_batch *b)
{
	struct tt_str source = tt_arena_str(&b->arena, slot->state.url);
	size_t first = b->n_items;
	int rc = source.p ? TT_OK : TT_ENOMEM;
	for (size_t i = 0; i < feed->n_items && rc == TT_OK; i++)
		rc = add_item(slot, &feed->items[i], source, now_ms, b);
	if (rc < 0 || !feed->n_items)
		return rc;
	return tt_items_identify(b->items + first, feed->n_items, &b->arena);
}

static int parse(const struct tt_document *doc, const struct tt_fetch_conf *conf, struct tt_arena *arena,
	struct tt_feed *feed, struct tt_err *err)
{
	const struct tt_feed_limits limits = {
		.max_items = (size_t)conf->max_items,
		.max_text_bytes = (size_t)conf->max_text_bytes,
		.max_depth = (size_t)conf->max_xml_depth,
	};
	int rc = tt_feed_parse(doc->body, doc->content_type, doc->url, &limits, arena, feed, err);
	if (rc == TT_OK && feed->n_mean_entities) { /* they were not replaced; but who declares them is up to
						       something */
		tt_metric_add(TT_M_limit_entities, 1);
		return tt_err_set(
			err, TT_EPARSE, "declares entities that are files or made of other entities");
	}
	if (rc == TT_OK && feed->recovered && !feed->n_items && !feed->title.n)
		rc = tt_err_set(err, TT_EPARSE, "broken document without any item");
	return rc;
}

int tt_document_take(const struct tt_feed_slot *slot, const struct tt_document *doc,
	const struct tt_fetch_conf *conf, struct tt_batch *b, struct tt_feed *ret, struct tt_err *err)
{
	bool fresh = tt_batch_is_empty(b);
	int rc = parse(doc, conf, &b->arena, ret, err);
	if (rc == TT_ELIMIT && fresh) { /* the document's own fault, and not that the batch is full */
		tt_metric_add(TT_M_limit_depth, 1);
		return TT_EPARSE;
	}
	if (rc == TT_OK)
		rc = add_items(slot, ret, doc->now_ms, b);
	if (rc < 0)
		return rc;
	tt_metric_add(TT_M_fetch_repaired, ret->recovered);
	tt_metric_add(TT_M_limit_items, ret->n_dropped);
	tt_metric_add(TT_M_limit_text, ret->n_cut);
	return TT_OK;
}
