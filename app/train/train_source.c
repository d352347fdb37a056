/* train_source.c - see train_source.h. */
#include "app/train/train_source.h"

#include <stdlib.h>
#include <string.h>

#include "app/paths.h"
#include "nlp/model/settings.h"
#include "nlp/train/model/mask.h"

enum { PACK_TOKENS = 512 };

#define MASK_SHARE 0.15

void tt_train_source_init(struct tt_train_source *s)
{
	*s = (struct tt_train_source){.mask_id = -1};
	tt_examples_init(&s->examples, TT_EXAMPLES_BYTES);
	for (size_t i = 0; i < TT_LEN(s->augmented); i++)
		tt_augmented_init(&s->augmented[i]);
}

void tt_train_source_done(struct tt_train_source *s)
{
	for (size_t i = 0; i < s->n_teachers; i++) {
		tt_crew_free(s->crews[i]);
		tt_load_done(&s->teachers[i]);
	}
	free(s->teacher_list);
	free(s->joinable);
	tt_augmenter_free(s->augmenter);
	tt_entity_dict_free(s->dict);
	for (size_t i = 0; i < TT_LEN(s->augmented); i++)
		tt_augmented_done(&s->augmented[i]);
	tt_examples_done(&s->examples);
}

/* ---- opening ---- */

static int open_teachers(struct tt_train_source *s, struct tt_err *err)
{
	const char *paths[TT_TEACHERS_MAX];
	size_t n;
	int rc = tt_train_list(s->o->teachers, paths, TT_LEN(paths), &n, &s->teacher_list, err);
	for (size_t i = 0; rc == TT_OK && i < n; i++) {
		rc = tt_load(&s->teachers[i], paths[i], TT_CHOOSE_AUTO, 1, err);
		s->n_teachers += rc == TT_OK;
		if (rc == TT_OK)
			rc = tt_model_identity(paths[i], tt_model_facts(s->teachers[i].model)->hash,
				&s->teacher_ids[i], err);
		if (rc == TT_OK)
			rc = tt_crew_new(
				&s->crews[i], s->teachers[i].model, (int)s->o->threads, PACK_TOKENS, err);
	}
	return rc;
}

static int open_augmenter(struct tt_train_source *s, struct tt_err *err)
{
	char path[TT_PATH_MAX];
	if (!s->o->augment)
		return TT_OK;
	s->how.seed = (uint64_t)s->o->seed;
	int rc = tt_augment_kinds_parse(&s->how, tt_str_c(s->o->augment), s->o->augment_share, err);
	if (rc < 0)
		return tt_err_prefix(err, rc, "--augment");
	rc = tt_entities_path(NULL, path, err);
	if (rc == TT_OK)
		rc = tt_entity_dict_load(&s->dict, path, err);
	return rc == TT_OK ? tt_augmenter_new(&s->augmenter, s->dict, err) : rc;
}

static int find_joinable(struct tt_train_source *s, struct tt_err *err)
{
	if (s->o->join <= 0)
		return TT_OK;
	s->joinable = calloc(s->set->n + 1, sizeof(*s->joinable));
	if (!s->joinable)
		return tt_err_set(err, TT_ENOMEM, "out of memory for %zu rows", s->set->n);
	for (size_t i = 0; i < s->set->n; i++)
		if (tt_can_join(&s->set->v[i]))
			s->joinable[s->n_joinable++] = i;
	return TT_OK;
}

static int find_mask(struct tt_train_source *s, struct tt_err *err)
{
	for (int32_t id = 0; s->mask_id < 0 && id < s->vocab; id++)
		if (tt_str_eq(tt_tokenizer_token(s->tokenizer, id), TT_STR("[MASK]")))
			s->mask_id = id;
	if (s->mask_id < 0)
		return tt_err_set(err, TT_EDATA, "--objective words: the vocabulary has no [MASK]");
	return TT_OK;
}

int tt_train_source_open(struct tt_train_source *s, const struct tt_train_opts *o,
	const struct tt_train_set *set, const struct tt_tokenizer *tokenizer,
	const struct tt_model_config *config, struct tt_err *err)
{
	const size_t window = (size_t)config->positions;
	s->o = o;
	s->set = set;
	s->tokenizer = tokenizer;
	s->vocab = config->vocab;
	s->max_tokens = (size_t)o->max_tokens < window ? (size_t)o->max_tokens : window;
	int rc = open_teachers(s, err);
	if (rc == TT_OK)
		rc = open_augmenter(s, err);
	if (rc == TT_OK)
		rc = find_joinable(s, err);
	return rc == TT_OK && o->objective == TT_TRAIN_WORDS ? find_mask(s, err) : rc;
}

/* ---- making ---- */

/* The i-th text as this epoch says it; its memory is made's and a's. */
static int say(struct tt_train_source *s, int64_t epoch, size_t i, struct tt_augmented *made,
	struct tt_labelled *ret, struct tt_arena *a, struct tt_err *err)
{
	const struct tt_labelled *x = &s->set->v[i];
	*ret = *x;
	if (!s->augmenter)
		return TT_OK;
	struct tt_augment_entity *given = tt_arena_alloc(a, (x->n_entities + 1) * sizeof(*given));
	struct tt_labelled_entity *moved = tt_arena_alloc(a, (x->n_entities + 1) * sizeof(*moved));
	if (!given || !moved)
		return tt_err_set(err, TT_ENOMEM, "out of memory for text %zu", i);
	for (size_t k = 0; k < x->n_entities; k++) {
		const struct tt_labelled_entity *e = &x->entities[k];
		given[k] = (struct tt_augment_entity){e->name, e->span.start < e->span.end, e->span};
	}
	int rc = tt_augment(s->augmenter, &s->how, &(struct tt_augment_row){x->text, given, x->n_entities},
		(uint64_t)epoch, i, made, err);
	if (rc < 0)
		return rc;
	for (size_t k = 0; k < x->n_entities; k++) {
		const struct tt_augment_entity *e = &made->row.entities[k];
		moved[k] = (struct tt_labelled_entity){e->name, e->span, x->entities[k].label};
	}
	*ret = (struct tt_labelled){made->row.text, x->label, moved, x->n_entities};
	return TT_OK;
}

/* The i-th text as this epoch has it: said otherwise, and maybe with another one behind it. */
static int tell(struct tt_train_source *s, int64_t epoch, size_t i, struct tt_labelled *ret,
	struct tt_arena *a, struct tt_err *err)
{
	const struct tt_join_options how = {s->o->join, (uint64_t)s->o->seed};
	size_t other;
	uint64_t chance;
	int rc = say(s, epoch, i, &s->augmented[0], ret, a, err);
	if (rc < 0 || !s->joinable || !tt_can_join(&s->set->v[i]) ||
		!tt_join_draw(&how, (uint64_t)epoch, i, s->n_joinable, &other, &chance))
		return rc;
	struct tt_labelled first = *ret, second;
	rc = say(s, epoch, s->joinable[other], &s->augmented[1], &second, a, err);
	if (rc < 0)
		return rc;
	rc = tt_join(ret, &first, &second, chance, a);
	return rc < 0 ? tt_err_set(err, rc, "out of memory for text %zu", i) : TT_OK;
}

/* Hides words of all examples; their labels are not learnt then. The ids are the examples' own. */
static int hide(const struct tt_train_source *s, struct tt_examples *x, uint32_t pass, struct tt_err *err)
{
	const struct tt_mask m = {(uint64_t)s->o->seed, MASK_SHARE, s->mask_id, s->vocab};
	for (size_t i = 0; i < x->n; i++) {
		struct tt_train_example *e = &x->v[i];
		int32_t *words = tt_arena_alloc(&x->arena, e->n_ids * sizeof(*words));
		if (!words)
			return tt_err_set(err, TT_ENOMEM, "out of memory for hidden words");
		tt_mask_words((int32_t *)e->ids, words, e->n_ids, &m, pass, i);
		*e = (struct tt_train_example){
			.ids = e->ids, .n_ids = e->n_ids, .target = {TT_NO_LABEL, NULL}, .words = words};
	}
	return TT_OK;
}

int tt_train_source_plain(struct tt_train_source *s, const struct tt_train_set *set, struct tt_examples *ret,
	struct tt_err *err)
{
	int rc = TT_OK;
	for (size_t i = 0; rc == TT_OK && i < set->n; i++)
		rc = tt_examples_add(ret, s->tokenizer, &set->v[i], s->max_tokens, err);
	return rc == TT_OK && s->o->objective == TT_TRAIN_WORDS ? hide(s, ret, UINT32_MAX, err) : rc;
}

static int make(struct tt_train_source *s, int64_t epoch, struct tt_err *err)
{
	struct tt_arena a; /* of one text */
	int rc = TT_OK;
	tt_arena_init(&a, TT_EXAMPLES_BYTES);
	tt_examples_reset(&s->examples);
	for (size_t i = 0; rc == TT_OK && i < s->set->n; i++) {
		struct tt_labelled x;
		tt_arena_reset(&a);
		rc = tell(s, epoch, i, &x, &a, err);
		if (rc == TT_OK)
			rc = tt_examples_add(&s->examples, s->tokenizer, &x, s->max_tokens, err);
	}
	tt_arena_done(&a);
	if (rc == TT_OK && s->n_teachers)
		rc = tt_teach(&s->examples, s->crews, s->n_teachers, err);
	if (rc == TT_OK && s->o->objective == TT_TRAIN_WORDS)
		rc = hide(s, &s->examples, (uint32_t)epoch, err);
	s->made = rc == TT_OK && !s->augmenter && !s->joinable && s->o->objective != TT_TRAIN_WORDS;
	return rc;
}

int tt_train_source_epoch(
	void *source, int64_t epoch, const struct tt_train_example **ret, struct tt_err *err)
{
	struct tt_train_source *s = source;
	const int rc = s->made ? TT_OK : make(s, epoch, err);
	*ret = s->examples.v;
	return rc;
}
