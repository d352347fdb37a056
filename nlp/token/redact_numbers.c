/* redact_numbers.c - the numbers that belong to persons: IBANs, payment cards, telephones. See redact.h. */
#include <stdint.h>
#include <string.h>

#include "nlp/token/redact_parts.h"

/* ---- IBAN ---- */

/* Country and length (SWIFT IBAN registry). */
static const char iban_lengths[] =
	"AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28"
	"EE20EG29ES24FI18FK18FO18FR27GB22GE22GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26"
	"IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22MK19MN20MR27MT31MU30NI28"
	"NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25"
	"SV28TL23TN24TR26UA29VA22VG24XK20YE30";

static size_t iban_length(struct tt_str s, size_t at)
{
	for (const char *p = iban_lengths; *p; p += 4)
		if ((s.p[at] & ~0x20) == p[0] && (s.p[at + 1] & ~0x20) == p[1])
			return (size_t)(p[2] - '0') * 10 + (size_t)(p[3] - '0');
	return 0;
}

static int iban_digit(char c)
{
	return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

size_t tt_private_iban(struct tt_str s, size_t at)
{
	char id[40];
	size_t n = 0, end = at;
	if (s.n - at < 15 || !tt_private_letter(s, at) || !tt_private_letter(s, at + 1) ||
		!tt_private_digit(s, at + 2) || !tt_private_digit(s, at + 3))
		return 0;
	size_t length = iban_length(s, at);
	while (n < length && end < s.n) {
		bool gap = n % 4 == 0 && n > 0 && (s.p[end] == ' ' || s.p[end] == '-');
		end += gap;
		if (!tt_private_digit(s, end) && !tt_private_letter(s, end))
			return 0;
		id[n++] = s.p[end++];
	}
	if (n == 0 || n < length || tt_private_word(s, end))
		return 0;
	uint32_t rest = 0; /* of the number that it is with the first four characters at the end */
	for (size_t i = 0; i < n; i++) {
		int digit = iban_digit(id[(i + 4) % n]);
		rest = (rest * (digit > 9 ? 100 : 10) + (uint32_t)digit) % 97;
	}
	return rest == 1 ? end - at : 0;
}

/* ---- digits in groups ---- */

enum { GROUPS_MAX = 8, DIGITS_MAX = 20 };

struct run {
	char digits[DIGITS_MAX];
	int n, n_groups, length[GROUPS_MAX];
	size_t ends[GROUPS_MAX]; /* where each group ends in the text */
	char gap[GROUPS_MAX];    /* what stands before each group; before the first '+', '(' or nothing */
};

/* Bytes between two groups: one of " -./", maybe with parentheses around a group. */
static size_t gap_at(struct tt_str s, size_t at, char *ret)
{
	size_t end = at;
	*ret = ' ';
	if (end < s.n && s.p[end] == ')') {
		*ret = ')';
		end++;
	}
	if (end < s.n && s.p[end] && strchr(" -./", s.p[end])) {
		if (*ret != ')')
			*ret = s.p[end];
		end++;
	}
	if (end < s.n && s.p[end] == '(') {
		*ret = '(';
		end++;
	}
	return end > at && tt_private_digit(s, end) ? end - at : 0;
}

/* The digits from `at` on, which may begin with "+", "(" or both. */
static void read_run(struct tt_str s, size_t at, struct run *r)
{
	size_t gap = 0;
	memset(r, 0, sizeof(*r));
	if (at < s.n && (s.p[at] == '+' || s.p[at] == '('))
		r->gap[0] = s.p[at++];
	at += r->gap[0] == '+' && at < s.n && s.p[at] == '(';
	do {
		at += gap;
		int from = r->n;
		while (tt_private_digit(s, at) && r->n < DIGITS_MAX)
			r->digits[r->n++] = s.p[at++];
		if (r->n == from || tt_private_digit(s, at))
			return; /* nothing, or too much: what was before counts */
		r->length[r->n_groups] = r->n - from;
		r->ends[r->n_groups++] = at;
	} while (r->n_groups < GROUPS_MAX && (gap = gap_at(s, at, &r->gap[r->n_groups])) > 0);
}

/* Words in lower case, set apart and enclosed by blanks. */
static bool is_one_of(struct tt_str word, const char *words)
{
	char key[16] = " ";
	if (word.n == 0 || word.n > sizeof(key) - 3)
		return false;
	for (size_t i = 0; i < word.n; i++)
		key[i + 1] = (char)(word.p[i] >= 'A' && word.p[i] <= 'Z' ? word.p[i] | 0x20 : word.p[i]);
	key[word.n + 1] = ' ';
	return strstr(words, key) != NULL;
}

static struct tt_str word_before(struct tt_str s, size_t at)
{
	size_t end = at;
	while (end > 0 && strchr(" :.#", s.p[end - 1]) && s.p[end - 1])
		end--;
	size_t from = end;
	while (from > 0 && tt_private_letter(s, from - 1))
		from--;
	return (struct tt_str){s.p + from, end - from};
}

static const char units[] =
	" usd eur gbp jpy chf inr cny rmb rs cad aud dollars euros pounds rupees yen yuan crore lakh "
	"million billion trillion mln mn bn tn k m b points pts bps percent pct shares barrels tonnes units ";

/* Is the number in [at, end) an amount by what stands around it? */
static bool is_amount(struct tt_str s, size_t at, size_t end)
{
	size_t to;
	if (at > 0 && (s.p[at - 1] == '$' || s.p[at - 1] == '#' || is_one_of(word_before(s, at), units)))
		return true;
	if (at > 1 && (s.p[at - 1] == '.' || s.p[at - 1] == ',') && tt_private_digit(s, at - 2))
		return true;
	if (at > 2 && (unsigned char)s.p[at - 3] == 0xE2 && (unsigned char)s.p[at - 2] == 0x82)
		return true; /* U+20A0..U+20BF: currency signs */
	if (at > 1 && (unsigned char)s.p[at - 2] == 0xC2)
		return true; /* pound, yen, cent */
	if (end + 1 < s.n && (s.p[end] == '.' || s.p[end] == ',') && tt_private_digit(s, end + 1))
		return true;
	end += end < s.n && s.p[end] == ' ';
	for (to = end; tt_private_letter(s, to);)
		to++;
	if (end < s.n && (tt_private_email(s, end) || tt_private_iban(s, end)))
		return false; /* "+49 30 1234567 m.mueller@firma.de" */
	return (end < s.n && s.p[end] == '%') ||
	       (end + 1 < s.n && (unsigned char)s.p[end] == 0xE2 && (unsigned char)s.p[end + 1] == 0x82) ||
	       is_one_of((struct tt_str){s.p + end, to - end}, units);
}

/* ---- payment cards ---- */

static bool is_luhn(const char *digits, int n)
{
	int sum = 0;
	for (int i = 0; i < n; i++) {
		int d = (digits[n - 1 - i] - '0') << (i % 2);
		sum += d > 9 ? d - 9 : d;
	}
	return sum % 10 == 0;
}

/* The issuers' first digits: 2221-2720, 3 (34, 37, 30, 35, 36, 38), 4, 5, 6. */
static bool is_issuer(const char *d)
{
	int four = (d[0] - '0') * 1000 + (d[1] - '0') * 100 + (d[2] - '0') * 10 + (d[3] - '0');
	return (four >= 2221 && four <= 2720) || (d[0] == '3' && strchr("045678", d[1])) ||
	       (d[0] >= '4' && d[0] <= '6');
}

/* In one piece, in fours, or as American Express prints it (4-6-5). */
static bool is_card_print(const struct run *r, int groups)
{
	if (groups == 1)
		return true;
	if (groups == 3)
		return r->length[0] == 4 && r->length[1] == 6 && r->length[2] == 5;
	for (int i = 0; i + 1 < groups; i++)
		if (r->length[i] != 4)
			return false;
	return groups >= 4 && r->length[groups - 1] <= 4;
}

size_t tt_private_card(struct tt_str s, size_t at)
{
	struct run r;
	int n = 0;
	if (!tt_private_digit(s, at))
		return 0;
	read_run(s, at, &r);
	for (int g = 0; g < r.n_groups && n < 19; g++) {
		if (g > 0 && r.gap[g] != r.gap[1])
			break;
		n += r.length[g];
		if (g > 0 && r.gap[1] != ' ' && r.gap[1] != '-')
			break;
		if (n >= 13 && n <= 19 && is_card_print(&r, g + 1) && is_issuer(r.digits) &&
			is_luhn(r.digits, n) && !tt_private_word(s, r.ends[g]) &&
			!is_amount(s, at, r.ends[g]))
			return r.ends[g] - at;
	}
	return 0;
}

/* ---- telephones ---- */

static bool lengths_are(const struct run *r, int from, int groups, const char *want)
{
	for (int i = 0; i < groups; i++)
		if (r->length[from + i] != want[i] - '0')
			return false;
	return true;
}

/* North America: (212) 555-0123, 212-555-0123, 1.212.555.0123; returns how many groups, 0: it is none. */
static int american(const struct run *r)
{
	int from = r->n_groups > 3 && r->length[0] == 1 && r->digits[0] == '1';
	bool paren = r->gap[from] == '(';
	if (r->n_groups < from + 3 || !lengths_are(r, from, 3, "334") || r->digits[from] < '2' ||
		r->digits[from + 3] < '2')
		return 0;
	char a = r->gap[from + 1], b = r->gap[from + 2];
	return paren                              ? (a == ')' && b != '/' ? from + 3 : 0)
	       : a == b && (a == '-' || a == '.') ? from + 3
						  : 0;
}

/* With the trunk digit 0: 030 1234567, 07700 900123, 030/1234567, (020) 7946 0958, 01 42 68 53 00. */
static int national(const struct run *r)
{
	if (r->n_groups < 2 || r->digits[0] != '0' || r->digits[1] == '0' || r->gap[1] == '.')
		return 0;
	if (r->n_groups == 5 && lengths_are(r, 0, 5, "22222"))
		return 5;
	bool lengths = r->n >= 10 && r->n <= 11 && r->length[0] >= 3 && r->length[0] <= 5;
	return lengths && r->n_groups <= 4 ? r->n_groups : 0;
}

/* +49 30 1234567, +1 (212) 555-0123, +442079460958; "+1234567.89" is a number. */
static int international(const struct run *r)
{
	bool decimal = r->n_groups == 2 && r->gap[1] == '.';
	return r->gap[0] == '+' && r->digits[0] != '0' && r->n >= 8 && r->n <= 15 && !decimal ? r->n_groups
											      : 0;
}

/* 2026-11-29, 29.11.2026, 11/29/26, 20261129 */
static bool is_date(const struct run *r)
{
	const int *n = r->length;
	if (r->n_groups == 1)
		return r->n == 8 && (r->digits[0] == '2' || r->digits[0] == '1');
	return r->n_groups >= 3 &&
	       ((n[0] == 4 && n[1] <= 2 && n[2] <= 2) || (n[0] <= 2 && n[1] <= 2 && n[2] % 2 == 0));
}

/* Behind a word that says so. "Call" is a word of markets, too: it takes a number in full. */
static int announced(struct tt_str s, size_t at, const struct run *r)
{
	struct tt_str word = word_before(s, at);
	bool called = r->n >= 7 && is_one_of(word, " tel telephone phone telefon fax whatsapp ");
	called = called || (r->n >= 10 && is_one_of(word, " call mobile cell sms "));
	return called && r->n <= 15 && !is_date(r) ? r->n_groups : 0;
}

size_t tt_private_phone(struct tt_str s, size_t at)
{
	struct run r;
	bool sign = s.p[at] == '+' || s.p[at] == '(';
	if (!sign && !tt_private_digit(s, at))
		return 0;
	read_run(s, at, &r);
	if (r.n_groups > 0 && tt_private_word(s, r.ends[r.n_groups - 1])) /* "030 1234567 2nd floor" */
		r.n -= r.length[--r.n_groups];
	if (r.n_groups == 0 || r.n < 7)
		return 0;
	int groups = international(&r);
	groups = groups ? groups : american(&r);
	groups = groups ? groups : national(&r);
	groups = groups ? groups : announced(s, at, &r);
	if (!groups)
		return 0;
	size_t end = r.ends[groups - 1];
	return is_amount(s, at, end) ? 0 : end - at;
}
