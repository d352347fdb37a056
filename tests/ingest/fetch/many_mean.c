/* many_mean.c - see many_mean.h. */
#include "tests/ingest/fetch/many_mean.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#define OK "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"

enum { LARGE_BYTES = 15 << 20, BOMB_BYTES = 64 << 20, DEEP_BYTES = 1 << 20 };

/* "a" again and again after a beginning. Kept for ever: each is made once. */
static struct tt_str repeated(struct tt_str *kept, const char *begin, const char *again, size_t bytes)
{
	size_t n = strlen(begin), step = strlen(again);
	if (kept->p)
		return *kept;
	char *p = malloc(bytes + step + n);
	if (!p)
		abort();
	memcpy(p, begin, n);
	for (; n < bytes; n += step)
		memcpy(p + n, again, step);
	return *kept = (struct tt_str){p, n};
}

static struct tt_str bomb(void)
{
	static struct tt_str kept;
	z_stream z = {0};
	if (kept.p)
		return kept;
	char *zeros = calloc(1, BOMB_BYTES), *out = malloc(BOMB_BYTES / 500);
	deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
	z.next_in = (Bytef *)zeros;
	z.avail_in = BOMB_BYTES;
	z.next_out = (Bytef *)out;
	z.avail_out = BOMB_BYTES / 500;
	if (!zeros || !out || deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	kept = (struct tt_str){out, z.total_out};
	deflateEnd(&z);
	free(zeros);
	return kept;
}

static struct tt_str laughs(void)
{
	return TT_STR(
		"<!DOCTYPE rss [<!ENTITY a 'hahahahahahahahahahahahaha'><!ENTITY b "
		"'&a;&a;&a;&a;&a;&a;&a;&a;&a;'>"
		"<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;&b;'><!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;&c;'>"
		"<!ENTITY x SYSTEM 'file:///etc/passwd'>]><rss version='2.0'><channel><title>&d;</title>"
		"<item><title>&d;&d;&d;&x;</title></item></channel></rss>");
}

static void mean_head(struct many_answer *a, const char *head)
{
	snprintf(a->head, sizeof(a->head), "%s", head);
}

static void with_length(struct many_answer *a, struct tt_str body, const char *more)
{
	snprintf(a->head, sizeof(a->head), OK "%sContent-Length: %zu\r\n\r\n", more, body.n);
	a->body = body;
}

static void endless(struct many_answer *a, const char *head, const char *body)
{
	mean_head(a, head);
	a->body = tt_str_c(body);
	a->manner = MANY_ENDLESS;
}

const char *many_mean_name(size_t kind)
{
	static const char *const names[MANY_MEAN_KINDS] = {"head, then nothing", "endless body",
		"cut by a reset", "drip", "gzip bomb", "endless redirects", "HTML page", "not HTTP",
		"entity bomb", "endless headers", "15 MiB of broken markup", "deep nesting",
		"reset by a closing server", "silence", "15 MiB of one tag"};
	return names[kind];
}

size_t many_mean_kind(size_t feed)
{
	return feed / 20 % MANY_MEAN_KINDS;
}

bool many_mean(size_t which, size_t feed, struct many_answer *ret)
{
	static struct tt_str broken, deep, tag;
	switch (which % MANY_MEAN_KINDS) {
	case 0:
		mean_head(ret, OK);
		ret->manner = MANY_HANG;
		break;
	case 1:
		endless(ret, OK "\r\n",
			"<rss><item>more and more and more and more and more and more and more");
		break;
	case 2:
		mean_head(ret, OK "Content-Length: 5000\r\n\r\n<rss version='2.0'>");
		ret->manner = MANY_RESET;
		return false; /* the reset may overtake the head */
	case 3:
		with_length(ret,
			TT_STR("<rss version='2.0'><channel><title>slow slow slow slow slow slow slow slow"),
			"");
		ret->manner = MANY_DRIP;
		break;
	case 4:
		with_length(ret, bomb(), "Content-Encoding: gzip\r\n");
		break;
	case 5:
		snprintf(ret->head, sizeof(ret->head),
			"HTTP/1.1 302 Found\r\nLocation: /cdn/%zu\r\nContent-Length: 0\r\n\r\n", feed);
		break;
	case 6:
		with_length(ret, TT_STR("<!DOCTYPE html><html><body><h1>Sorry</h1></body></html>"), "");
		break;
	case 7:
		mean_head(ret, "SSH-2.0-OpenSSH_9.2\r\n");
		ret->manner = MANY_HANG;
		return false;
	case 8:
		with_length(ret, laughs(), "");
		break;
	case 9:
		endless(ret, "HTTP/1.1 200 OK\r\n", "X-More: more and more and more and more and more\r\n");
		break;
	case 10:
		with_length(ret,
			repeated(&broken, "<rss version='2.0'><channel><title>x</title>",
				"<item><title>a & b <b>and so on", LARGE_BYTES),
			"");
		break;
	case 11:
		with_length(
			ret, repeated(&deep, "<rss version='2.0'><channel><item>", "<a>", DEEP_BYTES), "");
		break;
	case 12:
		mean_head(ret,
			OK "Content-Length: 900\r\nConnection: close\r\n\r\n<rss version='2.0'><channel>");
		ret->manner = MANY_RESET;
		return false; /* the reset may overtake the head */
	case 13:
		ret->manner = MANY_HANG;
		return false;
	default:
		with_length(ret,
			repeated(&tag, "<rss version='2.0'><channel><item ", "attribute", LARGE_BYTES), "");
		break;
	}
	return true;
}
