/* stdout.c - see stdout.h. */
#include "sink/stdout.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sink/json.h"

enum { MAX_WRITE_BYTES = 1 << 30 };

struct stdout_sink {
	int fd;
	struct tt_buf text;
	struct tt_buf unsent; /* what a failed write had to say ... */
	size_t sent;          /* ... and how much of it is out */
};

static int add_batch(struct stdout_sink *s, const struct tt_batch *b, struct tt_sink_result *ret)
{
	int rc = TT_OK;

	for (size_t i = 0; i < b->n_items && rc == TT_OK; i++) {
		(void)tt_sink_json_event(&s->text, &b->items[i]);
		(void)tt_buf_char(&s->text, '\n');
		rc = s->text.rc;
		ret->items++;
		ret->entities += b->items[i].n_entities;
	}
	for (size_t i = 0; i < b->n_dead && rc == TT_OK; i++) {
		(void)tt_sink_json_dead(&s->text, &b->dead[i]);
		(void)tt_buf_char(&s->text, '\n');
		rc = s->text.rc;
		ret->dead++;
	}
	return rc;
}

/* Sends from s->sent on, whatever it takes. */
static int send_rest(struct stdout_sink *s, struct tt_str all, struct tt_err *err)
{
	while (s->sent < all.n) {
		ssize_t n = write(s->fd, all.p + s->sent, all.n - s->sent);
		if (n >= 0) {
			s->sent += (size_t)n;
			continue;
		}
		if (errno == EAGAIN)
			poll(&(struct pollfd){.fd = s->fd, .events = POLLOUT}, 1, -1);
		else if (errno == EPIPE)
			return tt_err_set(err, TT_ECLOSED, "standard output: the reader is gone");
		else if (errno != EINTR)
			return tt_err_set(err, TT_EIO, "standard output: %s", strerror(errno));
	}
	return TT_OK;
}

static int stdout_write(
	void *self, struct tt_batch *const *batches, size_t n, struct tt_sink_result *ret, struct tt_err *err)
{
	struct tt_sink_result written = {0};
	struct stdout_sink *s = self;
	int rc = TT_OK;

	tt_buf_reset(&s->text);
	for (size_t i = 0; i < n && rc == TT_OK; i++)
		rc = add_batch(s, batches[i], &written);
	if (rc < 0)
		return tt_err_set(err, rc, "standard output: %s", tt_err_text(rc));
	if (!tt_str_eq(tt_buf_view(&s->text), tt_buf_view(&s->unsent)))
		s->sent = 0;
	rc = send_rest(s, tt_buf_view(&s->text), err);
	if (rc < 0) { /* the caller may come again with the same */
		struct tt_buf swap = s->unsent;
		s->unsent = s->text;
		s->text = swap;
		return rc;
	}
	tt_buf_reset(&s->unsent);
	s->sent = 0;
	*ret = written;
	return TT_OK;
}

static void stdout_close(void *self)
{
	struct stdout_sink *s = self;

	if (!s)
		return;
	tt_buf_done(&s->text);
	tt_buf_done(&s->unsent);
	free(s);
}

static const struct tt_sink_ops stdout_ops = {
	.name = "stdout",
	.write = stdout_write,
	.close = stdout_close,
};

int tt_stdout_open(struct tt_sink *ret, int fd, struct tt_err *err)
{
	struct stdout_sink *s = calloc(1, sizeof(*s));

	if (!s)
		return tt_err_set(err, TT_ENOMEM, "standard output: %s", tt_err_text(TT_ENOMEM));
	s->fd = fd;
	tt_buf_init(&s->text, MAX_WRITE_BYTES);
	tt_buf_init(&s->unsent, MAX_WRITE_BYTES);
	*ret = (struct tt_sink){&stdout_ops, s};
	return TT_OK;
}
