/* test_fetch_private.c - the way in through a public server: redirects to private addresses, a name that
 * means a private one. It needs a server with a public address: the test makes a network of its own (a user
 * and network namespace) with one on the loopback interface, and is skipped where that is not allowed. */
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "common/metrics.h"
#include "tests/ingest/fetch/rig.h"

#define PUBLIC "8.8.4.4" /* in our own network only */

static struct tt_http_server *private_server, *public_server;
static char to_loopback[200], to_self[200];
static struct tt_http_route routes[] = {
	{"/good", {{"HTTP/1.1 200 OK\r\n", RIG_BODY(RIG_RSS("Good", "1")), 0}}},
	{"/to-metadata", {{"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest/meta-data\r\n",
				 {"", 0}, 0}}},
	{"/to-loopback", {{to_loopback, {"", 0}, 0}}},
	{"/to-mapped", {{"HTTP/1.1 307 Here\r\nLocation: http://[::ffff:10.0.0.1]/\r\n", {"", 0}, 0}}},
	{"/two-hops", {{"HTTP/1.1 301 Moved\r\nLocation: /to-loopback\r\n", {"", 0}, 0}}},
	{"/to-self", {{to_self, {"", 0}, 0}}},
};

static bool own_network(void)
{
	struct ifreq up = {.ifr_name = "lo"}, alias = {.ifr_name = "lo:1"};
	struct sockaddr_in sa = {.sin_family = AF_INET};
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
		return false;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	inet_pton(AF_INET, PUBLIC, &sa.sin_addr);
	memcpy(&alias.ifr_addr, &sa, sizeof(sa));
	up.ifr_flags = IFF_UP;
	bool ok = ioctl(fd, SIOCSIFFLAGS, &up) == 0 && ioctl(fd, SIOCSIFADDR, &alias) == 0;
	close(fd);
	return ok;
}

TT_TEST(each_hop_is_checked)
{
	static const struct {
		const char *path, *error;
	} rows[] = {
		{"/good", NULL},
		{"/to-self", NULL},
		{"/to-metadata", "address 169.254.169.254 refused: link-local"},
		{"/to-loopback", "address 127.0.0.1 refused: loopback"},
		{"/to-mapped", "address [::ffff:10.0.0.1] refused: private network"},
		{"/two-hops", "address 127.0.0.1 refused: loopback"},
	};
	struct tt_fetch_conf conf;
	struct tt_arena arena;
	struct tt_fetch_page page;
	struct tt_err err;
	rig_conf(&conf);
	conf.allow_private_networks = false;
	tt_arena_init(&arena, 1 << 20);
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		char url[100];
		snprintf(url, sizeof(url), "http://" PUBLIC ":%d%s", tt_http_server_port(public_server),
			rows[i].path);
		TT_EQ_ROW(i, tt_fetch_once(url, &conf, &arena, &page, &err),
			rows[i].error ? TT_EREFUSED : TT_OK);
		if (rows[i].error)
			rig_contains(i, tt_str_c(err.msg), rows[i].error);
	}
	TT_EQ(tt_http_connections(private_server), 0);
	conf.allow_private_networks = true; /* and it is the check that kept us out */
	char url[100];
	snprintf(url, sizeof(url), "http://" PUBLIC ":%d/to-loopback", tt_http_server_port(public_server));
	TT_EQ(tt_fetch_once(url, &conf, &arena, &page, &err), TT_OK);
	TT_EQ(tt_http_connections(private_server), 1);
	tt_arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TT_RUN(each_hop_is_checked)};
	if (!own_network())
		tt_skip_all("no network namespace of its own may be made here");
	private_server = tt_http_server_start("127.0.0.1", routes, 1);
	public_server = tt_http_server_start(PUBLIC, routes, TT_LEN(routes));
	if (!private_server || !public_server)
		return 1;
	snprintf(to_loopback, sizeof(to_loopback),
		"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:%d/good\r\n",
		tt_http_server_port(private_server));
	snprintf(to_self, sizeof(to_self), "HTTP/1.1 302 Found\r\nLocation: http://" PUBLIC ":%d/good\r\n",
		tt_http_server_port(public_server));
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	tt_http_server_stop(private_server);
	tt_http_server_stop(public_server);
	return failed ? 1 : 0;
}
