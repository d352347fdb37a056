/* join.c - see join.h. */
#include "nlp/train/fit/join.h"

#include <string.h>

#include "common/random.h"

/* Words that say nothing of how the two are to each other but that both are so. */
static const char *const between[] = {" as ", " while ", ", ", "; ", " but ", " and ", ", while "};

bool tt_can_join(const struct tt_labelled *x)
{
	for (size_t i = 0; i < x->n_entities; i++)
		if (x->entities[i].label >= 0 && x->entities[i].span.start < x->entities[i].span.end)
			return true;
	return false;
}

bool tt_join_draw(const struct tt_join_options *o, uint64_t epoch, uint64_t number, size_t n, size_t *other,
	uint64_t *chance)
{
	uint64_t state = o->seed;
	state = tt_random_next(&state) ^ epoch;
	state = tt_random_next(&state) ^ number;
	if (n == 0 || !tt_random_happens(&state, o->share))
		return false;
	*other = (size_t)(tt_random_next(&state) % n);
	*chance = tt_random_next(&state);
	return true;
}

static bool share_a_name(const struct tt_labelled *a, const struct tt_labelled *b)
{
	for (size_t i = 0; i < a->n_entities; i++)
		for (size_t k = 0; k < b->n_entities; k++)
			if (tt_str_eq_ci(a->entities[i].name, b->entities[k].name))
				return true;
	return false;
}

static struct tt_str words_between(struct tt_str first, uint64_t chance)
{
	if (first.n && strchr(".!?", first.p[first.n - 1]))
		return TT_STR(" ");
	return tt_str_c(between[chance % TT_LEN(between)]);
}

static int put_together(struct tt_labelled *ret, const struct tt_labelled *first,
	const struct tt_labelled *second, struct tt_str words, struct tt_arena *a)
{
	const size_t at = first->text.n + words.n, n = first->n_entities + second->n_entities;
	struct tt_labelled_entity *entities = tt_arena_alloc(a, (n + 1) * sizeof(*entities));
	char *text = tt_arena_alloc(a, at + second->text.n + 1);
	if (!entities || !text)
		return TT_ENOMEM;
	memcpy(text, first->text.p, first->text.n);
	memcpy(text + first->text.n, words.p, words.n);
	memcpy(text + at, second->text.p, second->text.n);
	for (size_t i = 0; i < n; i++) {
		const bool is_second = i >= first->n_entities;
		entities[i] = is_second ? second->entities[i - first->n_entities] : first->entities[i];
		if (is_second && entities[i].span.start < entities[i].span.end) {
			entities[i].span.start += (uint32_t)at;
			entities[i].span.end += (uint32_t)at;
		}
	}
	ret->text = (struct tt_str){text, at + second->text.n};
	ret->entities = entities;
	ret->n_entities = n;
	return TT_OK;
}

int tt_join(struct tt_labelled *ret, const struct tt_labelled *first, const struct tt_labelled *second,
	uint64_t chance, struct tt_arena *a)
{
	const int one = tt_labelled_label(first), other = tt_labelled_label(second);
	struct tt_labelled joined = {.label = one == other ? one : TT_NO_LABEL};
	*ret = *first;
	if (share_a_name(first, second))
		return TT_OK;
	const int rc = put_together(&joined, first, second, words_between(first->text, chance), a);
	if (rc == TT_OK && (one == other || tt_labelled_label(&joined) == TT_NO_LABEL))
		*ret = joined;
	return rc;
}
