/* words.c - the head that says which word stands at a token, Hugging Face's of BertForMaskedLM: dense, GELU,
 * LayerNorm, and the word embedding with a bias as decoder. Only tokens that are asked go through it. See
 * pass.h. */
#include <math.h>
#include <string.h>

#include "nlp/train/model/linear.h"
#include "nlp/train/model/pass.h"
#include "nlp/train/model/trainer.h"

static size_t width(const struct tt_pass *p)
{
	return (size_t)p->params->config.hidden;
}

static struct tt_spot decoder(const struct tt_pass *p)
{
	return (struct tt_spot){p->params->layout.word, p->params->layout.word_bias};
}

void tt_words_forward(struct tt_pass *p)
{
	const struct tt_layout *l = &p->params->layout;
	const struct tt_words_kept *k = &p->words;
	const float *v = p->params->values, *last = p->layers[p->params->config.layers - 1].out.out;
	const size_t C = width(p), W = p->W;
	if (!W)
		return;
	for (size_t i = 0; i < W; i++)
		memcpy(k->x + i * C, last + k->at[i] * C, C * sizeof(float));
	tt_pass_linear(p, l->word_dense, k->x, W, C, C, k->pre, k->act);
	for (size_t i = 0; i < W; i++)
		k->inverse[i] = p->ops->norm(k->out + i * C, k->hat + i * C, k->act + i * C,
			v + l->word_norm.weight, v + l->word_norm.bias, p->params->config.norm_eps, C);
}

/* ---- loss ---- */

struct block {
	struct tt_pass *pass;
	size_t first; /* of its rows */
	double factor;
};

/* Logits become the gradient of the loss -log softmax(logits)[want], times factor. */
static void loss_row(void *ctx, size_t i)
{
	const struct block *b = ctx;
	const struct tt_pass *p = b->pass;
	const size_t V = (size_t)p->params->config.vocab, row = b->first + i,
		     want = (size_t)p->words.want[row];
	float *x = p->words.logits + i * V;
	size_t best = 0;
	for (size_t v = 1; v < V; v++)
		best = x[v] > x[best] ? v : best;
	const double gap = (double)x[best] - (double)x[want];
	p->ops->softmax(x, 1, V);
	p->words.loss[row] = gap - log((double)x[best]); /* which is never near 0 */
	p->words.right[row] = best == want;
	for (size_t v = 0; v < V; v++)
		x[v] *= (float)b->factor;
	x[want] -= (float)b->factor;
}

void tt_words_loss(struct tt_pass *p, double factor, struct tt_train_report *sums, float *g)
{
	const struct tt_words_kept *k = &p->words;
	const size_t C = width(p), V = (size_t)p->params->config.vocab;
	for (size_t at = 0; at < p->W; at += TT_WORD_ROWS) {
		const size_t n = p->W - at < TT_WORD_ROWS ? p->W - at : TT_WORD_ROWS;
		struct block b = {p, at, factor};
		tt_pass_linear(p, decoder(p), k->out + at * C, n, V, C, k->logits, NULL);
		tt_gang_run(p->gang, loss_row, &b, n);
		if (g)
			tt_pass_linear_back(
				p, decoder(p), g, k->out + at * C, k->logits, k->d + at * C, n, V, C);
	}
	for (size_t i = 0; i < p->W; i++) {
		sums->word.loss += k->loss[i];
		sums->word.weight++;
		sums->words_right += k->right[i];
	}
}

/* ---- backward ---- */

void tt_words_backward(struct tt_pass *p, float *g)
{
	const struct tt_layout *l = &p->params->layout;
	const struct tt_words_kept *k = &p->words;
	const size_t C = width(p), W = p->W;
	if (!W)
		return;
	tt_norm_sums(p->gang, k->d, k->hat, g + l->word_norm.weight, g + l->word_norm.bias, W, C);
	for (size_t i = 0; i < W; i++)
		p->ops->norm_back(k->d + i * C, k->d + i * C, k->hat + i * C,
			p->params->values + l->word_norm.weight, k->inverse[i], C);
	p->ops->gelu_back(k->d, k->pre, W * C);
	tt_pass_linear_back(p, l->word_dense, g, k->x, k->d, k->act, W, C, C);
	for (size_t i = 0; i < W; i++)
		for (size_t c = 0; c < C; c++)
			p->dx[k->at[i] * C + c] += k->act[i * C + c];
}
