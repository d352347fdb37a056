/* bench_encoder.c - how fast the classifier reads texts, and how long one text takes.
 *
 * usage: bench_encoder MODEL_DIR --texts FILE [option...]
 *
 *   --texts FILE      TEXT or LABEL<TAB>TEXT a line; with labels, accuracy is told
 *   --precision P     fp32 (the default), bf16 or int8
 *   --threads N       that share the model, each with scratch of its own (1)
 *   --batch N|all     texts of one call; all: the thread's share in one. Default: what fits into a pack
 *   --pack N          tokens of one forward pass (512)
 *   --max-tokens N    a longer text is cut (512)
 *   --repeat N        measurements (5), one JSON object each
 *   --latency N       one text a call, N texts: percentiles in µs
 *   --load N          with --latency: so many threads read the texts in packs meanwhile
 *   --serve           measures once for each line on standard input, so that a driver can let engines take
 * turns: "speed FILE", "outputs FILE" (probabilities of each text), "latency N LOAD FILE". A precision that
 * the processor has no instructions for is refused: plain C would keep the others waiting for minutes.
 *
 * Cleaning and tokenizing are done before and not timed. Threads take chunks of texts, in the given order. */
#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench/bench_texts.h"
#include "common/clock.h"
#include "common/quantile.h"

enum { THREADS_MAX = 256, LATENCY_MAX = 1 << 20, WARM_UP = 16 };

struct options {
	const char *model, *texts, *precision, *batch;
	int64_t threads, pack, max_tokens, repeat, latency, load;
	int serve;
};

struct bench {
	struct options opt;
	struct tt_tokenizer *tokenizer;
	struct tt_model *model;
	struct tt_classifier *classifiers[THREADS_MAX];
	struct bench_texts texts;
	char *path; /* of texts */
	double load_ms;
	_Atomic size_t next, done; /* chunk to take; texts read under load */
	_Atomic bool stop, failed;
	struct tt_err err;
};

struct thread {
	struct bench *b;
	struct tt_classifier *classifier;
	pthread_t id;
};

static double seconds(void)
{
	return (double)tt_mono_ns(&tt_clock_real) / 1e9;
}

/* The one place that knows how a model of some precision is opened. */
static int open_model(struct bench *b, struct tt_err *err)
{
	for (int p = 0; p < TT_PRECISIONS; p++) {
		if (strcmp(b->opt.precision, tt_precision_name(p)) != 0)
			continue;
		if (b->opt.serve && tt_gemm_best(p)->isa == TT_ISA_PLAIN)
			return tt_err_set(err, TT_EUSAGE, "this processor has no instructions for %s",
				b->opt.precision);
		return tt_model_open(&b->model, b->opt.model, p, err);
	}
	return tt_err_set(err, TT_EUSAGE, "precision '%s': fp32, bf16 or int8", b->opt.precision);
}

/* Opens the texts at path unless they are open, and cuts them. */
static int use_texts(struct bench *b, const char *path, struct tt_err *err)
{
	int64_t batch = 0;
	if (b->path && strcmp(b->path, path) == 0)
		return TT_OK;
	free(b->path);
	b->path = NULL;
	bench_texts_done(&b->texts);
	int rc = bench_texts_read(&b->texts, path, b->tokenizer, (size_t)b->opt.max_tokens, err);
	if (rc < 0)
		return rc;
	if (b->opt.batch && strcmp(b->opt.batch, "all") == 0)
		batch = ((int64_t)b->texts.all.n + b->opt.threads - 1) / b->opt.threads;
	else if (b->opt.batch && !tt_str_int(tt_str_c(b->opt.batch), 1, INT32_MAX, &batch))
		return tt_err_set(err, TT_EUSAGE, "--batch is a number or 'all'");
	rc = bench_texts_cut(&b->texts, (size_t)batch, (size_t)b->opt.pack, err);
	b->path = rc == TT_OK ? strdup(path) : NULL;
	return rc;
}

static bool classify_chunk(struct bench *b, struct tt_classifier *c, struct tt_sequence *seqs, size_t n)
{
	struct tt_err err = {0};
	if (tt_classify(c, seqs, n, &err) == TT_OK)
		return true;
	if (!atomic_exchange(&b->failed, true))
		b->err = err;
	return false;
}

static void *read_chunks(void *ctx)
{
	const struct thread *t = ctx;
	struct bench_texts *x = &t->b->texts;
	for (size_t i; (i = atomic_fetch_add(&t->b->next, 1)) < x->n_chunks;)
		if (!classify_chunk(
			    t->b, t->classifier, x->all.seqs + x->chunks[i], x->chunks[i + 1] - x->chunks[i]))
			break;
	return NULL;
}

/* Other work of the machine: the texts over and over, results into a copy of each chunk's sequences. */
static void *read_for_ever(void *ctx)
{
	const struct thread *t = ctx;
	const struct bench_texts *x = &t->b->texts;
	struct tt_sequence *copy = calloc(x->all.n, sizeof(*copy));
	while (copy && !atomic_load(&t->b->stop)) {
		const size_t i = atomic_fetch_add(&t->b->next, 1) % x->n_chunks;
		const size_t n = x->chunks[i + 1] - x->chunks[i];
		memcpy(copy, x->all.seqs + x->chunks[i], n * sizeof(*copy));
		if (!classify_chunk(t->b, t->classifier, copy, n))
			break;
		atomic_fetch_add(&t->b->done, n);
	}
	free(copy);
	return NULL;
}

/* Threads 1..n run `work`, with classifiers of their own. Thread 0 is the caller. */
static int start(struct bench *b, struct thread *threads, size_t n, void *(*work)(void *), struct tt_err *err)
{
	for (size_t i = 0; i <= n; i++) {
		int rc = b->classifiers[i]
				 ? TT_OK
				 : tt_classifier_new(&b->classifiers[i], b->model, (size_t)b->opt.pack, err);
		if (rc < 0)
			return rc;
		threads[i] = (struct thread){.b = b, .classifier = b->classifiers[i]};
	}
	atomic_store(&b->next, 0);
	for (size_t i = 1; i <= n; i++)
		if (pthread_create(&threads[i].id, NULL, work, &threads[i]) != 0)
			abort();
	return TT_OK;
}

static int join(struct bench *b, struct thread *threads, size_t n, struct tt_err *err)
{
	for (size_t i = 1; i <= n; i++)
		pthread_join(threads[i].id, NULL);
	return b->failed ? tt_err_set(err, b->err.code, "%s", b->err.msg) : TT_OK;
}

static void print_common(const struct bench *b, const char *what, int64_t threads)
{
	struct rusage use;
	long pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");
	if (!f || fscanf(f, "%*d %ld", &pages) != 1)
		pages = 0;
	if (f)
		fclose(f);
	getrusage(RUSAGE_SELF, &use);
	printf("{\"engine\":\"tickertone\",\"what\":\"%s\",\"precision\":\"%s\",\"threads\":%d,\"load_ms\":%."
	       "0f,"
	       "\"rss_kib\":%ld,\"max_rss_kib\":%ld",
		what, b->opt.precision, (int)threads, b->load_ms, pages * (sysconf(_SC_PAGESIZE) / 1024),
		use.ru_maxrss);
}

/* Reads all texts at path once. */
static int read_all(struct bench *b, const char *path, double *took, struct tt_err *err)
{
	struct thread threads[THREADS_MAX];
	const size_t others = (size_t)b->opt.threads - 1;
	int rc = use_texts(b, path, err);
	if (rc < 0)
		return rc;
	const double begun = seconds();
	rc = start(b, threads, others, read_chunks, err);
	if (rc < 0)
		return rc;
	read_chunks(&threads[0]);
	rc = join(b, threads, others, err);
	*took = seconds() - begun;
	return rc;
}

static int outputs(struct bench *b, const char *path, struct tt_err *err)
{
	double took;
	int rc = read_all(b, path, &took, err);
	if (rc < 0)
		return rc;
	print_common(b, "outputs", b->opt.threads);
	printf(",\"p\":[");
	for (size_t i = 0; i < b->texts.all.n; i++) {
		struct tt_sentiment s;
		tt_sentiment_of(b->texts.all.seqs[i].logits, &s);
		printf("%s[%.6f,%.6f,%.6f]", i ? "," : "", s.p[TT_NEGATIVE], s.p[TT_NEUTRAL],
			s.p[TT_POSITIVE]);
	}
	printf("]}\n");
	return TT_OK;
}

static int speed(struct bench *b, const char *path, struct tt_err *err)
{
	double took;
	int rc = read_all(b, path, &took, err);
	if (rc < 0)
		return rc;
	print_common(b, "speed", b->opt.threads);
	printf(",\"texts\":%zu,\"tokens\":%zu,\"items_per_s\":%.1f,\"tokens_per_s\":%.0f", b->texts.all.n,
		b->texts.all.tokens, (double)b->texts.all.n / took, (double)b->texts.all.tokens / took);
	if (b->texts.all.labelled)
		printf(",\"accuracy\":%.4f", tt_bench_texts_accuracy(&b->texts.all, b->texts.all.seqs));
	printf("}\n");
	return TT_OK;
}

static int latency(struct bench *b, size_t n, size_t load, const char *path, struct tt_err *err)
{
	struct thread threads[THREADS_MAX];
	int rc = use_texts(b, path, err);
	if (rc < 0)
		return rc;
	double *us = calloc(n, sizeof(*us));
	atomic_store(&b->stop, false);
	atomic_store(&b->done, 0);
	rc = us ? start(b, threads, load, read_for_ever, err) : tt_err_set(err, TT_ENOMEM, "out of memory");
	if (rc < 0) {
		free(us);
		return rc;
	}
	const double begun = seconds();
	for (size_t i = 0; i < n + WARM_UP; i++) {
		struct tt_sequence one = b->texts.all.seqs[i % b->texts.all.n];
		const double from = seconds();
		if (!classify_chunk(b, b->classifiers[0], &one, 1))
			break;
		if (i >= WARM_UP)
			us[i - WARM_UP] = (seconds() - from) * 1e6;
	}
	const double took = seconds() - begun;
	atomic_store(&b->stop, true);
	rc = join(b, threads, load, err);
	if (rc == TT_OK) {
		print_common(b, "latency", 1);
		printf(",\"load\":%zu,\"n\":%zu,\"p50_us\":%.0f,\"p99_us\":%.0f,\"load_items_per_s\":%.1f}\n",
			load, n, tt_quantile(us, n, 0.5), tt_quantile(us, n, 0.99), (double)b->done / took);
	}
	free(us);
	return rc;
}

/* Answers requests until standard input ends; a bad one ends the program. */
static int serve(struct bench *b, struct tt_err *err)
{
	int rc = TT_OK;
	char *line = NULL;
	size_t cap = 0;
	print_common(b, "ready", b->opt.threads);
	printf("}\n");
	fflush(stdout);
	for (ssize_t got; rc == TT_OK && (got = getline(&line, &cap, stdin)) >= 0; fflush(stdout)) {
		struct tt_str rest = tt_str_trim((struct tt_str){line, (size_t)got});
		int64_t n, load;
		line[rest.n] = 0; /* nothing is before the command */
		const struct tt_str what = tt_str_split(&rest, ' ');
		if (tt_str_eq(what, TT_STR("latency"))) {
			if (!tt_str_int(tt_str_split(&rest, ' '), 1, LATENCY_MAX, &n) ||
				!tt_str_int(tt_str_split(&rest, ' '), 0, THREADS_MAX - 1, &load) || !rest.p)
				rc = tt_err_set(err, TT_EUSAGE, "latency N LOAD FILE, not '%s'", line);
			else
				rc = latency(b, (size_t)n, (size_t)load, rest.p, err);
		} else if (tt_str_eq(what, TT_STR("speed")) && rest.p) {
			rc = speed(b, rest.p, err);
		} else if (tt_str_eq(what, TT_STR("outputs")) && rest.p) {
			rc = outputs(b, rest.p, err);
		} else {
			rc = tt_err_set(err, TT_EUSAGE,
				"speed FILE, outputs FILE or latency N LOAD FILE, not '%s'", line);
		}
	}
	free(line);
	return rc;
}

static bool read_options(int argc, char **argv, struct options *o)
{
	enum { TEXTS, PRECISION, BATCH, THREADS, PACK, MAX_TOKENS, REPEAT, LATENCY, LOAD };
	static const struct option names[] = {{"texts", 1, NULL, TEXTS}, {"precision", 1, NULL, PRECISION},
		{"batch", 1, NULL, BATCH}, {"threads", 1, NULL, THREADS}, {"pack", 1, NULL, PACK},
		{"max-tokens", 1, NULL, MAX_TOKENS}, {"repeat", 1, NULL, REPEAT},
		{"latency", 1, NULL, LATENCY}, {"load", 1, NULL, LOAD}, {"serve", 0, NULL, 's'}, {0}};
	const char **words[] = {&o->texts, &o->precision, &o->batch};
	const struct {
		int64_t *to, min, max;
	} numbers[] = {{&o->threads, 1, THREADS_MAX}, {&o->pack, 16, 65536}, {&o->max_tokens, 3, 1 << 20},
		{&o->repeat, 1, 1000}, {&o->latency, 1, LATENCY_MAX}, {&o->load, 0, THREADS_MAX - 1}};
	for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
		if (c == 's')
			o->serve = 1;
		else if (c == '?')
			return false;
		else if (c <= BATCH)
			*words[c] = optarg;
		else if (!tt_str_int(tt_str_c(optarg), numbers[c - THREADS].min, numbers[c - THREADS].max,
				 numbers[c - THREADS].to))
			return false;
	}
	o->model = argv[optind];
	return optind == argc - 1 && (o->serve || o->texts);
}

int main(int argc, char **argv)
{
	static struct bench b = {
		.opt = {.precision = "fp32", .threads = 1, .pack = 512, .max_tokens = 512, .repeat = 5}};
	struct tt_err err = {0};
	if (!read_options(argc, argv, &b.opt)) {
		fprintf(stderr, "usage: bench_encoder MODEL_DIR --texts FILE [--precision P] [--threads N] "
				"[--batch N|all] [--pack N]\n"
				"       [--max-tokens N] [--repeat N] [--latency N [--load N]] [--serve]\n");
		return 64;
	}
	const double begun = seconds();
	int rc = open_model(&b, &err);
	for (int64_t i = 0; rc == TT_OK && i < b.opt.threads; i++)
		rc = tt_classifier_new(&b.classifiers[i], b.model, (size_t)b.opt.pack, &err);
	b.load_ms = (seconds() - begun) * 1e3;
	if (rc == TT_OK)
		rc = tt_tokenizer_open(&b.tokenizer, b.opt.model, &err);
	if (rc == TT_OK && b.opt.serve)
		rc = serve(&b, &err);
	else if (rc == TT_OK && b.opt.latency)
		rc = latency(&b, (size_t)b.opt.latency, (size_t)b.opt.load, b.opt.texts, &err);
	else
		for (int64_t i = 0; rc == TT_OK && i < b.opt.repeat; i++)
			rc = speed(&b, b.opt.texts, &err);
	if (rc < 0)
		fprintf(stderr, "bench_encoder: %s\n", err.msg);
	for (size_t i = 0; i < THREADS_MAX; i++)
		tt_classifier_free(b.classifiers[i]);
	bench_texts_done(&b.texts);
	free(b.path);
	tt_tokenizer_free(b.tokenizer);
	tt_model_free(b.model);
	return rc == TT_OK ? 0 : rc == TT_EUSAGE ? 64 : 1;
}
