/* backward.c - the way back through the encoder, see pass.h. dx is the gradient of a layer's output and
 * becomes that of its input; dy and dwide are those of what is between. */
#include <string.h>

#include "nlp/train/model/linear.h"
#include "nlp/train/model/pass.h"

enum { ROWS = 32, COLUMNS = 64 /* of a task */ };

/* ---- out = norm(x + drop(y)): dx becomes the gradient of x, dy that of y ---- */

struct part {
	struct tt_pass *pass;
	const struct tt_norm_kept *kept;
	struct tt_spot norm;
};

static void part_rows(void *ctx, size_t i)
{
	const struct part *j = ctx;
	const struct tt_pass *p = j->pass;
	const size_t C = (size_t)p->params->config.hidden, end = (i + 1) * ROWS;
	for (size_t t = i * ROWS; t < end && t < p->T; t++) {
		float *dx = p->dx + t * C, *dy = p->dy + t * C;
		p->ops->norm_back(dx, dx, j->kept->hat + t * C, p->params->values + j->norm.weight,
			j->kept->inverse[t], C);
		if (p->hidden.threshold)
			p->ops->drop(dy, dx, j->kept->keep + t * C, p->hidden.scale, C);
		else
			memcpy(dy, dx, C * sizeof(*dy));
	}
}

/* The sums for the norm's parameters need dx as it was, and are taken before it is replaced. */
static void part(struct tt_pass *p, const struct tt_norm_kept *kept, struct tt_spot norm, float *gradients)
{
	struct part j = {p, kept, norm};
	tt_norm_sums(p->gang, p->dx, kept->hat, gradients + norm.weight, gradients + norm.bias, p->T,
		(size_t)p->params->config.hidden);
	tt_gang_run(p->gang, part_rows, &j, (p->T + ROWS - 1) / ROWS);
}

/* ---- a layer ---- */

void tt_pass_linear_back(const struct tt_pass *p, struct tt_spot at, float *g, const float *x,
	const float *dy, float *dx, size_t T, size_t N, size_t K)
{
	tt_linear_backward(p->gang, &(struct tt_linear){.ops = p->ops,
					    .w = p->params->values + at.weight,
					    .x = x,
					    .T = T,
					    .N = N,
					    .K = K,
					    .dy = dy,
					    .dx = dx,
					    .dw = g + at.weight,
					    .db = g + at.bias});
}

static void backward_layer(struct tt_pass *p, int layer, float *g)
{
	const struct tt_layer_spot *at = &p->params->layout.layers[layer];
	const struct tt_layer_kept *k = &p->layers[layer];
	const size_t C = (size_t)p->params->config.hidden, F = (size_t)p->params->config.intermediate;
	const float *v = p->params->values, *x = layer ? p->layers[layer - 1].out.out : p->embed.out;
	const struct tt_linear common = {.ops = p->ops, .T = p->T};
	struct tt_linear l = common;
#define BACK(spot, from, outputs, inputs)                                                                    \
	(l = common, l.w = v + (spot).weight, l.dw = g + (spot).weight, l.db = g + (spot).bias,              \
		l.x = (from), l.N = (outputs), l.K = (inputs))
	part(p, &k->out, at->down_norm, g);
	BACK(at->down, k->act, C, F);
	l.dy = p->dy;
	l.dx = p->dwide;
	l.dx_pre = k->up;
	tt_linear_backward(p->gang, &l);
	BACK(at->up, k->mid.out, F, C);
	l.dy = p->dwide;
	l.dx = p->dx;
	l.dx_adds = true;
	tt_linear_backward(p->gang, &l);
	part(p, &k->mid, at->out_norm, g);
	BACK(at->out, k->mix, C, C);
	l.dy = p->dy;
	l.dx = p->y;
	tt_linear_backward(p->gang, &l);
	tt_attention_backward(p, layer);
	BACK(at->qkv, x, 3 * C, C);
	l.dy = p->dwide;
	l.dx = p->dx;
	l.dx_adds = true;
	tt_linear_backward(p->gang, &l);
#undef BACK
}

/* ---- embeddings: columns are tasks, so that tokens add up in their order ---- */

struct spread {
	struct tt_pass *pass;
	float *g;
};

static void spread_columns(void *ctx, size_t i)
{
	const struct spread *j = ctx;
	const struct tt_pass *p = j->pass;
	const struct tt_layout *l = &p->params->layout;
	const size_t C = (size_t)p->params->config.hidden, from = i * COLUMNS,
		     n = C - from < COLUMNS ? C - from : COLUMNS;
	float *type = j->g + l->type + from;
	for (size_t s = 0; s < p->S; s++)
		for (size_t t = p->seqs[s]; t < p->seqs[s + 1]; t++) {
			const size_t at = t - p->seqs[s];
			const float *d = p->dx + t * C + from;
			float *word = j->g + l->word + (size_t)p->id_of[s][at] * C + from,
			      *place = j->g + l->position + at * C + from;
			for (size_t c = 0; c < n; c++) {
				word[c] += d[c];
				place[c] += d[c];
				type[c] += d[c];
			}
		}
}

static void undrop_rows(void *ctx, size_t i)
{
	const struct tt_pass *p = ctx;
	const size_t C = (size_t)p->params->config.hidden, end = (i + 1) * ROWS;
	for (size_t t = i * ROWS; t < end && t < p->T; t++)
		p->ops->drop(p->dx + t * C, p->dx + t * C, p->embed.keep + t * C, p->hidden.scale, C);
}

static void backward_embeddings(struct tt_pass *p, float *g)
{
	struct spread j = {p, g};
	if (p->hidden.threshold)
		tt_gang_run(p->gang, undrop_rows, p, (p->T + ROWS - 1) / ROWS);
	part(p, &p->embed, p->params->layout.embed_norm, g);
	tt_gang_run(p->gang, spread_columns, &j, ((size_t)p->params->config.hidden + COLUMNS - 1) / COLUMNS);
}

void tt_pass_backward(struct tt_pass *p, float *gradients, int lowest)
{
	const struct tt_model_config *c = &p->params->config;
	int head = c->n_heads - 1;
	memset(p->dx, 0, p->T * (size_t)c->hidden * sizeof(float));
	tt_words_backward(p, gradients);
	for (int depth = c->layers; depth > 0; depth--) {
		if (head >= 0 && depth == c->head_layers[head])
			tt_head_backward(p, head--, gradients);
		if (depth >= lowest)
			backward_layer(p, depth - 1, gradients);
	}
	if (lowest == 0)
		backward_embeddings(p, gradients);
}
