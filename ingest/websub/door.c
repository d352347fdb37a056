/* door.c - see door.h. */
#include "ingest/websub/door.h"

#include <pthread.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/metrics.h"

enum { LEAVING_KEPT = 1000, MOST_LEASE_S = 10 * 365 * 86400 };
enum { OK = 200, ACCEPTED = 202, NOT_FOUND = 404, GONE = 410, TOO_LARGE = 413, BUSY = 503 };

/* A callback URL that leads somewhere. */
struct way {
	char token[TT_WEBSUB_TOKEN_HEX + 1];
	char *topic;
	void *owner;      /* NULL: leaving */
	struct way *next; /* of those leaving, oldest first */
};

struct tt_websub_door {
	const struct tt_websub_conf *conf;
	const struct tt_clock *clock;
	int64_t max_body_bytes;
	pthread_mutex_t lock; /* of all below */
	void *tree;           /* struct way by token (tsearch) */
	struct way *leaving_first, *leaving_last;
	size_t n_leaving;
	struct tt_websub_note *first, *last;
	int64_t n_notes, n_bytes; /* waiting, arriving, and taken but not done */
	void (*ring)(void *ctx);
	void *ring_ctx;
};

static int by_token(const void *a, const void *b)
{
	const struct way *x = a, *y = b;
	return strcmp(x->token, y->token);
}

static void way_free(void *p)
{
	struct way *e = p;
	free(e->topic);
	free(e);
}

static void note_free(struct tt_websub_note *n)
{
	tt_buf_done(&n->body);
	free(n);
}

static struct way *find_locked(struct tt_websub_door *d, struct tt_str token)
{
	struct way key;
	if (token.n != TT_WEBSUB_TOKEN_HEX)
		return NULL;
	memcpy(key.token, token.p, token.n);
	key.token[token.n] = '\0';
	struct way **at = tfind(&key, &d->tree, by_token);
	return at ? *at : NULL;
}

int tt_websub_door_new(struct tt_websub_door **ret, const struct tt_websub_conf *conf, int64_t max_body_bytes,
	const struct tt_clock *clock, struct tt_err *err)
{
	struct tt_websub_door *d = calloc(1, sizeof(*d));
	if (!d)
		return tt_err_set(err, TT_ENOMEM, "websub: %s", tt_err_text(TT_ENOMEM));
	d->conf = conf;
	d->clock = clock;
	d->max_body_bytes = max_body_bytes;
	pthread_mutex_init(&d->lock, NULL);
	*ret = d;
	return TT_OK;
}

void tt_websub_door_free(struct tt_websub_door *d)
{
	if (!d)
		return;
	tdestroy(d->tree, way_free);
	for (struct tt_websub_note *n = d->first, *next; n; n = next) {
		next = n->next;
		note_free(n);
	}
	pthread_mutex_destroy(&d->lock);
	free(d);
}

/* ---- the service's side ---- */

/* A note counted against the inbox; NULL when it is full. */
static struct tt_websub_note *note_new_locked(
	struct tt_websub_door *d, enum tt_websub_note_kind kind, const struct way *e)
{
	struct tt_websub_note *n = d->n_notes < d->conf->inbox_pushes ? calloc(1, sizeof(*n)) : NULL;
	if (!n)
		return NULL;
	n->kind = kind;
	memcpy(n->token, e->token, sizeof(n->token));
	tt_buf_init(&n->body, (size_t)d->max_body_bytes);
	d->n_notes++;
	return n;
}

static void put_locked(struct tt_websub_door *d, struct tt_websub_note *n)
{
	n->at_ms = tt_wall_ms(d->clock);
	n->at_ns = tt_mono_ns(d->clock);
	if (d->last)
		d->last->next = n;
	else
		d->first = n;
	d->last = n;
	if (d->ring)
		d->ring(d->ring_ctx);
}

static int64_t lease_of(struct tt_str seconds)
{
	int64_t s;
	return tt_str_int(tt_str_trim(seconds), 0, MOST_LEASE_S, &s) ? s * 1000 : -1;
}

static int ask_locked(struct tt_websub_door *d, struct way *e, const struct tt_websub_ask *ask)
{
	bool denied = tt_str_eq(ask->mode, TT_STR("denied"));
	if (!d->ring)
		return BUSY;
	if (!e || !tt_str_eq(ask->topic, tt_str_c(e->topic)))
		return NOT_FOUND;
	if (!e->owner)
		return denied || (tt_str_eq(ask->mode, TT_STR("unsubscribe")) && ask->challenge.n)
			       ? OK
			       : NOT_FOUND;
	if (!denied && !(tt_str_eq(ask->mode, TT_STR("subscribe")) && ask->challenge.n))
		return NOT_FOUND;
	struct tt_websub_note *n = note_new_locked(d, denied ? TT_WEBSUB_DENIAL : TT_WEBSUB_VERIFIED, e);
	if (!n)
		return BUSY;
	n->lease_ms = lease_of(ask->lease_seconds);
	snprintf(n->reason, sizeof(n->reason), "%.*s", TT_FMT(ask->reason));
	put_locked(d, n);
	return OK;
}

int tt_websub_door_ask(struct tt_websub_door *d, struct tt_str token, const struct tt_websub_ask *ask)
{
	pthread_mutex_lock(&d->lock);
	int status = ask_locked(d, find_locked(d, token), ask);
	pthread_mutex_unlock(&d->lock);
	return status;
}

/* Counts a push that was turned away. */
static int turn_away(int status)
{
	tt_metric_add(status == TOO_LARGE ? TT_M_websub_too_large
		      : status == BUSY    ? TT_M_websub_full
					  : TT_M_websub_unknown,
		1);
	return status;
}

int tt_websub_push_begin(struct tt_websub_door *d, struct tt_str token, const struct tt_websub_envelope *e,
	struct tt_websub_note **ret)
{
	int status = ACCEPTED;
	struct tt_websub_note *n = NULL;
	pthread_mutex_lock(&d->lock);
	const struct way *to = find_locked(d, token);
	if (!d->ring)
		status = BUSY;
	else if (!to)
		status = NOT_FOUND;
	else if (!to->owner)
		status = GONE;
	else if (e->length > d->max_body_bytes)
		status = TOO_LARGE;
	else if (d->n_bytes + (e->length > 0 ? e->length : 0) > d->conf->inbox_bytes ||
		 !(n = note_new_locked(d, TT_WEBSUB_PUSH, to)))
		status = BUSY;
	pthread_mutex_unlock(&d->lock);
	if (!n)
		return turn_away(status);
	snprintf(n->content_type, sizeof(n->content_type), "%.*s", TT_FMT(e->content_type));
	snprintf(n->signature, sizeof(n->signature), "%.*s", TT_FMT(e->signature));
	*ret = n;
	return ACCEPTED;
}

int tt_websub_push_add(struct tt_websub_door *d, struct tt_websub_note *n, const void *p, size_t bytes)
{
	pthread_mutex_lock(&d->lock);
	bool room = d->n_bytes + (int64_t)bytes <= d->conf->inbox_bytes;
	d->n_bytes += room ? (int64_t)bytes : 0;
	pthread_mutex_unlock(&d->lock);
	int rc = room ? tt_buf_add(&n->body, p, bytes) : TT_ENOMEM;
	if (rc == TT_OK)
		return ACCEPTED;
	if (room) {
		pthread_mutex_lock(&d->lock);
		d->n_bytes -= (int64_t)bytes;
		pthread_mutex_unlock(&d->lock);
	}
	tt_websub_door_done(d, n);
	return turn_away(rc == TT_ELIMIT ? TOO_LARGE : BUSY);
}

int tt_websub_push_end(struct tt_websub_door *d, struct tt_websub_note *n)
{
	pthread_mutex_lock(&d->lock);
	put_locked(d, n);
	pthread_mutex_unlock(&d->lock);
	return ACCEPTED;
}

void tt_websub_push_drop(struct tt_websub_door *d, struct tt_websub_note *n)
{
	tt_websub_door_done(d, n);
}

/* ---- the subscriber's side ---- */

static void unlink_leaving_locked(struct tt_websub_door *d, struct way *e)
{
	struct way *before = NULL, *at = d->leaving_first;
	for (; at && at != e; at = at->next)
		before = at;
	if (!at)
		return;
	*(before ? &before->next : &d->leaving_first) = e->next;
	if (d->leaving_last == e)
		d->leaving_last = before;
	d->n_leaving--;
}

static void shut_locked(struct tt_websub_door *d, struct way *e)
{
	if (!e)
		return;
	if (!e->owner)
		unlink_leaving_locked(d, e);
	tdelete(e, &d->tree, by_token);
	way_free(e);
}

int tt_websub_door_open(struct tt_websub_door *d, const char *token, struct tt_str topic, void *owner)
{
	struct way *e = calloc(1, sizeof(*e)), **at = NULL;
	if (!e)
		return TT_ENOMEM;
	snprintf(e->token, sizeof(e->token), "%s", token);
	e->owner = owner;
	e->topic = strndup(topic.p, topic.n);
	pthread_mutex_lock(&d->lock);
	shut_locked(d, find_locked(d, tt_str_c(token)));
	if (e->topic)
		at = tsearch(e, &d->tree, by_token);
	pthread_mutex_unlock(&d->lock);
	if (!at)
		way_free(e);
	return at ? TT_OK : TT_ENOMEM;
}

void tt_websub_door_leave(struct tt_websub_door *d, const char *token)
{
	pthread_mutex_lock(&d->lock);
	struct way *e = find_locked(d, tt_str_c(token));
	if (e && e->owner) {
		e->owner = NULL;
		e->next = NULL;
		*(d->leaving_last ? &d->leaving_last->next : &d->leaving_first) = e;
		d->leaving_last = e;
		if (++d->n_leaving > LEAVING_KEPT)
			shut_locked(d, d->leaving_first);
	}
	pthread_mutex_unlock(&d->lock);
}

void tt_websub_door_shut(struct tt_websub_door *d, const char *token)
{
	pthread_mutex_lock(&d->lock);
	shut_locked(d, find_locked(d, tt_str_c(token)));
	pthread_mutex_unlock(&d->lock);
}

void *tt_websub_door_owner(struct tt_websub_door *d, const char *token)
{
	pthread_mutex_lock(&d->lock);
	const struct way *e = find_locked(d, tt_str_c(token));
	void *owner = e ? e->owner : NULL;
	pthread_mutex_unlock(&d->lock);
	return owner;
}

struct tt_websub_note *tt_websub_door_take(struct tt_websub_door *d)
{
	pthread_mutex_lock(&d->lock);
	struct tt_websub_note *n = d->first;
	if (n && !(d->first = n->next))
		d->last = NULL;
	pthread_mutex_unlock(&d->lock);
	return n;
}

void tt_websub_door_done(struct tt_websub_door *d, struct tt_websub_note *n)
{
	pthread_mutex_lock(&d->lock);
	d->n_notes--;
	d->n_bytes -= (int64_t)n->body.n;
	pthread_mutex_unlock(&d->lock);
	note_free(n);
}

void tt_websub_door_bell(struct tt_websub_door *d, void (*ring)(void *ctx), void *ctx)
{
	pthread_mutex_lock(&d->lock);
	d->ring = ring;
	d->ring_ctx = ctx;
	pthread_mutex_unlock(&d->lock);
}
