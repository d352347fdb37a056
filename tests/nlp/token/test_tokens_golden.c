/* test_tokens_golden.c - ids and offsets against those of the Hugging Face library: our own rows
 * (make_golden.py), or with the argument "shared" the rows of ../shared. */
#include <jansson.h>

#include "nlp/token/tokenizer.h"
#include "tests/tt_test.h"

static struct tt_tokenizer *open_folder(const char *dir)
{
	struct tt_tokenizer *t = NULL;
	struct tt_err err = {0};
	if (tt_tokenizer_open(&t, dir, &err) < 0)
		fail_msg("%s", err.msg);
	return t;
}

static void check_row(long row, const struct tt_tokenizer *t, struct tt_tokens *got, const json_t *want)
{
	const json_t *text = json_object_get(want, "text"), *ids = json_object_get(want, "ids");
	const json_t *offsets = json_object_get(want, "offsets");
	struct tt_str s = {json_string_value(text), json_string_length(text)};
	TT_EQ_ROW(row, tt_tokenizer_encode(t, s, 0, got), TT_OK);
	tt_tokens_to_code_points(got, s);
	TT_EQ_ROW(row, got->n, json_array_size(ids));
	for (size_t i = 0; i < got->n; i++) {
		const json_t *span = json_array_get(offsets, i);
		TT_EQ_ROW(row, got->ids[i], json_integer_value(json_array_get(ids, i)));
		TT_EQ_ROW(row, got->spans[i].start, json_integer_value(json_array_get(span, 0)));
		TT_EQ_ROW(row, got->spans[i].end, json_integer_value(json_array_get(span, 1)));
	}
}

static long check_file(const struct tt_tokenizer *t, const char *path)
{
	static char line[1 << 20];
	struct tt_tokens got;
	long rows = 0;
	FILE *f = fopen(path, "re");
	assert_non_null(f);
	tt_tokens_init(&got);
	while (fgets(line, sizeof(line), f)) {
		json_t *want = json_loads(line, JSON_ALLOW_NUL, NULL);
		assert_non_null(want);
		check_row(++rows, t, &got, want);
		json_decref(want);
	}
	tt_tokens_done(&got);
	fclose(f);
	return rows;
}

TT_TEST(own_rows)
{
	static const char *const kinds[] = {"uncased", "cased", "stripped", "plain"};
	for (size_t i = 0; i < TT_LEN(kinds); i++) {
		char dir[300], rows[320];
		snprintf(dir, sizeof(dir), "tests/nlp/token/golden/%s", kinds[i]);
		snprintf(rows, sizeof(rows), "%s/tokens.jsonl", dir);
		struct tt_tokenizer *t = open_folder(tt_source_path(dir));
		TT_EQ_ROW(i, check_file(t, tt_source_path(rows)), 198);
		tt_tokenizer_free(t);
	}
}

TT_TEST(shared_rows)
{
	struct tt_tokenizer *t = open_folder(tt_shared_path("models/minilm-finance-ref"));
	TT_EQ(check_file(t, tt_shared_path("golden/tokens.jsonl")), 3652);
	tt_tokenizer_free(t);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest own[] = {TT_RUN(own_rows)}, shared[] = {TT_RUN(shared_rows)};
	if (argc < 2 || strcmp(argv[1], "shared") != 0)
		return cmocka_run_group_tests(own, NULL, NULL) ? 1 : 0;
	if (access(tt_shared_path("golden/tokens.jsonl"), R_OK) != 0)
		tt_skip_all("../shared/golden/tokens.jsonl is not there");
	return cmocka_run_group_tests(shared, NULL, NULL) ? 1 : 0;
}
