/* test_pg_outage.c - a server that crashes, comes back, or only hangs: nothing lost, nothing twice, no wait
 * without end. It needs a cluster of its own, made by script/pg in a folder of its own. */
#include <pthread.h>
#include <signal.h>

#include "common/err.h"
#include "sink/pg/pg.h"
#include "tests/sink/pg_test.h"

enum { OUTAGES = 6, BATCH = 7, ENTITIES = 3, BETWEEN = 10 /* writes */ };

static char dir[] = "/tmp/tt-outage.XXXXXX";
static struct tt_pg_db db;

static bool script(const char *command)
{
	char line[4200];

	snprintf(line, sizeof(line), "'%s' %s '%s' > '%s/conninfo.out'", tt_source_path("script/pg"), command,
		dir, dir);
	return system(line) == 0;
}

static int make_cluster(void **state)
{
	char path[64], conninfo[300] = "";

	(void)state;
	if (!mkdtemp(dir) || !script("start --test"))
		return -1;
	snprintf(path, sizeof(path), "%s/conninfo", dir);
	FILE *f = fopen(path, "re");
	if (!f || !fgets(conninfo, sizeof(conninfo), f))
		return -1;
	fclose(f);
	conninfo[strcspn(conninfo, "\n")] = '\0';
	tt_pg_db_make_at(&db, conninfo, true);
	return 0;
}

static int remove_cluster(void **state)
{
	char line[4200];

	(void)state;
	snprintf(line, sizeof(line), "'%s' remove '%s'", tt_source_path("script/pg"), dir);
	return system(line);
}

struct writer {
	pthread_mutex_t lock;
	pthread_cond_t moved;
	int writes, retries;    /* under lock */
	bool stop;              /* under lock */
	size_t items, entities; /* as the sink counted; after the join */
	struct tt_err err;
};

/* Writes batch after batch, each until it is stored; a batch repeats one item of the batch before. */
static void *write_until_stopped(void *arg)
{
	struct writer *w = arg;
	struct tt_sink sink;
	bool stop = false;
	int next = 0;

	if (tt_pg_open(&sink, &db.conf, &w->err) < 0)
		return NULL;
	while (!stop && !w->err.code) {
		struct tt_batch *b = tt_batch_new(1 << 20);
		struct tt_sink_result r = {0};
		struct tt_err err = {0};
		for (int i = next ? -1 : 0; i < BATCH; i++)
			tt_pg_item(b, next + i, ENTITIES);
		int rc = sink.ops->write(sink.self, &b, 1, &r, &err);
		tt_batch_free(b);
		pthread_mutex_lock(&w->lock);
		if (rc == TT_OK) {
			next += BATCH;
			w->writes++;
			w->items += r.items;
			w->entities += r.entities;
		} else if (tt_retriable(rc)) {
			w->retries++;
		} else {
			w->err = err;
		}
		stop = w->stop && rc == TT_OK;
		pthread_cond_broadcast(&w->moved);
		pthread_mutex_unlock(&w->lock);
		if (rc < 0)
			usleep(10000); /* as the pipeline backs off */
	}
	sink.ops->close(sink.self);
	return NULL;
}

/* Until the writer has done n more of what *count counts. */
static void wait_more(struct writer *w, const int *count, int n)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 60;
	pthread_mutex_lock(&w->lock);
	int want = *count + n;
	while (*count < want && !w->err.code)
		if (pthread_cond_timedwait(&w->moved, &w->lock, &until))
			break;
	TT_TRUE(*count >= want);
	pthread_mutex_unlock(&w->lock);
}

TT_TEST(crashes_in_the_middle)
{
	struct writer w = {.lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER};
	pthread_t thread;

	TT_EQ(pthread_create(&thread, NULL, write_until_stopped, &w), 0);
	for (int i = 0; i < OUTAGES; i++) {
		wait_more(&w, &w.writes, BETWEEN);
		TT_TRUE(script(i % 3 == 2 ? "stop -m fast"
					  : "stop -m immediate")); /* wherever the writer is just now */
		wait_more(&w, &w.retries, 1);
		TT_TRUE(script("start --test"));
	}
	wait_more(&w, &w.writes, BETWEEN);
	pthread_mutex_lock(&w.lock);
	w.stop = true;
	pthread_mutex_unlock(&w.lock);
	pthread_join(thread, NULL);

	TT_STR_EQ(tt_str_c(w.err.msg), TT_STR(""));
	int64_t want = (int64_t)w.writes * BATCH;
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.item"), want);
	TT_EQ(tt_pg_int(&db, "SELECT count(DISTINCT guid) FROM tickertone.item WHERE guid::int < %lld",
		      (long long)want),
		want);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.item_sentiment"), want);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.entity_sentiment"), want * ENTITIES);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.seen"), 2 * want);
	TT_TRUE((int64_t)w.items <= want); /* less where the answer to a commit got lost */
}

static int write_number(const struct tt_sink *sink, int number, struct tt_err *err)
{
	struct tt_batch *b = tt_batch_new(1 << 20);
	struct tt_sink_result r;

	tt_pg_item(b, number, 1);
	int rc = sink->ops->write(sink->self, &b, 1, &r, err);
	tt_batch_free(b);
	return rc;
}

/* The session's process is stopped with its lock held: only our own clock can tell. */
TT_TEST(hangs)
{
	struct tt_pg_conf conf = db.conf;
	struct tt_err err = {0};
	struct tt_sink sink;

	conf.statement_timeout_ms = 1000;
	conf.application_name = (char *)"hangs";
	TT_EQ(tt_pg_open(&sink, &conf, &err), TT_OK);
	TT_EQ(write_number(&sink, 1000000, &err), TT_OK);
	pid_t pid =
		(pid_t)tt_pg_int(&db, "SELECT pid FROM pg_stat_activity WHERE application_name = 'hangs'");
	TT_TRUE(pid > 1);
	TT_EQ(kill(pid, SIGSTOP), 0);
	int64_t begun = tt_mono_ms(&tt_clock_real);
	TT_EQ(write_number(&sink, 1000001, &err), TT_EAGAIN);
	TT_TRUE(tt_mono_ms(&tt_clock_real) - begun < 20000);
	TT_EQ(kill(pid, SIGCONT), 0);
	TT_EQ(write_number(&sink, 1000001, &err), TT_OK);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.item WHERE guid = '1000001'"), 1);
	sink.ops->close(sink.self);
}

/* Somebody holds the table: the server's own timeout ends the wait, the connection stays. */
TT_TEST(locked_out)
{
	struct tt_pg_conf conf = db.conf;
	struct tt_err err = {0};
	struct tt_sink sink;
	PGconn *pg = PQconnectdb(db.dsn);

	conf.statement_timeout_ms = 300;
	TT_EQ(tt_pg_open(&sink, &conf, &err), TT_OK);
	PQclear(PQexec(pg, "BEGIN; LOCK TABLE tickertone.item"));
	TT_EQ(write_number(&sink, 2000000, &err), TT_EAGAIN);
	PQfinish(pg);
	TT_EQ(write_number(&sink, 2000000, &err), TT_OK);
	sink.ops->close(sink.self);
}

/* What an operator must mend is waited for, too. */
TT_TEST(schema_taken_away)
{
	struct tt_err err = {0};
	struct tt_sink sink;

	TT_EQ(tt_pg_open(&sink, &db.conf, &err), TT_OK);
	tt_pg_do(&db, "ALTER SCHEMA tickertone RENAME TO away");
	TT_TRUE(tt_retriable(write_number(&sink, 3000000, &err)));
	tt_pg_do(&db, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
		      "AND datname = current_database()");
	TT_TRUE(tt_retriable(write_number(&sink, 3000000, &err)));
	TT_TRUE(tt_retriable(write_number(&sink, 3000000, &err)));
	tt_pg_do(&db, "ALTER SCHEMA away RENAME TO tickertone");
	TT_EQ(write_number(&sink, 3000000, &err), TT_OK);
	sink.ops->close(sink.self);
}

TT_TEST(away_from_the_start)
{
	struct tt_err err = {0};
	struct tt_sink sink;

	TT_TRUE(script("stop"));
	TT_EQ(tt_pg_open(&sink, &db.conf, &err), TT_EPEER);
	TT_TRUE(strlen(err.msg) > 20 && !strchr(err.msg, '\n'));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TT_RUN(crashes_in_the_middle),
		TT_RUN(hangs),
		TT_RUN(locked_out),
		TT_RUN(schema_taken_away),
		TT_RUN(away_from_the_start),
	};
	return cmocka_run_group_tests(tests, make_cluster, remove_cluster) ? 1 : 0;
}
