/* normalize.h - the first half of BERT's tokenizer: from a text to its words, each byte of them with its
 * origin in the text.
 *
 * Steps, in the reference's order: drop control characters, white space to spaces, Chinese characters apart,
 * canonical decomposition and accents away (strip), lower case, split at spaces and punctuation. They are
 * done together, code point by code point; only combining marks that survive stripping need their neighbours
 * (canonical order).
 *
 * Threads: struct tt_normalizer is read-only after init. No allocation, no errors. */
#ifndef TT_NLP_TOKEN_NORMALIZE_H
#define TT_NLP_TOKEN_NORMALIZE_H

#include "nlp/token/tokenizer.h"

enum {
	TT_WORD_CHARS = 100, /* a longer word is [UNK] to the reference */
	TT_WORD_BYTES = 4 * TT_WORD_CHARS,
	TT_NORMALIZE_FAST = 0x3000, /* code points below: one look-up */
};

struct tt_normalizer {
	bool lower, strip, chinese;
	uint32_t fast[TT_NORMALIZE_FAST]; /* what becomes of a code point: kind and result, see normalize.c */
};

struct tt_word {
	size_t n;                  /* bytes */
	size_t chars;              /* over TT_WORD_CHARS: bytes[] holds only the beginning */
	struct tt_span whole;      /* in the text */
	char bytes[TT_WORD_BYTES]; /* normalized, valid UTF-8 */
	struct tt_span
		origin[TT_WORD_BYTES]; /* for each byte: the code point of the text that it comes from */
};

void tt_normalizer_init(struct tt_normalizer *n, bool lower, bool strip, bool chinese);

/* Calls fn for each word in the text's order until it returns false. The word is fn's for the length of the
 * call. */
typedef bool tt_word_fn(void *ctx, const struct tt_word *word);
void tt_normalize(const struct tt_normalizer *n, struct tt_str text, tt_word_fn *fn, void *ctx);

#endif
