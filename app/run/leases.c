/* leases.c - see leases.h: the thread that talks to the database. What is wanted and held is lease_book.c. */
#include "app/run/leases.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "app/run/lease_book.h"
#include "common/log.h"
#include "common/metrics.h"

/* EXPIRE_AFTER: so many ticks must have gone well before silent workers are declared dead: after an outage,
 * when all leases are over, each worker first gets the time to renew its own. */
enum { TICKS_PER_LEASE = 6, EXPIRE_AFTER = 3, TICK_BYTES = 1 << 30 };

const struct tt_opt tt_leases_opts[] = {
	{"duration", TT_OPT_DURATION, offsetof(struct tt_leases_conf, duration_ms), "30s", 1000, 600000, "",
		0,
		"How long feeds stay with a process that gives no sign of life (it gives one every sixth of "
		"that time). Without a "
		"database for so long, it polls nothing. The same for all processes.",
		NULL},
	{0},
};

struct tt_leases {
	const struct tt_leases_conf *conf;
	const struct tt_clock *clock;
	struct tt_pipeline *pipeline;
	struct tt_pg_conn *conn;
	struct tt_arena tick_arena;
	char host[256];
	struct tt_id id;
	int good_ticks; /* in a row; of the thread, as the above */

	pthread_t thread;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t wake;
	struct tt_lease_book book;
	int64_t until_ns; /* monotonic: until when the leases are ours */
	struct tt_err away;
	bool draining, stopping, hurry;
};

/* ---- the source ---- */

/* On the source's thread. What was lost is taken from it before its time is prolonged. */
static int apply(struct tt_source *source, void *ctx)
{
	struct tt_leases *l = ctx;
	struct tt_err err = {0};
	pthread_mutex_lock(&l->lock);
	size_t left = l->book.n_leaving;
	int rc = tt_lease_book_apply(&l->book, source, &err);
	if (rc == TT_OK)
		tt_fetch_leased_until(source, l->until_ns);
	l->hurry = l->hurry || l->book.n_leaving > left; /* somebody waits for them */
	pthread_cond_signal(&l->wake);
	pthread_mutex_unlock(&l->lock);
	if (rc < 0)
		tt_log(TT_LOG_ERROR, "the fetcher cannot be given its feeds, trying again",
			TT_F_C("error", err.msg));
	return rc;
}

/* ---- a tick ---- */

static void log_beat(const struct tt_pg_beat *beat, size_t lost)
{
	for (size_t i = 0; i < beat->n_expired; i++) {
		tt_metric_add(TT_M_leases_expired, (uint64_t)beat->expired[i].feeds);
		tt_log(TT_LOG_WARN, "a process fell silent, its feeds are free",
			TT_F_STR("process", beat->expired[i].worker),
			TT_F_INT("feeds", beat->expired[i].feeds));
	}
	if (!lost)
		return;
	tt_metric_add(TT_M_leases_lost, lost);
	tt_log(TT_LOG_INFO, "leases lost", TT_F_INT("feeds", (int64_t)lost));
}

static int beat(struct tt_leases *l, struct tt_pg_worker *w, struct tt_err *err)
{
	struct tt_pg_beat beat = {0};
	int64_t sent_ns = tt_mono_ns(l->clock);
	pthread_mutex_lock(&l->lock);
	size_t expected = tt_lease_book_count(&l->book);
	w->list = l->book.list;
	pthread_mutex_unlock(&l->lock);
	int rc = tt_pg_lease_beat(
		l->conn, w, l->good_ticks >= EXPIRE_AFTER, expected, &l->tick_arena, &beat, err);
	if (rc < 0)
		return rc;
	pthread_mutex_lock(&l->lock);
	size_t lost = tt_lease_book_beat(&l->book, &beat);
	l->until_ns = sent_ns + l->conf->duration_ms * 1000000;
	pthread_mutex_unlock(&l->lock);
	log_beat(&beat, lost);
	return TT_OK;
}

static int give_back(struct tt_leases *l, const struct tt_pg_worker *w, struct tt_err *err)
{
	pthread_mutex_lock(&l->lock);
	size_t n = l->book.n_leaving, n_given = 0;
	struct tt_pg_lease_return *v = n ? tt_lease_book_leaving(&l->book, &l->tick_arena) : NULL;
	pthread_mutex_unlock(&l->lock);
	bool *given = v ? tt_arena_zalloc(&l->tick_arena, n, sizeof(*given)) : NULL;
	if (!given)
		return n ? tt_err_set(err, TT_ENOMEM, "leases: %s", tt_err_text(TT_ENOMEM)) : TT_OK;
	int rc = tt_pg_lease_return(l->conn, w, v, n, given, err);
	if (rc < 0)
		return rc;
	pthread_mutex_lock(&l->lock);
	tt_lease_book_given(&l->book, given, n);
	pthread_mutex_unlock(&l->lock);
	for (size_t i = 0; i < n; i++)
		n_given += given[i];
	if (n_given)
		tt_log(TT_LOG_INFO, "feeds given back", TT_F_INT("feeds", (int64_t)n_given));
	return TT_OK;
}

static int take(struct tt_leases *l, const struct tt_pg_worker *w, struct tt_err *err)
{
	struct tt_pg_lease_wish wish;
	struct tt_pg_feed *feeds;
	size_t n;
	pthread_mutex_lock(&l->lock);
	bool any = !l->draining && tt_lease_book_wish(&l->book, &l->tick_arena, &wish);
	pthread_mutex_unlock(&l->lock);
	if (!any)
		return TT_OK;
	int rc = tt_pg_lease_take(l->conn, w, &wish, &l->tick_arena, &feeds, &n, err);
	if (rc < 0 || !n)
		return rc;
	pthread_mutex_lock(&l->lock);
	rc = tt_lease_book_take(&l->book, feeds, n);
	size_t held = l->book.n_held;
	pthread_mutex_unlock(&l->lock);
	if (rc < 0)
		return tt_err_set(err, rc, "leases: %s", tt_err_text(rc));
	tt_log(TT_LOG_INFO, "feeds leased", TT_F_INT("feeds", (int64_t)n), TT_F_INT("in_all", (int64_t)held));
	return TT_OK;
}

/* TT_ECLOSED: the source has ended. */
static int tell_source(struct tt_leases *l)
{
	pthread_mutex_lock(&l->lock);
	int rc = l->draining ? TT_OK : tt_pipeline_post_source(l->pipeline, 0, apply, l);
	pthread_mutex_unlock(&l->lock);
	return rc;
}

static int tick(struct tt_leases *l, struct tt_err *err)
{
	struct tt_pg_worker w = {
		.id = l->id, .host = tt_str_c(l->host), .pid = getpid(), .lease_ms = l->conf->duration_ms};
	tt_arena_reset(&l->tick_arena);
	int rc = beat(l, &w, err);
	if (rc == TT_OK)
		rc = give_back(l, &w, err);
	if (rc == TT_OK)
		rc = take(l, &w, err);
	int told = tell_source(l); /* also when the beat went well and what followed did not */
	return told < 0 ? told : rc;
}

static void note_result(struct tt_leases *l, int rc, const struct tt_err *err)
{
	static struct tt_log_limit limit;
	pthread_mutex_lock(&l->lock);
	bool was_away = l->away.code < 0;
	l->away = rc < 0 ? *err : (struct tt_err){0};
	l->away.code = rc;
	pthread_mutex_unlock(&l->lock);
	l->good_ticks = rc == TT_OK ? l->good_ticks + (l->good_ticks < EXPIRE_AFTER) : 0;
	if (rc < 0 && tt_log_allowed(&limit, 10000, NULL))
		tt_log(TT_LOG_WARN, "leases of feeds could not be renewed, trying again",
			TT_F_C("error", err->msg));
	if (rc == TT_OK && was_away)
		tt_log(TT_LOG_INFO, "leases of feeds are renewed again",
			TT_F_INT("feeds", tt_metric_get(TT_M_feeds_leased)));
}

/* ---- the thread ---- */

/* Until the next tick is due, or there is something to do. False: it is time to stop. */
static bool wait_tick(struct tt_leases *l)
{
	int64_t due_ns = tt_mono_ns(&tt_clock_real) + l->conf->duration_ms * 1000000 / TICKS_PER_LEASE;
	struct timespec ts = {.tv_sec = due_ns / 1000000000, .tv_nsec = due_ns % 1000000000};
	pthread_mutex_lock(&l->lock);
	while (!l->stopping && !l->hurry && tt_mono_ns(&tt_clock_real) < due_ns)
		pthread_cond_timedwait(&l->wake, &l->lock, &ts);
	l->hurry = false;
	bool on = !l->stopping;
	pthread_mutex_unlock(&l->lock);
	return on;
}

static void *leases_main(void *arg)
{
	struct tt_leases *l = arg;
	struct tt_err err = {0};
	do {
		int rc = tick(l, &err);
		if (rc == TT_ECLOSED)
			break; /* nobody polls here any more: let others */
		note_result(l, rc, &err);
	} while (wait_tick(l));
	const struct tt_pg_worker w = {.id = l->id};
	bool away = l->good_ticks == 0; /* then leases run out: nobody should wait for that here */
	if (!away && tt_pg_lease_end(l->conn, &w, &err) < 0)
		tt_log(TT_LOG_WARN, "leases could not be given back, they run out", TT_F_C("error", err.msg));
	return NULL;
}

static void leases_free(struct tt_leases *l)
{
	tt_pg_conn_free(l->conn);
	tt_arena_done(&l->tick_arena);
	tt_lease_book_done(&l->book);
	pthread_cond_destroy(&l->wake);
	pthread_mutex_destroy(&l->lock);
	free(l);
}

static struct tt_leases *leases_new(void)
{
	pthread_condattr_t attr;
	struct tt_leases *l = calloc(1, sizeof(*l));
	if (!l)
		return NULL;
	tt_lease_book_init(&l->book);
	tt_arena_init(&l->tick_arena, TICK_BYTES);
	pthread_mutex_init(&l->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&l->wake, &attr);
	pthread_condattr_destroy(&attr);
	return l;
}

int tt_leases_start(struct tt_leases **ret, const struct tt_leases_conf *conf, const struct tt_pg_conf *pg,
	const struct tt_feed_conf *feeds, size_t n_feeds, struct tt_pipeline *pipeline,
	const struct tt_clock *clock, struct tt_err *err)
{
	struct tt_leases *l = leases_new();
	if (!l)
		return tt_err_set(err, TT_ENOMEM, "leases: %s", tt_err_text(TT_ENOMEM));
	l->conf = conf;
	l->clock = clock;
	l->pipeline = pipeline;
	l->until_ns = tt_mono_ns(clock) + conf->duration_ms * 1000000; /* time to get the first ones */
	gethostname(l->host, sizeof(l->host) - 1);
	int rc = TT_OK;
	if (getrandom(&l->id, sizeof(l->id), 0) != (ssize_t)sizeof(l->id))
		rc = tt_err_set(err, TT_EIO, "leases: no random numbers");
	if (rc == TT_OK)
		rc = tt_lease_book_want(&l->book, feeds, n_feeds, err);
	if (rc == TT_OK)
		rc = tt_pg_conn_new(&l->conn, pg, err);
	if (rc == TT_OK && pthread_create(&l->thread, NULL, leases_main, l))
		rc = tt_err_set(err, TT_ENOMEM, "leases: cannot start a thread");
	if (rc < 0) {
		leases_free(l);
		return rc;
	}
	*ret = l;
	return TT_OK;
}

/* ---- while it runs ---- */

int tt_leases_set_feeds(
	struct tt_leases *l, const struct tt_feed_conf *feeds, size_t n_feeds, struct tt_err *err)
{
	pthread_mutex_lock(&l->lock);
	int rc = tt_lease_book_want(&l->book, feeds, n_feeds, err);
	l->hurry = l->hurry || rc == TT_OK;
	pthread_cond_signal(&l->wake);
	pthread_mutex_unlock(&l->lock);
	return rc;
}

bool tt_leases_report(struct tt_leases *l, struct tt_buf *reason)
{
	pthread_mutex_lock(&l->lock);
	int64_t late_ns = tt_mono_ns(l->clock) - l->until_ns;
	bool fine = late_ns < 0;
	if (!fine) /* what does not fit is only text: the answer is the return value */
		(void)tt_buf_printf(reason,
			"leases: no feed was polled for %lld s, the leases could not be renewed: %s",
			(long long)(late_ns / 1000000000), l->away.code < 0 ? l->away.msg : "no answer yet");
	pthread_mutex_unlock(&l->lock);
	return fine;
}

void tt_leases_drain(struct tt_leases *l)
{
	if (!l)
		return;
	pthread_mutex_lock(&l->lock);
	l->draining = true;
	pthread_mutex_unlock(&l->lock);
}

void tt_leases_stop(struct tt_leases *l)
{
	if (!l)
		return;
	pthread_mutex_lock(&l->lock);
	l->stopping = true;
	pthread_cond_signal(&l->wake);
	pthread_mutex_unlock(&l->lock);
	pthread_join(l->thread, NULL);
	leases_free(l);
}
