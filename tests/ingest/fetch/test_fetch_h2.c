/* test_fetch_h2.c - HTTP/2, against a server that is not ours (nghttpd): feeds of one host share connections,
 * also from poll to poll. */
#include <signal.h>
#include <sys/wait.h>

#include "tests/ingest/fetch/rig.h"
#include "tests/ingest/fetch/tls_server.h"

static const char feed[] = RIG_RSS("Sealed", "1");
static const struct tt_http_route routes[] = {{"/", {{"HTTP/1.1 200 OK\r\n", RIG_BODY(""), 0}}}};

struct nghttpd {
	pid_t pid;
	int port;
	char dir[40], log[60];
};

static int unused_port(void)
{
	struct rig r;
	rig_init(&r, routes, TT_LEN(routes));
	int port = tt_http_server_port(r.server);
	rig_done(&r);
	return port;
}

static void put_file(const char *dir, const char *name, const char *text)
{
	char path[100];
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	FILE *f = fopen(path, "w");
	TT_TRUE(f && fputs(text, f) >= 0);
	fclose(f);
}

static void h2_start(struct nghttpd *d, const struct tt_tls_servers *s, size_t feeds)
{
	char port[16], name[16];
	snprintf(d->dir, sizeof(d->dir), "/tmp/tt_h2_XXXXXX");
	TT_TRUE(mkdtemp(d->dir));
	snprintf(d->log, sizeof(d->log), "%s/log", d->dir);
	for (size_t i = 0; i < feeds; i++) {
		snprintf(name, sizeof(name), "%zu.xml", i);
		put_file(d->dir, name, feed);
	}
	d->port = unused_port();
	snprintf(port, sizeof(port), "%d", d->port);
	d->pid = fork();
	if (d->pid == 0) {
		static const char *const places[] = {"nghttpd", "/usr/sbin/nghttpd"}; /* not in every PATH */
		bool ours = freopen(d->log, "w", stdout) && freopen("/dev/null", "w", stderr);
		for (size_t i = 0; ours && i < TT_LEN(places); i++)
			execlp(places[i], "nghttpd", "-v", "-a", "127.0.0.1", "-d", d->dir, port,
				tt_tls_key(s), tt_tls_cert(s), (char *)NULL);
		_exit(127);
	}
	TT_TRUE(d->pid > 0);
}

/* False: there is no nghttpd on this machine. */
static bool h2_is_up(const struct nghttpd *d)
{
	for (int i = 0; i < 500; i++) {
		FILE *f = fopen(d->log, "r");
		char line[200];
		bool up = false;
		while (f && fgets(line, sizeof(line), f))
			up |= strstr(line, "listen") != NULL;
		if (f)
			fclose(f);
		if (up)
			return true;
		if (waitpid(d->pid, NULL, WNOHANG) == d->pid)
			return false;
		usleep(10000);
	}
	fail_msg("nghttpd does not listen");
	return false;
}

static void h2_stop(struct nghttpd *d, size_t feeds)
{
	char path[100];
	kill(d->pid, SIGKILL);
	waitpid(d->pid, NULL, 0);
	for (size_t i = 0; i < feeds; i++) {
		snprintf(path, sizeof(path), "%s/%zu.xml", d->dir, i);
		unlink(path);
	}
	unlink(d->log);
	rmdir(d->dir);
}

/* How many connections have brought a request: "[id=3] ... recv HEADERS frame". */
static size_t h2_connections(const struct nghttpd *d, size_t *ret_requests)
{
	bool seen[256] = {false};
	size_t n = 0;
	char line[500];
	FILE *f = fopen(d->log, "r");
	TT_TRUE(f);
	*ret_requests = 0;
	while (fgets(line, sizeof(line), f)) {
		const char *at = strstr(line, "[id=");
		int id;
		if (!at || !strstr(line, "recv HEADERS frame") || sscanf(at, "[id=%d]", &id) != 1 || id < 0 ||
			id > 255)
			continue;
		++*ret_requests;
		n += !seen[id];
		seen[id] = true;
	}
	fclose(f);
	return n;
}

TT_TEST(feeds_of_a_host_share_connections)
{
	enum { FEEDS = 12, ROUNDS = 3 };
	struct tt_tls_servers *s = tt_tls_start(tt_str_c(feed), "");
	struct nghttpd d;
	struct rig r;
	char path[20];
	size_t requests;
	h2_start(&d, s, FEEDS);
	if (!h2_is_up(&d))
		tt_skip_all("there is no nghttpd (Debian: nghttp2-server)");
	rig_init(&r, routes, TT_LEN(routes));
	tt_tls_trust(&r, s);
	r.conf.per_host_connections = 4;
	for (size_t i = 0; i < FEEDS; i++) {
		snprintf(path, sizeof(path), "/%zu.xml", i);
		tt_tls_feed(&r, d.port, path);
	}
	rig_open(&r, NULL, 0);
	for (int round = 0; round < ROUNDS; round++) {
		struct tt_batch *b = round ? rig_later(&r, 60 * RIG_MIN, FEEDS) : rig_polls(&r, FEEDS);
		for (size_t f = 0; f < b->n_feeds; f++) {
			TT_EQ_ROW(f, b->feeds[f].failures, 0);
			TT_EQ_ROW(f, b->feeds[f].last_status, round ? 304 : 200);
		}
		tt_batch_free(b);
	}
	size_t connections = h2_connections(&d, &requests);
	TT_EQ(requests, FEEDS * ROUNDS);
	TT_TRUE(connections <= 4); /* those of the first moment; then they are used again */
	rig_done(&r);
	h2_stop(&d, FEEDS);
	tt_tls_stop(s);
}

TT_MAIN(TT_RUN(feeds_of_a_host_share_connections))
