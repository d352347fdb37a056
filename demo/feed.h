/* feed.h - one answer of the demo server: a feed file filled in, its validators, and whether the asker has it
 * already. Pure but for reading the file, which happens at each request: edit a demo feed and the next poll
 * sees it. */
#ifndef TT_DEMO_FEED_H
#define TT_DEMO_FEED_H

#include "demo/template.h"

enum {
	TT_DEMO_FILE_MAX = 1 << 20,
	TT_DEMO_GZIP_MIN = 4096, /* smaller bodies are sent as they are, as most web servers do */
};

struct tt_demo_feed {
	const char *content_type;
	struct tt_buf body; /* the owner calls tt_buf_done */
	char etag[40];      /* with its quotes */
	char modified[40];  /* Last-Modified */
};

/* Reads DIR/NAME. name is a plain file name that ends with .rss, .rdf, .atom or .json; others are TT_ENOENT.
 */
int tt_demo_feed_load(const char *dir, const char *name, int64_t start_ms, int64_t now_ms,
	struct tt_demo_feed *ret, struct tt_err *err);

/* True when these request headers (each may be NULL) name what the feed is now: the answer is 304. As RFC
 * 9110 has it, If-Modified-Since counts only without If-None-Match; it is compared as text, clients echo what
 * they were given. */
bool tt_demo_feed_known(
	const struct tt_demo_feed *feed, const char *if_none_match, const char *if_modified_since);

/* The body as gzip into out (initialised by the caller). */
int tt_demo_gzip(struct tt_str body, struct tt_buf *out, struct tt_err *err);

#endif
