/* lines.c - see lines.h. */
#include "app/score/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 1 << 16 };

int tt_line_reader_open(struct tt_line_reader *r, const char *path, struct tt_err *err)
{
	bool is_stdin = strcmp(path, "-") == 0;
	struct stat st;
	*r = (struct tt_line_reader){.name = is_stdin ? "standard input" : path, .total_bytes = -1};
	r->fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (r->fd < 0)
		return tt_err_set(
			err, errno == ENOENT ? TT_ENOENT : TT_EIO, "%s: %s", r->name, strerror(errno));
	if (fstat(r->fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		tt_line_reader_close(r);
		return tt_err_set(err, TT_EIO, "%s: is a directory", path);
	}
	if (fstat(r->fd, &st) == 0 && S_ISREG(st.st_mode))
		r->total_bytes = st.st_size;
	return TT_OK;
}

void tt_line_reader_close(struct tt_line_reader *r)
{
	if (r->fd > STDIN_FILENO)
		close(r->fd);
	free(r->buf);
	r->buf = NULL;
	r->fd = -1;
}

/* Reads one block behind what is in the buffer. */
static int fill(struct tt_line_reader *r, struct tt_err *err)
{
	if (r->start > 0) {
		memmove(r->buf, r->buf + r->start, r->end - r->start);
		r->end -= r->start;
		r->start = 0;
	}
	if (r->cap - r->end < BLOCK) {
		size_t cap = r->cap ? 2 * r->cap : 2 * BLOCK;
		char *buf = realloc(r->buf, cap);
		if (!buf)
			return tt_err_set(err, TT_ENOMEM, "%s: out of memory", r->name);
		r->buf = buf;
		r->cap = cap;
	}
	ssize_t n;
	do
		n = read(r->fd, r->buf + r->end, BLOCK);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return tt_err_set(err, TT_EIO, "%s: %s", r->name, strerror(errno));
	r->eof = n == 0;
	r->end += (size_t)n;
	return TT_OK;
}

static const char *newline(const struct tt_line_reader *r, size_t searched)
{
	size_t from = r->start + searched;
	return r->end > from ? memchr(r->buf + from, '\n', r->end - from) : NULL;
}

/* Takes n bytes and the newline behind them, if there is one. */
static struct tt_str take(struct tt_line_reader *r, size_t n)
{
	struct tt_str line = {r->buf + r->start, n};
	size_t whole = n + (r->start + n < r->end);
	r->start += whole;
	r->line_byte = r->consumed_bytes;
	r->consumed_bytes += (int64_t)whole;
	if (++r->line == 1 && tt_str_starts(line, TT_STR("\xEF\xBB\xBF"))) {
		line = (struct tt_str){line.p + 3, line.n - 3};
		r->line_byte = 3;
	}
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

static int skip_line(struct tt_line_reader *r, struct tt_err *err)
{
	const char *at = NULL;
	while (!at && !r->eof) {
		r->consumed_bytes += (int64_t)(r->end - r->start);
		r->start = r->end = 0;
		int rc = fill(r, err);
		if (rc < 0)
			return rc;
		at = newline(r, 0);
	}
	take(r, at ? (size_t)(at - r->buf) - r->start : r->end - r->start);
	return tt_err_set(
		err, TT_ELIMIT, "%s:%zu: line of more than %d MiB", r->name, r->line, TT_LINE_MAX >> 20);
}

int tt_line_reader_next(struct tt_line_reader *r, struct tt_str *ret, struct tt_err *err)
{
	size_t searched = 0;
	const char *at;
	while (!(at = newline(r, searched)) && !r->eof) {
		searched = r->end - r->start;
		int rc = searched > TT_LINE_MAX ? skip_line(r, err) : fill(r, err);
		if (rc < 0)
			return rc;
	}
	if (!at && r->start == r->end)
		return TT_ECLOSED;
	*ret = take(r, at ? (size_t)(at - r->buf) - r->start : r->end - r->start);
	return TT_OK;
}

bool tt_line_reader_would_wait(const struct tt_line_reader *r)
{
	struct pollfd p = {.fd = r->fd, .events = POLLIN};
	return !r->eof && !newline(r, 0) && poll(&p, 1, 0) == 0;
}

int tt_line_reader_peek(struct tt_line_reader *r, struct tt_str *ret, struct tt_err *err)
{
	int rc = TT_OK;
	while (rc == TT_OK && !r->eof && !newline(r, 0) && r->end - r->start < BLOCK)
		rc = fill(r, err);
	if (rc == TT_OK)
		*ret = (struct tt_str){r->buf + r->start, r->end - r->start};
	return rc;
}
