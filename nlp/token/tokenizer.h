/* tokenizer.h - text to WordPiece ids with offsets, identical to the Hugging Face fast BERT tokenizer.
 *
 * A tokenizer is opened from a model folder: vocab.txt (one token a line, the line number is the id) and,
 * when it is there, tokenizer_config.json (do_lower_case, strip_accents, tokenize_chinese_chars, and the
 * names of the special tokens). The text is cleaned, Chinese characters are set apart, accents stripped and
 * letters lower-cased as the folder says, split at white space and punctuation, and each word cut greedily
 * into the longest pieces of the vocabulary; a word of more than 100 characters, or one that cannot be cut,
 * is [UNK]. Special-token strings inside a text are ordinary text. Bytes that are not UTF-8 count as U+FFFD,
 * which BERT drops.
 *
 * Owner:   the tokenizer is the caller's (open/free); struct tt_tokens is caller's storage (init/done) that
 * grows and is reused. Threads: a tokenizer is read-only after opening and shared; a tt_tokens belongs to one
 * thread at a time. Errors:  opening names file and line (TT_EIO, TT_EPARSE); encoding fails for memory
 * (TT_ENOMEM), and with TT_ELIMIT for a text of TT_TEXT_MAX bytes or more; the tokens are then empty. */
#ifndef TT_NLP_TOKEN_TOKENIZER_H
#define TT_NLP_TOKEN_TOKENIZER_H

#include "common/err.h"
#include "common/str.h"

#define TT_TEXT_MAX ((size_t)1 << 31) /* bytes */

struct tt_span {
	uint32_t start, end; /* bytes of the text as given: [start, end) */
};

struct tt_tokens {
	int32_t *ids;          /* n ids: [CLS], the pieces in the text's order, [SEP] */
	struct tt_span *spans; /* n spans; {0, 0} for [CLS] and [SEP] */
	size_t n, cap;
	bool cut; /* the text had more tokens than max_tokens allowed */
};

struct tt_tokenizer;

int tt_tokenizer_open(struct tt_tokenizer **ret, const char *dir, struct tt_err *err);
void tt_tokenizer_free(struct tt_tokenizer *t); /* NULL is fine */

size_t tt_tokenizer_vocab_size(const struct tt_tokenizer *t);
struct tt_str tt_tokenizer_token(
	const struct tt_tokenizer *t, int32_t id); /* {NULL, 0} outside; lives as long as t */
int32_t tt_tokenizer_cls(const struct tt_tokenizer *t);
int32_t tt_tokenizer_sep(const struct tt_tokenizer *t);

/* Replaces what is in *out. max_tokens counts [CLS] and [SEP]: of a longer text the first max_tokens - 1
 * tokens and [SEP] are kept, `cut` is set, and the rest of the text is not read. 0: no limit; 1 counts as 2.
 */
int tt_tokenizer_encode(
	const struct tt_tokenizer *t, struct tt_str text, size_t max_tokens, struct tt_tokens *out);

void tt_tokens_init(struct tt_tokens *t);
void tt_tokens_done(struct tt_tokens *t);

/* Rewrites the spans of an encoded text from bytes to code points, in one pass over the text. */
void tt_tokens_to_code_points(struct tt_tokens *t, struct tt_str text);

#endif
