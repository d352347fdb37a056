/* bench_train.c - how fast a step of training is: forward, backward and AdamW, dropout 0.1, item head.
 *
 * usage: bench_train MODEL_DIR FILE [option...]          FILE: LABEL<TAB>TEXT a line
 *
 *   --threads N   (1)
 *   --batch N     texts of a step (32)
 *   --steps N     measured, after three that are not (20); other texts each, until the file ends
 *   --ids         prints what is trained on instead, for bench/peers/train_torch.py: a line a text, its label
 *                 and its token ids; an empty line after each step
 *
 * Prints one JSON object: the median step, and tokens a second of all steps. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench_texts.h"
#include "common/clock.h"
#include "nlp/train/model/trainer.h"

enum { WARM_UP = 3, BATCH_MAX = 1024, STEPS_MAX = 10000 };

struct bench {
	int64_t threads, batch, steps;
	bool ids;
	struct bench_texts texts;
	struct tt_params *params;
	struct tt_trainer *trainer;
};

/* The examples of step i. */
static struct tt_train_batch batch_of(const struct bench *b, int64_t i, struct tt_train_example *of)
{
	const struct tt_bench_texts *t = &b->texts.all;
	for (int64_t k = 0; k < b->batch; k++) {
		const size_t at = (size_t)(i * b->batch + k) % t->n;
		of[k] = (struct tt_train_example){
			.ids = t->seqs[at].ids, .n_ids = t->seqs[at].n_ids, .target = {t->labels[at], NULL}};
	}
	return (struct tt_train_batch){of, (size_t)b->batch};
}

static void print_ids(const struct bench *b)
{
	struct tt_train_example of[BATCH_MAX];
	for (int64_t i = 0; i < WARM_UP + b->steps; i++) {
		const struct tt_train_batch batch = batch_of(b, i, of);
		for (size_t k = 0; k < batch.n; k++) {
			printf("%d", of[k].target.label);
			for (size_t t = 0; t < of[k].n_ids; t++)
				printf(" %d", (int)of[k].ids[t]);
			printf("\n");
		}
		printf("\n");
	}
}

static int by_size(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static int measure(struct bench *b, struct tt_err *err)
{
	static double ms[STEPS_MAX];
	struct tt_train_example of[BATCH_MAX];
	struct tt_train_report r;
	double total = 0;
	size_t tokens = 0;
	for (int64_t i = 0; i < WARM_UP + b->steps; i++) {
		const struct tt_train_batch batch = batch_of(b, i, of);
		const int64_t start = tt_mono_ns(&tt_clock_real);
		const int rc = tt_trainer_step(b->trainer, &batch, 1, &r, err);
		if (rc < 0)
			return rc;
		if (i < WARM_UP)
			continue;
		ms[i - WARM_UP] = (double)(tt_mono_ns(&tt_clock_real) - start) / 1e6;
		total += ms[i - WARM_UP];
		tokens += r.tokens;
	}
	qsort(ms, (size_t)b->steps, sizeof(*ms), by_size);
	printf("{\"engine\": \"tickertone\", \"threads\": %d, \"batch\": %d, \"step_ms\": %.1f, "
	       "\"tokens_per_s\": %.0f, \"loss\": %.4f}\n",
		(int)b->threads, (int)b->batch, ms[b->steps / 2], (double)tokens / total * 1e3, r.loss);
	return TT_OK;
}

static int run(struct bench *b, const char *model, const char *file, struct tt_err *err)
{
	struct tt_tokenizer *tokenizer = NULL;
	struct tt_train_options o = tt_train_defaults();
	o.threads = (int)b->threads;
	o.steps = INT64_C(1) << 40; /* a rate that stays, as the peer has it */
	int rc = tt_tokenizer_open(&tokenizer, model, err);
	if (rc == TT_OK)
		rc = bench_texts_read(&b->texts, file, tokenizer, 128, err);
	if (rc == TT_OK && b->ids)
		print_ids(b);
	if (rc == TT_OK && !b->ids)
		rc = tt_params_open(&b->params, model, &(struct tt_params_options){.seed = 1}, err);
	if (b->params)
		rc = tt_trainer_new(&b->trainer, b->params, &o, err);
	if (b->trainer)
		rc = measure(b, err);
	tt_trainer_free(b->trainer);
	tt_params_free(b->params);
	bench_texts_done(&b->texts);
	tt_tokenizer_free(tokenizer);
	return rc;
}

int main(int argc, char **argv)
{
	static const struct option names[] = {{"threads", 1, NULL, 't'}, {"batch", 1, NULL, 'b'},
		{"steps", 1, NULL, 's'}, {"ids", 0, NULL, 'i'}, {NULL, 0, NULL, 0}};
	struct bench b = {.threads = 1, .batch = 32, .steps = 20};
	struct tt_err err = {0};
	bool good = true;
	for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
		const struct tt_str v = tt_str_c(optarg);
		good = good && (c == 't'          ? tt_str_int(v, 1, 64, &b.threads)
				       : c == 'b' ? tt_str_int(v, 1, BATCH_MAX, &b.batch)
				       : c == 's' ? tt_str_int(v, 1, STEPS_MAX, &b.steps)
						  : c == 'i');
		b.ids |= c == 'i';
	}
	if (!good || argc - optind != 2) {
		fprintf(stderr,
			"usage: bench_train MODEL_DIR FILE [--threads N] [--batch N] [--steps N] [--ids]\n");
		return 64;
	}
	if (run(&b, argv[optind], argv[optind + 1], &err) < 0) {
		fprintf(stderr, "bench_train: %s\n", err.msg);
		return 1;
	}
	return 0;
}
