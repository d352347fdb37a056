/* date.c - see date.h. ISO forms are tried first; anything else is cut into tokens, and each token says by
 * its own form what it is, so that their order hardly matters. */
#include "ingest/feed/date.h"

#include <string.h>

#include "ingest/feed/date_parts.h"

enum { MAX_TEXT = 128, MAX_NUMBERS = 3 };

struct scan {
	struct tt_date_parts p;
	struct {
		int64_t value;
		int digits;
	} num[MAX_NUMBERS]; /* in order of appearance: day, year, or month where no name was given */
	int n_num;
	bool year_first; /* the numbers were joined as y-m-d or y/m/d */
	bool day_first;  /* joined by dots or dashes: d.m.y; slashes are American */
	bool lone;       /* the token before was a number by itself */
	bool time, zone, noon, pm;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_gap(char c)
{
	return c == ' ' || c == ',' || c == '(' || c == ')' || c == ';' || c == '\t' || c == '\n' ||
	       c == '\r';
}

bool tt_date_time(struct tt_str s, size_t *at, struct tt_date_parts *p)
{
	size_t i = *at;
	int64_t h = 0, m = 0, sec = 0;
	if (tt_date_digits(s, &i, 2, &h) == 0 || i >= s.n || s.p[i] != ':')
		return false;
	i++;
	if (tt_date_digits(s, &i, 2, &m) == 0)
		return false;
	if (i + 1 < s.n && s.p[i] == ':' && is_digit(s.p[i + 1])) {
		i++;
		tt_date_digits(s, &i, 2, &sec);
		if (i + 1 < s.n && (s.p[i] == '.' || s.p[i] == ',' || s.p[i] == ':') &&
			is_digit(s.p[i + 1])) {
			i++;
			int64_t ms = 0, more = 0;
			for (int n = tt_date_digits(s, &i, 3, &ms); n < 3; n++)
				ms *= 10;
			while (tt_date_digits(s, &i, 9, &more))
				;
			p->ms = (int)ms;
		}
	}
	p->hour = (int)h, p->minute = (int)m, p->second = (int)sec;
	*at = i;
	return true;
}

/* What is too much for its place goes over into the next: 25:14 is 1:14 of the day after, June 31st July 1st,
 * day 366 of a common year January 1st. */
static bool to_ms(const struct tt_date_parts *p, int64_t *ret)
{
	int month = p->month ? p->month : 1, day = p->day ? p->day : 1;
	if (p->year < 1 || p->year > 9999 || month > 12 || month < 1 || day < 1 || day > 31)
		return false;
	if (p->yday > 366 || p->hour > 99 || p->minute > 99 || p->second > 99)
		return false;
	int64_t days = tt_days_of_date(p->year, p->yday ? 1 : month, 1) + (p->yday ? p->yday : day) - 1;
	/* a leap second has no place of its own in Unix time */
	int second = p->minute == 59 && p->second == 60 ? 59 : p->second;
	int64_t minutes = days * 1440 + p->hour * 60 + p->minute - p->zone_minutes;
	*ret = (minutes * 60 + second) * 1000 + p->ms;
	return true;
}

/* Digits only: 10 are seconds since 1970, 13 milliseconds, 14 are YYYYMMDDhhmmss; fewer are for ISO. */
static bool all_digits(struct tt_str s, int64_t *ret)
{
	int64_t v = 0;
	size_t at = 0;
	if (s.n < 9 || s.n > 14 || tt_date_digits(s, &at, 14, &v) != (int)s.n)
		return false;
	if (s.n == 14) {
		struct tt_date_parts p = {.year = (int)(v / 10000000000),
			.month = (int)(v / 100000000 % 100),
			.day = (int)(v / 1000000 % 100),
			.hour = (int)(v / 10000 % 100),
			.minute = (int)(v / 100 % 100),
			.second = (int)(v % 100)};
		return p.month && p.day && to_ms(&p, ret);
	}
	if (s.n != 9 && s.n != 10 && s.n != 12 && s.n != 13)
		return false;
	*ret = s.n >= 12 ? v : v * 1000;
	return true;
}

static bool add_number(struct scan *s, int64_t value, int digits)
{
	if (s->n_num == MAX_NUMBERS)
		return false;
	s->num[s->n_num].value = value;
	s->num[s->n_num++].digits = digits;
	return true;
}

/* Whether a zone may follow: behind the time, or behind an hour that place_numbers() will find. */
static bool zone_may_follow(const struct scan *s)
{
	return s->time || (s->p.month && s->n_num == MAX_NUMBERS);
}

/* A word that begins with a letter or a byte of UTF-8. Unknown ones (weekdays, "at", "um") mean nothing. */
static bool on_word(struct scan *s, struct tt_str w)
{
	int month, zone;
	bool pm;
	if (tt_date_noon(w, &pm)) {
		s->noon = true, s->pm = pm;
		if (!s->time && s->lone) /* "4 p.m.": the last number was the hour */
			s->p.hour = (int)s->num[--s->n_num].value, s->time = true;
	} else if (zone_may_follow(s) && !s->zone && tt_date_zone(w, &zone)) {
		s->zone = s->p.zoned = true, s->p.zone_minutes = zone;
	} else if ((!s->p.month || !s->time) && (month = tt_date_month(w)) && !tt_date_zone(w, &zone)) {
		/* a later one replaces it: in "mar., 3 déc." the first was a weekday */
		s->p.month = month;
	}
	return true;
}

/* 12/03/2024, 2006/09/15, 3.12.2024, 03-Dec-2024: what stands between the parts says the order. */
static bool on_joined(struct scan *s, struct tt_str w)
{
	char sep = w.p[strcspn(w.p, "/-.")];
	struct tt_str rest = w;
	for (int i = 0; rest.p; i++) {
		struct tt_str part = tt_str_split(&rest, sep);
		int64_t v = 0;
		size_t at = 0;
		if (part.n == 0)
			continue;
		int n = tt_date_digits(part, &at, 4, &v);
		if (n == 0 || at != part.n) {
			int month = tt_date_month(part);
			if (!month || s->p.month)
				return false;
			s->p.month = month;
			continue;
		}
		if (i == 0 && n == 4)
			s->year_first = true;
		if (!add_number(s, v, n))
			return false;
	}
	s->day_first = sep != '/';
	return true;
}

static bool on_token(struct scan *s, struct tt_str w)
{
	size_t at = 0;
	int64_t v = 0;
	if ((w.p[0] == '+' || w.p[0] == '-') && zone_may_follow(s)) {
		int zone;
		if (!tt_date_offset(w, &zone))
			return false;
		s->p.zone_minutes = zone, s->zone = s->p.zoned = true; /* also after a name: "GMT +0100" */
		return true;
	}
	if (!is_digit(w.p[0])) {
		bool good = w.p[0] == '-' || w.p[0] == '.' || on_word(s, w);
		s->lone = false;
		return good;
	}
	s->lone = false;
	if (!s->time && tt_date_time(w, &at, &s->p)) {
		s->time = true;
		struct tt_str rest = {w.p + at, w.n - at}; /* "10:14:55Z", "4:05PM", "10:14+01:00" */
		return rest.n == 0 || on_token(s, rest);
	}
	int n = tt_date_digits(w, &at, 4, &v);
	if (at == w.n)
		return (s->lone = add_number(s, v, n));
	if (memchr(w.p, '/', w.n) || memchr(w.p + at, '-', w.n - at) ||
		(w.p[at] == '.' && at + 1 < w.n && is_digit(w.p[at + 1])))
		return on_joined(s, w);
	struct tt_str rest = {w.p + at, w.n - at}; /* "3rd", "1er", "4." */
	bool pm;
	if (!s->time && tt_date_noon(rest, &pm)) { /* "4pm" */
		s->p.hour = (int)v, s->time = s->noon = true, s->pm = pm;
		return true;
	}
	return rest.n <= 3 && add_number(s, v, n);
}

/* "01 Jan 2004 19 GMT": beside a month's name and a year of four digits, the last other number is the hour.
 */
static void take_hour(struct scan *s)
{
	int hour = s->num[2].digits == 4 ? 1 : 2;
	bool year = s->num[0].digits == 4 || s->num[1].digits == 4 || hour == 1;
	if (!s->p.month || s->time || s->n_num != 3 || !year || s->num[hour].digits > 2)
		return;
	s->p.hour = (int)s->num[hour].value;
	if (hour == 1)
		s->num[1] = s->num[2];
	s->n_num = 2;
}

/* Years of two digits begin with 1970; to those of three, an old bug of writers, 1900 is added (RFC 5322). */
static int full_year(int64_t year, int digits)
{
	if (digits <= 2)
		return (int)year + (year < 70 ? 2000 : 1900);
	return (int)year + (digits == 3 ? 1900 : 0);
}

/* Gives the numbers their meaning: the month's name, when there was one, leaves day and year. */
static bool place_numbers(struct scan *s)
{
	take_hour(s);
	int n = s->n_num, y = -1, m = -1, d = -1;
	if (s->p.month) {
		if (n != 2)
			return false;
		y = s->num[0].digits > 2 || s->year_first ? 0 : 1;
		d = 1 - y;
	} else {
		if (n != 3)
			return false;
		if (s->num[0].digits == 4)
			y = 0, m = 1, d = 2;
		else if (s->day_first || s->num[0].value > 12)
			d = 0, m = 1, y = 2;
		else
			m = 0, d = 1, y = 2;
		s->p.month = (int)s->num[m].value;
	}
	s->p.year = full_year(s->num[y].value, s->num[y].digits);
	s->p.day = (int)s->num[d].value;
	return s->p.day >= 1 && s->p.month >= 1 && s->num[d].digits <= 2;
}

/* Korean and East Asian dates name their parts behind the number: the names become what the others write. */
static struct tt_str plain_form(struct tt_str s, char out[MAX_TEXT])
{
	static const struct {
		const char *from, *to;
	} names[] = {
		{"\xec\x8b\x9c", ":"},
		{"\xe6\x97\xb6", ":"},
		{"\xe6\x99\x82", ":"}, /* hour */
		{"\xeb\xb6\x84", ":"},
		{"\xe5\x88\x86", ":"}, /* minute */
		{"\xec\xb4\x88", " "},
		{"\xe7\xa7\x92", " "}, /* second */
		{"\xeb\x85\x84", "-"},
		{"\xec\x9b\x94", "-"},
		{"\xec\x9d\xbc", " "}, /* Korean year, month, day */
		{"\xe5\xb9\xb4", "-"},
		{"\xe6\x9c\x88", "-"},
		{"\xe6\x97\xa5", " "}, /* Chinese, Japanese */
		{"\xc2\xa0", " "},
		{"\xe2\x80\xaf", " "},
		{"\xe2\x88\x92", "-"},
		{"\xe2\x80\x93", "-"},
	};
	size_t n = 0;
	for (size_t i = 0; i < s.n && n < MAX_TEXT - 1;) {
		size_t k = 0;
		for (; (unsigned char)s.p[i] >= 0x80 && k < TT_LEN(names); k++)
			if (tt_str_starts((struct tt_str){s.p + i, s.n - i}, tt_str_c(names[k].from)))
				break;
		if ((unsigned char)s.p[i] < 0x80 || k == TT_LEN(names)) {
			out[n++] = s.p[i++];
			continue;
		}
		i += strlen(names[k].from);
		out[n++] = names[k].to[0];
		while (out[n - 1] != ' ' && i < s.n && s.p[i] == ' ')
			i++;
		if (out[n - 1] == ':' && (i == s.n || !is_digit(s.p[i]))) /* no seconds follow */
			out[n - 1] = ' ';
	}
	out[n] = '\0';
	return tt_str_trim((struct tt_str){out, n});
}

/* Hungarian writes the month's name into an ISO date: 2004-július-13T9:15-05:00. */
static bool iso_with_name(struct tt_str s, struct tt_date_parts *p)
{
	char buf[MAX_TEXT];
	struct tt_str rest = s;
	struct tt_str year = tt_str_split(&rest, '-');
	struct tt_str name = rest.p ? tt_str_split(&rest, '-') : rest;
	int month = name.n && !is_digit(name.p[0]) ? tt_date_month(name) : 0;
	if (year.n != 4 || !month || !rest.p || rest.n + 8 > sizeof(buf))
		return false;
	memcpy(buf, year.p, 4);
	buf[4] = '-', buf[5] = (char)('0' + month / 10), buf[6] = (char)('0' + month % 10), buf[7] = '-';
	memcpy(buf + 8, rest.p, rest.n);
	return tt_date_iso((struct tt_str){buf, rest.n + 8}, p);
}

static bool by_tokens(struct tt_str s, struct tt_date_parts *ret)
{
	struct scan scan = {0};
	for (size_t i = 0; i < s.n;) {
		while (i < s.n && is_gap(s.p[i]))
			i++;
		size_t from = i;
		while (i < s.n && !is_gap(s.p[i]))
			i++;
		if (i > from && !on_token(&scan, (struct tt_str){s.p + from, i - from}))
			return false;
	}
	if (!place_numbers(&scan))
		return false;
	if (scan.noon && (scan.p.hour < 1 || scan.p.hour > 12))
		scan.noon = scan.p.hour == 0 && !scan.pm; /* "16:05 PM" is 16:05 */
	if (scan.noon)
		scan.p.hour = scan.p.hour % 12 + (scan.pm ? 12 : 0);
	*ret = scan.p;
	return true;
}

/* Korean writers do not name their zone. */
static bool is_korean(struct tt_str s)
{
	static const char *const words[] = {"\xeb\x85\x84", "\xec\x98\xa4"}; /* year; am and pm */
	for (size_t i = 0; i < TT_LEN(words); i++)
		if (memmem(s.p, s.n, words[i], 3))
			return true;
	return false;
}

bool tt_feed_date(struct tt_str text, int64_t *ret_ms)
{
	char buf[MAX_TEXT];
	struct tt_date_parts p = {0};
	text = tt_str_trim(text);
	const char *zone_name = text.n ? memchr(text.p, '[', text.n) : NULL; /* "+01:00[Europe/Berlin]" */
	if (zone_name)
		text.n = (size_t)(zone_name - text.p);
	if (text.n == 0 || text.n >= MAX_TEXT)
		return false;
	struct tt_str s = plain_form(text, buf);
	if (s.n == 0)
		return false;
	if (all_digits(s, ret_ms))
		return true;
	if (!tt_date_iso(s, &p) && !iso_with_name(s, &p) && !by_tokens(s, &p))
		return false;
	if (!p.zoned && is_korean(text))
		p.zone_minutes = 9 * 60;
	return to_ms(&p, ret_ms);
}
