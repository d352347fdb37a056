/* bench_scorer.c - how long batches take that come in together, through tt_scorer_score as the pipeline calls
 * it.
 *
 * usage: bench_scorer MODEL_DIR THREADS DOCUMENT_TOKENS CASE...
 *
 * A case is some batches, handed at once to THREADS threads that take them in turn. h: a batch of 50
 * headlines, d: one of a long document, m: a document and 50 headlines in one batch; "dh" is a document's and
 * then a batch of headlines. One JSON object a case: for each batch the time until it is done, the least of
 * the rounds: what others do on the machine only adds. Nothing is cached, no entities are looked for. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/queue.h"
#include "nlp/scorer.h"

enum {
	ROUNDS = 5,
	HEADLINES = 50,
	HEADLINE_WORDS = 24,
	BATCHES_MAX = 8,
	THREADS_MAX = 64,
	BATCH_BYTES = 1 << 26
};

static const char *const words[] = {"shares", "profit", "of", "the", "bank", "rose", "after", "quarter",
	"sales", "fell", "on", "weak", "demand", "in", "market", "growth", "said", "group", "price", "oil"};

struct line {
	struct tt_scorer *scorer;
	struct tt_queue *in;
	int64_t begun_ns;
	double seconds[BATCHES_MAX]; /* by tt_batch.source */
};

static bool add_text(struct tt_batch *b, size_t n_words, size_t seed)
{
	struct tt_scored *s = tt_batch_add_item(b);
	char *text = tt_arena_alloc(&b->arena, n_words * 10), *p = text;
	if (!s || !text)
		return false;
	for (size_t i = 0; i < n_words; i++, seed = seed * 6364136223846793005u + 1442695040888963407u) {
		const char *word = words[(seed >> 33) % TT_LEN(words)];
		memcpy(p, word, strlen(word));
		p += strlen(word);
		*p++ = ' ';
	}
	s->item.title = (struct tt_str){text, (size_t)(p - text)};
	return true;
}

static struct tt_batch *make(char kind, size_t document, int number)
{
	struct tt_batch *b = tt_batch_new(BATCH_BYTES);
	bool ok = b && (kind == 'h' || add_text(b, document, 1));
	for (size_t i = 0; ok && kind != 'd' && i < HEADLINES; i++)
		ok = add_text(b, HEADLINE_WORDS, (size_t)number * 1000 + i);
	if (!ok)
		exit(1);
	b->source = number;
	return b;
}

static void *caller(void *arg)
{
	struct line *l = arg;
	struct tt_score_ctx *ctx;
	struct tt_batch *b;
	struct tt_err err;
	if (tt_score_ctx_new(&ctx, &err) < 0)
		exit(1);
	while (tt_queue_pop(l->in, &b, -1) == TT_OK) {
		if (tt_scorer_score(l->scorer, ctx, b, &tt_clock_real, &err) < 0)
			exit(1);
		l->seconds[b->source] = (double)(tt_mono_ns(&tt_clock_real) - l->begun_ns) / 1e9;
		tt_batch_free(b);
	}
	tt_score_ctx_free(ctx);
	return NULL;
}

static void run(struct line *l, const char *kinds, int threads, size_t document)
{
	pthread_t thread[THREADS_MAX];
	l->in = tt_queue_new(BATCHES_MAX);
	for (int i = 0; kinds[i]; i++)
		if (!l->in || tt_queue_push(l->in, make(kinds[i], document, i), -1) < 0)
			exit(1);
	tt_queue_close(l->in);
	l->begun_ns = tt_mono_ns(&tt_clock_real);
	for (int i = 0; i < threads; i++)
		if (pthread_create(&thread[i], NULL, caller, l) != 0)
			exit(1);
	for (int i = 0; i < threads; i++)
		pthread_join(thread[i], NULL);
	tt_queue_free(l->in);
}

static void measure(struct line *l, const char *kinds, int threads, size_t document)
{
	double least[BATCHES_MAX];
	for (int r = 0; r < ROUNDS; r++) {
		run(l, kinds, threads, document);
		for (int i = 0; kinds[i]; i++)
			least[i] = r && least[i] < l->seconds[i] ? least[i] : l->seconds[i];
	}
	printf("{\"batches\":\"%s\",\"threads\":%d,\"document_tokens\":%zu,\"seconds\":[", kinds, threads,
		document);
	for (int i = 0; kinds[i]; i++)
		printf("%s%.3f", i ? "," : "", least[i]);
	printf("]}\n");
}

int main(int argc, char **argv)
{
	int64_t threads, document;
	struct line l = {0};
	struct tt_err err = {0};
	bool ok = argc > 4 && tt_str_int(tt_str_c(argv[2]), 1, THREADS_MAX, &threads) &&
		  tt_str_int(tt_str_c(argv[3]), 1, 1000000, &document);
	for (int i = 4; ok && i < argc; i++)
		ok = strlen(argv[i]) <= BATCHES_MAX && strspn(argv[i], "hdm") == strlen(argv[i]);
	if (!ok) {
		fprintf(stderr, "usage: bench_scorer MODEL_DIR THREADS DOCUMENT_TOKENS CASE...\n");
		return 64;
	}
	const struct tt_nlp_conf conf = {
		.model = argv[1], .threads = threads, .batch_tokens = 512, .item_tokens = document};
	if (tt_scorer_open(&l.scorer, &conf, &err) < 0) {
		fprintf(stderr, "%s\n", err.msg);
		return 1;
	}
	run(&l, "h", (int)threads, 1); /* warms up */
	for (int i = 4; i < argc; i++)
		measure(&l, argv[i], (int)threads, (size_t)document);
	tt_scorer_unref(l.scorer);
	return 0;
}
