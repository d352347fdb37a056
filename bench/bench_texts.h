/* bench_texts.h - a file of texts, a line each, for benchmarks of the classifier. A line is TEXT or
 * LABEL<TAB>TEXT; all count, however often they come. Owner: the caller's storage (init/done). Errors:
 * TT_EIO, TT_EPARSE (no text in the file), TT_ENOMEM; named. */
#ifndef TT_BENCH_TEXTS_H
#define TT_BENCH_TEXTS_H

#include "app/bench/texts.h"

struct bench_texts {
	struct tt_bench_texts all;
	size_t *chunks; /* (n_chunks + 1) first text of a chunk, n at the end */
	size_t n_chunks;
};

int bench_texts_read(struct bench_texts *t, const char *path, const struct tt_tokenizer *tokenizer,
	size_t max_tokens, struct tt_err *err);
void bench_texts_done(struct bench_texts *t); /* of one that is all zero, too */

/* Cuts the texts into chunks, in order: of `texts` each when that is not 0, else of as many as fit into
 * `tokens`. */
int bench_texts_cut(struct bench_texts *t, size_t texts, size_t tokens, struct tt_err *err);

#endif
