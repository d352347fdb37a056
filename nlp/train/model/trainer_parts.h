/* trainer_parts.h - what the files of a trainer share, and its tests. Private to nlp/train/model. */
#ifndef TT_NLP_TRAIN_MODEL_TRAINER_PARTS_H
#define TT_NLP_TRAIN_MODEL_TRAINER_PARTS_H

#include "nlp/train/model/pass.h"
#include "nlp/train/model/trainer.h"

struct tt_update_chunk {
	size_t at, n;
	const struct tt_train_tensor *tensor;
	double squares; /* of its gradients */
};

struct tt_trainer {
	struct tt_params *params;
	struct tt_train_options options;
	struct tt_gang *gang;
	struct tt_pass pass;
	float *gradients;         /* zero between steps */
	float *moment1, *moment2; /* (layout.n) each, as gradients and average */
	float *average;           /* NULL: not kept */
	bool average_in_use;      /* average and params->values have changed places */
	/* Rows of the word embedding that ever had a gradient. Those that had none have moments of zero, and
	 * only decay. With the head for words, which gives all rows gradients, it is not looked at. */
	uint8_t *seen;                  /* (V) */
	struct tt_train_example *twice; /* of the batch at hand, one after the other and again */
	int64_t step, passes, averaged; /* done; passes number dropout's draws */
	struct tt_update_chunk *chunks;
	size_t n_chunks;
};

/* Adds the gradients of n batches. */
int tt_trainer_accumulate(struct tt_trainer *t, const struct tt_train_batch *batches, size_t n,
	struct tt_train_report *ret, struct tt_err *err);

/* Cuts the layout into chunks. TT_ENOMEM. */
int tt_update_init(struct tt_trainer *t, struct tt_err *err);
/* One step of AdamW with the gradients, which become zero. TT_EDATA: the gradient is not finite. */
int tt_update(struct tt_trainer *t, struct tt_train_report *ret, struct tt_err *err);
bool tt_depth_learns(const struct tt_train_options *o, int depth);
bool tt_tensor_learns(const struct tt_train_options *o, const struct tt_train_tensor *x);
/* Rows with moments are seen. */
void tt_update_find_seen(struct tt_trainer *t);

#endif
