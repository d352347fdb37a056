/* heads.c - the heads behind a layer, forward and back, and their losses: items from tanh(pooler) of [CLS],
 * mentions from [CLS] ⊕ mean of their tokens; dropout before both classifiers. See pass.h. */
#include <math.h>
#include <string.h>

#include "nlp/train/model/pass.h"
#include "nlp/train/model/trainer.h"

static const float *states_of(const struct tt_pass *p, int head)
{
	return p->layers[p->params->config.head_layers[head] - 1].out.out;
}

static size_t width(const struct tt_pass *p)
{
	return (size_t)p->params->config.hidden;
}

/* ---- forward ---- */

/* y (rows, n) = x with the head's dropout at that site. */
static void drop_rows(const struct tt_pass *p, int head, enum tt_head_site site, uint8_t *keep,
	const float *x, float *y, size_t rows, size_t n)
{
	struct tt_drop drop = p->hidden;
	drop.site = TT_SITE_HEADS + (uint32_t)p->params->config.head_layers[head] * TT_HEAD_SITES +
		    (uint32_t)site;
	for (size_t r = 0; r < rows && drop.threshold; r++) {
		p->ops->draw(keep + r * n, &drop, (uint32_t)r, n);
		p->ops->drop(y + r * n, x + r * n, keep + r * n, drop.scale, n);
	}
	if (!drop.threshold && x != y)
		memcpy(y, x, rows * n * sizeof(*y));
}

static void read_span(const struct tt_pass *p, int head, size_t m)
{
	const size_t C = width(p), first = p->seqs[p->seq_of[m]];
	const struct tt_train_mention *at = p->mentions[m];
	const float *out = states_of(p, head) + first * C, share = 1 / (float)(at->end - at->begin);
	float *cls = p->heads[head].spans + m * 2 * C, *mean = cls + C;
	memcpy(cls, out, C * sizeof(*cls));
	memset(mean, 0, C * sizeof(*mean));
	for (size_t t = at->begin; t < at->end; t++)
		for (size_t i = 0; i < C; i++)
			mean[i] += out[t * C + i];
	for (size_t i = 0; i < C; i++)
		mean[i] *= share;
}

void tt_head_forward(struct tt_pass *p, int head)
{
	const struct tt_head_spot *at = &p->params->layout.heads[head];
	const struct tt_head_kept *k = &p->heads[head];
	const size_t C = width(p), S = p->S, M = p->M;
	for (size_t s = 0; s < S; s++)
		memcpy(k->cls + s * C, states_of(p, head) + p->seqs[s] * C, C * sizeof(float));
	tt_pass_linear(p, at->pool, k->cls, S, C, C, k->pooled, NULL);
	for (size_t i = 0; i < S * C; i++)
		k->pooled[i] = tanhf(k->pooled[i]);
	drop_rows(p, head, TT_SITE_POOLED, k->keep_pooled, k->pooled, k->dropped, S, C);
	tt_pass_linear(p, at->item, k->dropped, S, TT_LABELS, C, k->logits, NULL);
	if (!M)
		return;
	for (size_t m = 0; m < M; m++)
		read_span(p, head, m);
	drop_rows(p, head, TT_SITE_SPANS, k->keep_spans, k->spans, k->spans, M, 2 * C);
	tt_pass_linear(p, at->entity, k->spans, M, TT_LABELS, 2 * C, k->span_logits, NULL);
}

/* ---- loss ---- */

static void loss_row(const struct tt_pass *p, const float *logits, float *d, const struct tt_target *t,
	const struct tt_loss_options *o, double factor, struct tt_loss *sum)
{
	const int *row_of = p->params->config.row_of;
	float by_label[TT_LABELS], back[TT_LABELS] = {0};
	for (int c = 0; c < TT_LABELS; c++)
		by_label[c] = logits[row_of[c]];
	if (tt_target_weight(t, o) > 0)
		tt_loss_add(sum, back, by_label, t, o, factor);
	for (int c = 0; c < TT_LABELS; c++)
		d[row_of[c]] = back[c];
}

/* Rows k and k + half are two answers to the same: their order in the model does not matter here. */
static void divergence(const float *logits, float *d, size_t half, size_t k, double weight, double factor,
	struct tt_loss *sum)
{
	const size_t a = k * TT_LABELS, b = (k + half) * TT_LABELS;
	if (weight > 0)
		tt_loss_add_divergence(sum, d + a, d + b, logits + a, logits + b, weight, factor);
}

/* A pass over examples that stand in it twice. */
static void divergences(const struct tt_pass *p, int head, const struct tt_loss_options *o, double item,
	double entity, struct tt_loss *items, struct tt_loss *entities)
{
	const struct tt_head_kept *k = &p->heads[head];
	for (size_t s = 0; s < p->S / 2; s++)
		divergence(k->logits, k->dlogits, p->S / 2, s,
			o->consistency * tt_target_weight(&p->batch->examples[s].target, o), item, items);
	for (size_t m = 0; m < p->M / 2; m++)
		divergence(k->span_logits, k->dspan_logits, p->M / 2, m,
			o->consistency * tt_target_weight(&p->mentions[m]->target, o), entity, entities);
}

void tt_head_loss(struct tt_pass *p, int head, const struct tt_loss_options *o, const struct tt_factors *f,
	struct tt_train_report *sums)
{
	const struct tt_head_kept *k = &p->heads[head];
	const bool top = head == p->params->config.n_heads - 1;
	const double factor = top ? f->top : f->exit;
	for (size_t s = 0; s < p->S; s++)
		loss_row(p, k->logits + s * TT_LABELS, k->dlogits + s * TT_LABELS,
			&p->batch->examples[s].target, o, factor * f->of[TT_OF_ITEM],
			top ? &sums->item : &sums->exit_item);
	for (size_t m = 0; m < p->M; m++)
		loss_row(p, k->span_logits + m * TT_LABELS, k->dspan_logits + m * TT_LABELS,
			&p->mentions[m]->target, o, factor * f->of[TT_OF_ENTITY],
			top ? &sums->entity : &sums->exit_entity);
	if (p->twice)
		divergences(p, head, o, factor * f->of[TT_OF_ITEM], factor * f->of[TT_OF_ENTITY],
			top ? &sums->item : &sums->exit_item, top ? &sums->entity : &sums->exit_entity);
}

/* ---- backward ---- */

static void undrop_rows(const struct tt_pass *p, const uint8_t *keep, float *d, size_t n)
{
	if (p->hidden.threshold)
		p->ops->drop(d, d, keep, p->hidden.scale, n);
}

static void add_span(struct tt_pass *p, size_t m)
{
	const size_t C = width(p);
	const struct tt_train_mention *at = p->mentions[m];
	const float *dcls = p->dspans + m * 2 * C, *dmean = dcls + C,
		    share = 1 / (float)(at->end - at->begin);
	float *dx = p->dx + p->seqs[p->seq_of[m]] * C;
	for (size_t i = 0; i < C; i++)
		dx[i] += dcls[i];
	for (size_t t = at->begin; t < at->end; t++)
		for (size_t i = 0; i < C; i++)
			dx[t * C + i] += dmean[i] * share;
}

void tt_head_backward(struct tt_pass *p, int head, float *g)
{
	const struct tt_head_spot *at = &p->params->layout.heads[head];
	const struct tt_head_kept *k = &p->heads[head];
	const size_t C = width(p), S = p->S, M = p->M;
	tt_pass_linear_back(p, at->item, g, k->dropped, k->dlogits, p->dpooled, S, TT_LABELS, C);
	undrop_rows(p, k->keep_pooled, p->dpooled, S * C);
	for (size_t i = 0; i < S * C; i++)
		p->dpooled[i] *= 1 - k->pooled[i] * k->pooled[i];
	tt_pass_linear_back(p, at->pool, g, k->cls, p->dpooled, p->dcls, S, C, C);
	for (size_t s = 0; s < S; s++)
		for (size_t i = 0; i < C; i++)
			p->dx[p->seqs[s] * C + i] += p->dcls[s * C + i];
	if (!M)
		return;
	tt_pass_linear_back(p, at->entity, g, k->spans, k->dspan_logits, p->dspans, M, TT_LABELS, 2 * C);
	undrop_rows(p, k->keep_spans, p->dspans, M * 2 * C);
	for (size_t m = 0; m < M; m++)
		add_span(p, m);
}
