/* feed_same.h - whether two parse results are the same in all that a feed says. */
#ifndef TT_TESTS_FEED_SAME_H
#define TT_TESTS_FEED_SAME_H

#include "ingest/feed/feed.h"

static inline bool feed_same_text(struct tt_str a, struct tt_str b)
{
	return !a.p == !b.p && tt_str_eq(a, b);
}

static inline bool feed_same_item(const struct tt_feed_item *a, const struct tt_feed_item *b)
{
	bool good = feed_same_text(a->guid, b->guid) && feed_same_text(a->url, b->url) &&
		    feed_same_text(a->title, b->title) && feed_same_text(a->summary, b->summary) &&
		    feed_same_text(a->content, b->content) && feed_same_text(a->author, b->author) &&
		    feed_same_text(a->lang, b->lang) && a->n_categories == b->n_categories &&
		    a->published_ms == b->published_ms && a->updated_ms == b->updated_ms;
	for (size_t i = 0; good && i < a->n_categories; i++)
		good = feed_same_text(a->categories[i], b->categories[i]);
	return good;
}

static inline bool feed_same(const struct tt_feed *a, const struct tt_feed *b)
{
	bool good = a->format == b->format && a->recovered == b->recovered && a->n_items == b->n_items &&
		    a->n_dropped == b->n_dropped && feed_same_text(a->title, b->title) &&
		    feed_same_text(a->url, b->url) && feed_same_text(a->lang, b->lang) &&
		    feed_same_text(a->self_url, b->self_url) && a->n_hubs == b->n_hubs &&
		    feed_same_text(a->next_url, b->next_url) && a->ttl_minutes == b->ttl_minutes &&
		    a->update_ms == b->update_ms && a->skip_hours == b->skip_hours &&
		    a->skip_days == b->skip_days;
	for (size_t i = 0; good && i < a->n_hubs; i++)
		good = feed_same_text(a->hubs[i], b->hubs[i]);
	for (size_t i = 0; good && i < a->n_items; i++)
		good = feed_same_item(&a->items[i], &b->items[i]);
	return good;
}

#endif
