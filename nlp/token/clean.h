/* clean.h - the cleaning that the model's training texts went through: web addresses are removed and white
 * space is collapsed. The scorer reads the cleaned text; spans of entities always speak of the text as given,
 * so the map leads back.
 *
 * Owner:   struct tt_clean is caller's storage (init/done) that is reused from text to text; `text` lives
 * until the next call. Threads: one at a time. Errors: TT_ENOMEM, TT_ELIMIT (TT_TEXT_MAX bytes or more). */
#ifndef TT_NLP_TOKEN_CLEAN_H
#define TT_NLP_TOKEN_CLEAN_H

#include "nlp/token/tokenizer.h"

struct tt_clean {
	struct tt_str text; /* cleaned; valid UTF-8 when the given text was */
	char *bytes;
	uint32_t *from; /* from[i]: where cleaned byte i stood in the given text; from[text.n] = its length */
	size_t cap;
};

void tt_clean_init(struct tt_clean *c);
void tt_clean_done(struct tt_clean *c);
int tt_clean_text(struct tt_clean *c, struct tt_str given);

/* A span of the given text as a span of the cleaned one: what is left of it. False when nothing of it is
 * left. */
bool tt_clean_span(const struct tt_clean *c, struct tt_span given, struct tt_span *ret);
/* And back: the span of the given text from the first to behind the last of the cleaned bytes. Not empty
 * (start < end). */
struct tt_span tt_clean_origin(const struct tt_clean *c, struct tt_span cleaned);

/* The tokens [*begin, *end) of the cleaned text that overlap a span of the given one; false when there are
 * none: nothing of it is left after cleaning, it has no token of its own, or it lies behind where the tokens
 * were cut. */
bool tt_clean_tokens(const struct tt_clean *c, const struct tt_tokens *tokens, struct tt_span given,
	size_t *begin, size_t *end);

#endif
