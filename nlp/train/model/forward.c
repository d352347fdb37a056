/* forward.c - a pass through the encoder, see pass.h. */
#include <string.h>

#include "nlp/train/model/linear.h"
#include "nlp/train/model/pass.h"

enum { ROWS = 32 /* of a task */ };

static size_t row_tasks(const struct tt_pass *p)
{
	return (p->T + ROWS - 1) / ROWS;
}

/* ---- embeddings ---- */

static void embed_row(struct tt_pass *p, const struct tt_drop *drop, size_t s, size_t t)
{
	const struct tt_layout *l = &p->params->layout;
	const float *v = p->params->values;
	const size_t C = (size_t)p->params->config.hidden, at = t - p->seqs[s];
	const float *word = v + l->word + (size_t)p->id_of[s][at] * C, *place = v + l->position + at * C,
		    *type = v + l->type;
	float *y = p->y + t * C, *out = p->embed.out + t * C;
	uint8_t *keep = p->embed.keep + t * C;
	for (size_t i = 0; i < C; i++)
		y[i] = word[i] + place[i] + type[i];
	p->embed.inverse[t] = p->ops->norm(out, p->embed.hat + t * C, y, v + l->embed_norm.weight,
		v + l->embed_norm.bias, p->params->config.norm_eps, C);
	if (drop->threshold) {
		p->ops->draw(keep, drop, (uint32_t)t, C);
		p->ops->drop(out, out, keep, drop->scale, C);
	}
}

static void embed_seq(void *ctx, size_t s)
{
	struct tt_pass *p = ctx;
	struct tt_drop drop = p->hidden;
	drop.site = TT_SITE_EMBED;
	for (size_t t = p->seqs[s]; t < p->seqs[s + 1]; t++)
		embed_row(p, &drop, s, t);
}

/* ---- out = norm(x + drop(y)) ---- */

struct join {
	struct tt_pass *pass;
	const float *x;
	const struct tt_norm_kept *kept;
	struct tt_spot norm;
	struct tt_drop drop;
};

static void join_rows(void *ctx, size_t i)
{
	const struct join *j = ctx;
	const struct tt_pass *p = j->pass;
	const size_t C = (size_t)p->params->config.hidden, end = (i + 1) * ROWS;
	const float *gain = p->params->values + j->norm.weight, *shift = p->params->values + j->norm.bias;
	for (size_t t = i * ROWS; t < end && t < p->T; t++) {
		float *y = p->y + t * C;
		if (j->drop.threshold) {
			p->ops->draw(j->kept->keep + t * C, &j->drop, (uint32_t)t, C);
			p->ops->drop(y, y, j->kept->keep + t * C, j->drop.scale, C);
		}
		for (size_t k = 0; k < C; k++)
			y[k] += j->x[t * C + k];
		j->kept->inverse[t] = p->ops->norm(j->kept->out + t * C, j->kept->hat + t * C, y, gain, shift,
			p->params->config.norm_eps, C);
	}
}

/* ---- a layer ---- */

void tt_pass_linear(const struct tt_pass *p, struct tt_spot at, const float *x, size_t T, size_t N, size_t K,
	float *y, float *act)
{
	const float *v = p->params->values;
	tt_linear_forward(p->gang, &(struct tt_linear){.ops = p->ops,
					   .w = v + at.weight,
					   .b = v + at.bias,
					   .x = x,
					   .T = T,
					   .N = N,
					   .K = K,
					   .y = y,
					   .act = act});
}

static void forward_layer(struct tt_pass *p, int layer, const float *x)
{
	const struct tt_layer_spot *at = &p->params->layout.layers[layer];
	struct tt_layer_kept *k = &p->layers[layer];
	const size_t C = (size_t)p->params->config.hidden, F = (size_t)p->params->config.intermediate;
	tt_pass_linear(p, at->qkv, x, p->T, 3 * C, C, k->qkv, NULL);
	tt_attention_forward(p, layer);
	tt_pass_linear(p, at->out, k->mix, p->T, C, C, p->y, NULL);
	struct join mid = {p, x, &k->mid, at->out_norm, tt_drop_at(&p->hidden, layer, TT_SITE_MID)};
	tt_gang_run(p->gang, join_rows, &mid, row_tasks(p));
	tt_pass_linear(p, at->up, k->mid.out, p->T, F, C, k->up, k->act);
	tt_pass_linear(p, at->down, k->act, p->T, C, F, p->y, NULL);
	struct join out = {p, k->mid.out, &k->out, at->down_norm, tt_drop_at(&p->hidden, layer, TT_SITE_OUT)};
	tt_gang_run(p->gang, join_rows, &out, row_tasks(p));
}

void tt_pass_forward(struct tt_pass *p)
{
	const float *x = p->embed.out;
	tt_gang_run(p->gang, embed_seq, p, p->S);
	for (int i = 0; i < p->params->config.layers; i++) {
		forward_layer(p, i, x);
		x = p->layers[i].out.out;
	}
	for (int i = 0; i < p->params->config.n_heads; i++)
		tt_head_forward(p, i);
	tt_words_forward(p);
}

void tt_pass_loss(struct tt_pass *p, const struct tt_loss_options *o, const struct tt_factors *f,
	struct tt_train_report *sums, float *gradients)
{
	for (int i = 0; i < p->params->config.n_heads; i++)
		tt_head_loss(p, i, o, f, sums);
	tt_words_loss(p, f->of[TT_OF_WORDS] * f->top, sums, gradients);
}
