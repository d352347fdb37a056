/* fixture.h - a tiny model, opened for training, and batches for it. Tests fail when anything does. */
#ifndef TT_TESTS_NLP_TRAIN_FIXTURE_H
#define TT_TESTS_NLP_TRAIN_FIXTURE_H

#include "nlp/train/model/trainer.h"

enum { EXAMPLES_MAX = 16, EXAMPLE_IDS = 24, EXAMPLE_MENTIONS = 2 };

struct examples {
	struct tt_train_example of[EXAMPLES_MAX];
	int32_t ids[EXAMPLES_MAX][EXAMPLE_IDS];
	struct tt_train_mention mentions[EXAMPLES_MAX][EXAMPLE_MENTIONS];
	int32_t words[EXAMPLES_MAX][EXAMPLE_IDS];
	struct tt_train_batch batch; /* all of them */
};

/* n examples of 2 to 24 tokens, of all labels and none, with up to two mentions, some with soft targets;
 * others for other seeds. */
void examples_make(struct examples *x, size_t n, unsigned seed);

/* Asks for that share of words in all of them. */
void examples_hide(struct examples *x, double share, uint64_t seed);

/* tests/nlp/model/tiny/NAME; tiny_params: as plain as it can be opened. */
struct tt_params *tiny_params_with(const char *name, const struct tt_params_options *o);
struct tt_params *tiny_params(const char *name);
/* steps 20, warm-up 2, rate 1e-3, seed 7, two threads. */
struct tt_train_options tiny_options(void);
struct tt_trainer *tiny_trainer(struct tt_params *p, const struct tt_train_options *o);

/* Folder of this test run, made when it is not there; name below it, in static storage of one call. */
const char *scratch_path(const char *name);
void scratch_remove(void); /* the folder with its files */

#endif
