/* rig.h - a server, a clock whose wall time the test sets, and a fetching source between them. */
#ifndef TT_TESTS_INGEST_FETCH_RIG_H
#define TT_TESTS_INGEST_FETCH_RIG_H

#include <stdatomic.h>

#include "ingest/fetch/fetch.h"
#include "tests/ingest/fetch/http_server.h"
#include "tests/tt_test.h"

#define RIG_START 1795448783000 /* 2026-11-23T15:46:23Z */
#define RIG_MIN   60000LL
#define RIG_RSS(title, guid)                                                                                 \
	"<rss version='2.0'><channel><title>" title "</title><item><guid>" guid "</guid><title>Item " guid   \
	"</title></item></channel></rss>"
#define RIG_BODY(text)                                                                                       \
	{                                                                                                    \
		text, sizeof(text) - 1                                                                       \
	}

enum { RIG_MOST_FEEDS = 64 };

struct rig {
	struct tt_http_server *server;
	struct tt_fetch_conf conf;
	struct tt_clock clock;
	_Atomic int64_t wall_ms;
	struct tt_source source;
	char urls[RIG_MOST_FEEDS][100];
	struct tt_feed_conf feeds[RIG_MOST_FEEDS];
	size_t n_feeds;
};

static inline int64_t rig_wall_ms(void *ctx)
{
	return atomic_load(&((struct rig *)ctx)->wall_ms);
}

static inline int64_t rig_mono_ns(void *ctx)
{
	(void)ctx;
	return tt_clock_real.mono_ns(tt_clock_real.ctx);
}

/* The configuration's own defaults, but for private networks, politeness and spreading that would only take
 * time. */
static inline void rig_conf(struct tt_fetch_conf *conf)
{
	static const struct tt_section sections[] = {{"fetch", "", tt_fetch_opts, 0, false, 0}, {0}};
	TT_EQ(tt_conf_load(NULL, sections, conf, NULL), TT_OK);
	conf->allow_private_networks = true;
	conf->per_host_spacing_ms = 0;
	conf->per_host_connections = 16;
}

static inline void rig_init(struct rig *r, const struct tt_http_route *routes, size_t n)
{
	memset(r, 0, sizeof(*r));
	r->server = tt_http_server_start("127.0.0.1", routes, n);
	TT_TRUE(r->server);
	r->clock = (struct tt_clock){rig_wall_ms, rig_mono_ns, r};
	r->wall_ms = RIG_START;
	rig_conf(&r->conf);
}

static inline void rig_url(const struct rig *r, const char *path, char out[100])
{
	snprintf(out, 100, "http://127.0.0.1:%d%s", tt_http_server_port(r->server), path);
}

static inline void rig_feed(struct rig *r, const char *path)
{
	rig_url(r, path, r->urls[r->n_feeds]);
	r->feeds[r->n_feeds] = (struct tt_feed_conf){.url = r->urls[r->n_feeds], .enabled = true};
	r->n_feeds++;
}

static inline void rig_open(struct rig *r, const struct tt_feed_state *states, size_t n_states)
{
	struct tt_err err = {0};
	if (tt_fetch_open(&r->source, &r->conf, r->feeds, r->n_feeds, states, n_states, &r->clock, &err) < 0)
		fail_msg("%s", err.msg);
}

static inline void rig_close(struct rig *r)
{
	if (r->source.ops)
		r->source.ops->close(r->source.self);
	r->source.ops = NULL;
}

static inline void rig_done(struct rig *r)
{
	static const struct tt_section sections[] = {{"fetch", "", tt_fetch_opts, 0, false, 0}, {0}};
	rig_close(r);
	tt_http_server_stop(r->server);
	tt_conf_free(sections, &r->conf);
}

/* Drives the source until so many polls have ended, 20 s at most. Owner: the caller. */
static inline struct tt_batch *rig_polls(struct rig *r, size_t n)
{
	struct tt_batch *b = tt_batch_new(64 << 20);
	struct tt_err err = {0};
	int64_t give_up_ns = rig_mono_ns(NULL) + 20000000000;
	while (b->n_feeds < n && rig_mono_ns(NULL) < give_up_ns)
		if (r->source.ops->next(r->source.self, b, 1000000, 5, &err) < 0)
			fail_msg("%s", err.msg);
	TT_EQ(b->n_feeds, n);
	return b;
}

/* Moves the wall clock on, so that the next polls are due, and drives n of them. */
static inline struct tt_batch *rig_later(struct rig *r, int64_t ms, size_t n)
{
	atomic_fetch_add(&r->wall_ms, ms);
	return rig_polls(r, n);
}

/* The one poll of a rig with one feed, an interval later. Its items are not looked at. State valid until the
 * next call. */
static inline const struct tt_feed_state *rig_state(struct rig *r, struct tt_batch **b, int64_t ms)
{
	tt_batch_free(*b);
	*b = rig_later(r, ms, 1);
	return &(*b)->feeds[0];
}

static inline void rig_contains(size_t row, struct tt_str s, const char *part)
{
	if (memmem(s.p ? s.p : "", s.n, part, strlen(part)))
		return;
	print_error("row %zu: '%.*s' does not have '%s'\n", row, TT_FMT(s), part);
	fail();
}

#endif
