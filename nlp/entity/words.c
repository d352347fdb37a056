/* words.c - see words.h. The lists are files of their own, sorted; a test checks that. */
#include "nlp/entity/words.h"

#include <stdlib.h>
#include <string.h>

static const char *const english[] = {
#include "nlp/entity/words_english.def"
};

static const char *const names[] = {
#include "nlp/entity/words_names.def"
};

static int compare(const void *key, const void *word)
{
	const struct tt_str *s = key;
	const char *w = *(const char *const *)word;
	int d = strncmp(s->p, w, s->n);
	return d ? d : -(w[s->n] != 0);
}

bool tt_common_word(struct tt_str s)
{
	if (s.n <= 1)
		return true;
	return bsearch(&s, english, TT_LEN(english), sizeof(english[0]), compare) ||
	       bsearch(&s, names, TT_LEN(names), sizeof(names[0]), compare);
}
