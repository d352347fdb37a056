/* test_json.c - the reader of JSON: what it takes and refuses, held against jansson. */
#include <jansson.h>

#include "common/err.h"
#include "ingest/map/json.h"
#include "tests/tt_test.h"

static bool reads(struct tt_str text, int max_depth, const char **why)
{
	struct tt_json j;
	tt_json_init(&j, text, max_depth);
	bool ok = tt_json_skip(&j) && tt_json_end(&j);
	*why = j.why;
	return ok;
}

TT_TEST(takes_what_jansson_takes)
{
	static const char *const rows[] = {"{}", "[]", "[1,2]", "[1,]", "[,1]", "[1 2]", "{\"a\":1}",
		"{\"a\":1,}", "{\"a\"1}", "{a:1}", "{\"a\":}", "{1:2}", "null", "true", "false", "nul",
		"truex", "True", "NaN", "Infinity", "-Infinity", "0", "-0", "01", "-", "+1", "1.", ".5",
		"1.5", "1e5", "1E+5", "1e-5", "1e", "1e+", "0x10", "1.5.6", "\"\"", "\"a", "\"a\nb\"",
		"\"a\tb\"", "\"\\n\\t\\b\\f\\r\\/\\\\\\\"\"", "\"\\x\"", "\"\\u12\"", "\"\\u00e9\"",
		"\"\\uD83D\\uDE00\"", "\"\\u0000\"", " [ 1 , { } ] ", "\v[]", "[1] x", "[1]]", "{}{}", "",
		" ", "[", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "[[[[[]]]]]",
		"{\"a\":{\"b\":[{\"c\":null}]}}", "// c\n[]", "[1]/**/", "'a'", "\"caf\xc3\xa9\"",
		"[\"12345678\\\"\"]", "\"1234567\x01\"", "[\"\xf0\x9f\x98\x80\\\\\"]", "\"\\\"", "[\"\\\"]"};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		const char *why;
		json_t *tree = json_loads(rows[i], JSON_ALLOW_NUL | JSON_DECODE_ANY, NULL);
		TT_EQ_ROW(i, reads(tt_str_c(rows[i]), 100, &why), tree != NULL);
		TT_EQ_ROW(i, why == NULL, tree != NULL);
		json_decref(tree);
	}
}

/* Where it takes more than jansson does. */
TT_TEST(takes_what_news_has)
{
	static const char *const rows[] = {"18446744073709551615", "123456789012345678901234567890", "1e999",
		"\"\\ud83d\"", "\"\\ude00\\ud83d\"", "\"\\ud83d\\n\""};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		const char *why;
		TT_TRUE(reads(tt_str_c(rows[i]), 100, &why));
	}
}

TT_TEST(depth_is_bounded)
{
	static const struct {
		const char *text;
		int max_depth;
		bool ok;
	} rows[] = {{"1", 0, true}, {"[]", 0, false}, {"[]", 1, true}, {"[[]]", 1, false},
		{"[[],[[]]]", 2, false}, {"[[],[],[[]]]", 3, true}, {"{\"a\":{\"b\":1}}", 2, true},
		{"{\"a\":{\"b\":1}}", 1, false}};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		const char *why;
		TT_EQ_ROW(i, reads(tt_str_c(rows[i].text), rows[i].max_depth, &why), rows[i].ok);
		if (!rows[i].ok)
			TT_STR_EQ_ROW(i, tt_str_c(why), TT_STR("nested too deep"));
	}
}

TT_TEST(escapes)
{
	static const struct {
		const char *raw, *want;
	} rows[] = {
		{"plain", "plain"},
		{"a\\nb\\tc\\/\\\\\\\"", "a\nb\tc/\\\""},
		{"\\u0041\\u00e9\\u20ac", "A\xc3\xa9\xe2\x82\xac"},
		{"\\ud83d\\ude00!", "\xf0\x9f\x98\x80!"},
		{"\\uD83D", "\xef\xbf\xbd"},
		{"\\ude00", "\xef\xbf\xbd"},
		{"\\ud83d\\ud83d\\ude00", "\xef\xbf\xbd\xf0\x9f\x98\x80"},
		{"\\ud83dx", "\xef\xbf\xbdx"},
		{"\\ud83d\\n", "\xef\xbf\xbd\n"},
	};
	struct tt_buf out;
	tt_buf_init(&out, 1000);
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		tt_buf_reset(&out);
		TT_EQ_ROW(i, tt_json_unescape(tt_str_c(rows[i].raw), &out), TT_OK);
		TT_STR_EQ_ROW(i, tt_buf_view(&out), tt_str_c(rows[i].want));
	}
	tt_buf_done(&out);
}

/* Every place of a quote within the eight bytes that are looked at together. */
TT_TEST(strings_end_anywhere)
{
	for (size_t n = 0; n < 40; n++) {
		char text[64] = "\"";
		struct tt_str raw;
		struct tt_json j;
		bool escaped;
		memset(text + 1, n % 2 ? 'x' : '\xbf', n);
		text[1 + n] = '"';
		text[2 + n] = '"';
		tt_json_init(&j, (struct tt_str){text, n + 3}, 1);
		TT_TRUE(tt_json_string(&j, &raw, &escaped));
		TT_EQ_ROW((long)n, raw.n, n);
		TT_TRUE(!escaped);
	}
}

TT_MAIN(TT_RUN(takes_what_jansson_takes), TT_RUN(takes_what_news_has), TT_RUN(depth_is_bounded),
	TT_RUN(escapes), TT_RUN(strings_end_anywhere))
