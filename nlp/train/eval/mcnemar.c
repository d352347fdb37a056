/* mcnemar.c - see mcnemar.h. */
#include "nlp/train/eval/mcnemar.h"

#include <math.h>

enum { EXACT_BELOW = 25 };

/* 2 P(X <= k), X binomial of n and 1/2; n is small */
static double binomial_p(uint64_t k, uint64_t n)
{
	double term = pow(0.5, (double)n), sum = term;
	for (uint64_t i = 1; i <= k; i++) {
		term *= (double)(n - i + 1) / (double)i;
		sum += term;
	}
	return fmin(1, 2 * sum);
}

struct tt_mcnemar tt_mcnemar_of_counts(uint64_t first, uint64_t second)
{
	struct tt_mcnemar m = {first, second, first + second < EXACT_BELOW, 1};
	const uint64_t less = first < second ? first : second, n = first + second;
	if (m.exact) {
		m.p = binomial_p(less, n);
	} else {
		const double d = fmax(0, (double)(n - 2 * less) - 1);
		m.p = erfc(sqrt(d * d / (double)n / 2));
	}
	return m;
}

struct tt_mcnemar tt_mcnemar_of(const struct tt_answer *first, const struct tt_answer *second, size_t n)
{
	uint64_t only_first = 0, only_second = 0;
	for (size_t i = 0; i < n; i++) {
		const bool a = tt_top_label(first[i].p) == first[i].label;
		const bool b = tt_top_label(second[i].p) == second[i].label;
		only_first += a && !b;
		only_second += b && !a;
	}
	return tt_mcnemar_of_counts(only_first, only_second);
}
