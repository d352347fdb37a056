/* many_server.h - the hosts that many_feeds.h lives at: a process of its own, so that the fetcher's memory
 * can be measured. Each host is a port of 127.0.0.1. Owner: the struct is the caller's. Threads: one. */
#ifndef TT_TESTS_INGEST_FETCH_MANY_SERVER_H
#define TT_TESTS_INGEST_FETCH_MANY_SERVER_H

#include <sys/types.h>

#include "common/str.h"

struct many_server {
	pid_t pid;
	int stop_fd; /* closing it ends the server */
};

/* False: it could not be started. */
bool many_server_start(struct many_server *s, size_t n_feeds, int64_t interval_ms);
void many_server_url(size_t feed, char out[80]);

/* It prints its verdict. True: etiquette was kept. */
bool many_server_stop(struct many_server *s);

#endif
