/* service_listen.h - the socket the HTTP service listens on. */
#ifndef TT_APP_SERVICE_LISTEN_H
#define TT_APP_SERVICE_LISTEN_H

#include "common/err.h"

/* A bound, listening socket at "ADDRESS:PORT" or "[ADDRESS]:PORT"; *ret_port is the one it got. TT_ECONF for
 * an address that is none, TT_EIO when it cannot be listened on. */
int tt_service_listen(const char *address, int *ret_fd, int *ret_port, struct tt_err *err);

#endif
