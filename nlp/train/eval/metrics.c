/* metrics.c - see metrics.h. */
#include "nlp/train/eval/metrics.h"

#include <float.h>
#include <math.h>

static double share(double part, double whole)
{
	return whole > 0 ? part / whole : (double)NAN;
}

/* ---- of a confusion ---- */

uint64_t tt_confusion_given(const struct tt_confusion *c, int label)
{
	uint64_t n = 0;
	for (int k = 0; k < TT_LABELS; k++)
		n += c->n[label][k];
	return n;
}

uint64_t tt_confusion_answered(const struct tt_confusion *c, int label)
{
	uint64_t n = 0;
	for (int k = 0; k < TT_LABELS; k++)
		n += c->n[k][label];
	return n;
}

uint64_t tt_confusion_total(const struct tt_confusion *c)
{
	uint64_t n = 0;
	for (int k = 0; k < TT_LABELS; k++)
		n += tt_confusion_given(c, k);
	return n;
}

double tt_confusion_accuracy(const struct tt_confusion *c)
{
	uint64_t right = 0;
	for (int k = 0; k < TT_LABELS; k++)
		right += c->n[k][k];
	return share((double)right, (double)tt_confusion_total(c));
}

double tt_confusion_recall(const struct tt_confusion *c, int label)
{
	return share((double)c->n[label][label], (double)tt_confusion_given(c, label));
}

double tt_confusion_precision(const struct tt_confusion *c, int label)
{
	return share((double)c->n[label][label], (double)tt_confusion_answered(c, label));
}

double tt_confusion_f1(const struct tt_confusion *c, int label)
{
	const uint64_t both = tt_confusion_given(c, label) + tt_confusion_answered(c, label);
	return share(2 * (double)c->n[label][label], (double)both);
}

double tt_confusion_macro_f1(const struct tt_confusion *c)
{
	double sum = 0;
	int seen = 0;
	for (int k = 0; k < TT_LABELS; k++) {
		const double f1 = tt_confusion_f1(c, k);
		sum += isnan(f1) ? 0 : f1;
		seen += !isnan(f1);
	}
	return share(sum, seen);
}

/* ---- of answers ---- */

int tt_top_label(const float x[TT_LABELS])
{
	int top = 0;
	for (int k = 1; k < TT_LABELS; k++)
		top = x[k] > x[top] ? k : top;
	return top;
}

struct tt_confusion tt_confusion_of(const struct tt_answer *a, size_t n, const uint32_t *times)
{
	struct tt_confusion c = {0};
	for (size_t i = 0; i < n; i++)
		c.n[a[i].label][tt_top_label(a[i].p)] += times ? times[a[i].unit] : 1;
	return c;
}

static double loss_of(const struct tt_answer *a)
{
	return -log((double)fmaxf(a->p[a->label], FLT_MIN));
}

static double distance_of(const struct tt_answer *a)
{
	double sum = 0;
	for (int k = 0; k < TT_LABELS; k++) {
		const double d = (double)a->p[k] - (k == a->label);
		sum += d * d;
	}
	return sum;
}

static double mean_of(
	double (*of)(const struct tt_answer *), const struct tt_answer *a, size_t n, const uint32_t *times)
{
	double sum = 0, weight = 0;
	for (size_t i = 0; i < n; i++) {
		const double w = times ? times[a[i].unit] : 1;
		if (w > 0)
			sum += w * of(&a[i]);
		weight += w;
	}
	return share(sum, weight);
}

double tt_log_loss(const struct tt_answer *a, size_t n, const uint32_t *times)
{
	return mean_of(loss_of, a, n, times);
}

double tt_brier(const struct tt_answer *a, size_t n, const uint32_t *times)
{
	return mean_of(distance_of, a, n, times);
}

static size_t bin_of(double confidence)
{
	const double at = ceil(confidence * TT_BINS) - 1;
	return at < 0 ? 0 : at < TT_BINS ? (size_t)at : TT_BINS - 1;
}

struct tt_reliability tt_reliability_of(const struct tt_answer *a, size_t n)
{
	struct tt_reliability r = {.ece = n ? 0 : (double)NAN};
	for (size_t i = 0; i < n; i++) {
		const int top = tt_top_label(a[i].p);
		struct tt_bin *b = &r.bins[bin_of((double)a[i].p[top])];
		b->n++;
		b->confidence += (double)a[i].p[top];
		b->accuracy += top == a[i].label;
	}
	for (size_t i = 0; i < TT_BINS; i++) {
		struct tt_bin *b = &r.bins[i];
		if (n)
			r.ece += fabs(b->confidence - b->accuracy) / (double)n;
		b->confidence = share(b->confidence, (double)b->n);
		b->accuracy = share(b->accuracy, (double)b->n);
	}
	return r;
}
