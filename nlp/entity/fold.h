/* fold.h - a text as the matcher sees it: every way to write the same name becomes the same bytes.
 *
 *   letters        lower case, without accents, compatibility forms resolved; ß ss, æ ae, ø o, ł l ...
 *   space          white space, a hyphen or a full stop between words: one ' '
 *   ,              other punctuation, line breaks, a dash between spaces, broken UTF-8: one ',' (it ends a name)
 *   .              within a word, "amazon.com", "brk.b"; dropped from initials, "U.S." is "us"
 *   '              within a word, "mcdonald's"
 *   & + and        " and ", also for "&amp;"
 * Characters of scripts written without spaces (Han, Kana, Hangul, Thai ...) are a word each. A URL is left out.
 * The result never starts with a separator and never has two in a row; all else in it are word bytes. TT_FOLD_PADDING blanks
 * stand behind it. */
#ifndef TT_NLP_ENTITY_FOLD_H
#define TT_NLP_ENTITY_FOLD_H

#include "common/err.h"
#include "common/str.h"

enum { TT_FOLD_TEXT_MAX = 256 << 20, TT_FOLD_PADDING = 16 };

struct tt_fold; /* tables; read-only, shared by threads */

struct tt_fold *tt_fold_new(void); /* NULL when memory is out */
void tt_fold_free(struct tt_fold *f);

/* From folded byte `i` on, up to the next step, folded bytes are bytes of the text one for one, `at` being the first's. */
struct tt_fold_step {
	uint32_t i, at;
};

/* Owner: the struct is the caller's and keeps its memory from text to text; zeroed at first. */
struct tt_folded {
	char *p;
	size_t n, cap;
	struct tt_fold_step *steps;
	size_t n_steps, cap_steps;
	size_t step; /* the one looked up last: the next one is near */
};

/* The step that folded byte i is of, i < n. */
static inline const struct tt_fold_step *tt_folded_step(struct tt_folded *f, size_t i)
{
	while (f->step + 1 < f->n_steps && f->steps[f->step + 1].i <= i)
		f->step++;
	while (f->steps[f->step].i > i)
		f->step--;
	return &f->steps[f->step];
}

/* Where in the text the character starts that folded byte i came from. */
static inline size_t tt_folded_at(struct tt_folded *f, size_t i)
{
	const struct tt_fold_step *step = tt_folded_step(f, i);
	return step->at + (i - step->i);
}

void tt_folded_done(struct tt_folded *out);

/* Errors: TT_ENOMEM, or TT_ELIMIT for a text over TT_FOLD_TEXT_MAX. */
int tt_fold_text(const struct tt_fold *f, struct tt_str text, struct tt_folded *out);

static inline bool tt_fold_separator(char c)
{
	return c == ' ' || c == ',';
}

#endif
