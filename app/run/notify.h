/* notify.h - tells the service manager how the service does: the datagrams of sd_notify(3), without
 * libsystemd. Where $NOTIFY_SOCKET is not set nobody asks, and every call does nothing. A datagram that
 * cannot be sent is not reported: the manager's own timeouts notice. Blocking: 5 s at most, when the manager
 * does not read. Owner: struct by the caller (init/done). Threads: one. */
#ifndef TT_APP_NOTIFY_H
#define TT_APP_NOTIFY_H

#include <sys/socket.h>
#include <sys/un.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/str.h"

enum { TT_NOTIFY_STATUS_MAX = 512 };

struct tt_notify {
	int fd; /* -1: nobody asks */
	struct sockaddr_un to;
	socklen_t to_len;
	const struct tt_clock *clock;
	int64_t every_ms, next_ms;         /* a sign of life is due every so often; 0: none is wanted */
	char status[TT_NOTIFY_STATUS_MAX]; /* the one sent last */
};

/* Reads $NOTIFY_SOCKET (a path, or @name of the abstract kind), $WATCHDOG_USEC and $WATCHDOG_PID. Errors:
 * TT_ECONF for values that cannot be used, TT_EIO without a socket; n may then be used and does nothing. */
int tt_notify_init(struct tt_notify *n, const struct tt_clock *clock, struct tt_err *err);
void tt_notify_done(struct tt_notify *n);

/* Start-up waits for something, and asks for more_ms from now until it is ready or says so again. */
void tt_notify_waiting(struct tt_notify *n, struct tt_str why, int64_t more_ms);
void tt_notify_ready(struct tt_notify *n);     /* it works: after the start, and after a reload */
void tt_notify_reloading(struct tt_notify *n); /* SIGHUP is being obeyed; tt_notify_ready ends it */
void tt_notify_stopping(struct tt_notify *n, int64_t more_ms);

/* To be called several times a second: sends the status when it is another one (line ends become "; ", what
 * is not UTF-8 or too long is cut), and the sign of life when it is due. Not alive: none, and the manager
 * restarts us in the end. */
void tt_notify_tick(struct tt_notify *n, bool alive, struct tt_str status);

#endif
