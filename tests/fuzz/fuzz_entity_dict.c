/* fuzz_entity_dict.c - any bytes as a dictionary: what is accepted prints to a dictionary of the same entities, and a matcher
 * can be built of it and used on its own text. */
#include <stdlib.h>

#include "nlp/entity/match.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void print(const struct tt_entity_dict *d, struct tt_buf *out)
{
	tt_entity_print_header(out);
	for (size_t i = 0; i < tt_entity_dict_count(d); i++)
		if (tt_entity_print(tt_entity_dict_at(d, i), out) < 0)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tt_str text = {(const char *)data, size};
	struct tt_entity_dict *d = NULL, *again = NULL;
	struct tt_matcher *m = NULL;
	struct tt_found f;
	struct tt_buf first, second;
	if (tt_entity_dict_parse(&d, text, "fuzz", NULL) < 0)
		return 0;
	tt_buf_init(&first, 1 << 24);
	tt_buf_init(&second, 1 << 24);
	tt_found_init(&f);
	print(d, &first);
	if (tt_entity_dict_parse(&again, tt_buf_view(&first), "again", NULL) < 0)
		abort();
	print(again, &second);
	if (!tt_str_eq(tt_buf_view(&first), tt_buf_view(&second)))
		abort();
	if (tt_matcher_new(&m, d, NULL) < 0 || tt_matcher_find(m, text, 0, &f, NULL) < 0)
		abort();
	tt_found_done(&f);
	tt_matcher_free(m);
	tt_buf_done(&second);
	tt_buf_done(&first);
	tt_entity_dict_free(again);
	tt_entity_dict_free(d);
	return 0;
}
