/* canonical.c - see canonical.h. */
#include "ingest/canonical.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"

enum { MOST_PARAMETERS = 64 }; /* a query with more is kept in its order */

/* Query parameters that say how a reader came, not what he reads. A trailing * is any ending. In lower case.
 */
static const char *const tracking[] = {"utm_*", "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid",
	"msclkid", "yclid", "ysclid", "twclid", "ttclid", "igsh", "igshid", "li_fat_id", "mc_cid", "mc_eid",
	"_ga", "_gl", "_hsenc", "_hsmi", "hsctatracking", "mkt_tok", "vero_id", "vero_conv", "oly_anon_id",
	"oly_enc_id", "rb_clickid", "s_cid", "icid", "ncid", "cmpid", "ref_src", "ref_url", "soc_src",
	"soc_trk", "guccounter", "guce_referrer*", "pk_campaign", "pk_kwd", "pk_source", "pk_medium", "mtm_*",
	"matomo_*", "piwik_*", "at_medium", "at_campaign", "at_custom*", "xtor", "smid", "smtyp", "sref",
	"srnd", "wt.mc_id", "wt_mc", "phpsessid", "jsessionid", "aspsessionid*"};

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool is_tracking(struct tt_str name)
{
	for (size_t i = 0; i < TT_LEN(tracking); i++) {
		struct tt_str t = tt_str_c(tracking[i]);
		bool open = t.p[t.n - 1] == '*';
		t.n -= open;
		if (open ? tt_str_starts_ci(name, t) : tt_str_eq_ci(name, t))
			return true;
	}
	return false;
}

struct parts {
	struct tt_str host, port, path, query;
};

/* Cuts *s before the first byte of `any`; returns what was before it. */
static struct tt_str cut_before(struct tt_str *s, const char *any)
{
	size_t n = 0;
	while (n < s->n && !(s->p[n] && strchr(any, s->p[n])))
		n++;
	struct tt_str head = {s->p, n};
	if (n)
		*s = (struct tt_str){s->p + n, s->n - n};
	return head;
}

static bool split_url(struct tt_str url, struct parts *ret)
{
	struct tt_str s = tt_str_trim(url);
	const char *default_port = NULL;
	if (tt_str_starts_ci(s, TT_STR("http://")))
		default_port = "80";
	else if (tt_str_starts_ci(s, TT_STR("https://")))
		default_port = "443";
	else
		return false;
	s = (struct tt_str){s.p + 7 + (default_port[0] == '4'), s.n - 7 - (default_port[0] == '4')};
	struct tt_str host = cut_before(&s, "/?#");
	const char *at = memrchr(host.p, '@', host.n);
	if (at)
		host = (struct tt_str){at + 1, host.n - (size_t)(at + 1 - host.p)};
	const char *colon = memrchr(host.p, ':', host.n), *bracket = memrchr(host.p, ']', host.n);
	struct tt_str port = {NULL, 0};
	if (colon && (!bracket || colon > bracket)) {
		port = (struct tt_str){colon + 1, host.n - (size_t)(colon + 1 - host.p)};
		host.n = (size_t)(colon - host.p);
	}
	if (tt_str_eq(port, tt_str_c(default_port)))
		port.n = 0;
	if (tt_str_starts_ci(host, TT_STR("www.")) && memchr(host.p + 4, '.', host.n - 4))
		host = (struct tt_str){host.p + 4, host.n - 4};
	while (host.n && host.p[host.n - 1] == '.')
		host.n--;
	struct tt_str path = cut_before(&s, "?#"), query = {NULL, 0};
	if (s.n && s.p[0] == '?') {
		s = (struct tt_str){s.p + 1, s.n - 1};
		query = cut_before(&s, "#");
	}
	*ret = (struct parts){host, port, path, query};
	return host.n > 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_unreserved(int c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c && strchr("-._~", c));
}

/* Copies s to out with its percent escapes in normal form; never longer than s. Returns the new end. */
static char *put_escaped(char *out, struct tt_str s)
{
	static const char hex[] = "0123456789ABCDEF";
	for (size_t i = 0; i < s.n; i++) {
		int hi = -1, lo = -1;
		if (s.p[i] == '%' && i + 2 < s.n) {
			hi = hex_digit(s.p[i + 1]);
			lo = hex_digit(s.p[i + 2]);
		}
		if (hi < 0 || lo < 0) {
			*out++ = s.p[i];
			continue;
		}
		i += 2;
		if (is_unreserved(hi << 4 | lo)) {
			*out++ = (char)(hi << 4 | lo);
		} else {
			*out++ = '%';
			*out++ = hex[hi];
			*out++ = hex[lo];
		}
	}
	return out;
}

/* ";jsessionid=..." at the end of a path is a session, not a place. */
static struct tt_str without_session(struct tt_str path)
{
	const char *semicolon = path.n ? memrchr(path.p, ';', path.n) : NULL;
	if (!semicolon)
		return path;
	struct tt_str tail = {semicolon + 1, path.n - (size_t)(semicolon + 1 - path.p)};
	if (tt_str_starts_ci(tail, TT_STR("jsessionid=")))
		path.n = (size_t)(semicolon - path.p);
	return path;
}

static int by_bytes(const void *a, const void *b)
{
	const struct tt_str *x = a, *y = b;
	int c = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);
	return c ? c : (x->n > y->n) - (x->n < y->n);
}

static char *put_query(char *out, struct tt_str query)
{
	struct tt_str kept[MOST_PARAMETERS], rest = query;
	size_t n = 0;
	while (rest.p && n < MOST_PARAMETERS) {
		struct tt_str parameter = tt_str_split(&rest, '&'), value = parameter;
		if (parameter.n && !is_tracking(tt_str_split(&value, '=')))
			kept[n++] = parameter;
	}
	if (rest.p) { /* too many */
		*out++ = '?';
		return put_escaped(out, query);
	}
	if (n == 0)
		return out;
	qsort(kept, n, sizeof(kept[0]), by_bytes);
	for (size_t i = 0; i < n; i++) {
		*out++ = i ? '&' : '?';
		out = put_escaped(out, kept[i]);
	}
	return out;
}

int tt_url_canonical(struct tt_str url, struct tt_arena *arena, struct tt_str *ret)
{
	struct parts parts;
	*ret = (struct tt_str){NULL, 0};
	if (!url.n || !split_url(url, &parts))
		return TT_OK;
	char *start = tt_arena_alloc(arena, url.n + 2), *out = start;
	if (!start)
		return TT_ENOMEM;
	for (size_t i = 0; i < parts.host.n; i++)
		*out++ = lower(parts.host.p[i]);
	if (parts.port.n) {
		*out++ = ':';
		memcpy(out, parts.port.p, parts.port.n);
		out += parts.port.n;
	}
	char *path = out;
	out = put_escaped(out, without_session(parts.path));
	while (out > path && out[-1] == '/')
		out--;
	out = put_query(out, parts.query);
	*ret = (struct tt_str){start, (size_t)(out - start)};
	return TT_OK;
}

bool tt_url_identifies(struct tt_str canonical)
{
	return canonical.n &&
	       (memchr(canonical.p, '/', canonical.n) || memchr(canonical.p, '?', canonical.n));
}

bool tt_url_same_place(struct tt_str a, struct tt_str b)
{
	return tt_str_eq(cut_before(&a, "?;"), cut_before(&b, "?;"));
}
