/* xml.c - see xml.h. */
#include "ingest/feed/xml.h"

#include <stdio.h>
#include <stdlib.h>
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

struct tt_xml {
	xmlParserCtxt *parser;
	const struct tt_xml_handler *h;
	size_t chunk;
	int rc; /* what a callback returned */
	bool lenient, doctype, stopped;
	char why[160];
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

static void stop_if(struct tt_xml *x, int rc)
{
	if (rc == TT_OK)
		return;
	x->rc = rc;
	xmlStopParser(x->parser);
}

static const struct tt_name *name_of(
	struct tt_xml *x, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
	uintptr_t key = (uintptr_t)local ^ ((uintptr_t)uri << 1) ^ ((uintptr_t)prefix << 2);
	struct cached *c = &x->cache[((key >> 4) ^ (key >> 12)) % CACHE];
	if (!c->name || c->local != local || c->prefix != prefix || c->uri != uri)
		*c = (struct cached){local, prefix, uri,
			tt_name_find((const char *)uri, (const char *)prefix, (const char *)local)};
	return c->name;
}

static void on_start(void *ctx, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri, int n_ns,
	const xmlChar **ns, int n_attrs, int n_defaulted, const xmlChar **attrs)
{
	struct tt_xml *x = ctx;
	(void)n_ns, (void)ns, (void)n_defaulted;
	struct tt_xml_elem e = {
		.name = name_of(x, local, prefix, uri),
		.uri = (const char *)uri,
		.prefix = (const char *)prefix,
		.local = (const char *)local,
		.raw_attrs = attrs,
		.n_attrs = n_attrs,
	};
	stop_if(x, x->h->start(x->h->ctx, &e));
}

static void on_end(void *ctx, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
	struct tt_xml *x = ctx;
	(void)local, (void)prefix, (void)uri;
	stop_if(x, x->h->end(x->h->ctx));
}

static void on_text(void *ctx, const xmlChar *text, int n)
{
	struct tt_xml *x = ctx;
	stop_if(x, x->h->text(x->h->ctx, (struct tt_str){(const char *)text, (size_t)n}));
}

static void on_doctype(void *ctx, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
	struct tt_xml *x = ctx;
	(void)name, (void)external, (void)system;
	x->doctype = true;
	xmlStopParser(x->parser);
}

static void on_error(void *ctx, xmlErrorPtr e)
{
	struct tt_xml *x = ctx;
	if (x->why[0] || e->level < XML_ERR_ERROR)
		return;
	snprintf(x->why, sizeof(x->why), "line %d: %s", e->line, e->message ? e->message : "not well-formed");
	x->why[strcspn(x->why, "\n")] = '\0';
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

static int open_parser(struct tt_xml **ret, size_t chunk, bool lenient, const struct tt_xml_handler *h)
{
	xmlSAXHandler sax = handlers;
	struct tt_xml *x = calloc(1, sizeof(*x));
	if (!x)
		return TT_ENOMEM;
	x->h = h;
	x->chunk = chunk;
	x->lenient = lenient;
	x->parser = xmlCreatePushParserCtxt(&sax, x, NULL, 0, NULL);
	if (!x->parser) {
		free(x);
		return TT_ENOMEM;
	}
	/* NOENT: libxml2 otherwise leaves &amp; in attribute values as a reference. There are no other
	 * entities here. */
	int options =
		XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_IGNORE_ENC | (lenient ? XML_PARSE_RECOVER : 0);
	xmlCtxtUseOptions(x->parser, options);
	xmlDictSetLimit(x->parser->dict, NAMES_BYTES);
	*ret = x;
	return TT_OK;
}

int tt_xml_open(struct tt_xml **ret, size_t chunk, const struct tt_xml_handler *h)
{
	return open_parser(ret, chunk, true, h);
}

int tt_xml_push(struct tt_xml *x, struct tt_str text)
{
	xmlParserCtxt *p = x->parser;
	while (text.n && !x->stopped) {
		size_t n = text.n < x->chunk ? text.n : x->chunk;
		int bad = xmlParseChunk(p, text.p, (int)n, 0);
		text.p += n, text.n -= n;
		x->stopped = x->rc != TT_OK || x->doctype || p->errNo == XML_ERR_NO_MEMORY ||
			     (bad && !x->lenient && !p->wellFormed);
	}
	return x->rc;
}

int tt_xml_close(struct tt_xml *x, enum tt_xml_end *ret_end, char why[160])
{
	xmlParserCtxt *p = x->parser;
	if (!x->stopped)
		xmlParseChunk(p, NULL, 0, 1);
	int rc = x->rc;
	if (rc == TT_OK && p->errNo == XML_ERR_NO_MEMORY) /* which it also says of a full dictionary */
		rc = xmlDictGetUsage(p->dict) > NAMES_BYTES / 2 ? TT_ELIMIT : TT_ENOMEM;
	if (rc == TT_OK)
		*ret_end = x->doctype         ? TT_XML_DOCTYPE
			   : !p->wellFormed   ? TT_XML_BAD
			   : !p->nsWellFormed ? TT_XML_NS
					      : TT_XML_GOOD;
	memcpy(why, x->why, sizeof(x->why));
	if (p->myDoc)
		xmlFreeDoc(p->myDoc);
	xmlFreeParserCtxt(p);
	free(x);
	return rc;
}

int tt_xml_parse(struct tt_str text, size_t chunk, const struct tt_xml_handler *h, enum tt_xml_end *ret_end,
	char why[160])
{
	struct tt_xml *x;
	why[0] = '\0';
	*ret_end = look_ahead(text);
	if (*ret_end == TT_XML_BAD)
		snprintf(why, 160, "a tag with more than %d attributes", ATTRS_MAX);
	if (*ret_end != TT_XML_GOOD)
		return TT_OK;
	int rc = open_parser(&x, chunk, false, h);
	if (rc < 0)
		return rc;
	tt_xml_push(x, text);
	return tt_xml_close(x, ret_end, why);
}
