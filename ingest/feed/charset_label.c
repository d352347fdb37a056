/* charset_label.c - what a document is called to be encoded in, and what that means. Labels are compared
 * without case, dashes and the like, since every writer sets those differently. See charset.h. */
#include "ingest/feed/charset.h"

#include <string.h>

enum { DECLARATION_MAX = 512 };

/* Labels that mean more than they say, or that iconv knows under another name. */
static const struct {
	const char *label, *iconv;
} aliases[] = {
	/* clang-format off */
	{"utf8", "utf-8"}, {"unicode11utf8", "utf-8"}, {"cp65001", "utf-8"}, {"65001", "utf-8"}, {"u8", "utf-8"},
	{"utf8sig", "utf-8"}, {"utf16", "utf-16"}, {"ucs2", "utf-16"}, {"iso10646ucs2", "utf-16"},
	{"unicode", "utf-16"}, {"utf32", "utf-32"}, {"ucs4", "utf-32"}, {"iso10646ucs4", "utf-32"},
	{"ascii", "us-ascii"}, {"usascii", "us-ascii"}, {"646", "us-ascii"}, {"iso646us", "us-ascii"},
	{"ansix341968", "us-ascii"}, {"ansix341986", "us-ascii"}, {"us", "us-ascii"}, {"ansi", "cp1252"},
	{"iso88591", "cp1252"}, {"88591", "cp1252"}, {"8859", "cp1252"}, {"iso8859", "cp1252"},
	{"latin1", "cp1252"}, {"latin", "cp1252"}, {"l1", "cp1252"}, {"iso885911987", "cp1252"},
	{"isoir100", "cp1252"}, {"iso88591windows1252latin1", "cp1252"}, {"latin2", "iso-8859-2"},
	{"l2", "iso-8859-2"}, {"latin3", "iso-8859-3"}, {"latin4", "iso-8859-4"}, {"latin5", "cp1254"},
	{"iso88599", "cp1254"}, {"latin6", "iso-8859-10"}, {"latin9", "iso-8859-15"}, {"cyrillic", "iso-8859-5"},
	{"arabic", "iso-8859-6"}, {"asmo708", "iso-8859-6"}, {"ecma114", "iso-8859-6"}, {"greek", "iso-8859-7"},
	{"greek8", "iso-8859-7"}, {"ecma118", "iso-8859-7"}, {"elot928", "iso-8859-7"}, {"hebrew", "iso-8859-8"},
	{"iso88598i", "iso-8859-8"}, {"iso88598e", "iso-8859-8"}, {"iso885911", "cp874"}, {"thai", "cp874"},
	{"tis620", "cp874"}, {"tis6200", "cp874"}, {"windows874", "cp874"}, {"koi8", "koi8-r"},
	{"koi8r", "koi8-r"}, {"koi8u", "koi8-u"}, {"koi8ru", "koi8-u"}, {"ptcp154", "pt154"}, {"cp154", "pt154"},
	{"csptcp154", "pt154"}, {"cyrillicasian", "pt154"}, {"cp866u", "cp866"}, {"cp1125", "cp1125"},
	{"gb2312", "gb18030"}, {"gb231280", "gb18030"}, {"gb23121980", "gb18030"}, {"gbk", "gb18030"},
	{"xgbk", "gb18030"}, {"euccn", "gb18030"}, {"eucgb2312cn", "gb18030"}, {"chinese", "gb18030"},
	{"cp936", "gb18030"}, {"936", "gb18030"}, {"ms936", "gb18030"}, {"windows936", "gb18030"},
	{"gb18030", "gb18030"}, {"gb180302000", "gb18030"}, {"csgb2312", "gb18030"},
	{"csiso58gb231280", "gb18030"}, {"isoir58", "gb18030"}, {"big5", "big5-hkscs"}, {"csbig5", "big5-hkscs"},
	{"big5tw", "big5-hkscs"}, {"big5hkscs", "big5-hkscs"}, {"hkscs", "big5-hkscs"}, {"xxbig5", "big5-hkscs"},
	{"cp950", "big5-hkscs"}, {"950", "big5-hkscs"}, {"ms950", "big5-hkscs"}, {"windows950", "big5-hkscs"},
	{"shiftjis", "cp932"}, {"sjis", "cp932"}, {"xsjis", "cp932"}, {"csshiftjis", "cp932"}, {"mskanji", "cp932"},
	{"windows31j", "cp932"}, {"cswindows31j", "cp932"}, {"cp932", "cp932"}, {"932", "cp932"}, {"ms932", "cp932"},
	{"eucjp", "euc-jp"}, {"xeucjp", "euc-jp"}, {"ujis", "euc-jp"}, {"eucjpms", "euc-jp"},
	{"eucjis2004", "euc-jisx0213"}, {"eucjisx0213", "euc-jisx0213"}, {"shiftjisx0213", "shift_jisx0213"},
	{"sjisx0213", "shift_jisx0213"}, {"shiftjis2004", "shift_jisx0213"}, {"sjis2004", "shift_jisx0213"},
	{"iso2022jp", "iso-2022-jp"}, {"csiso2022jp", "iso-2022-jp"}, {"iso2022kr", "iso-2022-kr"},
	{"csiso2022kr", "iso-2022-kr"}, {"euckr", "cp949"}, {"xeuckr", "cp949"}, {"korean", "cp949"},
	{"ksc5601", "cp949"}, {"ksc56011987", "cp949"}, {"ksx1001", "cp949"}, {"csksc56011987", "cp949"},
	{"uhc", "cp949"}, {"cp949", "cp949"}, {"949", "cp949"}, {"ms949", "cp949"}, {"windows949", "cp949"},
	{"johab", "johab"}, {"cp1361", "johab"}, {"ms1361", "johab"}, {"macroman", "macintosh"}, {"mac", "macintosh"},
	{"macintosh", "macintosh"}, {"xmacroman", "macintosh"}, {"maccyrillic", "mac-cyrillic"},
	{"xmaccyrillic", "mac-cyrillic"}, {"macukrainian", "mac-uk"}, {"xmacukrainian", "mac-uk"},
	{"maccentraleurope", "mac-centraleurope"}, {"maclatin2", "mac-centraleurope"}, {"hproman8", "hp-roman8"},
	{"roman8", "hp-roman8"}, {"r8", "hp-roman8"}, {"cshproman8", "hp-roman8"}, {"cp1051", "hp-roman8"},
	{"ibm1051", "hp-roman8"}, {"cpgr", "cp869"}, {"cpis", "cp861"},
	/* clang-format on */
};

/* Names of numbered families: what stands before the number, and how iconv writes it. */
static const struct {
	const char *before, *iconv;
} families[] = {
	{"windows", "cp"},
	{"xcp", "cp"},
	{"cp", "cp"},
	{"csibm", "cp"},
	{"ibm", "cp"},
	{"ms", "cp"},
	{"dos", "cp"},
	{"iso8859", "iso-8859-"},
	{"8859", "iso-8859-"},
	{"iso2022jp", "iso-2022-jp-"},
	{"", "cp"},
};

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

struct tt_str tt_charset_declared(struct tt_str bytes)
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

/* Letters and digits of a label, lower case; false when there are other characters than labels have
 * ("//TRANSLIT" and other ideas). */
static bool compact(struct tt_str label, char out[TT_CHARSET_NAME])
{
	size_t n = 0;
	if (label.n == 0 || label.n >= TT_CHARSET_NAME)
		return false;
	for (size_t i = 0; i < label.n; i++) {
		char c = label.p[i];
		if ((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'))
			out[n++] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
		else if (!memchr("-_:.+ ", c, 6))
			return false;
	}
	out[n] = '\0';
	return n > 0;
}

/* "windows1251", "cp866", "1250", "iso88595": true with iconv's way to write it. */
static bool numbered(const char *key, char name[TT_CHARSET_NAME])
{
	for (size_t i = 0; i < TT_LEN(families); i++) {
		size_t n = strlen(families[i].before), m = strlen(families[i].iconv), digits;
		if (strncmp(key, families[i].before, n) != 0)
			continue;
		digits = strspn(key + n, "0123456789");
		if (digits == 0 || digits > 5 || key[n + digits])
			continue;
		memcpy(name, families[i].iconv, m);
		memcpy(name + m, key + n, digits + 1);
		return true;
	}
	return false;
}

bool tt_charset_iconv_name(struct tt_str label, char name[TT_CHARSET_NAME])
{
	char key[TT_CHARSET_NAME];
	if (!compact(label, key) || strstr(key, "utf7"))
		return false;
	for (size_t i = 0; i < TT_LEN(aliases); i++)
		if (strcmp(key, aliases[i].label) == 0) {
			memcpy(name, aliases[i].iconv, strlen(aliases[i].iconv) + 1);
			return true;
		}
	if (numbered(key, name))
		return true;
	for (size_t i = 0; i < label.n; i++) { /* any other that iconv may know */
		char c = label.p[i];
		name[i] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c == ' ' || c == '_' ? '-' : c);
	}
	name[label.n] = '\0';
	return true;
}

bool tt_charset_single_byte(const char *name)
{
	static const char *const wide[] = {"cp932", "cp949", "cp936", "cp950", "cp1361"};
	static const char *const narrow[] = {
		"cp", "iso-8859", "koi8", "mac", "us-ascii", "hp-roman8", "pt154", "ebcdic", "ibm"};
	for (size_t i = 0; i < TT_LEN(wide); i++)
		if (strcmp(name, wide[i]) == 0)
			return false;
	for (size_t i = 0; i < TT_LEN(narrow); i++)
		if (strncmp(name, narrow[i], strlen(narrow[i])) == 0)
			return true;
	return false;
}
