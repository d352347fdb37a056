/* test_feed_charset.c - documents in many encodings, rightly and wrongly labelled. */
#include "common/err.h"
#include "common/utf8.h"
#include "ingest/feed/charset.h"
#include "tests/tt_test.h"

#define BYTES(lit)                                                                                           \
	{                                                                                                    \
		"" lit, sizeof(lit) - 1                                                                      \
	}
#define LATIN1 "<?xml version='1.0' encoding='iso-8859-1'?>"
#define UTF8   "<?xml version='1.0' encoding='utf-8'?>"

static const struct {
	struct tt_str in;
	const char *content_type;
	struct tt_str tail; /* what the text ends with */
	bool recovered;
} rows[] = {
	{BYTES("<a>caf\303\251</a>"), NULL, BYTES("caf\303\251</a>"), false},
	{BYTES("\xef\xbb\xbf<a>\303\251"), NULL, BYTES("<a>\303\251"), false},
	{BYTES("\xef\xbb\xbf<a>\xe9"), NULL, BYTES("<a>\303\251"), true},
	{BYTES("\xff\xfe<\0a\0\xe9\0"), NULL, BYTES("<a\303\251"), false},
	{BYTES("\xfe\xff\0<\0a\0\xe9"), NULL, BYTES("<a\303\251"), false},
	{BYTES("<\0a\0\xe9\0"), NULL, BYTES("<a\303\251"), false},
	{BYTES("\0<\0a\0\xe9"), NULL, BYTES("<a\303\251"), false},
	{BYTES("\xff\xfe\0\0<\0\0\0\xe9\0\0\0"), NULL, BYTES("<\303\251"), false},
	{BYTES("\0\0\0<\0\0\0\xe9"), NULL, BYTES("<\303\251"), false},
	{BYTES(LATIN1 "\xe9"), NULL, BYTES("\303\251"), false},
	{BYTES(LATIN1 "\x93x\x94"), NULL, BYTES("\342\200\234x\342\200\235"), false},
	{BYTES(LATIN1 "caf\303\251"), NULL, BYTES("caf\303\251"), true}, /* UTF-8 all the same */
	{BYTES(UTF8 "caf\xe9 \x80"
		    "5"),
		NULL,
		BYTES("caf\303\251 \342\202\254"
		      "5"),
		true},
	{BYTES("<a>\xe9"), "text/xml; charset=ISO-8859-1", BYTES("<a>\303\251"), false},
	{BYTES("<a>\xe9"), "text/xml;charset= \"latin1\"", BYTES("<a>\303\251"), false},
	{BYTES(UTF8 "\303\251"), "text/xml; charset=ISO-8859-1", BYTES("\303\251"), false},
	{BYTES("<?xml encoding='koi8-r'?>\xf0\xd2\xc9\xd7\xc5\xd4"), NULL,
		BYTES("\320\237\321\200\320\270\320\262\320\265\321\202"), false},
	{BYTES("<?xml encoding='windows-1251'?>\xcf\xf0\xe8\xe2\xe5\xf2"), NULL,
		BYTES("\320\237\321\200\320\270\320\262\320\265\321\202"), false},
	{BYTES("<?xml encoding='Shift_JIS'?>\x93\xfa\x96{"), NULL, BYTES("\346\227\245\346\234\254"), false},
	{BYTES("<?xml encoding='EUC-JP'?>\xc6\xfc\xcb\xdc"), NULL, BYTES("\346\227\245\346\234\254"), false},
	{BYTES("<?xml encoding='gb2312'?>\xd6\xd0\xb9\xfa"), NULL, BYTES("\344\270\255\345\233\275"), false},
	{BYTES("<?xml encoding='big5'?>\xa4\xa4\xb0\xea"), NULL, BYTES("\344\270\255\345\234\213"), false},
	{BYTES("<?xml encoding='euc-kr'?>\xb3\xe2"), NULL, BYTES("\353\205\204"), false},
	{BYTES("<?xml encoding='bogus'?>x"), NULL, BYTES("x"), true},
	{BYTES("<?xml encoding='utf-16'?>x"), NULL, BYTES("x"), true},
	{BYTES("<?xml encoding='UTF-8//TRANSLIT'?>\303\251"), NULL, BYTES("\303\251"), true},
	{BYTES("<a>na\xefve caf\xe9 d\xe9j\xe0 vu"), NULL,
		BYTES("na\303\257ve caf\303\251 d\303\251j\303\240 vu"), true},
	{BYTES("<a>simula\xe7\xf5"
	       "es de segundo turno, inqu\xe9rito"),
		NULL,
		BYTES("simula\303\247\303\265"
		      "es de segundo turno, inqu\303\251rito"),
		true},
	{BYTES("<a>\xf0\xd2\xc9\xd7\xc5\xd4 \xcd\xc9\xd2"), NULL,
		BYTES("\320\237\321\200\320\270\320\262\320\265\321\202 \320\274\320\270\321\200"), true},
	{BYTES("<a>\xcf\xf0\xe8\xe2\xe5\xf2 \xec\xe8\xf0"), NULL,
		BYTES("\320\237\321\200\320\270\320\262\320\265\321\202 \320\274\320\270\321\200"), true},
	{BYTES("<a>\xa4\xb3\xa4\xf3\xa4\xcb\xa4\xc1\xa4\xcf"), NULL,
		BYTES("\343\201\223\343\202\223\343\201\253\343\201\241\343\201\257"), true},
	{BYTES("<a>\x82\xb1\x82\xf1\x82\xc9\x82\xbf\x82\xcd"), NULL,
		BYTES("\343\201\223\343\202\223\343\201\253\343\201\241\343\201\257"), true},
	{BYTES(""), NULL, BYTES(""), false},
};

static bool ends(struct tt_str s, struct tt_str tail)
{
	return s.n >= tail.n && memcmp(s.p + s.n - tail.n, tail.p, tail.n) == 0;
}

TT_TEST(charset_decode)
{
	struct tt_buf buf;
	tt_buf_init(&buf, 1 << 16);
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_charset got;
		TT_EQ_ROW((long)i, tt_charset_decode(rows[i].in, tt_str_c(rows[i].content_type), &buf, &got),
			0);
		if (!ends(got.text, rows[i].tail))
			TT_STR_EQ_ROW((long)i, got.text, rows[i].tail);
		TT_EQ_ROW((long)i, got.recovered, rows[i].recovered);
		TT_TRUE(tt_utf8_valid(got.text));
	}
	tt_buf_done(&buf);
}

TT_TEST(charset_limit)
{
	struct tt_buf buf;
	struct tt_charset got;
	tt_buf_init(&buf, 8);
	TT_EQ(tt_charset_decode((struct tt_str)BYTES(LATIN1 "\xe9"), TT_STR(""), &buf, &got), TT_ELIMIT);
	tt_buf_done(&buf);
}

TT_TEST(charset_param)
{
	static const struct {
		const char *in, *want;
	} params[] = {
		{"text/xml", NULL},
		{"text/xml; charset=utf-8", "utf-8"},
		{"text/xml;charset = 'us-ascii'", "us-ascii"},
		{"text/xml; boundary=x; CHARSET=\"KOI8-R\"; y", "KOI8-R"},
		{"text/xml; charset=", NULL},
		{"text/xml; charset:utf-8", NULL},
	};
	for (size_t i = 0; i < TT_LEN(params); i++)
		TT_STR_EQ_ROW((long)i, tt_charset_param(tt_str_c(params[i].in)), tt_str_c(params[i].want));
}

TT_MAIN(TT_RUN(charset_decode), TT_RUN(charset_limit), TT_RUN(charset_param))
