/* feed.c - bytes to feed: charset, then the parser of the dialect. See feed.h. */
#include "ingest/feed/feed.h"

#include <libxml/parser.h>

#include "ingest/feed/build.h"
#include "ingest/feed/charset.h"
#include "ingest/feed/jsonfeed.h"
#include "ingest/feed/xmlfeed.h"

enum { DEPTH_MAX = 250, TEXT_GROWTH = 4 }; /* libxml2 stops at 256; a byte becomes at most 3 of UTF-8 */

const struct tt_feed_limits tt_feed_limits_default = {
	.max_items = 2000,
	.max_text_bytes = 256 * 1024,
	.max_depth = 100,
	.chunk_bytes = 32 * 1024,
};

void tt_feed_global_init(void)
{
	xmlInitParser();
}

const char *tt_feed_format_name(enum tt_feed_format format)
{
	static const char *const names[] = {
		[TT_FEED_RSS20] = "rss20",
		[TT_FEED_RSS10] = "rss10",
		[TT_FEED_RSS09X] = "rss09x",
		[TT_FEED_ATOM10] = "atom10",
		[TT_FEED_ATOM03] = "atom03",
		[TT_FEED_JSON] = "jsonfeed",
		[TT_FEED_CDF] = "cdf",
	};
	return names[format];
}

static struct tt_feed_limits effective(const struct tt_feed_limits *given)
{
	struct tt_feed_limits l = given ? *given : tt_feed_limits_default;
	if (l.max_depth == 0 || l.max_depth > DEPTH_MAX)
		l.max_depth = DEPTH_MAX;
	if (l.chunk_bytes == 0)
		l.chunk_bytes = tt_feed_limits_default.chunk_bytes;
	return l;
}

int tt_feed_parse(struct tt_str bytes, struct tt_str content_type, struct tt_str base_url,
	const struct tt_feed_limits *limits, struct tt_arena *arena, struct tt_feed *ret, struct tt_err *err)
{
	struct tt_feed_limits l = effective(limits);
	struct tt_charset charset;
	struct tt_buf converted;
	struct tt_build build;
	tt_buf_init(&converted, bytes.n * TEXT_GROWTH + 64);
	tt_build_init(&build, &l, arena, base_url);

	int rc = tt_charset_decode(bytes, content_type, &converted, &charset);
	if (rc < 0) {
		tt_err_set(err, rc, "character encoding: %s", tt_err_text(rc));
		goto out;
	}
	struct tt_str text = tt_str_trim(charset.text);
	if (text.n == 0)
		rc = tt_err_set(err, TT_EPARSE, "not a feed: the document is empty");
	else if (text.p[0] == '{' || text.p[0] == '[')
		rc = tt_jsonfeed_parse(&build, text, err);
	else
		rc = tt_xmlfeed_parse(&build, charset.text, err);
	if (rc < 0)
		goto out;
	tt_build_finish(&build);
	build.feed.recovered |= charset.recovered;
	*ret = build.feed;
out:
	tt_build_done(&build);
	tt_buf_done(&converted);
	return rc;
}
