/* xml.c - see xml.h. */
#include "ingest/feed/xml.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <libxml/parser.h>
#include <libxml/parserInternals.h>

/* libxml2 interns names, so one pointer is one name within a parse: the table search is done once per
 * distinct name. */
enum { CACHE = 256 };

/* What bounds libxml2's own quadratic searches: bytes of all distinct names of a document, and attributes of
 * a tag. */
enum { NAMES_BYTES = 1 << 20, ATTRS_MAX = 64 };

struct cached {
	const xmlChar *local, *prefix, *uri;
	const struct tt_name *name;
};

struct run {
	xmlParserCtxt *parser;
	const struct tt_xml_handler *h;
	int rc; /* what a callback returned */
	bool doctype;
	char *why;
	struct cached cache[CACHE];
};

struct tt_xml_attr tt_xml_attr_at(const struct tt_xml_elem *e, int i)
{
	const xmlChar *const *a =
		(const xmlChar *const *)e->raw_attrs + 5 * i; /* local, prefix, uri, value, end */
	return (struct tt_xml_attr){
		.prefix = (const char *)a[1],
		.name = tt_str_c((const char *)a[0]),
		.value = {(const char *)a[3], (size_t)(a[4] - a[3])},
	};
}

struct tt_str tt_xml_attr_get(const struct tt_xml_elem *e, const char *name)
{
	for (int i = 0; i < e->n_attrs; i++) {
		struct tt_xml_attr a = tt_xml_attr_at(e, i);
		if (!a.prefix && strcasecmp(a.name.p, name) == 0)
			return a.value;
	}
	return (struct tt_str){NULL, 0};
}

static void stop_if(struct run *r, int rc)
{
	if (rc == TT_OK)
		return;
	r->rc = rc;
	xmlStopParser(r->parser);
}

static const struct tt_name *name_of(
	struct run *r, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
	uintptr_t key = (uintptr_t)local ^ ((uintptr_t)uri << 1) ^ ((uintptr_t)prefix << 2);
	struct cached *c = &r->cache[((key >> 4) ^ (key >> 12)) % CACHE];
	if (!c->name || c->local != local || c->prefix != prefix || c->uri != uri)
		*c = (struct cached){local, prefix, uri,
			tt_name_find((const char *)uri, (const char *)prefix, (const char *)local)};
	return c->name;
}

static void on_start(void *ctx, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri, int n_ns,
	const xmlChar **ns, int n_attrs, int n_defaulted, const xmlChar **attrs)
{
	struct run *r = ctx;
	(void)n_ns, (void)ns, (void)n_defaulted;
	struct tt_xml_elem e = {
		.name = name_of(r, local, prefix, uri),
		.uri = (const char *)uri,
		.prefix = (const char *)prefix,
		.local = (const char *)local,
		.raw_attrs = attrs,
		.n_attrs = n_attrs,
	};
	stop_if(r, r->h->start(r->h->ctx, &e));
}

static void on_end(void *ctx, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
	struct run *r = ctx;
	(void)local, (void)prefix, (void)uri;
	stop_if(r, r->h->end(r->h->ctx));
}

static void on_text(void *ctx, const xmlChar *text, int n)
{
	struct run *r = ctx;
	stop_if(r, r->h->text(r->h->ctx, (struct tt_str){(const char *)text, (size_t)n}));
}

static void on_doctype(void *ctx, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
	struct run *r = ctx;
	(void)name, (void)external, (void)system;
	r->doctype = true;
	xmlStopParser(r->parser);
}

static void on_error(void *ctx, xmlErrorPtr e)
{
	struct run *r = ctx;
	if (r->why[0] || e->level < XML_ERR_ERROR)
		return;
	snprintf(r->why, 160, "line %d: %s", e->line, e->message ? e->message : "not well-formed");
	r->why[strcspn(r->why, "\n")] = '\0';
}

static const xmlSAXHandler handlers = {
	.initialized = XML_SAX2_MAGIC,
	.startElementNs = on_start,
	.endElementNs = on_end,
	.characters = on_text,
	.ignorableWhitespace = on_text,
	.cdataBlock = on_text,
	.internalSubset = on_doctype,
	.serror = on_error,
};

static size_t behind(struct tt_str s, size_t at, const char *mark)
{
	const char *p = memmem(s.p + at, s.n - at, mark, strlen(mark));
	return p ? (size_t)(p - s.p) + strlen(mark) : s.n;
}

/* Bytes of the tag at `at`, to the '>' outside of quotes; *ret_equals is how many '=' are in it. */
static size_t tag_end(struct tt_str s, size_t at, size_t *ret_equals)
{
	char quote = 0;
	*ret_equals = 0;
	for (; at < s.n; at++) {
		char c = s.p[at];
		*ret_equals += c == '=';
		if (quote)
			quote = c == quote ? 0 : quote;
		else if (c == '"' || c == '\'')
			quote = c;
		else if (c == '>')
			break;
	}
	return at;
}

/* What libxml2 should not see: a DOCTYPE, where it stops at one place or another by where a chunk ends, or a
 * tag with more attributes than ATTRS_MAX: it compares each with each. Comments and the like are passed over
 * as XML does, so that as far as the text is well-formed no tag is missed. GOOD: there is none. */
static enum tt_xml_end look_ahead(struct tt_str s)
{
	bool prolog = true;
	size_t at = 0, equals;
	for (const char *lt; at < s.n && (lt = memchr(s.p + at, '<', s.n - at));) {
		struct tt_str rest = {lt, s.n - (size_t)(lt - s.p)};
		at = (size_t)(lt - s.p);
		if (tt_str_starts(rest, TT_STR("<!--"))) {
			at = behind(s, at + 4, "-->");
		} else if (tt_str_starts(rest, TT_STR("<![CDATA["))) {
			at = behind(s, at, "]]>");
		} else if (tt_str_starts(rest, TT_STR("<?"))) {
			at = behind(s, at, "?>");
		} else if (prolog && tt_str_starts(rest, TT_STR("<!DOCTYPE"))) {
			return TT_XML_DOCTYPE;
		} else {
			at = tag_end(s, at, &equals);
			if (equals > ATTRS_MAX)
				return TT_XML_BAD;
			prolog = false;
		}
	}
	return TT_XML_GOOD;
}

static void feed_chunks(struct run *r, struct tt_str text, size_t chunk, bool lenient)
{
	xmlParserCtxt *p = r->parser;
	size_t done = 0;
	while (done < text.n) {
		size_t n = text.n - done < chunk ? text.n - done : chunk;
		int bad = xmlParseChunk(p, text.p + done, (int)n, 0);
		done += n;
		if (r->rc != TT_OK || r->doctype || p->errNo == XML_ERR_NO_MEMORY ||
			(bad && !lenient && !p->wellFormed))
			return;
	}
	xmlParseChunk(p, NULL, 0, 1);
}

int tt_xml_parse(struct tt_str text, size_t chunk, bool lenient, const struct tt_xml_handler *h,
	enum tt_xml_end *ret_end, char why[160])
{
	struct run r = {.h = h, .why = why};
	xmlSAXHandler sax = handlers;
	why[0] = '\0';
	*ret_end = look_ahead(text);
	if (*ret_end != TT_XML_GOOD) {
		if (*ret_end == TT_XML_BAD)
			snprintf(why, 160, "a tag with more than %d attributes", ATTRS_MAX);
		return TT_OK;
	}
	r.parser = xmlCreatePushParserCtxt(&sax, &r, NULL, 0, NULL);
	if (!r.parser)
		return TT_ENOMEM;
	/* NOENT: libxml2 otherwise leaves &amp; in attribute values as a reference. There are no other
	 * entities here. */
	int options =
		XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_IGNORE_ENC | (lenient ? XML_PARSE_RECOVER : 0);
	xmlCtxtUseOptions(r.parser, options);
	xmlDictSetLimit(r.parser->dict, NAMES_BYTES);
	feed_chunks(&r, text, chunk, lenient);

	int rc = r.rc;
	if (rc == TT_OK && r.parser->errNo == XML_ERR_NO_MEMORY) /* which it also says of a full dictionary */
		rc = xmlDictGetUsage(r.parser->dict) > NAMES_BYTES / 2 ? TT_ELIMIT : TT_ENOMEM;
	if (rc == TT_OK)
		*ret_end = r.doctype                 ? TT_XML_DOCTYPE
			   : !r.parser->wellFormed   ? TT_XML_BAD
			   : !r.parser->nsWellFormed ? TT_XML_NS
						     : TT_XML_GOOD;
	if (r.parser->myDoc)
		xmlFreeDoc(r.parser->myDoc);
	xmlFreeParserCtxt(r.parser);
	return rc;
}
