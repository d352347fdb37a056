/* url.c - see url.h. */
#include "ingest/feed/url.h"

#include <string.h>

static const struct tt_str failed = {NULL, 1};

struct parts {
	struct tt_str scheme, authority, path, query, fragment; /* {NULL,0}: not there */
};

static bool is_alpha(char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static size_t scheme_length(struct tt_str s)
{
	if (s.n == 0 || !is_alpha(s.p[0]))
		return 0;
	for (size_t i = 1; i < s.n; i++) {
		char c = s.p[i];
		if (c == ':')
			return i;
		if (!is_alpha(c) && !(c >= '0' && c <= '9') && c != '+' && c != '-' && c != '.')
			return 0;
	}
	return 0;
}

bool tt_url_is_absolute(struct tt_str s)
{
	return scheme_length(s) > 0;
}

/* Cuts s at the first of the characters in `stops`; what follows stays in *s. */
static struct tt_str until(struct tt_str *s, const char *stops)
{
	size_t n = 0;
	while (n < s->n && !strchr(stops, s->p[n]))
		n++;
	struct tt_str head = {s->p, n};
	s->p += n, s->n -= n;
	return head;
}

static struct parts split(struct tt_str s)
{
	struct parts u = {0};
	size_t n = scheme_length(s);
	if (n) {
		u.scheme = (struct tt_str){s.p, n};
		s.p += n + 1, s.n -= n + 1;
	}
	bool web = tt_str_eq_ci(u.scheme, TT_STR("http")) || tt_str_eq_ci(u.scheme, TT_STR("https"));
	if (tt_str_starts(s, TT_STR("//"))) {
		s.p += 2, s.n -= 2;
		while (web && s.n && s.p[0] == '/') /* http:///host/path */
			s.p++, s.n--;
		u.authority = until(&s, "/?#");
	}
	u.path = until(&s, "?#");
	if (s.n && s.p[0] == '?') {
		s.p++, s.n--;
		u.query = until(&s, "#");
	}
	if (s.n)
		u.fragment = (struct tt_str){s.p + 1, s.n - 1};
	return u;
}

/* RFC 3986 5.2.4, in place; returns the new length. */
static size_t remove_dots(char *path, size_t n)
{
	size_t out = 0;
	for (size_t i = 0; i < n;) {
		size_t end = i + (path[i] == '/');
		while (end < n && path[end] != '/')
			end++;
		struct tt_str seg = {path + i + (path[i] == '/'), end - i - (path[i] == '/')};
		bool last = end == n;
		bool up = tt_str_eq(seg, TT_STR("..")), here = tt_str_eq(seg, TT_STR("."));
		if (up)
			while (out && path[--out] != '/')
				;
		if ((up || here) && last)
			path[out++] = '/';
		if (!up && !here) {
			memmove(path + out, path + i, end - i);
			out += end - i;
		}
		i = end;
	}
	return out;
}

static char *put(char *at, struct tt_str s)
{
	if (s.n)
		memcpy(at, s.p, s.n);
	return at + s.n;
}

static struct tt_str join(struct tt_arena *a, const struct parts *u, struct tt_str dir)
{
	size_t max = u->scheme.n + u->authority.n + dir.n + u->path.n + u->query.n + u->fragment.n + 8;
	char *buf = tt_arena_alloc(a, max), *at = buf;
	if (!buf)
		return failed;
	at = put(at, u->scheme);
	*at++ = ':';
	if (u->authority.p) {
		at = put(at, TT_STR("//"));
		at = put(at, u->authority);
	}
	char *path = at;
	at = put(at, dir);
	at = put(at, u->path);
	if (u->authority.p || dir.n)
		at = path + remove_dots(path, (size_t)(at - path));
	if (u->query.p) {
		*at++ = '?';
		at = put(at, u->query);
	}
	if (u->fragment.p) {
		*at++ = '#';
		at = put(at, u->fragment);
	}
	*at = '\0';
	return (struct tt_str){buf, (size_t)(at - buf)};
}

/* Bytes of an ampersand that was escaped once too often, as in a CDATA section; no URL means "&amp;". */
static size_t escaped_amp(struct tt_str s, size_t at)
{
	return tt_str_starts((struct tt_str){s.p + at, s.n - at}, TT_STR("&amp;")) ? 5 : 0;
}

/* A copy without surrounding white space, and without tabs and line breaks inside, which writers fold long
 * URLs with. */
static struct tt_str clean(struct tt_arena *a, struct tt_str s)
{
	s = tt_str_trim(s);
	if (s.n == 0)
		return (struct tt_str){NULL, 0};
	char *buf = tt_arena_alloc(a, s.n + 1);
	if (!buf)
		return failed;
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\n' || s.p[i] == '\r' || s.p[i] == '\t')
			continue;
		size_t amp = s.p[i] == '&' ? escaped_amp(s, i) : 0;
		buf[n++] = s.p[i];
		i += amp ? amp - 1 : 0;
	}
	buf[n] = '\0';
	return (struct tt_str){buf, n};
}

struct tt_str tt_url_resolve(struct tt_arena *a, struct tt_str base, struct tt_str ref)
{
	ref = clean(a, ref);
	if (!ref.p)
		return ref;
	struct parts r = split(ref);
	base = tt_str_trim(base);
	if (r.scheme.p) {
		bool slips = r.authority.p && r.authority.p != ref.p + r.scheme.n + 3;
		return slips ? join(a, &r, (struct tt_str){NULL, 0}) : ref;
	}
	if (base.n == 0)
		return ref;
	struct parts b = split(base);
	if (!b.scheme.p || (!b.authority.p && (b.path.n == 0 || b.path.p[0] != '/')))
		return ref; /* one that nothing is relative to ("tag:...") */
	struct tt_str dir = {NULL, 0};
	r.scheme = b.scheme;
	if (!r.authority.p) {
		r.authority = b.authority;
		if (r.path.n == 0) {
			r.path = b.path;
			if (!r.query.p)
				r.query = b.query;
		} else if (r.path.p[0] != '/') {
			dir = b.path;
			while (dir.n && dir.p[dir.n - 1] != '/')
				dir.n--;
			if (dir.n == 0 && b.authority.p)
				dir = TT_STR("/");
		}
	}
	return join(a, &r, dir);
}
