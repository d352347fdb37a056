/* sub.c - see sub.h. */
#include "ingest/websub/sub.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "common/id.h"
#include "common/retry.h"

enum {
	SHORTEST_LEASE_MS = 1000,
	SHORTEST_WAIT_MS = 1000,
	SPREAD_MS = 60000,
	RENEW_FROM = 60, /* per cent of the lease ... */
	RENEW_SPAN = 20, /* ... and so many more */
	MOST_DOUBLINGS = 30,
};
#define LONGEST_LEASE_MS (366LL * 86400 * 1000)

static const struct tt_str absent = {NULL, 0};

/* ---- small things ---- */

/* A number below n that differs between subscriptions and over time, the same in each run. */
static int64_t scatter(const struct tt_websub_sub *s, int64_t now_ms, int64_t n)
{
	const struct tt_str time = {(const char *)&now_ms, sizeof(now_ms)};
	struct tt_id id = TT_ID(tt_str_c(s->token), time);
	uint32_t r;
	memcpy(&r, id.b, sizeof(r));
	return n > 0 ? (int64_t)(r % (uint64_t)n) : 0;
}

static void change(struct tt_websub_sub *s, enum tt_websub_status status, int64_t next_ms, int64_t now_ms)
{
	s->state.status = status;
	s->state.next_ms = next_ms;
	s->state.changed_ms = now_ms;
	if (status != TT_WEBSUB_ACTIVE)
		s->state.lease_until_ms = TT_TIME_NONE;
	s->changed = true;
}

static void set_error(struct tt_websub_sub *s, const char *text)
{
	snprintf(s->error, sizeof(s->error), "%s", text ? text : "");
	s->state.last_error = text ? tt_str_c(s->error) : absent;
}

static void point_at(struct tt_websub_sub *s, size_t hub, bool new_keys)
{
	s->at = hub;
	s->state.hub = s->hubs[hub];
	if (new_keys) {
		tt_websub_random_hex(s->token, TT_WEBSUB_TOKEN_HEX);
		tt_websub_random_hex(s->secret, TT_WEBSUB_SECRET_HEX);
	}
	s->state.token = tt_str_c(s->token);
	s->state.secret = tt_str_c(s->secret);
	s->asked = false;
}

static char *keep(struct tt_str *ret, struct tt_str s, char *p)
{
	memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	*ret = (struct tt_str){p, s.n};
	return p + s.n + 1;
}

/* Copies hubs and topic; nothing else changes. */
static int set_text(struct tt_websub_sub *s, const struct tt_str *hubs, size_t n_hubs, struct tt_str topic)
{
	size_t bytes = topic.n + 1;
	for (size_t i = 0; i < n_hubs; i++)
		bytes += hubs[i].n + 1;
	char *text = malloc(bytes), *p = text;
	if (!text)
		return TT_ENOMEM;
	p = keep(&s->state.topic, topic, p);
	for (size_t i = 0; i < n_hubs; i++)
		p = keep(&s->hubs[i], hubs[i], p);
	s->n_hubs = n_hubs;
	free(s->text);
	s->text = text;
	return TT_OK;
}

/* ---- life ---- */

void tt_websub_sub_init(struct tt_websub_sub *s, struct tt_str url, struct tt_str callback)
{
	*s = (struct tt_websub_sub){.state = {.url = url, .callback = callback}};
	s->state.lease_until_ms = s->state.next_ms = s->state.last_push_ms = s->state.changed_ms =
		TT_TIME_NONE;
}

void tt_websub_sub_done(struct tt_websub_sub *s)
{
	free(s->text);
	OPENSSL_cleanse(s->secret, sizeof(s->secret));
	s->text = NULL;
}

int tt_websub_sub_adopt(struct tt_websub_sub *s, const struct tt_websub_state *stored, int64_t now_ms)
{
	bool ours = tt_str_eq(stored->callback, s->state.callback) &&
		    stored->token.n == TT_WEBSUB_TOKEN_HEX && stored->secret.n == TT_WEBSUB_SECRET_HEX;
	if (stored->status == TT_WEBSUB_NONE || !stored->hub.n || !stored->topic.n)
		return TT_OK;
	if (set_text(s, &stored->hub, 1, stored->topic) < 0)
		return TT_ENOMEM;
	s->named = true;
	if (ours) {
		memcpy(s->token, stored->token.p, TT_WEBSUB_TOKEN_HEX);
		memcpy(s->secret, stored->secret.p, TT_WEBSUB_SECRET_HEX);
	}
	point_at(s, 0, !ours);
	int64_t soon_ms = now_ms + scatter(s, now_ms, SPREAD_MS);
	if (!ours) {
		change(s, TT_WEBSUB_PENDING, soon_ms, now_ms);
		return TT_OK;
	}
	s->state.status = stored->status;
	s->state.failures = stored->failures;
	s->state.lease_until_ms = stored->lease_until_ms;
	s->state.last_push_ms = stored->last_push_ms;
	s->state.changed_ms = stored->changed_ms;
	s->state.next_ms = stored->next_ms;
	if (stored->status != TT_WEBSUB_DENIED &&
		(stored->next_ms == TT_TIME_NONE || stored->next_ms < now_ms))
		s->state.next_ms = soon_ms;
	return TT_OK;
}

/* ---- events ---- */

static bool names_hub(const struct tt_websub_links *links, struct tt_str hub)
{
	for (size_t i = 0; i < links->n_hubs; i++)
		if (tt_str_eq(links->hubs[i], hub))
			return true;
	return false;
}

int tt_websub_sub_found(
	struct tt_websub_sub *s, const struct tt_websub_links *links, struct tt_str topic, int64_t now_ms)
{
	s->named = links->n_hubs > 0;
	if (!s->named && !tt_websub_sub_active(s) && s->state.status != TT_WEBSUB_NONE) {
		change(s, TT_WEBSUB_NONE, TT_TIME_NONE, now_ms);
		s->asked = false;
	}
	if (!s->named || (s->state.status != TT_WEBSUB_NONE && tt_str_eq(s->state.topic, topic) &&
				 names_hub(links, s->state.hub)))
		return TT_OK;
	if (set_text(s, links->hubs, links->n_hubs, topic) < 0)
		return TT_ENOMEM;
	point_at(s, 0, true);
	s->state.failures = 0;
	set_error(s, NULL);
	change(s, TT_WEBSUB_PENDING, now_ms, now_ms);
	return TT_OK;
}

/* The wait after the k-th round of failures; while a lease still runs, so short that there are tries left. */
static int64_t wait_after_failure(
	struct tt_websub_sub *s, const struct tt_websub_conf *conf, int64_t retry_after_ms, int64_t now_ms)
{
	uint64_t seed = (uint64_t)scatter(s, now_ms, INT32_MAX);
	struct tt_backoff backoff;
	tt_backoff_init(&backoff, conf->retry_base_ms, conf->retry_cap_ms, seed);
	backoff.failures = s->state.failures < MOST_DOUBLINGS ? s->state.failures : MOST_DOUBLINGS;
	int64_t wait = tt_backoff_next_ms(&backoff);
	if (s->state.failures < INT32_MAX)
		s->state.failures++;
	if (tt_websub_sub_active(s) && wait > (s->state.lease_until_ms - now_ms) / 4)
		wait = (s->state.lease_until_ms - now_ms) / 4;
	if (retry_after_ms > conf->retry_cap_ms)
		retry_after_ms = conf->retry_cap_ms;
	if (wait < retry_after_ms)
		wait = retry_after_ms;
	return wait > SHORTEST_WAIT_MS ? wait : SHORTEST_WAIT_MS;
}

void tt_websub_sub_refused(struct tt_websub_sub *s, const struct tt_websub_conf *conf, const char *why,
	int64_t retry_after_ms, int64_t now_ms)
{
	if (!s->asked) /* verified meanwhile: that is what counts */
		return;
	s->asked = false;
	set_error(s, why);
	if (!tt_websub_sub_active(s) && s->at + 1 < s->n_hubs) {
		point_at(s, s->at + 1, true);
		change(s, TT_WEBSUB_PENDING, now_ms, now_ms);
		return;
	}
	int64_t next_ms = now_ms + wait_after_failure(s, conf, retry_after_ms, now_ms);
	if (tt_websub_sub_active(s)) {
		change(s, TT_WEBSUB_ACTIVE, next_ms, now_ms);
		return;
	}
	if (s->at)
		point_at(s, 0, true);
	change(s, TT_WEBSUB_FAILED, next_ms, now_ms);
}

bool tt_websub_sub_tick(struct tt_websub_sub *s, const struct tt_websub_conf *conf, int64_t now_ms)
{
	char why[100];
	if (tt_websub_sub_active(s) && now_ms >= s->state.lease_until_ms) {
		if (!s->state.last_error.p)
			set_error(s, "the lease ended before it was renewed");
		change(s, s->named ? TT_WEBSUB_FAILED : TT_WEBSUB_NONE,
			s->named ? s->state.next_ms : TT_TIME_NONE, now_ms);
	}
	if (s->state.next_ms == TT_TIME_NONE || now_ms < s->state.next_ms)
		return false;
	if (s->asked) {
		snprintf(why, sizeof(why), "the hub took the request, but did not verify it within %lld s",
			(long long)(conf->verify_timeout_ms / 1000));
		tt_websub_sub_refused(s, conf, why, -1, now_ms);
		return s->state.next_ms <= now_ms;
	}
	if (s->named)
		return true;
	change(s, s->state.status, TT_TIME_NONE, now_ms); /* the lease may end */
	return false;
}

void tt_websub_sub_asked(struct tt_websub_sub *s, const struct tt_websub_conf *conf, int64_t now_ms)
{
	s->asked = true;
	change(s, tt_websub_sub_active(s) ? TT_WEBSUB_ACTIVE : TT_WEBSUB_PENDING,
		now_ms + conf->verify_timeout_ms, now_ms);
}

void tt_websub_sub_verified(
	struct tt_websub_sub *s, const struct tt_websub_conf *conf, int64_t lease_ms, int64_t now_ms)
{
	if (!tt_websub_sub_open(s) || (tt_websub_sub_active(s) && !s->asked))
		return;
	if (lease_ms < 0)
		lease_ms = conf->lease_ms;
	if (lease_ms < SHORTEST_LEASE_MS)
		lease_ms = SHORTEST_LEASE_MS;
	if (lease_ms > LONGEST_LEASE_MS)
		lease_ms = LONGEST_LEASE_MS;
	s->asked = false;
	s->state.failures = 0;
	s->state.lease_until_ms = now_ms + lease_ms;
	set_error(s, NULL);
	change(s, TT_WEBSUB_ACTIVE,
		now_ms + lease_ms / 100 * RENEW_FROM + scatter(s, now_ms, lease_ms / 100 * RENEW_SPAN),
		now_ms);
}

void tt_websub_sub_denied(struct tt_websub_sub *s, struct tt_str reason, int64_t now_ms)
{
	char why[sizeof(s->error)];
	if (!tt_websub_sub_open(s))
		return;
	snprintf(why, sizeof(why), "denied by the hub%s%.*s", reason.n ? ": " : "",
		(int)(reason.n < 120 ? reason.n : 120), reason.n ? reason.p : "");
	set_error(s, why);
	s->asked = false;
	if (s->at + 1 < s->n_hubs) {
		point_at(s, s->at + 1, true);
		change(s, TT_WEBSUB_PENDING, now_ms, now_ms);
	} else {
		change(s, TT_WEBSUB_DENIED, TT_TIME_NONE, now_ms);
	}
}

void tt_websub_sub_pushed(struct tt_websub_sub *s, const char *error, int64_t now_ms)
{
	if (!error)
		s->state.last_push_ms = now_ms;
	else if (s->state.last_error.p && strcmp(s->error, error) == 0)
		return; /* said already */
	set_error(s, error);
	change(s, s->state.status, s->state.next_ms, now_ms);
}

void tt_websub_sub_leave(struct tt_websub_sub *s, int64_t now_ms)
{
	s->asked = false;
	if (s->state.status != TT_WEBSUB_NONE)
		change(s, TT_WEBSUB_NONE, TT_TIME_NONE, now_ms);
}

int64_t tt_websub_sub_due(const struct tt_websub_sub *s)
{
	int64_t next_ms = s->state.next_ms, end_ms = s->state.lease_until_ms;
	if (next_ms == TT_TIME_NONE || (end_ms != TT_TIME_NONE && end_ms < next_ms))
		return end_ms;
	return next_ms;
}
