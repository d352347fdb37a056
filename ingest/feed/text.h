/* text.h - from what a feed puts into a text element to plain UTF-8.
 * Result: ASCII white space collapsed to single blanks and trimmed, control characters gone, text that was
 * encoded to UTF-8 twice decoded once more (mojibake). Threads: any. */
#ifndef TT_INGEST_FEED_TEXT_H
#define TT_INGEST_FEED_TEXT_H

#include "common/arena.h"
#include "common/buf.h"

enum tt_text_kind {
	TT_TEXT_PLAIN,  /* characters mean themselves */
	TT_TEXT_HTML,   /* tags and references */
	TT_TEXT_GUESS,  /* nominally plain, HTML when it looks like it without doubt */
	TT_TEXT_BASE64, /* HTML in base64 */
};

/* raw: valid UTF-8. cut: raw was cut off at a limit, so an unfinished tag at its end goes. scratch: any
 * buffer; reset here. *ret is {NULL,0} when no text remains, else a copy in the arena. TT_ENOMEM, TT_ELIMIT
 * (the arena's). */
int tt_text_make(struct tt_str raw, enum tt_text_kind kind, bool cut, struct tt_buf *scratch,
	struct tt_arena *arena, struct tt_str *ret);

/* True when s has markup that only HTML has: a closing or void tag, or a reference, and every tag and name a
 * known one. */
bool tt_text_looks_html(struct tt_str s);

/* html.c: appends the text of an HTML fragment: tags removed, references decoded, script and style dropped, a
 * blank where a block element or <br> begins or ends. White space is not yet collapsed. */
int tt_html_text(struct tt_str html, struct tt_buf *out);

enum { TT_TAG_UNKNOWN = 0, TT_TAG_KNOWN = 1, TT_TAG_BLOCK = 2, TT_TAG_VOID = 4, TT_TAG_DROP = 8 };
unsigned tt_html_tag(struct tt_str name); /* flags of an element of HTML */

#endif
