/* bench_encoder.c - tokens per second of the encoder and its heads, beside what BLAS alone does on this
 * machine at this moment.
 *
 * usage: bench_encoder MODEL_DIR [TOKENS_PER_TEXT [PACK_TOKENS]]
 *
 * Texts are random token ids (the arithmetic does not depend on them), with one mention of three tokens each.
 * Rounds of the encoder alternate with rounds of sgemm of the model's largest shape; medians are printed as
 * one JSON object. `share` is the encoder's arithmetic rate, counting every multiplication a plain
 * implementation makes, as a part of sgemm's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "common/clock.h"
#include "common/str.h"
#include "nlp/model/kernels.h"
#include "nlp/model/model.h"

enum { ROUNDS = 9, TEXT_COUNT = 128, GEMM_M = 512 };

static int by_value(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double median(double *x, size_t n)
{
	qsort(x, n, sizeof(*x), by_value);
	return x[n / 2];
}

static double seconds(void)
{
	return (double)tt_mono_ns(&tt_clock_real) / 1e9;
}

/* Operations of a plain encoder for a text of n tokens: matrix products of all layers, and attention. */
static double operations(const struct tt_model_config *c, double n)
{
	const double C = c->hidden, F = c->intermediate;
	return c->layers * (2 * n * (4 * C * C + 2 * C * F) + 4 * n * n * C);
}

static double gemm_rate(const struct tt_model_config *c, float *x, float *y, const float *w)
{
	const double begun = seconds();
	tt_gemm(y, (size_t)c->intermediate, x, (size_t)c->hidden, w, GEMM_M, (size_t)c->intermediate,
		(size_t)c->hidden);
	return 2.0 * (double)tt_gemm_rows(GEMM_M) * c->hidden * c->intermediate / (seconds() - begun);
}

static void fill(struct tt_sequence *seqs, int32_t *ids, size_t n, int vocab, float (*out)[TT_LABELS])
{
	static const struct tt_token_range mention = {1, 4};
	for (size_t i = 0; i < TEXT_COUNT; i++) {
		for (size_t t = 0; t < n; t++)
			ids[i * n + t] = (int32_t)((i * 7919 + t * 104729) % (size_t)vocab);
		seqs[i] = (struct tt_sequence){.ids = ids + i * n,
			.n_ids = n,
			.mentions = &mention,
			.n_mentions = n > 5,
			.mention_logits = out + i};
	}
}

int main(int argc, char **argv)
{
	int64_t n = 30, pack = 512;
	struct tt_err err = {0};
	struct tt_model *m;
	struct tt_classifier *c;
	if (argc < 2 || (argc > 2 && !tt_str_int(tt_str_c(argv[2]), 2, 4096, &n)) ||
		(argc > 3 && !tt_str_int(tt_str_c(argv[3]), 1, 65536, &pack))) {
		fprintf(stderr, "usage: bench_encoder MODEL_DIR [TOKENS_PER_TEXT [PACK_TOKENS]]\n");
		return 64;
	}
	if (tt_model_open(&m, argv[1], &err) < 0 || tt_classifier_new(&c, m, (size_t)pack, &err) < 0) {
		fprintf(stderr, "%s\n", err.msg);
		return 1;
	}
	const struct tt_model_config *f = &m->config;
	struct tt_sequence *seqs = calloc(TEXT_COUNT, sizeof(*seqs));
	int32_t *ids = calloc(TEXT_COUNT * (size_t)n, sizeof(*ids));
	float(*out)[TT_LABELS] = calloc(TEXT_COUNT, sizeof(*out));
	float *x = calloc(tt_gemm_rows(GEMM_M) * (size_t)f->hidden, sizeof(*x));
	float *y = calloc(tt_gemm_rows(GEMM_M) * (size_t)f->intermediate, sizeof(*y));
	double rates[ROUNDS], blas[ROUNDS];
	struct rusage use;
	if (!seqs || !ids || !out || !x || !y)
		return 1;
	fill(seqs, ids, (size_t)n, f->vocab, out);
	for (int i = -1; i < ROUNDS; i++) { /* the first warms up */
		double gemms[ROUNDS], begun = seconds();
		if (tt_classify(c, seqs, TEXT_COUNT, &err) < 0)
			return 1;
		const double rate = (double)(TEXT_COUNT * n) / (seconds() - begun);
		for (int k = 0; k < ROUNDS; k++)
			gemms[k] = gemm_rate(f, x, y, m->weights.layers[0].up_w);
		if (i < 0)
			continue;
		rates[i] = rate;
		blas[i] = median(gemms, ROUNDS);
	}
	const double rate = median(rates, ROUNDS), peak = median(blas, ROUNDS);
	const double flops = rate / (double)n * operations(f, (double)n);
	getrusage(RUSAGE_SELF, &use);
	printf("{\"kernels\":\"%s\",\"text_tokens\":%d,\"pack_tokens\":%d,\"tokens_per_s\":%.0f,\"texts_per_"
	       "s\":%.1f,\"gflops\":%.1f,"
	       "\"sgemm_gflops\":%.1f,\"share\":%.2f,\"weight_bytes\":%lld,\"scratch_bytes\":%zu,\"max_rss_"
	       "kib\":%ld}\n",
		tt_kernels_best()->name, (int)n, (int)pack, rate, rate / (double)n, flops / 1e9, peak / 1e9,
		flops / peak, (long long)m->weights.bytes, tt_classifier_bytes(m, (size_t)pack),
		use.ru_maxrss);
	free(seqs), free(ids), free(out), free(x), free(y);
	tt_classifier_free(c);
	tt_model_free(m);
	return 0;
}
