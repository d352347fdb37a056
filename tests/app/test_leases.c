/* test_leases.c - several `tickertone run` share feeds through one database, for real: a server that keeps
 * every request judges that no feed was fetched twice in its interval, while processes come, are killed, are
 * frozen and go. */
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include "app/conf.h"
#include "common/clock.h"
#include "tests/ingest/fetch/http_server.h"
#include "tests/sink/pg_test.h"

extern char **environ;

enum { FEEDS = 24, PEERS = 5, INTERVAL_MS = 2000, LEASE_MS = 3000, PATIENCE_MS = 60000 };

struct peer {
	pid_t pid; /* 0: not running */
	char conf[300];
};

static struct tt_pg_db db;
static struct tt_http_server *server;
static struct peer peers[PEERS];
static int64_t died_ms[PEERS]; /* killed or frozen; 0: not */
static char dir[] = "/tmp/tt_test_leases_XXXXXX";
static char paths[FEEDS][16], bodies[FEEDS][200];
static struct tt_http_route routes[FEEDS + 1];

static int64_t now_ms(void)
{
	return tt_mono_ms(&tt_clock_real);
}

static void wait_ms(int64_t ms)
{
	usleep((useconds_t)(ms * 1000));
}

/* ---- processes ---- */

static void write_conf(int i)
{
	struct peer *p = &peers[i];
	char *root = realpath(tt_source_path("."), NULL);
	snprintf(p->conf, sizeof(p->conf), "%s/%d.yaml", dir, i);
	FILE *f = fopen(p->conf, "we");
	TT_TRUE(f && root);
	fprintf(f, "postgres: {dsn: \"%s\"}\n", db.dsn);
	fprintf(f,
		"model: {model: \"%s/config/models/minilm-finance\", entities: \"%s/config/entities.tsv\", "
		"threads: 1}\n",
		root, root);
	fprintf(f,
		"fetch: {user_agent: peer-%d, interval: %dms, per_host_spacing: 0ms, per_host_connections: "
		"8, "
		"allow_private_networks: true}\n",
		i, INTERVAL_MS);
	fprintf(f, "leases: {duration: %dms}\nservice: {enabled: false}\nfeeds:\n", LEASE_MS);
	for (int k = 0; k < FEEDS; k++)
		fprintf(f, "  - url: http://127.0.0.1:%d%s\n", tt_http_server_port(server), paths[k]);
	fclose(f);
	free(root);
}

static void begin(int i)
{
	char log[320];
	posix_spawn_file_actions_t actions;
	char *argv[] = {getenv("TT_BINARY"), (char *)"run", (char *)"-c", peers[i].conf, NULL};
	write_conf(i);
	snprintf(log, sizeof(log), "%s/%d.log", dir, i);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	TT_EQ(posix_spawn(&peers[i].pid, argv[0], &actions, NULL, argv, environ), 0);
	posix_spawn_file_actions_destroy(&actions);
}

static int end(int i, int sig)
{
	int status = 0;
	if (!peers[i].pid)
		return 0;
	kill(peers[i].pid, sig);
	waitpid(peers[i].pid, &status, 0);
	peers[i].pid = 0;
	return status;
}

static int64_t has(int i)
{
	return tt_pg_int(&db,
		"SELECT count(*) FROM tickertone.feed JOIN tickertone.worker ON worker_id = lease_worker "
		"WHERE pid = %d",
		(int)peers[i].pid);
}

/* Until each of the peers in the mask has so many feeds. */
static void await_shares(unsigned mask, int64_t share)
{
	int64_t give_up_ms = now_ms() + PATIENCE_MS;
	for (;;) {
		bool fine = true;
		for (int i = 0; i < PEERS; i++)
			fine = fine && (!(mask >> i & 1) || has(i) == share);
		if (fine)
			return;
		if (now_ms() > give_up_ms)
			fail_msg("shares of %x are %lld %lld %lld %lld %lld, not %lld", mask,
				(long long)has(0), (long long)has(1), (long long)has(2), (long long)has(3),
				(long long)has(4), (long long)share);
		wait_ms(50);
	}
}

/* ---- the server's record ---- */

/* Who asked: the number in its User-Agent. */
static int asker(const char *path, size_t nth)
{
	struct tt_str agent = tt_http_header(tt_http_request(server, path, nth), "User-Agent");
	return agent.n > 5 ? agent.p[5] - '0' : -1;
}

/* The path's n-th request: when, and by whom. */
static bool request(const char *path, size_t n, int64_t *ret_ms, int *ret_asker)
{
	const char *p;
	int64_t ns;
	for (size_t i = 0, seen = 0; tt_http_seen(server, i, &p, &ns); i++)
		if (!strcmp(p, path) && seen++ == n) {
			*ret_ms = ns / 1000000;
			*ret_asker = asker(path, n);
			return true;
		}
	return false;
}

/* Until every feed was asked for by one of the mask after since_ms. */
static void await_polls(unsigned mask, int64_t since_ms)
{
	int64_t give_up_ms = now_ms() + PATIENCE_MS, at_ms;
	for (int k = 0, by; k < FEEDS; k++)
		for (size_t n = 0;;) {
			bool any = request(paths[k], n, &at_ms, &by);
			n += any;
			if (any && at_ms > since_ms && mask >> by & 1)
				break;
			if (now_ms() > give_up_ms)
				fail_msg("nobody of %x asked for %s", mask, paths[k]);
			if (!any)
				wait_ms(20);
		}
}

/* No feed was fetched twice in its interval. What a process had fetched shortly before it died was not
 * stored, and had to be fetched again. */
static void judge(void)
{
	for (int k = 0; k < FEEDS; k++) {
		int64_t last_ms = 0, at_ms;
		int last_by = -1, by;
		for (size_t n = 0; request(paths[k], n, &at_ms, &by); n++) {
			int64_t died = last_by >= 0 ? died_ms[last_by] : 0;
			bool excused = last_ms > died - INTERVAL_MS && last_ms <= died;
			if (last_by >= 0 && at_ms - last_ms < INTERVAL_MS - 20 && !excused)
				fail_msg("%s was fetched by %d and %lld ms later by %d", paths[k], last_by,
					(long long)(at_ms - last_ms), by);
			last_ms = at_ms;
			last_by = by;
		}
	}
}

/* ---- the tests, each going on where the last one ended ---- */

TT_TEST(three_share)
{
	for (int i = 0; i < 3; i++)
		begin(i);
	await_shares(7, FEEDS / 3);
	for (int round = 0; round < 3; round++)
		await_polls(7, now_ms());
	judge();
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.worker"), 3);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.item"), FEEDS);
}

TT_TEST(a_killed_one_is_replaced)
{
	int64_t killed_ms = died_ms[0] = now_ms();
	end(0, SIGKILL);
	await_polls(6, killed_ms);
	int64_t took_ms = now_ms() - killed_ms;
	if (took_ms > LEASE_MS + LEASE_MS / 3 + INTERVAL_MS + 5000) /* 5 s: a busy machine */
		fail_msg("its feeds were fetched only after %lld ms", (long long)took_ms);
	await_shares(6, FEEDS / 2);
	judge();
}

/* By default a killed one's feeds are leased by others within 60 s: its lease, a tick to find out, a tick to
 * take. */
TT_TEST(the_default_is_within_60_s)
{
	struct tt_app_conf conf;
	TT_EQ(tt_app_conf_load(NULL, &conf, NULL), TT_OK);
	TT_TRUE(conf.leases.duration_ms + 2 * conf.leases.duration_ms / 6 + conf.postgres.connect_timeout_ms <
		60000);
	tt_app_conf_free(&conf);
}

TT_TEST(a_frozen_one_wakes_up_late)
{
	int64_t frozen_ms = died_ms[1] = now_ms();
	kill(peers[1].pid, SIGSTOP);
	await_polls(4, frozen_ms);
	await_shares(4, FEEDS);
	int64_t woken_ms = now_ms();
	kill(peers[1].pid, SIGCONT);
	await_shares(6, FEEDS / 2);
	await_polls(6, woken_ms + INTERVAL_MS);
	judge();
}

TT_TEST(others_join)
{
	begin(3);
	begin(4);
	await_shares(0x1e, FEEDS / 4);
	await_polls(0x1e, now_ms());
	judge();
}

TT_TEST(added_in_the_database)
{
	int port = tt_http_server_port(server);
	tt_pg_do(&db,
		"INSERT INTO tickertone.feed (url, added_at) VALUES ('http://127.0.0.1:%d/added', now())",
		port);
	int64_t give_up_ms = now_ms() + PATIENCE_MS;
	while (!tt_http_count(server, "/added") && now_ms() < give_up_ms)
		wait_ms(50);
	TT_TRUE(tt_http_count(server, "/added") > 0);
	tt_pg_do(&db, "UPDATE tickertone.feed SET enabled = false WHERE url LIKE '%%/added'");
	wait_ms(LEASE_MS); /* more than a tick */
	size_t polls = tt_http_count(server, "/added");
	wait_ms(2 * INTERVAL_MS);
	TT_EQ(tt_http_count(server, "/added"), polls);
}

TT_TEST(all_go)
{
	int64_t since_ms = now_ms();
	TT_EQ(end(1, SIGTERM), 0);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.worker"), 3);
	await_shares(0x1c, FEEDS / 3);
	TT_TRUE(now_ms() - since_ms < LEASE_MS + 5000); /* given back, not run out */
	for (int i = 2; i < PEERS; i++)
		TT_EQ_ROW(i, end(i, SIGTERM), 0);
	TT_EQ(tt_pg_int(&db, "SELECT count(lease_worker) FROM tickertone.feed"), 0);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.item"), FEEDS + 1);
}

/* ---- around them ---- */

static int setup(void **state)
{
	(void)state;
	for (int k = 0; k <= FEEDS; k++) {
		static char added[200];
		char *body = k < FEEDS ? bodies[k] : added;
		if (k < FEEDS)
			snprintf(paths[k], sizeof(paths[k]), "/%02d", k);
		int n = snprintf(body, sizeof(added),
			"<rss version='2.0'><channel><title>Feed %d</title><item><guid>item-%d</guid>"
			"<title>Shares of company %d rise</title></item></channel></rss>",
			k, k, k);
		routes[k] = (struct tt_http_route){k < FEEDS ? paths[k] : "/added",
			{{"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n", {body, (size_t)n}, 0}}};
	}
	tt_pg_db_make(&db, true);
	server = tt_http_server_start("127.0.0.1", routes, FEEDS + 1);
	return server && mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	char path[320];
	for (int i = 0; i < PEERS; i++) {
		end(i, SIGKILL);
		for (int k = 0; k < 2; k++) {
			snprintf(path, sizeof(path), "%s/%d.%s", dir, i, k ? "log" : "yaml");
			unlink(path);
		}
	}
	rmdir(dir);
	tt_http_server_stop(server);
	tt_pg_db_drop(&db);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {TT_RUN(three_share), TT_RUN(a_killed_one_is_replaced),
		TT_RUN(the_default_is_within_60_s), TT_RUN(a_frozen_one_wakes_up_late), TT_RUN(others_join),
		TT_RUN(added_in_the_database), TT_RUN(all_go)};
	return cmocka_run_group_tests(tests, setup, teardown);
}
