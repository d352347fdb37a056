/* train_record.c - see train_record.h. */
#include "app/train/train_record.h"

#include <cblas.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "app/paths.h"
#include "common/file.h"

int tt_train_lock(const char *dir, int *ret, struct tt_err *err)
{
	int rc = TT_OK;
	const int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return tt_err_set(err, TT_EIO, "%s: %s", dir, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		*ret = fd;
	else if (errno == EWOULDBLOCK)
		rc = tt_err_set(err, TT_EAGAIN, "%s: another training is writing there", dir);
	else
		rc = tt_err_set(err, TT_EIO, "%s: lock: %s", dir, strerror(errno));
	if (rc < 0)
		close(fd);
	return rc;
}

/* What files said; their names stand apart, for a file may move. */
static json_t *contents(const struct tt_train_set *s)
{
	json_t *all = json_array();
	for (size_t i = 0; i < s->n_files; i++) {
		char id[37];
		tt_id_format(s->files[i].id, id);
		json_array_append_new(
			all, json_pack("{s:I,s:s}", "rows", (json_int_t)s->files[i].rows, "id", id));
	}
	return all;
}

static json_t *paths(const struct tt_train_set *s)
{
	json_t *all = json_array();
	for (size_t i = 0; i < s->n_files; i++)
		json_array_append_new(all, json_string(s->files[i].path));
	return all;
}

static json_t *teachers(const struct tt_train_source *s)
{
	json_t *all = json_array();
	for (size_t i = 0; i < s->n_teachers; i++) {
		char id[37];
		tt_id_format(s->teacher_ids[i], id);
		json_array_append_new(all, json_string(id));
	}
	return all;
}

static json_t *options(const struct tt_train_opts *o, const struct tt_fit_options *f)
{
	const double *w = f->train.loss.class_weight;
	json_t *all = json_object();
	const struct {
		const char *name;
		double value;
	} reals[] = {{"rate", o->rate}, {"layer-decay", o->layer_decay}, {"weight-decay", o->weight_decay},
		{"dropout", o->dropout}, {"smoothing", o->smoothing}, {"clip", o->clip}, {"item", o->item},
		{"entity", o->entity}, {"warm-up", o->warm_up}, {"average", o->average},
		{"soft-share", o->soft_share}, {"consistency", o->consistency},
		{"augment-share", o->augment_share}, {"join", o->join}, {"exit-weight", o->exit_weight},
		{"exit-confidence", o->exit_confidence}};
	const struct {
		const char *name;
		int64_t value;
	} whole[] = {{"epochs", o->epochs}, {"batch", o->batch}, {"accumulate", o->accumulate},
		{"freeze-layers", o->freeze_layers}, {"freeze-embeddings", o->freeze_embeddings},
		{"patience", o->patience}, {"seed", o->seed}, {"max-tokens", o->max_tokens},
		{"dtype", o->dtype}, {"objective", o->objective}, {"layers", o->layers},
		{"exits-only", o->exits_only}};
	for (size_t i = 0; i < TT_LEN(whole); i++)
		json_object_set_new(all, whole[i].name, json_integer(whole[i].value));
	for (size_t i = 0; i < TT_LEN(reals); i++)
		json_object_set_new(all, reals[i].name, json_real(reals[i].value));
	json_object_set_new(all, "class-weights", json_pack("[f,f,f]", w[0], w[1], w[2]));
	json_object_set_new(all, "exits", o->exits ? json_string(o->exits) : json_null());
	json_object_set_new(all, "augment", o->augment ? json_string(o->augment) : json_null());
	return all;
}

/* What is said, too, but may change from one start to the next. */
static int add_notes(json_t *record, const struct tt_train_origin *from)
{
	json_t *where = json_pack("{s:s,s:s*,s:o,s:o}", "start", from->start, "teachers", from->o->teachers,
		"train", paths(from->train), "valid", paths(from->valid));
	const bool added = json_object_set_new(record, "paths", where) == 0 &&
			   json_object_set_new(record, "blas", json_string(openblas_get_config())) == 0;
	return added ? TT_OK : TT_ENOMEM;
}

/* What one has and the other has differently, or not at all. */
static const char *difference(const json_t *a, const json_t *b)
{
	const char *key;
	json_t *value;
	json_object_foreach((json_t *)a, key, value)
	{
		if (!json_equal(value, json_object_get(b, key)))
			return key;
	}
	return NULL;
}

static int read_record(const char *path, json_t **ret, struct tt_err *err)
{
	json_error_t why;
	*ret = json_load_file(path, 0, &why);
	return *ret ? TT_OK : tt_err_set(err, TT_EPARSE, "'%s':%d: %s", path, why.line, why.text);
}

static int write_record(const char *path, const json_t *record, struct tt_err *err)
{
	char *text = json_dumps(record, JSON_INDENT(2));
	const int rc =
		text ? tt_file_write(path, tt_str_c(text), err) : tt_err_set(err, TT_ENOMEM, "out of memory");
	free(text);
	return rc;
}

static void read_result(struct tt_fit_result *ret, json_t *record)
{
	const json_t *r = json_object_get(record, "result");
	*ret = (struct tt_fit_result){.steps = json_integer_value(json_object_get(r, "steps")),
		.best_epoch = json_integer_value(json_object_get(r, "best_epoch")),
		.best_metric = json_number_value(json_object_get(r, "metric")),
		.early = json_is_true(json_object_get(r, "early"))};
}

static int compare(const char *path, const json_t *now, struct tt_fit_result *before, struct tt_err *err)
{
	json_t *then;
	int rc = read_record(path, &then, err);
	if (rc < 0)
		return rc;
	const char *key = difference(now, then);
	if (key && strcmp(key, "options") == 0)
		rc = tt_err_set(err, TT_ECONF, "'%s': began with another --%s", path,
			difference(json_object_get(now, key), json_object_get(then, key)));
	else if (key)
		rc = tt_err_set(err, TT_ECONF, "'%s': began with another '%s'", path, key);
	else
		read_result(before, then);
	json_decref(then);
	return rc;
}

int tt_train_record(const struct tt_train_origin *from, struct tt_fit_result *before, struct tt_err *err)
{
	char path[TT_PATH_MAX], id[37];
	*before = (struct tt_fit_result){0};
	int rc = tt_file_path(path, from->o->out, "train.json", err);
	if (rc < 0)
		return rc;
	tt_id_format(from->start_id, id);
	json_t *now = json_pack("{s:s,s:o,s:o,s:o,s:o}", "start", id, "teachers", teachers(from->source),
		"options", options(from->o, from->fit), "train", contents(from->train), "valid",
		contents(from->valid));
	if (!now)
		return tt_err_set(err, TT_ENOMEM, "out of memory");
	if (from->o->resume && access(path, F_OK) == 0)
		rc = compare(path, now, before, err);
	else if (add_notes(now, from) == TT_OK)
		rc = write_record(path, now, err);
	else
		rc = tt_err_set(err, TT_ENOMEM, "out of memory");
	json_decref(now);
	return rc;
}

int tt_train_record_result(const char *dir, const struct tt_fit_result *r, struct tt_err *err)
{
	char path[TT_PATH_MAX];
	json_t *record = NULL;
	int rc = tt_file_path(path, dir, "train.json", err);
	if (rc == TT_OK)
		rc = read_record(path, &record, err);
	if (rc < 0)
		return rc;
	json_t *result = json_pack("{s:I,s:I,s:f,s:b}", "steps", (json_int_t)r->steps, "best_epoch",
		(json_int_t)r->best_epoch, "metric", r->best_metric, "early", r->early);
	rc = json_object_set_new(record, "result", result) == 0 ? write_record(path, record, err)
								: tt_err_set(err, TT_ENOMEM, "out of memory");
	json_decref(record);
	return rc;
}
