/* normalize.c - see normalize.h. */
#include "nlp/token/normalize.h"

#include "nlp/token/unicode.h"
#include "common/utf8.h"

/* What a code point becomes, packed with its result into 32 bits. */
enum kind {
	WORD,    /* one letter of a word */
	ALONE,   /* a word by itself: punctuation, a Chinese character */
	SPACE,   /* the end of a word */
	NOTHING, /* dropped */
	SEVERAL, /* more than one code point: a Hangul syllable */
	CLUSTER, /* part of a run of combining marks, whose order must be looked at */
};
enum { KIND_SHIFT = 24, RESULT_MASK = (1 << KIND_SHIFT) - 1 };

struct pass {
	const struct tt_normalizer *norm;
	struct tt_str text;
	tt_word_fn *fn;
	void *ctx;
	bool stopped;
	struct tt_word word;
};

static uint32_t pack(enum kind kind, uint32_t result)
{
	return (uint32_t)kind << KIND_SHIFT | result;
}

static void end_word(struct pass *p)
{
	if (p->word.chars > 0 && !p->stopped)
		p->stopped = !p->fn(p->ctx, &p->word);
	p->word.n = p->word.chars = 0;
}

static inline void add_letter(struct pass *p, uint32_t c, struct tt_span from)
{
	struct tt_word *w = &p->word;
	if (w->chars++ == 0)
		w->whole.start = from.start;
	w->whole.end = from.end;
	if (w->chars > TT_WORD_CHARS)
		return;
	size_t n = 1;
	if (c < 0x80)
		w->bytes[w->n] = (char)c;
	else
		n = tt_utf8_encode(c, w->bytes + w->n);
	while (n-- > 0)
		w->origin[w->n++] = from;
}

static void add_alone(struct pass *p, uint32_t c, struct tt_span from)
{
	end_word(p);
	add_letter(p, c, from);
	end_word(p);
}

/* The last steps for a code point that decomposition has left: accents away, lower case, the split. */
static void finish(struct pass *p, uint32_t c, struct tt_span from)
{
	uint32_t out[2] = {c};
	if (p->norm->strip && tt_uni_nonspacing(c))
		return;
	int n = p->norm->lower ? tt_uni_lower(c, out) : 1;
	for (int i = 0; i < n; i++) {
		if (tt_uni_punct(out[i]))
			add_alone(p, out[i], from);
		else
			add_letter(p, out[i], from);
	}
}

static int decompose(const struct tt_normalizer *norm, uint32_t c, uint32_t out[TT_UNI_DECOMP_MAX])
{
	out[0] = c;
	return norm->strip ? tt_uni_decompose(c, out) : 1;
}

/* Canonical order matters to a code point that starts with a combining mark (it may move) or that brings one
 * which stays. */
static bool in_cluster(const uint32_t *d, int n)
{
	if (tt_uni_combining(d[0]) > 0)
		return true;
	for (int i = 1; i < n; i++)
		if (tt_uni_combining(d[i]) > 0 && !tt_uni_nonspacing(d[i]))
			return true;
	return false;
}

static uint32_t classify(const struct tt_normalizer *norm, uint32_t c)
{
	uint32_t d[TT_UNI_DECOMP_MAX], low[2], result = 0;
	int kept = 0, n;
	if (norm->chinese &&
		tt_uni_chinese(c)) { /* never dropped, cased or a mark; decomposes to one at most */
		decompose(norm, c, d);
		return pack(ALONE, d[0]);
	}
	if (tt_uni_dropped(c))
		return pack(NOTHING, 0);
	if (tt_uni_space(c))
		return pack(SPACE, 0);
	n = decompose(norm, c, d);
	if (norm->strip && in_cluster(d, n))
		return pack(CLUSTER, 0);
	for (int i = 0; i < n; i++) {
		if (norm->strip && tt_uni_nonspacing(d[i]))
			continue;
		kept += norm->lower ? tt_uni_lower(d[i], low) : 1;
		result = norm->lower ? low[0] : d[i];
	}
	if (kept != 1)
		return pack(kept ? SEVERAL : NOTHING, 0);
	return pack(tt_uni_punct(result) ? ALONE : WORD, result);
}

void tt_normalizer_init(struct tt_normalizer *n, bool lower, bool strip, bool chinese)
{
	n->lower = lower;
	n->strip = strip;
	n->chinese = chinese;
	for (uint32_t c = 0; c < TT_NORMALIZE_FAST; c++)
		n->fast[c] = classify(n, c);
}

/* The next code point of the text at *at that cleaning keeps, its place, and *at behind it; false at `end`.
 */
static bool next_kept(struct tt_str text, size_t *at, size_t end, uint32_t *c, struct tt_span *from)
{
	size_t len;
	for (; *at < end; *at += len) {
		*c = tt_utf8_decode(text, *at, &len);
		if (tt_uni_dropped(*c))
			continue;
		*from = (struct tt_span){(uint32_t)*at, (uint32_t)(*at + len)};
		*at += len;
		return true;
	}
	return false;
}

/* Finds the end of the cluster at `at` (whatever is there, and the combining marks after it) and which
 * classes it has. */
static size_t cluster_end(struct tt_str text, size_t at, bool has_class[256])
{
	uint32_t c, d[TT_UNI_DECOMP_MAX];
	struct tt_span from;
	size_t end = at;
	for (size_t next = at; next_kept(text, &next, text.n, &c, &from); end = next) {
		int n = tt_uni_decompose(c, d);
		if (end > at && tt_uni_combining(d[0]) == 0)
			break;
		for (int i = 0; i < n; i++)
			has_class[tt_uni_combining(d[i])] = true;
	}
	return end;
}

/* Emits a cluster in canonical order: by class, those of one class as they came. The reference counts origins
 * in the new order: the k-th code point that was not inserted by a decomposition is said to come from the
 * k-th of the text. */
static size_t emit_cluster(struct pass *p, size_t at)
{
	bool has_class[256] = {false};
	uint32_t c, origin_c, d[TT_UNI_DECOMP_MAX];
	struct tt_span from, origin = {(uint32_t)at, (uint32_t)at};
	size_t end = cluster_end(p->text, at, has_class), origin_at = at;
	for (int class = 0; class < 256; class ++) {
		for (size_t i = has_class[class] ? at : end; next_kept(p->text, &i, end, &c, &from);) {
			int n = tt_uni_decompose(c, d);
			for (int j = 0; j < n; j++) {
				if (tt_uni_combining(d[j]) != class)
					continue;
				if (j == 0)
					next_kept(p->text, &origin_at, end, &origin_c, &origin);
				finish(p, d[j], origin);
			}
		}
	}
	return end;
}

static void emit_several(struct pass *p, uint32_t c, struct tt_span from)
{
	uint32_t d[TT_UNI_DECOMP_MAX];
	int n = decompose(p->norm, c, d);
	for (int i = 0; i < n; i++)
		finish(p, d[i], from);
}

void tt_normalize(const struct tt_normalizer *n, struct tt_str text, tt_word_fn *fn, void *ctx)
{
	struct pass p;
	p.norm = n, p.text = text, p.fn = fn, p.ctx = ctx;
	p.stopped = false;
	p.word.n = p.word.chars = 0;
	for (size_t at = 0, len; at < text.n && !p.stopped; at += len) {
		uint32_t c = tt_utf8_decode(text, at, &len);
		uint32_t packed = c < TT_NORMALIZE_FAST ? n->fast[c] : classify(n, c);
		struct tt_span from = {(uint32_t)at, (uint32_t)(at + len)};
		switch ((enum kind)(packed >> KIND_SHIFT)) {
		case WORD:
			add_letter(&p, packed & RESULT_MASK, from);
			break;
		case ALONE:
			add_alone(&p, packed & RESULT_MASK, from);
			break;
		case SPACE:
			end_word(&p);
			break;
		case SEVERAL:
			emit_several(&p, c, from);
			break;
		case CLUSTER:
			len = emit_cluster(&p, at) - at;
			break;
		case NOTHING:
			break;
		}
	}
	end_word(&p);
}
