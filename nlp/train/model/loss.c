/* loss.c - see loss.h. */
#include "nlp/train/model/loss.h"

#include <math.h>

static double share_of(const struct tt_target *t, const struct tt_loss_options *o)
{
	return !t->soft ? 0 : t->label == TT_NO_LABEL ? 1 : o->soft_share;
}

double tt_target_weight(const struct tt_target *t, const struct tt_loss_options *o)
{
	const double share = share_of(t, o);
	return share + (t->label == TT_NO_LABEL ? 0 : (1 - share) * o->class_weight[t->label]);
}

/* The loss is -Σ a_c log p_c. */
static void coefficients(double a[TT_LABELS], const struct tt_target *t, const struct tt_loss_options *o)
{
	const double share = share_of(t, o);
	for (int c = 0; c < TT_LABELS; c++) {
		const double is = (c == t->label ? 1 - o->smoothing : 0) + o->smoothing / TT_LABELS;
		a[c] = share * (t->soft ? (double)t->soft[c] : 0);
		a[c] += t->label == TT_NO_LABEL ? 0 : (1 - share) * is * o->class_weight[c];
	}
}

static void log_softmax(double log_p[TT_LABELS], const float logits[TT_LABELS])
{
	double top = logits[0], total = 0;
	for (int c = 1; c < TT_LABELS; c++)
		top = fmax(top, (double)logits[c]);
	for (int c = 0; c < TT_LABELS; c++)
		total += exp((double)logits[c] - top);
	for (int c = 0; c < TT_LABELS; c++)
		log_p[c] = (double)logits[c] - top - log(total);
}

void tt_loss_add(struct tt_loss *sum, float d[TT_LABELS], const float logits[TT_LABELS],
	const struct tt_target *t, const struct tt_loss_options *o, double factor)
{
	double a[TT_LABELS], log_p[TT_LABELS], all = 0;
	coefficients(a, t, o);
	log_softmax(log_p, logits);
	for (int c = 0; c < TT_LABELS; c++)
		all += a[c];
	for (int c = 0; c < TT_LABELS; c++) {
		sum->loss -= a[c] * log_p[c];
		d[c] = (float)(factor * (all * exp(log_p[c]) - a[c]));
	}
	sum->weight += tt_target_weight(t, o);
}

/* With respect to a's logits, KL(p || q) has the gradient p (log p - log q - KL(p || q)), KL(q || p) has p -
 * q. */
static void add_slope(
	float d[TT_LABELS], const double log_p[TT_LABELS], const double log_q[TT_LABELS], double factor)
{
	double divergence = 0;
	for (int c = 0; c < TT_LABELS; c++)
		divergence += exp(log_p[c]) * (log_p[c] - log_q[c]);
	for (int c = 0; c < TT_LABELS; c++) {
		const double p = exp(log_p[c]);
		d[c] += (float)(factor * (p * (log_p[c] - log_q[c] - divergence) + p - exp(log_q[c])));
	}
}

void tt_loss_add_divergence(struct tt_loss *sum, float da[TT_LABELS], float db[TT_LABELS],
	const float a[TT_LABELS], const float b[TT_LABELS], double weight, double factor)
{
	double log_p[TT_LABELS], log_q[TT_LABELS];
	log_softmax(log_p, a);
	log_softmax(log_q, b);
	for (int c = 0; c < TT_LABELS; c++)
		sum->loss += weight * (exp(log_p[c]) - exp(log_q[c])) * (log_p[c] - log_q[c]);
	add_slope(da, log_p, log_q, weight * factor);
	add_slope(db, log_q, log_p, weight * factor);
}
