/* opml.h - lists of feeds as OPML 1.0, 1.1 and 2.0, the form in which feed readers exchange them.
 *
 * Read as found in the wild: outlines at any depth and without end tags, attribute names in any case, broken
 * XML, undeclared entities, bare &, wrong charset labels. Folders are looked through, their names are not
 * kept. An outline that names no feed we could fetch is told with the reason, never silently left out.
 * Nothing is loaded, no entity but plain text is replaced, and depth costs nothing (feed/tags.h). Written:
 * OPML 2.0 that reads back to the same. Owner: strings live in the caller's arena. Threads: any. Blocking:
 * none. */
#ifndef TT_INGEST_OPML_H
#define TT_INGEST_OPML_H

#include "common/arena.h"
#include "common/buf.h"
#include "common/err.h"

/* No reader follows that many; it bounds what a hostile list takes. */
enum { TT_OPML_FEEDS_MAX = 100000, TT_OPML_NAME_MAX = 1000 /* bytes; the rest is cut */ };

struct tt_opml_feed {
	struct tt_str url;   /* http or https, each once */
	struct tt_str name;  /* attribute text, else title; one line; absent, as all below may be, when it is
				the address */
	struct tt_str site;  /* htmlUrl */
	struct tt_str lang;  /* attribute language, BCP 47 */
	int64_t interval_ms; /* attribute tickertone:interval; 0: none */
	bool disabled;       /* attribute tickertone:enabled="false" */
};

struct tt_opml_refused {
	struct tt_str url, name; /* as written, may be absent */
	const char *reason;      /* a constant */
};

struct tt_opml {
	struct tt_str title;
	struct tt_opml_feed *feeds; /* in document order */
	size_t n_feeds;
	struct tt_opml_refused *refused;
	size_t n_refused;
};

/* TT_EPARSE: no OPML (the message says what it looks like instead). TT_ELIMIT: more than TT_OPML_FEEDS_MAX
 * feeds, or the arena's cap. TT_ENOMEM. *ret is written on TT_OK only. */
int tt_opml_parse(struct tt_str bytes, struct tt_arena *arena, struct tt_opml *ret, struct tt_err *err);

/* Appends the list; `refused` is not looked at. created_ms: TT_TIME_NONE leaves the date out. TT_ENOMEM,
 * TT_ELIMIT (out's). */
int tt_opml_write(const struct tt_opml *list, int64_t created_ms, struct tt_buf *out);

#endif
