/* pass.h - one batch on its way through the model, forward and back: everything that the way back needs.
 * Private to nlp/train/model.
 *
 * Sequences stand back to back, without padding. T tokens, S sequences, M mentions, W tokens whose word is
 * asked, V words, C hidden, F intermediate, H heads, A = H · Σ n² scores of attention, n being a sequence's
 * tokens. A pass is run by one thread, whose gang does the work; what it computes does not depend on how many
 * threads that has. */
#ifndef TT_NLP_TRAIN_MODEL_PASS_H
#define TT_NLP_TRAIN_MODEL_PASS_H

#include "nlp/train/model/gang.h"
#include "nlp/train/model/batch.h"
#include "nlp/train/model/loss.h"
#include "nlp/train/model/ops.h"
#include "nlp/train/model/params.h"

/* Residual, dropout and LayerNorm: out = norm(x + drop(y)). */
struct tt_norm_kept {
	uint8_t *keep;  /* (T, C) */
	float *hat;     /* (T, C) */
	float *inverse; /* (T) */
	float *out;     /* (T, C) */
};

struct tt_layer_kept {
	float *qkv;    /* (T, 3C) */
	float *p;      /* (A): softmax of each sequence's heads */
	uint8_t *keep; /* (A) */
	float *mix;    /* (T, C): what attention gives */
	struct tt_norm_kept mid;
	float *up, *act; /* (T, F): before and after GELU */
	struct tt_norm_kept out;
};

/* A layer's heads; dropout is drawn into keep. Rows of logits are those of the model. */
struct tt_head_kept {
	float *cls, *pooled, *dropped; /* (S, C) */
	float *spans;                  /* (M, 2C) */
	uint8_t *keep_pooled, *keep_spans;
	float *logits, *span_logits;   /* (S, 3), (M, 3) */
	float *dlogits, *dspan_logits; /* likewise */
};

/* The head for words. Logits are of a few tokens at a time: they are made, and gone through, by the loss. */
struct tt_words_kept {
	size_t *at;     /* (W): tokens */
	int32_t *want;  /* (W) */
	float *x;       /* (W, C): their states */
	float *pre;     /* (W, C): before GELU */
	float *act;     /* (W, C): after it; on the way back the gradient of x */
	float *hat;     /* (W, C) */
	float *inverse; /* (W) */
	float *out;     /* (W, C): what the decoder reads */
	float *logits;  /* (min(W, TT_WORD_ROWS), V) */
	double *loss;   /* (W) */
	bool *right;    /* (W) */
	float *d;       /* (W, C): gradient of out */
};

/* So many rows of logits: each block reads the embedding and goes through its gradient once, 30522 words are
 * 31 MB. */
enum { TT_WORD_ROWS = 256 };

struct tt_train_report;

struct tt_pass {
	/* for good */
	const struct tt_params *params;
	const struct tt_train_ops *ops;
	struct tt_gang *gang;
	/* of this batch */
	const struct tt_train_batch *batch;
	bool twice; /* its second half is its first again, for their answers to be compared */
	size_t T, S, M, W, A;
	const int32_t **id_of;                    /* (S) borrowed */
	size_t *seqs;                             /* (S + 1): sequence i is tokens [seqs[i], seqs[i + 1]) */
	size_t *scores;                           /* (S + 1): its first score */
	size_t *seq_of;                           /* (M): the mention's sequence */
	const struct tt_train_mention **mentions; /* (M) */
	struct tt_drop hidden, attention;         /* site is set by who draws; threshold 0: no dropout */
	struct tt_norm_kept embed;
	struct tt_layer_kept *layers; /* (L) */
	struct tt_head_kept *heads;   /* (n_heads of the configuration) */
	struct tt_words_kept words;
	/* gradients and scratch */
	float *y;       /* (T, C) */
	float *dx, *dy; /* (T, C) */
	float *dwide;   /* (T, max(F, 3C)) */
	float *ds, *pd; /* (A) */
	float *dpooled, *dcls, *dspans;
	char *block;
	size_t block_bytes;
};

/* TT_EDATA names example and token of a batch that no pass may be begun with. */
int tt_pass_check(const struct tt_pass *p, const struct tt_train_batch *batch, struct tt_err *err);
/* Refers to a batch, and takes memory for it. TT_ENOMEM. */
int tt_pass_begin(struct tt_pass *p, const struct tt_train_batch *batch, struct tt_err *err);
void tt_pass_done(struct tt_pass *p);
size_t tt_words_asked(const struct tt_train_example *x);

void tt_pass_forward(struct tt_pass *p);
/* By what losses are multiplied: one for the objective, one for where the head stands. */
struct tt_factors {
	double of[TT_OBJECTIVES];
	double top, exit;
};

/* After forward: gradients of the logits are made, times the factors, and losses are added to *sums. The
 * words' decoder has its gradients added here; gradients NULL: not wanted. */
void tt_pass_loss(struct tt_pass *p, const struct tt_loss_options *o, const struct tt_factors *f,
	struct tt_train_report *sums, float *gradients);
/* After loss: adds to gradients, a block of the layout. Tensors of a depth below `lowest` get none. */
void tt_pass_backward(struct tt_pass *p, float *gradients, int lowest);

/* ---- the parts ---- */

/* Sites of dropout; heads' by the layer that they stand behind. */
enum { TT_SITE_EMBED, TT_SITE_LAYERS, TT_SITE_HEADS = 1 << 16 };
enum tt_head_site { TT_SITE_POOLED, TT_SITE_SPANS, TT_HEAD_SITES };
enum tt_layer_site { TT_SITE_SCORES, TT_SITE_MID, TT_SITE_OUT, TT_LAYER_SITES };

static inline struct tt_drop tt_drop_at(const struct tt_drop *d, int layer, enum tt_layer_site site)
{
	struct tt_drop at = *d;
	at.site = TT_SITE_LAYERS + (uint32_t)layer * TT_LAYER_SITES + (uint32_t)site;
	return at;
}

void tt_attention_forward(struct tt_pass *p, int layer);
/* dwide (T, 3C) = gradient of qkv, from y (T, C) = that of mix. */
void tt_attention_backward(struct tt_pass *p, int layer);

/* y = x wᵀ + b, act = gelu(y) unless NULL. */
void tt_pass_linear(const struct tt_pass *p, struct tt_spot at, const float *x, size_t T, size_t N, size_t K,
	float *y, float *act);
/* dx = dy w; adds dyᵀ x and the sums of dy to gradients. */
void tt_pass_linear_back(const struct tt_pass *p, struct tt_spot at, float *gradients, const float *x,
	const float *dy, float *dx, size_t T, size_t N, size_t K);

/* The head-th of the model, which its layer has been gone through for. */
void tt_head_forward(struct tt_pass *p, int head);
void tt_head_loss(struct tt_pass *p, int head, const struct tt_loss_options *o, const struct tt_factors *f,
	struct tt_train_report *sums);
/* Adds to dx, the gradient of its layer's output. */
void tt_head_backward(struct tt_pass *p, int head, float *gradients);

void tt_words_forward(struct tt_pass *p);
void tt_words_loss(struct tt_pass *p, double factor, struct tt_train_report *sums, float *gradients);
/* Adds to dx. */
void tt_words_backward(struct tt_pass *p, float *gradients);

#endif
