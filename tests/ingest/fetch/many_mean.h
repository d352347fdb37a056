/* many_mean.h - the hostile ones among many_feeds.h. */
#ifndef TT_TESTS_INGEST_FETCH_MANY_MEAN_H
#define TT_TESTS_INGEST_FETCH_MANY_MEAN_H

#include "tests/ingest/fetch/many_feeds.h"

enum { MANY_MEAN_KINDS = 15 };

const char *many_mean_name(size_t kind);
size_t many_mean_kind(size_t feed); /* of a hostile one, by its number */

/* The answer of the which-th hostile feed, whose number is feed. False: maybe not even a status
 * line comes through. */
bool many_mean(size_t which, size_t feed, struct many_answer *ret);

#endif
