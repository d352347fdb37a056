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

void tt_loss_add(struct tt_loss *sum, float d[TT_LABELS], const float logits[TT_LABELS],
	const struct tt_target *t, const struct tt_loss_options *o, double factor)
{
	double a[TT_LABELS], all = 0, top = logits[0], total = 0;
	coefficients(a, t, o);
	for (int c = 0; c < TT_LABELS; c++) {
		all += a[c];
		top = fmax(top, (double)logits[c]);
	}
	for (int c = 0; c < TT_LABELS; c++)
		total += exp((double)logits[c] - top);
	for (int c = 0; c < TT_LABELS; c++) {
		const double log_p = (double)logits[c] - top - log(total);
		sum->loss -= a[c] * log_p;
		d[c] = (float)(factor * (all * exp(log_p) - a[c]));
	}
	sum->weight += tt_target_weight(t, o);
}
