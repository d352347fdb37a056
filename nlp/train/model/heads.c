/* heads.c - the heads of a pass, forward and back, and their losses: items from tanh(pooler) of [CLS],
 * mentions from [CLS] ⊕ mean of their tokens; dropout before both classifiers. See pass.h. */
#include <math.h>
#include <string.h>

#include "nlp/train/model/pass.h"
#include "nlp/train/model/trainer.h"

static const float *last_out(const struct tt_pass *p)
{
	return p->layers[p->params->config.layers - 1].out.out;
}

static size_t width(const struct tt_pass *p)
{
	return (size_t)p->params->config.hidden;
}

/* ---- forward ---- */

/* y (rows, n) = x with dropout at that site. */
static void drop_rows(const struct tt_pass *p, uint32_t site, uint8_t *keep, const float *x, float *y,
	size_t rows, size_t n)
{
	struct tt_drop drop = p->hidden;
	drop.site = site;
	for (size_t r = 0; r < rows && drop.threshold; r++) {
		p->ops->draw(keep + r * n, &drop, (uint32_t)r, n);
		p->ops->drop(y + r * n, x + r * n, keep + r * n, drop.scale, n);
	}
	if (!drop.threshold && x != y)
		memcpy(y, x, rows * n * sizeof(*y));
}

static void read_span(const struct tt_pass *p, size_t m)
{
	const size_t C = width(p), first = p->seqs[p->seq_of[m]];
	const struct tt_train_mention *at = p->mentions[m];
	const float *out = last_out(p) + first * C, share = 1 / (float)(at->end - at->begin);
	float *cls = p->spans + m * 2 * C, *mean = cls + C;
	memcpy(cls, out, C * sizeof(*cls));
	memset(mean, 0, C * sizeof(*mean));
	for (size_t t = at->begin; t < at->end; t++)
		for (size_t i = 0; i < C; i++)
			mean[i] += out[t * C + i];
	for (size_t i = 0; i < C; i++)
		mean[i] *= share;
}

void tt_heads_forward(struct tt_pass *p)
{
	const struct tt_layout *l = &p->params->layout;
	const size_t C = width(p), S = p->S, M = p->M;
	for (size_t s = 0; s < S; s++)
		memcpy(p->cls + s * C, last_out(p) + p->seqs[s] * C, C * sizeof(float));
	tt_pass_linear(p, l->pool, p->cls, S, C, C, p->pooled, NULL);
	for (size_t i = 0; i < S * C; i++)
		p->pooled[i] = tanhf(p->pooled[i]);
	drop_rows(p, TT_SITE_POOLED, p->keep_pooled, p->pooled, p->dropped, S, C);
	tt_pass_linear(p, l->item, p->dropped, S, TT_LABELS, C, p->logits, NULL);
	if (!M)
		return;
	for (size_t m = 0; m < M; m++)
		read_span(p, m);
	drop_rows(p, TT_SITE_SPANS, p->keep_spans, p->spans, p->spans, M, 2 * C);
	tt_pass_linear(p, l->entity, p->spans, M, TT_LABELS, 2 * C, p->span_logits, NULL);
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

void tt_heads_loss(struct tt_pass *p, const struct tt_loss_options *o, const double factors[TT_OBJECTIVES],
	struct tt_train_report *sums)
{
	for (size_t s = 0; s < p->S; s++)
		loss_row(p, p->logits + s * TT_LABELS, p->dlogits + s * TT_LABELS,
			&p->batch->examples[s].target, o, factors[TT_OF_ITEM], &sums->item);
	for (size_t m = 0; m < p->M; m++)
		loss_row(p, p->span_logits + m * TT_LABELS, p->dspan_logits + m * TT_LABELS,
			&p->mentions[m]->target, o, factors[TT_OF_ENTITY], &sums->entity);
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

void tt_heads_backward(struct tt_pass *p, float *g)
{
	const struct tt_layout *l = &p->params->layout;
	const size_t C = width(p), S = p->S, M = p->M;
	memset(p->dx, 0, p->T * C * sizeof(float));
	tt_pass_linear_back(p, l->item, g, p->dropped, p->dlogits, p->dpooled, S, TT_LABELS, C);
	undrop_rows(p, p->keep_pooled, p->dpooled, S * C);
	for (size_t i = 0; i < S * C; i++)
		p->dpooled[i] *= 1 - p->pooled[i] * p->pooled[i];
	tt_pass_linear_back(p, l->pool, g, p->cls, p->dpooled, p->dcls, S, C, C);
	for (size_t s = 0; s < S; s++)
		memcpy(p->dx + p->seqs[s] * C, p->dcls + s * C, C * sizeof(float));
	if (!M)
		return;
	tt_pass_linear_back(p, l->entity, g, p->spans, p->dspan_logits, p->dspans, M, TT_LABELS, 2 * C);
	undrop_rows(p, p->keep_spans, p->dspans, M * 2 * C);
	for (size_t m = 0; m < M; m++)
		add_span(p, m);
}
