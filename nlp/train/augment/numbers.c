/* numbers.c - amounts and percentages become larger or smaller, all of a text by the same factor. */
#include "nlp/train/augment/numbers.h"

#include <stdio.h>
#include <string.h>

enum { NUMBERS_MAX = 64, TRIES = 8, FACTOR_MIN = 700, FACTOR_MAX = 1300 /* thousandths */ };

static uint64_t changed(const struct tt_number *n, uint32_t factor)
{
	return n->is_amount ? (n->digits * factor + 500) / 1000 : n->digits;
}

static double value(const struct tt_number *n, uint64_t digits)
{
	double ten = 1;
	for (int i = 0; i < n->decimals; i++)
		ten *= 10;
	return (double)digits / ten;
}

static int sign(double x)
{
	return (x > 0) - (x < 0);
}

/* Whichever is larger of two is so still, by what is written and with the units; no share of a whole is more
 * than it; nothing becomes nothing. */
static bool keeps_order(const struct tt_number *v, size_t n, uint32_t factor)
{
	for (size_t i = 0; i < n; i++) {
		double a = value(&v[i], v[i].digits), to_a = value(&v[i], changed(&v[i], factor));
		if ((v[i].digits > 0 && changed(&v[i], factor) == 0) ||
			(v[i].percent && a <= 100 && to_a > 100))
			return false;
		for (size_t k = 0; k < i; k++) {
			double b = value(&v[k], v[k].digits), to_b = value(&v[k], changed(&v[k], factor));
			if (sign(a - b) != sign(to_a - to_b) ||
				sign(a * v[i].scale - b * v[k].scale) !=
					sign(to_a * v[i].scale - to_b * v[k].scale))
				return false;
		}
	}
	return true;
}

/* In the number's own format. */
static struct tt_str print(const struct tt_number *n, uint64_t digits, char out[64])
{
	char plain[32];
	size_t length = 0, end = 64;
	snprintf(plain, sizeof(plain), "%0*llu", n->decimals + !n->pointed, (unsigned long long)digits);
	size_t whole = strlen(plain) - (size_t)n->decimals, left = strlen(plain);
	for (int i = 0; i < n->decimals; i++)
		out[--end] = plain[--left];
	if (n->decimals > 0)
		out[--end] = '.';
	for (; whole > 0; length++) {
		bool comma = n->grouping == TT_GROUP_THOUSANDS ? length % 3 == 0
			     : n->grouping == TT_GROUP_LAKHS   ? length % 2 == 1 && length > 1
							       : false;
		if (comma && length > 0)
			out[--end] = ',';
		out[--end] = plain[--whole];
	}
	return (struct tt_str){out + end, 64 - end};
}

int tt_augment_numbers(struct tt_work *w, struct tt_chance *c)
{
	struct tt_number v[NUMBERS_MAX], next;
	size_t n = 0, at = 0;
	while (tt_number_next(w->text, &at, &next)) {
		if (!tt_work_free(w, next.start, next.end))
			continue;
		if (n == NUMBERS_MAX)
			return TT_OK; /* a table: what belongs together in it is not known */
		v[n++] = next;
	}
	for (int t = 0; t < TRIES; t++) {
		uint32_t factor = FACTOR_MIN + tt_chance_below(c, FACTOR_MAX - FACTOR_MIN + 1);
		if (!keeps_order(v, n, factor))
			continue;
		int rc = TT_OK;
		for (size_t i = 0; i < n && rc == TT_OK; i++) {
			char out[64];
			uint64_t digits = changed(&v[i], factor);
			if (digits != v[i].digits)
				rc = tt_work_edit(w, v[i].start, v[i].end, print(&v[i], digits, out));
		}
		return rc;
	}
	return TT_OK;
}
