/* service.c - see service.h. libmicrohttpd polls and answers on one thread. */
#include "app/run/service.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/run/service_listen.h"
#include "app/run/service_pages.h"

#define OPT(f, ty, d, lo, hi, u, doc)                                                                        \
	{                                                                                                    \
#f, ty, offsetof(struct tt_service_conf, f), d, lo, hi, u, 0, doc, NULL                      \
	}
const struct tt_opt tt_service_opts[] = {
	OPT(enabled, TT_OPT_BOOL, "true", 0, 0, "", "Serve /metrics, /health, /ready and the callback of section websub over HTTP."),
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

enum {
	ANSWER_MAX = 4 << 20,
	REQUEST_MEMORY = 32 << 10,
	DISCARD_MAX = 64 << 20, /* of a body that is not wanted, before the connection is closed */
};

struct tt_service {
	struct MHD_Daemon *daemon;
	struct tt_service_calls calls;
	struct tt_service_mount mount;
	int port;
};

/* One request on its way. */
struct request {
	struct tt_service *service;
	void *upload;    /* the mount's, while its body arrives */
	unsigned status; /* of the upload so far; 0: none was begun */
	size_t discarded;
};

/* ---- answers ---- */

static bool is(const char *method, const char *name)
{
	return strcmp(method, name) == 0;
}

/* Gives the answer's body to libmicrohttpd and frees it. */
static enum MHD_Result send_answer(struct MHD_Connection *c, struct tt_service_answer *a, const char *allow)
{
	enum MHD_Result ok = MHD_NO;
	struct MHD_Response *r = NULL;
	if (a->body.rc == TT_OK)
		r = MHD_create_response_from_buffer(a->body.n, a->body.p, MHD_RESPMEM_MUST_COPY);
	if (r && MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, a->type) == MHD_YES &&
		MHD_add_response_header(r, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store") == MHD_YES &&
		MHD_add_response_header(r, "X-Content-Type-Options", "nosniff") == MHD_YES &&
		(a->status != MHD_HTTP_METHOD_NOT_ALLOWED ||
			MHD_add_response_header(r, MHD_HTTP_HEADER_ALLOW, allow) == MHD_YES) &&
		(!a->retry_after ||
			MHD_add_response_header(r, MHD_HTTP_HEADER_RETRY_AFTER, a->retry_after) == MHD_YES))
		ok = MHD_queue_response(c, a->status, r);
	if (r)
		MHD_destroy_response(r);
	tt_buf_done(&a->body);
	return ok;
}

static enum MHD_Result answer_page(
	struct tt_service *s, struct MHD_Connection *c, const char *url, const char *method)
{
	struct tt_service_answer a = {.type = "application/json"};
	tt_buf_init(&a.body, ANSWER_MAX);
	if (!tt_service_has_page(url)) {
		a.status = MHD_HTTP_NOT_FOUND;
		tt_buf_str(&a.body, TT_STR("{\"error\":\"not "
					   "found\",\"paths\":[\"/metrics\",\"/health\",\"/ready\"]}\n"));
	} else if (!is(method, MHD_HTTP_METHOD_GET) && !is(method, MHD_HTTP_METHOD_HEAD)) {
		a.status = MHD_HTTP_METHOD_NOT_ALLOWED;
		tt_buf_str(&a.body, TT_STR("{\"error\":\"only GET and HEAD\"}\n"));
	} else {
		(void)tt_service_page(url, &s->calls, &a);
	}
	return send_answer(c, &a, "GET, HEAD");
}

/* ---- the mount ---- */

/* What follows the mount's prefix; absent: not its path. */
static struct tt_str below_mount(const struct tt_service *s, const char *url)
{
	struct tt_str path = tt_str_c(url), prefix = tt_str_c(s->mount.prefix);
	if (!prefix.p || !tt_str_starts(path, prefix))
		return (struct tt_str){NULL, 0};
	return (struct tt_str){path.p + prefix.n, path.n - prefix.n};
}

static struct tt_str value_of(const struct tt_service_request *r, enum MHD_ValueKind kind, const char *name)
{
	struct tt_str v = {NULL, 0};
	if (MHD_lookup_connection_value_n(r->connection, kind, name, strlen(name), &v.p, &v.n) != MHD_YES ||
		!v.p)
		return (struct tt_str){NULL, 0};
	return v;
}

struct tt_str tt_service_header(const struct tt_service_request *r, const char *name)
{
	return value_of(r, MHD_HEADER_KIND, name);
}

struct tt_str tt_service_query(const struct tt_service_request *r, const char *name)
{
	return value_of(r, MHD_GET_ARGUMENT_KIND, name);
}

static enum MHD_Result answer_mount(struct request *q, const struct tt_service_request *r, const char *method)
{
	const struct tt_service_mount *m = &q->service->mount;
	struct tt_service_answer a = {.status = q->status, .type = "text/plain; charset=utf-8"};
	tt_buf_init(&a.body, ANSWER_MAX);
	if (is(method, MHD_HTTP_METHOD_GET)) {
		a.status = m->get(m->ctx, r, &a.body);
	} else if (!is(method, MHD_HTTP_METHOD_POST)) {
		a.status = MHD_HTTP_METHOD_NOT_ALLOWED;
	} else if (q->upload) {
		a.status = m->end(m->ctx, q->upload);
		q->upload = NULL;
	}
	if (a.status == MHD_HTTP_SERVICE_UNAVAILABLE)
		a.retry_after = "30";
	return send_answer(r->connection, &a, "GET, POST");
}

static void begin_upload(struct request *q, const struct tt_service_request *r)
{
	struct tt_str announced = tt_service_header(r, MHD_HTTP_HEADER_CONTENT_LENGTH);
	int64_t length = -1;
	(void)tt_str_int(announced, 0, INT64_MAX, &length);
	q->status = q->service->mount.begin(q->service->mount.ctx, r, length, &q->upload);
}

/* A piece of a body: for the upload that wants it, or for nobody. */
static enum MHD_Result take_piece(struct request *q, const char *body, size_t n)
{
	const struct tt_service_mount *m = &q->service->mount;
	if (q->upload) {
		q->status = m->add(m->ctx, q->upload, body, n);
		if (q->status != MHD_HTTP_ACCEPTED)
			q->upload = NULL;
		return MHD_YES;
	}
	q->discarded += n;
	return q->discarded > DISCARD_MAX ? MHD_NO : MHD_YES;
}

/* ---- libmicrohttpd's calls ---- */

/* Called once with the request's head, then with pieces of its body, last with none. */
static enum MHD_Result on_request(void *ctx, struct MHD_Connection *c, const char *url, const char *method,
	const char *version, const char *body, size_t *body_size, void **state)
{
	struct tt_service *s = ctx;
	struct request *q = *state;
	struct tt_service_request r = {below_mount(s, url), c};
	(void)version;
	if (!q) {
		*state = q = calloc(1, sizeof(*q));
		if (!q)
			return MHD_NO;
		q->service = s;
		if (r.rest.p && is(method, MHD_HTTP_METHOD_POST))
			begin_upload(q, &r);
		/* answered at once, the body need not come */
		return q->status && !q->upload ? answer_mount(q, &r, method) : MHD_YES;
	}
	if (*body_size) {
		size_t n = *body_size;
		*body_size = 0;
		return take_piece(q, body, n);
	}
	return r.rest.p ? answer_mount(q, &r, method) : answer_page(s, c, url, method);
}

static void on_end(void *ctx, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode why)
{
	struct tt_service *s = ctx;
	struct request *q = *state;
	(void)c, (void)why;
	if (q && q->upload) /* the peer broke off */
		s->mount.drop(s->mount.ctx, q->upload);
	free(q);
	*state = NULL;
}

int tt_service_start(struct tt_service **ret, const struct tt_service_conf *conf,
	const struct tt_service_calls *calls, const struct tt_service_mount *mount, struct tt_err *err)
{
	int fd = -1, rc;
	struct tt_service *s = calloc(1, sizeof(*s));
	if (!s)
		return tt_err_set(err, TT_ENOMEM, "%s", tt_err_text(TT_ENOMEM));
	s->calls = *calls;
	if (mount)
		s->mount = *mount;
	rc = tt_service_listen(conf->listen, &fd, &s->port, err);
	if (rc < 0)
		goto out;
	s->daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_AUTO | MHD_USE_ITC, 0, NULL,
		NULL, on_request, s, MHD_OPTION_NOTIFY_COMPLETED, on_end, s, MHD_OPTION_LISTEN_SOCKET, fd,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)conf->max_connections, MHD_OPTION_CONNECTION_TIMEOUT,
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
