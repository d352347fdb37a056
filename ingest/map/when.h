/* when.h - a point in time as records give it. */
#ifndef TT_INGEST_MAP_WHEN_H
#define TT_INGEST_MAP_WHEN_H

#include "common/str.h"

/* Any form of feed/date.h, or a number since 1970 whose size says what it counts: 9 or 10 digits before the
 * point are seconds, 12 or 13 milliseconds, 15 or 16 microseconds, 18 or 19 nanoseconds; with fraction and
 * exponent. False, and *ret_ms left alone, for what is no date. */
bool tt_map_when(struct tt_str text, int64_t *ret_ms);

#endif
