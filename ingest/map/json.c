/* json.c - see json.h. */
#include "ingest/map/json.h"

#include <string.h>

#include "common/err.h"
#include "common/utf8.h"

#define ONES  0x0101010101010101ULL
#define HIGHS 0x8080808080808080ULL

static bool fail(struct tt_json *j, const char *why)
{
	j->why = why;
	return false;
}

static void pass_space(struct tt_json *j)
{
	while (j->p < j->end && (*j->p == ' ' || *j->p == '\n' || *j->p == '\r' || *j->p == '\t'))
		j->p++;
}

void tt_json_init(struct tt_json *j, struct tt_str text, int max_depth)
{
	*j = (struct tt_json){text.p, text.p, text.p + text.n, NULL, max_depth};
}

enum tt_json_kind tt_json_peek(struct tt_json *j)
{
	pass_space(j);
	if (j->p == j->end)
		return TT_JSON_NONE;
	switch (*j->p) {
	case '{':
		return TT_JSON_OBJECT;
	case '[':
		return TT_JSON_ARRAY;
	case '"':
		return TT_JSON_STRING;
	case 't':
	case 'f':
		return TT_JSON_BOOL;
	case 'n':
		return TT_JSON_NULL;
	default:
		return *j->p == '-' || (*j->p >= '0' && *j->p <= '9') ? TT_JSON_NUMBER : TT_JSON_NONE;
	}
}

/* ---- strings ---- */

/* Whether one of eight bytes ends a run of plain characters: a quote, a backslash, a control. A byte beyond
 * ASCII right above such a one may be taken for one too, never the other way round. */
static bool has_special(uint64_t eight)
{
	uint64_t quote = eight ^ ONES * '"', slash = eight ^ ONES * '\\';
	return (((quote - ONES) & ~quote) | ((slash - ONES) & ~slash) | ((eight - ONES * 0x20) & ~eight)) &
	       HIGHS;
}

/* The four digits of \uXXXX; -1: there are none. */
static int hex4(const char *p, const char *end)
{
	int v = 0;
	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		char c = p[i], letter = (char)(c | 0x20);
		if (c >= '0' && c <= '9')
			v = v << 4 | (c - '0');
		else if (letter >= 'a' && letter <= 'f')
			v = v << 4 | (letter - 'a' + 10);
		else
			return -1;
	}
	return v;
}

/* The cursor is behind the backslash. */
static bool pass_escape(struct tt_json *j)
{
	if (j->p == j->end)
		return fail(j, "the string does not end");
	if (*j->p == 'u') {
		if (hex4(j->p + 1, j->end) < 0)
			return fail(j, "\\u without four hexadecimal digits");
		j->p += 5;
		return true;
	}
	if (!memchr("\"\\/bfnrt", *j->p, 8))
		return fail(j, "unknown escape");
	j->p++;
	return true;
}

bool tt_json_string(struct tt_json *j, struct tt_str *ret_raw, bool *ret_escaped)
{
	const char *from = ++j->p;
	uint64_t eight;
	*ret_escaped = false;
	for (;;) {
		while (j->end - j->p >= 8 && (memcpy(&eight, j->p, 8), !has_special(eight)))
			j->p += 8;
		if (j->p == j->end)
			return fail(j, "the string does not end");
		unsigned char c = (unsigned char)*j->p;
		if (c == '"')
			break;
		if (c < 0x20)
			return fail(j, "a control character in a string");
		j->p++;
		if (c != '\\')
			continue;
		*ret_escaped = true;
		if (!pass_escape(j))
			return false;
	}
	*ret_raw = (struct tt_str){from, (size_t)(j->p++ - from)};
	return true;
}

/* The character of the escape behind the backslash at *p, which moves behind it. */
static uint32_t escaped(const char **p, const char *end)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	char c = *(*p)++;
	if (c != 'u') {
		const char *at = strchr(from, c);
		return (uint32_t)(at ? to[at - from] : c);
	}
	uint32_t v = (uint32_t)hex4(*p, end);
	*p += 4;
	if (v < 0xD800 || v > 0xDFFF)
		return v;
	int low = v < 0xDC00 && end - *p >= 6 && (*p)[0] == '\\' && (*p)[1] == 'u' ? hex4(*p + 2, end) : -1;
	if (low < 0xDC00 || low > 0xDFFF)
		return 0xFFFD;
	*p += 6;
	return 0x10000 + ((v - 0xD800) << 10) + ((uint32_t)low - 0xDC00);
}

int tt_json_unescape(struct tt_str raw, struct tt_buf *out)
{
	const char *p = raw.p, *end = raw.p + raw.n;
	int rc = tt_buf_reserve(out, raw.n + 1); /* no escape is shorter than what it stands for */
	while (p < end && rc == TT_OK) {
		const char *slash = memchr(p, '\\', (size_t)(end - p)), *stop = slash ? slash : end;
		rc = tt_buf_add(out, p, (size_t)(stop - p));
		if (rc < 0 || !slash)
			break;
		char utf8[TT_UTF8_MAX];
		p = slash + 1;
		uint32_t c = escaped(&p, end);
		rc = tt_buf_add(out, utf8, tt_utf8_encode(c, utf8));
	}
	return rc;
}

/* ---- numbers and words ---- */

static bool pass_digits(struct tt_json *j)
{
	const char *from = j->p;
	while (j->p < j->end && *j->p >= '0' && *j->p <= '9')
		j->p++;
	return j->p > from || fail(j, "a digit is missing");
}

static bool pass_number(struct tt_json *j)
{
	j->p += *j->p == '-';
	if (j->p < j->end && *j->p == '0')
		j->p++;
	else if (!pass_digits(j))
		return false;
	if (j->p < j->end && *j->p == '.') {
		j->p++;
		if (!pass_digits(j))
			return false;
	}
	if (j->p < j->end && (*j->p | 0x20) == 'e') {
		j->p++;
		j->p += j->p < j->end && (*j->p == '+' || *j->p == '-');
		return pass_digits(j);
	}
	return true;
}

bool tt_json_scalar(struct tt_json *j, struct tt_str *ret_raw)
{
	static const char *const words[] = {"null", "true", "false"};
	const char *from = j->p;
	struct tt_str rest = {j->p, (size_t)(j->end - j->p)};
	if (*j->p == '-' || (*j->p >= '0' && *j->p <= '9')) {
		if (!pass_number(j))
			return false;
	} else {
		for (size_t i = 0; i < TT_LEN(words) && j->p == from; i++)
			if (tt_str_starts(rest, tt_str_c(words[i])))
				j->p += strlen(words[i]);
		if (j->p == from)
			return fail(j, "no value that JSON knows");
	}
	*ret_raw = (struct tt_str){from, (size_t)(j->p - from)};
	return true;
}

/* ---- objects and arrays ---- */

bool tt_json_enter(struct tt_json *j)
{
	if (j->depth_left == 0)
		return fail(j, "nested too deep");
	j->depth_left--;
	j->p++;
	return true;
}

bool tt_json_more(struct tt_json *j, enum tt_json_kind kind, bool first)
{
	pass_space(j);
	if (j->p == j->end)
		return fail(j, "it does not end");
	if (*j->p == (kind == TT_JSON_OBJECT ? '}' : ']')) {
		j->depth_left++;
		j->p++;
		return false;
	}
	if (first)
		return true;
	if (*j->p != ',')
		return fail(j, "a comma is missing");
	j->p++;
	return true;
}

bool tt_json_name(struct tt_json *j, struct tt_str *ret_raw, bool *ret_escaped)
{
	if (tt_json_peek(j) != TT_JSON_STRING)
		return fail(j, "a name in quotes is missing");
	if (!tt_json_string(j, ret_raw, ret_escaped))
		return false;
	pass_space(j);
	if (j->p == j->end || *j->p != ':')
		return fail(j, "a colon is missing");
	j->p++;
	return true;
}

bool tt_json_skip(struct tt_json *j)
{
	struct tt_str raw;
	bool escapes;
	enum tt_json_kind kind = tt_json_peek(j);
	switch (kind) {
	case TT_JSON_NONE:
		return fail(j, j->p == j->end ? "it does not end" : "no value that JSON knows");
	case TT_JSON_STRING:
		return tt_json_string(j, &raw, &escapes);
	case TT_JSON_OBJECT:
	case TT_JSON_ARRAY:
		break;
	default:
		return tt_json_scalar(j, &raw);
	}
	if (!tt_json_enter(j))
		return false;
	for (bool first = true; tt_json_more(j, kind, first); first = false)
		if ((kind == TT_JSON_OBJECT && !tt_json_name(j, &raw, &escapes)) || !tt_json_skip(j))
			return false;
	return !j->why;
}

bool tt_json_end(struct tt_json *j)
{
	pass_space(j);
	return j->p == j->end || fail(j, "something stands behind the value");
}
