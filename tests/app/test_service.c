/* test_service.c - the HTTP service over real sockets: what each path answers, methods, limits, addresses it
 * refuses. */
#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

#include "app/run/service.h"
#include "common/metrics.h"
#include "tests/tt_test.h"

static _Atomic bool is_ready;
static struct tt_service *service;
static const struct tt_service_mount *mount; /* NULL: none */

static bool ready(void *ctx, struct tt_buf *reason)
{
	(void)ctx;
	if (!is_ready)
		tt_buf_str(reason, TT_STR("postgres: connection \"x\" refused\nqueue full\n\xff\n"));
	return is_ready;
}

static int start(const char *address, struct tt_err *err)
{
	struct tt_service_conf conf = {true, (char *)address, 4, 2000};
	return tt_service_start(&service, &conf, &(struct tt_service_calls){.ready = ready}, mount, err);
}

static int dial(void)
{
	struct timeval patience = {.tv_sec = 10};
	struct sockaddr_in at = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)tt_service_port(service))};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	inet_pton(AF_INET, "127.0.0.1", &at.sin_addr);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

/* The whole answer to a request, until the server closes. */
static const char *ask(const char *request)
{
	static char answer[1 << 17];
	size_t n = 0;
	int fd = dial();
	assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
	for (ssize_t got;
		n < sizeof(answer) - 1 && (got = recv(fd, answer + n, sizeof(answer) - 1 - n, 0)) > 0;)
		n += (size_t)got;
	answer[n] = '\0';
	close(fd);
	return answer;
}

#define REQUEST(line) line " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

static const struct {
	const char *request;
	bool ready;
	const char *status, *holds; /* in the answer; "!..." must not be */
} rows[] = {
	{REQUEST("GET /health"), false, "HTTP/1.1 200 ", "\r\n\r\n{\"status\":\"ok\"}\n"},
	{REQUEST("GET /health?x=1"), false, "HTTP/1.1 200 ", "Content-Type: application/json\r\n"},
	{REQUEST("HEAD /health"), false, "HTTP/1.1 200 ", "Content-Length: 16\r\n"},
	{REQUEST("HEAD /health"), false, "HTTP/1.1 200 ", "!status"},
	{REQUEST("GET /ready"), true, "HTTP/1.1 200 ", "{\"ready\":true,\"reasons\":[]}\n"},
	{REQUEST("GET /ready"), false, "HTTP/1.1 503 ",
		"{\"ready\":false,\"reasons\":[\"postgres: connection \\\"x\\\" refused\",\"queue "
		"full\",\"(not UTF-8)\"]}\n"},
	{REQUEST("GET /metrics"), true, "HTTP/1.1 200 ",
		"Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"},
	{REQUEST("GET /metrics"), true, "HTTP/1.1 200 ", "\ntickertone_tokens_total 12345\n"},
	{REQUEST("GET /metrics"), true, "HTTP/1.1 200 ", "Cache-Control: no-store\r\n"},
	{REQUEST("GET /"), true, "HTTP/1.1 404 ", "not found"},
	{REQUEST("GET /metrics/"), true, "HTTP/1.1 404 ", "not found"},
	{REQUEST("GET /../metrics"), true, "HTTP/1.1 404 ", "not found"},
	{REQUEST("DELETE /metrics"), true, "HTTP/1.1 405 ", "Allow: GET, HEAD\r\n"},
	{"POST /ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello", true,
		"HTTP/1.1 405 ", "only GET"},
	{"nonsense\r\n\r\n", true, "", "!200"},
};

TT_TEST(answers)
{
	struct tt_err err = {0};
	assert_int_equal(start("127.0.0.1:0", &err), TT_OK);
	TT_TRUE(tt_service_port(service) > 0);
	tt_metric_set(TT_M_tokens, 12345);
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		is_ready = rows[i].ready;
		const char *answer = ask(rows[i].request);
		bool absent = rows[i].holds[0] == '!';
		if (!tt_str_starts(tt_str_c(answer), tt_str_c(rows[i].status)) ||
			absent != !strstr(answer, rows[i].holds + absent))
			TT_STR_EQ_ROW(i, tt_str_c(answer), tt_str_c(rows[i].holds));
	}
	tt_service_stop(service);
}

/* Beyond the limit one waits: it is answered once an idle connection has been closed for its idleness. */
TT_TEST(connections_are_limited)
{
	struct tt_err err = {0};
	struct pollfd idle[4];
	assert_int_equal(start("127.0.0.1:0", &err), TT_OK);
	for (size_t i = 0; i < TT_LEN(idle); i++)
		idle[i] = (struct pollfd){.fd = dial(), .events = POLLIN};
	TT_TRUE(strstr(ask(REQUEST("GET /health")), " 200 "));
	TT_TRUE(poll(idle, TT_LEN(idle), 0) > 0);
	for (size_t i = 0; i < TT_LEN(idle); i++) {
		char c;
		TT_EQ(recv(idle[i].fd, &c, 1, 0), 0);
		close(idle[i].fd);
	}
	tt_service_stop(service);
}

TT_TEST(addresses)
{
	static const char *const bad[] = {"", "9464", ":9464", "localhost:9464", "127.0.0.1",
		"127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:x", "::1:9464", "[127.0.0.1]:1",
		"[::1:1", "300.0.0.1:1", "[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]:1"};
	for (size_t i = 0; i < TT_LEN(bad); i++) {
		struct tt_err err = {0};
		TT_EQ_ROW(i, start(bad[i], &err), TT_ECONF);
		TT_TRUE(strstr(err.msg, "service.listen: "));
	}
	struct tt_err err = {0};
	char taken[64];
	assert_int_equal(start("127.0.0.1:0", &err), TT_OK);
	struct tt_service *first = service;
	snprintf(taken, sizeof(taken), "127.0.0.1:%d", tt_service_port(first));
	TT_EQ(start(taken, &err), TT_EIO);
	TT_TRUE(strstr(err.msg, taken) && strstr(err.msg, "in use"));
	tt_service_stop(first);
	tt_service_stop(NULL);
}

TT_MAIN(TT_RUN(answers), TT_RUN(connections_are_limited), TT_RUN(addresses))
