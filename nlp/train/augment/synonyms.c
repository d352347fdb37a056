/* synonyms.c - words become others of their group, in the case they are written in. */
#include "nlp/train/augment/synonyms.h"

#include <string.h>

#include "nlp/train/augment/augment_parts.h"

const char *const tt_synonyms[][TT_SYNONYMS_MAX + 1] = {
#define G(...) {__VA_ARGS__, NULL},
#include "nlp/train/augment/synonyms.def"
#undef G
	{NULL},
};

static bool has_capitals(const char *form)
{
	while (*form && !tt_is_upper(*form))
		form++;
	return *form != '\0';
}

/* Does the text go on with the form at byte i? */
static bool stands_at(const struct tt_work *w, size_t i, const char *form)
{
	size_t n = strlen(form);
	struct tt_str there = {w->text.p + i, n}, want = {form, n};
	if (i + n > w->text.n || tt_word_at(w->text, i + n))
		return false;
	if (has_capitals(form)) /* in a text of capitals "US" may be a pronoun */
		return !w->capitals && tt_str_eq(there, want);
	return tt_str_eq_ci(there, want);
}

/* "company-wide", "#shares", "stores.example": not a word by itself. */
static bool is_linked(struct tt_str text, size_t start, size_t end)
{
	char before = start > 0 ? text.p[start - 1] : ' ', behind = end < text.n ? text.p[end] : ' ';
	return (before && strchr("-/.#@$&'", before)) || (behind && strchr("-/@&", behind)) ||
	       (behind == '.' && tt_word_at(text, end + 1));
}

/* The longest form that stands at byte i; NULL: none. */
static const char *form_at(const struct tt_work *w, size_t i, const char *const **ret_group)
{
	const char *best = NULL;
	for (size_t g = 0; tt_synonyms[g][0]; g++)
		for (const char *const *form = tt_synonyms[g]; *form; form++)
			if (tt_to_lower(**form) == tt_to_lower(w->text.p[i]) &&
				(!best || strlen(*form) > strlen(best)) && stands_at(w, i, *form)) {
				best = *form;
				*ret_group = tt_synonyms[g];
			}
	return best;
}

static bool is_vowel(char c)
{
	return c && strchr("aeiouAEIOU", c);
}

/* "a company" cannot become "a enterprise". */
static bool fits_article(struct tt_str text, size_t start, const char *old, const char *with)
{
	struct tt_str word = start > 0 ? tt_letters_before(text, start - 1) : TT_STR("");
	return !tt_word_among(word, " a an ") || is_vowel(old[0]) == is_vowel(with[0]);
}

/* Another form of the group; NULL: there is none. */
static const char *choose(
	const char *const *group, const char *old, struct tt_str text, size_t start, struct tt_chance *c)
{
	const char *fit[TT_SYNONYMS_MAX];
	uint32_t n = 0;
	for (; *group; group++)
		if (*group != old && fits_article(text, start, old, *group))
			fit[n++] = *group;
	return n ? fit[tt_chance_below(c, n)] : NULL;
}

/* lower, Capitalised, Every Word, CAPITALS: as the form was written. Forms with capitals keep them. */
static int put(struct tt_work *w, size_t start, const char *form, const char *with)
{
	const size_t n = strlen(form);
	struct tt_str copy = tt_arena_str(w->arena, tt_str_c(with));
	char *p = (char *)(uintptr_t)copy.p;
	const char *old = w->text.p + start, *blank = memchr(old, ' ', n);
	bool upper = tt_is_upper(old[0]);
	bool all = upper && n > 1 && tt_is_upper(old[1]) && !tt_is_upper(form[0]);
	bool first = upper && (start == 0 || !tt_is_upper(form[0]));
	bool every = upper && (blank ? tt_is_upper(blank[1]) : w->titled);
	if (!p)
		return TT_ENOMEM;
	for (size_t i = 0; i < copy.n; i++)
		if (w->capitals || all || (i == 0 && first) || (every && (i == 0 || p[i - 1] == ' ')))
			p[i] = tt_to_upper(p[i]);
	return tt_work_edit(w, start, start + n, copy);
}

int tt_augment_synonyms(struct tt_work *w, struct tt_chance *c)
{
	int rc = TT_OK;
	for (size_t i = 0; i < w->text.n && rc == TT_OK; i++) {
		const char *const *group = NULL;
		const char *old = tt_is_letter(w->text.p[i]) && !tt_word_before(w->text, i)
					  ? form_at(w, i, &group)
					  : NULL;
		if (!old)
			continue;
		size_t n = strlen(old);
		const char *with = choose(group, old, w->text, i, c);
		bool chosen = with && tt_chance_below(c, 2);
		if (chosen && tt_work_free(w, i, i + n) && !is_linked(w->text, i, i + n))
			rc = put(w, i, old, with);
		i += n - 1;
	}
	return rc;
}
