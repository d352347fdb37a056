/* test_eval.c - figures, temperatures, McNemar's test against those of scikit-learn, SciPy and statsmodels
 * (make_golden.py); intervals against the binomial's; with memory failing anywhere. */
#include <math.h>

#include "nlp/train/eval/bootstrap.h"
#include "nlp/train/eval/calibrate.h"
#include "nlp/train/eval/mcnemar.h"
#include "nlp/train/eval/metrics.h"
#include "tests/fault.h"
#include "tests/tt_test.h"

#include "tests/nlp/train/eval/golden.h"

enum { N = TT_LEN(answers) };

TT_TEST(figures)
{
	static const uint64_t confusion[TT_LABELS][TT_LABELS] = GOLDEN_CONFUSION;
	static const double precision[] = GOLDEN_PRECISION, recall[] = GOLDEN_RECALL, f1[] = GOLDEN_F1;
	const struct tt_confusion c = tt_confusion_of(answers, N, NULL);
	TT_EQ(memcmp(c.n, confusion, sizeof(confusion)), 0);
	TT_EQ(tt_confusion_total(&c), N);
	TT_NEAR(tt_confusion_accuracy(&c), GOLDEN_ACCURACY, 1e-10);
	TT_NEAR(tt_confusion_macro_f1(&c), GOLDEN_MACRO_F1, 1e-10);
	for (int k = 0; k < TT_LABELS; k++) {
		TT_NEAR_ROW(k, tt_confusion_precision(&c, k), precision[k], 1e-10);
		TT_NEAR_ROW(k, tt_confusion_recall(&c, k), recall[k], 1e-10);
		TT_NEAR_ROW(k, tt_confusion_f1(&c, k), f1[k], 1e-10);
	}
	TT_NEAR(tt_log_loss(answers, N, NULL), GOLDEN_LOG_LOSS, 1e-7);
	TT_NEAR(tt_brier(answers, N, NULL), GOLDEN_BRIER, 1e-10);
	TT_NEAR(tt_reliability_of(answers, N).ece, GOLDEN_ECE, 1e-10);
}

/* By hand: bin 15 is half right, bin 6 has the one of 0.34, and 0.4f, a little more than 6 / 15, is of bin 7.
 */
TT_TEST(bins)
{
	static const struct tt_answer a[] = {{0, 0, {1, 0, 0}}, {1, 1, {1, 0, 0}},
		{2, 0, {0.34f, 0.33f, 0.33f}}, {3, 2, {0.2f, 0.4f, 0.4f}}};
	const struct tt_reliability r = tt_reliability_of(a, TT_LEN(a));
	TT_EQ(r.bins[14].n, 2);
	TT_NEAR(r.bins[14].confidence, 1, 0);
	TT_NEAR(r.bins[14].accuracy, 0.5, 0);
	TT_EQ(r.bins[5].n, 1);
	TT_EQ(r.bins[6].n, 1);
	TT_TRUE(isnan(r.bins[0].accuracy));
	TT_NEAR(r.ece, (2 * 0.5 + (1 - 0.34) + 0.4) / 4, 1e-7);
}

TT_TEST(nothing)
{
	const struct tt_confusion c = {0};
	double t;
	TT_TRUE(isnan(tt_confusion_accuracy(&c)) && isnan(tt_confusion_macro_f1(&c)) &&
		isnan(tt_confusion_f1(&c, 0)));
	TT_TRUE(isnan(tt_log_loss(NULL, 0, NULL)) && isnan(tt_brier(NULL, 0, NULL)));
	TT_TRUE(isnan(tt_reliability_of(NULL, 0).ece));
	TT_EQ(tt_temperature_fit(NULL, 0, &t, NULL), TT_EDATA);
}

/* Counting a unit twice is having it twice; not counting it is not having it. */
TT_TEST(times)
{
	struct tt_answer twice[2 * N];
	uint32_t count[N];
	size_t n = 0;
	for (size_t i = 0; i < N; i++) {
		count[i] = i % 3;
		for (size_t k = 0; k < count[i]; k++)
			twice[n++] = answers[i];
	}
	const struct tt_confusion a = tt_confusion_of(answers, N, count), b = tt_confusion_of(twice, n, NULL);
	TT_EQ(memcmp(&a, &b, sizeof(a)), 0);
	TT_NEAR(tt_log_loss(answers, N, count), tt_log_loss(twice, n, NULL), 1e-12);
	TT_NEAR(tt_brier(answers, N, count), tt_brier(twice, n, NULL), 1e-12);
}

TT_TEST(temperature)
{
	struct tt_answer a[N];
	double t = 0;
	memcpy(a, answers, sizeof(a));
	TT_EQ(tt_temperature_fit(a, N, &t, NULL), TT_OK);
	TT_NEAR(t, GOLDEN_TEMPERATURE, 1e-4);
	tt_temperature_apply(a, N, t);
	TT_NEAR(tt_log_loss(a, N, NULL), GOLDEN_CALIBRATED_LOSS, 1e-7);
	for (size_t i = 0; i < N; i++)
		TT_EQ_ROW((long)i, tt_top_label(a[i].p), tt_top_label(answers[i].p));
	TT_EQ(tt_temperature_fit(a, N, &t, NULL), TT_OK); /* no other one is needed now */
	TT_NEAR(t, 1, 1e-4);
}

/* All right, however sure: the surer the better. None of the sure ones right: the less the better. */
TT_TEST(no_best_temperature)
{
	static const struct tt_answer right[] = {{0, 0, {0.6f, 0.2f, 0.2f}}, {1, 1, {0, 1, 0}}},
				      sure[] = {{0, 0, {0.999f, 0.0005f, 0.0005f}}};
	static const struct tt_answer wrong[] = {{0, 1, {0.6f, 0.2f, 0.2f}}, {1, 2, {0, 1, 0}}};
	double t = 7;
	TT_EQ(tt_temperature_fit(right, 2, &t, NULL), TT_EDATA);
	TT_EQ(tt_temperature_fit(sure, 1, &t, NULL), TT_EDATA);
	TT_EQ(tt_temperature_fit(wrong, 2, &t, NULL), TT_EDATA);
	TT_NEAR(t, 7, 0);
}

TT_TEST(mcnemar)
{
	for (size_t i = 0; i < TT_LEN(mcnemar_rows); i++) {
		const struct tt_mcnemar m =
			tt_mcnemar_of_counts(mcnemar_rows[i].first, mcnemar_rows[i].second);
		TT_EQ_ROW((long)i, m.exact, mcnemar_rows[i].exact);
		if (mcnemar_rows[i].p < 1)
			TT_NEAR_ROW((long)i, m.p / mcnemar_rows[i].p, 1, 1e-9);
		else
			TT_NEAR_ROW((long)i, m.p, 1, 1e-9);
	}
	static const struct tt_answer a[] = {{0, 0, {1, 0, 0}}, {1, 1, {1, 0, 0}}, {2, 2, {0, 0, 1}}},
				      b[] = {{0, 0, {0, 1, 0}}, {1, 1, {0, 1, 0}}, {2, 2, {0, 0, 1}}};
	const struct tt_mcnemar m = tt_mcnemar_of(a, b, 3);
	TT_EQ(m.first, 1);
	TT_EQ(m.second, 1);
}

/* ---- intervals ---- */

/* data: (1000) 0 or 1; the mean, less it (a paired difference of 0), NaN */
static void means(const void *data, const uint32_t *times, double *ret)
{
	const unsigned char *x = data;
	double sum = 0, n = 0;
	for (size_t i = 0; i < 1000; i++) {
		sum += times[i] * x[i];
		n += times[i];
	}
	ret[0] = sum / n;
	ret[1] = sum / n - sum / 1000;
	ret[2] = (double)NAN;
}

/* The interval of a share p of n is p ± 1.96 √(p (1 - p) / n). */
TT_TEST(intervals)
{
	unsigned char x[1000];
	struct tt_interval a[3], b[3], c[3];
	for (size_t i = 0; i < 1000; i++)
		x[i] = i % 5 == 0;
	struct tt_bootstrap boot = {1000, 3, 4000, 1, means, x};
	TT_EQ(tt_bootstrap_run(&boot, a, NULL), TT_OK);
	TT_NEAR(a[0].low, 0.2 - 0.0248, 0.0025);
	TT_NEAR(a[0].high, 0.2 + 0.0248, 0.0025);
	TT_NEAR(a[1].low, 0, 1e-12); /* as many are drawn as there are */
	TT_NEAR(a[1].high, 0, 1e-12);
	TT_TRUE(isnan(a[2].low) && isnan(a[2].high));
	TT_EQ(tt_bootstrap_run(&boot, b, NULL), TT_OK);
	TT_NEAR(a[0].low, b[0].low, 0);
	TT_NEAR(a[0].high, b[0].high, 0);
	boot.seed = 2;
	boot.resamples = 100;
	TT_EQ(tt_bootstrap_run(&boot, c, NULL), TT_OK);
	TT_TRUE(c[0].low != a[0].low || c[0].high != a[0].high);
}

TT_TEST(out_of_memory)
{
	unsigned char x[1000] = {1};
	struct tt_bootstrap boot = {1000, 3, 100, 1, means, x};
	struct tt_interval got[3];
	int n, rc = TT_ENOMEM;
	for (n = 0; n < 20 && rc == TT_ENOMEM; n++) {
		tt_fault_alloc_after(n);
		rc = tt_bootstrap_run(&boot, got, NULL);
		tt_fault_off();
		TT_EQ_ROW(n, tt_alloc_live(), 0);
	}
	TT_EQ(rc, TT_OK);
	TT_TRUE(n > 1);
}

TT_MAIN(TT_RUN(figures), TT_RUN(bins), TT_RUN(nothing), TT_RUN(times), TT_RUN(temperature),
	TT_RUN(no_best_temperature), TT_RUN(mcnemar), TT_RUN(intervals), TT_RUN(out_of_memory))
