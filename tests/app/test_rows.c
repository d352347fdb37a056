/* test_rows.c - texts from every form of input: what is read, what is refused with its line, and that the
 * rest goes on. */
#include "app/score/lines.h"
#include "app/score/rows.h"
#include "tests/tt_test.h"

static char path[] = "/tmp/tt_rows_XXXXXX";

static void write_input(const char *bytes, size_t n)
{
	FILE *f = fopen(path, "we");
	assert_non_null(f);
	TT_EQ(fwrite(bytes, 1, n, f), n);
	fclose(f);
}

/* All rows as one string: "LABEL:text|" (labels 0 1 2, - for none), a bad one as "!LINE|". */
static struct tt_str read_all(enum tt_row_format format, char out[4096])
{
	struct tt_rows *rows = NULL;
	struct tt_arena arena;
	struct tt_err err = {0};
	struct tt_row row;
	size_t n = 0;
	int rc = tt_rows_open(&rows, path, format, &err);
	if (rc < 0)
		return (struct tt_str){out, (size_t)snprintf(out, 4096, "%s", strrchr(err.msg, ':') + 2)};
	tt_arena_init(&arena, 1 << 20);
	while ((rc = tt_rows_next(rows, &arena, &row, &err)) == TT_OK || rc == TT_EPARSE) {
		char label[2] = {row.label < 0 ? '-' : (char)('0' + row.label), 0};
		if (rc == TT_OK)
			n += (size_t)snprintf(out + n, 4096 - n, "%s:%.*s|", label, TT_FMT(row.text));
		else
			n += (size_t)snprintf(
				out + n, 4096 - n, "!%d|", (int)strtol(err.msg + strlen(path) + 1, NULL, 10));
	}
	TT_EQ(rc, TT_ECLOSED);
	tt_arena_done(&arena);
	tt_rows_free(rows);
	return (struct tt_str){out, n};
}

TT_TEST(every_form)
{
	static const struct {
		enum tt_row_format format;
		struct tt_str in;
		const char *want;
	} rows[] = {
		{TT_ROWS_LINES, {"", 0}, ""},
		{TT_ROWS_TSV, {"", 0}, ""},
		{TT_ROWS_CSV, {"", 0}, ""},
		{TT_ROWS_JSONL, {"", 0}, ""},
		{TT_ROWS_AUTO, {"", 0}, ""},
		{TT_ROWS_LINES, TT_STR("a\r\n\n  \nb c\nlast"), "-:a|-:b c|-:last|"},
		{TT_ROWS_LINES,
			TT_STR("\xEF\xBB\xBF"
			       "a\n"),
			"-:a|"},
		{TT_ROWS_LINES, TT_STR("x\xFFy\n"), "-:x\xEF\xBF\xBDy|"},
		{TT_ROWS_LINES, TT_STR("neutral\ttext\n"), "-:neutral\ttext|"},
		{TT_ROWS_TSV, TT_STR("negative\ta\nPositive\tb\tc\n\td\n"), "0:a|2:b\tc|-:d|"},
		{TT_ROWS_TSV, TT_STR("no tab\nbad\tx\n\nneutral\tok\n"), "!1|!2|1:ok|"},
		{TT_ROWS_CSV, TT_STR("text\na\n\"b, \"\"c\"\"\nd\"\n\n"), "-:a|-:b, \"c\"\nd|"},
		{TT_ROWS_CSV,
			TT_STR("id,Label, TEXT ,x\n1,neutral,a,\n2,,b\n3,bad,c\n4\n5,positive,\"e\",\"\"\n"),
			"1:a|-:b|!4|!5|2:e|"},
		{TT_ROWS_CSV, TT_STR("text,label\n\"a\"b,neutral\nc,neutral\n"), "!2|1:c|"},
		{TT_ROWS_CSV, TT_STR("text\n\"never closed\nx\n"), "!2|"},
		{TT_ROWS_CSV, TT_STR("headline\nx\n"), "the header has no column 'text'"},
		{TT_ROWS_JSONL,
			TT_STR("{\"text\": \"a\"}\n\n{\"text\": \"b\", \"label\": \"NEGATIVE\", \"x\": 1}\n"),
			"-:a|0:b|"},
		{TT_ROWS_JSONL,
			TT_STR("{\n[]\n{\"text\": 1}\n{\"text\": \"a\", \"label\": 2}\n{\"text\": \"ok\"}"),
			"!1|!2|!3|!4|-:ok|"},
		{TT_ROWS_JSONL, TT_STR("{\"text\": \"\xFF\"}\n{\"text\": \"\"}\n"), "!1|-:|"},
		{TT_ROWS_AUTO, TT_STR("{\"text\": \"a\"}\n"), "-:a|"},
		{TT_ROWS_AUTO, TT_STR("neutral\ta\n"), "1:a|"},
		{TT_ROWS_AUTO, TT_STR("Apple\tsoars\n"), "-:Apple\tsoars|"},
	};
	char out[4096];
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		write_input(rows[i].in.p, rows[i].in.n);
		TT_STR_EQ_ROW(i, read_all(rows[i].format, out), tt_str_c(rows[i].want));
	}
}

TT_TEST(entities_of_a_json_row)
{
	static const struct {
		const char *entities;
		int rc;
		bool in_text;
		uint32_t start, end; /* bytes of "é Apple" */
	} rows[] = {
		{"{\"entity\": \"x\", \"start\": 2, \"end\": 7}", TT_OK, true, 3, 8},
		{"{\"entity\": \"x\", \"start\": 0, \"end\": 1, \"label\": \"neutral\"}", TT_OK, true, 0, 2},
		{"{\"entity\": \"x\", \"start\": -1, \"end\": -1}", TT_OK, false, 0, 0},
		{"{\"entity\": \"x\"}", TT_OK, false, 0, 0},
		{"{\"entity\": \"x\", \"start\": 2, \"end\": 8}", TT_EPARSE, false, 0, 0},
		{"{\"entity\": \"x\", \"start\": 2, \"end\": 2}", TT_EPARSE, false, 0, 0},
		{"{\"entity\": \"x\", \"start\": -1, \"end\": 2}", TT_EPARSE, false, 0, 0},
		{"{\"entity\": \"x\", \"start\": 9223372036854775807, \"end\": 9223372036854775807}",
			TT_EPARSE, false, 0, 0},
		{"{\"entity\": \"x\", \"start\": \"2\", \"end\": 7}", TT_EPARSE, false, 0, 0},
		{"{\"entity\": 7}", TT_EPARSE, false, 0, 0},
		{"7", TT_EPARSE, false, 0, 0},
	};
	struct tt_arena arena;
	tt_arena_init(&arena, 1 << 20);
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		char line[300];
		struct tt_row row = {0};
		struct tt_err err = {0};
		snprintf(line, sizeof(line), "{\"text\": \"\xC3\xA9 Apple\", \"entities\": [%s]}",
			rows[i].entities);
		TT_EQ_ROW(i, tt_row_of_json(&row, &arena, tt_str_c(line), false, &err), rows[i].rc);
		if (rows[i].rc < 0) {
			TT_TRUE(strstr(err.msg, "entities[0]: ") == err.msg);
			continue;
		}
		TT_EQ_ROW(i, row.n_entities, 1);
		TT_EQ_ROW(i, row.entities[0].in_text, rows[i].in_text);
		TT_EQ_ROW(i, row.entities[0].span.start, rows[i].start);
		TT_EQ_ROW(i, row.entities[0].span.end, rows[i].end);
	}
	tt_arena_done(&arena);
}

TT_TEST(a_line_over_the_limit_is_skipped)
{
	size_t n = TT_LINE_MAX + 100000;
	char *text = malloc(n + 10);
	struct tt_line_reader r;
	struct tt_str line;
	struct tt_err err = {0};
	memset(text, 'x', n);
	memcpy(text + n, "\nshort\n", 7);
	write_input(text, n + 7);
	free(text);
	TT_EQ(tt_line_reader_open(&r, path, &err), TT_OK);
	TT_EQ(tt_line_reader_next(&r, &line, &err), TT_ELIMIT);
	TT_EQ(tt_line_reader_next(&r, &line, &err), TT_OK);
	TT_STR_EQ(line, TT_STR("short"));
	TT_EQ(r.line, 2);
	TT_EQ(tt_line_reader_next(&r, &line, &err), TT_ECLOSED);
	TT_EQ(r.consumed_bytes, (int64_t)n + 7);
	tt_line_reader_close(&r);
}

TT_TEST(inputs_that_cannot_be_opened)
{
	struct tt_rows *rows = NULL;
	TT_EQ(tt_rows_open(&rows, "/nowhere/x.tsv", TT_ROWS_AUTO, NULL), TT_ENOENT);
	TT_EQ(tt_rows_open(&rows, "/tmp", TT_ROWS_AUTO, NULL), TT_EIO);
}

static int make_file(void **state)
{
	(void)state;
	int fd = mkstemp(path);
	return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TT_RUN(every_form), TT_RUN(entities_of_a_json_row),
		TT_RUN(a_line_over_the_limit_is_skipped), TT_RUN(inputs_that_cannot_be_opened)};
	return cmocka_run_group_tests(tests, make_file, remove_file) ? 1 : 0;
}
