/* identity.c - see identity.h. Scratch comes from the items' arena: it is small and dies with the batch. */
#include "ingest/identity.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/stored.h"
#include "ingest/canonical.h"
#include "ingest/words.h"

/* What the keys of an item are made from. */
struct traits {
	struct tt_item *item;
	struct tt_str canonical; /* of its URL */
	struct tt_str words;     /* of its title */
};

int tt_item_words(const struct tt_item *item, struct tt_arena *arena, struct tt_str *ret)
{
	struct tt_str text = item->title.n ? item->title : item->summary.n ? item->summary : item->content;
	return tt_words(text, arena, ret);
}

/* ---- one item ---- */

/* What stands in for a guid that the publisher did not give. */
static struct tt_str stand_in(const struct traits *t, struct tt_arena *arena)
{
	const struct tt_item *item = t->item;
	char text[40];
	if (tt_url_identifies(t->canonical))
		return t->canonical;
	if (item->url.n && !t->canonical.n)
		return item->url;
	if (item->title.n && item->published_ms != TT_TIME_NONE) {
		tt_time_rfc3339(item->published_ms, text);
		tt_id_format(TT_ID(item->title, tt_str_c(text)), text);
	} else {
		tt_id_format(TT_ID(item->title, item->summary, item->content), text);
	}
	return tt_arena_str(arena, tt_str_c(text));
}

/* Whether a server may make this guid anew for every request. */
static bool may_have_token(struct tt_str guid)
{
	return (tt_str_starts_ci(guid, TT_STR("http://")) || tt_str_starts_ci(guid, TT_STR("https://"))) &&
	       (memchr(guid.p, '?', guid.n) || memchr(guid.p, ';', guid.n));
}

static int identify(struct traits *t, struct tt_str record_id, struct tt_arena *arena)
{
	struct tt_item *item = t->item;
	bool given = item->guid.n || record_id.n;
	struct tt_str hashed;
	char date[40];
	int rc = tt_url_canonical(item->url, arena, &t->canonical);
	if (rc == TT_OK)
		rc = tt_item_words(item, arena, &hashed);
	if (rc < 0)
		return rc;
	t->words = item->title.n ? hashed : (struct tt_str){NULL, 0};
	if (!item->guid.n)
		item->guid = record_id.n ? record_id : stand_in(t, arena);
	if (!item->guid.p)
		return TT_ENOMEM;
	item->text_hash = TT_ID(hashed);
	if (tt_url_identifies(t->canonical))
		item->url_key = TT_ID(t->canonical);
	if (record_id.n) {
		if (!tt_id_parse(record_id, &item->id))
			item->id = TT_ID(item->source, record_id);
		return TT_OK;
	}
	tt_time_rfc3339(item->published_ms, date);
	item->id = TT_ID(item->source, item->guid);
	item->other_id = TT_ID(item->source, item->guid, t->canonical, t->words, tt_str_c(date));
	if (t->words.n && item->published_ms != TT_TIME_NONE && (!given || may_have_token(item->guid)))
		item->text_key = TT_ID(TT_STR("text"), item->source, t->words, tt_str_c(date));
	return TT_OK;
}

int tt_item_identify(struct tt_item *item, struct tt_str record_id, struct tt_arena *arena)
{
	struct traits t = {.item = item};
	return identify(&t, record_id, arena);
}

/* ---- the items of one document ---- */

static bool same_words(const struct traits *a, const struct traits *b)
{
	return tt_id_eq(a->item->text_hash, b->item->text_hash);
}

/* The dates are the same, or neither has one. */
static bool same_date(const struct traits *a, const struct traits *b)
{
	return a->item->published_ms == b->item->published_ms;
}

/* Items with the same guid. Documents list an item twice, and Atom ones also its earlier texts, of one date.
 */
static bool one_by_guid(const struct traits *a, const struct traits *b)
{
	bool here = tt_url_same_place(a->canonical, b->canonical);
	if (same_words(a, b))
		return same_date(a, b) || (here && tt_url_identifies(a->canonical));
	return here && same_date(a, b) && a->item->published_ms != TT_TIME_NONE &&
	       tt_words_alike(a->words, b->words);
}

static bool one_by_url(const struct traits *a, const struct traits *b)
{
	if (tt_str_eq(a->item->guid, b->item->guid))
		return one_by_guid(a, b);
	return same_words(a, b) && same_date(a, b);
}

static bool one_by_text(const struct traits *a, const struct traits *b)
{
	return tt_url_same_place(a->canonical, b->canonical);
}

static void spoil_guid(struct tt_item *item)
{
	struct tt_id by_guid = item->id;
	item->id = item->other_id;
	item->other_id = by_guid;
	item->guid_shared = true;
}

static void spoil_url(struct tt_item *item)
{
	item->url_key = (struct tt_id){{0}};
}

static void spoil_text(struct tt_item *item)
{
	item->text_key = (struct tt_id){{0}};
}

static const struct key_rule {
	enum tt_key key;
	bool (*one)(const struct traits *a, const struct traits *b);
	void (*spoil)(struct tt_item *item);
} rules[] = {
	/* the guid last: the others look at it */
	{TT_KEY_TEXT, one_by_text, spoil_text},
	{TT_KEY_URL, one_by_url, spoil_url},
	{TT_KEY_ID, one_by_guid, spoil_guid},
};

struct keyed {
	struct tt_id key;
	const struct traits *t;
};

static int by_key(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;
	int order = memcmp(x->key.b, y->key.b, sizeof(x->key.b));
	return order ? order : (x->t > y->t) - (x->t < y->t);
}

/* A key under which items stand together that are not one is no key for any of them. */
static void apply(const struct key_rule *rule, struct keyed *v, const struct traits *traits, size_t n)
{
	size_t all = 0, end;
	for (size_t i = 0; i < n; i++) {
		struct tt_id key = tt_item_key(traits[i].item, rule->key);
		if (!tt_id_is_zero(key))
			v[all++] = (struct keyed){key, &traits[i]};
	}
	qsort(v, all, sizeof(*v), by_key);
	for (size_t first = 0; first < all; first = end) {
		bool one = true;
		for (end = first + 1; end < all && tt_id_eq(v[first].key, v[end].key); end++)
			one = one && rule->one(v[first].t, v[end].t);
		for (size_t i = first; i < end && !one; i++)
			rule->spoil(v[i].t->item);
	}
}

int tt_items_identify(struct tt_scored *items, size_t n, struct tt_arena *arena)
{
	struct traits *traits = tt_arena_zalloc(arena, n + 1, sizeof(*traits));
	struct keyed *scratch = tt_arena_zalloc(arena, n + 1, sizeof(*scratch));
	int rc = traits && scratch ? TT_OK : TT_ENOMEM;
	for (size_t i = 0; i < n && rc == TT_OK; i++) {
		traits[i].item = &items[i].item;
		rc = identify(&traits[i], (struct tt_str){NULL, 0}, arena);
	}
	for (size_t i = 0; i < TT_LEN(rules) && rc == TT_OK; i++)
		apply(&rules[i], scratch, traits, n);
	return rc;
}

/* ---- texts ---- */

bool tt_text_cut(struct tt_str *text, size_t max_bytes)
{
	if (text->n <= max_bytes)
		return false;
	while (max_bytes && ((unsigned char)text->p[max_bytes] & 0xc0) == 0x80)
		max_bytes--;
	text->n = max_bytes;
	return true;
}
