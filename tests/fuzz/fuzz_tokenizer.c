/* fuzz_tokenizer.c - any bytes are tokenized, cased and uncased: ids are in the vocabulary, spans are in the
 * text and never go back, a cut text gives the whole one's first tokens, and code points never exceed bytes.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nlp/token/tokenizer.h"
#include "common/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct tt_tokenizer *open_kind(const char *kind)
{
	char dir[1024];
	struct tt_tokenizer *t = NULL;
	struct tt_err err = {0};
	snprintf(dir, sizeof(dir), "%s/tests/nlp/token/golden/%s", TT_FUZZ_SOURCE_DIR, kind);
	if (tt_tokenizer_open(&t, dir, &err) < 0) {
		fprintf(stderr, "%s\n", err.msg);
		abort();
	}
	return t;
}

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void try_one(const struct tt_tokenizer *t, struct tt_str text)
{
	struct tt_tokens all, few;
	tt_tokens_init(&all);
	tt_tokens_init(&few);
	check(tt_tokenizer_encode(t, text, 0, &all) == TT_OK &&
		tt_tokenizer_encode(t, text, 5, &few) == TT_OK);
	check(all.n >= 2 && !all.cut && few.n <= 5 && few.cut == (all.n > 5));
	check(memcmp(all.ids, few.ids, (few.n - 1) * sizeof(*all.ids)) == 0);
	for (size_t i = 0; i < all.n; i++) {
		const struct tt_span *s = &all.spans[i];
		bool inner = i > 0 && i + 1 < all.n;
		check(all.ids[i] >= 0 && (size_t)all.ids[i] < tt_tokenizer_vocab_size(t));
		check(inner ? s->start < s->end && s->end <= text.n : s->end == 0);
		check(!inner || i == 1 || (s->start >= s[-1].start && s->end >= s[-1].end));
	}
	size_t code_points = tt_utf8_count(text);
	tt_tokens_to_code_points(&all, text);
	for (size_t i = 1; i + 1 < all.n; i++)
		check(all.spans[i].start < all.spans[i].end && all.spans[i].end <= code_points);
	tt_tokens_done(&all);
	tt_tokens_done(&few);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct tt_tokenizer *uncased, *cased;
	if (!uncased) {
		uncased = open_kind("uncased");
		cased = open_kind("cased");
	}
	struct tt_str text = {(const char *)data, size};
	try_one(uncased, text);
	try_one(cased, text);
	return 0;
}
