/* fuzz_clean.c - any bytes are cleaned: the map back never goes back, bytes that stay are the given ones,
 * cleaning twice is cleaning once, and a span found there leads back to where it was. */
#include <stdint.h>
#include <stdlib.h>

#include "nlp/token/clean.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tt_str given = {(const char *)data, size};
	struct tt_clean once, twice;
	struct tt_span left;
	tt_clean_init(&once);
	tt_clean_init(&twice);
	check(tt_clean_text(&once, given) == TT_OK && once.text.n <= size && once.from[once.text.n] == size);
	for (size_t i = 0; i < once.text.n; i++) {
		check(once.from[i] < once.from[i + 1]);
		check(once.text.p[i] == ' ' || once.text.p[i] == given.p[once.from[i]]);
		struct tt_span one = {(uint32_t)i, (uint32_t)i + 1}, origin = tt_clean_origin(&once, one);
		check(origin.start < origin.end && origin.end <= size);
		check(tt_clean_span(&once, origin, &left) && left.start == i && left.end == i + 1);
	}
	check(tt_clean_text(&twice, once.text) == TT_OK);
	check(tt_str_eq(once.text, twice.text));
	tt_clean_done(&once);
	tt_clean_done(&twice);
	return 0;
}
