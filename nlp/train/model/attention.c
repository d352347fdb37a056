/* attention.c - self-attention of a pass, a head of a sequence a task: mix = drop(softmax(q kᵀ / √d)) v.
 * n tokens, d = C / H. */
#include <cblas.h>
#include <math.h>

#include "nlp/train/model/pass.h"

struct job {
	struct tt_pass *pass;
	struct tt_layer_kept *kept;
	struct tt_drop drop;
};

/* One head of one sequence. */
struct head {
	size_t n, d, C, H;
	size_t token, column; /* of its first number in (T, C) */
	size_t score;         /* its first in the (A) ones */
	uint32_t row;         /* of dropout */
	const float *q, *k, *v;
	float scale;
};

static struct head head_of(const struct job *j, size_t i)
{
	const struct tt_pass *p = j->pass;
	struct head h = {.C = (size_t)p->params->config.hidden, .H = (size_t)p->params->config.heads};
	const size_t s = i / h.H, a = i % h.H;
	h.n = p->seqs[s + 1] - p->seqs[s];
	h.d = h.C / h.H;
	h.token = p->seqs[s];
	h.column = a * h.d;
	h.score = p->scores[s] + a * h.n * h.n;
	h.row = (uint32_t)i;
	h.q = j->kept->qkv + h.token * 3 * h.C + h.column;
	h.k = h.q + h.C;
	h.v = h.k + h.C;
	h.scale = 1 / sqrtf((float)h.d);
	return h;
}

static void multiply(enum CBLAS_TRANSPOSE ta, enum CBLAS_TRANSPOSE tb, size_t m, size_t n, size_t k,
	const float *a, size_t lda, const float *b, size_t ldb, float *c, size_t ldc)
{
	cblas_sgemm(
		CblasRowMajor, ta, tb, (int)m, (int)n, (int)k, 1, a, (int)lda, b, (int)ldb, 0, c, (int)ldc);
}

static void forward_head(void *ctx, size_t i)
{
	const struct job *j = ctx;
	const struct tt_pass *p = j->pass;
	const struct head h = head_of(j, i);
	const size_t n = h.n, wide = 3 * h.C;
	float *scores = j->kept->p + h.score, *dropped = scores;
	uint8_t *keep = j->kept->keep + h.score;
	multiply(CblasNoTrans, CblasTrans, n, n, h.d, h.q, wide, h.k, wide, scores, n);
	for (size_t r = 0; r < n; r++)
		p->ops->softmax(scores + r * n, h.scale, n);
	if (j->drop.threshold) {
		dropped = p->pd + h.score;
		p->ops->draw(keep, &j->drop, h.row, n * n);
		p->ops->drop(dropped, scores, keep, j->drop.scale, n * n);
	}
	multiply(CblasNoTrans, CblasNoTrans, n, h.d, n, dropped, n, h.v, wide,
		j->kept->mix + h.token * h.C + h.column, h.C);
}

static void backward_head(void *ctx, size_t i)
{
	const struct job *j = ctx;
	const struct tt_pass *p = j->pass;
	const struct head h = head_of(j, i);
	const size_t n = h.n, wide = 3 * h.C;
	const float *scores = j->kept->p + h.score, *dropped = scores,
		    *dmix = p->y + h.token * h.C + h.column;
	const uint8_t *keep = j->kept->keep + h.score;
	float *ds = p->ds + h.score, *dq = p->dwide + h.token * wide + h.column;
	multiply(CblasNoTrans, CblasTrans, n, n, h.d, dmix, h.C, h.v, wide, ds, n);
	if (j->drop.threshold) {
		p->ops->drop(p->pd + h.score, scores, keep, j->drop.scale, n * n);
		p->ops->drop(ds, ds, keep, j->drop.scale, n * n);
		dropped = p->pd + h.score;
	}
	multiply(CblasTrans, CblasNoTrans, n, h.d, n, dropped, n, dmix, h.C, dq + 2 * h.C, wide);
	for (size_t r = 0; r < n; r++)
		p->ops->softmax_back(ds + r * n, scores + r * n, h.scale, n);
	multiply(CblasNoTrans, CblasNoTrans, n, h.d, n, ds, n, h.k, wide, dq, wide);
	multiply(CblasTrans, CblasNoTrans, n, h.d, n, ds, n, h.q, wide, dq + h.C, wide);
}

static void run(struct tt_pass *p, int layer, void (*task)(void *, size_t))
{
	struct job j = {p, &p->layers[layer], tt_drop_at(&p->attention, layer, TT_SITE_SCORES)};
	tt_gang_run(p->gang, task, &j, p->S * (size_t)p->params->config.heads);
}

void tt_attention_forward(struct tt_pass *p, int layer)
{
	run(p, layer, forward_head);
}

void tt_attention_backward(struct tt_pass *p, int layer)
{
	run(p, layer, backward_head);
}
