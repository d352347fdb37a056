/* checkpoint.c - a trainer's state in a file, see trainer.h: blocks of floats by their names, and counters.
 */
#include <assert.h>
#include <string.h>

#include "nlp/model/safetensors.h"
#include "nlp/model/safetensors_write.h"
#include "nlp/model/widen.h"
#include "nlp/train/model/trainer_parts.h"

enum { VERSION = 1, BLOCKS = 4 };
enum { AT_VERSION, AT_SEED, AT_STEP, AT_PASSES, AT_AVERAGED, AT_NOTES, STATES = AT_NOTES + TT_TRAINER_NOTES };

struct block {
	const char *name;
	float *data;
};

/* The average is the last, and NULL when there is none. */
static void blocks_of(const struct tt_trainer *t, struct block ret[BLOCKS])
{
	const struct block b[BLOCKS] = {{"values", t->params->values}, {"moment1", t->moment1},
		{"moment2", t->moment2}, {"average", t->average}};
	memcpy(ret, b, sizeof(b));
}

int tt_trainer_save(const struct tt_trainer *t, const int64_t notes[TT_TRAINER_NOTES], const char *path,
	struct tt_err *err)
{
	int64_t state[STATES] = {VERSION, (int64_t)t->options.seed, t->step, t->passes, t->averaged};
	struct tt_tensor_out out[1 + BLOCKS] = {{"state", TT_DTYPE_OTHER, STATES, 0, state}};
	struct block blocks[BLOCKS];
	size_t n = 1;
	assert(!t->average_in_use);
	memcpy(state + AT_NOTES, notes, TT_TRAINER_NOTES * sizeof(*notes));
	blocks_of(t, blocks);
	for (size_t i = 0; i < BLOCKS; i++)
		if (blocks[i].data)
			out[n++] = (struct tt_tensor_out){
				blocks[i].name, TT_F32, t->params->layout.n, 0, blocks[i].data};
	return tt_safetensors_write(path, out, n, err);
}

static int read_state(
	const struct tt_trainer *t, const struct tt_tensors *st, int64_t state[STATES], struct tt_err *err)
{
	const char *path = st->file;
	const struct tt_tensor *x = tt_tensors_find(st, "state");
	if (!x || strcmp(x->dtype_name, "I64") != 0 || x->count != STATES)
		return tt_err_set(
			err, TT_EPARSE, "'%s': not a checkpoint: tensor 'state' is missing or strange", path);
	memcpy(state, x->data, STATES * sizeof(*state));
	if (state[AT_VERSION] != VERSION)
		return tt_err_set(err, TT_EPARSE, "'%s': a checkpoint of version %lld, %d is read", path,
			(long long)state[AT_VERSION], VERSION);
	if ((uint64_t)state[AT_SEED] != t->options.seed)
		return tt_err_set(err, TT_EPARSE, "'%s': was trained with seed %llu, not %llu", path,
			(unsigned long long)state[AT_SEED], (unsigned long long)t->options.seed);
	if (state[AT_STEP] < 0 || state[AT_PASSES] < 0 || state[AT_AVERAGED] < 0)
		return tt_err_set(err, TT_EPARSE, "'%s': tensor 'state': a count is negative", path);
	return TT_OK;
}

static int check_block(
	const struct tt_trainer *t, const struct tt_tensors *st, const struct block *b, struct tt_err *err)
{
	const struct tt_tensor *x = tt_tensors_find(st, b->name);
	if (!x != !b->data)
		return tt_err_set(err, TT_EPARSE, "'%s': tensor '%s' is %s", st->file, b->name,
			x ? "there, but this training keeps none" : "missing");
	if (x && (x->dtype != TT_F32 || x->count != t->params->layout.n))
		return tt_err_set(err, TT_EPARSE,
			"'%s': tensor '%s': %zu numbers of %s, the model has %zu of F32", st->file, b->name,
			x->count, x->dtype_name, t->params->layout.n);
	return TT_OK;
}

int tt_trainer_restore(
	struct tt_trainer *t, int64_t notes[TT_TRAINER_NOTES], const char *path, struct tt_err *err)
{
	struct tt_tensors *st = NULL;
	struct block blocks[BLOCKS];
	int64_t state[STATES];
	assert(!t->average_in_use);
	int rc = tt_tensors_open_file(&st, tt_safetensors_read, path, err);
	if (rc == TT_OK)
		rc = read_state(t, st, state, err);
	blocks_of(t, blocks);
	for (size_t i = 0; rc == TT_OK && i < BLOCKS; i++)
		rc = check_block(t, st, &blocks[i], err);
	for (size_t i = 0; rc == TT_OK && i < BLOCKS; i++)
		if (blocks[i].data)
			tt_widen(blocks[i].data, tt_tensors_find(st, blocks[i].name)->data, TT_F32,
				t->params->layout.n);
	if (rc == TT_OK) {
		t->step = state[AT_STEP];
		t->passes = state[AT_PASSES];
		t->averaged = state[AT_AVERAGED];
		memcpy(notes, state + AT_NOTES, TT_TRAINER_NOTES * sizeof(*notes));
		tt_update_find_seen(t);
	}
	tt_tensors_free(st);
	return rc;
}
