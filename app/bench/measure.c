/* measure.c - see measure.h. */
#include "app/bench/measure.h"

#include <stdlib.h>
#include <string.h>

#include "app/score/progress.h"
#include "common/clock.h"
#include "common/cores.h"
#include "common/quantile.h"
#include "nlp/crew.h"

enum {
	ROUNDS = TT_BENCH_ROUNDS,
	PACK_TOKENS = 512, /* of run and score */
	CALL_TEXTS = 1024, /* of a call of the crew: run's largest batch */
	SAMPLE_MIN = 64,   /* texts: enough for every thread */
	ALONE_MIN = 4,     /* texts read one by one in a round */
	ALONE_MAX = 1024,
};
static const double alone_share = 0.2; /* of a turn */

/* One precision's part in it. */
struct side {
	struct tt_bench_row *row;
	struct tt_model *model;
	struct tt_crew *crew;
	struct tt_sequence *seqs; /* (texts) with its results */
	double pass_s;            /* all texts, the first time */
	double rates[ROUNDS];     /* texts/s */
	double *alone_ms;         /* (ROUNDS * alone) */
};

struct bench {
	const struct tt_bench_plan *plan;
	const struct tt_bench_texts *texts;
	struct side sides[TT_PRECISIONS];
	size_t n;
	struct tt_sequence *sample; /* (n_sample) who reads it overwrites the results */
	size_t n_sample, sample_tokens;
	size_t alone; /* texts a round and side */
	struct tt_progress_bar progress;
	int64_t read; /* texts so far, for the bar */
};

bool tt_bench_can(enum tt_precision p)
{
	return p == TT_USE_FP32 || tt_gemm_best(p)->isa != TT_ISA_PLAIN;
}

static double seconds(void)
{
	return (double)tt_mono_ns(&tt_clock_real) / 1e9;
}

static int open_side(struct bench *b, struct side *s, enum tt_precision p, struct tt_err *err)
{
	const double begun = seconds();
	int rc = tt_model_open(&s->model, b->plan->dir, p, err);
	*s->row = (struct tt_bench_row){
		.precision = p, .isa = tt_gemm_best(p)->isa, .load_ms = (seconds() - begun) * 1e3};
	if (rc < 0)
		return rc;
	s->row->weight_bytes = tt_model_facts(s->model)->weight_bytes;
	s->row->scratch_bytes = (int64_t)tt_classifier_bytes(s->model, PACK_TOKENS);
	s->seqs = malloc(b->texts->n * sizeof(*s->seqs));
	if (!s->seqs)
		return tt_err_set(err, TT_ENOMEM, "out of memory");
	memcpy(s->seqs, b->texts->seqs, b->texts->n * sizeof(*s->seqs));
	return tt_crew_new(&s->crew, s->model, b->plan->threads, PACK_TOKENS, err);
}

static int read_all(
	struct bench *b, struct side *s, struct tt_sequence *seqs, size_t n, bool draw, struct tt_err *err)
{
	int rc = TT_OK;
	for (size_t i = 0, k; rc == TT_OK && i < n; i += k) {
		k = n - i < CALL_TEXTS ? n - i : CALL_TEXTS;
		rc = tt_crew_classify(s->crew, seqs + i, k, err);
		b->read += (int64_t)k;
		if (draw) /* the bar's unit is the text here, and the turn in measure_speed */
			tt_progress_update(&b->progress, b->read, b->read);
	}
	return rc;
}

/* ---- the results of all texts ---- */

static int compare(struct bench *b, struct tt_err *err)
{
	int rc = TT_OK;
	tt_progress_init(&b->progress, true, (int64_t)(b->n * b->texts->n));
	for (size_t i = 0; rc == TT_OK && i < b->n; i++) {
		struct side *s = &b->sides[i];
		const double begun = seconds();
		rc = read_all(b, s, s->seqs, b->texts->n, true, err);
		s->pass_s = seconds() - begun;
		s->row->deviation = tt_deviation_of(b->sides[0].seqs, s->seqs, b->texts->n);
		s->row->accuracy = tt_bench_texts_accuracy(b->texts, s->seqs);
	}
	tt_progress_clear(&b->progress);
	return rc;
}

/* ---- speed ---- */

static double turn_s(const struct bench *b)
{
	return b->plan->seconds / ROUNDS;
}

/* As many texts as the slowest can read in its turn, and how many of them one by one. */
static int choose_sample(struct bench *b, struct tt_err *err)
{
	const size_t n = b->texts->n;
	double slowest = 0;
	for (size_t i = 0; i < b->n; i++)
		slowest = b->sides[i].pass_s > slowest ? b->sides[i].pass_s : slowest;
	const double fits = (double)n * turn_s(b) * (1 - alone_share) / slowest;
	const size_t least = n < SAMPLE_MIN ? n : SAMPLE_MIN;
	b->n_sample = fits > (double)n ? n : fits > (double)least ? (size_t)fits : least;
	const double one_s = slowest / (double)n * (double)(b->plan->threads ? b->plan->threads : tt_cores()),
		     alone = turn_s(b) * alone_share / one_s;
	b->alone = alone > ALONE_MAX ? ALONE_MAX : alone > ALONE_MIN ? (size_t)alone : ALONE_MIN;
	b->sample = malloc(b->n_sample * sizeof(*b->sample));
	bool enough = b->sample;
	for (size_t i = 0; i < b->n; i++) {
		b->sides[i].alone_ms = malloc(ROUNDS * b->alone * sizeof(double));
		enough = enough && b->sides[i].alone_ms;
	}
	if (!enough)
		return tt_err_set(err, TT_ENOMEM, "out of memory");
	for (size_t i = 0; i < b->n_sample; i++) {
		b->sample[i] = b->texts->seqs[i * n / b->n_sample];
		b->sample_tokens += b->sample[i].n_ids;
	}
	return TT_OK;
}

static int read_together(struct bench *b, struct side *s, size_t round, struct tt_err *err)
{
	const double begun = seconds();
	double took = 0;
	size_t texts = 0;
	int rc = TT_OK;
	while (rc == TT_OK && (!texts || took < turn_s(b) * (1 - alone_share))) {
		rc = read_all(b, s, b->sample, b->n_sample, false, err);
		took = seconds() - begun;
		texts += b->n_sample;
	}
	s->rates[round] = (double)texts / took;
	return rc;
}

/* The same texts for every side; over all rounds an even choice of all there are. */
static int read_alone(struct bench *b, struct side *s, size_t round, struct tt_err *err)
{
	const size_t n = b->texts->n, all = ROUNDS * b->alone;
	int rc = TT_OK;
	for (size_t i = 0; rc == TT_OK && i < b->alone; i++) {
		const size_t k = i * ROUNDS + round;
		struct tt_sequence one = b->texts->seqs[all < n ? k * n / all : k % n];
		const double begun = seconds();
		rc = tt_crew_classify(s->crew, &one, 1, err);
		s->alone_ms[round * b->alone + i] = (seconds() - begun) * 1e3;
	}
	return rc;
}

static void sum_up(struct bench *b)
{
	const double tokens = (double)b->sample_tokens / (double)b->n_sample;
	const size_t all = ROUNDS * b->alone;
	double ratios[TT_PRECISIONS][ROUNDS];
	for (size_t i = 0; i < b->n; i++) /* before medians sort the rounds */
		for (size_t r = 0; r < ROUNDS; r++)
			ratios[i][r] = b->sides[i].rates[r] / b->sides[0].rates[r];
	for (size_t i = 0; i < b->n; i++) {
		struct side *s = &b->sides[i];
		struct tt_bench_row *row = s->row;
		row->texts_per_s = tt_quantile(s->rates, ROUNDS, 0.5);
		row->tokens_per_s = row->texts_per_s * tokens;
		row->times_fp32 = tt_quantile(ratios[i], ROUNDS, 0.5);
		row->spread = (s->rates[ROUNDS - 2] - s->rates[1]) / row->texts_per_s;
		row->p50_ms = tt_quantile(s->alone_ms, all, 0.5);
		row->p99_ms = tt_quantile(s->alone_ms, all, 0.99);
		row->alone = all;
	}
}

static int measure_speed(struct bench *b, struct tt_err *err)
{
	int rc = choose_sample(b, err);
	b->read = 0;
	tt_progress_init(&b->progress, true, (int64_t)(ROUNDS * b->n));
	for (size_t turn = 0; rc == TT_OK && turn < ROUNDS * b->n; turn++) {
		const size_t round = turn / b->n;
		struct side *s = &b->sides[(turn + round) % b->n]; /* nobody is always the first */
		rc = read_together(b, s, round, err);
		if (rc == TT_OK)
			rc = read_alone(b, s, round, err);
		tt_progress_update(&b->progress, b->read, (int64_t)turn + 1);
	}
	tt_progress_clear(&b->progress);
	if (rc == TT_OK)
		sum_up(b);
	return rc;
}

int tt_bench_measure(struct tt_bench_result *ret, const struct tt_bench_plan *plan,
	const struct tt_bench_texts *texts, struct tt_err *err)
{
	struct bench b = {.plan = plan, .texts = texts};
	int rc = TT_OK;
	*ret = (struct tt_bench_result){.threads = plan->threads ? plan->threads : tt_cores()};
	for (int p = 0; rc == TT_OK && p < TT_PRECISIONS; p++) {
		if (p != TT_USE_FP32 && !plan->with[p])
			continue;
		b.sides[b.n].row = &ret->rows[b.n];
		rc = open_side(&b, &b.sides[b.n++], p, err);
	}
	if (rc == TT_OK)
		rc = compare(&b, err);
	if (rc == TT_OK)
		rc = measure_speed(&b, err);
	if (rc == TT_OK) {
		ret->model = tt_model_facts(b.sides[0].model)->hash;
		ret->parameters = tt_model_facts(b.sides[0].model)->parameters;
		ret->sample = b.n_sample;
		ret->n_rows = b.n;
	}
	for (size_t i = 0; i < b.n; i++) {
		tt_crew_free(b.sides[i].crew);
		tt_model_free(b.sides[i].model);
		free(b.sides[i].seqs);
		free(b.sides[i].alone_ms);
	}
	free(b.sample);
	return rc;
}
