/* door.h - where hubs come in: between the HTTP service's thread, which must answer a hub at once, and the
 * fetching source's thread, which owns the subscriptions.
 *
 *   service ──ask, push──▶ door (tokens, inbox) ──take──▶ subscriber (in next() of the source)
 *
 * Tokens say which callback URLs lead somewhere: nobody can tell a wrong one from one that never was. The
 * inbox is bounded in notes and bytes; over it hubs are asked to come again. Statuses are HTTP's, to be
 * answered as they are. Threads: any, each function. Blocking: for the lock alone. Owner: the door outlives
 * service and source. */
#ifndef TT_INGEST_WEBSUB_DOOR_H
#define TT_INGEST_WEBSUB_DOOR_H

#include "common/buf.h"
#include "common/clock.h"
#include "ingest/websub/conf.h"
#include "ingest/websub/keys.h"

struct tt_websub_door;

/* conf and clock must outlive it. max_body_bytes: of one push. */
int tt_websub_door_new(struct tt_websub_door **ret, const struct tt_websub_conf *conf, int64_t max_body_bytes,
	const struct tt_clock *clock, struct tt_err *err);
void tt_websub_door_free(struct tt_websub_door *d); /* NULL is fine */

/* ---- the service's side ---- */

/* A GET to the callback. 200: the answer's body is the challenge, as text/plain; 404: no such intention; 503:
 * later. */
struct tt_websub_ask {
	struct tt_str mode, topic, challenge, lease_seconds,
		reason; /* the hub.* parameters; absent: not given */
};
int tt_websub_door_ask(struct tt_websub_door *d, struct tt_str token, const struct tt_websub_ask *ask);

/* A POST to the callback, in pieces: begin, add..., end; or drop when the hub breaks off. Each returns a
 * status: 202 is good (go on, or done), with another one the push is over (413, 503; begin: 404, 410 as
 * well). */
struct tt_websub_note;
struct tt_websub_envelope {
	struct tt_str content_type, signature; /* header values; absent: not given */
	int64_t length;                        /* as announced; -1: not */
};
int tt_websub_push_begin(struct tt_websub_door *d, struct tt_str token, const struct tt_websub_envelope *e,
	struct tt_websub_note **ret);
int tt_websub_push_add(struct tt_websub_door *d, struct tt_websub_note *n, const void *p, size_t bytes);
int tt_websub_push_end(struct tt_websub_door *d, struct tt_websub_note *n); /* n is the door's from now on */
void tt_websub_push_drop(struct tt_websub_door *d, struct tt_websub_note *n);

/* ---- the subscriber's side ---- */

enum tt_websub_note_kind { TT_WEBSUB_VERIFIED, TT_WEBSUB_DENIAL, TT_WEBSUB_PUSH };

struct tt_websub_note {
	struct tt_websub_note *next;
	enum tt_websub_note_kind kind;
	char token[TT_WEBSUB_TOKEN_HEX + 1];
	int64_t at_ms, at_ns; /* when it was complete, wall and monotonic */
	int64_t lease_ms;     /* VERIFIED: granted; -1: not said */
	char reason[128];     /* DENIAL */
	char content_type[256], signature[192];
	struct tt_buf body; /* PUSH */
};

/* A token begins to lead to owner, for this topic; again: for another. TT_ENOMEM. */
int tt_websub_door_open(struct tt_websub_door *d, const char *token, struct tt_str topic, void *owner);
/* It leads nowhere from now on, but a hub may verify that we leave, and is told so (410) when it pushes. The
 * last thousand are remembered. */
void tt_websub_door_leave(struct tt_websub_door *d, const char *token);
void tt_websub_door_shut(struct tt_websub_door *d, const char *token);   /* forgotten at once */
void *tt_websub_door_owner(struct tt_websub_door *d, const char *token); /* NULL: none */

/* The next note, NULL when there is none; give it back when done. */
struct tt_websub_note *tt_websub_door_take(struct tt_websub_door *d);
void tt_websub_door_done(struct tt_websub_door *d, struct tt_websub_note *n);

/* ring(ctx) is called, on the service's thread and under the door's lock, for each new note. NULL: not any
 * more. */
void tt_websub_door_bell(struct tt_websub_door *d, void (*ring)(void *ctx), void *ctx);

#endif
