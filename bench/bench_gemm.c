/* bench_gemm.c - what share of a core's multipliers each multiplication keeps busy, on the shapes that the
 * encoder multiplies.
 *
 * usage: bench_gemm [--json] [--ms N]
 *
 *   --json   an array of objects instead of Markdown
 *   --ms N   of one measurement; five are made, and medians told (20)
 *
 * One thread, processor time. A measurement is the peak (bench/peaks.h) for a quarter of the time, then the
 * multiplication: the share is of the peak of the same moment. Calls go from layer to layer, as the encoder's
 * do, so that the weights come from where they come from there. Activations are ready (quantised) before.
 * TICKERTONE_ISA excludes instruction sets. Plain C is measured with few rows: it is there to be read. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/peaks.h"
#include "common/cores.h"
#include "common/quantile.h"
#include "common/str.h"
#include "nlp/kernel/rows.h"

enum { ROUNDS = 5, ROWS_MAX = 512, PLAIN_ROWS_MAX = 4, K_MAX = 3072 };

static const size_t rows[] = {1, 4, 16, 48, 512};

static const struct shape {
	const char *model, *name;
	size_t n, k, layers;
} shapes[] = {
	{"minilm-finance", "query, key, value", 1152, 384, 6},
	{"minilm-finance", "out", 384, 384, 6},
	{"minilm-finance", "up", 1536, 384, 6},
	{"minilm-finance", "down", 384, 1536, 6},
	{"BERT-base", "query, key, value", 2304, 768, 12},
	{"BERT-base", "out", 768, 768, 12},
	{"BERT-base", "up", 3072, 768, 12},
	{"BERT-base", "down", 768, 3072, 12},
};

struct bench {
	bool json, begun;
	int64_t ms;
	float *values; /* (K_MAX) random, of weights and activations */
};

/* A matrix for every layer, and rows to multiply it with. */
struct operands {
	const struct shape *shape;
	size_t panel_bytes;
	uint8_t *panels, *x;
	float *zeros, *scales, *sums, *y; /* (n), (n), (n), (ROWS_MAX, n) */
	struct tt_range ranges[ROWS_MAX];
};

struct speed {
	double peak, ops, share; /* a second; a second; medians */
};

/* This thread's own time: others share the machine. */
static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void *memory(size_t bytes)
{
	void *p = aligned_alloc(64, tt_pad(bytes, 64));
	if (!p)
		abort();
	return memset(p, 0, tt_pad(bytes, 64));
}

static void make(struct operands *o, const struct bench *b, const struct tt_gemm *g, const struct shape *s)
{
	const size_t lines = tt_matrix_lines(g->precision, s->k), x_bytes = tt_gemm_row_bytes(g, s->k);
	*o = (struct operands){.shape = s, .panel_bytes = tt_matrix_bytes(g->precision, s->n, s->k)};
	o->panels = memory(s->layers * o->panel_bytes);
	o->x = memory(ROWS_MAX * x_bytes);
	o->zeros = memory(s->n * sizeof(float));
	o->scales = memory(s->n * sizeof(float));
	o->sums = memory(s->n * sizeof(float));
	o->y = memory(ROWS_MAX * s->n * sizeof(float));
	for (size_t j = 0; j < s->n; j++)
		tt_matrix_pack(g, o->panels, lines, j, b->values, s->k, &o->scales[j], &o->sums[j]);
	for (size_t l = 1; l < s->layers; l++)
		memcpy(o->panels + l * o->panel_bytes, o->panels, o->panel_bytes);
	for (size_t i = 0; i < ROWS_MAX; i++) {
		if (g->precision == TT_USE_FP32) /* multiplied where they are */
			memcpy(o->x + i * x_bytes, b->values, s->k * sizeof(float));
		else
			o->ranges[i] =
				tt_row_ready(tt_kernels_best(), g, o->x + i * x_bytes, b->values, s->k);
	}
}

static void release(struct operands *o)
{
	free(o->panels);
	free(o->x);
	free(o->zeros);
	free(o->scales);
	free(o->sums);
	free(o->y);
}

/* Runs layers for so long. Returns operations a second. */
static double multiply(struct operands *o, const struct tt_gemm *g, size_t m, double for_s)
{
	const struct shape *s = o->shape;
	struct tt_matrix w = {NULL, s->n, tt_matrix_lines(g->precision, s->k), o->zeros, o->scales, o->sums};
	const struct tt_product p = {.w = &w,
		.panel_end = s->n / TT_PANEL,
		.x = o->x,
		.x_bytes = tt_gemm_row_bytes(g, s->k),
		.ranges = o->ranges,
		.m = m,
		.y = o->y,
		.y_stride = s->n};
	const double begun = seconds();
	double took;
	size_t calls = 0;
	do {
		w.panels = o->panels + calls++ % s->layers * o->panel_bytes;
		g->multiply(&p);
		took = seconds() - begun;
	} while (took < for_s);
	return 2.0 * (double)m * (double)s->n * (double)s->k * (double)calls / took;
}

static double peak(const struct tt_gemm *g, double for_s)
{
	const double begun = seconds();
	double ops = 0, took;
	do {
		const double done = bench_peak_run(g, 1e6);
		if (done <= 0)
			return 0;
		ops += done;
		took = seconds() - begun;
	} while (took < for_s);
	return ops / took;
}

static struct speed measure(const struct bench *b, struct operands *o, const struct tt_gemm *g, size_t m)
{
	double peaks[ROUNDS], ops[ROUNDS], shares[ROUNDS];
	const double for_s = (double)b->ms / 1e3;
	multiply(o, g, m, 0); /* pages are there, and the core is awake */
	for (size_t r = 0; r < ROUNDS; r++) {
		peaks[r] = peak(g, for_s / 4);
		ops[r] = multiply(o, g, m, for_s * 3 / 4);
		shares[r] = peaks[r] > 0 ? ops[r] / peaks[r] : 0;
	}
	return (struct speed){tt_quantile(peaks, ROUNDS, 0.5), tt_quantile(ops, ROUNDS, 0.5),
		tt_quantile(shares, ROUNDS, 0.5)};
}

static const char *kernel_name(const struct tt_gemm *g)
{
	return g->isa == TT_ISA_PLAIN && g->rate > 1 ? "128-bit vectors" : tt_isa_name(g->isa);
}

static void put_json(
	struct bench *b, const struct tt_gemm *g, const struct shape *s, size_t m, struct speed v)
{
	printf("%s{\"precision\": \"%s\", \"kernel\": \"%s\", \"model\": \"%s\", \"matrix\": \"%s\", \"n\": "
	       "%zu, "
	       "\"k\": %zu, \"rows\": %zu, \"gops\": %.2f, \"peak_gops\": %.2f, \"share\": %.3f}",
		b->begun ? ",\n" : "[", tt_precision_name(g->precision), kernel_name(g), s->model, s->name,
		s->n, s->k, m, v.ops / 1e9, v.peak / 1e9, v.share);
	b->begun = true;
}

/* A table of one kernel. */
static void bench_kernel(struct bench *b, const struct tt_gemm *g)
{
	struct operands o;
	const char *unit = g->precision == TT_USE_INT8 ? "Gop/s" : "GFLOP/s";
	if (!b->json) {
		printf("\n### %s, %s: %s", tt_precision_name(g->precision), kernel_name(g), unit);
		const double best = peak(g, (double)b->ms / 1e3);
		if (best > 0)
			printf(" and share of the peak (%.0f)", best / 1e9);
		printf("\n\n| model | matrix | outputs × inputs | 1 row | 4 | 16 | 48 | 512 "
		       "|\n|---|---|---|---|---|---|---|---|\n");
	}
	for (size_t i = 0; i < TT_LEN(shapes); i++) {
		const struct shape *s = &shapes[i];
		make(&o, b, g, s);
		if (!b->json)
			printf("| %s | %s | %zu × %zu |", s->model, s->name, s->n, s->k);
		for (size_t r = 0; r < TT_LEN(rows); r++) {
			const bool left_out = g->rate == 1 && rows[r] > PLAIN_ROWS_MAX;
			const struct speed v = left_out ? (struct speed){0} : measure(b, &o, g, rows[r]);
			if (b->json && !left_out)
				put_json(b, g, s, rows[r], v);
			else if (!b->json && v.share > 0)
				printf(" %.0f, %.0f %% |", v.ops / 1e9, 100 * v.share);
			else if (!b->json)
				printf(left_out ? " |" : " %.1f |", v.ops / 1e9);
		}
		if (!b->json)
			printf("\n");
		fflush(stdout);
		release(&o);
	}
}

int main(int argc, char **argv)
{
	static const struct option names[] = {{"json", 0, NULL, 'j'}, {"ms", 1, NULL, 'm'}, {0}};
	static float values[K_MAX];
	struct bench b = {.ms = 20, .values = values};
	uint32_t seed = 7;
	char cpu[TT_CPU_NAME_BYTES];
	for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
		b.json = b.json || c == 'j';
		if (c == '?' || (c == 'm' && !tt_str_int(tt_str_c(optarg), 1, 60000, &b.ms))) {
			fprintf(stderr, "usage: bench_gemm [--json] [--ms N]\n");
			return 64;
		}
	}
	for (size_t i = 0; i < K_MAX; i++) {
		seed = seed * 1664525 + 1013904223;
		values[i] = (float)(seed >> 8) / 8388608.0f - 1;
	}
	tt_cpu_name(cpu);
	if (!b.json)
		printf("Processor: %s, one thread.\n", cpu);
	for (const struct tt_gemm *const *g = tt_gemm_all(); *g; g++)
		if (tt_isa_has((*g)->isa))
			bench_kernel(&b, *g);
	if (b.json)
		printf("]\n");
	return 0;
}
