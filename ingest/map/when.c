/* when.c - see when.h. Decimal arithmetic: strtod obeys the locale and rounds. */
#include "ingest/map/when.h"

#include "ingest/feed/date.h"

enum { DIGITS_MAX = 18 };

/* text = value × 10^exponent, digits beyond the eighteenth dropped. */
struct decimal {
	int64_t value;
	int digits, exponent;
};

static bool is_digit(struct tt_str s, size_t at)
{
	return at < s.n && s.p[at] >= '0' && s.p[at] <= '9';
}

static void add_digit(struct decimal *d, char c, bool fraction)
{
	if (d->digits == DIGITS_MAX) {
		d->exponent += !fraction;
		return;
	}
	d->value = d->value * 10 + (c - '0');
	d->digits += d->digits || c != '0';
	d->exponent -= fraction;
}

static bool read_decimal(struct tt_str s, struct decimal *d)
{
	size_t at = 0;
	*d = (struct decimal){0};
	if (s.n > 40)
		return false;
	for (; is_digit(s, at); at++)
		add_digit(d, s.p[at], false);
	if (at && at < s.n && s.p[at] == '.')
		for (at++; is_digit(s, at); at++)
			add_digit(d, s.p[at], true);
	if (at && at < s.n && (s.p[at] | 0x20) == 'e') {
		struct tt_str tail = {s.p + at + 1, s.n - at - 1};
		int64_t exponent;
		if (tail.n && tail.p[0] == '+')
			tail = (struct tt_str){tail.p + 1, tail.n - 1};
		if (!tt_str_int(tail, -30, 30, &exponent))
			return false;
		d->exponent += (int)exponent;
		at = s.n;
	}
	return at == s.n && d->digits;
}

bool tt_map_when(struct tt_str text, int64_t *ret_ms)
{
	struct decimal d;
	text = tt_str_trim(text);
	if (!read_decimal(text, &d))
		return tt_feed_date(text, ret_ms);
	int whole = d.digits + d.exponent; /* digits before the point */
	if (whole < 9 || whole > 19 || whole % 3 == 2)
		return tt_feed_date(text, ret_ms);
	int shift = d.exponent + 3 - 3 * (whole / 3 - 3); /* seconds have 9 or 10 digits: × 1000 */
	for (; shift < 0; shift++)
		d.value /= 10;
	for (; shift > 0; shift--)
		d.value *= 10;
	*ret_ms = d.value;
	return true;
}
