/* augment.c - see augment.h: every kind adds its edits to the given text, which are then made in one pass. */
#include "nlp/train/augment/augment.h"

#include <stdlib.h>
#include <string.h>

#include "common/random.h"
#include "common/utf8.h"
#include "nlp/train/augment/augment_parts.h"

static const struct {
	const char *name;
	int (*edit)(struct tt_work *w, struct tt_chance *c);
} kinds[TT_AUGMENT_KINDS] = {
	[TT_AUGMENT_ENTITY] = {"entity", tt_augment_swap},
	[TT_AUGMENT_NUMBER] = {"number", tt_augment_numbers},
	[TT_AUGMENT_SYNONYM] = {"synonym", tt_augment_synonyms},
	[TT_AUGMENT_NOISE] = {"noise", tt_augment_noise},
};

const char *tt_augment_kind_name(enum tt_augment_kind kind)
{
	return kinds[kind].name;
}

int tt_augment_kinds_parse(
	struct tt_augment_options *o, struct tt_str names, double share, struct tt_err *err)
{
	memset(o->share, 0, sizeof(o->share));
	while (names.p) {
		struct tt_str name = tt_str_split(&names, ',');
		int k = 0;
		while (k < TT_AUGMENT_KINDS && !tt_str_eq(name, tt_str_c(kinds[k].name)))
			k++;
		if (k == TT_AUGMENT_KINDS)
			return tt_err_set(err, TT_EUSAGE,
				"there is no kind '%.*s'; want some of entity,number,synonym,noise",
				TT_FMT(name));
		o->share[k] = share;
	}
	return TT_OK;
}

/* ---- chance ---- */

uint64_t tt_chance_next(struct tt_chance *c)
{
	return tt_random_next(&c->state);
}

struct tt_chance tt_chance_of(uint64_t seed, uint64_t epoch, uint64_t number, uint64_t kind)
{
	const uint64_t parts[] = {epoch, number, kind};
	struct tt_chance c = {seed};
	for (size_t i = 0; i < TT_LEN(parts); i++)
		c.state = tt_chance_next(&c) ^ parts[i];
	return c;
}

/* ---- words ---- */

static bool is_sign(uint32_t c)
{
	return c < 0x80 ? !(tt_is_letter((char)c) || tt_is_digit((char)c) || c == '_')
			: c < 0xC0 || (c >= 0x2000 && c < 0x20D0);
}

bool tt_word_at(struct tt_str text, size_t i)
{
	size_t n;
	return i < text.n && !is_sign(tt_utf8_decode(text, i, &n));
}

bool tt_word_before(struct tt_str text, size_t i)
{
	size_t from = i;
	if (i == 0)
		return false;
	do
		from--;
	while (from > 0 && i - from < TT_UTF8_MAX && ((unsigned char)text.p[from] & 0xC0) == 0x80);
	return tt_word_at(text, from);
}

struct tt_str tt_letters_at(struct tt_str text, size_t i)
{
	size_t end = i;
	while (end < text.n && tt_is_letter(text.p[end]))
		end++;
	return (struct tt_str){text.p + i, end - i};
}

struct tt_str tt_letters_before(struct tt_str text, size_t i)
{
	size_t from = i;
	while (from > 0 && tt_is_letter(text.p[from - 1]))
		from--;
	return (struct tt_str){text.p + from, i - from};
}

bool tt_word_among(struct tt_str word, const char *words)
{
	char key[24] = " ";
	if (word.n == 0 || word.n > sizeof(key) - 3)
		return false;
	for (size_t i = 0; i < word.n; i++)
		key[i + 1] = tt_to_lower(word.p[i]);
	key[word.n + 1] = ' ';
	return strstr(words, key) != NULL;
}

/* ---- edits ---- */

bool tt_work_free(const struct tt_work *w, size_t start, size_t end)
{
	return !memchr(w->taken + start, 1, end - start);
}

int tt_work_edit(struct tt_work *w, size_t start, size_t end, struct tt_str with)
{
	struct tt_edit *edits = tt_arena_grow(w->arena, w->edits, w->n_edits, sizeof(*edits));
	with = tt_arena_str(w->arena, with);
	if (!edits || !with.p)
		return TT_ENOMEM;
	w->edits = edits;
	edits[w->n_edits++] = (struct tt_edit){{(uint32_t)start, (uint32_t)end}, with};
	memset(w->taken + start, 1, end - start);
	return TT_OK;
}

static int by_start(const void *a, const void *b)
{
	const struct tt_span *x = &((const struct tt_edit *)a)->span, *y = &((const struct tt_edit *)b)->span;
	return x->start != y->start ? (x->start > y->start) - (x->start < y->start)
				    : (x->end > y->end) - (x->end < y->end);
}

static void set_case(char *p, size_t n, enum tt_noise_case how)
{
	for (size_t i = 0; i < n; i++) {
		if (how == TT_CASE_LOWER)
			p[i] = tt_to_lower(p[i]);
		else if (how == TT_CASE_TITLE && (i == 0 || p[i - 1] == ' '))
			p[i] = tt_to_upper(p[i]);
	}
}

static int make_text(struct tt_work *w, struct tt_buf *out)
{
	size_t from = 0;
	if (w->n_edits)
		qsort(w->edits, w->n_edits, sizeof(*w->edits), by_start);
	tt_buf_str(out, TT_STR(""));
	for (size_t i = 0; i < w->n_edits; i++) {
		const struct tt_edit *e = &w->edits[i];
		tt_buf_add(out, w->text.p + from, e->span.start - from);
		tt_buf_str(out, e->with);
		from = e->span.end;
	}
	if (w->text.n > from)
		tt_buf_add(out, w->text.p + from, w->text.n - from);
	if (out->rc == TT_OK)
		set_case(out->p, out->n, w->noise_case);
	return out->rc;
}

/* Where byte `at` of the given text is now. An edit at `at` itself is before what begins there when it is an
 * insertion or removal, and behind what ends there. */
static uint32_t moved(const struct tt_work *w, uint32_t at, bool is_end)
{
	int64_t shift = 0;
	for (size_t i = 0; i < w->n_edits; i++) {
		const struct tt_edit *e = &w->edits[i];
		bool before = e->span.end <= at && !(is_end && e->span.start == at);
		if (!before)
			break;
		shift += (int64_t)e->with.n - (int64_t)(e->span.end - e->span.start);
	}
	return (uint32_t)((int64_t)at + shift);
}

static int make_entities(struct tt_work *w, struct tt_augmented *ret)
{
	const struct tt_augment_row *g = w->given;
	struct tt_augment_entity *v = tt_arena_alloc(w->arena, (g->n_entities + 1) * sizeof(*v));
	if (!v)
		return TT_ENOMEM;
	for (size_t i = 0; i < g->n_entities; i++) {
		v[i] = g->entities[i];
		if (!v[i].in_text)
			continue;
		struct tt_span was = v[i].span;
		v[i].span = (struct tt_span){moved(w, was.start, false), moved(w, was.end, true)};
		struct tt_str old = {g->text.p + was.start, was.end - was.start};
		struct tt_str new = {ret->text.p + v[i].span.start, v[i].span.end - v[i].span.start};
		if (tt_str_eq(v[i].name, old) || !tt_str_eq_ci(old, new))
			v[i].name = new;
	}
	ret->row = (struct tt_augment_row){tt_buf_view(&ret->text), v, g->n_entities};
	return TT_OK;
}

/* ---- the row ---- */

void tt_augmented_init(struct tt_augmented *a)
{
	*a = (struct tt_augmented){.row = {.n_entities = 0}};
	tt_buf_init(&a->text, TT_AUGMENT_TEXT_MAX);
	tt_arena_init(&a->arena, (size_t)16 * TT_AUGMENT_TEXT_MAX);
	tt_found_init(&a->found);
}

void tt_augmented_done(struct tt_augmented *a)
{
	tt_buf_done(&a->text);
	tt_arena_done(&a->arena);
	tt_found_done(&a->found);
	a->row = (struct tt_augment_row){.n_entities = 0};
}

int tt_augmenter_new(struct tt_augmenter **ret, const struct tt_entity_dict *dict, struct tt_err *err)
{
	struct tt_augmenter *a = calloc(1, sizeof(*a));
	if (!a)
		return tt_err_set(err, TT_ENOMEM, "out of memory");
	int rc = tt_matcher_new(&a->matcher, dict, err);
	if (rc == TT_OK)
		rc = tt_names_init(&a->names, dict, err);
	if (rc == TT_OK)
		*ret = a, a = NULL;
	tt_augmenter_free(a);
	return rc;
}

void tt_augmenter_free(struct tt_augmenter *a)
{
	if (!a)
		return;
	tt_matcher_free(a->matcher);
	tt_names_done(&a->names);
	free(a);
}

static void look_at_case(struct tt_work *w)
{
	size_t upper = 0, lower = 0;
	w->capitals = true;
	for (size_t i = 0; i < w->text.n; i++) {
		bool begins = i == 0 || w->text.p[i - 1] == ' ';
		w->capitals &= !tt_is_lower(w->text.p[i]);
		upper += begins && tt_is_upper(w->text.p[i]);
		lower += begins && tt_is_lower(w->text.p[i]);
	}
	w->titled = upper > 2 * lower;
}

/* What is named is left to the swap alone. */
static int begin(struct tt_work *w)
{
	w->taken = tt_arena_zalloc(w->arena, w->text.n + 1, 1);
	if (!w->taken)
		return TT_ENOMEM;
	look_at_case(w);
	int rc = tt_matcher_find(w->augmenter->matcher, w->text, w->text.n, w->found, NULL);
	for (size_t i = 0; i < w->found->n_mentions; i++)
		memset(w->taken + w->found->mentions[i].start, 1,
			w->found->mentions[i].end - w->found->mentions[i].start);
	for (size_t i = 0; i < w->given->n_entities; i++) {
		const struct tt_augment_entity *e = &w->given->entities[i];
		if (e->in_text)
			memset(w->taken + e->span.start, 1, e->span.end - e->span.start);
	}
	return rc;
}

int tt_augment(const struct tt_augmenter *a, const struct tt_augment_options *o,
	const struct tt_augment_row *given, uint64_t epoch, uint64_t number, struct tt_augmented *ret,
	struct tt_err *err)
{
	tt_arena_reset(&ret->arena);
	tt_buf_reset(&ret->text);
	memset(ret->changed, 0, sizeof(ret->changed));
	ret->row = (struct tt_augment_row){.n_entities = 0};
	struct tt_work w = {.augmenter = a,
		.given = given,
		.text = given->text,
		.arena = &ret->arena,
		.found = &ret->found};
	int rc = given->text.n <= TT_AUGMENT_TEXT_MAX ? begin(&w) : TT_ELIMIT;
	for (uint64_t k = 0; k < TT_AUGMENT_KINDS && rc == TT_OK; k++) {
		struct tt_chance c = tt_chance_of(o->seed, epoch, number, k);
		size_t before = w.n_edits;
		if (!tt_random_happens(&c.state, o->share[k]))
			continue;
		rc = kinds[k].edit(&w, &c);
		ret->changed[k] = w.n_edits > before || w.noise_case != TT_CASE_SAME;
	}
	if (rc == TT_OK)
		rc = make_text(&w, &ret->text);
	if (rc == TT_OK)
		rc = make_entities(&w, ret);
	return rc < 0 ? tt_err_set(
				err, rc, "augmenting a text of %zu bytes: %s", given->text.n, tt_err_text(rc))
		      : TT_OK;
}
