/* reference.c - character references and the encodings they need, see entities.h. */
#include "ingest/feed/entities.h"

#include <string.h>

static const uint16_t cp1252_c1[32] = {
	0x20ac,
	0x0081,
	0x201a,
	0x0192,
	0x201e,
	0x2026,
	0x2020,
	0x2021,
	0x02c6,
	0x2030,
	0x0160,
	0x2039,
	0x0152,
	0x008d,
	0x017d,
	0x008f,
	0x0090,
	0x2018,
	0x2019,
	0x201c,
	0x201d,
	0x2022,
	0x2013,
	0x2014,
	0x02dc,
	0x2122,
	0x0161,
	0x203a,
	0x0153,
	0x009d,
	0x017e,
	0x0178,
};

uint32_t tt_cp1252(unsigned char b)
{
	return b >= 0x80 && b < 0xa0 ? cp1252_c1[b - 0x80] : b;
}

static size_t read_number(struct tt_str s, uint32_t *ret)
{
	size_t i = 2;
	bool hex = i < s.n && (s.p[i] | 0x20) == 'x';
	i += hex;
	size_t first = i;
	uint32_t v = 0;
	for (; i < s.n; i++) {
		char c = s.p[i], low = (char)(c | 0x20);
		uint32_t d;
		if (c >= '0' && c <= '9')
			d = (uint32_t)(c - '0');
		else if (hex && low >= 'a' && low <= 'f')
			d = (uint32_t)(low - 'a' + 10);
		else
			break;
		v = v > 0x110000 ? v : v * (hex ? 16 : 10) + d;
	}
	if (i == first)
		return 0;
	bool bad = v > 0x10ffff || (v >= 0xd800 && v < 0xe000) ||
		   (v < 0x20 && v != '\t' && v != '\n' && v != '\r');
	*ret = bad ? 0 : v < 0x100 ? tt_cp1252((unsigned char)v) : v;
	return i + (i < s.n && s.p[i] == ';');
}

static bool is_name_char(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* Names that browsers know without a semicolon: those of the first HTML, the four of its syntax and Latin-1.
 */
static bool known_bare(struct tt_str name, uint32_t code)
{
	static const char *const syntax[] = {"amp", "lt", "gt", "quot", "AMP", "LT", "GT", "QUOT"};
	for (size_t i = 0; i < TT_LEN(syntax); i++)
		if (tt_str_eq(name, tt_str_c(syntax[i])))
			return true;
	return code >= 0xa0 && code < 0x100;
}

size_t tt_entity_read(struct tt_str s, uint32_t *ret)
{
	if (s.n >= 3 && s.p[1] == '#')
		return read_number(s, ret);
	size_t n = 0;
	while (1 + n < s.n && n <= TT_ENTITY_NAME_MAX && is_name_char(s.p[1 + n]))
		n++;
	struct tt_str name = {s.p + 1, n};
	bool closed = 1 + n < s.n && s.p[1 + n] == ';';
	bool value_follows = 1 + n < s.n && s.p[1 + n] == '='; /* "?a=1&copy=2" */
	uint32_t code = n ? tt_entity_find(name) : 0;
	if (!code || (!closed && (value_follows || !known_bare(name, code))))
		return 0;
	*ret = code;
	return 1 + n + closed;
}
