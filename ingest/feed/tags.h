/* tags.h - the start tags of a document, one after the other, read as tolerantly as browsers do.
 *
 * For documents of which only tags and attributes matter: OPML, and the links of an HTML page. There is no
 * tree, so nesting costs nothing and missing end tags do no harm; comments, CDATA, processing instructions
 * and end tags are passed over; attributes may lack their quotes, and a closing quote that was forgotten is
 * put where the next attribute begins. A tag that the end of the text cut off is not given, because its last
 * value may be half of one. Nothing is loaded; entities of an internal subset count when they are plain text,
 * once. Linear in time. Owner: everything points into the text. Threads: any. */
#ifndef TT_INGEST_FEED_TAGS_H
#define TT_INGEST_FEED_TAGS_H

#include "common/buf.h"
#include "ingest/feed/rewrite.h"

enum { TT_TAG_ATTRS = 64 /* of one tag; later ones are left out */ };

struct tt_tag {
	struct tt_str name; /* as written, without prefix */
	struct {
		struct tt_str name, value; /* as written; no value: "" */
	} attrs[TT_TAG_ATTRS];
	size_t n_attrs;
};

struct tt_tags {
	struct tt_str rest; /* behind the last tag */
	bool html;          /* script, style, title and the like hold no tags */
	struct tt_str raw;  /* the name of such an element that was just opened; absent: none */
	bool no_comment_end, no_cdata_end; /* looked for in vain, not looked for again */
	struct tt_dtd dtd;
};

/* text: valid UTF-8 for attribute values to be. */
void tt_tags_init(struct tt_tags *t, struct tt_str text, bool html);
bool tt_tags_next(struct tt_tags *t, struct tt_tag *ret); /* false: no more */

/* The characters up to the next '<' behind the last tag, as written: the text of a <title>. */
struct tt_str tt_tags_text(const struct tt_tags *t);

/* The value of the first attribute of that name in any case, as written; {NULL,0}: not there. */
struct tt_str tt_tag_attr(const struct tt_tag *tag, const char *name);

/* Replaces out's contents by the value with its references decoded. TT_ENOMEM, TT_ELIMIT (out's). */
int tt_tags_decode(const struct tt_tags *t, struct tt_str value, struct tt_buf *out);

#endif
