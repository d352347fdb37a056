/* http_server.c - see http_server.h. */
#include "tests/ingest/fetch/http_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"

enum { MOST_REQUESTS = 200000, MOST_CONNECTIONS = 65536, REQUEST_BYTES = 2048, PATH_BYTES = 64 };

struct request {
	char path[PATH_BYTES];
	int64_t at_ns;
	char text[REQUEST_BYTES];
};

struct tt_http_server {
	int fd, port;
	const struct tt_http_route *routes;
	size_t n_routes;
	pthread_t acceptor, threads[MOST_CONNECTIONS];
	atomic_size_t n_connections;
	size_t n_threads; /* the acceptor's, until it has ended */
	atomic_bool stopping;
	pthread_mutex_t lock; /* of what follows */
	struct request *requests[MOST_REQUESTS];
	size_t n_requests;
};

struct connection {
	struct tt_http_server *server;
	int fd;
};

static size_t count(struct tt_http_server *s, const char *path)
{
	size_t n = 0;
	for (size_t i = 0; i < s->n_requests; i++)
		n += strcmp(s->requests[i]->path, path) == 0;
	return n;
}

/* Waits in small slices, so that stopping is noticed. False: the client has gone, or we stop. */
static bool wait_for(const struct connection *c, short events, int timeout_ms)
{
	for (int waited = 0; timeout_ms < 0 || waited < timeout_ms; waited += 20) {
		struct pollfd p = {.fd = c->fd, .events = events};
		if (atomic_load(&c->server->stopping))
			return false;
		if (poll(&p, 1, 20) > 0)
			return !(p.revents & (POLLERR | POLLHUP)) || (p.revents & events);
	}
	return true;
}

static bool send_all(const struct connection *c, const char *p, size_t n)
{
	while (n) {
		if (!wait_for(c, POLLOUT, -1))
			return false;
		ssize_t sent = send(c->fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent < 0 && errno != EAGAIN)
			return false;
		p += sent > 0 ? sent : 0;
		n -= sent > 0 ? (size_t)sent : 0;
	}
	return true;
}

static bool client_gone(const struct connection *c)
{
	char byte;
	return recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0 ||
	       (errno != EAGAIN && errno != EWOULDBLOCK);
}

static bool send_body(const struct connection *c, const struct tt_http_step *step)
{
	if (step->flags & STEP_DRIP) {
		for (size_t i = 0; i < step->body.n; i++) {
			struct pollfd nothing = {.fd = -1};
			poll(&nothing, 1, 20);
			if (!send_all(c, step->body.p + i, 1) || client_gone(c))
				return false;
		}
		return true;
	}
	bool ok = send_all(c, step->body.p, step->body.n);
	while (ok && step->flags & STEP_FOREVER)
		ok = send_all(c, step->body.p, step->body.n);
	return ok;
}

/* False: the connection is to be closed. */
static bool answer(const struct connection *c, const struct tt_http_step *step)
{
	char tail[64] = "";
	if (!(step->flags & STEP_RAW))
		snprintf(tail, sizeof(tail), "Content-Length: %zu\r\n\r\n", step->body.n);
	if (!send_all(c, step->head, strlen(step->head)) || !send_all(c, tail, strlen(tail)) ||
		!send_body(c, step))
		return false;
	if (step->flags & STEP_HANG)
		while (!atomic_load(&c->server->stopping) && !client_gone(c))
			wait_for(c, POLLIN, 20);
	if (step->flags & STEP_RESET) {
		struct linger linger = {1, 0};
		setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	}
	return !(step->flags & (STEP_RAW | STEP_RESET | STEP_HANG));
}

static const struct tt_http_step *step_for(struct tt_http_server *s, const char *path, size_t nth)
{
	static const struct tt_http_step not_found = {"HTTP/1.1 404 Not Found\r\n", {"", 0}, 0};
	for (size_t i = 0; i < s->n_routes; i++) {
		const struct tt_http_route *r = &s->routes[i];
		if (strcmp(r->path, path) != 0)
			continue;
		size_t n = 0;
		while (n + 1 < TT_LEN(r->steps) && n < nth && r->steps[n + 1].head)
			n++;
		return &r->steps[n];
	}
	return &not_found;
}

/* Head and body have come? */
static bool is_complete(const char *text, size_t n)
{
	const char *end = strstr(text, "\r\n\r\n"), *length = strcasestr(text, "\r\nContent-Length:");
	size_t body = end && length && length < end ? strtoul(length + 17, NULL, 10) : 0;
	return end && n >= (size_t)(end - text) + 4 + body;
}

/* Reads one request and keeps it. NULL: none came. */
static const struct request *receive(const struct connection *c, size_t *ret_nth)
{
	struct tt_http_server *s = c->server;
	struct request *r = calloc(1, sizeof(*r));
	size_t n = 0;
	while (r && !is_complete(r->text, n)) {
		ssize_t got = n + 1 < sizeof(r->text) && wait_for(c, POLLIN, -1)
				      ? recv(c->fd, r->text + n, sizeof(r->text) - n - 1, 0)
				      : 0;
		if (got <= 0) {
			free(r);
			return NULL;
		}
		n += (size_t)got;
	}
	if (!r)
		return NULL;
	sscanf(r->text, "%*s %63s", r->path);
	r->at_ns = tt_mono_ns(&tt_clock_real);
	pthread_mutex_lock(&s->lock);
	*ret_nth = count(s, r->path);
	if (s->n_requests < MOST_REQUESTS) {
		s->requests[s->n_requests++] = r;
	} else {
		free(r);
		r = NULL;
	}
	pthread_mutex_unlock(&s->lock);
	return r;
}

static void *serve(void *arg)
{
	struct connection *c = arg;
	const struct request *r;
	size_t nth;
	while ((r = receive(c, &nth)) && answer(c, step_for(c->server, r->path, nth)))
		;
	close(c->fd);
	free(c);
	return NULL;
}

static void *accept_all(void *arg)
{
	struct tt_http_server *s = arg;
	while (!atomic_load(&s->stopping)) {
		struct pollfd p = {.fd = s->fd, .events = POLLIN};
		if (poll(&p, 1, 20) <= 0)
			continue;
		int fd = accept(s->fd, NULL, NULL);
		struct connection *c = malloc(sizeof(*c));
		if (fd < 0 || !c || s->n_threads == MOST_CONNECTIONS)
			abort();
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int)); /* head and body are sent apart */
		*c = (struct connection){s, fd};
		atomic_fetch_add(&s->n_connections, 1);
		if (pthread_create(&s->threads[s->n_threads++], NULL, serve, c) != 0)
			abort();
	}
	return NULL;
}

struct tt_http_server *tt_http_server_start(const char *address, const struct tt_http_route *routes, size_t n)
{
	struct sockaddr_in sa = {.sin_family = AF_INET};
	socklen_t size = sizeof(sa);
	struct tt_http_server *s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->routes = routes;
	s->n_routes = n;
	pthread_mutex_init(&s->lock, NULL);
	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	inet_pton(AF_INET, address, &sa.sin_addr);
	if (bind(s->fd, (struct sockaddr *)&sa, sizeof(sa)) != 0 || listen(s->fd, 512) != 0 ||
		getsockname(s->fd, (struct sockaddr *)&sa, &size) != 0 ||
		pthread_create(&s->acceptor, NULL, accept_all, s) != 0) {
		close(s->fd);
		free(s);
		return NULL;
	}
	s->port = ntohs(sa.sin_port);
	return s;
}

void tt_http_server_stop(struct tt_http_server *s)
{
	if (!s)
		return;
	atomic_store(&s->stopping, true);
	pthread_join(s->acceptor, NULL);
	for (size_t i = 0; i < s->n_threads; i++)
		pthread_join(s->threads[i], NULL);
	close(s->fd);
	for (size_t i = 0; i < s->n_requests; i++)
		free(s->requests[i]);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

int tt_http_server_port(const struct tt_http_server *s)
{
	return s->port;
}

size_t tt_http_connections(struct tt_http_server *s)
{
	return atomic_load(&s->n_connections);
}

size_t tt_http_count(struct tt_http_server *s, const char *path)
{
	pthread_mutex_lock(&s->lock);
	size_t n = count(s, path);
	pthread_mutex_unlock(&s->lock);
	return n;
}

const char *tt_http_request(struct tt_http_server *s, const char *path, size_t n)
{
	const char *text = "";
	pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < s->n_requests; i++)
		if (strcmp(s->requests[i]->path, path) == 0 && n-- == 0) {
			text = s->requests[i]->text;
			break;
		}
	pthread_mutex_unlock(&s->lock);
	return text;
}

bool tt_http_seen(struct tt_http_server *s, size_t i, const char **ret_path, int64_t *ret_ns)
{
	pthread_mutex_lock(&s->lock);
	bool there = i < s->n_requests;
	if (there) {
		*ret_path = s->requests[i]->path;
		*ret_ns = s->requests[i]->at_ns;
	}
	pthread_mutex_unlock(&s->lock);
	return there;
}

struct tt_str tt_http_header(const char *request, const char *name)
{
	struct tt_str rest = tt_str_c(request);
	while (rest.p) {
		struct tt_str line = tt_str_split(&rest, '\n'), value = line;
		if (tt_str_eq_ci(tt_str_split(&value, ':'), tt_str_c(name)) && value.p)
			return tt_str_trim(value);
	}
	return (struct tt_str){NULL, 0};
}
