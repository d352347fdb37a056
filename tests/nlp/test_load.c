/* test_load.c - which precision a model is opened in, and what is said about it: the model that comes with
 * the program, and the tiny one with weights changed so that int8 cannot hold them. */
#include "tests/tt_test.h"

#include <sys/stat.h>

#include "nlp/deviation.h"
#include "nlp/load.h"
#include "nlp/model/safetensors.h"
#include "tests/fault.h"

#define TINY    "tests/nlp/model/tiny/two-heads"
#define SHIPPED "config/models/minilm-finance"

static char folder[] = "/tmp/tt_load_XXXXXX";
static const char *const files[] = {"config.json", "vocab.txt", "model.safetensors"};

/* ---- a folder of our own ---- */

static const char *in_folder(const char *file)
{
	static char path[128];
	snprintf(path, sizeof(path), "%s/%s", folder, file);
	return path;
}

static char *read_tiny(const char *file, size_t *n)
{
	char rel[128];
	struct stat st;
	snprintf(rel, sizeof(rel), "%s/%s", TINY, file);
	FILE *f = fopen(tt_source_path(rel), "rb");
	TT_TRUE(f && fstat(fileno(f), &st) == 0);
	*n = (size_t)st.st_size;
	char *bytes = malloc(*n);
	TT_EQ(fread(bytes, 1, *n, f), *n);
	fclose(f);
	return bytes;
}

static void write_file(const char *file, const char *bytes, size_t n, const char *more)
{
	FILE *f = fopen(in_folder(file), "wb");
	TT_TRUE(f && fwrite(bytes, 1, n, f) == n && fputs(more, f) >= 0);
	TT_EQ(fclose(f), 0);
}

static int setup(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL;
}

/* The tiny model as it is. */
static int fill(void **state)
{
	(void)state;
	for (size_t i = 0; i < TT_LEN(files); i++) {
		size_t n;
		char *bytes = read_tiny(files[i], &n);
		write_file(files[i], bytes, n, "");
		free(bytes);
	}
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < TT_LEN(files); i++)
		unlink(in_folder(files[i]));
	return rmdir(folder);
}

/* ---- what is opened ---- */

static bool is_faster(enum tt_precision p)
{
	return tt_gemm_best(p)->rate > tt_gemm_best(TT_USE_FP32)->rate;
}

static bool says(const struct tt_loaded *l, const char *what)
{
	return strstr(l->why, what) != NULL;
}

/* Over texts of its own: how far the model in dir is from fp32 when it is opened in p. */
static struct tt_deviation deviation(const char *dir, enum tt_precision p)
{
	static const char *const texts[] = {"Shares rise as profit beats, outlook raised",
		"Loss: Tesla cut to weak", "Apple falls on weak record of sinks", "Samsung soars"};
	enum { N = TT_LEN(texts), IDS = 32 };
	static int32_t ids[N][IDS];
	struct tt_sequence seqs[2][N];
	for (int i = 0; i < 2; i++) {
		struct tt_loaded l = {0};
		struct tt_classifier *c = NULL;
		struct tt_tokens tokens;
		TT_EQ(tt_load(&l, dir, i ? TT_CHOOSE_FP32 + (int)p : TT_CHOOSE_FP32, 0, NULL), TT_OK);
		TT_EQ(tt_classifier_new(&c, l.model, 0, NULL), TT_OK);
		tt_tokens_init(&tokens);
		for (size_t t = 0; t < N; t++) {
			TT_EQ(tt_tokenizer_encode(l.tokenizer, tt_str_c(texts[t]), IDS, &tokens), TT_OK);
			memcpy(ids[t], tokens.ids, tokens.n * sizeof(*ids[t]));
			seqs[i][t] = (struct tt_sequence){.ids = ids[t], .n_ids = tokens.n};
		}
		TT_EQ(tt_classify(c, seqs[i], N, NULL), TT_OK);
		tt_tokens_done(&tokens);
		tt_classifier_free(c);
		tt_load_done(&l);
	}
	return tt_deviation_of(seqs[0], seqs[1], N);
}

TT_TEST(auto_takes_what_agrees)
{
	struct tt_loaded l = {0};
	char dir[4096];
	snprintf(dir, sizeof(dir), "%s", tt_source_path(SHIPPED));
	TT_EQ(tt_load(&l, dir, TT_CHOOSE_AUTO, 0, NULL), TT_OK);
	const enum tt_precision p = tt_model_facts(l.model)->precision;
	TT_TRUE(l.tokenizer != NULL);
	if (is_faster(TT_USE_INT8) || is_faster(TT_USE_BF16)) {
		/* the shipped model's are all near enough: the fastest is taken */
		for (int other = 0; other < TT_PRECISIONS; other++)
			TT_TRUE(tt_gemm_best(p)->rate >= tt_gemm_best(other)->rate);
		TT_TRUE(p != TT_USE_FP32 && says(&l, tt_precision_name(p)));
		TT_TRUE(says(&l, "agrees with fp32") && says(&l, "mean |Δp| 0.00"));
		const struct tt_deviation d = deviation(dir, p);
		TT_TRUE(tt_deviation_is_small(&d) && d.mean > 0);
	} else {
		TT_EQ(p, TT_USE_FP32);
		TT_TRUE(says(&l, "nothing is faster"));
	}
	tt_load_done(&l);
	TT_TRUE(!l.model && !l.tokenizer);
}

/* Column 0 of the encoder's activations is made zero, by its norms, and weights that read it become 1024.
 * That is nothing to fp32 and bf16; int8, with one scale a row, has no bit left for the other weights. */
static void make_int8_fail(void)
{
	static const char *const norms[] = {"embeddings.LayerNorm",
		"encoder.layer.0.attention.output.LayerNorm", "encoder.layer.0.output.LayerNorm",
		"encoder.layer.1.attention.output.LayerNorm"};
	static const char *const readers[] = {"encoder.layer.0.attention.self.value",
		"encoder.layer.0.intermediate.dense", "encoder.layer.1.attention.self.value",
		"encoder.layer.1.intermediate.dense"};
	static const uint8_t zero[2], large[2] = {0x00, 0x64}; /* F16 */
	size_t n;
	char *file = read_tiny("model.safetensors", &n), name[128];
	struct tt_tensors *st;
	TT_EQ(tt_tensors_parse(&st, tt_safetensors_read, (struct tt_str){file, n}, "m", NULL), TT_OK);
	for (size_t i = 0; i < TT_LEN(norms); i++)
		for (int bias = 0; bias < 2; bias++) {
			snprintf(name, sizeof(name), "bert.%s.%s", norms[i], bias ? "bias" : "weight");
			const size_t at = (size_t)((const char *)tt_tensors_find(st, name)->data - file);
			memcpy(file + at, zero, sizeof(zero));
		}
	for (size_t i = 0; i < TT_LEN(readers); i++) {
		snprintf(name, sizeof(name), "bert.%s.weight", readers[i]);
		const struct tt_tensor *t = tt_tensors_find(st, name);
		const size_t at = (size_t)((const char *)t->data - file);
		for (size_t row = 0; row < t->dims[0]; row++)
			memcpy(file + at + 2 * row * t->dims[1], large, sizeof(large));
	}
	tt_tensors_free(st);
	write_file("model.safetensors", file, n, "");
	free(file);
}

TT_TEST(auto_leaves_what_strays)
{
	struct tt_loaded l = {0};
	make_int8_fail();
	const struct tt_deviation int8 = deviation(folder, TT_USE_INT8),
				  bf16 = deviation(folder, TT_USE_BF16);
	TT_TRUE(!tt_deviation_is_small(&int8));
	TT_TRUE(int8.mean > 2 * TT_DEVIATION_MEAN_MAX && bf16.mean < int8.mean / 4);
	TT_EQ(tt_load(&l, folder, TT_CHOOSE_AUTO, 0, NULL), TT_OK);
	const enum tt_precision p = tt_model_facts(l.model)->precision;
	TT_TRUE(p != TT_USE_INT8);
	if (p == TT_USE_BF16)
		TT_TRUE(is_faster(TT_USE_BF16) && says(&l, "bf16 is fastest here and agrees"));
	else if (is_faster(TT_USE_INT8) && !is_faster(TT_USE_BF16))
		TT_TRUE(says(&l, "int8 is faster but too far from fp32: mean |Δp| 0.") &&
			!says(&l, "|Δp| 0.00"));
	tt_load_done(&l);
}

TT_TEST(what_is_configured_is_taken)
{
	make_int8_fail(); /* even what strays */
	for (int choice = TT_CHOOSE_FP32; choice <= TT_CHOOSE_INT8; choice++) {
		struct tt_loaded l = {0};
		TT_EQ_ROW(choice, tt_load(&l, folder, choice, 0, NULL), TT_OK);
		TT_EQ_ROW(choice, tt_model_facts(l.model)->precision, choice - TT_CHOOSE_FP32);
		TT_STR_EQ_ROW(choice, tt_str_c(l.why), TT_STR("as configured"));
		tt_load_done(&l);
	}
}

/* ---- what is refused ---- */

static void refused(int code, const char *file, const char *what)
{
	for (int choice = TT_CHOOSE_AUTO; choice <= TT_CHOOSE_INT8; choice++) {
		struct tt_loaded l = {0};
		struct tt_err err = {0};
		TT_EQ_ROW(choice, tt_load(&l, folder, choice, 0, &err), code);
		if (!strstr(err.msg, in_folder(file)) || !strstr(err.msg, what))
			fail_msg("want %s and '%s', got '%s'", in_folder(file), what, err.msg);
		TT_TRUE(!l.model && !l.tokenizer);
	}
}

TT_TEST(missing_files_are_named)
{
	static const int codes[] = {TT_ENOENT, TT_ENOENT, TT_EIO};
	for (size_t i = 0; i < TT_LEN(files); i++) {
		fill(NULL);
		unlink(in_folder(files[i]));
		refused(codes[i], files[i], "No such file or directory");
	}
}

TT_TEST(damaged_files_are_named)
{
	for (size_t i = 0; i < TT_LEN(files); i++) {
		fill(NULL);
		write_file(files[i], "x\n", 2, "");
		refused(TT_EPARSE, files[i], "");
	}
}

TT_TEST(more_words_than_the_model_has)
{
	size_t n;
	char *words = read_tiny("vocab.txt", &n);
	write_file("vocab.txt", words, n, "moon\n");
	free(words);
	refused(TT_EPARSE, "vocab.txt", "38 tokens, but config.json says vocab_size 37");
}

TT_TEST(survives_oom)
{
	int n, rc = TT_ENOMEM;
	const long live = tt_alloc_live();
	for (n = 0; n < 1000 && rc == TT_ENOMEM; n++) {
		struct tt_loaded l = {0};
		tt_fault_alloc_after(n);
		rc = tt_load(&l, folder, TT_CHOOSE_AUTO, 0, NULL);
		tt_load_done(&l);
		tt_fault_off();
		TT_EQ_ROW(n, tt_alloc_live(), live);
	}
	TT_EQ(rc, TT_OK);
	TT_TRUE(n > 10); /* as many as there are when nothing is faster */
}

#define RUN_FILLED(f) cmocka_unit_test_setup(f, fill)

int main(void)
{
	const struct CMUnitTest tests[] = {RUN_FILLED(auto_takes_what_agrees),
		RUN_FILLED(auto_leaves_what_strays), RUN_FILLED(what_is_configured_is_taken),
		RUN_FILLED(missing_files_are_named), RUN_FILLED(damaged_files_are_named),
		RUN_FILLED(more_words_than_the_model_has), RUN_FILLED(survives_oom)};
	return cmocka_run_group_tests(tests, setup, teardown) ? 1 : 0;
}
