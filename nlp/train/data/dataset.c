/* dataset.c - see dataset.h. */
#include "nlp/train/data/dataset.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>
#include <xxhash.h>

#include "common/utf8.h"
#include "nlp/story/sketch.h"

enum { SLOTS_MIN = 1024 };

const char *tt_data_kind_name(int kind)
{
	return kind < TT_LABELS        ? tt_label_name((enum tt_label)kind)
	       : kind == TT_DATA_MIXED ? "mixed"
				       : "unlabelled";
}

void tt_dataset_init(struct tt_dataset *d, size_t max_bytes)
{
	*d = (struct tt_dataset){0};
	tt_arena_init(&d->arena, max_bytes);
	tt_arena_init(&d->scratch, max_bytes);
	tt_clean_init(&d->clean);
}

void tt_dataset_done(struct tt_dataset *d)
{
	tt_arena_done(&d->arena);
	tt_arena_done(&d->scratch);
	tt_clean_done(&d->clean);
	free(d->slots);
	tt_dataset_init(d, 0);
}

int tt_dataset_file(struct tt_dataset *d, const char *name, size_t *ret, struct tt_err *err)
{
	if (d->n_files == TT_DATA_FILES_MAX)
		return tt_err_set(err, TT_ELIMIT, "%s: more than %d files", name, TT_DATA_FILES_MAX);
	*ret = d->n_files;
	d->names[d->n_files++] = name;
	return TT_OK;
}

/* Text that is the same to a reader has the same hash. */
static int hash_of(struct tt_dataset *d, struct tt_str cleaned, uint64_t ret[2])
{
	const utf8proc_option_t how =
		UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD;
	const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)cleaned.p;
	utf8proc_ssize_t length = (utf8proc_ssize_t)cleaned.n;
	utf8proc_ssize_t n = utf8proc_decompose(bytes, length, NULL, 0, how);
	tt_arena_reset(&d->scratch);
	utf8proc_int32_t *folded =
		n < 0 ? NULL : tt_arena_alloc(&d->scratch, (size_t)(n + 1) * sizeof(*folded));
	if (!folded)
		return n < 0 ? TT_EPARSE : TT_ENOMEM;
	utf8proc_decompose(bytes, length, folded, n, how);
	n = utf8proc_reencode(folded, n, how);
	XXH128_hash_t hash = XXH3_128bits(folded, (size_t)n);
	ret[0] = hash.high64;
	ret[1] = hash.low64;
	return TT_OK;
}

static int grow_slots(struct tt_dataset *d)
{
	if (2 * (d->n_classes + 1) <= d->n_slots)
		return TT_OK;
	size_t n = d->n_slots ? 2 * d->n_slots : SLOTS_MIN;
	uint32_t *slots = calloc(n, sizeof(*slots));
	if (!slots)
		return TT_ENOMEM;
	for (size_t i = 0; i < d->n_classes; i++) {
		size_t at = d->classes[i].hash[1] & (n - 1);
		while (slots[at])
			at = (at + 1) & (n - 1);
		slots[at] = (uint32_t)i + 1;
	}
	free(d->slots);
	d->slots = slots;
	d->n_slots = n;
	return TT_OK;
}

static int sketch_of(struct tt_dataset *d, struct tt_str text, const struct tt_sketch **ret)
{
	const struct tt_sketch *sketch;
	tt_arena_reset(&d->scratch);
	int rc = tt_sketch_text(text, (struct tt_str){NULL, 0}, NULL, 0, &d->scratch, &sketch);
	if (rc < 0 || !sketch)
		return rc;
	struct tt_sketch *copy = tt_arena_alloc(&d->arena, sizeof(*copy));
	if (!copy)
		return TT_ENOMEM;
	*copy = *sketch;
	*ret = copy;
	return TT_OK;
}

/* Finds or makes the class of a cleaned text. */
static int class_of(struct tt_dataset *d, struct tt_str cleaned, uint32_t *ret)
{
	struct tt_data_class c = {.first = TT_DATA_NONE, .last = TT_DATA_NONE};
	int rc = hash_of(d, cleaned, c.hash);
	if (rc == TT_OK)
		rc = grow_slots(d);
	if (rc < 0)
		return rc;
	size_t at = c.hash[1] & (d->n_slots - 1);
	for (; d->slots[at]; at = (at + 1) & (d->n_slots - 1)) {
		*ret = d->slots[at] - 1;
		if (memcmp(d->classes[*ret].hash, c.hash, sizeof(c.hash)) == 0)
			return TT_OK;
	}
	rc = sketch_of(d, cleaned, &c.sketch);
	struct tt_data_class *classes =
		rc == TT_OK ? tt_arena_grow(&d->arena, d->classes, d->n_classes, sizeof(c)) : NULL;
	if (!classes)
		return TT_ENOMEM;
	d->classes = classes;
	*ret = (uint32_t)d->n_classes++;
	d->classes[*ret] = c;
	d->slots[at] = *ret + 1;
	return TT_OK;
}

static int kind_of(const struct tt_data_given *g)
{
	int kind = TT_DATA_UNLABELLED;
	if (g->label >= 0)
		return g->label;
	for (size_t i = 0; i < g->n_entities; i++) {
		int label = g->entities[i].label;
		if (label >= 0)
			kind = kind == TT_DATA_UNLABELLED || kind == label ? label : TT_DATA_MIXED;
	}
	return kind;
}

static int copy_entities(struct tt_dataset *d, const struct tt_data_given *g, struct tt_data_row *row)
{
	struct tt_data_entity *v = tt_arena_alloc(&d->arena, (g->n_entities + 1) * sizeof(*v));
	for (size_t i = 0; v && i < g->n_entities; i++) {
		v[i] = g->entities[i];
		v[i].name = tt_arena_str(&d->arena, g->entities[i].name);
		if (!v[i].name.p)
			return TT_ENOMEM;
	}
	row->entities = v;
	row->n_entities = (uint32_t)g->n_entities;
	return v ? TT_OK : TT_ENOMEM;
}

int tt_dataset_add(struct tt_dataset *d, const struct tt_data_given *g, struct tt_err *err)
{
	struct tt_data_row row = {.file = (uint32_t)g->file,
		.next = TT_DATA_NONE,
		.line = g->line,
		.label = g->label,
		.kind = kind_of(g)};
	int rc = d->n_rows < TT_DATA_NONE ? tt_clean_text(&d->clean, g->text) : TT_ELIMIT;
	if (rc == TT_OK)
		rc = class_of(d, d->clean.text, &row.cls);
	if (rc == TT_OK)
		rc = copy_entities(d, g, &row);
	if (rc == TT_OK) {
		row.clean_bytes = d->clean.text.n;
		row.chars = tt_utf8_count(d->clean.text);
		row.text = tt_arena_str(&d->arena, g->text);
		struct tt_data_row *rows = tt_arena_grow(&d->arena, d->rows, d->n_rows, sizeof(row));
		d->rows = rows ? rows : d->rows;
		rc = rows && row.text.p ? TT_OK : TT_ENOMEM;
	}
	if (rc < 0)
		return tt_err_set(err, rc, "%s:%zu: %s", d->names[g->file], g->line, tt_err_text(rc));
	struct tt_data_class *c = &d->classes[row.cls];
	uint32_t number = (uint32_t)d->n_rows++;
	d->rows[number] = row;
	if (c->first == TT_DATA_NONE)
		c->first = number;
	else
		d->rows[c->last].next = number;
	c->last = number;
	c->files |= 1u << row.file;
	return TT_OK;
}

void tt_data_count(const struct tt_data_row *row, size_t kinds[TT_DATA_KINDS], size_t entities[TT_DATA_KINDS])
{
	kinds[row->kind]++;
	for (size_t i = 0; i < row->n_entities; i++) {
		const int label = row->entities[i].label;
		entities[label >= 0 ? label : TT_DATA_UNLABELLED]++;
	}
}

size_t tt_data_counted(const size_t kinds[TT_DATA_KINDS])
{
	size_t n = 0;
	for (int k = 0; k < TT_DATA_KINDS; k++)
		n += kinds[k];
	return n;
}

bool tt_data_contradict(const struct tt_data_row *a, const struct tt_data_row *b)
{
	if (a->label >= 0 && b->label >= 0 && a->label != b->label)
		return true;
	for (size_t i = 0; i < a->n_entities; i++)
		for (size_t k = 0; k < b->n_entities; k++)
			if (a->entities[i].label >= 0 && b->entities[k].label >= 0 &&
				a->entities[i].label != b->entities[k].label &&
				tt_str_eq_ci(a->entities[i].name, b->entities[k].name))
				return true;
	return false;
}
