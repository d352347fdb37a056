/* kind.c - is the text of an element plain, HTML, markup or base64? Atom says so in attributes (1.0: type;
 * 0.3: type and mode), RSS does not, and each element has its custom. */
#include "ingest/feed/xmlstate.h"

#include <string.h>

static enum tt_text_kind by_custom(enum tt_elem elem, bool atom)
{
	switch (elem) {
	case TT_EL_DESCRIPTION:
	case TT_EL_ENCODED:
		return TT_TEXT_HTML;
	case TT_EL_CONTENT:
		return atom ? TT_TEXT_PLAIN : TT_TEXT_HTML;
	case TT_EL_BODY: /* markup as soon as there is a tag; some escape it all */
		return TT_TEXT_GUESS;
	default:
		return atom ? TT_TEXT_PLAIN : TT_TEXT_GUESS;
	}
}

static bool ends(struct tt_str s, struct tt_str tail)
{
	return s.n >= tail.n && tt_str_eq_ci((struct tt_str){s.p + s.n - tail.n, tail.n}, tail);
}

enum tt_text_kind tt_kind_of(const struct tt_xml_elem *e, bool atom, bool *ret_markup)
{
	struct tt_str type = tt_str_trim(tt_xml_attr_get(e, "type")), mode = tt_xml_attr_get(e, "mode");
	enum tt_text_kind custom = by_custom(e->name->elem, atom);
	bool escaped = tt_str_eq_ci(mode, TT_STR("escaped"));
	*ret_markup = false;
	if (tt_str_eq_ci(mode, TT_STR("base64")))
		return TT_TEXT_BASE64;
	if (type.n == 0)
		return custom;
	if (tt_str_eq_ci(type, TT_STR("html")) || tt_str_eq_ci(type, TT_STR("text/html")))
		return TT_TEXT_HTML;
	if (tt_str_eq_ci(type, TT_STR("text")) || tt_str_eq_ci(type, TT_STR("plain")) ||
		tt_str_starts_ci(type, TT_STR("text/")))
		return atom ? TT_TEXT_PLAIN : custom;
	if (tt_str_eq_ci(type, TT_STR("xhtml")) || ends(type, TT_STR("+xml")) || ends(type, TT_STR("/xml"))) {
		*ret_markup = !escaped;
		return TT_TEXT_HTML;
	}
	/* Atom: any other media type is base64 */
	return atom && memchr(type.p, '/', type.n) ? TT_TEXT_BASE64 : custom;
}
