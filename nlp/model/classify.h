/* classify.h - from token ids to sentiment: a model folder, opened, and sequences read through its encoder
 * and heads.
 *
 * A tt_model is config.json and the file of tensors, checked and packed in one precision; read-only once it
 * has a classifier, shared by any number of threads. A tt_classifier is one thread's scratch. Nothing here
 * blocks but opening (file i/o).
 *
 * Texts longer than the model's window (max_position_embeddings, 512 as a rule) are read in windows, see
 * windows.h; each leaves early on its own. The result of a sequence is the same to the last bit whatever else
 * is in the call, on every thread (one precision, one machine). fp32's logits agree with PyTorch's within
 * 1e-4; how far the others are from fp32's is in docs/SPEED.md. */
#ifndef TT_NLP_MODEL_CLASSIFY_H
#define TT_NLP_MODEL_CLASSIFY_H

#include <stdint.h>

#include "common/err.h"
#include "common/id.h"
#include "common/scored.h"
#include "nlp/kernel/gemm.h"

struct tt_model_files;
struct tt_model;
struct tt_classifier;

/* DIR/config.json and the file of tensors (tensors.h), from which models are read in one or more precisions.
 * They are mapped until closed: not for long. Errors name the file and what is wrong where: TT_ENOENT, TT_EIO, TT_EPARSE
 * (damaged, or of another kind of model), TT_ELIMIT, TT_ENOMEM; TT_ECONF for a TICKERTONE_ISA that is no
 * instruction set's name. */
int tt_model_files_open(struct tt_model_files **ret, const char *dir, struct tt_err *err);
void tt_model_files_close(struct tt_model_files *f); /* NULL is fine; the models stay */

/* like: a model read from the same files, or NULL. The two share what no precision changes; either may be
 * freed first. Errors as above. */
int tt_model_read(struct tt_model **ret, const struct tt_model_files *f, enum tt_precision precision,
	const struct tt_model *like, struct tt_err *err);
/* All of it, for one precision. */
int tt_model_open(struct tt_model **ret, const char *dir, enum tt_precision precision, struct tt_err *err);
/* Early exit: a text that a head behind an inner layer is sure of, as are those for its mentions, is not read
 * further. confidence: probability of a label that is sure; 0: what config.json says; 1: never, as it is
 * after opening. A model without such heads reads all layers whatever it is. Before classifiers are made. */
void tt_model_exit_at(struct tt_model *m, double confidence);
void tt_model_free(struct tt_model *m); /* NULL is fine; no classifier of it may be left */

struct tt_model_facts {
	struct tt_id hash;    /* of the file of tensors, byte for byte */
	int64_t parameters;   /* scalars in use */
	int64_t weight_bytes; /* memory the model holds */
	enum tt_precision precision;
	int vocab_size; /* ids are in [0, vocab_size) */
	int max_tokens; /* of one window, [CLS] and [SEP] included */
	int layers;
	bool entity_head;
	float temperature, entity_temperature; /* that logits were divided by */
};
const struct tt_model_facts *tt_model_facts(const struct tt_model *m); /* lives as long as m */

/* pack_tokens: most tokens of one forward pass; raised to max_tokens when below. Memory: see
 * tt_classifier_bytes. */
int tt_classifier_new(
	struct tt_classifier **ret, const struct tt_model *m, size_t pack_tokens, struct tt_err *err);
void tt_classifier_free(struct tt_classifier *c); /* NULL is fine */
size_t tt_classifier_bytes(const struct tt_model *m, size_t pack_tokens);

/* A mention: the sequence's tokens [begin, end), [CLS] being token 0. */
struct tt_token_range {
	size_t begin, end;
};

struct tt_sequence {
	/* in; all memory is the caller's */
	const int32_t *ids; /* [CLS] first, [SEP] last; at least those two, any length */
	size_t n_ids;
	const struct tt_token_range *mentions;
	size_t n_mentions;
	/* out; columns by enum tt_label, whatever the order in the model; divided by its temperatures, so
	 * that softmax of a row gives its probabilities. For a text of several windows the item's row is the
	 * logarithm of the windows' length-weighted mean probabilities. */
	float logits[TT_LABELS];
	float (*mention_logits)[TT_LABELS]; /* (n_mentions); the item's row when the model has no entity head
					     * or the range is empty or not within the ids */
	size_t n_read;                      /* tokens the encoder read, windows summed */
	int layers;                         /* that it was read through; of its windows' the most */
};

/* Reads n sequences, packed into as few forward passes as pack_tokens allows, in any order and of any
 * lengths. Errors: TT_EDATA for an id outside the vocabulary or fewer than two ids, naming sequence and
 * token; TT_ENOMEM. */
int tt_classify(struct tt_classifier *c, struct tt_sequence *seqs, size_t n, struct tt_err *err);

/* Cuts a sequence to max_ids (>= 2): the first max_ids - 1 and the last one, which is [SEP]. Returns its new
 * length. */
size_t tt_sequence_cut(int32_t *ids, size_t n_ids, size_t max_ids);

/* Softmax, score and label of one row of logits; the mean of n >= 1 rows' probabilities. */
void tt_sentiment_of(const float logits[TT_LABELS], struct tt_sentiment *ret);
void tt_sentiment_mean(const float (*logits)[TT_LABELS], size_t n, struct tt_sentiment *ret);

#endif
