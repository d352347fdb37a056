/* charset.c - see charset.h. */
#include "ingest/feed/charset.h"

#include <string.h>
#include <strings.h>

#include "common/err.h"
#include "common/utf8.h"
#include "ingest/feed/entities.h"

enum { DECLARATION_MAX = 512 };

static bool is_ascii(struct tt_str s)
{
	return tt_utf8_ascii(s) == s.n;
}

/* By mark, or by the zero bytes around a first '<'; *ret_mark is how many bytes the mark has. */
static const char *by_bytes(struct tt_str s, size_t *ret_mark)
{
	static const struct {
		const char *name;
		unsigned char b[4], n, mark;
	} rows[] = {
		{"utf-8", {0xef, 0xbb, 0xbf}, 3, 3},
		{"utf-32le", {0xff, 0xfe, 0, 0}, 4, 4},
		{"utf-32be", {0, 0, 0xfe, 0xff}, 4, 4},
		{"utf-16le", {0xff, 0xfe}, 2, 2},
		{"utf-16be", {0xfe, 0xff}, 2, 2},
		{"utf-32be", {0, 0, 0, '<'}, 4, 0},
		{"utf-32le", {'<', 0, 0, 0}, 4, 0},
		{"utf-16be", {0, '<', 0}, 3, 0},
		{"utf-16le", {'<', 0}, 2, 0},
		{"cp037", {0x4c, 0x6f, 0xa7, 0x94}, 4, 0},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++)
		if (s.n >= rows[i].n && memcmp(s.p, rows[i].b, rows[i].n) == 0) {
			*ret_mark = rows[i].mark;
			return rows[i].name;
		}
	*ret_mark = 0;
	return NULL;
}

/* windows-1252; with `mixed` only what is not valid UTF-8. Never fails but for memory and the limit. */
static int cp1252(struct tt_str bytes, bool mixed, struct tt_buf *out)
{
	tt_buf_reset(out);
	int rc = tt_buf_reserve(out, bytes.n);
	for (size_t i = 0; i < bytes.n && rc == TT_OK;) {
		struct tt_str s = {bytes.p + i, bytes.n - i};
		uint32_t c;
		char utf8[TT_UTF8_MAX];
		size_t n = tt_utf8_ascii(s);
		if (n == 0 && mixed)
			n = tt_utf8_char(s, &c);
		rc = n ? tt_buf_add(out, s.p, n)
		       : tt_buf_add(out, utf8, tt_utf8_encode(tt_cp1252((unsigned char)s.p[0]), utf8));
		i += n ? n : 1;
	}
	return rc;
}

/* Decodes by a name; TT_EPARSE or TT_ENOENT: not believable, try the next. */
static int decode_as(const char *name, struct tt_str bytes, struct tt_buf *buf, struct tt_str *ret)
{
	if (strcmp(name, "utf-8") == 0 || strcmp(name, "us-ascii") == 0) {
		bool good = name[1] == 't' ? tt_utf8_valid(bytes) : is_ascii(bytes);
		*ret = bytes;
		return good ? TT_OK : TT_EPARSE;
	}
	int rc = strcmp(name, "cp1252") == 0 ? cp1252(bytes, false, buf)
					     : tt_charset_iconv(name, bytes, false, buf);
	*ret = tt_buf_view(buf);
	return rc;
}

static bool try_next(int rc)
{
	return rc == TT_EPARSE || rc == TT_ENOENT;
}

/* No label held: what it most likely is. */
static int detected(struct tt_str bytes, bool labelled, struct tt_buf *buf, struct tt_charset *ret)
{
	if (is_ascii(bytes) || tt_utf8_valid(bytes)) {
		*ret = (struct tt_charset){bytes, labelled};
		return TT_OK;
	}
	const char *guesses[TT_CHARSET_GUESSES];
	size_t n = tt_charset_detect(bytes, guesses);
	int rc = TT_EPARSE;
	for (size_t i = 0; i < n && try_next(rc); i++)
		rc = decode_as(guesses[i], bytes, buf, &ret->text);
	if (try_next(rc)) {
		rc = cp1252(bytes, true, buf);
		ret->text = tt_buf_view(buf);
	}
	ret->recovered = true;
	return rc;
}

static int by_label(
	struct tt_str bytes, struct tt_str content_type, struct tt_buf *buf, struct tt_charset *ret)
{
	struct tt_str labels[] = {tt_charset_declared(bytes), tt_charset_param(content_type)};
	bool labelled = labels[0].p || labels[1].p, doubt = false;
	for (size_t i = 0; i < TT_LEN(labels); i++) {
		char name[TT_CHARSET_NAME];
		if (!labels[i].p)
			continue;
		if (!tt_charset_iconv_name(labels[i], name) || strncmp(name, "utf-16", 6) == 0 ||
			strncmp(name, "utf-32", 6) == 0) {
			doubt = true; /* or the bytes would have shown it */
			continue;
		}
		if (tt_charset_single_byte(name) && !is_ascii(bytes) && tt_utf8_valid(bytes))
			break;
		int rc = decode_as(name, bytes, buf, &ret->text);
		if (!try_next(rc)) {
			ret->recovered = doubt;
			return rc;
		}
		doubt = true;
	}
	return detected(bytes, labelled, buf, ret);
}

/* All EBCDIC code pages agree on the letters of the declaration, which says which one it is. */
static int by_ebcdic(struct tt_str bytes, struct tt_buf *buf, struct tt_charset *ret)
{
	char name[TT_CHARSET_NAME];
	struct tt_str head = {bytes.p, bytes.n < DECLARATION_MAX ? bytes.n : DECLARATION_MAX};
	int rc = decode_as("cp037", head, buf, &head);
	if (rc < 0)
		return rc;
	bool named = tt_charset_iconv_name(tt_charset_declared(head), name) && tt_charset_single_byte(name);
	rc = decode_as(named ? name : "cp037", bytes, buf, &ret->text);
	ret->recovered = try_next(rc);
	return ret->recovered ? decode_as("cp037", bytes, buf, &ret->text) : rc;
}

int tt_charset_decode(
	struct tt_str bytes, struct tt_str content_type, struct tt_buf *buf, struct tt_charset *ret)
{
	size_t mark;
	const char *name = by_bytes(bytes, &mark);
	if (!name)
		return by_label(bytes, content_type, buf, ret);
	if (strcmp(name, "cp037") == 0)
		return by_ebcdic(bytes, buf, ret);
	struct tt_str rest = {bytes.p + mark, bytes.n - mark};
	ret->recovered = false;
	int rc = decode_as(name, rest, buf, &ret->text);
	if (!try_next(rc))
		return rc;
	ret->recovered = true;
	rc = strcmp(name, "utf-8") == 0 ? cp1252(rest, true, buf) : tt_charset_iconv(name, rest, true, buf);
	ret->text = tt_buf_view(buf);
	return rc;
}
