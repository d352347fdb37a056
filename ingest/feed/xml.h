/* xml.h - libxml2's push parser behind three callbacks.
 *
 * Only well-formed text without a DTD gets through: at the first error, and at a DOCTYPE, parsing stops and
 * says so, and the caller rewrites the text (rewrite.h) and parses again. So no entity but the five of XML is
 * ever expanded here, and nothing is loaded: entity bombs and external entities end in rewrite.c, in a loop
 * of our own. Owner: everything a callback gets is libxml2's and valid during the call. Threads: any, one
 * parse each. */
#ifndef TT_INGEST_FEED_XML_H
#define TT_INGEST_FEED_XML_H

#include "common/err.h"
#include "common/str.h"
#include "ingest/feed/names.h"

struct tt_xml_attr {
	const char *prefix; /* NULL: none */
	struct tt_str name;
	struct tt_str value;
};

struct tt_xml_elem {
	const struct tt_name *name;
	const char *uri, *prefix, *local; /* uri and prefix may be NULL */
	const void *raw_attrs;            /* see tt_xml_attr_at */
	int n_attrs;
};

struct tt_xml_attr tt_xml_attr_at(const struct tt_xml_elem *e, int i);
/* The value of an attribute in no namespace, any case; {NULL,0} when it is not there. */
struct tt_str tt_xml_attr_get(const struct tt_xml_elem *e, const char *name);

struct tt_xml_handler {
	/* Each returns TT_OK, or a code that stops the parse and is returned. */
	int (*start)(void *ctx, const struct tt_xml_elem *e);
	int (*text)(void *ctx, struct tt_str text); /* in any number of pieces */
	int (*end)(void *ctx);
	void *ctx;
};

enum tt_xml_end {
	TT_XML_GOOD,    /* well-formed to the end */
	TT_XML_NS,      /* well-formed, but a prefix was not declared */
	TT_XML_DOCTYPE, /* stopped at a DOCTYPE */
	TT_XML_BAD,     /* stopped at an error, or with `lenient` went on after it */
};

/* Parses UTF-8 text (no BOM, no XML declaration needed; one that is there is not asked for its encoding), chunk bytes
 * at a time. TT_ENOMEM, TT_ELIMIT (too many different names), or what a callback returned; otherwise TT_OK with *ret_end
 * and, when it is not GOOD, why. */
int tt_xml_parse(struct tt_str text, size_t chunk, const struct tt_xml_handler *h, enum tt_xml_end *ret_end,
	char why[160]);

/* The same for text that rewrite.h makes, as it comes: after errors it goes on as far as libxml2 can. A tag has no more
 * attributes than libxml2 compares with each other in good time. h must outlive it. */
struct tt_xml;
int tt_xml_open(struct tt_xml **ret, size_t chunk, const struct tt_xml_handler *h);
int tt_xml_push(struct tt_xml *x, struct tt_str piece); /* what a callback returned; anything else close() says */
int tt_xml_close(struct tt_xml *x, enum tt_xml_end *ret_end, char why[160]);

#endif
