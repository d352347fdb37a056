/* many_feeds.c - see many_feeds.h. */
#include "tests/ingest/fetch/many_feeds.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"
#include "tests/ingest/fetch/http_server.h"
#include "tests/ingest/fetch/many_mean.h"

enum { SHOWN = 20, ITEMS = 12, TTL_MS = 60000, CHANGES_EVERY = 4, SIGHTS = 2, SLACK_MS = 5 };
/* A start is seen here when its request arrives; two processes of a busy machine may see it this much apart.
 */
enum { SPACING_SLACK_MS = 60 };

/* What a well-meant feed does; the remainder of its number by 20 is its kind, 19 is hostile. */
enum kind {
	BY_ETAG = 0, /* and 1 to 4 */
	BY_DATE = 5, /* and 6 */
	BY_BOTH = 7,
	MAX_AGE = 8,
	TTL = 9,
	EXPIRES = 10,
	BUSY_SECONDS = 11,
	BUSY_DATE = 12,
	AWAY_FOR_NOW = 13,
	MOVED = 14,
	MOVED_AND_AWAY = 15,
	REMOVED = 16,
	ERRORS = 17,
	LIES = 18, /* another ETag for each request, the old body, and now and then no ETag */
	HOSTILE = 19,
};

struct feed {
	unsigned asked;        /* polls: requests where it is first asked, in the present place */
	unsigned answered;     /* documents and 304s */
	int64_t not_before_ms; /* wall time; 0: now */
	char etag[48], date[32];
	bool removed;
	bool hop;        /* a redirect was the last answer: what comes next belongs to the same poll */
	unsigned sights; /* of the permanent redirect */
};

struct many_feeds {
	size_t n;
	int64_t interval_ms, asked_ms; /* what a server asks for that asks for more */
	void (*address_of)(int host, char out[32]);
	struct feed *feeds;
	int64_t *host_ns; /* the earliest moment of the last start there */
	size_t n_requests, n_not_modified, n_documents, n_errors, n_redirects, n_hostile, n_wrong, n_close;
};

size_t many_hosts(size_t n_feeds)
{
	return (n_feeds + MANY_PER_HOST - 1) / MANY_PER_HOST;
}

int many_host_of(size_t feed)
{
	return (int)(feed / MANY_PER_HOST);
}

bool many_is_hostile(size_t feed)
{
	return feed % 20 == HOSTILE;
}

static int other_host(const struct many_feeds *m, size_t feed)
{
	return (many_host_of(feed) + 7) % (int)many_hosts(m->n);
}

struct many_feeds *many_feeds_new(size_t n, int64_t interval_ms, void (*address_of)(int host, char out[32]))
{
	struct many_feeds *m = calloc(1, sizeof(*m));
	if (!m)
		return NULL;
	m->n = n;
	m->interval_ms = interval_ms;
	m->asked_ms = interval_ms * 3 / 2 / 1000 * 1000 + 1000;
	m->address_of = address_of;
	m->feeds = calloc(n, sizeof(*m->feeds));
	m->host_ns = calloc(many_hosts(n), sizeof(*m->host_ns));
	for (size_t which = 0; which < n / 20; which++) { /* made now, when nobody waits */
		struct many_answer a = {.manner = MANY_WHOLE};
		many_mean(which, 0, &a);
	}
	if (m->feeds && m->host_ns)
		return m;
	many_feeds_free(m);
	return NULL;
}

void many_feeds_free(struct many_feeds *m)
{
	free(m->feeds);
	free(m->host_ns);
	free(m);
}

void many_blame(struct many_feeds *m, const char *format, ...)
{
	va_list args;
	if (m->n_wrong++ >= SHOWN)
		return;
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

/* ---- judging ---- */

static void judge_time(struct many_feeds *m, size_t i, const char *path, int64_t now_ms)
{
	struct feed *f = &m->feeds[i];
	if (f->removed)
		many_blame(m, "%s: asked again after 410", path);
	if (now_ms < f->not_before_ms - SLACK_MS)
		many_blame(m, "%s (kind %zu): asked %lld ms too early", path, i % 20,
			(long long)(f->not_before_ms - now_ms));
}

static void judge_header(
	struct many_feeds *m, const char *path, const char *text, const char *name, const char *want)
{
	struct tt_str got = tt_http_header(text, name);
	if (!tt_str_eq(got, tt_str_c(want)))
		many_blame(m, "%s: %s is '%.*s', not '%s'", path, name, TT_FMT(got), want);
}

static void judge_spacing(
	struct many_feeds *m, int host, const char *path, int64_t earliest_ns, int64_t now_ns)
{
	int64_t apart_ms = (now_ns - m->host_ns[host]) / 1000000;
	if (m->host_ns[host] && apart_ms < MANY_SPACING_MS) {
		m->n_close++;
		if (apart_ms < MANY_SPACING_MS - SPACING_SLACK_MS)
			many_blame(
				m, "%s: %lld ms after another start at its host", path, (long long)apart_ms);
	}
	m->host_ns[host] = earliest_ns;
}

/* ---- answering ---- */

static void http_date(int64_t ms, char out[32])
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm;
	gmtime_r(&t, &tm);
	strftime(out, 32, "%a, %d %b %Y %H:%M:%S GMT", &tm);
}

static void body(struct many_answer *a, size_t i, unsigned version)
{
	size_t room = 16384, n;
	char *p = malloc(room);
	if (!p)
		abort();
	n = (size_t)snprintf(p, room,
		"<?xml version='1.0'?><rss version='2.0'><channel><title>Feed %zu</title>%s", i,
		i % 20 == TTL ? "<ttl>1</ttl>" : "");
	for (unsigned k = 0; k < ITEMS; k++)
		n += (size_t)snprintf(p + n, room - n,
			"<item><guid isPermaLink='false'>%zu-%u</guid><title>Shares of company %u "
			"rise</title>"
			"<link>https://example.com/%zu/%u</link><pubDate>Mon, 23 Nov 2026 15:46:%02u "
			"GMT</pubDate>"
			"<description>&lt;p&gt;The maker of things number %u &lt;b&gt;raised&lt;/b&gt; its "
			"outlook for the "
			"year after a quarter that analysts called strong.&lt;/p&gt;</description></item>",
			i, version + k, version + k, i, version + k, (version + k) % 60, version + k);
	n += (size_t)snprintf(p + n, room - n, "</channel></rss>");
	a->body = (struct tt_str){p, n};
	a->owned = true;
}

static void head(struct many_answer *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void head(struct many_answer *a, const char *format, ...)
{
	va_list args;
	size_t n = strlen(a->head);
	va_start(args, format);
	vsnprintf(a->head + n, sizeof(a->head) - n, format, args);
	va_end(args);
}

/* Validators as the kind has them; what is not sent must not be echoed. */
static void new_validators(struct feed *f, size_t kind, unsigned version, int64_t now_ms)
{
	f->etag[0] = f->date[0] = '\0';
	if (kind < BY_DATE || kind == BY_BOTH || kind >= MAX_AGE)
		snprintf(f->etag, sizeof(f->etag), "%s\"v %u\"", version % 2 ? "W/" : "", version);
	if (kind == LIES)
		snprintf(f->etag, sizeof(f->etag), "\"%u-%u\"", version, f->answered);
	if (kind == LIES && f->answered % 3 == 2)
		f->etag[0] = '\0';
	if (kind >= BY_DATE && kind <= BY_BOTH)
		http_date(now_ms - 1000, f->date);
}

/* The document, or that it is as it was. */
static void document(struct many_feeds *m, size_t i, int64_t now_ms, struct many_answer *a)
{
	struct feed *f = &m->feeds[i];
	size_t kind = i % 20;
	unsigned version = kind == LIES ? 0 : f->answered / CHANGES_EVERY;
	bool same = (f->etag[0] || f->date[0]) && f->answered % CHANGES_EVERY && kind != LIES;
	int64_t wait_ms = m->interval_ms;
	char date[32], expires[32];
	if (!same)
		new_validators(f, kind, version, now_ms);
	head(a, same ? "HTTP/1.1 304 Not Modified\r\n"
		     : "HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n");
	if (f->etag[0])
		head(a, "ETag: %s\r\n", f->etag);
	if (f->date[0])
		head(a, "Last-Modified: %s\r\n", f->date);
	if (kind == MAX_AGE || kind == EXPIRES || kind == TTL)
		wait_ms = kind == TTL ? TTL_MS : m->asked_ms;
	if (kind == MAX_AGE) {
		head(a, "Cache-Control: public, max-age=%lld\r\nAge: 5\r\n", (long long)wait_ms / 1000 + 5);
	} else if (kind == EXPIRES) {
		http_date(now_ms, date);
		http_date(now_ms + wait_ms, expires);
		head(a, "Date: %s\r\nExpires: %s\r\n", date, expires);
	}
	if (!same)
		body(a, i, version);
	m->n_documents += !same;
	m->n_not_modified += same;
	f->answered++;
	f->not_before_ms = now_ms + (wait_ms > m->interval_ms ? wait_ms : m->interval_ms);
	head(a, "Content-Length: %zu\r\n\r\n", a->body.n);
}

static void error(struct many_feeds *m, size_t i, const char *status, int64_t retry_ms, int64_t now_ms,
	struct many_answer *a)
{
	char date[32];
	m->n_errors++;
	head(a, "HTTP/1.1 %s\r\nContent-Length: 0\r\n", status);
	m->feeds[i].not_before_ms = now_ms + (retry_ms > m->interval_ms ? retry_ms : m->interval_ms);
	http_date(now_ms + retry_ms, date);
	if (retry_ms && i % 20 == BUSY_DATE) {
		head(a, "Retry-After: %s\r\n", date);
		m->feeds[i].not_before_ms = (now_ms + retry_ms) / 1000 * 1000;
	} else if (retry_ms) {
		head(a, "Retry-After: %lld\r\n", (long long)retry_ms / 1000);
	}
	head(a, "\r\n");
}

static void redirect(struct many_feeds *m, const char *status, int host, const char *place, size_t i,
	struct many_answer *a)
{
	char address[32];
	m->address_of(host, address);
	m->n_redirects++;
	m->feeds[i].hop = true;
	head(a, "HTTP/1.1 %s\r\nLocation: http://%s/%s/%zu\r\nContent-Length: 0\r\n\r\n", status, address,
		place, i);
}

/* Where it was at first. */
static void first_place(struct many_feeds *m, size_t i, int64_t now_ms, struct many_answer *a)
{
	struct feed *f = &m->feeds[i];
	switch ((enum kind)(i % 20)) {
	case BUSY_SECONDS:
		if (f->asked % 3 == 2)
			return error(m, i, "503 Busy", m->asked_ms, now_ms, a);
		break;
	case BUSY_DATE:
		if (f->asked % 3 == 2)
			return error(m, i, "429 Too Many", m->asked_ms, now_ms, a);
		break;
	case ERRORS:
		if (f->asked % 3)
			return error(m, i, f->asked % 2 ? "500 Oh" : "404 Not Found", 0, now_ms, a);
		break;
	case REMOVED:
		if (f->asked == 2) {
			f->removed = true;
			return error(m, i, "410 Gone", 0, now_ms, a);
		}
		break;
	case AWAY_FOR_NOW:
		return redirect(m, f->asked % 2 ? "302 Found" : "307 Here", other_host(m, i), "cdn", i, a);
	case MOVED:
	case MOVED_AND_AWAY:
		if (f->sights++ >= SIGHTS)
			many_blame(m, "/%zu: asked at its old place after the move was seen twice", i);
		return redirect(m, i % 2 ? "308 Moved" : "301 Moved", other_host(m, i), "new", i, a);
	default:
		break;
	}
	document(m, i, now_ms, a);
}

static void mean_request(
	struct many_feeds *m, size_t i, const char *path, bool first, int64_t now_ms, struct many_answer *ret)
{
	m->n_hostile++;
	if (first)
		judge_time(m, i, path, now_ms);
	/* one that has not even a status may be a broken network, and that is tried sooner */
	m->feeds[i].not_before_ms =
		now_ms + (many_mean(i / 20, i, ret) ? m->interval_ms : m->interval_ms / 2);
}

void many_request(struct many_feeds *m, int host, const char *text, int64_t earliest_ns, int64_t now_ns,
	struct many_answer *ret)
{
	char path[64] = "", place[8] = "";
	size_t i = m->n;
	int64_t now_ms = tt_wall_ms(&tt_clock_real);
	*ret = (struct many_answer){.manner = MANY_WHOLE};
	m->n_requests++;
	if (sscanf(text, "GET %63s", path) != 1 ||
		(sscanf(path, "/%zu", &i) != 1 && sscanf(path, "/%7[a-z]/%zu", place, &i) != 2) ||
		i >= m->n) {
		many_blame(m, "'%s' was never told to anybody", path);
		return error(m, 0, "404 Not Found", 0, now_ms, ret);
	}
	struct feed *f = &m->feeds[i];
	bool second_hop = strcmp(place, "cdn") == 0 && (i % 20 == MOVED_AND_AWAY || many_is_hostile(i));
	if (!second_hop) /* that one is at the host where the first hop was */
		judge_spacing(m, host, path, earliest_ns, now_ns);
	if (many_is_hostile(i))
		return mean_request(m, i, path, !*place, now_ms, ret);
	if (!f->hop || !*place)
		judge_time(m, i, path, now_ms);
	judge_header(m, path, text, "If-None-Match", f->etag);
	judge_header(m, path, text, "If-Modified-Since", f->date);
	f->hop = false;
	f->asked += !*place;
	if (!*place)
		first_place(m, i, now_ms, ret);
	else if (i % 20 == MOVED_AND_AWAY && !second_hop)
		redirect(m, "302 Found", host, "cdn", i, ret);
	else
		document(m, i, now_ms, ret);
}

size_t many_verdict(const struct many_feeds *m)
{
	printf("%zu requests: %zu documents, %zu not modified, %zu errors, %zu redirects, %zu of hostile "
	       "feeds\n",
		m->n_requests, m->n_documents, m->n_not_modified, m->n_errors, m->n_redirects, m->n_hostile);
	printf("%zu starts seen less than %d ms after another at their host, all but by less than %d ms\n",
		m->n_close, MANY_SPACING_MS, SPACING_SLACK_MS);
	printf("%zu things that etiquette forbids\n", m->n_wrong);
	return m->n_wrong;
}
