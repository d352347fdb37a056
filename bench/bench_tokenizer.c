/* bench_tokenizer.c - MB/s of tokenization on one core: the lines of a file, one call a line, as the scorer
 * does. usage: bench_tokenizer MODEL_DIR FILE. Best and median of nine rounds; cleaning is timed apart. */
#include <stdio.h>
#include <stdlib.h>

#include "common/buf.h"
#include "common/clock.h"
#include "common/quantile.h"
#include "nlp/token/clean.h"

enum { ROUNDS = 9, FILE_MAX_BYTES = 1 << 30 };

static void report(const char *what, double seconds[ROUNDS], double mb, size_t lines)
{
	const double median = tt_quantile(seconds, ROUNDS, 0.5);
	printf("%-10s median %7.1f MB/s   best %7.1f MB/s   %.0f lines/s\n", what, mb / median,
		mb / tt_quantile(seconds, ROUNDS, 0), (double)lines / median);
}

static bool read_file(const char *path, struct tt_buf *text)
{
	char block[1 << 16];
	FILE *f = fopen(path, "re");
	for (size_t n; f && (n = fread(block, 1, sizeof(block), f)) > 0;)
		tt_buf_add(text, block, n);
	if (f)
		fclose(f);
	return f && text->rc == TT_OK && text->n > 0;
}

int main(int argc, char **argv)
{
	struct tt_tokenizer *t = NULL;
	struct tt_tokens tokens;
	struct tt_clean clean;
	struct tt_buf text;
	struct tt_err err = {.msg = "usage: bench_tokenizer MODEL_DIR FILE"};
	double encode[ROUNDS], cleaning[ROUNDS];
	size_t n_tokens = 0, lines = 0;
	tt_buf_init(&text, FILE_MAX_BYTES);
	if (argc != 3 || !read_file(argv[2], &text) || tt_tokenizer_open(&t, argv[1], &err) < 0) {
		fprintf(stderr, "%s\n", err.msg);
		return 1;
	}
	tt_tokens_init(&tokens);
	tt_clean_init(&clean);
	for (int r = 0; r < ROUNDS; r++) {
		struct tt_str rest = tt_buf_view(&text);
		int64_t start = tt_mono_ns(&tt_clock_real);
		n_tokens = lines = 0;
		for (; rest.p; lines++) {
			tt_tokenizer_encode(t, tt_str_split(&rest, '\n'), 0, &tokens);
			n_tokens += tokens.n;
		}
		encode[r] = (double)(tt_mono_ns(&tt_clock_real) - start) / 1e9;
		rest = tt_buf_view(&text);
		start = tt_mono_ns(&tt_clock_real);
		while (rest.p)
			tt_clean_text(&clean, tt_str_split(&rest, '\n'));
		cleaning[r] = (double)(tt_mono_ns(&tt_clock_real) - start) / 1e9;
	}
	printf("%s: %.2f MB, %zu lines, %zu tokens\n", argv[2], (double)text.n / 1e6, lines, n_tokens);
	report("tokenize", encode, (double)text.n / 1e6, lines);
	report("clean", cleaning, (double)text.n / 1e6, lines);
	tt_tokens_done(&tokens);
	tt_clean_done(&clean);
	tt_tokenizer_free(t);
	tt_buf_done(&text);
	return 0;
}
