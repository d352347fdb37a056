/* date_parts.h - between the files that read dates: what was read, before it is a point in time. */
#ifndef TT_INGEST_FEED_DATE_PARTS_H
#define TT_INGEST_FEED_DATE_PARTS_H

#include "common/str.h"

struct tt_date_parts {
	int year, month, day; /* month and day 0: not given */
	int yday;             /* 1..366, 0: not given */
	int hour, minute, second, ms;
	int zone_minutes; /* east of Greenwich */
	bool zoned;       /* it was given */
};

/* date_iso.c: ISO 8601 calendar, ordinal and week dates, basic and extended, any accuracy down to the year.
 */
bool tt_date_iso(struct tt_str s, struct tt_date_parts *ret);

/* date_words.c: names in any case, by their beginning. 0 / false when unknown. */
int tt_date_month(struct tt_str word);
bool tt_date_zone(struct tt_str word, int *ret_minutes);
/* "+0100", "-05:30", "+9": all of s. */
bool tt_date_offset(struct tt_str s, int *ret_minutes);
/* true for words meaning before (am) or after noon (pm). */
bool tt_date_noon(struct tt_str word, bool *ret_pm);

/* Reads up to max digits at *at; how many it read, the value in *ret. */
static inline int tt_date_digits(struct tt_str s, size_t *at, int max, int64_t *ret)
{
	int n = 0;
	int64_t v = 0;
	while (*at < s.n && n < max && s.p[*at] >= '0' && s.p[*at] <= '9')
		v = v * 10 + (s.p[(*at)++] - '0'), n++;
	if (n)
		*ret = v;
	return n;
}

/* "hh:mm", "hh:mm:ss", "hh:mm:ss.fff" at *at, which is moved behind it. */
bool tt_date_time(struct tt_str s, size_t *at, struct tt_date_parts *p);

#endif
