/* feed.h - one feed document, whatever its dialect, as a list of items.
 *
 * Dialects: RSS 0.90 to 2.0, RSS 1.0 (RDF), Atom 0.3 and 1.0, CDF, JSON Feed 1.0 and 1.1; the namespaces in
 * use around them (dc, dcterms, content, media, itunes, atom, sy) under any prefix. Broken XML is repaired
 * and read as far as it goes. Texts are plain UTF-8: markup removed, entities decoded (once more where the
 * dialect says HTML), ASCII white space collapsed; absent texts are {NULL, 0}, never "". URLs are absolute
 * where a base is known. Times are as published: TT_TIME_NONE when absent or unreadable, never "now".
 *
 * Safe on hostile bytes: nothing is fetched, external entities are not read, declared entities do not nest,
 * and every size below is bounded by tt_feed_limits. Owner: all strings and arrays live in the caller's
 * arena. Threads: any, each with its own arena; call tt_feed_global_init() once before the first of several
 * threads. Blocking: none. */
#ifndef TT_INGEST_FEED_FEED_H
#define TT_INGEST_FEED_FEED_H

#include "common/arena.h"
#include "common/clock.h"
#include "common/err.h"

enum tt_feed_format {
	TT_FEED_RSS20,
	TT_FEED_RSS10,
	TT_FEED_RSS09X, /* 0.90 to 0.94 */
	TT_FEED_ATOM10,
	TT_FEED_ATOM03,
	TT_FEED_JSON,
	TT_FEED_CDF,
	TT_FEED_FORMATS
};

struct tt_feed_limits {
	size_t max_items;      /* later ones are dropped and counted */
	size_t max_text_bytes; /* of one text field, before and after markup is removed; the rest is cut off
				*/
	size_t max_depth;      /* of nested XML elements: over it TT_ELIMIT */
	size_t chunk_bytes; /* given to the XML parser at a time; the result does not depend on it. 0: a good
			       size */
};

/* What tt_feed_parse uses when limits is NULL. */
extern const struct tt_feed_limits tt_feed_limits_default;

struct tt_feed_item {
	struct tt_str guid; /* as the publisher gave it; absent when there was none */
	struct tt_str url;  /* absolute */
	struct tt_str title;
	struct tt_str summary; /* the content (the same pointer) when the publisher gave none */
	struct tt_str content;
	struct tt_str author;
	struct tt_str lang; /* of the item, else of the feed */
	const struct tt_str *categories;
	size_t n_categories;
	int64_t published_ms;
	int64_t updated_ms;
};

enum { TT_FEED_HUBS = 4 }; /* of one feed; further ones are passed over */

struct tt_feed {
	enum tt_feed_format format;
	bool recovered; /* not well-formed, or the declared charset was wrong: repaired as far as possible */
	struct tt_str title;
	struct tt_str url;          /* the site it belongs to */
	struct tt_str lang;         /* BCP 47 as given */
	struct tt_feed_item *items; /* in document order */
	size_t n_items;
	size_t n_dropped; /* items over max_items */
	size_t n_cut;     /* texts over max_text_bytes */
	size_t n_mean_entities; /* declared as files, as made of others, or huge: never replaced, but who does that? */

	/* For the fetcher: what the publisher says about how often to ask. */
	int64_t ttl_minutes;    /* <ttl>; 0: none */
	int64_t update_ms;      /* sy:updatePeriod / sy:updateFrequency; 0: none */
	uint32_t skip_hours;    /* bit h: do not ask in hour h (0..23) GMT */
	uint8_t skip_days;      /* bit d: do not ask on day d, 0 is Sunday */
	struct tt_str self_url; /* link rel=self */
	struct tt_str hubs[TT_FEED_HUBS]; /* link rel=hub, in document order: WebSub */
	size_t n_hubs;
	struct tt_str next_url; /* link rel=next, JSON Feed next_url */
};

/* Prepares libxml2 for use by several threads. May be called again. */
void tt_feed_global_init(void);

/* Parses one whole document. content_type is the HTTP header's value ({NULL,0}: none); base_url is what
 * relative links are resolved against, the URL the document came from ({NULL,0}: none); limits NULL: the
 * defaults. TT_EPARSE: this is no feed (the message says what it looks like instead); TT_ELIMIT: nested too
 * deep, or the arena's cap; TT_ENOMEM. *ret is written on TT_OK only. A feed that is cut or broken somewhere
 * is not an error: what could be read is returned with recovered set. */
int tt_feed_parse(struct tt_str bytes, struct tt_str content_type, struct tt_str base_url,
	const struct tt_feed_limits *limits, struct tt_arena *arena, struct tt_feed *ret, struct tt_err *err);

const char *tt_feed_format_name(enum tt_feed_format format); /* "rss20", "atom10", ... */

#endif
