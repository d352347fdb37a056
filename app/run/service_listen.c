/* service_listen.c - see service_listen.h. */
#include "app/run/service_listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/str.h"

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

/* Made here and not by libmicrohttpd, whose errors have no text. */
int tt_service_listen(const char *address, int *ret_fd, int *ret_port, struct tt_err *err)
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
