/* measure.h - how fast this machine reads texts with a model, precision by precision, and how far each is
 * from fp32.
 *
 * First every precision reads all texts: results are compared. Then speed, in rounds: in each, every
 * precision in turn reads an even choice of the texts for a while with all threads, as `run` does, and then
 * some of them one by one. So a slow minute of a shared machine falls on all, and medians of rounds are told.
 * Cleaning and tokenizing are done before and in nobody's time. */
#ifndef TT_APP_BENCH_MEASURE_H
#define TT_APP_BENCH_MEASURE_H

#include "app/bench/texts.h"
#include "nlp/deviation.h"

enum { TT_BENCH_ROUNDS = 7 };

/* Whether this processor has instructions for it: plain C would take minutes, and nobody would run it. */
bool tt_bench_can(enum tt_precision p);

struct tt_bench_plan {
	const char *dir;          /* of the model */
	int threads;              /* 0: tt_cores() */
	double seconds;           /* of a precision, all rounds together */
	bool with[TT_PRECISIONS]; /* fp32 is measured in any case */
};

struct tt_bench_row {
	enum tt_precision precision;
	enum tt_isa isa; /* of its multiplication */
	double load_ms;
	int64_t weight_bytes, scratch_bytes; /* the latter of one thread */
	struct tt_deviation deviation;       /* from fp32 */
	double accuracy;                     /* when there are labels */
	double texts_per_s, tokens_per_s;    /* medians of the rounds */
	double times_fp32;                   /* median of the rounds' ratios */
	double spread; /* of the middle rounds: without the best and the worst, (max - min) / median */
	double p50_ms, p99_ms; /* one text, nothing else to read */
	size_t alone;          /* how many were read so */
};

struct tt_bench_result {
	struct tt_id model;
	int64_t parameters;
	int threads;
	size_t sample;                           /* texts that speed was measured with */
	struct tt_bench_row rows[TT_PRECISIONS]; /* fp32 first */
	size_t n_rows;
};

/* Errors: those of tt_model_open; TT_ENOMEM, TT_EDATA (texts of another model's tokenizer). */
int tt_bench_measure(struct tt_bench_result *ret, const struct tt_bench_plan *plan,
	const struct tt_bench_texts *texts, struct tt_err *err);

#endif
