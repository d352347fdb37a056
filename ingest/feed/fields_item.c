/* fields_item.c - what the text of an item's element becomes. Which of several elements gives a field: the
 * one nearest to the item, then the dialect's own before a module's; between equals a later date, link or
 * author replaces an earlier one, a later title does not. See xmlstate.h. */
#include "ingest/feed/xmlstate.h"

#include "ingest/feed/date.h"

unsigned tt_field_rank(const struct tt_xmlfeed *x, unsigned pref)
{
	size_t depth = x->depth - x->item_depth;
	return (unsigned)(1 + 4 * (depth < 1000 ? depth : 1000) + (pref < 4 ? pref : 3));
}

/* Whether a value of this rank replaces what is there; then it does. */
bool tt_field_wins(uint16_t *have, unsigned rank, int policy)
{
	if (*have && (rank > *have || (rank == *have && policy == TT_FIRST)))
		return false;
	*have = (uint16_t)rank;
	return true;
}

int tt_field_url(struct tt_xmlfeed *x, struct tt_str ref, unsigned pref)
{
	struct tt_str url = {NULL, 0};
	int rc = tt_build_url(x->b, tt_top(x)->base, ref, &url);
	if (rc < 0 || !url.p)
		return rc;
	unsigned rank = tt_field_rank(x, pref);
	if (tt_top(x)->scope == TT_SCOPE_ITEM) {
		if (tt_field_wins(&x->ranks.url, rank, TT_LAST))
			x->item.url = url;
	} else if (tt_field_wins(&x->feed_url_rank, rank, TT_LAST)) {
		x->b->feed.url = url;
	}
	return TT_OK;
}

int tt_field_text(struct tt_xmlfeed *x, struct tt_str *ret)
{
	int rc = tt_build_text(x->b, tt_buf_view(&x->text), x->cap.kind, ret);
	if (rc == TT_OK && x->cap.cut)
		x->b->feed.n_cut++;
	return rc;
}

void tt_field_date(struct tt_xmlfeed *x, struct tt_str raw, uint16_t *have, unsigned pref, int64_t *to)
{
	int64_t ms;
	if (tt_feed_date(raw, &ms) && tt_field_wins(have, tt_field_rank(x, pref), TT_LAST))
		*to = ms;
}

static void end_date(struct tt_xmlfeed *x, const struct tt_name *name, struct tt_str raw)
{
	struct tt_item_ranks *r = &x->ranks;
	switch (name->elem) {
	case TT_EL_PUBLISHED:
		tt_field_date(x, raw, &r->published, 0, &x->item.published_ms);
		break;
	case TT_EL_UPDATED:
		tt_field_date(x, raw, &r->updated, 0, &x->item.updated_ms);
		break;
	case TT_EL_DATE: /* Dublin Core does not say which date: the last change, and RSS 1.0 knows no other
			  */
		tt_field_date(x, raw, &r->updated, 1, &x->item.updated_ms);
		tt_field_date(x, raw, &r->published, 1 + name->pref, &x->item.published_ms);
		break;
	default:
		tt_field_date(x, raw, &r->published, 3, &x->item.published_ms);
		break;
	}
}

/* xml:lang on a text is the item's language, unless an element names it: the title's before the content's
 * before the summary's. */
static void note_lang(struct tt_xmlfeed *x)
{
	enum tt_elem elem = tt_top(x)->name->elem;
	unsigned pref = elem == TT_EL_TITLE                                                    ? 1
			: elem == TT_EL_CONTENT || elem == TT_EL_ENCODED || elem == TT_EL_BODY ? 2
											       : 3;
	if (tt_top(x)->own_lang && tt_field_wins(&x->ranks.lang, tt_field_rank(x, pref), TT_FIRST))
		x->item.lang = tt_top(x)->lang;
}

static void set_content(struct tt_xmlfeed *x, struct tt_str text, unsigned pref)
{
	if (tt_field_wins(&x->ranks.content, tt_field_rank(x, pref), TT_FIRST))
		x->item.content = text;
}

/* The first of summary and description is the summary, or the one that fits better; a second one is the
 * content, when nothing better is. What media: and itunes: have to say is only taken as a summary. */
static void set_summary(struct tt_xmlfeed *x, const struct tt_name *name, struct tt_str text)
{
	struct tt_str loser = text;
	const struct tt_name *from = name;
	if (tt_field_wins(&x->ranks.summary, tt_field_rank(x, name->pref), TT_FIRST)) {
		loser = x->item.summary;
		from = x->summary_from;
		x->item.summary = text;
		x->summary_from = name;
	}
	if (loser.p && from->pref < 2)
		set_content(x, loser, 2);
}

static int end_keywords(struct tt_xmlfeed *x)
{
	struct tt_str rest = tt_buf_view(&x->text);
	while (rest.p) {
		int rc = tt_build_category(x->b, &x->item, tt_str_split(&rest, ','));
		if (rc < 0)
			return rc;
	}
	return TT_OK;
}

static int end_guid(struct tt_xmlfeed *x, const struct tt_name *name, struct tt_str text)
{
	if (!tt_field_wins(&x->ranks.guid, tt_field_rank(x, name->pref), TT_LAST))
		return TT_OK;
	x->guid_is_url = x->cap.keep;
	x->item.guid = text;
	struct tt_str base =
		tt_top(x)->base; /* only by xml:base: a feed that moves must not change its guids */
	return x->cap.keep && base.p ? tt_build_url(x->b, base, text, &x->item.guid) : TT_OK;
}

int tt_field_end_item(struct tt_xmlfeed *x, const struct tt_name *name)
{
	struct tt_str raw = tt_buf_view(&x->text), text = {NULL, 0};
	switch (name->elem) {
	case TT_EL_LINK:
		return x->cap.keep ? tt_field_url(x, raw, x->cap.pref) : TT_OK;
	case TT_EL_PUBLISHED:
	case TT_EL_UPDATED:
	case TT_EL_DATE:
	case TT_EL_CREATED:
		end_date(x, name, raw);
		return TT_OK;
	case TT_EL_CATEGORY:
		return tt_build_category(x->b, &x->item, raw);
	case TT_EL_KEYWORDS:
		return end_keywords(x);
	case TT_EL_LANGUAGE:
		return tt_field_wins(&x->ranks.lang, tt_field_rank(x, 0), TT_LAST)
			       ? tt_build_lang(x->b, raw, &x->item.lang)
			       : TT_OK;
	default:
		break;
	}
	int rc = tt_field_text(x, &text);
	if (rc < 0 || !text.p)
		return rc;
	note_lang(x);
	if (name->elem == TT_EL_TITLE &&
		tt_field_wins(&x->ranks.title, tt_field_rank(x, name->pref), TT_FIRST))
		x->item.title = text;
	else if (name->elem == TT_EL_ID)
		return end_guid(x, name, text);
	else if (name->elem == TT_EL_SUMMARY || name->elem == TT_EL_DESCRIPTION)
		set_summary(x, name, text);
	else if (name->elem == TT_EL_CONTENT || name->elem == TT_EL_ENCODED || name->elem == TT_EL_BODY)
		set_content(x, text, name->elem == TT_EL_CONTENT && !x->atom);
	return TT_OK;
}
