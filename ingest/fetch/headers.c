/* headers.c - see headers.h. */
#include "ingest/fetch/headers.h"

#include <string.h>

#include <curl/curl.h>

#include "common/err.h"

enum { MOST_SECONDS = 10 * 365 * 86400 }; /* what is larger, or does not fit, is cut to this: ten years */
#define LAST_SECOND 253402300799          /* of the year 9999 */

void tt_headers_init(struct tt_headers *h)
{
	*h = (struct tt_headers){
		.max_age_ms = -1, .expires_ms = TT_TIME_NONE, .date_ms = TT_TIME_NONE, .retry_after_ms = -1};
}

int64_t tt_http_date(struct tt_str s)
{
	char text[64];
	s = tt_str_trim(s);
	if (s.n < 10 ||
		s.n >= sizeof(text)) /* shorter than any date, but curl_getdate() would take "0" or "Mon" */
		return TT_TIME_NONE;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	time_t t = curl_getdate(text, NULL);
	return t < 0 || t > LAST_SECOND ? TT_TIME_NONE
					: (int64_t)t * 1000; /* -1 is no date, and no server is older */
}

/* delta-seconds of RFC 9111: digits only; too large is not an error there. */
static bool delta_seconds(struct tt_str s, int64_t *ret_ms)
{
	int64_t v = 0;
	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		v = v * 10 + (s.p[i] - '0');
		if (v > MOST_SECONDS)
			v = MOST_SECONDS;
	}
	*ret_ms = v * 1000;
	return true;
}

/* Cuts the next directive from *rest at a comma that is not within a quoted string. */
static struct tt_str next_directive(struct tt_str *rest)
{
	bool quoted = false;
	size_t i = 0;
	for (; i < rest->n && (quoted || rest->p[i] != ','); i++)
		quoted ^= rest->p[i] == '"';
	struct tt_str d = {rest->p, i};
	*rest = i < rest->n ? (struct tt_str){rest->p + i + 1, rest->n - i - 1} : (struct tt_str){NULL, 0};
	return tt_str_trim(d);
}

static struct tt_str unquote(struct tt_str s)
{
	s = tt_str_trim(s);
	if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
		s = (struct tt_str){s.p + 1, s.n - 2};
	return s;
}

static void cache_control(struct tt_headers *h, struct tt_str value)
{
	while (value.p) {
		struct tt_str argument = next_directive(&value);
		struct tt_str name = tt_str_trim(tt_str_split(&argument, '='));
		/* no-cache="field" speaks of that field only */
		if (tt_str_eq_ci(name, TT_STR("no-store")) ||
			(tt_str_eq_ci(name, TT_STR("no-cache")) && !argument.p))
			h->no_cache = true;
		else if (tt_str_eq_ci(name, TT_STR("max-age")) && h->max_age_ms < 0)
			delta_seconds(unquote(argument), &h->max_age_ms);
	}
}

static void retry_after(struct tt_headers *h, struct tt_str value, int64_t now_ms)
{
	if (delta_seconds(value, &h->retry_after_ms))
		return;
	int64_t date = tt_http_date(value);
	if (date != TT_TIME_NONE)
		h->retry_after_ms = date > now_ms ? date - now_ms : 0;
}

static int keep(struct tt_str *ret, struct tt_str value, struct tt_arena *arena)
{
	*ret = (struct tt_str){NULL, 0};
	if (value.n == 0)
		return TT_OK;
	*ret = tt_arena_str(arena, value);
	return ret->p ? TT_OK : TT_ENOMEM;
}

int tt_headers_line(struct tt_headers *h, struct tt_str line, int64_t now_ms, struct tt_arena *arena)
{
	struct tt_str name = tt_str_split(&line, ':');
	if (!line.p)
		return TT_OK; /* the status line, the empty line */
	struct tt_str value = tt_str_trim(line);
	if (tt_str_eq_ci(name, TT_STR("etag")))
		return keep(&h->etag, value, arena);
	if (tt_str_eq_ci(name, TT_STR("last-modified")))
		return keep(&h->last_modified, value, arena);
	if (tt_str_eq_ci(name, TT_STR("content-type")))
		return keep(&h->content_type, value, arena);
	if (tt_str_eq_ci(name, TT_STR("content-encoding")))
		return keep(&h->content_encoding, value, arena);
	if (tt_str_eq_ci(name, TT_STR("link")))
		return tt_websub_links_header(&h->links, value, arena);
	if (tt_str_eq_ci(name, TT_STR("cache-control")))
		cache_control(h, value);
	else if (tt_str_eq_ci(name, TT_STR("age")))
		delta_seconds(value, &h->age_ms);
	else if (tt_str_eq_ci(name, TT_STR("date")))
		h->date_ms = tt_http_date(value);
	else if (tt_str_eq_ci(name, TT_STR("retry-after")))
		retry_after(h, value, now_ms);
	else if (tt_str_eq_ci(name, TT_STR("expires"))) {
		int64_t date = tt_http_date(value);
		h->expires_ms = date == TT_TIME_NONE ? 0 : date;
	}
	return TT_OK;
}

int64_t tt_headers_fresh_ms(const struct tt_headers *h, int64_t now_ms)
{
	int64_t fresh = 0;
	if (h->no_cache)
		return 0;
	if (h->max_age_ms >= 0)
		fresh = h->max_age_ms;
	else if (h->expires_ms != TT_TIME_NONE)
		fresh = h->expires_ms - (h->date_ms != TT_TIME_NONE ? h->date_ms : now_ms);
	fresh -= h->age_ms;
	if (fresh > (int64_t)MOST_SECONDS * 1000)
		fresh = (int64_t)MOST_SECONDS * 1000;
	return fresh > 0 ? fresh : 0;
}
