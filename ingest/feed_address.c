/* feed_address.c - see feed_address.h. */
#include "ingest/feed_address.h"

#include <string.h>

#include "common/err.h"
#include "ingest/feed/url.h"

static const char too_long[] = "an address of more than 2048 bytes";

static bool is_web(struct tt_str s)
{
	return tt_str_starts_ci(s, TT_STR("http://")) || tt_str_starts_ci(s, TT_STR("https://"));
}

/* "feed:https://host/x" is that URL, "feed://host/x" and its like are http. */
static struct tt_str without_scheme(struct tt_str s, bool *ret_http)
{
	static const char *const schemes[] = {"feed://", "itpc://", "pcast://", "rss://"};
	*ret_http = false;
	if (tt_str_starts_ci(s, TT_STR("feed:")) && is_web((struct tt_str){s.p + 5, s.n - 5}))
		return (struct tt_str){s.p + 5, s.n - 5};
	for (size_t i = 0; i < TT_LEN(schemes); i++)
		if (tt_str_starts_ci(s, tt_str_c(schemes[i]))) {
			size_t n = strlen(schemes[i]);
			*ret_http = true;
			return (struct tt_str){s.p + n, s.n - n};
		}
	return s;
}

static const char *objection(struct tt_str url)
{
	size_t bytes = url.n;
	if (!tt_url_is_absolute(url))
		return "not an absolute address";
	if (!is_web(url))
		return "neither http nor https";
	struct tt_str host = {strchr(url.p, ':') + 3, 0};
	host.n = strcspn(host.p, "/?#");
	if (host.n == 0 || host.p[0] == ':' || memchr(host.p, ' ', host.n))
		return "an address without a host";
	for (size_t i = 0; i < url.n; i++) {
		if ((unsigned char)url.p[i] < 0x20 || url.p[i] == 0x7f)
			return "an address with control characters";
		bytes += url.p[i] == ' ' ? 2 : 0;
	}
	return bytes > TT_FEED_URL_MAX ? too_long : NULL;
}

/* A copy with blanks as %20. */
static int escape(struct tt_str s, struct tt_arena *arena, struct tt_str *ret)
{
	char *out = tt_arena_alloc(arena, TT_FEED_URL_MAX + 1);
	size_t n = 0;
	if (!out)
		return TT_ENOMEM;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == ' ')
			out[n++] = '%', out[n++] = '2', out[n++] = '0';
		else
			out[n++] = s.p[i];
	}
	out[n] = '\0';
	*ret = (struct tt_str){out, n};
	return TT_OK;
}

int tt_feed_url(struct tt_str raw, struct tt_str base, struct tt_arena *arena, struct tt_str *ret,
	const char **ret_why)
{
	bool http;
	struct tt_str s = without_scheme(tt_str_trim(raw), &http);
	*ret_why = s.n > TT_FEED_URL_MAX ? too_long : NULL;
	if (*ret_why)
		return TT_EREFUSED;
	if (http) {
		char *with = tt_arena_printf(arena, "http://%.*s", TT_FMT(s));
		if (!with)
			return TT_ENOMEM;
		s = tt_str_c(with);
	}
	struct tt_str url = tt_url_resolve(arena, base, s);
	if (tt_url_failed(url))
		return TT_ENOMEM;
	*ret_why = url.p ? objection(url) : "no address";
	if (*ret_why)
		return TT_EREFUSED;
	if (memchr(url.p, ' ', url.n))
		return escape(url, arena, ret);
	*ret = url;
	return TT_OK;
}
