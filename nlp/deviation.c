/* deviation.c - see deviation.h. */
#include "nlp/deviation.h"

#include <math.h>

struct tt_deviation tt_deviation_of(const struct tt_sequence *fp32, const struct tt_sequence *other, size_t n)
{
	const float hair = 0.05f; /* between two labels of which either may come first */
	struct tt_deviation d = {.texts = n};
	for (size_t i = 0; i < n; i++) {
		struct tt_sentiment a, b;
		tt_sentiment_of(fp32[i].logits, &a);
		tt_sentiment_of(other[i].logits, &b);
		for (int l = 0; l < TT_LABELS; l++) {
			const double change = fabs((double)a.p[l] - (double)b.p[l]);
			d.mean += change / (double)(n * TT_LABELS);
			d.largest = change > d.largest ? change : d.largest;
		}
		d.other_labels += a.label != b.label;
		d.changed += a.label != b.label && a.p[a.label] - a.p[b.label] > hair;
	}
	return d;
}

bool tt_deviation_is_small(const struct tt_deviation *d)
{
	return d->mean <= TT_DEVIATION_MEAN_MAX && d->largest <= TT_DEVIATION_LARGEST_MAX && !d->changed;
}
