/* texts.h - texts to measure with, read into memory: cleaned and tokenized as the scorer does it. What has no
 * token is left out. Owner: the caller's storage (init/done). Threads: one at a time. */
#ifndef TT_APP_BENCH_TEXTS_H
#define TT_APP_BENCH_TEXTS_H

#include "common/id.h"
#include "nlp/model/classify.h"
#include "nlp/token/clean.h"
#include "nlp/token/tokenizer.h"

enum { TT_BENCH_TEXTS_MAX = 10000 /* of a file, for `tickertone bench` */ };

struct tt_bench_texts {
	struct tt_sequence *seqs; /* (n) as they came; ids are set when nothing is added any more */
	int *labels;              /* (n) enum tt_label, or -1 */
	size_t n, tokens, labelled, cap;
	size_t seen;  /* with those that were left out: empty, repeated, not chosen */
	int32_t *ids; /* of all, one after the other */
	size_t ids_cap;
	const struct tt_tokenizer *tokenizer;
	size_t max_tokens; /* a text is read up to so many; 0: whole */
	struct tt_clean clean;
	struct tt_tokens buffer;
};

void tt_bench_texts_init(struct tt_bench_texts *t, const struct tt_tokenizer *tokenizer, size_t max_tokens);
void tt_bench_texts_done(struct tt_bench_texts *t); /* of one that is all zero, too */

/* TT_ENOMEM, TT_ELIMIT. */
int tt_bench_texts_add(struct tt_bench_texts *t, struct tt_str text, int label);
void tt_bench_texts_end(struct tt_bench_texts *t); /* nothing is added any more */

/* All rows of a file (app/score/rows.h), each text once; when there are more than `most`, an even choice of
 * them. A row that cannot be read ends it: figures of half a file are of no use. Errors name the file:
 * TT_EPARSE (also: no text in it), TT_EIO, TT_ENOMEM. */
int tt_bench_texts_read(
	struct tt_bench_texts *t, const char *path, int format, size_t most, struct tt_err *err);

/* Share of the labelled texts whose largest logit is the label's; seqs: (n) results for the texts. 0 when
 * none is labelled. */
double tt_bench_texts_accuracy(const struct tt_bench_texts *t, const struct tt_sequence *seqs);

#endif
