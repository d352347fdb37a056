/* calibrate.c - see calibrate.h. */
#include "nlp/train/eval/calibrate.h"

#include <float.h>
#include <math.h>

#define GOLDEN    0.6180339887498949 /* (√5 - 1) / 2 */
#define PRECISION 1e-6               /* of log T */

/* log softmax(log p / t) */
static void log_probabilities(const struct tt_answer *a, double t, double ret[TT_LABELS])
{
	const double top = log((double)fmaxf(a->p[tt_top_label(a->p)], FLT_MIN));
	double sum = 0;
	for (int k = 0; k < TT_LABELS; k++) {
		ret[k] = (log((double)fmaxf(a->p[k], FLT_MIN)) - top) / t;
		sum += exp(ret[k]);
	}
	for (int k = 0; k < TT_LABELS; k++)
		ret[k] -= log(sum);
}

static double loss_at(const struct tt_answer *a, size_t n, double log_t)
{
	const double t = exp(log_t);
	double sum = 0, lp[TT_LABELS];
	for (size_t i = 0; i < n; i++) {
		log_probabilities(&a[i], t, lp);
		sum -= lp[a[i].label];
	}
	return sum;
}

static bool all_right(const struct tt_answer *a, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (tt_top_label(a[i].p) != a[i].label)
			return false;
	return true; /* the loss falls to 0 as T does, and is 0 in double before that */
}

int tt_temperature_fit(const struct tt_answer *a, size_t n, double *ret, struct tt_err *err)
{
	const double least = log(TT_TEMPERATURE_MIN), most = log(TT_TEMPERATURE_MAX);
	double low = least, high = most;
	double x1 = high - GOLDEN * (high - low), x2 = low + GOLDEN * (high - low);
	double y1 = loss_at(a, n, x1), y2 = loss_at(a, n, x2);
	while (high - low > PRECISION) {
		if (y1 < y2) {
			high = x2, x2 = x1, y2 = y1;
			x1 = high - GOLDEN * (high - low);
			y1 = loss_at(a, n, x1);
		} else {
			low = x1, x1 = x2, y1 = y2;
			x2 = low + GOLDEN * (high - low);
			y2 = loss_at(a, n, x2);
		}
	}
	const double at = (low + high) / 2;
	if (all_right(a, n) || at - least < 1e-3 || most - at < 1e-3)
		return tt_err_set(err, TT_EDATA,
			"no temperature from %g to %g is best for %zu answers: too few, or all of them right",
			TT_TEMPERATURE_MIN, TT_TEMPERATURE_MAX, n);
	*ret = exp(at);
	return TT_OK;
}

void tt_temperature_apply(struct tt_answer *a, size_t n, double t)
{
	double lp[TT_LABELS];
	for (size_t i = 0; i < n; i++) {
		log_probabilities(&a[i], t, lp);
		for (int k = 0; k < TT_LABELS; k++)
			a[i].p[k] = (float)exp(lp[k]);
	}
}
