/* fields.c - what begins with a start tag: which elements hold a value, and how it is written. What comes of
 * it is in fields_item.c and fields_feed.c. See xmlstate.h. */
#include "ingest/feed/xmlstate.h"

#include <string.h>

static bool is_html_type(struct tt_str type)
{
	return type.n == 0 || tt_str_eq_ci(type, TT_STR("text/html")) ||
	       tt_str_eq_ci(type, TT_STR("application/xhtml+xml"));
}

/* Links of a feed that only the fetcher cares for. */
static int fetch_link(struct tt_xmlfeed *x, struct tt_str rel, struct tt_str href)
{
	struct tt_feed *f = &x->b->feed;
	struct tt_str *to = tt_str_eq_ci(rel, TT_STR("self"))   ? &f->self_url
			    : tt_str_eq_ci(rel, TT_STR("next")) ? &f->next_url
								: NULL;
	if (tt_top(x)->scope != TT_SCOPE_FEED)
		return TT_OK;
	if (tt_str_eq_ci(rel, TT_STR("hub")))
		return tt_build_hub(x->b, tt_top(x)->base, href);
	if (!to || to->p)
		return TT_OK;
	return tt_build_url(x->b, tt_top(x)->base, href, to);
}

/* RFC 4287 lets a relation's name be written as an address, too. */
static struct tt_str relation(const struct tt_xml_elem *e)
{
	static const char *const registry[] = {"http://www.iana.org/assignments/relation/",
		"http://www.iana.org/assignments/link-relations/"};
	struct tt_str rel = tt_str_trim(tt_xml_attr_get(e, "rel"));
	for (size_t i = 0; i < TT_LEN(registry); i++) {
		struct tt_str r = tt_str_c(registry[i]);
		if (tt_str_starts_ci(rel, r))
			return (struct tt_str){rel.p + r.n, rel.n - r.n};
	}
	return rel;
}

static int start_link(struct tt_xmlfeed *x, const struct tt_xml_elem *e)
{
	static const char *const names[] = {"href", "url", "uri"};
	struct tt_str rel = relation(e), href = {NULL, 0};
	for (size_t i = 0; !href.n && i < TT_LEN(names); i++)
		href = tt_str_trim(tt_xml_attr_get(e, names[i]));
	bool page = rel.n == 0 || tt_str_eq_ci(rel, TT_STR("alternate"));
	unsigned pref = is_html_type(tt_str_trim(tt_xml_attr_get(e, "type"))) ? 0 : 1;
	if (href.n)
		return page ? tt_field_url(x, href, pref) : fetch_link(x, rel, href);
	tt_capture_begin(x, TT_TEXT_PLAIN);
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
	tt_capture_begin(x, TT_TEXT_PLAIN);
	return TT_OK;
}

static int start_id(struct tt_xmlfeed *x, const struct tt_xml_elem *e)
{
	tt_capture_begin(x, TT_TEXT_PLAIN);
	x->cap.keep = !tt_str_eq_ci(tt_str_trim(tt_xml_attr_get(e, "ispermalink")), TT_STR("false"));
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
	case TT_EL_BODY:
		tt_capture_begin(x, tt_kind_of(e, x->atom, &markup));
		x->cap.markup = x->cap.escape = markup;
		return TT_OK;
	case TT_EL_LINK:
		return start_link(x, e);
	case TT_EL_CATEGORY:
		return start_category(x, e);
	case TT_EL_ID:
		return start_id(x, e);
	case TT_EL_PUBLISHED:
	case TT_EL_UPDATED:
	case TT_EL_DATE:
	case TT_EL_CREATED:
	case TT_EL_KEYWORDS:
	case TT_EL_LANGUAGE:
		tt_capture_begin(x, TT_TEXT_PLAIN);
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
		tt_capture_begin(x, tt_kind_of(e, x->atom, &markup));
		x->cap.markup = x->cap.escape = markup;
		return TT_OK;
	case TT_EL_LINK:
		return start_link(x, e);
	case TT_EL_ID:
		return start_id(x, e);
	case TT_EL_SUMMARY:
	case TT_EL_DESCRIPTION:
	case TT_EL_CONTENT:
	case TT_EL_ENCODED:
	case TT_EL_BODY: /* nobody asks for them, but what is inside is not the feed's */
	case TT_EL_LANGUAGE:
	case TT_EL_TTL:
	case TT_EL_HOUR:
	case TT_EL_DAY:
	case TT_EL_PERIOD:
	case TT_EL_FREQUENCY:
		tt_capture_begin(x, TT_TEXT_PLAIN);
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
		tt_capture_begin(x, x->atom ? TT_TEXT_PLAIN : TT_TEXT_GUESS);
	return TT_OK;
}

int tt_field_attrs(struct tt_xmlfeed *x, const struct tt_xml_elem *e)
{
	struct tt_str href = tt_xml_attr_get(e, "href"), lastmod = tt_xml_attr_get(e, "lastmod");
	bool item = tt_top(x)->scope == TT_SCOPE_ITEM;
	for (int i = 0; item && i < e->n_attrs; i++) {
		struct tt_xml_attr a = tt_xml_attr_at(e, i);
		if (a.prefix && tt_str_eq(a.name, TT_STR("about"))) {
			x->ranks.guid =
				(uint16_t)tt_field_rank(x, 3) + 3; /* after <guid>, before dc:identifier */
			int rc = tt_build_text(x->b, a.value, TT_TEXT_PLAIN, &x->item.guid);
			if (rc < 0)
				return rc;
		}
	}
	if (item && lastmod.n)
		tt_field_date(x, lastmod, &x->ranks.updated, 0, &x->item.updated_ms);
	return href.n ? tt_field_url(x, href, 0) : TT_OK;
}

int tt_field_end(struct tt_xmlfeed *x)
{
	const struct tt_name *name = tt_top(x)->name;
	x->cap.on = false;
	switch (tt_top(x)->scope) {
	case TT_SCOPE_FEED:
		return tt_field_end_feed(x, name);
	case TT_SCOPE_ITEM:
		return tt_field_end_item(x, name);
	default:
		return tt_field_text(x, name->elem == TT_EL_NAME ? &x->name : &x->email);
	}
}
