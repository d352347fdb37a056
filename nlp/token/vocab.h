/* vocab.h - vocab.txt: one token a line, the line number (from 0) is the id.
 * Owner: the caller's (open/free). Threads: read-only after opening. Errors: "FILE:LINE: what": TT_EIO,
 * TT_EPARSE (empty file, empty line, a token given twice, bytes that are not UTF-8), TT_ELIMIT (over 64 MiB),
 * TT_ENOMEM. */
#ifndef TT_NLP_TOKEN_VOCAB_H
#define TT_NLP_TOKEN_VOCAB_H

#include "common/buf.h"
#include "common/err.h"
#include "nlp/token/trie.h"

struct tt_vocab {
	struct tt_buf text;    /* the whole file; tokens point into it */
	struct tt_str *tokens; /* n, by id */
	size_t n;
	struct tt_trie trie;
	int32_t continued; /* the trie's state behind "##"; TT_TRIE_NONE: no such token */
};

int tt_vocab_open(struct tt_vocab *ret, const char *path, struct tt_err *err);
void tt_vocab_done(struct tt_vocab *v);

int32_t tt_vocab_find(const struct tt_vocab *v, struct tt_str token); /* the id, or -1 */

/* The longest token that `rest` of a word begins with ("##" + piece when it is not the word's start); *len
 * bytes of rest. */
int32_t tt_vocab_longest(const struct tt_vocab *v, bool start, struct tt_str rest, size_t *len);

#endif
