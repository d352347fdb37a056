/* couriers.c - see couriers.h. */
#include "app/run/couriers.h"

#include <stdlib.h>
#include <unistd.h>

#include "app/run/courier.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/retry.h"

enum {
	TURN_BYTES = 1 << 30,
	NAME_BYTES = 1 << 20,
	IDLE_MS = 1000, /* between two looks, when no notification comes */
	SLICE_MS = 100, /* until a stop is seen */
};

struct tt_couriers {
	struct tt_couriers_parts parts;
	struct tt_courier *v;
	size_t n;
	struct tt_str *targets;
	struct tt_arena names;
	atomic_bool stopping;
};

static void note_result(struct tt_courier *c, int rc, const struct tt_err *err)
{
	bool is_away = rc < 0;
	if (is_away && !c->was_away)
		tt_log(TT_LOG_WARN, "alerts are not delivered, trying again", TT_F_STR("target", c->target),
			TT_F_C("error", err->msg));
	if (is_away)
		tt_metric_add(TT_M_delivery_retries, 1);
	if (!is_away && c->was_away)
		tt_log(TT_LOG_INFO, "alerts are delivered again", TT_F_STR("target", c->target));
	c->was_away = is_away;
}

/* Until something is to be told, or it is time to look. */
static void wait_for_work(struct tt_courier *c, int64_t ms, bool listens)
{
	for (int64_t waited = 0; waited < ms && !atomic_load(c->stopping); waited += SLICE_MS) {
		bool told = false;
		if (!listens || tt_pg_wait(c->conn, SLICE_MS, &told) < 0)
			usleep(SLICE_MS * 1000);
		if (told)
			return;
	}
}

static void *courier_main(void *arg)
{
	struct tt_courier *c = arg;
	struct tt_backoff backoff;
	struct tt_err err = {0};
	tt_backoff_init(
		&backoff, c->parts->pipeline->retry_base_ms, c->parts->pipeline->retry_cap_ms, c->random);
	while (!atomic_load(c->stopping)) {
		size_t n;
		int rc = tt_courier_turn(c, &n, &err);
		note_result(c, rc, &err);
		if (rc == TT_OK)
			tt_backoff_reset(&backoff);
		if (rc < 0)
			wait_for_work(c, tt_backoff_next_ms(&backoff), false);
		else if (!n)
			wait_for_work(c, IDLE_MS, true);
	}
	return NULL;
}

/* ---- start and stop ---- */

static struct tt_courier *add(struct tt_couriers *all, struct tt_str target)
{
	struct tt_courier *c = &all->v[all->n];
	*c = (struct tt_courier){.parts = &all->parts,
		.target = target,
		.random = (uint64_t)tt_mono_ns(&tt_clock_real) * 2654435761u + all->n,
		.stopping = &all->stopping};
	tt_arena_init(&c->arena, TURN_BYTES);
	all->targets[all->n++] = target;
	return c;
}

static int add_webhook(struct tt_couriers *all, const struct tt_webhook_conf *conf, struct tt_err *err)
{
	const char *name = tt_arena_printf(&all->names, "webhook:%s", conf->name);
	if (!name)
		return tt_err_set(err, TT_ENOMEM, "alerts: %s", tt_err_text(TT_ENOMEM));
	struct tt_courier *c = add(all, tt_str_c(name));
	c->webhook_conf = conf;
	return tt_webhook_new(&c->webhook, conf, err);
}

static int add_all(struct tt_couriers *all, struct tt_err *err)
{
	const struct tt_webhook_conf *webhooks = all->parts.webhooks->v;
	int rc = tt_webhooks_check(all->parts.webhooks, err);
	if (rc == TT_OK && all->parts.publish->alerts_topic)
		rc = tt_producer_new(&add(all, TT_STR("kafka"))->producer, all->parts.publish, err);
	if (rc == TT_OK && all->parts.alerts->print)
		add(all, TT_STR("stdout"));
	for (size_t i = 0; i < all->parts.webhooks->n && rc == TT_OK; i++)
		rc = add_webhook(all, &webhooks[i], err);
	for (size_t i = 0; i < all->n && rc == TT_OK; i++)
		rc = tt_pg_conn_new(&all->v[i].conn, all->parts.pg, err);
	return rc;
}

int tt_couriers_new(struct tt_couriers **ret, const struct tt_couriers_parts *parts, struct tt_err *err)
{
	struct tt_couriers *all = calloc(1, sizeof(*all));
	if (!all)
		return tt_err_set(err, TT_ENOMEM, "alerts: %s", tt_err_text(TT_ENOMEM));
	all->parts = *parts;
	tt_arena_init(&all->names, NAME_BYTES);
	all->v = calloc(parts->webhooks->n + 2, sizeof(*all->v));
	all->targets = calloc(parts->webhooks->n + 2, sizeof(*all->targets));
	int rc = all->v && all->targets ? add_all(all, err)
					: tt_err_set(err, TT_ENOMEM, "alerts: %s", tt_err_text(TT_ENOMEM));
	if (rc < 0) {
		tt_couriers_free(all);
		return rc;
	}
	*ret = all;
	return TT_OK;
}

void tt_couriers_free(struct tt_couriers *all)
{
	if (!all)
		return;
	for (size_t i = 0; i < all->n; i++) {
		tt_pg_conn_free(all->v[i].conn);
		tt_webhook_free(all->v[i].webhook);
		tt_producer_free(all->v[i].producer);
		tt_arena_done(&all->v[i].arena);
	}
	free(all->v);
	free(all->targets);
	tt_arena_done(&all->names);
	free(all);
}

const struct tt_str *tt_couriers_targets(const struct tt_couriers *all, size_t *ret_n)
{
	*ret_n = all->n;
	return all->targets;
}

int tt_couriers_start(struct tt_couriers *all, struct tt_err *err)
{
	for (size_t i = 0; i < all->n; i++) {
		struct tt_courier *c = &all->v[i];
		if (pthread_create(&c->thread, NULL, courier_main, c))
			return tt_err_set(err, TT_ENOMEM, "alerts: cannot start a thread");
		c->started = true;
	}
	return TT_OK;
}

void tt_couriers_stop(struct tt_couriers *all)
{
	if (!all)
		return;
	atomic_store(&all->stopping, true);
	for (size_t i = 0; i < all->n; i++) {
		if (all->v[i].started)
			pthread_join(all->v[i].thread, NULL);
		all->v[i].started = false;
	}
}
