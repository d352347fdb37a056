/* server.c - tickertone-demo-server: the demo feeds over HTTP on this machine, for script/demo and the tests.
 * Behaves as a good web server: validators, 304, gzip. Listens on 127.0.0.1 only; not installed.
 *
 * GET /NAME      a feed of the folder, filled in (template.h)
 * GET /stats     {"requests":N,"full":N,"not_modified":N,"gzip":N,"not_found":N} */
#include <arpa/inet.h>
#include <getopt.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <microhttpd.h>

#include "common/clock.h"
#include "demo/feed.h"

struct server {
	const char *dir;
	int64_t start_ms;
	int64_t now_ms; /* TT_TIME_NONE: the clock's */
	/* microhttpd's one thread alone writes and reads these */
	unsigned long requests, full, not_modified, gzip, not_found;
};

static const char usage[] =
	"usage: tickertone-demo-server [--port N] [--port-file FILE] [--start T] [--now T] FOLDER\n"
	"Serves the feed templates of FOLDER on 127.0.0.1 until SIGTERM or SIGINT.\n"
	"  --port N          0, the default, takes a free one\n"
	"  --port-file FILE  write the port there once requests are answered\n"
	"  --start T         Unix time that the templates' times count from; default: now\n"
	"  --now T           Unix time at which the feeds stand still; default: they go on with the clock\n";

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned status, const char *content_type,
	struct tt_str body, const struct tt_demo_feed *feed, bool gzip)
{
	struct MHD_Response *response =
		MHD_create_response_from_buffer(body.n, (void *)(uintptr_t)body.p, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	MHD_add_response_header(response, "Content-Type", content_type);
	if (feed) {
		MHD_add_response_header(response, "ETag", feed->etag);
		MHD_add_response_header(response, "Last-Modified", feed->modified);
		MHD_add_response_header(response, "Vary", "Accept-Encoding");
	}
	if (gzip)
		MHD_add_response_header(response, "Content-Encoding", "gzip");
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result answer_text(struct MHD_Connection *connection, unsigned status, const char *text)
{
	return answer(connection, status, "text/plain; charset=utf-8", tt_str_c(text), NULL, false);
}

static const char *header(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static enum MHD_Result answer_feed(
	struct server *s, struct MHD_Connection *connection, const struct tt_demo_feed *feed)
{
	const char *accepts = header(connection, "Accept-Encoding");
	struct tt_str body = tt_buf_view(&feed->body);
	struct tt_buf packed;
	enum MHD_Result result;

	if (tt_demo_feed_known(
		    feed, header(connection, "If-None-Match"), header(connection, "If-Modified-Since"))) {
		s->not_modified++;
		return answer(connection, MHD_HTTP_NOT_MODIFIED, feed->content_type, TT_STR(""), feed, false);
	}
	s->full++;
	if (body.n < TT_DEMO_GZIP_MIN || !accepts || !strstr(accepts, "gzip"))
		return answer(connection, MHD_HTTP_OK, feed->content_type, body, feed, false);
	tt_buf_init(&packed, 2 * TT_DEMO_FILE_MAX);
	if (tt_demo_gzip(body, &packed, NULL) == TT_OK) {
		s->gzip++;
		result =
			answer(connection, MHD_HTTP_OK, feed->content_type, tt_buf_view(&packed), feed, true);
	} else {
		result = answer(connection, MHD_HTTP_OK, feed->content_type, body, feed, false);
	}
	tt_buf_done(&packed);
	return result;
}

static enum MHD_Result answer_stats(const struct server *s, struct MHD_Connection *connection)
{
	char text[256];

	snprintf(text, sizeof(text),
		"{\"requests\":%lu,\"full\":%lu,\"not_modified\":%lu,\"gzip\":%lu,\"not_found\":%lu}\n",
		s->requests, s->full, s->not_modified, s->gzip, s->not_found);
	return answer(connection, MHD_HTTP_OK, "application/json", tt_str_c(text), NULL, false);
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *data, size_t *data_size, void **con_cls)
{
	struct server *s = ctx;
	struct tt_demo_feed feed;
	struct tt_err err;
	enum MHD_Result result;
	int rc;

	(void)version, (void)data, (void)data_size, (void)con_cls;
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
		return answer_text(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET and HEAD\n");
	if (strcmp(url, "/stats") == 0)
		return answer_stats(s, connection);
	s->requests++;
	rc = tt_demo_feed_load(s->dir, url + 1, s->start_ms,
		s->now_ms == TT_TIME_NONE ? tt_wall_ms(&tt_clock_real) : s->now_ms, &feed, &err);
	if (rc == TT_ENOENT) {
		s->not_found++;
		return answer_text(connection, MHD_HTTP_NOT_FOUND, "no such feed\n");
	}
	if (rc != TT_OK) {
		fprintf(stderr, "tickertone-demo-server: %s\n", err.msg);
		return answer_text(
			connection, MHD_HTTP_INTERNAL_SERVER_ERROR, "the feed's template is broken\n");
	}
	result = answer_feed(s, connection, &feed);
	tt_buf_done(&feed.body);
	return result;
}

/* Whole or not there at all, for whoever waits for the file. */
static int write_port(const char *path, unsigned port)
{
	char part[4096];
	FILE *f;

	snprintf(part, sizeof(part), "%s.part", path);
	f = fopen(part, "w");
	if (!f)
		return -1;
	fprintf(f, "%u\n", port);
	return fclose(f) == 0 ? rename(part, path) : -1;
}

static int serve(struct server *s, unsigned port, const char *port_file)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	struct MHD_Daemon *daemon;
	sigset_t stop;
	int sig;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	pthread_sigmask(SIG_BLOCK, &stop, NULL); /* before the server's thread inherits the mask */
	signal(SIGPIPE, SIG_IGN);
	daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, on_request, s,
		MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address, MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u,
		MHD_OPTION_END);
	if (!daemon) {
		fprintf(stderr, "tickertone-demo-server: cannot listen on 127.0.0.1:%u\n", port);
		return EXIT_FAILURE;
	}
	port = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
	if (port_file && write_port(port_file, port) != 0) {
		perror(port_file);
		MHD_stop_daemon(daemon);
		return EXIT_FAILURE;
	}
	printf("http://127.0.0.1:%u/\n", port);
	fflush(stdout);
	sigwait(&stop, &sig);
	MHD_stop_daemon(daemon);
	return EXIT_SUCCESS;
}

/* A whole number from the command line within [0, max]. */
static bool number(const char *text, int64_t max, int64_t *ret)
{
	if (tt_str_int(tt_str_c(text), 0, max, ret))
		return true;
	fprintf(stderr, "tickertone-demo-server: '%s' is not a number of 0 to %lld\n", text, (long long)max);
	return false;
}

int main(int argc, char **argv)
{
	enum { PORT, PORT_FILE, START, NOW };
	static const struct option options[] = {
		{"port", required_argument, NULL, PORT},
		{"port-file", required_argument, NULL, PORT_FILE},
		{"start", required_argument, NULL, START},
		{"now", required_argument, NULL, NOW},
		{0},
	};
	const int64_t last_s = INT64_C(253402300799); /* the end of year 9999 */
	struct server s = {.start_ms = tt_wall_ms(&tt_clock_real), .now_ms = TT_TIME_NONE};
	const char *port_file = NULL;
	int64_t port = 0, seconds;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case PORT:
			if (!number(optarg, 65535, &port))
				return 64;
			break;
		case PORT_FILE:
			port_file = optarg;
			break;
		case START:
		case NOW:
			if (!number(optarg, last_s, &seconds))
				return 64;
			*(option == START ? &s.start_ms : &s.now_ms) = seconds * 1000;
			break;
		default:
			fputs(usage, stderr);
			return 64;
		}
	}
	if (argc - optind != 1) {
		fputs(usage, stderr);
		return 64;
	}
	s.dir = argv[optind];
	return serve(&s, (unsigned)port, port_file);
}
