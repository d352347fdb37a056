/* many_feeds.h - two thousand feeds as the web has them, from well kept to hostile, and the judge of who asks
 * for them. What a feed answers follows from its number and how often it was asked; each answer says when the
 * next request may come and what it must carry, and the next request is held against that.
 *
 *   /N  where feed N was first    /new/N  where it moved to for good    /cdn/N  where it is for now
 *
 * Feed N lives at host N / MANY_PER_HOST, what it redirects to at the next host but six. Threads: one. */
#ifndef TT_TESTS_INGEST_FETCH_MANY_FEEDS_H
#define TT_TESTS_INGEST_FETCH_MANY_FEEDS_H

#include "common/str.h"

enum { MANY_PER_HOST = 5, MANY_HOST_CONNECTIONS = 2, MANY_SPACING_MS = 200 };

/* How the bytes of an answer go out. */
enum many_manner {
	MANY_WHOLE,
	MANY_HANG,    /* then nothing more comes */
	MANY_RESET,   /* then the connection is reset */
	MANY_DRIP,    /* a byte of the body in 100 ms */
	MANY_ENDLESS, /* the body again and again */
};

struct many_answer {
	char head[600];
	struct tt_str body;
	enum many_manner manner;
	bool owned; /* body is the receiver's to free() */
};

struct many_feeds;

/* n feeds asked every interval_ms; address_of(host) is what a redirect names it by: "127.1.0.7:4711". NULL:
 * no memory. */
struct many_feeds *many_feeds_new(size_t n, int64_t interval_ms, void (*address_of)(int host, char out[32]));
void many_feeds_free(struct many_feeds *m);

size_t many_hosts(size_t n_feeds);
int many_host_of(size_t feed); /* where it is first asked */
bool many_is_hostile(size_t feed);

/* Judges a request (whole head, as text) that came to a host, between earliest_ns and now_ns (monotonic), and
 * says what is answered. */
void many_request(struct many_feeds *m, int host, const char *text, int64_t earliest_ns, int64_t now_ns,
	struct many_answer *ret);

/* Something that etiquette forbids. The first ones are printed. */
void many_blame(struct many_feeds *m, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prints what was seen. The number of things that etiquette forbids. */
size_t many_verdict(const struct many_feeds *m);

#endif
