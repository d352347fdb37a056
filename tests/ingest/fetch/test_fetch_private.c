/* test_fetch_private.c - the way in through a public server: redirects to private addresses, names that mean
 * a private one, also later or also. It needs a server with a public address: the test makes a network of its own (a user
 * and network namespace) with one on the loopback interface, and is skipped where that is not allowed. */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "common/metrics.h"
#include "tests/ingest/fetch/rig.h"

#define PUBLIC "8.8.4.4" /* in our own network only */

static struct tt_http_server *private_server, *public_server;
static char to_loopback[200], to_self[200], to_rebound[200];
static struct tt_http_route routes[] = {
	{"/good", {{"HTTP/1.1 200 OK\r\n", RIG_BODY(RIG_RSS("Good", "1")), 0}}},
	{"/to-metadata", {{"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest/meta-data\r\n",
				 {"", 0}, 0}}},
	{"/to-loopback", {{to_loopback, {"", 0}, 0}}},
	{"/to-mapped", {{"HTTP/1.1 307 Here\r\nLocation: http://[::ffff:10.0.0.1]/\r\n", {"", 0}, 0}}},
	{"/two-hops", {{"HTTP/1.1 301 Moved\r\nLocation: /to-loopback\r\n", {"", 0}, 0}}},
	{"/to-self", {{to_self, {"", 0}, 0}}},
	{"/to-rebound", {{to_rebound, {"", 0}, 0}}},
};

/* ---- names: libcurl's lookups come here ---- */

static atomic_int rebind_lookups;

static const char *addresses_of(const char *name)
{
	if (strcmp(name, "public.example") == 0)
		return PUBLIC;
	if (strcmp(name, "private.example") == 0)
		return "10.0.0.1 127.0.0.1 ::1";
	if (strcmp(name, "first.example") == 0)
		return "127.0.0.1 " PUBLIC;
	if (strcmp(name, "last.example") == 0)
		return "8.8.8.8 127.0.0.1"; /* nothing answers at the first */
	if (strcmp(name, "rebind.example") == 0)
		return atomic_fetch_add(&rebind_lookups, 1) == 0 ? PUBLIC : "127.0.0.1";
	return NULL;
}

__attribute__((visibility("default"))) int getaddrinfo(
	const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **ret)
{
	int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
	struct tt_str rest = tt_str_c(name ? addresses_of(name) : NULL);
	*(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
	if (!rest.p)
		return real(name, service, hints, ret);
	for (*ret = NULL; rest.p;) {
		char address[64];
		struct tt_str one = tt_str_split(&rest, ' ');
		struct addrinfo any = *hints;
		any.ai_family = AF_UNSPEC;
		any.ai_flags |= AI_NUMERICHOST;
		snprintf(address, sizeof(address), "%.*s", TT_FMT(one));
		int rc = real(address, service, &any, ret);
		if (rc != 0)
			return rc;
		while (*ret)
			ret = &(*ret)->ai_next;
	}
	return 0;
}

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

/* By name and by connection: what a name means is looked up anew, and judged when the socket is made. */
TT_TEST(names_are_judged_by_their_addresses)
{
	static const struct {
		const char *name, *path;
		bool is_private; /* the port is the private server's */
		bool may_work;   /* by the name's public address */
	} rows[] = {
		{"public.example", "/good", false, true},
		{"private.example", "/good", true, false},
		{"first.example", "/good", true, false}, /* nobody listens there at the public address */
		{"first.example", "/good", false, true},
		{"last.example", "/good", true, false},
		{"rebind.example", "/to-rebound", false, false},
	};
	struct tt_fetch_conf conf;
	struct tt_arena arena;
	struct tt_fetch_page page;
	struct tt_err err;
	const size_t before = tt_http_connections(private_server);
	rig_conf(&conf);
	conf.allow_private_networks = false;
	conf.connect_timeout_ms = 1000;
	tt_arena_init(&arena, 1 << 20);
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		char url[100];
		snprintf(url, sizeof(url), "http://%s:%d%s", rows[i].name,
			tt_http_server_port(rows[i].is_private ? private_server : public_server), rows[i].path);
		int rc = tt_fetch_once(url, &conf, &arena, &page, &err);
		TT_EQ_ROW(i, rc == TT_OK, rows[i].may_work);
		TT_EQ_ROW(i, tt_http_connections(private_server), before);
	}
	TT_TRUE(atomic_load(&rebind_lookups) > 1); /* it was asked again, and had another answer */
	tt_arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TT_RUN(each_hop_is_checked), TT_RUN(names_are_judged_by_their_addresses)};
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
	snprintf(to_rebound, sizeof(to_rebound), "HTTP/1.1 302 Found\r\nLocation: http://rebind.example:%d/good\r\n",
		tt_http_server_port(private_server));
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	tt_http_server_stop(private_server);
	tt_http_server_stop(public_server);
	return failed ? 1 : 0;
}
