/* date_iso.c - ISO 8601: 2003-12-31T10:14:55.25+01:00, 20031231, 2003-365, 2003-W52-3, 2003-12, 2003,
 * 03-12-31, ... */
#include "ingest/feed/date_parts.h"

#include "common/clock.h"

static bool at_char(struct tt_str s, size_t at, char c)
{
	return at < s.n && s.p[at] == c;
}

static bool is_digit_at(struct tt_str s, size_t at)
{
	return at < s.n && s.p[at] >= '0' && s.p[at] <= '9';
}

static size_t digit_run(struct tt_str s, size_t at)
{
	size_t n = 0;
	while (is_digit_at(s, at + n))
		n++;
	return n;
}

static int take(struct tt_str s, size_t *at, int n)
{
	int64_t v = -1;
	return tt_date_digits(s, at, n, &v) == n ? (int)v : -1;
}

/* Day 1..7 of ISO week w: week 1 is the one with January 4th. */
static bool set_week(struct tt_date_parts *p, int week, int day)
{
	if (week < 1 || week > 53 || day < 1 || day > 7)
		return false;
	int64_t jan4 = tt_days_of_date(p->year, 1, 4);
	int64_t monday = jan4 - ((jan4 + 3) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
	int64_t days = monday + (week - 1) * 7 + (day - 1);
	p->year += days < tt_days_of_date(p->year, 1, 1) ? -1 : days >= tt_days_of_date(p->year + 1, 1, 1);
	p->yday = (int)(days - tt_days_of_date(p->year, 1, 1)) + 1;
	return true;
}

/* The mark between year, month and day; CDF writes dots, and behind a whole year a slash is as clear. */
static char mark_at(struct tt_str s, size_t at)
{
	char c = at < s.n ? s.p[at] : '\0';
	return c == '-' || (at == 4 && (c == '.' || c == '/')) ? c : '-';
}

/* What follows the year: nothing, -MM, -MM-DD, -DDD, MMDD, DDD, -Www[-D], Www[D]. */
static bool rest_of_date(struct tt_str s, size_t *at, struct tt_date_parts *p)
{
	char mark = mark_at(s, *at);
	bool dash = at_char(s, *at, mark) && (is_digit_at(s, *at + 1) || at_char(s, *at + 1, 'W'));
	*at += dash;
	if (at_char(s, *at, 'W')) {
		++*at;
		int week = take(s, at, 2);
		*at += at_char(s, *at, '-');
		int day = is_digit_at(s, *at) ? take(s, at, 1) : 1;
		return set_week(p, week, day);
	}
	size_t run = digit_run(s, *at);
	if (run == 3) {
		p->yday = take(s, at, 3);
		return p->yday >= 1;
	}
	if (run == 0)
		return !dash;
	p->month = take(s, at, run == 1 ? 1 : 2);
	bool again = at_char(s, *at, mark) && is_digit_at(s, *at + 1);
	*at += again;
	run = digit_run(s, *at);
	if (run == 1 || run == 2)
		p->day = take(s, at, (int)run);
	return p->month > 0 && (run == 1 || run == 2 || !again) && run <= 2;
}

/* `short_year`: a dash stood for the century: -03-12, -0312, -03-12-31. */
static bool date_part(struct tt_str s, bool short_year, size_t *at, struct tt_date_parts *p)
{
	size_t run = digit_run(s, 0);
	if (short_year && run == 4) {
		p->year = 2000 + take(s, at, 2);
		p->month = take(s, at, 2);
		return p->month > 0;
	}
	if (run == 4 || run == 7 || run == 8) { /* YYYY..., YYYYDDD, YYYYMMDD */
		p->year = take(s, at, 4);
		return rest_of_date(s, at, p);
	}
	if (run == 6 || run == 5 || run == 2) { /* YYMMDD, YYDDD, YY-MM-DD, YY-MM, YY-DDD */
		p->year = 2000 + take(s, at, 2);
		bool dashed = run != 2 || (at_char(s, 2, '-') && is_digit_at(s, 3) && is_digit_at(s, 4));
		return dashed && rest_of_date(s, at, p);
	}
	return false;
}

/* hh, hhmm, hhmmss or with colons. */
static bool time_part(struct tt_str s, size_t *at, struct tt_date_parts *p)
{
	size_t run = digit_run(s, *at);
	if ((run == 1 || run == 2) && at_char(s, *at + run, ':'))
		return tt_date_time(s, at, p);
	if (run != 2 && run != 4 && run != 6)
		return false;
	p->hour = take(s, at, 2);
	p->minute = run >= 4 ? take(s, at, 2) : 0;
	p->second = run == 6 ? take(s, at, 2) : 0;
	return true;
}

static bool zone_part(struct tt_str rest, int *ret)
{
	rest = tt_str_trim(rest);
	if (rest.n && rest.p[0] == '(' && rest.p[rest.n - 1] == ')')
		rest = (struct tt_str){rest.p + 1, rest.n - 2};
	if (rest.n == 0)
		return true;
	if (rest.p[0] == '+' || rest.p[0] == '-')
		return tt_date_offset(rest, ret);
	return tt_date_zone(rest, ret);
}

bool tt_date_iso(struct tt_str s, struct tt_date_parts *ret)
{
	struct tt_date_parts p = {0};
	size_t at = 0;
	bool short_year = at_char(s, 0, '-') && is_digit_at(s, 1);
	s.p += short_year, s.n -= short_year;
	if (!date_part(s, short_year, &at, &p))
		return false;
	size_t mark = at;
	while (at < s.n && (s.p[at] == 'T' || s.p[at] == 't' || s.p[at] == ' ' || s.p[at] == '_'))
		at++;
	if (at < s.n && is_digit_at(s, at)) {
		if (at == mark || !time_part(s, &at, &p))
			return false;
	}
	at += at_char(s, at, '.'); /* of a fraction without digits */
	struct tt_str rest = {s.p + at, s.n - at};
	p.zoned = tt_str_trim(rest).n > 0;
	if (!zone_part(rest, &p.zone_minutes))
		return false;
	*ret = p;
	return true;
}
