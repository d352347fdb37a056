/* test_sink_text.c - what is valid, and what broken text becomes. */
#include "common/err.h"
#include "sink/text.h"
#include "tests/tt_test.h"

#define BAD "\xef\xbf\xbd"

static const struct {
	struct tt_str in, want;
} rows[] = {
	{TT_STR(""), TT_STR("")},
	{TT_STR("plain text longer than eight"), TT_STR("plain text longer than eight")},
	{TT_STR("a\0b"), TT_STR("a" BAD "b")},
	{TT_STR("12345678\0"), TT_STR("12345678" BAD)},
	{TT_STR("1234567\0"), TT_STR("1234567" BAD)},
	{TT_STR("\xc3\xa9\xe2\x82\xac\xf0\x9f\x93\x88"), TT_STR("\xc3\xa9\xe2\x82\xac\xf0\x9f\x93\x88")},
	{TT_STR("\xef\xbf\xbf\xf4\x8f\xbf\xbf"), TT_STR("\xef\xbf\xbf\xf4\x8f\xbf\xbf")},
	{TT_STR("caf\xe9 bar"), TT_STR("caf" BAD " bar")}, /* Latin-1 */
	{TT_STR("\xe2\x82"), TT_STR(BAD)},                 /* cut: one part */
	{TT_STR("\xf0\x9f\x93x"), TT_STR(BAD "x")},
	{TT_STR("\xc0\xaf"), TT_STR(BAD BAD)}, /* longer than need be */
	{TT_STR("\xe0\x80\x80"), TT_STR(BAD BAD BAD)},
	{TT_STR("\xed\xa0\xbd\xed\xb3\x88"), TT_STR(BAD BAD BAD BAD BAD BAD)}, /* surrogates */
	{TT_STR("\xf4\x90\x80\x80"), TT_STR(BAD BAD BAD BAD)},                 /* beyond U+10FFFF */
	{TT_STR("\x80\xff"), TT_STR(BAD BAD)},
};

TT_TEST(repair)
{
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_buf out;
		tt_buf_init(&out, 1000);
		TT_EQ_ROW((long)i, tt_sink_text_repair(&out, rows[i].in), TT_OK);
		if (rows[i].in.n)
			TT_STR_EQ_ROW((long)i, tt_buf_view(&out), rows[i].want);
		TT_EQ_ROW((long)i, tt_sink_text_fine(rows[i].in),
			tt_str_eq(rows[i].in, rows[i].want));
		TT_EQ_ROW((long)i, tt_sink_text_fine(rows[i].want), true);
		tt_buf_done(&out);
	}
}

TT_TEST(limit)
{
	struct tt_buf out;

	tt_buf_init(&out, 4);
	TT_EQ(tt_sink_text_repair(&out, TT_STR("abc\xff")), TT_ELIMIT);
	tt_buf_done(&out);
}

TT_MAIN(TT_RUN(repair), TT_RUN(limit))
