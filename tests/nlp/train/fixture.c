/* fixture.c - see fixture.h. */
#include "tests/nlp/train/fixture.h"

#include <dirent.h>
#include <sys/stat.h>

#include "nlp/train/model/mask.h"
#include "tests/tt_test.h"

static unsigned next(unsigned *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

static struct tt_target make_target(unsigned *r)
{
	static const float teacher[][TT_LABELS] = {{0.7F, 0.2F, 0.1F}, {0.05F, 0.15F, 0.8F}};
	struct tt_target t = {.label = (int)(next(r) % (TT_LABELS + 1)) + TT_NO_LABEL};
	if (next(r) % 3 == 0)
		t.soft = teacher[next(r) % 2];
	return t;
}

void examples_make(struct examples *x, size_t n, unsigned seed)
{
	unsigned r = seed * 7919 + 1;
	TT_TRUE(n <= EXAMPLES_MAX);
	memset(x, 0, sizeof(*x));
	for (size_t i = 0; i < n; i++) {
		struct tt_train_example *e = &x->of[i];
		e->n_ids = i == 0 ? EXAMPLE_IDS : 2 + next(&r) % (EXAMPLE_IDS - 1);
		for (size_t k = 0; k < e->n_ids; k++)
			x->ids[i][k] = k == 0 ? 2 : k + 1 == e->n_ids ? 3 : 4 + (int32_t)(next(&r) % 33);
		e->ids = x->ids[i];
		e->target = i == 0 ? (struct tt_target){.label = TT_POSITIVE} : make_target(&r);
		e->n_mentions = e->n_ids < 3 ? 0 : i == 0 ? EXAMPLE_MENTIONS : next(&r) % 3;
		e->mentions = x->mentions[i];
		for (size_t m = 0; m < e->n_mentions; m++) {
			const size_t begin = 1 + next(&r) % (e->n_ids - 2), left = e->n_ids - 1 - begin;
			x->mentions[i][m] = (struct tt_train_mention){
				begin, begin + 1 + next(&r) % left, make_target(&r)};
		}
	}
	x->mentions[0][0].target.label = TT_NEGATIVE;
	x->batch = (struct tt_train_batch){x->of, n};
}

void examples_hide(struct examples *x, double share, uint64_t seed)
{
	const struct tt_mask m = {.seed = seed, .share = share, .mask_id = 1, .vocab = 37};
	for (size_t i = 0; i < x->batch.n; i++) {
		tt_mask_words(x->ids[i], x->words[i], x->of[i].n_ids, &m, 0, i);
		x->of[i].words = x->words[i];
	}
}

struct tt_params *tiny_params_with(const char *name, const struct tt_params_options *o)
{
	char rel[256];
	struct tt_params *p = NULL;
	struct tt_err err = {0};
	snprintf(rel, sizeof(rel), "tests/nlp/model/tiny/%s", name);
	if (tt_params_open(&p, tt_source_path(rel), o, &err) < 0)
		fail_msg("%s", err.msg);
	return p;
}

struct tt_params *tiny_params(const char *name)
{
	return tiny_params_with(name, &(struct tt_params_options){.seed = 1});
}

struct tt_train_options tiny_options(void)
{
	struct tt_train_options o = tt_train_defaults();
	o.seed = 7;
	o.threads = 2;
	o.steps = 20;
	o.warm_up = 2;
	o.rate = 1e-3;
	return o;
}

struct tt_trainer *tiny_trainer(struct tt_params *p, const struct tt_train_options *o)
{
	struct tt_trainer *t = NULL;
	struct tt_err err = {0};
	if (tt_trainer_new(&t, p, o, &err) < 0)
		fail_msg("%s", err.msg);
	return t;
}

static char scratch[64];

const char *scratch_path(const char *name)
{
	static char path[256];
	if (!*scratch) {
		snprintf(scratch, sizeof(scratch), "/tmp/tt_train_XXXXXX");
		TT_TRUE(mkdtemp(scratch) != NULL);
	}
	snprintf(path, sizeof(path), "%s%s%s", scratch, *name ? "/" : "", name);
	return path;
}

void scratch_remove(void)
{
	DIR *d = *scratch ? opendir(scratch) : NULL;
	for (struct dirent *e; d && (e = readdir(d));)
		unlink(scratch_path(e->d_name));
	if (d)
		closedir(d);
	TT_EQ(*scratch ? rmdir(scratch) : 0, 0);
	*scratch = '\0';
}
