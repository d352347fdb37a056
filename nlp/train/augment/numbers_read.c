/* numbers_read.c - see numbers.h. A number is an amount only when something says so: a currency, a unit, a
 * percent sign, thousands separators, a decimal point. */
#include "nlp/train/augment/numbers.h"

#include <string.h>

enum { DIGITS_MAX = 15 };

static char byte_at(struct tt_str s, size_t i)
{
	return i < s.n ? s.p[i] : '\0';
}

static bool starts_at(struct tt_str s, size_t i, const char *with)
{
	return tt_str_starts((struct tt_str){s.p + i, s.n - i}, tt_str_c(with));
}

static bool ends_at(struct tt_str s, size_t i, const char *with)
{
	size_t n = strlen(with);
	return i >= n && memcmp(s.p + i - n, with, n) == 0;
}

/* "1,234,567" and "12,34,567" are grouped, "1,2,3" is a list. */
static bool read_groups(struct tt_str s, struct tt_number *n, size_t *at)
{
	int length = 0, shortest = 3, groups = 0;
	for (;; ++*at) {
		char c = byte_at(s, *at);
		if (tt_is_digit(c)) {
			n->digits = n->digits * 10 + (uint64_t)(c - '0');
			length++;
			continue;
		}
		bool first = groups == 0, more = c == ',' && tt_is_digit(byte_at(s, *at + 1));
		if (first && !more)
			return true;
		if (first ? length > 3 : length != 3 && !(length == 2 && more))
			return false;
		if (!first && length < shortest)
			shortest = length;
		n->grouping = shortest == 2 ? TT_GROUP_LAKHS : TT_GROUP_THOUSANDS;
		if (!more)
			return true;
		groups++;
		length = 0;
	}
}

/* All that hangs together, "29.11.2026" or "1,234.50": the end of it; false when it is no number we can
 * write. */
static bool read_digits(struct tt_str s, struct tt_number *n)
{
	size_t end = n->start, at = n->start, count = 0;
	while (tt_is_digit(byte_at(s, end)) ||
		((byte_at(s, end) == '.' || byte_at(s, end) == ',') && tt_is_digit(byte_at(s, end + 1)))) {
		count += tt_is_digit(byte_at(s, end));
		end++;
	}
	n->end = end;
	n->pointed = byte_at(s, at) == '.';
	if (count > DIGITS_MAX || !read_groups(s, n, &at))
		return false;
	bool zero_first = byte_at(s, n->start) == '0' && at - n->start > 1;
	if (at < end && s.p[at] == '.')
		for (at++; at < end && tt_is_digit(s.p[at]); at++) {
			n->digits = n->digits * 10 + (uint64_t)(s.p[at] - '0');
			n->decimals++;
		}
	return at == end && !zero_first;
}

/* ---- what stands around it ---- */

/* 1 for '-', 3 for U+2010..U+2015, 0 for neither. */
static size_t dash_at(struct tt_str s, size_t i)
{
	if (byte_at(s, i) == '-')
		return 1;
	bool wide = starts_at(s, i, "\xE2\x80") && i + 2 < s.n && (unsigned char)s.p[i + 2] >= 0x90 &&
		    (unsigned char)s.p[i + 2] <= 0x95;
	return wide ? 3 : 0;
}

static size_t dash_before(struct tt_str s, size_t i)
{
	if (i >= 1 && s.p[i - 1] == '-')
		return 1;
	return i >= 3 && dash_at(s, i - 3) == 3 ? 3 : 0;
}

/* "3-for-1", "10-year", "COVID-19", "11/29", "10:30", "#1", "x2", "5G", "3(b)". */
static bool is_linked(struct tt_str s, const struct tt_number *n)
{
	size_t dash = dash_before(s, n->start), behind = dash_at(s, n->end);
	char before = n->start ? s.p[n->start - 1] : ' ';
	if (before && strchr("/:#@.,&+'", before) && !(before == '+' && !tt_word_before(s, n->start - 1)))
		return !ends_at(s, n->start, "Rs.") && !ends_at(s, n->start, "rs.");
	if (dash && tt_word_before(s, n->start - dash))
		return true;
	if (behind && tt_word_at(s, n->end + behind))
		return true;
	return byte_at(s, n->end) && strchr("/:&'(+", byte_at(s, n->end)) != NULL;
}

static bool has_currency(struct tt_str s, size_t start)
{
	static const char *const signs[] = {"$", "\xC2\xA3", "\xC2\xA5", "\xE2\x82\xAC", "\xE2\x82\xB9"};
	for (size_t i = 0; i < TT_LEN(signs); i++)
		if (ends_at(s, start, signs[i]))
			return true;
	start -= start > 0 && s.p[start - 1] == ' ';
	start -= start > 0 && s.p[start - 1] == '.';
	struct tt_str word = tt_letters_before(s, start);
	return !tt_word_before(s, (size_t)(word.p - s.p)) &&
	       tt_word_among(word, " rs inr usd eur gbp jpy cny chf cad aud hkd sgd rmb ");
}

static const struct {
	const char *words;
	double scale;
	bool attached; /* "5bn" */
} units[] = {
	{" million millions ", 1e6, false},
	{" mn mln m ", 1e6, true},
	{" billion billions ", 1e9, false},
	{" bn bln b ", 1e9, true},
	{" trillion ", 1e12, false},
	{" tn trln trn t ", 1e12, true},
	{" thousand ", 1e3, false},
	{" k ", 1e3, true},
	{" lakh lakhs ", 1e5, true},
	{" crore crores cr ", 1e7, true},
	{" percent pct ", 1, true},
	{" bps bp ", 1, true},
	{" basis points point pts dollars dollar euros euro pounds pound rupees rupee yen yuan francs paise "
	 "cents cent pence "
	 "jobs workers employees stores shares barrels bpd ounces tonnes tons units vehicles cars mw "
	 "megawatts ",
		1, false},
};

/* The unit behind it, with or without a blank between. False: it is part of a word, "5G", "2nd". */
static bool read_unit(struct tt_str s, struct tt_number *n, bool *ret_unit)
{
	size_t at = n->end;
	*ret_unit = true;
	n->scale = 1;
	n->percent = byte_at(s, at) == '%' || starts_at(s, at, " %") || starts_at(s, at, " per cent");
	if (n->percent)
		return true;
	bool apart = byte_at(s, at) == ' ';
	struct tt_str word = tt_letters_at(s, at + apart);
	bool whole = word.n && !tt_word_at(s, at + apart + word.n);
	for (size_t i = 0; whole && i < TT_LEN(units); i++)
		if ((apart || units[i].attached) && tt_word_among(word, units[i].words)) {
			n->scale = units[i].scale;
			n->percent = tt_word_among(word, " percent pct ");
			return true;
		}
	*ret_unit = false;
	return apart || !tt_word_at(s, at);
}

/* Words that make the number next to them a date, a time, a version or a name. */
static bool is_name(struct tt_str s, const struct tt_number *n)
{
	static const char before[] = " january february march april may june july august september october "
				     "november december jan feb mar "
				     "apr jun jul aug sep sept oct nov dec fy q h version v ios android "
				     "windows mac macos web industry "
				     "section chapter article no nr number top phase level model series type "
				     "grade tier euro covid nasdaq "
				     "p ftse russell nifty dow nikkei cac stoxx dax ibex asx csi topix tsx "
				     "kospi fortune forbes sensex "
				     "schedule act form rule boeing airbus iphone galaxy ";
	static const char behind[] = " january february march april june july august september october "
				     "november december jan feb mar apr "
				     "jun jul aug sep sept oct nov dec am pm a p gmt est et ist hours hrs ";
	size_t from = n->start, to = n->end;
	from -= from > 0 && s.p[from - 1] == ' ';
	to += byte_at(s, to) == ' ';
	return tt_word_among(tt_letters_before(s, from), before) ||
	       tt_word_among(tt_letters_at(s, to), behind);
}

static bool is_year(const struct tt_number *n)
{
	return n->decimals == 0 && n->grouping == TT_GROUP_NONE && n->digits >= 1900 && n->digits <= 2099;
}

static bool is_amount(struct tt_str s, struct tt_number *n)
{
	bool unit;
	if (!read_unit(s, n, &unit) || is_linked(s, n) || n->digits == 0)
		return false;
	if (has_currency(s, n->start) || n->percent || n->scale > 1)
		return true;
	return !is_year(n) && !is_name(s, n) && (unit || n->decimals > 0 || n->grouping != TT_GROUP_NONE);
}

bool tt_number_next(struct tt_str text, size_t *at, struct tt_number *ret)
{
	for (size_t i = *at; i < text.n; i++) {
		bool pointed = text.p[i] == '.' && tt_is_digit(byte_at(text, i + 1));
		if (!tt_is_digit(text.p[i]) && !pointed)
			continue;
		bool within = tt_word_before(text, i) || (i > 0 && pointed && text.p[i - 1] == '.');
		*ret = (struct tt_number){.start = i, .scale = 1};
		bool read = read_digits(text, ret);
		i = ret->end - 1;
		/* "Rs.50": the point is the abbreviation's */
		if (within && pointed &&
			(ends_at(text, ret->start, "Rs") || ends_at(text, ret->start, "rs"))) {
			*ret = (struct tt_number){.start = ret->start + 1, .scale = 1};
			read = read_digits(text, ret);
			within = false;
		}
		if (!read || within)
			continue;
		ret->is_amount = is_amount(text, ret);
		*at = ret->end;
		return true;
	}
	return false;
}
