/* fold.c - see fold.h. ASCII goes by a table of 128; other characters below U+3000 by one made from utf8proc at start,
 * the rest (mostly scripts without case) are classified as they come. */
#include "nlp/entity/fold.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#include "common/utf8.h"

enum { TABLE_FIRST = 0x80, TABLE_END = 0x3000, FOLDED_MAX = 6 };

enum kind { WORD, SOLO, NOTHING, SPACE, BREAK, HYPHEN, APOSTROPHE, AMPERSAND, FULL_STOP, COLON };

struct folded_char {
	uint8_t kind, n;
	char bytes[FOLDED_MAX]; /* WORD, SOLO: n bytes to emit */
};

struct tt_fold {
	char word[256];      /* ASCII letters, digits, '_': the byte to emit; else 0 */
	uint8_t ascii[128];  /* the other ASCII characters: their kind */
	struct folded_char table[TABLE_END - TABLE_FIRST];
};

/* What one text's pass carries along. */
struct pass {
	const struct tt_fold *f;
	struct tt_str text;
	struct tt_folded *out;
	size_t word;  /* in out: where the current word starts */
	size_t piece; /* in out: where its part after the last full stop starts */
	char pending; /* separator to come before the next word byte, 0 for none */
};

static bool one_word_each(int32_t c)
{
	return (c >= 0x2e80 && c <= 0x2fdf) || (c >= 0x3005 && c <= 0x3007) || (c >= 0x3021 && c <= 0x9fff) ||
	       (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) || (c >= 0xff66 && c <= 0xff9d) ||
	       (c >= 0x20000 && c <= 0x3ffff) || (c >= 0xe00 && c <= 0xeff) || (c >= 0x1000 && c <= 0x109f) ||
	       (c >= 0x1780 && c <= 0x17ff);
}

static enum kind ascii_kind(int c)
{
	switch (c) {
	case ' ':
	case '\t':
		return SPACE;
	case '-':
		return HYPHEN;
	case '\'':
	case '`':
		return APOSTROPHE;
	case '&':
		return AMPERSAND;
	case '.':
		return FULL_STOP;
	case ':':
		return COLON;
	default:
		return BREAK;
	}
}

/* Letters that no decomposition takes apart, as news agencies write them. */
static const char *latin_letter(int32_t c)
{
	switch (c) {
	case 0xe6:
		return "ae";
	case 0x153:
		return "oe";
	case 0xf8:
		return "o";
	case 0x142:
		return "l";
	case 0x111:
	case 0xf0:
		return "d";
	case 0xfe:
		return "th";
	case 0x131:
		return "i";
	default:
		return NULL;
	}
}

static bool append(struct folded_char *out, const char *p, size_t n)
{
	if (out->n + n > FOLDED_MAX)
		return false;
	memcpy(out->bytes + out->n, p, n);
	out->n = (uint8_t)(out->n + n);
	return true;
}

/* Lower case without marks, compatibility forms resolved; a character with no short result stays itself. */
static struct folded_char fold_letter(const struct tt_fold *f, int32_t c)
{
	struct folded_char r = {.kind = WORD};
	int32_t parts[32];
	int class = 0;
	char utf8[4];
	ssize_t n = utf8proc_decompose_char(c, parts, (ssize_t)TT_LEN(parts),
		UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK | UTF8PROC_IGNORE, &class);
	bool fits = n > 0 && n <= (ssize_t)TT_LEN(parts);
	for (ssize_t i = 0; fits && i < n; i++) {
		const char *latin = latin_letter(parts[i]);
		if (n == 1 && parts[i] < 0x80 && !f->word[parts[i]]) /* full-width punctuation */
			return (struct folded_char){.kind = f->ascii[parts[i]]};
		else if (latin)
			fits = append(&r, latin, strlen(latin));
		else if (parts[i] < 0x80 && !f->word[parts[i]])
			fits = false;
		else
			fits = append(&r, utf8, tt_utf8_encode((uint32_t)parts[i], utf8));
	}
	if (fits && r.n)
		return r;
	r.n = 0;
	append(&r, utf8, tt_utf8_encode((uint32_t)c, utf8));
	return r;
}

static struct folded_char classify(const struct tt_fold *f, int32_t c)
{
	static const int32_t apostrophes[] = {0xb4, 0x2bc, 0x2018, 0x2019, 0x201b, 0x2032};
	static const int32_t signs[] = {0xa9, 0xad, 0xae, 0x2120, 0x2122, 0xfe0f}; /* "Apple®" is Apple */
	for (size_t i = 0; i < TT_LEN(apostrophes); i++)
		if (c == apostrophes[i])
			return (struct folded_char){.kind = APOSTROPHE};
	for (size_t i = 0; i < TT_LEN(signs); i++)
		if (c == signs[i])
			return (struct folded_char){.kind = NOTHING};
	if (one_word_each(c)) {
		struct folded_char r = {.kind = SOLO};
		r.n = (uint8_t)tt_utf8_encode((uint32_t)c, r.bytes);
		return r;
	}
	if (c >= 0xff01 && c <= 0xff5e) /* full-width ASCII */
		return fold_letter(f, c);
	switch (utf8proc_category(c)) {
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_ME:
	case UTF8PROC_CATEGORY_CF:
		return (struct folded_char){.kind = NOTHING};
	case UTF8PROC_CATEGORY_ZS:
		return (struct folded_char){.kind = SPACE};
	case UTF8PROC_CATEGORY_PD:
		return (struct folded_char){.kind = c == 0x2014 || c == 0x2015 ? BREAK : HYPHEN};
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_MC:
	case UTF8PROC_CATEGORY_ND:
	case UTF8PROC_CATEGORY_NL:
	case UTF8PROC_CATEGORY_NO:
		return fold_letter(f, c);
	default:
		return (struct folded_char){.kind = BREAK};
	}
}

struct tt_fold *tt_fold_new(void)
{
	struct tt_fold *f = calloc(1, sizeof(*f));
	if (!f)
		return NULL;
	for (int c = 0; c < 128; c++) {
		bool lower = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
		f->word[c] = (char)(lower ? c : c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : 0);
		f->ascii[c] = (uint8_t)ascii_kind(c);
	}
	for (int32_t c = TABLE_FIRST; c < TABLE_END; c++)
		f->table[c - TABLE_FIRST] = classify(f, c);
	return f;
}

void tt_fold_free(struct tt_fold *f)
{
	free(f);
}

void tt_folded_done(struct tt_folded *out)
{
	free(out->p);
	free(out->steps);
	*out = (struct tt_folded){0};
}

static int reserve(struct tt_folded *out, size_t bytes, size_t steps)
{
	if (out->cap < bytes) {
		char *p = realloc(out->p, 2 * bytes);
		if (!p)
			return TT_ENOMEM;
		out->p = p;
		out->cap = 2 * bytes;
	}
	if (out->cap_steps < steps) {
		struct tt_fold_step *v = realloc(out->steps, 2 * steps * sizeof(*v));
		if (!v)
			return TT_ENOMEM;
		out->steps = v;
		out->cap_steps = 2 * steps;
	}
	return TT_OK;
}

/* The next folded byte comes from byte `at` of the text. */
static inline void put_step(struct tt_folded *out, size_t at)
{
	if (out->n_steps) {
		const struct tt_fold_step *last = &out->steps[out->n_steps - 1];
		if (last->at + (out->n - last->i) == at)
			return;
	}
	out->steps[out->n_steps++] = (struct tt_fold_step){(uint32_t)out->n, (uint32_t)at};
}

static inline void put(struct tt_folded *out, char c, size_t at)
{
	put_step(out, at);
	out->p[out->n++] = c;
}

static inline void begin_word(struct pass *s, size_t at)
{
	if (s->out->n && s->pending)
		put(s->out, s->pending, at - 1); /* nearly always its very place, so that no step is needed */
	if (s->pending || !s->out->n)
		s->word = s->piece = s->out->n;
	s->pending = 0;
}

static inline void separate(struct pass *s, char c)
{
	if (s->pending != ',')
		s->pending = c;
}

/* A character that is not ASCII. */
static struct folded_char char_at(const struct pass *s, size_t at, size_t *len)
{
	uint32_t c = tt_utf8_decode(s->text, at, len);
	if (c == 0xfffd)
		return (struct folded_char){.kind = BREAK};
	return c < TABLE_END ? s->f->table[c - TABLE_FIRST] : classify(s->f, (int32_t)c);
}

/* Is there a word character at this place of the text? */
static bool word_at(const struct pass *s, size_t at)
{
	if (at >= s->text.n)
		return false;
	unsigned char c = (unsigned char)s->text.p[at];
	if (c < 0x80)
		return s->f->word[c];
	size_t len;
	uint8_t kind = char_at(s, at, &len).kind;
	return kind == WORD || kind == SOLO;
}

/* Takes back the word before `at` and returns where the URL that it starts ends. */
static size_t skip_url(struct pass *s, size_t at)
{
	s->out->n = s->word ? s->word - 1 : 0;
	s->pending = ',';
	while (at < s->text.n && (unsigned char)s->text.p[at] > ' ')
		at++;
	return at;
}

/* Does a word of one character stand there? */
static bool one_letter(const struct pass *s, size_t at)
{
	size_t len = 1;
	if (!word_at(s, at))
		return false;
	if (s->text.p[at] & 0x80)
		char_at(s, at, &len);
	return !word_at(s, at + len);
}

static size_t full_stop(struct pass *s, size_t at, size_t len)
{
	struct tt_folded *out = s->out;
	bool inside = !s->pending && out->n && word_at(s, at + len);
	if (!inside) {
		separate(s, ' ');
		return at + len;
	}
	if (out->n - s->word == 3 && memcmp(out->p + s->word, "www", 3) == 0)
		return skip_url(s, at);
	char last = out->p[out->n - 1];
	bool initial = out->n - s->piece == 1 && (last < '0' || last > '9') && one_letter(s, at + len);
	if (!initial)
		put(out, '.', at);
	s->piece = out->n;
	return at + len;
}

static size_t ampersand(struct pass *s, size_t at, size_t len)
{
	separate(s, ' ');
	begin_word(s, at);
	put(s->out, 'a', at), put(s->out, 'n', at), put(s->out, 'd', at);
	s->pending = ' ';
	struct tt_str rest = {s->text.p + at, s->text.n - at};
	return at + (tt_str_starts_ci(rest, TT_STR("&amp;")) ? 5 : len);
}

/* One character that is not an ASCII letter or digit; returns where the next one starts. */
static size_t step(struct pass *s, size_t at)
{
	unsigned char byte = (unsigned char)s->text.p[at];
	size_t len = 1;
	struct folded_char c = {.kind = byte < 0x80 ? s->f->ascii[byte] : BREAK};
	if (byte >= 0x80)
		c = char_at(s, at, &len);
	bool in_word = !s->pending && s->out->n && word_at(s, at + len);
	switch (c.kind) {
	case WORD:
	case SOLO:
		if (c.kind == SOLO)
			separate(s, ' ');
		begin_word(s, at);
		for (size_t i = 0; i < c.n; i++)
			put(s->out, c.bytes[i], at);
		if (c.kind == SOLO)
			s->pending = ' ';
		break;
	case SPACE:
		separate(s, ' ');
		break;
	case HYPHEN:
		separate(s, in_word ? ' ' : ',');
		break;
	case APOSTROPHE:
		if (in_word)
			put(s->out, '\'', at);
		else
			separate(s, ' ');
		break;
	case AMPERSAND:
		return ampersand(s, at, len);
	case FULL_STOP:
		return full_stop(s, at, len);
	case COLON:
		if (!s->pending && s->out->n && at + 2 < s->text.n && memcmp(s->text.p + at, "://", 3) == 0)
			return skip_url(s, at);
		separate(s, ',');
		break;
	case BREAK:
		separate(s, ',');
		break;
	}
	return at + len;
}

#define ONES 0x0101010101010101ULL

/* Of eight bytes below 0x80: the top bit of those within [lo, hi]. */
static inline uint64_t within(uint64_t bytes, uint64_t lo, uint64_t hi)
{
	return (bytes + (0x80 - lo) * ONES) & ~(bytes + (0x7f - hi) * ONES) & 0x80 * ONES;
}

/* Eight bytes at once: writes them in lower case and returns how many of them, from the first, are word bytes. */
static inline size_t put_eight(const char *from, char *to)
{
	uint64_t bytes;
	memcpy(&bytes, from, 8);
	bytes = le64toh(bytes);
	uint64_t low = bytes & 0x7f * ONES, upper = within(low, 'A', 'Z');
	uint64_t word = (upper | within(low, 'a', 'z') | within(low, '0', '9') | within(low, '_', '_')) & ~bytes;
	uint64_t other = ~word & 0x80 * ONES;
	bytes = htole64(bytes | upper >> 2);
	memcpy(to, &bytes, 8);
	return other ? (size_t)__builtin_ctzll(other) / 8 : 8;
}

/* A run of ASCII letters and digits; returns where it ends. */
static inline size_t put_run(struct pass *s, size_t at)
{
	struct tt_folded *out = s->out;
	const char *word = s->f->word;
	size_t n = 8;
	begin_word(s, at);
	put_step(out, at);
	char *to = out->p + out->n;
	for (; n == 8 && s->text.n - at >= 8; at += n, to += n)
		n = put_eight(s->text.p + at, to);
	if (n == 8) /* the last few bytes of the text */
		for (char c; at < s->text.n && (c = word[(unsigned char)s->text.p[at]]); at++)
			*to++ = c;
	out->n = (size_t)(to - out->p);
	return at;
}

int tt_fold_text(const struct tt_fold *f, struct tt_str text, struct tt_folded *out)
{
	struct pass s = {.f = f, .text = text, .out = out};
	const size_t slack = 2 * FOLDED_MAX; /* bytes and steps that one character may add */
	out->n = out->n_steps = out->step = 0;
	if (text.n > TT_FOLD_TEXT_MAX)
		return TT_ELIMIT;
	for (size_t at = 0; at < text.n;) {
		/* A run adds no more bytes than the text has left. */
		size_t bytes = out->n + (text.n - at) + slack + TT_FOLD_PADDING, steps = out->n_steps + slack;
		if ((bytes > out->cap || steps > out->cap_steps) && reserve(out, bytes, steps) < 0)
			return TT_ENOMEM;
		if (f->word[(unsigned char)text.p[at]])
			at = put_run(&s, at);
		else if (text.p[at] == ' ')
			separate(&s, ' '), at++;
		else
			at = step(&s, at);
	}
	if (out->p)
		memset(out->p + out->n, ' ', TT_FOLD_PADDING);
	return TT_OK;
}
