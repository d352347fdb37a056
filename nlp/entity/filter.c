/* filter.c - see filter.h. */
#include "nlp/entity/filter.h"

#include <stdlib.h>

static void set(struct tt_filter *f, uint64_t word, uint64_t with)
{
	uint64_t bit = tt_filter_bit(word, with);
	f->bits[bit / 64] |= (uint64_t)1 << bit % 64;
}

static bool only_tickers(const struct tt_lex_rule *rules)
{
	return rules[0].how >= TT_LEX_SYMBOL; /* names come first */
}

int tt_filter_init(struct tt_filter *f, const struct tt_lexicon *l)
{
	f->bits = calloc(((size_t)1 << TT_FILTER_LOG2) / 64, sizeof(*f->bits));
	if (!f->bits)
		return TT_ENOMEM;
	for (size_t i = 0; i < l->n; i += l->rules[i].n_same) {
		struct tt_str key = l->rules[i].key;
		char start[TT_FILTER_BYTES];
		size_t n;
		memset(start, ' ', sizeof(start));
		memcpy(start, key.p, key.n < sizeof(start) ? key.n : sizeof(start));
		uint64_t word = tt_filter_word(start, &n);
		set(f, word, TT_FILTER_WORD);
		if (key.n >= n + 4)
			set(f, word, tt_filter_behind(start + n));
		else
			set(f, word, only_tickers(&l->rules[i]) ? TT_FILTER_TICKER : TT_FILTER_NAME);
	}
	return TT_OK;
}

void tt_filter_done(struct tt_filter *f)
{
	free(f->bits);
	f->bits = NULL;
}
