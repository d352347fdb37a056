/* fold_words.c - see fold_words.h. */
#include "nlp/story/fold_words.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "common/err.h"
#include "common/utf8.h"

struct form {
	const char *word, *form;
};

#define W(word, form) {word, form},
static const struct form forms[] = {
#include "nlp/story/words.def"
};
#undef W

static int by_word(const void *key, const void *element)
{
	const struct tt_str *k = key;
	const struct form *f = element;
	int order = strncmp(k->p, f->word, k->n);
	return order ? order : -(f->word[k->n] != '\0');
}

static const struct form *find_form(struct tt_str word)
{
	return bsearch(&word, forms, TT_LEN(forms), sizeof(*forms), by_word);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* ASCII letters and digits, and every letter of another script: bytes of characters that fold() has left. */
static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
}

/* Without case, marks and compatibility forms; characters that are no letter or digit become blanks. */
static int fold_unicode(struct tt_str text, struct tt_arena *arena, struct tt_str *ret)
{
	const utf8proc_option_t how = UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE |
				      UTF8PROC_CASEFOLD | UTF8PROC_IGNORE | UTF8PROC_STRIPMARK;
	utf8proc_uint8_t *folded = NULL;
	utf8proc_ssize_t n =
		utf8proc_map((const utf8proc_uint8_t *)text.p, (utf8proc_ssize_t)text.n, &folded, how);
	if (n < 0) { /* broken UTF-8: what is ASCII of it */
		free(folded);
		return n == UTF8PROC_ERROR_NOMEM ? TT_ENOMEM : TT_EDATA;
	}
	char *out = tt_arena_alloc(arena, (size_t)n + 1);
	size_t len, end = 0;
	const struct tt_str all = {(const char *)folded, (size_t)n};
	for (size_t at = 0; out && at < all.n; at += len) {
		uint32_t c = tt_utf8_decode(all, at, &len);
		utf8proc_category_t kind = utf8proc_category((utf8proc_int32_t)c);
		bool word = c < 0x80 || (kind >= UTF8PROC_CATEGORY_LU && kind <= UTF8PROC_CATEGORY_NO);
		if (c == 0x2019) /* an apostrophe */
			out[end++] = '\'';
		else if (!word)
			out[end++] = ' ';
		else {
			memcpy(out + end, all.p + at, len);
			end += len;
		}
	}
	free(folded);
	*ret = (struct tt_str){out, end};
	return out ? TT_OK : TT_ENOMEM;
}

static int fold(struct tt_str text, struct tt_arena *arena, struct tt_str *ret)
{
	if (tt_utf8_ascii(text) < text.n) {
		int rc = fold_unicode(text, arena, ret);
		if (rc != TT_EDATA)
			return rc;
	}
	char *out = tt_arena_alloc(arena, text.n + 1);
	if (!out)
		return TT_ENOMEM;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		out[i] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : (unsigned char)c >= 0x80 ? ' ' : c;
	}
	*ret = (struct tt_str){out, text.n};
	return TT_OK;
}

/* "1,250.50" is 1250.5, "3.0" is 3. Returns the end of the number that starts at `at`. */
static size_t read_number(struct tt_str s, size_t at, char *digits, struct tt_str *ret)
{
	size_t n = 0;
	bool point = false;
	for (; at < s.n; at++) {
		bool inner = at + 1 < s.n && is_digit(s.p[at + 1]);
		if (is_digit(s.p[at]))
			digits[n++] = s.p[at];
		else if (s.p[at] == '.' && inner && !point) {
			point = true;
			digits[n++] = '.';
		} else if (s.p[at] != ',' || !inner)
			break;
	}
	while (point && n && digits[n - 1] == '0')
		n--;
	n -= n && digits[n - 1] == '.';
	*ret = (struct tt_str){digits, n};
	return at;
}

/* Without the plural's s; the few words that others lose by it lose it always. */
static struct tt_str singular(struct tt_str w)
{
	if (w.n > 3 && w.p[w.n - 1] == 's' && w.p[w.n - 2] != 's' && w.p[w.n - 2] != 'u' &&
		w.p[w.n - 2] != 'i')
		w.n--;
	return w;
}

/* The form of a word: as the table has it, or of its stem: "cutting", "topped", "acquires". */
static const struct form *form_of(struct tt_str *w)
{
	const struct form *f = find_form(*w);
	if (f)
		return f;
	*w = singular(*w);
	f = find_form(*w);
	if (f || w->n < 5)
		return f;
	struct tt_str stem = *w;
	if (!memcmp(w->p + w->n - 2, "ed", 2))
		stem.n -= 2;
	else if (!memcmp(w->p + w->n - 3, "ing", 3))
		stem.n -= 3;
	else
		return NULL;
	f = find_form(stem);
	if (!f && stem.n + 1 < w->n && w->p[stem.n] == 'e') /* eased: ease */
		f = find_form((struct tt_str){w->p, stem.n + 1});
	if (!f && stem.n > 3 && stem.p[stem.n - 1] == stem.p[stem.n - 2]) /* dipped: dip */
		f = find_form((struct tt_str){w->p, stem.n - 1});
	return f;
}

struct splitter {
	struct tt_folded_word *words;
	size_t n;
	bool numbering; /* after "UPDATE": its number says nothing */
};

static void add_word(struct splitter *to, struct tt_str w)
{
	if (tt_str_eq(w, TT_STR("q"))) /* of Q2: the number follows */
		w = TT_STR("quarter");
	bool update = tt_str_eq(w, TT_STR("update")) || tt_str_eq(w, TT_STR("wrapup"));
	const struct form *f = form_of(&w);
	to->numbering = update;
	if (!f) {
		if (w.n > 1)
			to->words[to->n++] = (struct tt_folded_word){.text = w};
		return;
	}
	if (!*f->form)
		return;
	bool directed = *f->form == '+' || *f->form == '-';
	struct tt_str text = tt_str_c(f->form + directed);
	to->words[to->n++] = (struct tt_folded_word){
		.text = text, .is_number = is_digit(*f->form), .direction = directed ? *f->form : '\0'};
}

int tt_fold_words(struct tt_str text, struct tt_arena *arena, struct tt_folded_word **ret, size_t *ret_n)
{
	struct tt_str s;
	struct splitter to = {0};
	if (text.n > TT_FOLD_BYTES_MAX)
		text.n = TT_FOLD_BYTES_MAX;
	int rc = fold(text, arena, &s);
	if (rc < 0)
		return rc;
	to.words = tt_arena_alloc(arena, (s.n + 1) * sizeof(*to.words)); /* "1q2q": a word a byte */
	char *digits = tt_arena_alloc(arena, s.n + 1);
	if (!to.words || !digits)
		return TT_ENOMEM;
	for (size_t at = 0; at < s.n;) {
		size_t from = at;
		struct tt_str number;
		if (is_digit(s.p[at])) {
			at = read_number(s, at, digits, &number);
			digits += number.n;
			if (!to.numbering && number.n)
				to.words[to.n++] = (struct tt_folded_word){.text = number, .is_number = true};
			to.numbering = false;
			if (at + 1 < s.n && (!memcmp(s.p + at, "st", 2) || !memcmp(s.p + at, "nd", 2) ||
						    !memcmp(s.p + at, "rd", 2) || !memcmp(s.p + at, "th", 2)))
				at += 2; /* 2nd */
			continue;
		}
		while (at < s.n && is_letter(s.p[at]))
			at++;
		if (at > from)
			add_word(&to, (struct tt_str){s.p + from, at - from});
		else
			at++;
		if (at + 1 < s.n && s.p[at] == '\'' && s.p[at + 1] == 's') /* Apple's */
			at += 2;
	}
	*ret = to.words;
	*ret_n = to.n;
	return TT_OK;
}
