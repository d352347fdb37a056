/* service.c - see service.h. libmicrohttpd polls and answers on one thread; each answer is made whole in
 * memory. */
#include "app/run/service.h"

#include <arpa/inet.h>
#include <errno.h>
#include <jansson.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/metrics.h"
#include "common/utf8.h"

#define OPT(f, ty, d, lo, hi, u, doc)                                                                        \
	{                                                                                                    \
#f, ty, offsetof(struct tt_service_conf, f), d, lo, hi, u, 0, doc, NULL                      \
	}
const struct tt_opt tt_service_opts[] = {
	OPT(enabled, TT_OPT_BOOL, "true", 0, 0, "", "Serve /metrics, /health and /ready over HTTP."),
	OPT(listen, TT_OPT_STR, "127.0.0.1:9464", 0, 0, "",
		"Address and port, as 127.0.0.1:9464 or [::1]:9464; port 0 takes any free one. There is no "
		"authentication: "
		"think before you listen on more than the loopback address."),
	OPT(max_connections, TT_OPT_INT, "64", 1, 10000, "connections",
		"Connections at the same time; further ones wait."),
	{"idle_timeout", TT_OPT_DURATION, offsetof(struct tt_service_conf, idle_timeout_ms), "10s", 1000,
		3600000, "", 0,
		"A connection that is silent for so long is closed; counted in whole seconds.", NULL},
	{0},
};

enum { ANSWER_MAX = 4 << 20, REQUEST_MEMORY = 32 << 10 };

struct tt_service {
	struct MHD_Daemon *daemon;
	struct tt_service_calls calls;
	int port;
};

struct answer {
	unsigned status;
	const char *type;
	struct tt_buf body;
};

static void metrics_answer(struct tt_service *s, struct answer *a)
{
	(void)s;
	a->type = "text/plain; version=0.0.4; charset=utf-8";
	tt_metrics_text(&a->body);
}

static void health_answer(struct tt_service *s, struct answer *a)
{
	(void)s;
	tt_buf_str(&a->body, TT_STR("{\"status\":\"ok\"}\n"));
}

static json_t *lines_array(struct tt_str text)
{
	json_t *array = json_array();
	while (text.n) {
		struct tt_str line = tt_str_trim(tt_str_split(&text, '\n'));
		if (line.n) /* what a peer said may be anything */
			json_array_append_new(array, tt_utf8_valid(line) ? json_stringn(line.p, line.n)
									 : json_string("(not UTF-8)"));
	}
	return array;
}

static void ready_answer(struct tt_service *s, struct answer *a)
{
	struct tt_buf reason;
	tt_buf_init(&reason, 16 << 10);
	bool ready = s->calls.ready(s->calls.ctx, &reason);
	json_t *json = json_pack("{s:b, s:o}", "ready", ready, "reasons", lines_array(tt_buf_view(&reason)));
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	a->status = ready ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE;
	tt_buf_printf(&a->body, "%s\n", text ? text : ready ? "{\"ready\":true}" : "{\"ready\":false}");
	free(text);
	json_decref(json);
	tt_buf_done(&reason);
}

static const struct {
	const char *path;
	void (*answer)(struct tt_service *s, struct answer *a);
} routes[] = {{"/metrics", metrics_answer}, {"/health", health_answer}, {"/ready", ready_answer}};

/* Gives the answer's body to libmicrohttpd and frees it. */
static enum MHD_Result send_answer(struct MHD_Connection *c, struct answer *a)
{
	enum MHD_Result ok = MHD_NO;
	struct MHD_Response *r = NULL;
	if (a->body.rc == TT_OK)
		r = MHD_create_response_from_buffer(a->body.n, a->body.p, MHD_RESPMEM_MUST_COPY);
	if (r && MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, a->type) == MHD_YES &&
		MHD_add_response_header(r, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store") == MHD_YES &&
		(a->status != MHD_HTTP_METHOD_NOT_ALLOWED ||
			MHD_add_response_header(r, MHD_HTTP_HEADER_ALLOW, "GET, HEAD") == MHD_YES))
		ok = MHD_queue_response(c, a->status, r);
	if (r)
		MHD_destroy_response(r);
	tt_buf_done(&a->body);
	return ok;
}

/* Called once with the request's head, then with pieces of its body (which is ignored), last with none. */
static enum MHD_Result on_request(void *ctx, struct MHD_Connection *c, const char *url, const char *method,
	const char *version, const char *body, size_t *body_size, void **state)
{
	static char head_seen;
	struct tt_service *s = ctx;
	(void)version, (void)body;
	if (!*state || *body_size) {
		*state = &head_seen;
		*body_size = 0;
		return MHD_YES;
	}
	struct answer a = {.status = MHD_HTTP_OK, .type = "application/json"};
	bool known = strcmp(method, MHD_HTTP_METHOD_GET) == 0 || strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
	size_t i = 0;
	tt_buf_init(&a.body, ANSWER_MAX);
	while (i < TT_LEN(routes) && strcmp(routes[i].path, url) != 0)
		i++;
	if (i == TT_LEN(routes)) {
		a.status = MHD_HTTP_NOT_FOUND;
		tt_buf_str(&a.body, TT_STR("{\"error\":\"not "
					   "found\",\"paths\":[\"/metrics\",\"/health\",\"/ready\"]}\n"));
	} else if (!known) {
		a.status = MHD_HTTP_METHOD_NOT_ALLOWED;
		tt_buf_str(&a.body, TT_STR("{\"error\":\"only GET and HEAD\"}\n"));
	} else {
		routes[i].answer(s, &a);
	}
	return send_answer(c, &a);
}

/* "ADDRESS:PORT" or "[ADDRESS]:PORT", numbers only: names would make what is listened on depend on a
 * resolver. */
static bool parse_address(const char *text, struct sockaddr_storage *ret, socklen_t *ret_len)
{
	struct sockaddr_in *v4 = (void *)ret;
	struct sockaddr_in6 *v6 = (void *)ret;
	const char *colon = strrchr(text, ':');
	char host[INET6_ADDRSTRLEN];
	int64_t port;
	size_t n = colon ? (size_t)(colon - text) : 0;
	bool brackets = n >= 2 && text[0] == '[' && text[n - 1] == ']';
	if (!colon || !tt_str_int(tt_str_c(colon + 1), 0, 65535, &port))
		return false;
	text += brackets;
	n -= brackets ? 2 : 0;
	if (n >= sizeof(host))
		return false;
	memcpy(host, text, n);
	host[n] = '\0';
	memset(ret, 0, sizeof(*ret));
	if (!brackets && inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)port);
		*ret_len = sizeof(*v4);
	} else if (brackets && inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons((uint16_t)port);
		*ret_len = sizeof(*v6);
	} else {
		return false;
	}
	return true;
}

/* A bound, listening socket; *port is the one it got. Made here and not by libmicrohttpd, whose errors have
 * no text. */
static int listen_on(const char *address, int *ret_fd, int *ret_port, struct tt_err *err)
{
	struct sockaddr_storage at;
	socklen_t len = 0;
	int fd = -1, one = 1;
	if (!parse_address(address, &at, &len))
		return tt_err_set(err, TT_ECONF,
			"service.listen: '%s' is not ADDRESS:PORT, as 127.0.0.1:9464 or [::1]:9464", address);
	fd = socket(at.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) != 0 ||
		bind(fd, (void *)&at, len) != 0 || listen(fd, 64) != 0 ||
		getsockname(fd, (void *)&at, &len) != 0) {
		tt_err_set(err, TT_EIO, "service.listen: %s: %s", address, strerror(errno));
		if (fd >= 0)
			close(fd);
		return TT_EIO;
	}
	*ret_fd = fd;
	*ret_port = ntohs(at.ss_family == AF_INET ? ((struct sockaddr_in *)&at)->sin_port
						  : ((struct sockaddr_in6 *)&at)->sin6_port);
	return TT_OK;
}

int tt_service_start(struct tt_service **ret, const struct tt_service_conf *conf,
	const struct tt_service_calls *calls, struct tt_err *err)
{
	int fd = -1, rc;
	struct tt_service *s = calloc(1, sizeof(*s));
	if (!s)
		return tt_err_set(err, TT_ENOMEM, "%s", tt_err_text(TT_ENOMEM));
	s->calls = *calls;
	rc = listen_on(conf->listen, &fd, &s->port, err);
	if (rc < 0)
		goto out;
	s->daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_AUTO | MHD_USE_ITC, 0, NULL,
		NULL, on_request, s, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned)conf->max_connections, MHD_OPTION_CONNECTION_TIMEOUT,
		(unsigned)(conf->idle_timeout_ms / 1000), MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)REQUEST_MEMORY, MHD_OPTION_END);
	if (!s->daemon) {
		rc = tt_err_set(
			err, TT_EIO, "service.listen: %s: the HTTP server did not start", conf->listen);
		close(fd);
		goto out;
	}
	*ret = s;
	s = NULL;
out:
	free(s);
	return rc;
}

int tt_service_port(const struct tt_service *s)
{
	return s->port;
}

void tt_service_stop(struct tt_service *s)
{
	if (!s)
		return;
	MHD_stop_daemon(s->daemon);
	free(s);
}
