/* lineup.c - see lineup.h. */
#include "ingest/fetch/lineup.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"

struct tt_host {
	struct tt_str name; /* in lower case, port included; bytes follow the struct */
	size_t slots;       /* that point here */
	int64_t active;
	struct tt_feed_slot *first, *last; /* due, in order */
	struct tt_feed_slot *sending;      /* taken, its request has not gone out yet */
	int64_t next_start_ms;             /* monotonic */
	struct tt_heap_node node;
};

#define OF_NODE(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

static int by_name(const void *a, const void *b)
{
	const struct tt_host *x = a, *y = b;
	if (x->name.n != y->name.n)
		return x->name.n < y->name.n ? -1 : 1;
	return memcmp(x->name.p, y->name.p, x->name.n);
}

static bool ends_with(struct tt_str s, struct tt_str end)
{
	return s.n >= end.n && memcmp(s.p + s.n - end.n, end.p, end.n) == 0;
}

/* "host:port" of a URL as it is written, without the port that goes without saying. */
static struct tt_str host_of(struct tt_str url)
{
	const char *slashes = memmem(url.p, url.n, "://", 3);
	struct tt_str s = url, usual = tt_str_starts_ci(url, TT_STR("https:")) ? TT_STR(":443") : TT_STR(":80");
	if (slashes)
		s = (struct tt_str){slashes + 3, url.n - (size_t)(slashes + 3 - url.p)};
	size_t n = 0;
	while (n < s.n && !strchr("/?#", s.p[n]))
		n++;
	s.n = n;
	const char *at = memrchr(s.p, '@', s.n);
	if (at)
		s = (struct tt_str){at + 1, s.n - (size_t)(at + 1 - s.p)};
	if (ends_with(s, usual))
		s.n -= usual.n;
	return s;
}

static struct tt_host *host_new(struct tt_str name)
{
	struct tt_host *host = calloc(1, sizeof(*host) + name.n + 1);
	if (!host)
		return NULL;
	char *text = (char *)(host + 1);
	for (size_t i = 0; i < name.n; i++)
		text[i] = name.p[i] >= 'A' && name.p[i] <= 'Z' ? (char)(name.p[i] | 0x20) : name.p[i];
	host->name = (struct tt_str){text, name.n};
	host->next_start_ms = INT64_MIN;
	return host;
}

static struct tt_host *host_get(struct tt_lineup *l, struct tt_str url)
{
	struct tt_host *host = host_new(host_of(url));
	if (!host || tt_heap_reserve(&l->hosts, l->n_hosts + 1) < 0)
		goto fail;
	struct tt_host **found = tsearch(host, &l->tree, by_name);
	if (!found)
		goto fail;
	if (*found != host)
		free(host);
	else
		l->n_hosts++;
	return *found;
fail:
	free(host);
	return NULL;
}

static void host_leave(struct tt_lineup *l, struct tt_feed_slot *slot)
{
	struct tt_host *host = slot->host;
	slot->host = NULL;
	if (!host || --host->slots)
		return;
	tt_heap_remove(&l->hosts, &host->node);
	tdelete(host, &l->tree, by_name);
	l->n_hosts--;
	free(host);
}

static void host_offer(struct tt_lineup *l, struct tt_host *host)
{
	if (host->first && host->active < l->per_host && !host->sending && !host->node.at)
		tt_heap_push(&l->hosts, &host->node, host->next_start_ms);
}

void tt_lineup_init(struct tt_lineup *l, const struct tt_fetch_conf *conf)
{
	*l = (struct tt_lineup){
		.spacing_ms = conf->per_host_spacing_ms, .per_host = conf->per_host_connections};
}

void tt_lineup_done(struct tt_lineup *l)
{
	tt_heap_done(&l->due);
	tt_heap_done(&l->hosts);
}

int tt_lineup_reserve(struct tt_lineup *l, size_t n_slots)
{
	return tt_heap_reserve(&l->due, n_slots);
}

int tt_lineup_add(struct tt_lineup *l, struct tt_feed_slot *slot, int64_t at_ms)
{
	struct tt_host *host = host_get(l, tt_feed_slot_target(slot));
	if (!host && !slot->host)
		return TT_ENOMEM;
	if (host && host != slot->host) {
		host_leave(l, slot);
		host->slots++;
		slot->host = host;
	}
	if (at_ms != TT_TIME_NONE)
		tt_heap_push(&l->due, &slot->due, at_ms);
	return TT_OK;
}

void tt_lineup_sooner(struct tt_lineup *l, struct tt_feed_slot *slot, int64_t at_ms)
{
	if (!slot->due.at || at_ms >= slot->due.key)
		return;
	tt_heap_remove(&l->due, &slot->due);
	tt_heap_push(&l->due, &slot->due, at_ms);
}

static void queue_at_host(struct tt_lineup *l, struct tt_feed_slot *slot)
{
	struct tt_host *host = slot->host;
	slot->next = NULL;
	slot->prev = host->last;
	*(host->last ? &host->last->next : &host->first) = slot;
	host->last = slot;
	host_offer(l, host);
}

/* Takes slot out of its host's queue; nothing when it is not in it. */
static void leave_queue(struct tt_feed_slot *slot)
{
	struct tt_host *host = slot->host;
	if (host->first != slot && !slot->prev)
		return;
	*(slot->prev ? &slot->prev->next : &host->first) = slot->next;
	*(slot->next ? &slot->next->prev : &host->last) = slot->prev;
	slot->prev = slot->next = NULL;
}

static void queue_due(struct tt_lineup *l, int64_t wall_ms)
{
	struct tt_heap_node *node;
	while ((node = tt_heap_min(&l->due)) && node->key <= wall_ms) {
		tt_heap_remove(&l->due, node);
		queue_at_host(l, OF_NODE(node, struct tt_feed_slot, due));
	}
}

struct tt_feed_slot *tt_lineup_take(struct tt_lineup *l, int64_t wall_ms, int64_t mono_ms)
{
	queue_due(l, wall_ms);
	struct tt_heap_node *node = tt_heap_min(&l->hosts);
	if (!node || node->key > mono_ms)
		return NULL;
	struct tt_host *host = OF_NODE(node, struct tt_host, node);
	struct tt_feed_slot *slot = host->first;
	tt_heap_remove(&l->hosts, node);
	leave_queue(slot);
	host->active++;
	host->sending = slot;
	host->next_start_ms = mono_ms + l->spacing_ms;
	return slot;
}

void tt_lineup_sent(struct tt_lineup *l, struct tt_feed_slot *slot, int64_t mono_ms)
{
	struct tt_host *host = slot->host;
	if (host->sending == slot)
		host->sending = NULL;
	tt_heap_remove(&l->hosts, &host->node);
	host->next_start_ms = mono_ms + l->spacing_ms;
	host_offer(l, host);
}

void tt_lineup_finished(struct tt_lineup *l, struct tt_feed_slot *slot)
{
	slot->host->active--;
	if (slot->host->sending == slot)
		slot->host->sending = NULL;
	host_offer(l, slot->host);
}

bool tt_lineup_hop(struct tt_lineup *l, struct tt_feed_slot *slot, struct tt_str url)
{
	struct tt_host *host = host_get(l, url);
	if (!host || host == slot->host)
		return false;
	tt_lineup_finished(l, slot);
	host_leave(l, slot);
	host->slots++;
	slot->host = host;
	queue_at_host(l, slot);
	return true;
}

void tt_lineup_forget(struct tt_lineup *l, struct tt_feed_slot *slot)
{
	struct tt_host *host = slot->host;
	tt_heap_remove(&l->due, &slot->due);
	if (!host)
		return;
	leave_queue(slot);
	if (!host->first)
		tt_heap_remove(&l->hosts, &host->node);
	host_leave(l, slot);
}

int64_t tt_lineup_wait_ms(const struct tt_lineup *l, int64_t wall_ms, int64_t mono_ms)
{
	const struct tt_heap_node *due = tt_heap_min(&l->due), *host = tt_heap_min(&l->hosts);
	int64_t wait = -1;
	if (due)
		wait = due->key > wall_ms ? due->key - wall_ms : 0;
	if (host) {
		int64_t spaced = host->key > mono_ms ? host->key - mono_ms : 0;
		wait = wait < 0 || spaced < wait ? spaced : wait;
	}
	return wait;
}

int64_t tt_lineup_next_due(const struct tt_lineup *l)
{
	const struct tt_heap_node *due = tt_heap_min(&l->due);
	return due ? due->key : TT_TIME_NONE;
}
