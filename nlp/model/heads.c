/* heads.c - see heads.h; and from logits to sentiment, see classify.h. */
#include "nlp/model/heads.h"

#include <math.h>
#include <string.h>

#include "nlp/model/classify.h"

/* One row of a head: Σ w · x, added to what is in *sum. */
static void add_dot(float *sum, const float *w, const float *x, size_t n)
{
	float dot = 0;
	for (size_t i = 0; i < n; i++)
		dot += w[i] * x[i];
	*sum += dot;
}

void tt_head_item(const struct tt_head *h, size_t C, const float *pooled, float logits[TT_LABELS])
{
	for (size_t l = 0; l < TT_LABELS; l++) {
		logits[l] = h->item_b[l];
		add_dot(&logits[l], h->item_w + l * C, pooled, C);
	}
}

void tt_head_mention(const struct tt_head *h, size_t C, const float *cls, struct tt_mention_states m,
	float *mean, float logits[TT_LABELS])
{
	memset(mean, 0, C * sizeof(float));
	for (size_t t = 0; t < m.n; t++)
		for (size_t i = 0; i < C; i++)
			mean[i] += m.first[t * m.stride + i];
	for (size_t i = 0; i < C; i++)
		mean[i] /= (float)m.n;
	for (size_t l = 0; l < TT_LABELS; l++) {
		logits[l] = h->entity_b[l];
		add_dot(&logits[l], h->entity_w + l * 2 * C, cls, C);
		add_dot(&logits[l], h->entity_w + l * 2 * C + C, mean, C);
	}
}

/* ---- from logits to sentiment ---- */

static void finish(struct tt_sentiment *s)
{
	s->score = s->p[TT_POSITIVE] - s->p[TT_NEGATIVE];
	s->label = TT_NEGATIVE;
	for (int l = 1; l < TT_LABELS; l++)
		if (s->p[l] > s->p[s->label])
			s->label = (enum tt_label)l;
}

void tt_sentiment_of(const float logits[TT_LABELS], struct tt_sentiment *ret)
{
	tt_sentiment_mean((const float(*)[TT_LABELS])logits, 1, ret);
}

void tt_sentiment_mean(const float (*logits)[TT_LABELS], size_t n, struct tt_sentiment *ret)
{
	struct tt_sentiment s = {0};
	for (size_t i = 0; i < n; i++) {
		const float *x = logits[i], max = fmaxf(fmaxf(x[0], x[1]), x[2]);
		const float e[TT_LABELS] = {expf(x[0] - max), expf(x[1] - max), expf(x[2] - max)};
		const float scale = 1 / ((e[0] + e[1] + e[2]) * (float)n);
		for (int l = 0; l < TT_LABELS; l++)
			s.p[l] += e[l] * scale;
	}
	finish(&s);
	*ret = s;
}
