/* fit.c - see fit.h. */
#include "nlp/train/fit/fit.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/random.h"
#include "nlp/train/fit/log.h"

enum { LOG_STEPS = 20, SMOOTH_STEPS = 20 };

/* What a checkpoint keeps of us, in tt_trainer_save's notes. The metric is whole millionths, so that what was
 * kept and what is computed compare alike. */
enum { NOTE_BEST, NOTE_BEST_EPOCH, NOTE_EXAMPLES, NOTE_BATCH };

struct fit {
	const struct tt_fit_options *o;
	struct tt_train_options train;
	const struct tt_fit_source *source;
	const struct tt_fit_watch *watch;
	const struct tt_train_example *valid;
	size_t n_valid;
	const char *dir;
	char checkpoint[TT_PATH_MAX];
	struct tt_params *params;
	struct tt_trainer *trainer;
	FILE *log;
	/* of the epoch at hand */
	int64_t epoch;                  /* -1: none yet */
	struct tt_train_example *order; /* (n) shuffled */
	size_t n;
	struct tt_train_batch *batches; /* (accumulate) */
	int64_t epoch_steps, steps;
	int64_t notes[TT_TRAINER_NOTES];
	int64_t begun_ns;
	double tokens;
	struct tt_fit_progress now;
};

/* ---- an epoch's examples, in its order ---- */

/* Fisher and Yates; the modulus' bias is below n / 2^64. */
static void shuffle(struct tt_train_example *v, size_t n, uint64_t seed, int64_t epoch)
{
	uint64_t state = seed * 0xD1342543DE82EF95 + (uint64_t)epoch;
	for (size_t i = n; i > 1; i--) {
		const size_t k = (size_t)(tt_random_next(&state) % i);
		const struct tt_train_example x = v[i - 1];
		v[i - 1] = v[k];
		v[k] = x;
	}
}

static int begin_epoch(struct fit *f, int64_t epoch, struct tt_err *err)
{
	const struct tt_train_example *v = NULL;
	int rc = f->source->epoch(f->source->ctx, epoch, &v, err);
	if (rc < 0)
		return rc;
	f->epoch = epoch;
	memcpy(f->order, v, f->n * sizeof(*v));
	shuffle(f->order, f->n, f->o->train.seed, epoch);
	return TT_OK;
}

/* ---- the folder ---- */

static int save_checkpoint(struct fit *f, struct tt_err *err)
{
	return tt_trainer_save(f->trainer, f->notes, f->checkpoint, err);
}

/* The weights as they are to be used. */
static int write_model(struct fit *f, struct tt_err *err)
{
	tt_trainer_use_average(f->trainer, true);
	const int rc = tt_params_write(f->params, f->dir, f->o->dtype, err);
	tt_trainer_use_average(f->trainer, false);
	return rc;
}

static int restore(struct fit *f, struct tt_err *err)
{
	if (!f->o->resume || (access(f->checkpoint, F_OK) != 0 && errno == ENOENT))
		return TT_OK;
	int64_t notes[TT_TRAINER_NOTES];
	int rc = tt_trainer_restore(f->trainer, notes, f->checkpoint, err);
	if (rc < 0)
		return rc;
	if (notes[NOTE_EXAMPLES] != f->notes[NOTE_EXAMPLES] || notes[NOTE_BATCH] != f->notes[NOTE_BATCH])
		return tt_err_set(err, TT_EPARSE,
			"'%s': of a training with %" PRId64 " examples, %" PRId64
			" a step, not %zu and %" PRId64,
			f->checkpoint, notes[NOTE_EXAMPLES], notes[NOTE_BATCH], f->n, f->notes[NOTE_BATCH]);
	memcpy(f->notes, notes, sizeof(notes));
	return TT_OK;
}

/* ---- the end of an epoch ---- */

static int validate(struct fit *f, struct tt_fit_figures *ret, struct tt_err *err)
{
	tt_trainer_use_average(f->trainer, true);
	int rc = tt_fit_figures(f->trainer, f->params, f->valid, f->n_valid, ret, err);
	tt_trainer_use_average(f->trainer, false);
	if (rc < 0)
		return rc;
	const int64_t metric = llrint(ret->metric * 1e6);
	f->now.best = metric > f->notes[NOTE_BEST];
	if (f->now.best) {
		f->notes[NOTE_BEST] = metric;
		f->notes[NOTE_BEST_EPOCH] = f->epoch + 1;
	}
	f->now.figures = ret;
	return TT_OK;
}

static int end_epoch(struct fit *f, struct tt_fit_figures *figures, struct tt_err *err)
{
	int rc = f->n_valid ? validate(f, figures, err) : TT_OK;
	if (rc == TT_OK && f->now.best)
		rc = write_model(f, err);
	return rc == TT_OK ? save_checkpoint(f, err) : rc;
}

static bool is_out_of_patience(const struct fit *f)
{
	const int64_t done = tt_trainer_steps(f->trainer) / f->epoch_steps;
	return f->n_valid && f->o->patience && done - f->notes[NOTE_BEST_EPOCH] >= f->o->patience;
}

/* ---- steps ---- */

static int step(struct fit *f, int64_t in_epoch, struct tt_err *err)
{
	const size_t B = f->o->batch, at = (size_t)in_epoch * B * f->o->accumulate;
	struct tt_train_report r;
	size_t n = 0;
	for (size_t i = at; n < f->o->accumulate && i < f->n; i += B)
		f->batches[n++] = (struct tt_train_batch){f->order + i, f->n - i < B ? f->n - i : B};
	int rc = tt_trainer_step(f->trainer, f->batches, n, &r, err);
	if (rc < 0)
		return rc;
	const bool first = f->tokens == 0;
	const double seconds = (double)(tt_mono_ns(&tt_clock_real) - f->begun_ns) / 1e9;
	f->tokens += (double)r.tokens;
	f->now.loss = first ? r.loss : f->now.loss + (r.loss - f->now.loss) / SMOOTH_STEPS;
	f->now.rate = r.rate;
	f->now.step = tt_trainer_steps(f->trainer);
	f->now.epoch = f->epoch + 1;
	f->now.tokens_per_s = f->tokens / seconds;
	return TT_OK;
}

static int run(struct fit *f, struct tt_fit_result *ret, struct tt_err *err)
{
	const int64_t from = tt_trainer_steps(f->trainer);
	int rc = TT_OK;
	ret->early = is_out_of_patience(f); /* it was killed after its last step */
	for (int64_t s = from; rc == TT_OK && s < f->steps && !ret->early && !ret->stopped; s++) {
		struct tt_fit_figures figures;
		const int64_t epoch = s / f->epoch_steps, in_epoch = s % f->epoch_steps;
		const bool last = in_epoch == f->epoch_steps - 1;
		if (epoch != f->epoch)
			rc = begin_epoch(f, epoch, err);
		f->now.figures = NULL;
		f->now.best = false;
		f->now.ends_epoch = last;
		if (rc == TT_OK)
			rc = step(f, in_epoch, err);
		if (rc == TT_OK && last)
			rc = end_epoch(f, &figures, err);
		else if (rc == TT_OK && f->o->checkpoint_steps && (s + 1) % f->o->checkpoint_steps == 0)
			rc = save_checkpoint(f, err);
		if (rc < 0)
			break;
		const double seconds = (double)(tt_mono_ns(&tt_clock_real) - f->begun_ns) / 1e9;
		f->now.seconds_left = seconds / (double)(s + 1 - from) * (double)(f->steps - s - 1);
		if (last || (s + 1) % LOG_STEPS == 0)
			rc = tt_fit_log_add(f->log, &f->now, seconds, err);
		f->watch->progress(f->watch->ctx, &f->now);
		ret->early = last && is_out_of_patience(f);
		ret->stopped = !ret->early && s + 1 < f->steps && f->watch->stop(f->watch->ctx);
	}
	if (rc == TT_OK && ret->stopped)
		return save_checkpoint(f, err);
	return rc == TT_OK && !f->n_valid ? write_model(f, err) : rc;
}

/* ---- beginning and end ---- */

static int check_options(const struct tt_fit_options *o, struct tt_err *err)
{
	const struct {
		const char *name;
		double value, min, max;
	} rows[] = {{"epochs", (double)o->epochs, 1, 1e6}, {"batch", (double)o->batch, 1, 1e6},
		{"accumulate", (double)o->accumulate, 1, 1e6}, {"warm_up", o->warm_up, 0, 1},
		{"average", o->average, 0, 1}, {"patience", (double)o->patience, 0, 1e6}};
	for (size_t i = 0; i < TT_LEN(rows); i++)
		if (!(rows[i].value >= rows[i].min && rows[i].value <= rows[i].max))
			return tt_err_set(err, TT_ECONF, "%s: %g is not from %g to %g", rows[i].name,
				rows[i].value, rows[i].min, rows[i].max);
	return TT_OK;
}

/* Plans the steps: the last of an epoch may have fewer examples. */
static void plan(struct fit *f)
{
	const struct tt_fit_options *o = f->o;
	const size_t of_step = o->batch * o->accumulate;
	f->epoch_steps = (int64_t)((f->n + of_step - 1) / of_step);
	f->steps = f->epoch_steps * o->epochs;
	f->train = o->train;
	f->train.steps = f->steps;
	f->train.warm_up = llrint(o->warm_up * (double)f->steps);
	f->train.average_from = o->average > 0 ? f->steps - llrint(ceil(o->average * (double)f->steps)) : -1;
	f->notes[NOTE_EXAMPLES] = (int64_t)f->n;
	f->notes[NOTE_BATCH] = (int64_t)of_step;
	f->now.steps = f->steps;
}

static int begin(struct fit *f, struct tt_err *err)
{
	int rc = check_options(f->o, err);
	if (rc == TT_OK)
		rc = tt_file_path(f->checkpoint, f->dir, "checkpoint.safetensors", err);
	if (rc == TT_OK && !(f->batches = calloc(f->o->accumulate, sizeof(*f->batches))))
		rc = tt_err_set(err, TT_ENOMEM, "out of memory for batches");
	if (rc == TT_OK && f->n == 0)
		rc = tt_err_set(err, TT_EDATA, "there is nothing to learn from");
	if (rc == TT_OK && !(f->order = malloc(f->n * sizeof(*f->order))))
		rc = tt_err_set(err, TT_ENOMEM, "out of memory for %zu examples", f->n);
	if (rc < 0)
		return rc;
	plan(f);
	rc = tt_trainer_new(&f->trainer, f->params, &f->train, err);
	if (rc == TT_OK)
		rc = restore(f, err);
	if (rc == TT_OK)
		rc = tt_fit_log_open(&f->log, f->dir, tt_trainer_steps(f->trainer), err);
	f->begun_ns = tt_mono_ns(&tt_clock_real);
	return rc;
}

int tt_fit(struct tt_params *p, const struct tt_fit_options *o, const struct tt_fit_source *train,
	const struct tt_train_example *valid, size_t n_valid, const char *dir,
	const struct tt_fit_watch *watch, struct tt_fit_result *ret, struct tt_err *err)
{
	struct fit f = {.o = o,
		.source = train,
		.n = train->n,
		.watch = watch,
		.valid = valid,
		.n_valid = n_valid,
		.dir = dir,
		.params = p,
		.epoch = -1};
	*ret = (struct tt_fit_result){0};
	int rc = begin(&f, err);
	if (rc == TT_OK)
		rc = run(&f, ret, err);
	if (rc == TT_OK && !ret->stopped && unlink(f.checkpoint) != 0 && errno != ENOENT)
		rc = tt_err_set(err, TT_EIO, "'%s': %s", f.checkpoint, strerror(errno));
	if (f.trainer)
		ret->steps = tt_trainer_steps(f.trainer);
	ret->best_epoch = f.notes[NOTE_BEST_EPOCH];
	ret->best_metric = (double)f.notes[NOTE_BEST] / 1e6;
	if (f.log)
		fclose(f.log);
	tt_trainer_free(f.trainer);
	free(f.order);
	free(f.batches);
	return rc;
}
