/* trainer.h - teaches a BERT: forward, loss, backward, AdamW.
 *
 *	tt_params_open, tt_trainer_new, { tt_trainer_step, tt_trainer_evaluate, tt_trainer_save },
 *	tt_trainer_use_average, tt_params_write
 *
 * Everything follows from parameters, options, seed and batches: the same give the same weights, to the last
 * bit, on any number of threads (one machine), and after tt_trainer_restore as without the break.
 *
 * Owner: a trainer is the caller's; it borrows the parameters and changes their values. Threads: one caller;
 * the trainer has threads of its own. Blocking: a step computes, save and restore do file i/o. Memory: three
 * blocks of the parameters' size (gradients, two moments), one more for averages, and what the largest batch
 * so far needs. OpenBLAS is told, for the whole process, to use one thread. */
#ifndef TT_NLP_TRAIN_MODEL_TRAINER_H
#define TT_NLP_TRAIN_MODEL_TRAINER_H

#include "nlp/train/model/batch.h"
#include "nlp/train/model/loss.h"
#include "nlp/train/model/params.h"

struct tt_train_options {
	uint64_t seed; /* of dropout */
	int threads;   /* 0: tt_cores() */
	/* Shares of numbers that dropout takes, [0, 1): of embeddings, of what layers add and of what heads
	 * read; of attention's probabilities. */
	double hidden_dropout, attention_dropout;
	/* A step's loss: item · mean over items + entity · mean over mentions + word · mean over tokens whose
	 * word is asked. A head whose loss weighs nothing stays as it is. */
	double item, entity, word;
	/* With heads behind inner layers (params.h), what items and mentions cost by each of them is added,
	 * times exit_weight; what they cost by the top's counts whole. */
	double exit_weight;
	bool exits_only; /* nothing but the heads behind inner layers learns, nothing but their losses counts
			  */
	struct tt_loss_options loss;
	/* Step t of `steps`, from 0, learns at rate · (t + 1) / warm_up while t < warm_up, then at rate ·
	 * (steps
	 * - t) / (steps - warm_up), then not at all; a layer below another at layer_decay times its rate. */
	double rate, layer_decay;
	int64_t warm_up, steps;
	double weight_decay; /* not of biases and LayerNorms */
	double beta1, beta2, eps;
	double clip;       /* the gradient's norm is brought down to it; 0: never */
	int freeze_layers; /* so many, from the bottom, stay as they are */
	bool freeze_embeddings;
	/* From step average_from on, an average of the weights is kept: their mean, or with average_decay > 0
	 * average += (1 - average_decay) · (weights - average). Negative: none. */
	int64_t average_from;
	double average_decay;
};

/* What BERT is fine-tuned with as a rule: dropout 0.1, rate 6e-5, weight decay 0.01, betas 0.9 and 0.999,
 * clip 1, all heads, those behind inner
 * layers 0.3 each, class weights 1, no average. steps and warm_up are 0. */
struct tt_train_options tt_train_defaults(void);

struct tt_trainer;

/* TT_ECONF names an option that makes no sense; TT_ENOMEM. */
int tt_trainer_new(
	struct tt_trainer **ret, struct tt_params *p, const struct tt_train_options *o, struct tt_err *err);
void tt_trainer_free(struct tt_trainer *t); /* NULL is fine; the parameters stay */

struct tt_train_report {
	struct tt_loss item, entity, word;     /* before the update; of the top's heads */
	struct tt_loss exit_item, exit_entity; /* of those behind inner layers, all together */
	size_t words_right; /* tokens whose word was the likeliest of all; of word.weight */
	double loss;        /* of all, as weighed */
	double norm, rate;  /* gradient's norm before clipping, learning rate of the top; steps alone */
	size_t tokens;
};

/* One update from n batches, whose gradients are summed (accumulation): the result is that of one batch with
 * all examples, but for dropout and rounding. TT_EDATA (names example and token; or the gradient is not
 * finite), TT_ENOMEM: nothing has changed then. */
int tt_trainer_step(struct tt_trainer *t, const struct tt_train_batch *batches, size_t n,
	struct tt_train_report *ret, struct tt_err *err);

/* Losses and answers of a batch without dropout; nothing changes. item: (n_heads, examples) rows, by the
 * heads behind the layers of head_layers (nlp/model/config.h), the top's last; entity: (n_heads, mentions of
 * all examples, in order) rows; columns by enum tt_label. Either may be NULL. */
int tt_trainer_evaluate(struct tt_trainer *t, const struct tt_train_batch *batch, float (*item)[TT_LABELS],
	float (*entity)[TT_LABELS], struct tt_train_report *ret, struct tt_err *err);

/* Adds up what batches reported; loss and tokens among it. */
void tt_trainer_add_report(
	const struct tt_trainer *t, struct tt_train_report *sum, const struct tt_train_report *r);

int64_t tt_trainer_steps(const struct tt_trainer *t); /* done so far */

/* The parameters' values are the average (on), or what is trained (off). Off before step, save and restore.
 * Without an average so far, nothing happens. */
void tt_trainer_use_average(struct tt_trainer *t, bool on);

enum { TT_TRAINER_NOTES = 8 };

/* All that training needs to go on, in one file of safetensors, which is replaced whole or not at all; notes
 * are numbers of the caller's that go with it. Restore: into a trainer of the same model, seed and averaging;
 * TT_EPARSE else, TT_EIO, TT_ENOMEM, with nothing changed. */
int tt_trainer_save(const struct tt_trainer *t, const int64_t notes[TT_TRAINER_NOTES], const char *path,
	struct tt_err *err);
int tt_trainer_restore(
	struct tt_trainer *t, int64_t notes[TT_TRAINER_NOTES], const char *path, struct tt_err *err);

#endif
