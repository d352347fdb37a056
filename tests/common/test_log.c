/* test_log.c - the two forms of a log line, escaping, the cut, the level and the rate limit, read back from a
 * pipe. */
#include <fcntl.h>

#include "common/log.h"
#include "tests/tt_test.h"

static char got[2 * TT_LOG_LINE_MAX];

/* What tt_log_fields writes for one string field, without the time stamp. */
static const char *logged(enum tt_log_level level, const char *event, const struct tt_field *fields, size_t n)
{
	int ends[2], saved = dup(STDERR_FILENO);
	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	dup2(ends[1], STDERR_FILENO);
	tt_log_fields(level, event, fields, n);
	dup2(saved, STDERR_FILENO);
	ssize_t bytes = read(ends[0], got, sizeof(got) - 1);
	close(saved), close(ends[0]), close(ends[1]);
	got[bytes < 0 ? 0 : bytes] = '\0';
	return got;
}

static const char *logged_value(struct tt_str value)
{
	const char *line = logged(TT_LOG_INFO, "e", (struct tt_field[]){TT_F_STR("k", value)}, 1);
	const char *at = strstr(line, "k=");
	return at ? at : strstr(line, "\"k\"");
}

static const struct {
	struct tt_str in;
	const char *human, *json;
} values[] = {
	{TT_STR(""), "k=\"\"\n", "\"k\":\"\"}\n"},
	{{NULL, 0}, "k=\"\"\n", "\"k\":null}\n"},
	{TT_STR("plain text"), "k=\"plain text\"\n", "\"k\":\"plain text\"}\n"},
	{TT_STR("a\"b\\c"), "k=\"a\\\"b\\\\c\"\n", "\"k\":\"a\\\"b\\\\c\"}\n"},
	{TT_STR("1\n2\r3\t4"), "k=\"1\\n2\\r3\\t4\"\n", "\"k\":\"1\\n2\\r3\\t4\"}\n"},
	{TT_STR("\033[31m\a\x7f"), "k=\"\\u001b[31m\\u0007\\u007f\"\n",
		"\"k\":\"\\u001b[31m\\u0007\\u007f\"}\n"},
	{TT_STR("a\0b"), "k=\"a\\u0000b\"\n", "\"k\":\"a\\u0000b\"}\n"},
	{TT_STR("caf\xc3\xa9 \xf0\x9f\x93\x88"), "k=\"caf\xc3\xa9 \xf0\x9f\x93\x88\"\n",
		"\"k\":\"caf\xc3\xa9 \xf0\x9f\x93\x88\"}\n"},
	{TT_STR("\xff.\xc3"), "k=\"\\xff.\\xc3\"\n", "\"k\":\"\\ufffd.\\ufffd\"}\n"},
	{TT_STR("\xc0\xaf"), "k=\"\\xc0\\xaf\"\n", "\"k\":\"\\ufffd\\ufffd\"}\n"}, /* overlong */
	{TT_STR("\xed\xa0\x80"), "k=\"\\xed\\xa0\\x80\"\n",
		"\"k\":\"\\ufffd\\ufffd\\ufffd\"}\n"},                   /* surrogate */
	{TT_STR("\xc2\x9b"), "k=\"\\u009b\"\n", "\"k\":\"\\u009b\"}\n"}, /* C1: CSI */
	{TT_STR("\xf4\x90\x80\x80"), "k=\"\\xf4\\x90\\x80\\x80\"\n",
		"\"k\":\"\\ufffd\\ufffd\\ufffd\\ufffd\"}\n"},
};

TT_TEST(values_are_escaped)
{
	for (size_t i = 0; i < TT_LEN(values); i++) {
		tt_log_setup(TT_LOG_INFO, false);
		TT_STR_EQ_ROW(i, tt_str_c(logged_value(values[i].in)), tt_str_c(values[i].human));
		tt_log_setup(TT_LOG_INFO, true);
		TT_STR_EQ_ROW(i, tt_str_c(logged_value(values[i].in)), tt_str_c(values[i].json));
	}
}

TT_TEST(a_line_has_time_level_event_and_fields)
{
	static const struct tt_field fields[] = {{.key = "n", .type = TT_FIELD_INT, .i = INT64_MIN},
		{.key = "x", .type = TT_FIELD_REAL, .d = 0.25},
		{.key = "nan", .type = TT_FIELD_REAL, .d = 0.0 / 0.0}};
	tt_log_setup(TT_LOG_DEBUG, false);
	const char *line = logged(TT_LOG_WARN, "feed fetched", fields, 2);
	TT_EQ(line[10], 'T');
	TT_EQ(line[19], '.');
	TT_STR_EQ(tt_str_c(line + 23), TT_STR("Z WARN  feed fetched n=-9223372036854775808 x=0.25\n"));
	tt_log_setup(TT_LOG_DEBUG, true);
	line = logged(TT_LOG_ERROR, "feed \"fetched\"", fields, 3);
	TT_STR_EQ(((struct tt_str){line, 7}), TT_STR("{\"ts\":\""));
	TT_STR_EQ(tt_str_c(line + 30), TT_STR("Z\",\"level\":\"error\",\"event\":\"feed \\\"fetched\\\"\","
					      "\"n\":-9223372036854775808,\"x\":0.25,\"nan\":null}\n"));
}

TT_TEST(lower_levels_are_silent)
{
	tt_log_setup(TT_LOG_WARN, false);
	TT_STR_EQ(tt_str_c(logged(TT_LOG_INFO, "e", NULL, 0)), TT_STR(""));
	TT_TRUE(strstr(logged(TT_LOG_WARN, "e", NULL, 0), "WARN"));
}

/* Whatever the length, the line ends, fits, is marked and (JSON) has even quotes. */
TT_TEST(a_long_line_is_cut)
{
	static char text[TT_LOG_LINE_MAX + 100];
	for (int json = 0; json <= 1; json++) {
		for (size_t n = TT_LOG_LINE_MAX - 150; n < sizeof(text); n++) {
			struct tt_field f[] = {
				TT_F_STR("k", ((struct tt_str){text, n})), TT_F_INT("after", 1)};
			memset(text, n % 2 ? 'x' : '"', sizeof(text));
			tt_log_setup(TT_LOG_INFO, json);
			struct tt_str line = tt_str_c(logged(TT_LOG_INFO, "e", f, 2));
			bool whole = strstr(line.p, json ? "\"after\":1}\n" : "after=1\n");
			bool marked = strstr(line.p, json ? "\",\"cut\":true}\n" : "\" (cut)\n");
			TT_TRUE(line.n <= TT_LOG_LINE_MAX && line.p[line.n - 1] == '\n');
			TT_EQ_ROW(n, whole + marked, 1);
		}
	}
}

TT_TEST(levels_have_names)
{
	enum tt_log_level level;
	TT_TRUE(tt_log_level_parse(TT_STR("warn"), &level) && level == TT_LOG_WARN);
	TT_TRUE(!tt_log_level_parse(TT_STR("WARN"), &level) && !tt_log_level_parse(TT_STR(""), &level));
}

TT_TEST(a_limit_counts_what_it_swallows)
{
	struct tt_log_limit limit = {0};
	int64_t swallowed = -1;
	TT_TRUE(tt_log_allowed(&limit, 3600000, &swallowed));
	TT_EQ(swallowed, 0);
	TT_TRUE(!tt_log_allowed(&limit, 3600000, &swallowed));
	TT_TRUE(!tt_log_allowed(&limit, 3600000, NULL));
	limit.next_ns = 0; /* the hour is over */
	TT_TRUE(tt_log_allowed(&limit, 3600000, &swallowed));
	TT_EQ(swallowed, 2);
}

TT_MAIN(TT_RUN(values_are_escaped), TT_RUN(a_line_has_time_level_event_and_fields),
	TT_RUN(lower_levels_are_silent), TT_RUN(a_long_line_is_cut), TT_RUN(levels_have_names),
	TT_RUN(a_limit_counts_what_it_swallows))
