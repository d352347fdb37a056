/* train_set.c - see train_set.h. */
#include "app/train/train_set.h"

#include <string.h>

#include "app/train/data_load.h"

void tt_train_set_init(struct tt_train_set *s)
{
	*s = (struct tt_train_set){.v = NULL};
	tt_arena_init(&s->arena, TT_DATA_BYTES);
}

void tt_train_set_done(struct tt_train_set *s)
{
	tt_arena_done(&s->arena);
}

static struct tt_str bytes_of(const void *p, size_t n)
{
	return (struct tt_str){p, n};
}

/* The id of a file is made row by row: of that so far and what the row teaches. */
static void mix(struct tt_id *id, const struct tt_labelled *x)
{
	*id = TT_ID(bytes_of(id->b, sizeof(id->b)), x->text, bytes_of(&x->label, sizeof(x->label)));
	for (size_t i = 0; i < x->n_entities; i++) {
		const struct tt_labelled_entity *e = &x->entities[i];
		*id = TT_ID(bytes_of(id->b, sizeof(id->b)), bytes_of(&e->span, sizeof(e->span)),
			bytes_of(&e->label, sizeof(e->label)));
	}
}

/* The row's memory is the set's already. */
static int add(struct tt_train_set *s, const struct tt_row *row, struct tt_labelled *ret)
{
	struct tt_labelled_entity *e = tt_arena_alloc(&s->arena, (row->n_entities + 1) * sizeof(*e));
	struct tt_labelled *v = tt_arena_grow(&s->arena, s->v, s->n, sizeof(*v));
	if (!e || !v)
		return TT_ENOMEM;
	for (size_t i = 0; i < row->n_entities; i++) {
		const struct tt_row_entity *from = &row->entities[i];
		e[i] = (struct tt_labelled_entity){.name = from->name, .label = from->label};
		if (from->in_text)
			e[i].span = from->span;
	}
	s->v = v;
	*ret = v[s->n++] = (struct tt_labelled){row->text, row->label, e, row->n_entities};
	return TT_OK;
}

static bool is_labelled(const struct tt_labelled *x)
{
	bool any = x->label >= 0;
	for (size_t i = 0; i < x->n_entities; i++)
		any |= x->entities[i].label >= 0;
	return any;
}

/* A file of which rows are to come. */
static int begin(struct tt_train_set *s, const char *name, struct tt_err *err)
{
	if (s->n_files == TT_TRAIN_FILES_MAX)
		return tt_err_set(err, TT_EUSAGE, "more than %d files", TT_TRAIN_FILES_MAX);
	s->files[s->n_files++].path = name;
	return TT_OK;
}

static int take(struct tt_train_set *s, const struct tt_row *row, bool labelled, struct tt_err *err)
{
	struct tt_labelled x;
	const size_t file = s->n_files - 1;
	int rc = add(s, row, &x);
	if (rc == TT_OK && labelled && !is_labelled(&x))
		return tt_err_set(err, TT_EDATA, "%s:%zu: neither the text nor an entity has a label",
			s->files[file].path, row->line);
	if (rc < 0)
		return tt_err_set(err, rc, "%s:%zu: %s", s->files[file].path, row->line, tt_err_text(rc));
	mix(&s->files[file].id, &x);
	s->files[file].rows++;
	return TT_OK;
}

static int end(const struct tt_train_set *s, struct tt_err *err)
{
	const size_t file = s->n_files - 1;
	return s->files[file].rows > 0
		       ? TT_OK
		       : tt_err_set(err, TT_EDATA, "%s: there are no rows in it", s->files[file].path);
}

int tt_train_set_rows(
	struct tt_train_set *s, const char *name, const struct tt_row *rows, size_t n, struct tt_err *err)
{
	int rc = begin(s, name, err);
	for (size_t i = 0; rc == TT_OK && i < n; i++)
		rc = take(s, &rows[i], true, err);
	return rc == TT_OK ? end(s, err) : rc;
}

int tt_train_set_read(struct tt_train_set *s, const char *path, enum tt_row_format format, bool labelled,
	struct tt_err *err)
{
	struct tt_rows *rows = NULL;
	struct tt_row row;
	int rc = begin(s, path, err);
	if (rc == TT_OK)
		rc = tt_rows_open(&rows, path, format, err);
	while (rc == TT_OK && (rc = tt_rows_next(rows, &s->arena, &row, err)) == TT_OK)
		rc = take(s, &row, labelled, err);
	tt_rows_free(rows);
	return rc == TT_ECLOSED ? end(s, err) : rc;
}
