/* augment_parts.h - what the kinds of augmentation share: the text at hand, which bytes of it are taken, the
 * edits so far, and chance. Private to nlp/train/augment/. */
#ifndef TT_NLP_TRAIN_AUGMENT_PARTS_H
#define TT_NLP_TRAIN_AUGMENT_PARTS_H

#include "nlp/train/augment/augment.h"
#include "nlp/train/augment/names.h"

struct tt_augmenter {
	struct tt_matcher *matcher;
	struct tt_names names;
};

/* SplitMix64 (Steele, Lea, Flood 2014). */
struct tt_chance {
	uint64_t state;
};

uint64_t tt_chance_next(struct tt_chance *c);
struct tt_chance tt_chance_of(uint64_t seed, uint64_t epoch, uint64_t number, uint64_t kind);

static inline uint32_t tt_chance_below(struct tt_chance *c, uint32_t n)
{
	return (uint32_t)((tt_chance_next(c) >> 32) * n >> 32);
}

struct tt_edit {
	struct tt_span span; /* of the given text */
	struct tt_str with;  /* in the arena, or a constant */
};

enum tt_noise_case { TT_CASE_SAME, TT_CASE_LOWER, TT_CASE_TITLE };

struct tt_work {
	const struct tt_augmenter *augmenter;
	const struct tt_augment_row *given;
	struct tt_str text; /* the given one */
	bool capitals;      /* no ASCII letter of it is small */
	bool titled;        /* Most Words Begin With a Capital */
	uint8_t *taken;     /* by byte: part of a mention or of a given span, or edited */
	struct tt_edit *edits;
	size_t n_edits;
	enum tt_noise_case noise_case; /* for all of the new text */
	struct tt_arena *arena;
	struct tt_found *found; /* the dictionary's mentions */
};

/* Copies `with`. No two edits overlap. TT_ENOMEM. */
int tt_work_edit(struct tt_work *w, size_t start, size_t end, struct tt_str with);
bool tt_work_free(const struct tt_work *w, size_t start, size_t end); /* none of the bytes is taken */

/* Each adds its edits to w. TT_ENOMEM. */
int tt_augment_swap(struct tt_work *w, struct tt_chance *c);
int tt_augment_numbers(struct tt_work *w, struct tt_chance *c);
int tt_augment_synonyms(struct tt_work *w, struct tt_chance *c);
int tt_augment_noise(struct tt_work *w, struct tt_chance *c);

/* ---- words of a text ---- */

static inline bool tt_is_digit(char c)
{
	return c >= '0' && c <= '9';
}
static inline bool tt_is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}
static inline bool tt_is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}
static inline bool tt_is_letter(char c)
{
	return tt_is_lower(c) || tt_is_upper(c);
}
static inline char tt_to_lower(char c)
{
	return tt_is_upper(c) ? (char)(c | 0x20) : c;
}
static inline char tt_to_upper(char c)
{
	return tt_is_lower(c) ? (char)(c & ~0x20) : c;
}

/* Is there a letter, a digit or '_' right before, or right at, byte i? Beyond ASCII, all but the signs of
 * U+0080..U+00BF and U+2000..U+20CF (dashes, quotes, currencies) count. */
bool tt_word_before(struct tt_str text, size_t i);
bool tt_word_at(struct tt_str text, size_t i);

/* The ASCII letters from byte i on, and those that end before it. */
struct tt_str tt_letters_at(struct tt_str text, size_t i);
struct tt_str tt_letters_before(struct tt_str text, size_t i);

/* `words` are in lower case, each between blanks: " a b "; any case of the word. */
bool tt_word_among(struct tt_str word, const char *words);

#endif
