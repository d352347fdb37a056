/* many_mean.h - the hostile ones among many_feeds.h. */
#ifndef TT_TESTS_INGEST_FETCH_MANY_MEAN_H
#define TT_TESTS_INGEST_FETCH_MANY_MEAN_H

#include "tests/ingest/fetch/many_feeds.h"

/* The answer of the which-th hostile feed, whose number is feed. False: maybe not even a status
 * line comes through. */
bool many_mean(size_t which, size_t feed, struct many_answer *ret);

#endif
