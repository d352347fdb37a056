/* fuzz_condition.c - any text as the condition of a rule: what is read has terms, and each reads back as
 * itself. */
#include <stdio.h>
#include <stdlib.h>

#include "mood/condition.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tt_condition c, again;
	struct tt_err err;
	char term[TT_TERM_TEXT], text[160];

	if (tt_condition_parse((struct tt_str){(const char *)data, size}, &c, &err) < 0)
		return 0;
	if (!c.n || tt_condition_lookback(&c) < 0)
		abort();
	for (size_t i = 0; i < c.n; i++) {
		if (tt_measures[c.terms[i].measure].about != tt_condition_about(&c))
			abort();
		tt_term_format(&c.terms[i], term);
		if (tt_measures[c.terms[i].measure].is_time)
			snprintf(text, sizeof(text), "%s >= %.0fs", term, c.terms[i].bound * 60);
		else
			snprintf(text, sizeof(text), "%s >= %.17g", term, c.terms[i].bound);
		if (tt_condition_parse(tt_str_c(text), &again, &err) < 0 ||
			again.terms[0].times[0] != c.terms[i].times[0] ||
			again.terms[0].times[1] != c.terms[i].times[1] ||
			again.terms[0].bound != c.terms[i].bound)
			abort();
	}
	return 0;
}
