/* many_server.c - see many_server.h: one thread, epoll, as many connections as come. */
#include "tests/ingest/fetch/many_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#include "common/clock.h"
#include "tests/ingest/fetch/many_feeds.h"

enum { MOST_HOSTS = 2000, DRIP_MS = 100, MOST_EVENTS = 256 };

static int ports[MOST_HOSTS], listeners[MOST_HOSTS]; /* made before the fork, so that both know them */

struct connection {
	struct connection *next, **at; /* of its host */
	int fd, host;
	bool listens, answering, seen_before;
	size_t n_in, n_head, n_body; /* taken in; sent */
	int64_t earliest_ns;         /* what is read next may have come since then */
	int64_t drip_ns;
	struct many_answer answer;
	char in[2048];
};

struct serving {
	int epoll_fd;
	struct many_feeds *feeds;
	struct connection *of_host[MOST_HOSTS];
	int64_t previous_ns, now_ns; /* when waiting for events ended, the last time and the one before */
};

static void address_of(int host, char out[32])
{
	snprintf(out, 32, "127.0.0.1:%d", ports[host]);
}

void many_server_url(size_t feed, char out[80])
{
	snprintf(out, 80, "http://127.0.0.1:%d/%zu", ports[many_host_of(feed)], feed);
}

static void watch(struct serving *s, struct connection *c, int op, uint32_t events)
{
	struct epoll_event e = {.events = events, .data.ptr = c};
	if (epoll_ctl(s->epoll_fd, op, c->fd, &e) != 0)
		abort();
}

static struct connection *add(struct serving *s, int fd, int host, bool listens)
{
	struct connection *c = calloc(1, sizeof(*c));
	if (!c)
		abort();
	*c = (struct connection){.fd = fd, .host = host, .listens = listens, .earliest_ns = s->previous_ns};
	if (!listens) {
		c->next = s->of_host[host];
		c->at = &s->of_host[host];
		if (c->next)
			c->next->at = &c->next;
		*c->at = c;
	}
	watch(s, c, EPOLL_CTL_ADD, EPOLLIN);
	return c;
}

static void drop(struct connection *c)
{
	*c->at = c->next;
	if (c->next)
		c->next->at = c->at;
	if (c->answer.owned)
		free((char *)(uintptr_t)c->answer.body.p);
	close(c->fd);
	free(c);
}

static bool has_gone(int fd)
{
	char byte;
	ssize_t n = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
	return n == 0 || (n < 0 && errno != EAGAIN);
}

/* Those that the client has given up count no longer, though we have not come to them yet. */
static void judge_crowding(struct serving *s, int host)
{
	int n = 0;
	for (struct connection *c = s->of_host[host]; c; c = c->next)
		n += c->answering && !has_gone(c->fd);
	if (n > MANY_HOST_CONNECTIONS)
		many_blame(s->feeds, "host %d: %d requests at a time", host, n);
}

/* Sends what the manner allows now. False: the connection is to be dropped. */
static bool push(struct serving *s, struct connection *c)
{
	struct many_answer *a = &c->answer;
	size_t head = strlen(a->head);
	for (;;) {
		bool in_head = c->n_head < head;
		size_t n = in_head ? head - c->n_head : a->body.n - c->n_body;
		const char *p = in_head ? a->head + c->n_head : n ? a->body.p + c->n_body : "";
		if (!in_head && n && a->manner == MANY_DRIP) {
			if (s->now_ns < c->drip_ns)
				return true;
			n = 1;
			c->drip_ns = s->now_ns + DRIP_MS * 1000000LL;
		}
		ssize_t sent = n ? send(c->fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT) : 0;
		if (sent < 0 && errno == EAGAIN) {
			watch(s, c, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
			return true;
		}
		if (sent < 0)
			return false;
		*(in_head ? &c->n_head : &c->n_body) += (size_t)sent;
		if (!in_head && a->manner == MANY_ENDLESS && c->n_body == a->body.n)
			c->n_body = 0;
		else if (!in_head && c->n_body == a->body.n)
			break;
	}
	watch(s, c, EPOLL_CTL_MOD, EPOLLIN);
	if (a->manner == MANY_HANG)
		return true;
	if (a->manner == MANY_RESET) {
		setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &(struct linger){1, 0}, sizeof(struct linger));
		return false;
	}
	if (a->owned)
		free((char *)(uintptr_t)a->body.p);
	*a = (struct many_answer){0};
	c->answering = false;
	c->n_in = c->n_head = c->n_body = 0;
	return true;
}

static bool pull(struct serving *s, struct connection *c)
{
	ssize_t got = recv(c->fd, c->in + c->n_in, sizeof(c->in) - 1 - c->n_in, MSG_DONTWAIT);
	if (got < 0 && errno == EAGAIN)
		return true;
	if (got <= 0 || c->answering)
		return false;
	c->n_in += (size_t)got;
	c->in[c->n_in] = '\0';
	if (!strstr(c->in, "\r\n\r\n"))
		return c->n_in < sizeof(c->in) - 1;
	c->answering = true;
	if (c->earliest_ns < s->previous_ns && c->seen_before)
		c->earliest_ns = s->previous_ns;
	c->seen_before = true;
	judge_crowding(s, c->host);
	many_request(s->feeds, c->host, c->in, c->earliest_ns, tt_mono_ns(&tt_clock_real), &c->answer);
	return push(s, c);
}

static void on_event(struct serving *s, struct connection *c, uint32_t events)
{
	if (c->listens) {
		int fd;
		while ((fd = accept4(c->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
			setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
			add(s, fd, c->host, false);
		}
		return;
	}
	if ((events & (EPOLLIN | EPOLLERR | EPOLLHUP) && !pull(s, c)) || (events & EPOLLOUT && !push(s, c)))
		drop(c);
}

static void drip(struct serving *s, size_t n_hosts)
{
	for (size_t h = 0; h < n_hosts; h++)
		for (struct connection *c = s->of_host[h], *next; c; c = next) {
			next = c->next;
			if (c->answering && c->answer.manner == MANY_DRIP && !push(s, c))
				drop(c);
		}
}

static int serve(size_t n_feeds, int64_t interval_ms, int stop_fd)
{
	static struct serving s;
	struct epoll_event events[MOST_EVENTS];
	struct connection stop = {.fd = stop_fd};
	int64_t drip_ns = 0;
	s.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	s.feeds = many_feeds_new(n_feeds, interval_ms, address_of);
	if (!s.feeds)
		abort();
	for (size_t h = 0; h < many_hosts(n_feeds); h++)
		add(&s, listeners[h], (int)h, true);
	watch(&s, &stop, EPOLL_CTL_ADD, EPOLLIN);
	for (;;) {
		int n = epoll_wait(s.epoll_fd, events, MOST_EVENTS, DRIP_MS);
		s.previous_ns = s.now_ns;
		s.now_ns = tt_mono_ns(&tt_clock_real);
		for (int i = 0; i < n; i++) {
			if (events[i].data.ptr == &stop)
				return many_verdict(s.feeds) ? 1 : 0;
			on_event(&s, events[i].data.ptr, events[i].events);
		}
		if (s.now_ns >= drip_ns) {
			drip(&s, many_hosts(n_feeds));
			drip_ns = s.now_ns + DRIP_MS * 1000000LL;
		}
	}
}

static bool listen_at(size_t host)
{
	struct sockaddr_in sa = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(sa);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&sa, sizeof(sa)) != 0 || listen(fd, 128) != 0 ||
		getsockname(fd, (struct sockaddr *)&sa, &size) != 0)
		return false;
	listeners[host] = fd;
	ports[host] = ntohs(sa.sin_port);
	return true;
}

bool many_server_start(struct many_server *s, size_t n_feeds, int64_t interval_ms)
{
	int pipe_fds[2];
	if (many_hosts(n_feeds) > MOST_HOSTS || pipe2(pipe_fds, O_CLOEXEC) != 0)
		return false;
	for (size_t h = 0; h < many_hosts(n_feeds); h++)
		if (!listen_at(h))
			return false;
	fflush(NULL);
	s->pid = fork();
	if (s->pid < 0)
		return false;
	if (s->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves by abort() */
		close(pipe_fds[1]);
		int rc = serve(n_feeds, interval_ms, pipe_fds[0]);
		fflush(NULL);
		_exit(rc);
	}
	for (size_t h = 0; h < many_hosts(n_feeds); h++)
		close(listeners[h]);
	close(pipe_fds[0]);
	s->stop_fd = pipe_fds[1];
	return true;
}

bool many_server_stop(struct many_server *s)
{
	int status = -1;
	close(s->stop_fd);
	return waitpid(s->pid, &status, 0) == s->pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
