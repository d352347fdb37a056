/* str.c - see str.h. */
#include "common/str.h"

#include <string.h>
#include <strings.h>

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct tt_str tt_str_c(const char *s)
{
	return (struct tt_str){s, s ? strlen(s) : 0};
}

bool tt_str_eq(struct tt_str a, struct tt_str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool tt_str_eq_ci(struct tt_str a, struct tt_str b)
{
	return a.n == b.n && (a.n == 0 || strncasecmp(a.p, b.p, a.n) == 0);
}

int tt_str_order(struct tt_str a, struct tt_str b)
{
	const size_t n = a.n < b.n ? a.n : b.n;
	const int order = n ? memcmp(a.p, b.p, n) : 0;
	return order ? order : (a.n > b.n) - (a.n < b.n);
}

bool tt_str_starts(struct tt_str s, struct tt_str prefix)
{
	return s.n >= prefix.n && tt_str_eq((struct tt_str){s.p, prefix.n}, prefix);
}

bool tt_str_starts_ci(struct tt_str s, struct tt_str prefix)
{
	return s.n >= prefix.n && tt_str_eq_ci((struct tt_str){s.p, prefix.n}, prefix);
}

struct tt_str tt_str_trim(struct tt_str s)
{
	while (s.n && is_space(s.p[0]))
		s.p++, s.n--;
	while (s.n && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

struct tt_str tt_str_split(struct tt_str *rest, char sep)
{
	struct tt_str head = *rest;
	const char *at = head.n ? memchr(head.p, sep, head.n) : NULL;
	if (!at) {
		*rest = (struct tt_str){NULL, 0};
		return head;
	}
	head.n = (size_t)(at - head.p);
	*rest = (struct tt_str){at + 1, rest->n - head.n - 1};
	return head;
}

bool tt_str_int(struct tt_str s, int64_t min, int64_t max, int64_t *ret)
{
	bool negative = s.n && s.p[0] == '-';
	size_t i = negative || (s.n && s.p[0] == '+');
	int64_t v = 0;
	if (i == s.n)
		return false;
	for (; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		int digit = s.p[i] - '0';
		if (__builtin_mul_overflow(v, 10, &v) || __builtin_sub_overflow(v, digit, &v))
			return false; /* counted downwards, so that INT64_MIN fits */
	}
	if (!negative && __builtin_sub_overflow(0, v, &v))
		return false;
	if (v < min || v > max)
		return false;
	*ret = v;
	return true;
}
