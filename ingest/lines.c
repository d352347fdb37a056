/* lines.c - see lines.h: reads, cuts into lines, and waits so that it can be woken. */
#include "ingest/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/metrics.h"
#include "ingest/identity.h"
#include "ingest/line_item.h"

enum { READ_BYTES = 65536, PAYLOAD_BYTES = 4096 };

struct lines {
	const struct tt_clock *clock;
	struct tt_line_reader reader;
	struct tt_str source;
	size_t max_line_bytes;
	int fd, wake_fd;    /* fd 0 is not ours to close */
	struct tt_buf in;   /* what was read; from `at` on not yet taken */
	size_t at, scanned; /* no line end in [at, scanned) */
	bool ended;         /* nothing more to read */
	bool skipping;      /* the rest of a line that was too long is still to come */
	int64_t line_no;    /* lines taken so far */
};

/* ---- lines ---- */

/* The next line, still in `in`. */
struct cut {
	struct tt_str text;
	size_t end; /* where the one after it begins */
	bool too_long, unfinished;
};

static void consume(struct lines *l, size_t end)
{
	l->at = end;
	l->scanned = end;
}

/* False: more must be read first. */
static bool peek(struct lines *l, struct cut *ret)
{
	for (;;) {
		const char *start = l->in.p + l->at;
		size_t n = l->in.n - l->at;
		const char *nl = n ? memchr(l->in.p + l->scanned, '\n', l->in.n - l->scanned) : NULL;
		size_t length = nl ? (size_t)(nl - start) : n;
		l->scanned = nl ? l->scanned : l->in.n;
		if (l->skipping) {
			consume(l, l->at + length + (nl != NULL));
			l->skipping = !nl;
			if (!nl)
				return false;
			continue;
		}
		bool too_long = length > l->max_line_bytes;
		if (!nl && !too_long && !(l->ended && n))
			return false;
		*ret = (struct cut){{start, length}, l->at + length + (nl != NULL), too_long, !nl};
		return true;
	}
}

static int add_dead(struct lines *l, struct tt_batch *b, struct tt_str line, const char *reason)
{
	struct tt_dead_letter *dead = tt_batch_add_dead(b);
	if (!dead)
		return TT_ENOMEM;
	tt_text_cut(&line, PAYLOAD_BYTES);
	dead->source = tt_arena_str(&b->arena, l->source);
	dead->where = tt_str_c(tt_arena_printf(&b->arena, "line %lld", (long long)l->line_no + 1));
	dead->stage = "parse";
	dead->reason = tt_arena_str(&b->arena, tt_str_c(reason));
	dead->payload = tt_arena_str(&b->arena, line);
	dead->at_ms = tt_wall_ms(l->clock);
	if (dead->source.p && dead->where.p && dead->reason.p && dead->payload.p)
		return TT_OK;
	b->n_dead--;
	return TT_ENOMEM;
}

static bool is_empty(const struct tt_batch *b)
{
	return !b->n_items && !b->n_feeds && !b->n_dead;
}

/* The line into the batch. TT_EAGAIN: it must wait for another one. */
static int put(struct lines *l, const struct cut *line, struct tt_batch *b)
{
	struct tt_err why = {0};
	bool was_empty = is_empty(b);
	int rc;
	if (line->too_long) {
		tt_metric_add(TT_M_limit_line, 1);
		rc = tt_err_set(
			&why, TT_EPARSE, "line longer than files.max_line_bytes (%zu)", l->max_line_bytes);
	} else {
		rc = tt_line_item(&l->reader, line->text, tt_wall_ms(l->clock), b, &why);
	}
	if ((rc == TT_ENOMEM || rc == TT_ELIMIT) && was_empty)
		rc = tt_err_set(&why, TT_EPARSE, "does not fit into a batch (pipeline.batch_bytes)");
	if (rc == TT_EPARSE)
		rc = add_dead(l, b, line->text, why.msg);
	return rc == TT_OK || was_empty ? rc : TT_EAGAIN;
}

static bool is_full(const struct tt_batch *b, size_t max_items)
{
	return b->n_items >= max_items || b->n_dead >= max_items ||
	       (!is_empty(b) && b->arena.used_bytes > b->arena.max_bytes / 2);
}

/* Takes what lines there are. TT_EAGAIN: the batch is full. */
static int take_lines(struct lines *l, struct tt_batch *b, size_t max_items)
{
	struct cut line;
	while (!is_full(b, max_items)) {
		if (!peek(l, &line))
			return TT_OK;
		int rc = put(l, &line, b);
		if (rc < 0)
			return rc;
		if (!b->born_ns)
			b->born_ns = tt_mono_ns(l->clock);
		consume(l, line.end);
		l->skipping = line.too_long && line.unfinished;
		l->line_no++;
	}
	return TT_EAGAIN;
}

/* ---- input ---- */

static int wait_ms(const struct lines *l, int64_t deadline_ns)
{
	if (deadline_ns == INT64_MAX)
		return -1;
	int64_t left = (deadline_ns - tt_mono_ns(l->clock) + 999999) / 1000000;
	return left > 0 ? (int)left : 0;
}

/* TT_OK: there is something to read. TT_EAGAIN: time is over, or somebody woke us. */
static int wait_for_input(struct lines *l, int64_t deadline_ns, struct tt_err *err)
{
	struct pollfd fds[2] = {{.fd = l->fd, .events = POLLIN}, {.fd = l->wake_fd, .events = POLLIN}};
	uint64_t wakes;
	if (poll(fds, 2, wait_ms(l, deadline_ns)) < 0 && errno != EINTR)
		return tt_err_set(err, TT_EIO, "%.*s: %s", TT_FMT(l->source), strerror(errno));
	if (fds[1].revents && read(l->wake_fd, &wakes, sizeof(wakes)) > 0)
		return TT_EAGAIN;
	if (fds[0].revents)
		return TT_OK;
	return TT_EAGAIN;
}

static int read_more(struct lines *l, struct tt_err *err)
{
	if (l->at) {
		memmove(l->in.p, l->in.p + l->at, l->in.n - l->at);
		l->in.n -= l->at;
		l->scanned -= l->at;
		l->at = 0;
	}
	int rc = tt_buf_reserve(&l->in, READ_BYTES);
	if (rc < 0)
		return tt_err_set(err, rc, "%.*s: %s", TT_FMT(l->source), tt_err_text(rc));
	ssize_t n = read(l->fd, l->in.p + l->in.n, READ_BYTES);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return TT_OK;
	if (n < 0)
		return tt_err_set(err, TT_EIO, "%.*s: %s", TT_FMT(l->source), strerror(errno));
	l->in.n += (size_t)n;
	l->ended = n == 0;
	return TT_OK;
}

/* ---- the source ---- */

static int next(void *self, struct tt_batch *b, size_t max_items, int timeout_ms, struct tt_err *err)
{
	struct lines *l = self;
	int64_t deadline_ns =
		timeout_ms < 0 ? INT64_MAX : tt_mono_ns(l->clock) + (int64_t)timeout_ms * 1000000;
	for (;;) {
		int rc = take_lines(l, b, max_items);
		if (rc == TT_OK && l->ended)
			return tt_err_set(err, TT_ECLOSED, "%.*s: end of input", TT_FMT(l->source));
		if (rc == TT_OK)
			rc = wait_for_input(l, deadline_ns, err);
		if (rc == TT_OK)
			rc = read_more(l, err);
		if (rc == TT_EAGAIN)
			return TT_OK;
		if (rc < 0)
			return rc;
	}
}

static void wake(void *self)
{
	const struct lines *l = self;
	const uint64_t one = 1;
	ssize_t n = write(l->wake_fd, &one, sizeof(one));
	(void)n; /* fails only when it is full of wakes */
}

static void close_source(void *self)
{
	struct lines *l = self;
	if (!l)
		return;
	if (l->fd > 0)
		close(l->fd);
	if (l->wake_fd >= 0)
		close(l->wake_fd);
	tt_buf_done(&l->in);
	tt_line_reader_done(&l->reader);
	free(l);
}

static const struct tt_source_ops ops = {.name = "file", .next = next, .wake = wake, .close = close_source};

int tt_lines_open(struct tt_source *ret, const struct tt_lines_conf *conf, const struct tt_clock *clock,
	struct tt_err *err)
{
	bool is_stdin = strcmp(conf->path, "-") == 0;
	struct lines *l = calloc(1, sizeof(*l));
	if (!l)
		return tt_err_set(err, TT_ENOMEM, "%s: out of memory", conf->path);
	l->clock = clock;
	l->source = tt_str_c(conf->name ? conf->name : is_stdin ? "stdin" : conf->path);
	l->max_line_bytes = (size_t)conf->max_line_bytes;
	int rc = tt_line_reader_init(&l->reader, conf, l->source, err);
	if (rc < 0) {
		free(l);
		return rc;
	}
	tt_buf_init(&l->in, l->max_line_bytes + READ_BYTES);
	l->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	l->fd = is_stdin ? STDIN_FILENO : open(conf->path, O_RDONLY | O_CLOEXEC);
	if (l->fd < 0 || l->wake_fd < 0) {
		rc = tt_err_set(
			err, errno == ENOENT ? TT_ENOENT : TT_EIO, "%s: %s", conf->path, strerror(errno));
		goto out;
	}
	rc = tt_buf_reserve(&l->in, READ_BYTES);
	if (rc < 0) {
		tt_err_set(err, rc, "%s: %s", conf->path, tt_err_text(rc));
		goto out;
	}
	*ret = (struct tt_source){&ops, l};
	l = NULL;
out:
	close_source(l);
	return rc;
}
