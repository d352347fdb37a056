/* build.c - see build.h. */
#include "ingest/feed/build.h"

#include <string.h>

#include "ingest/feed/url.h"

enum { CATEGORIES_MAX = 64, NEARLY_FULL = 4096 };

void tt_build_init(struct tt_build *b, const struct tt_feed_limits *limits, struct tt_arena *arena,
	struct tt_str base_url)
{
	*b = (struct tt_build){.limits = *limits, .arena = arena, .base_url = base_url};
	tt_buf_init(&b->scratch, limits->max_text_bytes * 3);
}

void tt_build_done(struct tt_build *b)
{
	tt_buf_done(&b->scratch);
}

void tt_build_reset(struct tt_build *b, size_t keep)
{
	b->feed = (struct tt_feed){.items = b->feed.items, .n_items = keep};
	if (keep == 0)
		b->feed.items = NULL;
}

int tt_build_oom(const struct tt_build *b)
{
	return b->arena->max_bytes - b->arena->used_bytes < b->limits.max_text_bytes + NEARLY_FULL
		       ? TT_ELIMIT
		       : TT_ENOMEM;
}

/* s without a character that the cut went through. */
static struct tt_str cut_at(struct tt_str s, size_t n)
{
	while (n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	return (struct tt_str){s.p, n};
}

int tt_build_text(struct tt_build *b, struct tt_str raw, enum tt_text_kind kind, struct tt_str *ret)
{
	bool cut = raw.n > b->limits.max_text_bytes;
	if (cut) {
		raw = cut_at(raw, b->limits.max_text_bytes);
		b->feed.n_cut++;
	}
	int rc = tt_text_make(raw, kind, cut, &b->scratch, b->arena, ret);
	return rc == TT_ENOMEM ? tt_build_oom(b) : rc;
}

int tt_build_url(struct tt_build *b, struct tt_str base, struct tt_str ref, struct tt_str *ret)
{
	struct tt_str url = tt_url_resolve(b->arena, base.p ? base : b->base_url, ref);
	if (tt_url_failed(url))
		return tt_build_oom(b);
	*ret = url;
	return TT_OK;
}

int tt_build_hub(struct tt_build *b, struct tt_str base, struct tt_str ref)
{
	struct tt_feed *f = &b->feed;
	struct tt_str url = {NULL, 0};

	if (f->n_hubs == TT_FEED_HUBS)
		return TT_OK;
	int rc = tt_build_url(b, base, ref, &url);
	if (rc < 0 || !url.n)
		return rc;
	for (size_t i = 0; i < f->n_hubs; i++)
		if (tt_str_eq(f->hubs[i], url))
			return TT_OK;
	f->hubs[f->n_hubs++] = url;
	return TT_OK;
}

int tt_build_lang(struct tt_build *b, struct tt_str raw, struct tt_str *ret)
{
	raw = tt_str_trim(raw);
	if (raw.n == 0 || raw.n > 35) { /* the longest BCP 47 tag that must be supported */
		*ret = (struct tt_str){NULL, 0};
		return TT_OK;
	}
	struct tt_str s = tt_arena_str(b->arena, raw);
	if (!s.p)
		return tt_build_oom(b);
	for (char *p = memchr(s.p, '_', s.n); p; p = memchr(p, '_', s.n - (size_t)(p - s.p)))
		*p = '-';
	*ret = s;
	return TT_OK;
}

int tt_build_category(struct tt_build *b, struct tt_feed_item *item, struct tt_str raw)
{
	struct tt_str text = {NULL, 0};
	int rc = tt_build_text(b, raw, TT_TEXT_GUESS, &text);
	if (rc < 0 || !text.p || item->n_categories == CATEGORIES_MAX)
		return rc;
	for (size_t i = 0; i < item->n_categories; i++)
		if (tt_str_eq(item->categories[i], text))
			return TT_OK;
	struct tt_str *all =
		tt_arena_grow(b->arena, (void *)item->categories, item->n_categories, sizeof(*all));
	if (!all)
		return tt_build_oom(b);
	all[item->n_categories++] = text;
	item->categories = all;
	return TT_OK;
}

void tt_item_init(struct tt_feed_item *item)
{
	*item = (struct tt_feed_item){.published_ms = TT_TIME_NONE, .updated_ms = TT_TIME_NONE};
}

static bool is_web(struct tt_str s)
{
	return tt_str_starts_ci(s, TT_STR("http://")) || tt_str_starts_ci(s, TT_STR("https://"));
}

int tt_build_item(struct tt_build *b, const struct tt_feed_item *item, bool guid_is_url)
{
	struct tt_feed *f = &b->feed;
	struct tt_feed_item *all = tt_arena_grow(b->arena, f->items, f->n_items, sizeof(*all));
	if (!all)
		return tt_build_oom(b);
	f->items = all;
	struct tt_feed_item *it = &all[f->n_items++];
	*it = *item;
	if (!it->url.p && guid_is_url && is_web(it->guid))
		it->url = it->guid;
	if (!it->summary.p)
		it->summary = it->content;
	return TT_OK;
}

void tt_build_finish(struct tt_build *b)
{
	for (size_t i = 0; i < b->feed.n_items; i++) {
		struct tt_str *lang = &b->feed.items[i].lang;
		if (!lang->p)
			*lang = b->feed.lang;
		else if (lang->n == 0) /* xml:lang="" says there is none */
			*lang = (struct tt_str){NULL, 0};
	}
}
