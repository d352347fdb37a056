/* fields.c - what the text of an element becomes, see xmlstate.h. Which of several elements gives a field:
 * the one nearest to the item, then the dialect's own before a module's; between equals a later date, link or
 * author replaces an earlier one, a later title does not. */
#include "ingest/feed/xmlstate.h"

#include <string.h>

#include "ingest/feed/date.h"

enum { FIRST, LAST };
enum { DAY_MS = 86400000 };

static unsigned rank_of(const struct tt_xmlfeed *x, unsigned pref)
{
	size_t depth = x->depth - x->item_depth;
	return (unsigned)(1 + 4 * (depth < 1000 ? depth : 1000) + (pref < 4 ? pref : 3));
}

/* Whether a value of this rank replaces what is there; then it does. */
static bool wins(uint16_t *have, unsigned rank, int policy)
{
	if (*have && (rank > *have || (rank == *have && policy == FIRST)))
		return false;
	*have = (uint16_t)rank;
	return true;
}

static void begin_capture(struct tt_xmlfeed *x, enum tt_text_kind kind)
{
	x->cap = (struct tt_capture){.on = true, .kind = kind};
	tt_buf_reset(&x->text);
}

static bool is_html_type(struct tt_str type)
{
	return type.n == 0 || tt_str_eq_ci(type, TT_STR("text/html")) ||
	       tt_str_eq_ci(type, TT_STR("application/xhtml+xml"));
}

static int set_url(struct tt_xmlfeed *x, struct tt_str ref, unsigned pref)
{
	struct tt_str url = {NULL, 0};
	int rc = tt_build_url(x->b, tt_top(x)->base, ref, &url);
	if (rc < 0 || !url.p)
		return rc;
	unsigned rank = rank_of(x, pref);
	if (tt_top(x)->scope == TT_SCOPE_ITEM) {
		if (wins(&x->ranks.url, rank, LAST))
			x->item.url = url;
	} else if (wins(&x->feed_url_rank, rank, LAST)) {
		x->b->feed.url = url;
	}
	return TT_OK;
}

/* Links of a feed that only the fetcher cares for. */
static int fetch_link(struct tt_xmlfeed *x, struct tt_str rel, struct tt_str href)
{
	struct tt_feed *f = &x->b->feed;
	struct tt_str *to = tt_str_eq_ci(rel, TT_STR("self"))   ? &f->self_url
			    : tt_str_eq_ci(rel, TT_STR("hub"))  ? &f->hub_url
			    : tt_str_eq_ci(rel, TT_STR("next")) ? &f->next_url
								: NULL;
	if (!to || to->p || tt_top(x)->scope != TT_SCOPE_FEED)
		return TT_OK;
	return tt_build_url(x->b, tt_top(x)->base, href, to);
}

static int start_link(struct tt_xmlfeed *x, const struct tt_xml_elem *e)
{
	static const char *const names[] = {"href", "url", "uri"};
	struct tt_str rel = tt_str_trim(tt_xml_attr_get(e, "rel")), href = {NULL, 0};
	for (size_t i = 0; !href.n && i < TT_LEN(names); i++)
		href = tt_str_trim(tt_xml_attr_get(e, names[i]));
	bool page = rel.n == 0 || tt_str_eq_ci(rel, TT_STR("alternate"));
	unsigned pref = is_html_type(tt_str_trim(tt_xml_attr_get(e, "type"))) ? 0 : 1;
	if (href.n)
		return page ? set_url(x, href, pref) : fetch_link(x, rel, href);
	begin_capture(x, TT_TEXT_PLAIN);
	x->cap.keep = page;
	x->cap.pref = (uint8_t)pref;
	return TT_OK;
}

static int start_category(struct tt_xmlfeed *x, const struct tt_xml_elem *e)
{
	static const char *const names[] = {"term", "text"};
	for (size_t i = 0; i < TT_LEN(names); i++) {
		struct tt_str term = tt_xml_attr_get(e, names[i]);
		if (term.n)
			return tt_build_category(
				x->b, &x->item, term); /* its children, if any, are categories of their own */
	}
	begin_capture(x, TT_TEXT_PLAIN);
	return TT_OK;
}

static int start_in_item(struct tt_xmlfeed *x, const struct tt_xml_elem *e)
{
	bool markup = false;
	switch (e->name->elem) {
	case TT_EL_TITLE:
	case TT_EL_SUMMARY:
	case TT_EL_DESCRIPTION:
	case TT_EL_CONTENT:
	case TT_EL_ENCODED:
		begin_capture(x, tt_kind_of(e, x->atom, &markup));
		x->cap.markup = x->cap.escape = markup;
		return TT_OK;
	case TT_EL_LINK:
		return start_link(x, e);
	case TT_EL_CATEGORY:
		return start_category(x, e);
	case TT_EL_ID:
		begin_capture(x, TT_TEXT_PLAIN);
		x->cap.keep = !tt_str_eq_ci(tt_str_trim(tt_xml_attr_get(e, "ispermalink")), TT_STR("false"));
		return TT_OK;
	case TT_EL_PUBLISHED:
	case TT_EL_UPDATED:
	case TT_EL_DATE:
	case TT_EL_CREATED:
	case TT_EL_KEYWORDS:
	case TT_EL_LANGUAGE:
		begin_capture(x, TT_TEXT_PLAIN);
		return TT_OK;
	default:
		return TT_OK;
	}
}

static int start_in_feed(struct tt_xmlfeed *x, const struct tt_xml_elem *e)
{
	bool markup = false;
	switch (e->name->elem) {
	case TT_EL_TITLE:
		begin_capture(x, tt_kind_of(e, x->atom, &markup));
		x->cap.markup = x->cap.escape = markup;
		return TT_OK;
	case TT_EL_LINK:
		return start_link(x, e);
	case TT_EL_SUMMARY:
	case TT_EL_DESCRIPTION:
	case TT_EL_CONTENT:
	case TT_EL_ENCODED: /* nobody asks for them, but what is inside is not the feed's */
	case TT_EL_LANGUAGE:
	case TT_EL_TTL:
	case TT_EL_HOUR:
	case TT_EL_DAY:
	case TT_EL_PERIOD:
	case TT_EL_FREQUENCY:
		begin_capture(x, TT_TEXT_PLAIN);
		return TT_OK;
	default:
		return TT_OK;
	}
}

int tt_field_start(struct tt_xmlfeed *x, const struct tt_xml_elem *e)
{
	enum tt_scope scope = tt_top(x)->scope;
	if (scope == TT_SCOPE_FEED)
		return start_in_feed(x, e);
	if (scope == TT_SCOPE_ITEM)
		return start_in_item(x, e);
	if (e->name->elem == TT_EL_NAME || e->name->elem == TT_EL_EMAIL)
		begin_capture(x, x->atom ? TT_TEXT_PLAIN : TT_TEXT_GUESS);
	return TT_OK;
}

static void set_date(struct tt_xmlfeed *x, struct tt_str raw, uint16_t *have, unsigned pref, int64_t *to)
{
	int64_t ms;
	if (tt_feed_date(raw, &ms) && wins(have, rank_of(x, pref), LAST))
		*to = ms;
}

static void end_date(struct tt_xmlfeed *x, const struct tt_name *name, struct tt_str raw)
{
	struct tt_item_ranks *r = &x->ranks;
	switch (name->elem) {
	case TT_EL_PUBLISHED:
		set_date(x, raw, &r->published, 0, &x->item.published_ms);
		break;
	case TT_EL_UPDATED:
		set_date(x, raw, &r->updated, 0, &x->item.updated_ms);
		break;
	case TT_EL_DATE: /* Dublin Core does not say which date: the last change, and RSS 1.0 knows no other
			  */
		set_date(x, raw, &r->updated, 1, &x->item.updated_ms);
		set_date(x, raw, &r->published, 1 + name->pref, &x->item.published_ms);
		break;
	default:
		set_date(x, raw, &r->published, 3, &x->item.published_ms);
		break;
	}
}

static int text_value(struct tt_xmlfeed *x, struct tt_str *ret)
{
	int rc = tt_build_text(x->b, tt_buf_view(&x->text), x->cap.kind, ret);
	if (rc == TT_OK && x->cap.cut)
		x->b->feed.n_cut++;
	return rc;
}

/* xml:lang on a text is the item's language, unless an element names it: the title's before the content's
 * before the summary's. */
static void note_lang(struct tt_xmlfeed *x)
{
	enum tt_elem elem = tt_top(x)->name->elem;
	unsigned pref = elem == TT_EL_TITLE ? 1 : elem == TT_EL_CONTENT || elem == TT_EL_ENCODED ? 2 : 3;
	if (tt_top(x)->own_lang && wins(&x->ranks.lang, rank_of(x, pref), FIRST))
		x->item.lang = tt_top(x)->lang;
}

static void set_content(struct tt_xmlfeed *x, struct tt_str text, unsigned pref)
{
	if (wins(&x->ranks.content, rank_of(x, pref), FIRST))
		x->item.content = text;
}

/* The first of summary and description is the summary, or the one that fits better; a second one is the
 * content, when nothing better is. What media: and itunes: have to say is only taken as a summary. */
static void set_summary(struct tt_xmlfeed *x, const struct tt_name *name, struct tt_str text)
{
	struct tt_str loser = text;
	const struct tt_name *from = name;
	if (wins(&x->ranks.summary, rank_of(x, name->pref), FIRST)) {
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
	if (!wins(&x->ranks.guid, rank_of(x, name->pref), LAST))
		return TT_OK;
	x->guid_is_url = x->cap.keep;
	x->item.guid = text;
	struct tt_str base =
		tt_top(x)->base; /* only by xml:base: a feed that moves must not change its guids */
	return x->cap.keep && base.p ? tt_build_url(x->b, base, text, &x->item.guid) : TT_OK;
}

static int end_in_item(struct tt_xmlfeed *x, const struct tt_name *name)
{
	struct tt_str raw = tt_buf_view(&x->text), text = {NULL, 0};
	switch (name->elem) {
	case TT_EL_LINK:
		return x->cap.keep ? set_url(x, raw, x->cap.pref) : TT_OK;
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
		return wins(&x->ranks.lang, rank_of(x, 0), LAST) ? tt_build_lang(x->b, raw, &x->item.lang)
								 : TT_OK;
	default:
		break;
	}
	int rc = text_value(x, &text);
	if (rc < 0 || !text.p)
		return rc;
	note_lang(x);
	if (name->elem == TT_EL_TITLE && wins(&x->ranks.title, rank_of(x, name->pref), FIRST))
		x->item.title = text;
	else if (name->elem == TT_EL_ID)
		return end_guid(x, name, text);
	else if (name->elem == TT_EL_SUMMARY || name->elem == TT_EL_DESCRIPTION)
		set_summary(x, name, text);
	else if (name->elem == TT_EL_CONTENT || name->elem == TT_EL_ENCODED)
		set_content(x, text, name->elem == TT_EL_CONTENT && !x->atom);
	return TT_OK;
}

/* sy:updatePeriod over sy:updateFrequency. */
static void set_update(struct tt_xmlfeed *x)
{
	if (x->period_ms)
		x->b->feed.update_ms = x->period_ms / (x->frequency ? x->frequency : 1);
}

static void end_schedule(struct tt_xmlfeed *x, enum tt_elem elem, struct tt_str raw)
{
	static const struct {
		const char *name;
		int days;
	} periods[] = {{"daily", 1}, {"weekly", 7}, {"monthly", 30}, {"yearly", 365}};
	static const char days[7][4] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
	struct tt_feed *f = &x->b->feed;
	int64_t v;
	raw = tt_str_trim(raw);
	if (elem == TT_EL_TTL && tt_str_int(raw, 1, 525600, &v))
		f->ttl_minutes = v;
	else if (elem == TT_EL_HOUR && tt_str_int(raw, 0, 24, &v))
		f->skip_hours |= 1U << (v % 24); /* some count from 1 to 24 */
	else if (elem == TT_EL_FREQUENCY && tt_str_int(raw, 1, 100000, &v))
		x->frequency = v;
	for (size_t i = 0; elem == TT_EL_DAY && i < TT_LEN(days); i++)
		if (tt_str_starts_ci(raw, tt_str_c(days[i])))
			f->skip_days |= (uint8_t)(1U << i);
	if (elem == TT_EL_PERIOD && tt_str_eq_ci(raw, TT_STR("hourly")))
		x->period_ms = DAY_MS / 24;
	for (size_t i = 0; elem == TT_EL_PERIOD && i < TT_LEN(periods); i++)
		if (tt_str_eq_ci(raw, tt_str_c(periods[i].name)))
			x->period_ms = (int64_t)periods[i].days * DAY_MS;
	set_update(x);
}

static int end_in_feed(struct tt_xmlfeed *x, const struct tt_name *name)
{
	struct tt_str raw = tt_buf_view(&x->text), text = {NULL, 0};
	if (name->elem == TT_EL_LINK)
		return x->cap.keep ? set_url(x, raw, x->cap.pref) : TT_OK;
	if (name->elem == TT_EL_LANGUAGE)
		return tt_str_trim(raw).n ? tt_build_lang(x->b, raw, &x->b->feed.lang) : TT_OK;
	if (name->elem != TT_EL_TITLE) {
		end_schedule(x, name->elem, raw);
		return TT_OK;
	}
	int rc = text_value(x, &text);
	if (rc == TT_OK && text.p && wins(&x->feed_title_rank, rank_of(x, name->pref), FIRST))
		x->b->feed.title = text;
	return rc;
}

int tt_field_end(struct tt_xmlfeed *x)
{
	const struct tt_name *name = tt_top(x)->name;
	x->cap.on = false;
	switch (tt_top(x)->scope) {
	case TT_SCOPE_FEED:
		return end_in_feed(x, name);
	case TT_SCOPE_ITEM:
		return end_in_item(x, name);
	default:
		return text_value(x, name->elem == TT_EL_NAME ? &x->name : &x->email);
	}
}

int tt_field_person(struct tt_xmlfeed *x)
{
	const struct tt_name *name = tt_top(x)->name;
	struct tt_str who = {NULL, 0};
	if (x->name.p && x->email.p) {
		who = tt_str_c(
			tt_arena_printf(x->b->arena, "%.*s (%.*s)", TT_FMT(x->name), TT_FMT(x->email)));
		if (!who.p)
			return tt_build_oom(x->b);
	} else if (x->name.p || x->email.p) {
		who = x->name.p ? x->name : x->email;
	} else {
		int rc = tt_build_text(
			x->b, tt_buf_view(&x->person), x->atom ? TT_TEXT_PLAIN : TT_TEXT_GUESS, &who);
		if (rc < 0)
			return rc;
	}
	uint16_t before = x->ranks.author;
	if (!who.p || !wins(&x->ranks.author, rank_of(x, name->pref), LAST))
		return TT_OK;
	if (x->author_from == name &&
		before == x->ranks.author) { /* a second author, not another word for the first */
		who = tt_str_c(
			tt_arena_printf(x->b->arena, "%.*s, %.*s", TT_FMT(x->item.author), TT_FMT(who)));
		if (!who.p)
			return tt_build_oom(x->b);
	}
	x->author_from = name;
	x->item.author = who;
	return TT_OK;
}

int tt_field_attrs(struct tt_xmlfeed *x, const struct tt_xml_elem *e)
{
	struct tt_str href = tt_xml_attr_get(e, "href"), lastmod = tt_xml_attr_get(e, "lastmod");
	bool item = tt_top(x)->scope == TT_SCOPE_ITEM;
	for (int i = 0; item && i < e->n_attrs; i++) {
		struct tt_xml_attr a = tt_xml_attr_at(e, i);
		if (a.prefix && tt_str_eq(a.name, TT_STR("about"))) {
			x->ranks.guid = (uint16_t)rank_of(x, 3) + 3; /* after <guid>, before dc:identifier */
			int rc = tt_build_text(x->b, a.value, TT_TEXT_PLAIN, &x->item.guid);
			if (rc < 0)
				return rc;
		}
	}
	if (item && lastmod.n)
		set_date(x, lastmod, &x->ranks.updated, 0, &x->item.updated_ms);
	return href.n ? set_url(x, href, 0) : TT_OK;
}
