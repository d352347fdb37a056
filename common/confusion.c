/* confusion.c - see confusion.h. */
#include "common/confusion.h"

#include <math.h>

uint64_t tt_confusion_given(const struct tt_confusion *c, int label)
{
	uint64_t n = 0;
	for (int k = 0; k < TT_LABELS; k++)
		n += c->n[label][k];
	return n;
}

uint64_t tt_confusion_predicted(const struct tt_confusion *c, int label)
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
	uint64_t right = 0, all = tt_confusion_total(c);
	for (int k = 0; k < TT_LABELS; k++)
		right += c->n[k][k];
	return all ? (double)right / (double)all : (double)NAN;
}

double tt_confusion_macro_f1(const struct tt_confusion *c)
{
	double sum = 0;
	int seen = 0;
	for (int k = 0; k < TT_LABELS; k++) {
		uint64_t both = tt_confusion_given(c, k) + tt_confusion_predicted(c, k);
		if (both == 0)
			continue;
		sum += 2.0 * (double)c->n[k][k] / (double)both;
		seen++;
	}
	return seen ? sum / seen : (double)NAN;
}
