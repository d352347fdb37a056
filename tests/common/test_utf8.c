/* test_utf8.c - decoding what is UTF-8 and what is not; offsets in code points. */
#include "nlp/token/unicode.h"
#include "common/utf8.h"
#include "tests/tt_test.h"

TT_TEST(every_code_point_comes_back)
{
	for (uint32_t c = 0; c < TT_UNI_MAX; c++) {
		char p[4];
		size_t len;
		if (c >= 0xD800 && c < 0xE000)
			continue;
		struct tt_str s = {p, tt_utf8_encode(c, p)};
		TT_EQ_ROW(c, tt_utf8_decode(s, 0, &len), c);
		TT_EQ_ROW(c, len, s.n);
		TT_TRUE(tt_utf8_valid(s));
	}
}

TT_TEST(broken_pieces)
{
	static const struct {
		const char *in;
		size_t code_points; /* U+FFFD for each maximal broken piece: what Python's errors="replace"
				       gives */
	} rows[] = {
		{"\x80", 1},
		{"\xC0\x80", 2},
		{"\xC3", 1},
		{"\xE2\x82", 1},
		{"\xE2\x82x", 2},
		{"\xE0\x80\x80", 3},
		{"\xED\xA0\x80", 3},
		{"\xF0\x9F\x98", 1},
		{"\xF0\x9F\x98\x41", 2},
		{"\xF0\x80\x80\x80", 4},
		{"\xF4\x90\x80\x80", 4},
		{"\xF5\xFF", 2},
		{"a\xFF\xE4\xB8\xAD", 3},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		TT_EQ_ROW(i, tt_utf8_count(tt_str_c(rows[i].in)), rows[i].code_points);
		TT_EQ_ROW(i, tt_utf8_valid(tt_str_c(rows[i].in)), false);
	}
	TT_TRUE(tt_utf8_valid(TT_STR("\xEF\xBF\xBD"))); /* U+FFFD itself is fine */
}

TT_TEST(byte_of_code_point)
{
	struct tt_str s = TT_STR("a\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x98\x80z");
	static const size_t want[] = {0, 1, 3, 6, 10, 11};
	for (size_t i = 0; i < TT_LEN(want); i++) {
		size_t byte = 99;
		TT_TRUE(tt_utf8_byte_of(s, i, &byte));
		TT_EQ_ROW(i, byte, want[i]);
	}
	size_t byte = 99;
	TT_TRUE(!tt_utf8_byte_of(s, 6, &byte));
	TT_EQ(byte, 99);
}

TT_MAIN(TT_RUN(every_code_point_comes_back), TT_RUN(broken_pieces), TT_RUN(byte_of_code_point))
