/* direction.c - see direction.h. */
#include "nlp/train/augment/direction.h"

#include <stdlib.h>
#include <string.h>

#include "nlp/train/augment/augment_parts.h"

static const char *const words[] = {
#include "nlp/train/augment/direction.def"
};

enum { WORD_MAX = 24 };

static int compare(const void *key, const void *element)
{
	return strcmp(key, *(const char *const *)element);
}

static bool listed(const char *word)
{
	return bsearch(word, words, TT_LEN(words), sizeof(words[0]), compare) != NULL;
}

/* Is the word listed once its last n letters are gone and `instead` stands there? */
static bool listed_with(const char *word, size_t length, size_t n, const char *instead)
{
	char form[WORD_MAX + 2];
	memcpy(form, word, length - n);
	memcpy(form + length - n, instead, strlen(instead) + 1);
	return listed(form);
}

/* "cutting", "topped": the letter before the ending stands twice. */
static bool listed_doubled(const char *word, size_t length, size_t ending)
{
	return length >= ending + 4 && word[length - ending - 1] == word[length - ending - 2] &&
	       listed_with(word, length, ending + 1, "");
}

bool tt_direction_word(struct tt_str word)
{
	static const struct {
		const char *ending, *instead;
	} forms[] = {{"s", ""}, {"es", ""}, {"ies", "y"}, {"ed", ""}, {"d", ""}, {"ied", "y"}, {"ing", ""},
		{"ing", "e"}};
	char lower[WORD_MAX + 1];
	if (word.n == 0 || word.n > WORD_MAX)
		return false;
	for (size_t i = 0; i < word.n; i++)
		lower[i] = tt_to_lower(word.p[i]);
	lower[word.n] = '\0';
	if (listed(lower))
		return true;
	for (size_t i = 0; i < TT_LEN(forms); i++) {
		size_t n = strlen(forms[i].ending);
		if (word.n >= n + 2 && strcmp(lower + word.n - n, forms[i].ending) == 0 &&
			(listed_with(lower, word.n, n, forms[i].instead) || listed_doubled(lower, word.n, n)))
			return true;
	}
	return false;
}

struct tt_str tt_direction_next(struct tt_str text, size_t *at)
{
	while (*at < text.n) {
		struct tt_str word = tt_letters_at(text, *at);
		*at += word.n ? word.n : 1;
		if (tt_direction_word(word))
			return word;
	}
	return (struct tt_str){NULL, 0};
}
