/* test_callback.c - what a hub sees of the callback: the service and the door over real sockets, without a
 * subscriber. */
#include <arpa/inet.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include "app/run/callback.h"
#include "common/metrics.h"
#include "tests/tt_test.h"

#define TOKEN                     "0123456789abcdef0123456789abcdef"
#define LEFT                      "ffffffffffffffffffffffffffffffff"
#define OTHER                     "00000000000000000000000000000000"
#define HEAD                      " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
#define GET(path, query)          "GET /websub/" path query HEAD "\r\n"
#define POST(path, headers, body) "POST /websub/" path HEAD headers "\r\n" body
#define VERIFY(mode, topic)       "?hub.mode=" mode "&hub.topic=" topic "&hub.challenge=a%2Bb&hub.lease_seconds=77"

static struct tt_service *service;
static struct tt_websub_door *door;
static const struct tt_websub_conf conf = {.enabled = true, .inbox_pushes = 3, .inbox_bytes = 1 << 20};

static bool ready(void *ctx, struct tt_buf *reason)
{
	(void)ctx, (void)reason;
	return true;
}

static void ring(void *ctx)
{
	atomic_fetch_add((atomic_int *)ctx, 1);
}

static const char *ask(const char *request, size_t n)
{
	static char answer[8192];
	struct timeval patience = {.tv_sec = 10};
	struct sockaddr_in at = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)tt_service_port(service))};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	size_t got_n = 0;
	inet_pton(AF_INET, "127.0.0.1", &at.sin_addr);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	(void)!send(fd, request, n, MSG_NOSIGNAL);
	for (ssize_t got; got_n < sizeof(answer) - 1 &&
			  (got = recv(fd, answer + got_n, sizeof(answer) - 1 - got_n, 0)) > 0;)
		got_n += (size_t)got;
	answer[got_n] = '\0';
	close(fd);
	return answer;
}

static const struct {
	const char *request, *status, *holds; /* holds: in the answer */
	int notes;                            /* that the door got */
	const char *body;                     /* of the last one */
} rows[] = {
	{GET(TOKEN, VERIFY("subscribe", "http%3A%2F%2Fe%2F")), "200", "\r\n\r\na+b", 1, NULL},
	{GET(TOKEN, VERIFY("subscribe", "http%3A%2F%2Fe%2F")), "200", "Content-Type: text/plain", 1, NULL},
	{GET(TOKEN, VERIFY("subscribe", "http%3A%2F%2Fe%2F")), "200", "X-Content-Type-Options: nosniff", 1,
		NULL},
	{GET(TOKEN, VERIFY("subscribe", "http%3A%2F%2Fother%2F")), "404", "", 0, NULL},
	{GET(TOKEN, VERIFY("unsubscribe", "http%3A%2F%2Fe%2F")), "404", "", 0, NULL},
	{GET(TOKEN, "?hub.mode=subscribe&hub.topic=http://e/"), "404", "", 0, NULL}, /* no challenge */
	{GET(TOKEN, "?hub.mode=denied&hub.topic=http://e/&hub.reason=why"), "200", "\r\n\r\n", 1, NULL},
	{GET(TOKEN, ""), "404", "", 0, NULL},
	{GET(OTHER, VERIFY("subscribe", "http%3A%2F%2Fe%2F")), "404", "", 0, NULL},
	{GET("", VERIFY("subscribe", "http%3A%2F%2Fe%2F")), "404", "", 0, NULL},
	{GET(TOKEN "0", VERIFY("subscribe", "http%3A%2F%2Fe%2F")), "404", "", 0, NULL},
	{GET(LEFT, VERIFY("unsubscribe", "http%3A%2F%2Fe%2F")), "200", "a+b", 0, NULL},
	{GET(LEFT, VERIFY("subscribe", "http%3A%2F%2Fe%2F")), "404", "", 0, NULL},
	{POST(TOKEN, "Content-Length: 5\r\n", "hello"), "202", "", 1, "hello"},
	{POST(TOKEN, "Content-Length: 0\r\n", ""), "202", "", 1, ""},
	{POST(TOKEN, "Transfer-Encoding: chunked\r\n", "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"), "202", "", 1,
		"hello"},
	{POST(TOKEN, "Content-Length: 11\r\n", "12345678901"), "413", "", 0, NULL},
	{POST(TOKEN, "Transfer-Encoding: chunked\r\n", "6\r\n123456\r\n6\r\n123456\r\n0\r\n\r\n"), "413", "",
		0, NULL},
	{POST(OTHER, "Content-Length: 5\r\n", "hello"), "404", "", 0, NULL},
	{POST(LEFT, "Content-Length: 5\r\n", "hello"), "410", "", 0, NULL},
	{"PUT /websub/" TOKEN HEAD "Content-Length: 5\r\n\r\nhello", "405", "Allow: GET, POST", 0, NULL},
	{"HEAD /websub/" TOKEN HEAD "\r\n", "405", "", 0, NULL},
	{"GET /websub" HEAD "\r\n", "404", "not found", 0, NULL},
	{"GET /health" HEAD "\r\n", "200", "ok", 0, NULL},
	{"POST /health" HEAD "Content-Length: 5\r\n\r\nhello", "405", "only GET", 0, NULL},
};

static atomic_int rings;

static void start(void)
{
	static char address[] = "127.0.0.1:0";
	const struct tt_service_conf at = {true, address, 4, 2000};
	struct tt_err err = {0};
	TT_EQ(tt_websub_door_new(&door, &conf, 10, &tt_clock_real, &err), TT_OK);
	const struct tt_service_mount mount = tt_callback_mount(door);
	if (tt_service_start(&service, &at, &(struct tt_service_calls){.ready = ready}, &mount, &err) < 0)
		fail_msg("%s", err.msg);
	TT_EQ(tt_websub_door_open(door, TOKEN, TT_STR("http://e/"), &rings), TT_OK);
	TT_EQ(tt_websub_door_open(door, LEFT, TT_STR("http://e/"), &rings), TT_OK);
	tt_websub_door_leave(door, LEFT);
	tt_websub_door_bell(door, ring, &rings);
}

static void stop(void)
{
	tt_service_stop(service);
	tt_websub_door_free(door);
}

TT_TEST(answers)
{
	start();
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		const char *answer = ask(rows[i].request, strlen(rows[i].request));
		struct tt_websub_note *n;
		int notes = 0;
		TT_STR_EQ_ROW(i, ((struct tt_str){answer + 9, 3}), tt_str_c(rows[i].status));
		if (!strstr(answer, rows[i].holds))
			TT_STR_EQ_ROW(i, tt_str_c(answer), tt_str_c(rows[i].holds));
		for (; (n = tt_websub_door_take(door)); notes++) {
			if (rows[i].body)
				TT_STR_EQ_ROW(i, ((struct tt_str){n->body.n ? n->body.p : "", n->body.n}),
					tt_str_c(rows[i].body));
			TT_TRUE(n->kind != TT_WEBSUB_VERIFIED || n->lease_ms == 77000);
			tt_websub_door_done(door, n);
		}
		TT_EQ_ROW(i, notes, rows[i].notes);
	}
	TT_TRUE(atomic_load(&rings) > 0);
	stop();
}

TT_TEST(full_or_not_ready)
{
	static const char push[] = POST(TOKEN, "Content-Length: 5\r\n", "hello");
	start();
	for (int i = 0; i < 5; i++) {
		const char *answer = ask(push, sizeof(push) - 1);
		TT_STR_EQ_ROW(i, ((struct tt_str){answer + 9, 3}), i < 3 ? TT_STR("202") : TT_STR("503"));
		TT_EQ_ROW(i, strstr(answer, "Retry-After: 30") != NULL, i >= 3);
	}
	tt_websub_door_done(door, tt_websub_door_take(door));
	TT_TRUE(strstr(ask(push, sizeof(push) - 1), " 202 "));
	tt_websub_door_bell(door, NULL, NULL); /* no subscriber any more */
	TT_TRUE(strstr(ask(push, sizeof(push) - 1), " 503 "));
	stop();
}

/* A hub that breaks off leaves nothing behind. */
TT_TEST(broken_off)
{
	static const char part[] = POST(TOKEN, "Content-Length: 9\r\n", "hello");
	start();
	for (int i = 0; i < 10; i++) { /* more than fit into the inbox */
		struct sockaddr_in at = {
			.sin_family = AF_INET, .sin_port = htons((uint16_t)tt_service_port(service))};
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		inet_pton(AF_INET, "127.0.0.1", &at.sin_addr);
		assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
		TT_EQ(send(fd, part, sizeof(part) - 1, MSG_NOSIGNAL), sizeof(part) - 1);
		close(fd);
	}
	/* the rest might still come, for all the service can see: until they have been idle for 2 s */
	int64_t give_up_ns = tt_mono_ns(&tt_clock_real) + 20000000000;
	while (!strstr(ask(rows[13].request, strlen(rows[13].request)), " 202 "))
		TT_TRUE(tt_mono_ns(&tt_clock_real) < give_up_ns);
	struct tt_websub_note *n = tt_websub_door_take(door);
	TT_EQ(n->body.n, 5);
	tt_websub_door_done(door, n);
	TT_TRUE(!tt_websub_door_take(door));
	stop();
}

TT_MAIN(TT_RUN(answers), TT_RUN(full_or_not_ready), TT_RUN(broken_off))
