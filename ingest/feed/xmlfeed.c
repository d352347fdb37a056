/* xmlfeed.c - see xmlfeed.h. Keeps the stack of open elements with what they pass on (scope, base, language),
 * and runs the document: as it is, and when that is not well-formed, once more as rewritten. */
#include "ingest/feed/xmlfeed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/feed/rewrite.h"
#include "ingest/feed/url.h"
#include "ingest/feed/xmlstate.h"

static void set_format(struct tt_xmlfeed *x, enum tt_feed_format format)
{
	if (x->known)
		return;
	x->known = true;
	x->b->feed.format = format;
	x->atom = format == TT_FEED_ATOM10 || format == TT_FEED_ATOM03;
}

static bool inside_rdf(const struct tt_xmlfeed *x)
{
	for (size_t i = 0; i < x->depth; i++)
		if (x->frames[i].name->elem == TT_EL_RDF)
			return true;
	return false;
}

/* The dialect, by the first element that only feeds have. */
static void recognise(struct tt_xmlfeed *x, const struct tt_xml_elem *e)
{
	struct tt_str version = tt_str_trim(tt_xml_attr_get(e, "version"));
	switch (e->name->elem) {
	case TT_EL_RSS:
		set_format(x, tt_str_starts(version, TT_STR("0.9")) ? TT_FEED_RSS09X : TT_FEED_RSS20);
		break;
	case TT_EL_FEED:
		if (tt_name_is_old_atom(e->uri) ||
			(tt_str_starts(version, TT_STR("0.")) && !tt_name_is_atom(e->uri)))
			set_format(x, TT_FEED_ATOM03);
		else
			set_format(x, TT_FEED_ATOM10);
		break;
	case TT_EL_CHANNEL:
	case TT_EL_ITEM: /* the root was none of the above */
		if (x->depth == 1 && tt_str_eq_ci(tt_str_c(e->local), TT_STR("entry")))
			set_format(x, tt_name_is_old_atom(e->uri) ? TT_FEED_ATOM03 : TT_FEED_ATOM10);
		else if (inside_rdf(x))
			set_format(x, tt_name_is_rss090(e->uri) ? TT_FEED_RSS09X : TT_FEED_RSS10);
		else if (e->name->elem == TT_EL_CHANNEL && x->depth == 1)
			set_format(x, e->local[0] == 'C' || tt_xml_attr_get(e, "href").p ? TT_FEED_CDF
											 : TT_FEED_RSS20);
		break;
	default:
		break;
	}
}

/* xml:NAME, else NAME, which CDF and careless writers mean the same by; {NULL,0} when neither is there. */
static struct tt_str xml_attr(const struct tt_xml_elem *e, const char *name)
{
	for (int i = 0; i < e->n_attrs; i++) {
		struct tt_xml_attr a = tt_xml_attr_at(e, i);
		if (a.prefix && strcmp(a.prefix, "xml") == 0 && tt_str_eq(a.name, tt_str_c(name)))
			return a.value;
	}
	return tt_xml_attr_get(e, name);
}

static int inherit(struct tt_xmlfeed *x, struct tt_frame *f, const struct tt_xml_elem *e)
{
	struct tt_str base = xml_attr(e, "base"), lang = xml_attr(e, "lang"), url;
	int rc = TT_OK;
	if (tt_str_trim(base).n) {
		rc = tt_build_url(x->b, f->base, base, &url);
		if (rc == TT_OK && tt_str_starts_ci(url, TT_STR("http")))
			f->base = url;
	}
	if (rc == TT_OK && lang.p) {
		rc = tt_build_lang(x->b, lang, &f->lang);
		f->own_lang = true;
		if (rc == TT_OK && !f->lang.p)
			f->lang = TT_STR("");
	}
	return rc;
}

static int open_item(struct tt_xmlfeed *x, const struct tt_xml_elem *e)
{
	struct tt_frame *f = tt_top(x);
	if (x->n_begun++ < x->keep) {
		f->scope = TT_SCOPE_ASIDE;
		return TT_OK;
	}
	if (x->b->feed.n_items == x->b->limits.max_items) {
		f->scope = TT_SCOPE_ASIDE;
		x->b->feed.n_dropped++;
		return TT_OK;
	}
	f->scope = TT_SCOPE_ITEM;
	f->opened_item = true;
	tt_item_init(&x->item);
	memset(&x->ranks, 0, sizeof(x->ranks));
	x->item_depth = x->depth;
	x->guid_is_url = true;
	x->author_from = x->summary_from = NULL;
	x->item.lang = f->lang;
	return tt_field_attrs(x, e);
}

/* The scope that element `elem` opens for its children. */
static enum tt_scope scope_inside(enum tt_elem elem, enum tt_scope now)
{
	switch (elem) {
	case TT_EL_RSS:
	case TT_EL_RDF:
	case TT_EL_FEED:
	case TT_EL_CHANNEL:
		return now == TT_SCOPE_NONE ? TT_SCOPE_FEED : now;
	case TT_EL_ASIDE:
		return TT_SCOPE_ASIDE;
	case TT_EL_AUTHOR:
		return now == TT_SCOPE_ITEM ? TT_SCOPE_PERSON : TT_SCOPE_ASIDE;
	default:
		return now;
	}
}

static int open_element(struct tt_xmlfeed *x, const struct tt_xml_elem *e)
{
	struct tt_frame *f = tt_top(x);
	enum tt_elem elem = e->name->elem;
	enum tt_scope outer = f->scope;
	f->scope = scope_inside(elem, outer);
	x->nested |= elem == TT_EL_ITEM && x->item_depth > 0;
	if (!x->known)
		recognise(x, e);
	if (elem == TT_EL_ITEM && (outer == TT_SCOPE_FEED || outer == TT_SCOPE_NONE) && x->known)
		return open_item(x, e);
	if (f->scope == TT_SCOPE_FEED && f->own_lang && elem < TT_EL_ITEM)
		x->b->feed.lang = f->lang.n ? f->lang : (struct tt_str){NULL, 0};
	if (elem == TT_EL_CHANNEL && f->scope == TT_SCOPE_FEED)
		return tt_field_attrs(x, e);
	if (f->scope == TT_SCOPE_PERSON && elem == TT_EL_AUTHOR) {
		tt_buf_reset(&x->person);
		x->person_cut = false;
		x->name = x->email = (struct tt_str){NULL, 0};
		return TT_OK;
	}
	return f->scope == TT_SCOPE_ASIDE || f->scope == TT_SCOPE_NONE ? TT_OK : tt_field_start(x, e);
}

static int on_start(void *ctx, const struct tt_xml_elem *e)
{
	struct tt_xmlfeed *x = ctx;
	if (x->depth + x->cap.depth >= x->b->limits.max_depth)
		return TT_ELIMIT;
	if (!x->root[0])
		snprintf(x->root, sizeof(x->root), "%s", e->local);
	if (x->cap.on) {
		x->nested |= e->name->elem == TT_EL_ITEM;
		x->inner[x->cap.depth++] = e->local;
		return tt_capture_tag(x, e->local, false);
	}
	struct tt_frame *f = &x->frames[x->depth++];
	if (x->depth > 1)
		*f = x->frames[x->depth - 2];
	else
		*f = (struct tt_frame){.scope = TT_SCOPE_NONE};
	f->name = e->name;
	f->own_lang = f->opened_item = false;
	int rc = inherit(x, f, e);
	return rc < 0 ? rc : open_element(x, e);
}

static int on_text(void *ctx, struct tt_str s)
{
	struct tt_xmlfeed *x = ctx;
	if (x->cap.on)
		return tt_capture_text(x, s);
	if (x->depth && tt_top(x)->scope == TT_SCOPE_PERSON && tt_top(x)->name->elem == TT_EL_AUTHOR)
		return tt_capture_person(x, s);
	return TT_OK;
}

static int on_end(void *ctx)
{
	struct tt_xmlfeed *x = ctx;
	if (x->cap.on && x->cap.depth > 0)
		return tt_capture_tag(x, x->inner[--x->cap.depth], true);
	int rc = TT_OK;
	struct tt_frame *f = tt_top(x);
	if (x->cap.on)
		rc = tt_field_end(x);
	else if (f->scope == TT_SCOPE_PERSON && f->name->elem == TT_EL_AUTHOR)
		rc = tt_field_person(x);
	if (f->opened_item) {
		rc = tt_build_item(x->b, &x->item, x->guid_is_url);
		x->item_depth = 0;
		x->n_cut_whole = x->b->feed.n_cut;
	}
	x->depth--;
	return rc;
}

/* Begins again, with the items that are complete. */
static void reset(struct tt_xmlfeed *x)
{
	struct tt_build *b = x->b;
	struct tt_buf text = x->text, person = x->person;
	size_t keep = x->nested ? 0 : b->feed.n_items, n_cut = x->n_cut_whole;
	memset(x, 0, sizeof(*x));
	x->b = b, x->text = text, x->person = person;
	x->keep = keep;
	tt_build_reset(b, keep);
	b->feed.n_cut = keep ? n_cut : 0;
}

/* Behind the XML declaration, which is charset.c's business, and often no good beside the encoding, either.
 */
static struct tt_str behind_declaration(struct tt_str s)
{
	const char *gt = tt_str_starts(s, TT_STR("<?xml ")) ? memchr(s.p, '>', s.n) : NULL;
	if (!gt || gt[-1] != '?')
		return s;
	size_t n = (size_t)(gt + 1 - s.p);
	return (struct tt_str){s.p + n, s.n - n};
}

static int push_piece(void *ctx, struct tt_str piece)
{
	return tt_xml_push(ctx, piece);
}

/* The text made well-formed, which is parsed as it comes. */
static int run_rewritten(struct tt_xmlfeed *x, struct tt_str text, const struct tt_xml_handler *handler,
	enum tt_xml_end *ret_end, struct tt_rewritten *ret)
{
	const struct tt_feed_limits *l = &x->b->limits;
	struct tt_xml *xml;
	char why[160];
	reset(x);
	int rc = tt_xml_open(&xml, l->chunk_bytes, handler);
	if (rc < 0)
		return rc;
	const struct tt_rewrite_to to = {push_piece, xml};
	int rewriting = tt_rewrite(text, l->max_depth, &to, ret);
	rc = tt_xml_close(xml, ret_end, why);
	return rewriting < 0 ? rewriting : rc;
}

/* Once as it is; when that stops, once more as rewritten. */
static int run(struct tt_xmlfeed *x, struct tt_str text, char why[160])
{
	const struct tt_xml_handler handler = {on_start, on_text, on_end, x};
	enum tt_xml_end end = TT_XML_BAD;
	struct tt_rewritten rewritten = {0};
	int rc = TT_OK;
	text = behind_declaration(text);
	if (!memchr(text.p, '\0',
		    text.n)) /* libxml2 takes a NUL for the end, depending on where its buffer ends */
		rc = tt_xml_parse(text, x->b->limits.chunk_bytes, &handler, &end, why);
	if (rc < 0 || end == TT_XML_GOOD || end == TT_XML_NS) {
		x->b->feed.recovered = end != TT_XML_GOOD;
		return rc;
	}
	bool broken = end == TT_XML_BAD;
	rc = run_rewritten(x, text, &handler, &end, &rewritten);
	x->b->feed.recovered = rewritten.repaired || broken || end == TT_XML_BAD;
	x->b->feed.n_mean_entities = rewritten.n_mean_entities;
	return rc;
}

static int not_a_feed(const struct tt_xmlfeed *x, const char *why, struct tt_err *err)
{
	if (!x->root[0])
		return tt_err_set(
			err, TT_EPARSE, "not a feed: neither XML nor JSON%s%s", why[0] ? ": " : "", why);
	if (tt_str_eq_ci(tt_str_c(x->root), TT_STR("html")))
		return tt_err_set(err, TT_EPARSE, "not a feed: an HTML page");
	return tt_err_set(err, TT_EPARSE, "not a feed: the root element is <%s>", x->root);
}

int tt_xmlfeed_parse(struct tt_build *b, struct tt_str text, struct tt_err *err)
{
	struct tt_xmlfeed *x = calloc(1, sizeof(*x));
	char why[160] = "";
	if (!x)
		return tt_err_set(err, TT_ENOMEM, "XML feed: %s", tt_err_text(TT_ENOMEM));
	x->b = b;
	tt_buf_init(&x->text, b->limits.max_text_bytes);
	tt_buf_init(&x->person, 4096);
	int rc = run(x, text, why);
	if (rc == TT_ELIMIT)
		tt_err_set(err, rc,
			"over a limit: elements nested deeper than %zu, or more names or text than are "
			"allowed",
			b->limits.max_depth);
	else if (rc < 0)
		tt_err_set(err, rc, "XML feed: %s", tt_err_text(rc));
	else if (!x->known)
		rc = not_a_feed(x, why, err);
	tt_buf_done(&x->text);
	tt_buf_done(&x->person);
	free(x);
	return rc;
}
