/* http_server.h - a web server for tests that can be as wrong as real ones: it sends the bytes of a script,
 * no more, no less. It listens on 127.0.0.1 (or an address given) at a port of the system's choice, a thread
 * for each connection, and keeps every request. Owner: the script must outlive the server. Threads: any may
 * ask for the requests. */
#ifndef TT_TESTS_INGEST_FETCH_HTTP_SERVER_H
#define TT_TESTS_INGEST_FETCH_HTTP_SERVER_H

#include "common/str.h"

enum {
	STEP_RAW = 1,   /* head and body as they are: no Content-Length, Connection or end of head is added */
	STEP_RESET = 2, /* then the connection is reset, not closed */
	STEP_DRIP = 4,  /* the body comes byte by byte, 20 ms apart */
	STEP_FOREVER = 8, /* the body comes again and again until the client has gone */
	STEP_HANG = 16,   /* then nothing more, until the client has gone */
};

struct tt_http_step {
	const char *head; /* status line and headers, each with \r\n */
	struct tt_str body;
	unsigned flags;
};

struct tt_http_route {
	const char *path;
	struct tt_http_step steps[6]; /* the n-th request gets the n-th; the last one (before one without
					 head) is repeated */
};

struct tt_http_server;

struct tt_http_server *tt_http_server_start(
	const char *address, const struct tt_http_route *routes, size_t n); /* NULL: failed */
void tt_http_server_stop(struct tt_http_server *s); /* waits for its threads; NULL is fine */
int tt_http_server_port(const struct tt_http_server *s);

size_t tt_http_count(struct tt_http_server *s, const char *path); /* requests for it so far */
/* The i-th request of all, for any path, and the monotonic time it came in. False: there were not so many. */
bool tt_http_seen(struct tt_http_server *s, size_t i, const char **ret_path, int64_t *ret_ns);
size_t tt_http_connections(struct tt_http_server *s);
/* The n-th request for the path, as text; "" when there is none. Valid until stop. */
const char *tt_http_request(struct tt_http_server *s, const char *path, size_t n);
/* The value of a request's header; {NULL,0} when it has none. */
struct tt_str tt_http_header(const char *request, const char *name);

#endif
