/* sub.h - one feed's subscription at a WebSub hub (W3C Recommendation): a pure state machine.
 *
 *            found            asked, verified
 *   NONE ───────────▶ PENDING ───────────────▶ ACTIVE ──lease ends──▶ FAILED
 *                      │   ▲                     │ ▲                    │
 *       refused, or    │   └──── next hub ───────┤ └─── renewed ────────┤ asked again
 *       not verified   ▼         next hub        ▼ denied               ▼
 *                    FAILED ◀─── backoff ──    DENIED                PENDING
 *
 * A feed may name several hubs: the next one is asked when one fails or denies; only after the last one does
 * the backoff count. Each hub gets a token (callback URL) and secret of its own, kept as long as the
 * subscription stays there. A subscription is renewed after 60 to 80 % of its lease; while that fails, it
 * stays ACTIVE and is tried again until the lease ends. A feed that names no hub any more keeps its
 * subscription until the lease ends.
 *
 * An event may change hub, token and secret: the caller looks. Each event tells the time (wall ms). No
 * network here: the caller sends what tt_websub_sub_tick() asks for and tells what came of it. Owner: the
 * struct is the caller's (init/done). Threads: one at a time. */
#ifndef TT_INGEST_WEBSUB_SUB_H
#define TT_INGEST_WEBSUB_SUB_H

#include "common/websub_state.h"
#include "ingest/websub/conf.h"
#include "ingest/websub/keys.h"
#include "ingest/websub/links.h"

struct tt_websub_sub {
	struct tt_websub_state state; /* as it is stored; its strings are borrowed from what follows */
	struct tt_str hubs[TT_WEBSUB_HUBS];
	size_t n_hubs, at; /* state.hub is hubs[at] */
	char *text;        /* one block with hubs and topic */
	char token[TT_WEBSUB_TOKEN_HEX + 1], secret[TT_WEBSUB_SECRET_HEX + 1];
	char error[200];
	bool named;   /* by the feed's last document */
	bool asked;   /* a request is out and not verified; then state.next_ms is when that is given up */
	bool changed; /* since the owner last set this to false */
};

/* url and callback (see tt_websub_state) are borrowed for the struct's life. */
void tt_websub_sub_init(struct tt_websub_sub *s, struct tt_str url, struct tt_str callback);
void tt_websub_sub_done(struct tt_websub_sub *s);

/* Takes what was stored before a restart. A subscription that another callback was given for begins anew, as
 * does one whose keys are not ours; what is overdue is spread over the next minute. TT_ENOMEM: nothing
 * changed. */
int tt_websub_sub_adopt(struct tt_websub_sub *s, const struct tt_websub_state *stored, int64_t now_ms);

/* The feed's document came and named these hubs (absolute URLs; none: n_hubs is 0); topic is its self URL,
 * else where it was fetched. True in *ret_moved: the token is another than before. TT_ENOMEM: nothing
 * changed. */
int tt_websub_sub_found(
	struct tt_websub_sub *s, const struct tt_websub_links *links, struct tt_str topic, int64_t now_ms);

/* Time has passed: looks after leases and patience. True: a request is due; send it, then say asked. */
bool tt_websub_sub_tick(struct tt_websub_sub *s, const struct tt_websub_conf *conf, int64_t now_ms);
void tt_websub_sub_asked(struct tt_websub_sub *s, const struct tt_websub_conf *conf, int64_t now_ms);

/* The hub did not take the request. retry_after_ms: what it asked for; -1: nothing. (When it does take it,
 * nothing is to be said: what counts is the verification.) */
void tt_websub_sub_refused(struct tt_websub_sub *s, const struct tt_websub_conf *conf, const char *why,
	int64_t retry_after_ms, int64_t now_ms);

/* The hub called back to verify. lease_ms: what it grants; -1: it did not say. One that repeats itself,
 * without a request of ours, changes nothing. */
void tt_websub_sub_verified(
	struct tt_websub_sub *s, const struct tt_websub_conf *conf, int64_t lease_ms, int64_t now_ms);
void tt_websub_sub_denied(struct tt_websub_sub *s, struct tt_str reason, int64_t now_ms);

/* A push that was believed (error NULL), or not: then error says why. */
void tt_websub_sub_pushed(struct tt_websub_sub *s, const char *error, int64_t now_ms);

/* The feed is followed no more. */
void tt_websub_sub_leave(struct tt_websub_sub *s, int64_t now_ms);

static inline bool tt_websub_sub_active(const struct tt_websub_sub *s)
{
	return s->state.status == TT_WEBSUB_ACTIVE;
}

/* May the hub verify, or push? */
static inline bool tt_websub_sub_open(const struct tt_websub_sub *s)
{
	return s->state.status != TT_WEBSUB_NONE && s->state.status != TT_WEBSUB_DENIED;
}

/* When tt_websub_sub_tick() is to be called; TT_TIME_NONE: not before another event. */
int64_t tt_websub_sub_due(const struct tt_websub_sub *s);

#endif
