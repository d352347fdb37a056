/* rewrite_parts.h - between the files that rewrite broken XML: where one pass over the text stands. */
#ifndef TT_INGEST_FEED_REWRITE_PARTS_H
#define TT_INGEST_FEED_REWRITE_PARTS_H

#include "ingest/feed/rewrite.h"

enum { TT_REWRITE_DEPTH_MAX = 256, TT_REWRITE_PIECE = 16384 };

struct tt_rewrite {
	struct tt_str text;
	size_t at;
	const struct tt_rewrite_to *to;
	struct tt_dtd dtd;
	size_t depth, max_depth;
	size_t expanded; /* bytes that DTD entities gave */
	size_t written, max_written;
	size_t n_piece;
	char last; /* byte written; NUL: none */
	bool repaired, done;
	bool no_cdata_end, no_pi_end;             /* looked for in vain, not again for each that begins */
	struct tt_str open[TT_REWRITE_DEPTH_MAX]; /* names of the open elements, as written */
	char piece[TT_REWRITE_PIECE];             /* not handed on yet */
};

/* All that write: TT_OK, TT_ELIMIT, or what tt_rewrite_to.put returned. */
int tt_rewrite_put(struct tt_rewrite *r, struct tt_str s);

/* rewrite_text.c. What is written can stand between tags or between double quotes. */
enum {
	TT_REWRITE_REFS = 1, /* & begins a reference; else it means itself, as in CDATA */
	TT_REWRITE_ATTR = 2, /* between quotes */
};
int tt_rewrite_text(struct tt_rewrite *r, struct tt_str s, unsigned flags);

/* rewrite_attrs.c. Attributes up to '>', or to the next '<', which then stood where '>' is missing; *s is
 * moved behind them. */
int tt_rewrite_attrs(struct tt_rewrite *r, struct tt_str *s, bool *ret_empty);

static inline bool tt_xml_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Bytes of the name that s begins with. Only ASCII names: no feed has others, and libxml2 is stricter about
 * them than is worth repeating. */
static inline size_t tt_xml_name(struct tt_str s)
{
	size_t n = 0;
	for (; n < s.n; n++) {
		char c = s.p[n];
		bool start = ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_';
		if (!start && (n == 0 || !((c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':')))
			break;
	}
	return n;
}

#endif
