/* charset.c - see charset.h. */
#include "ingest/feed/charset.h"

#include <string.h>
#include <strings.h>

#include "common/err.h"
#include "common/utf8.h"
#include "ingest/feed/entities.h"

enum { LABEL_MAX = 40, DECLARATION_MAX = 512 };

/* Labels that mean more than they say. What is not here goes to iconv under its own name. */
static const struct {
	const char *label, *iconv;
} aliases[] = {
	{"iso-8859-1", "cp1252"},
	{"iso8859-1", "cp1252"},
	{"iso_8859-1", "cp1252"},
	{"latin1", "cp1252"},
	{"latin-1", "cp1252"},
	{"windows-1252", "cp1252"},
	{"cp1252", "cp1252"},
	{"x-cp1252", "cp1252"},
	{"iso-8859-9", "cp1254"},
	{"iso-8859-11", "cp874"},
	{"tis-620", "cp874"},
	{"windows-874", "cp874"},
	{"gb2312", "gb18030"},
	{"gbk", "gb18030"},
	{"x-gbk", "gb18030"},
	{"gb_2312-80", "gb18030"},
	{"euc-cn", "gb18030"},
	{"shift_jis", "cp932"},
	{"shift-jis", "cp932"},
	{"sjis", "cp932"},
	{"x-sjis", "cp932"},
	{"windows-31j", "cp932"},
	{"euc-kr", "cp949"},
	{"ks_c_5601-1987", "cp949"},
	{"ksc5601", "cp949"},
	{"big5", "big5-hkscs"},
	{"x-euc-jp", "euc-jp"},
	{"utf16", "utf-16"},
	{"ucs-2", "utf-16"},
	{"iso-10646-ucs-2", "utf-16"},
	{"unicode", "utf-16"},
	{"utf8", "utf-8"},
	{"unicode-1-1-utf-8", "utf-8"},
	{"ascii", "us-ascii"},
	{"x-mac-roman", "macintosh"},
	{"koi8", "koi8-r"},
	{"windows-949", "cp949"},
};

static bool is_ascii(struct tt_str s)
{
	return tt_utf8_ascii(s) == s.n;
}

struct tt_str tt_charset_param(struct tt_str content_type)
{
	struct tt_str rest = content_type;
	tt_str_split(&rest, ';');
	while (rest.p) {
		struct tt_str value = tt_str_split(&rest, ';');
		struct tt_str key = tt_str_split(&value, '=');
		if (!value.p || !tt_str_eq_ci(tt_str_trim(key), TT_STR("charset")))
			continue;
		value = tt_str_trim(value);
		while (value.n && (value.p[0] == '"' || value.p[0] == '\''))
			value.p++, value.n--;
		while (value.n && (value.p[value.n - 1] == '"' || value.p[value.n - 1] == '\''))
			value.n--;
		return value.n ? value : (struct tt_str){NULL, 0};
	}
	return (struct tt_str){NULL, 0};
}

/* encoding="..." of an XML declaration in ASCII-compatible bytes. */
static struct tt_str declared(struct tt_str bytes)
{
	struct tt_str none = {NULL, 0}, head = tt_str_trim(bytes);
	if (!tt_str_starts(head, TT_STR("<?xml")))
		return none;
	if (head.n > DECLARATION_MAX)
		head.n = DECLARATION_MAX;
	const char *end = memchr(head.p, '>', head.n);
	head.n = end ? (size_t)(end - head.p) : head.n;
	const char *at = memmem(head.p, head.n, "encoding", 8);
	if (!at)
		return none;
	struct tt_str rest = tt_str_trim((struct tt_str){at + 8, head.n - (size_t)(at + 8 - head.p)});
	if (rest.n == 0 || rest.p[0] != '=')
		return none;
	rest = tt_str_trim((struct tt_str){rest.p + 1, rest.n - 1});
	if (rest.n == 0 || (rest.p[0] != '"' && rest.p[0] != '\''))
		return none;
	char quote = rest.p[0];
	rest.p++, rest.n--;
	struct tt_str value = tt_str_split(&rest, quote);
	return rest.p ? tt_str_trim(value) : none;
}

/* The iconv name of a label, lower case, in name; false when it cannot be one. */
static bool iconv_name(struct tt_str label, char name[LABEL_MAX])
{
	if (label.n == 0 || label.n >= LABEL_MAX)
		return false;
	for (size_t i = 0; i < label.n; i++) {
		char c = label.p[i];
		bool alnum = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
		if (!alnum && c != '-' && c != '_' && c != ':' && c != '.' && c != '+')
			return false; /* "//TRANSLIT" and other ideas */
		name[i] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
	}
	name[label.n] = '\0';
	for (size_t i = 0; i < TT_LEN(aliases); i++)
		if (strcmp(name, aliases[i].label) == 0)
			memcpy(name, aliases[i].iconv, strlen(aliases[i].iconv) + 1);
	return true;
}

static bool is_single_byte(const char *name)
{
	static const char *const families[] = {
		"cp125", "windows-125", "iso-8859", "iso8859", "koi8", "cp874", "macintosh", "us-ascii"};
	for (size_t i = 0; i < TT_LEN(families); i++)
		if (strncmp(name, families[i], strlen(families[i])) == 0)
			return true;
	return false;
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
	const char *name = tt_charset_detect(bytes);
	int rc = name ? decode_as(name, bytes, buf, &ret->text) : TT_EPARSE;
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
	struct tt_str labels[] = {declared(bytes), tt_charset_param(content_type)};
	bool labelled = labels[0].p || labels[1].p, doubt = false;
	for (size_t i = 0; i < TT_LEN(labels); i++) {
		char name[LABEL_MAX];
		if (!labels[i].p)
			continue;
		if (!iconv_name(labels[i], name) || strncmp(name, "utf-16", 6) == 0 ||
			strncmp(name, "utf-32", 6) == 0) {
			doubt = true; /* or the bytes would have shown it */
			continue;
		}
		if (is_single_byte(name) && !is_ascii(bytes) && tt_utf8_valid(bytes))
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

int tt_charset_decode(
	struct tt_str bytes, struct tt_str content_type, struct tt_buf *buf, struct tt_charset *ret)
{
	size_t mark;
	const char *name = by_bytes(bytes, &mark);
	if (!name)
		return by_label(bytes, content_type, buf, ret);
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
