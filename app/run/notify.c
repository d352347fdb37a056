/* notify.c - see notify.h. The protocol: sd_notify(3), sd_watchdog_enabled(3), systemd.service(5). */
#include "app/run/notify.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "common/utf8.h"

enum { SEND_SECONDS = 5 };

/* A whole number that is all of text, or -1. */
static int64_t number(const char *text)
{
	char *end;
	errno = 0;
	long long v = strtoll(text, &end, 10);
	return errno || end == text || *end || v < 0 ? -1 : v;
}

static int find_socket(struct tt_notify *n, const char *path, struct tt_err *err)
{
	size_t len = strlen(path);
	if ((path[0] != '/' && path[0] != '@') || len < 2 || len >= sizeof(n->to.sun_path))
		return tt_err_set(
			err, TT_ECONF, "NOTIFY_SOCKET: '%s' is neither a path nor an abstract name", path);
	n->to.sun_family = AF_UNIX;
	memcpy(n->to.sun_path, path, len);
	n->to_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	if (path[0] == '@')
		n->to.sun_path[0] = '\0';
	else
		n->to_len++; /* paths go with their NUL */
	return TT_OK;
}

/* Twice as often as asked for, as sd_watchdog_enabled(3) advises. */
static int find_watchdog(struct tt_notify *n, struct tt_err *err)
{
	const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	if (!usec || (pid && number(pid) != getpid()))
		return TT_OK;
	int64_t us = number(usec);
	if (us <= 0)
		return tt_err_set(err, TT_ECONF, "WATCHDOG_USEC: '%s' is not a number of microseconds", usec);
	n->every_ms = us / 2000 > 0 ? us / 2000 : 1;
	return TT_OK;
}

int tt_notify_init(struct tt_notify *n, const struct tt_clock *clock, struct tt_err *err)
{
	struct timeval patience = {.tv_sec = SEND_SECONDS};
	const char *path = getenv("NOTIFY_SOCKET");
	*n = (struct tt_notify){.fd = -1, .clock = clock};
	if (!path || !path[0])
		return TT_OK;
	int rc = find_socket(n, path, err);
	if (rc == TT_OK)
		rc = find_watchdog(n, err);
	if (rc < 0)
		return rc;
	n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (n->fd < 0)
		return tt_err_set(err, TT_EIO, "NOTIFY_SOCKET: %s", strerror(errno));
	setsockopt(n->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	return TT_OK;
}

void tt_notify_done(struct tt_notify *n)
{
	if (n->fd >= 0)
		close(n->fd);
	n->fd = -1;
}

static __attribute__((format(printf, 2, 3))) void send_lines(const struct tt_notify *n, const char *fmt, ...)
{
	char text[TT_NOTIFY_STATUS_MAX + 128];
	va_list args;
	if (n->fd < 0)
		return;
	va_start(args, fmt);
	int len = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (len > 0 && (size_t)len < sizeof(text))
		(void)!sendto(
			n->fd, text, (size_t)len, MSG_NOSIGNAL, (const struct sockaddr *)&n->to, n->to_len);
}

/* One line of valid UTF-8: the manager refuses what is not. */
static void one_line(char out[TT_NOTIFY_STATUS_MAX], struct tt_str text)
{
	size_t n = 0, len;
	while (text.n && text.p[text.n - 1] == '\n')
		text.n--;
	for (; text.n; text.p += len, text.n -= len) {
		uint32_t c;
		len = tt_utf8_char(text, &c);
		if (!len || n + len + 2 > TT_NOTIFY_STATUS_MAX)
			break;
		if (c == '\n')
			out[n++] = ';';
		if (c < ' ')
			out[n++] = ' ';
		else
			memcpy(out + n, text.p, len), n += len;
	}
	out[n] = '\0';
}

/* Returns true when it is another one than before. */
static bool take_status(struct tt_notify *n, struct tt_str text)
{
	char now[TT_NOTIFY_STATUS_MAX];
	one_line(now, text);
	if (strcmp(now, n->status) == 0)
		return false;
	memcpy(n->status, now, sizeof(now));
	return true;
}

void tt_notify_waiting(struct tt_notify *n, struct tt_str why, int64_t more_ms)
{
	take_status(n, why);
	send_lines(n, "STATUS=%s\nEXTEND_TIMEOUT_USEC=%" PRId64, n->status, more_ms * 1000);
}

void tt_notify_ready(struct tt_notify *n)
{
	take_status(n, TT_STR("running"));
	n->next_ms = 0;
	send_lines(n, "READY=1\nSTATUS=%s", n->status);
}

void tt_notify_reloading(struct tt_notify *n)
{
	take_status(n, TT_STR("reloading"));
	send_lines(n, "RELOADING=1\nMONOTONIC_USEC=%" PRId64 "\nSTATUS=%s", tt_mono_ns(n->clock) / 1000,
		n->status);
}

void tt_notify_stopping(struct tt_notify *n, int64_t more_ms)
{
	take_status(n, TT_STR("stopping"));
	send_lines(n, "STOPPING=1\nSTATUS=%s\nEXTEND_TIMEOUT_USEC=%" PRId64, n->status, more_ms * 1000);
}

void tt_notify_tick(struct tt_notify *n, bool alive, struct tt_str status)
{
	if (n->fd < 0)
		return;
	if (take_status(n, status))
		send_lines(n, "STATUS=%s", n->status);
	int64_t now_ms = tt_mono_ms(n->clock);
	if (!alive || !n->every_ms || now_ms < n->next_ms)
		return;
	send_lines(n, "WATCHDOG=1");
	n->next_ms = now_ms + n->every_ms;
}
