/* test_tokenizer.c - limits, damaged folders, memory that runs out; what it says is in test_tokens_golden.c.
 */
#include <sys/stat.h>

#include "nlp/token/tokenizer.h"
#include "tests/fault.h"
#include "tests/tt_test.h"

static char folder[] = "/tmp/tt_tokenizer_XXXXXX";

static void write_file(const char *name, const char *text)
{
	char path[200];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (!text) {
		unlink(path);
		return;
	}
	FILE *f = fopen(path, "we");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	write_file("vocab.txt", NULL);
	write_file("tokenizer_config.json", NULL);
	return rmdir(folder);
}

#define VOCAB "[UNK]\n[CLS]\n[SEP]\nun\n##aff\n##able\nshares\nfall\n.\n"

TT_TEST(damaged_folders)
{
	static const struct {
		const char *vocab, *conf;
		int rc;
		const char *says; /* behind the folder's path */
	} rows[] = {
		{VOCAB, NULL, TT_OK, NULL},
		{VOCAB, "{}", TT_OK, NULL},
		{"\xEF\xBB\xBF" VOCAB, NULL, TT_EPARSE,
			"/vocab.txt:9: the vocabulary ends without the token [UNK]"},
		{"[UNK]\r\n[CLS]\r\n[SEP]\r\n", NULL, TT_OK, NULL},
		{"[UNK]\n[CLS]\n[SEP]", NULL, TT_OK, NULL},
		{NULL, NULL, TT_ENOENT, "/vocab.txt: No such file or directory"},
		{"", NULL, TT_EPARSE, "/vocab.txt: no tokens in it"},
		{"\n", NULL, TT_EPARSE, "/vocab.txt: no tokens in it"},
		{"[UNK]\n[CLS]\n\n[SEP]\n", NULL, TT_EPARSE, "/vocab.txt:3: empty line, want a token"},
		{VOCAB "un\n", NULL, TT_EPARSE, "/vocab.txt:10: token 'un' stands in line 4 already"},
		{"[UNK]\n[CLS]\n\xFFx\n[SEP]\n", NULL, TT_EPARSE, "/vocab.txt:3: the token is not UTF-8"},
		{"[UNK]\n[CLS]\nx\n", NULL, TT_EPARSE,
			"/vocab.txt:3: the vocabulary ends without the token [SEP]"},
		{VOCAB, "{\"sep_token\": \"</s>\"}", TT_EPARSE,
			"/vocab.txt:9: the vocabulary ends without the token </s>"},
		{VOCAB, "{\"sep_token\": {\"content\": \".\"}}", TT_OK, NULL},
		{VOCAB, "{\"do_lower_case\": \"yes\"}", TT_EPARSE,
			"/tokenizer_config.json: do_lower_case: want true or false"},
		{VOCAB, "{\"unk_token\": 7}", TT_EPARSE,
			"/tokenizer_config.json: unk_token: want a token's name, under 64 bytes"},
		{VOCAB, "[]", TT_EPARSE, "/tokenizer_config.json: want a JSON object"},
		{VOCAB, "{\"do_lower_case\": true", TT_EPARSE,
			"/tokenizer_config.json:1:22: '}' expected near end of file"},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_tokenizer *t = NULL;
		struct tt_err err = {0};
		char want[300];
		write_file("vocab.txt", rows[i].vocab);
		write_file("tokenizer_config.json", rows[i].conf);
		TT_EQ_ROW(i, tt_tokenizer_open(&t, folder, &err), rows[i].rc);
		snprintf(want, sizeof(want), "%s%s", folder, rows[i].says ? rows[i].says : "");
		if (rows[i].says)
			TT_STR_EQ_ROW(i, tt_str_c(err.msg), tt_str_c(want));
		tt_tokenizer_free(t);
	}
}

static struct tt_tokenizer *small(void)
{
	struct tt_tokenizer *t = NULL;
	write_file("vocab.txt", VOCAB);
	write_file("tokenizer_config.json", NULL);
	TT_EQ(tt_tokenizer_open(&t, folder, NULL), TT_OK);
	return t;
}

TT_TEST(cut_texts)
{
	static const struct {
		const char *text;
		size_t max, n;
		bool cut;
		int32_t last_piece; /* before [SEP] */
	} rows[] = {
		{"", 0, 2, false, 1},
		{"", 1, 2, false, 1},
		{"shares", 1, 2, true, 1},
		{"unaffable shares fall.", 0, 8, false, 8},
		{"unaffable shares fall.", 8, 8, false, 8},
		{"unaffable shares fall.", 7, 7, true, 7},
		{"unaffable shares fall.", 4, 4, true, 4}, /* in the middle of a word */
		{"unaffablex", 3, 3, false, 0},            /* one [UNK], though it began with three pieces */
		{"shares \xFF\xFE"
		 "fall",
			0, 4, false, 7},
	};
	struct tt_tokenizer *t = small();
	struct tt_tokens tokens;
	tt_tokens_init(&tokens);
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		TT_EQ_ROW(i, tt_tokenizer_encode(t, tt_str_c(rows[i].text), rows[i].max, &tokens), TT_OK);
		TT_EQ_ROW(i, tokens.n, rows[i].n);
		TT_EQ_ROW(i, tokens.cut, rows[i].cut);
		TT_EQ_ROW(i, tokens.ids[0], tt_tokenizer_cls(t));
		TT_EQ_ROW(i, tokens.ids[tokens.n - 2], rows[i].last_piece);
		TT_EQ_ROW(i, tokens.ids[tokens.n - 1], tt_tokenizer_sep(t));
	}
	TT_EQ(tt_tokenizer_encode(t, (struct tt_str){"x", TT_TEXT_MAX}, 0, &tokens), TT_ELIMIT);
	TT_EQ(tokens.n, 0);
	tt_tokens_done(&tokens);
	tt_tokenizer_free(t);
}

TT_TEST(tokens_by_id)
{
	struct tt_tokenizer *t = small();
	TT_EQ(tt_tokenizer_vocab_size(t), 9);
	TT_STR_EQ(tt_tokenizer_token(t, 5), TT_STR("##able"));
	TT_TRUE(!tt_tokenizer_token(t, 9).p && !tt_tokenizer_token(t, -1).p);
	tt_tokenizer_free(t);
}

TT_TEST(memory_runs_out)
{
	char text[600] = "";
	long n;
	int rc = TT_ENOMEM;
	for (size_t i = 0; i + 8 < sizeof(text); i += 7)
		memcpy(text + i, "shares ", 8);
	tt_tokenizer_free(small());
	long before = tt_alloc_live();
	for (n = 0; n < 500 && rc != TT_OK; n++) {
		struct tt_tokenizer *t = NULL;
		struct tt_tokens tokens;
		tt_tokens_init(&tokens);
		tt_fault_alloc_after(n);
		rc = tt_tokenizer_open(&t, folder, NULL);
		if (rc == TT_OK)
			rc = tt_tokenizer_encode(t, tt_str_c(text), 0, &tokens);
		tt_fault_off();
		tt_tokens_done(&tokens);
		tt_tokenizer_free(t);
		TT_EQ_ROW(n, tt_alloc_live(), before);
	}
	TT_EQ(rc, TT_OK);
	TT_TRUE(n > 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TT_RUN(damaged_folders), TT_RUN(cut_texts), TT_RUN(tokens_by_id), TT_RUN(memory_runs_out)};
	return cmocka_run_group_tests(tests, make_folder, remove_folder) ? 1 : 0;
}
