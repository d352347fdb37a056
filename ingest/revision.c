/* revision.c - see revision.h. */
#include "ingest/revision.h"

#include "common/err.h"
#include "ingest/canonical.h"
#include "ingest/words.h"

enum { DAY_MS = 86400000 };

/* What an item and a stored one have in common. */
struct likeness {
	bool same_words; /* as one of its versions */
	bool alike;      /* half of the words of its current title */
	bool same_url, same_place, url_identifies;
	bool same_date, other_date; /* neither: one of them has none */
	bool days_apart;
};

static int compare_words(
	const struct tt_item *item, const struct tt_stored *s, struct tt_arena *scratch, struct likeness *ret)
{
	struct tt_str now, then;
	ret->same_words = ret->alike = s->has_text;
	if (s->has_text)
		return TT_OK;
	int rc = tt_words(item->title, scratch, &now);
	if (rc == TT_OK)
		rc = tt_words(s->title, scratch, &then);
	if (rc < 0)
		return rc;
	ret->same_words = now.n && tt_str_eq(now, then);
	ret->alike = ret->same_words || tt_words_alike(now, then);
	return TT_OK;
}

static int compare(
	const struct tt_item *item, const struct tt_stored *s, struct tt_arena *scratch, struct likeness *ret)
{
	struct tt_str now, then;
	int rc = compare_words(item, s, scratch, ret);
	if (rc == TT_OK)
		rc = tt_url_canonical(item->url, scratch, &now);
	if (rc == TT_OK)
		rc = tt_url_canonical(s->url, scratch, &then);
	if (rc < 0)
		return rc;
	ret->same_url = tt_str_eq(now, then);
	ret->same_place = tt_url_same_place(now, then);
	ret->url_identifies = tt_url_identifies(now);
	if (item->published_ms == TT_TIME_NONE || s->published_ms == TT_TIME_NONE)
		return TT_OK;
	int64_t later = item->published_ms > s->published_ms ? item->published_ms : s->published_ms;
	int64_t earlier = item->published_ms > s->published_ms ? s->published_ms : item->published_ms;
	ret->same_date = later == earlier;
	ret->other_date = !ret->same_date;
	ret->days_apart = (uint64_t)later - (uint64_t)earlier > DAY_MS;
	return TT_OK;
}

static enum tt_judgement same_guid(const struct tt_item *item, const struct likeness *l)
{
	if (l->same_words) /* a title that comes again every week, under a guid that does so, too? */
		return !l->same_place && (l->days_apart || item->guid_shared) && !l->same_date ? TT_NEW
											       : TT_SAME;
	if (item->guid_shared)
		return TT_NEW;
	if (!l->same_place)
		return l->alike && !l->other_date ? TT_UPDATED : TT_NEW;
	if (l->same_url && l->url_identifies)
		return l->days_apart && !l->alike ? TT_NEW : TT_UPDATED;
	if (l->alike)
		return l->days_apart && !l->url_identifies ? TT_NEW : TT_UPDATED;
	return l->other_date ? TT_NEW : TT_UPDATED;
}

static enum tt_judgement same_url(const struct likeness *l)
{
	if (l->same_words)
		return TT_SAME;
	return l->alike || l->same_date ? TT_UPDATED : TT_NEW;
}

int tt_item_compare(const struct tt_item *item, const struct tt_stored *s, struct tt_arena *scratch,
	enum tt_judgement *ret)
{
	unsigned by_guid = item->guid_shared ? TT_KEY_OTHER_ID : TT_KEY_ID;
	unsigned by_all = item->guid_shared ? TT_KEY_ID : TT_KEY_OTHER_ID; /* guid, URL, title and date */
	struct likeness l = {0};
	*ret = TT_SAME;
	if (s->gone || (s->keys & (by_all | TT_KEY_TEXT)) || !tt_str_eq(item->source, s->source))
		return TT_OK;
	int rc = compare(item, s, scratch, &l);
	if (rc < 0)
		return rc;
	if (!(s->keys & by_guid) && (item->guid_shared || !tt_str_eq(item->guid, s->guid)))
		*ret = same_url(&l);
	else if (tt_id_is_zero(item->other_id)) /* an id of the record's own always identifies */
		*ret = l.same_words ? TT_SAME : TT_UPDATED;
	else
		*ret = same_guid(item, &l);
	return TT_OK;
}

/* The guid, where it identifies, names the story rather than the URL does. */
static bool nearer(const struct tt_stored *a, const struct tt_stored *b)
{
	return !b || (a->keys & -a->keys) < (b->keys & -b->keys);
}

static void become_revision(struct tt_item *item, const struct tt_stored *story)
{
	item->id = story->id;
	item->other_id = (struct tt_id){{0}};
	item->revises = true;
	item->story_ms = story->event_ms;
}

static void become_other(struct tt_item *item)
{
	struct tt_id used = item->id;
	item->id = item->other_id;
	item->other_id = used;
	item->guid_shared = true;
}

/* Keys by which the story is not known yet. A guid that a text key stands in for, and a URL that differs in
 * its query alone, may be other ones at the next request. */
static int find_aliases(
	const struct tt_item *item, unsigned known, struct tt_arena *scratch, struct tt_settled *settled)
{
	const struct tt_stored *story = settled->story;
	struct tt_str now, then;
	if (!story || story->gone || !story->takes_alias)
		return TT_OK;
	if (!(known & TT_KEY_ID) && !item->guid_shared && tt_id_is_zero(item->text_key))
		settled->aliases[settled->n_aliases++] = item->id;
	if ((known & TT_KEY_URL) || tt_id_is_zero(item->url_key))
		return TT_OK;
	int rc = tt_url_canonical(item->url, scratch, &now);
	if (rc == TT_OK)
		rc = tt_url_canonical(story->url, scratch, &then);
	if (rc == TT_OK && !tt_url_same_place(now, then))
		settled->aliases[settled->n_aliases++] = item->url_key;
	return rc;
}

static int find_story(const struct tt_item *item, const struct tt_stored *stored, size_t n,
	struct tt_arena *scratch, struct tt_settled *settled, unsigned *ret_known)
{
	*ret_known = 0;
	for (size_t i = 0; i < n; i++) {
		const struct tt_stored *s = &stored[i];
		enum tt_judgement judgement;
		int rc = tt_item_compare(item, s, scratch, &judgement);
		if (rc < 0)
			return rc;
		*ret_known |= s->keys;
		if (judgement > settled->judgement ||
			(judgement == TT_UPDATED && settled->judgement == judgement &&
				nearer(s, settled->story))) {
			settled->judgement = judgement;
			settled->story = s;
		}
	}
	return TT_OK;
}

int tt_item_settle(struct tt_item *item, const struct tt_stored *stored, size_t n, struct tt_arena *scratch,
	struct tt_settled *ret)
{
	struct tt_settled settled = {.judgement = TT_NEW};
	unsigned known;
	int rc = find_story(item, stored, n, scratch, &settled, &known);
	if (rc == TT_OK)
		rc = find_aliases(item, known, scratch, &settled);
	if (rc < 0)
		return rc;
	if (settled.judgement == TT_NEW && (known & TT_KEY_ID)) {
		become_other(item);
		settled.judgement = TT_RENAMED;
	}
	if (settled.judgement == TT_UPDATED)
		become_revision(item, settled.story);
	if (known & TT_KEY_URL)
		item->url_key = (struct tt_id){{0}};
	if (known & TT_KEY_TEXT)
		item->text_key = (struct tt_id){{0}};
	*ret = settled;
	return TT_OK;
}
