/* test_model_threads.c - threads with a classifier each share a model: same answers as one thread. For
 * -DTT_SANITIZE=thread. */
#include "tests/tt_test.h"

#include <pthread.h>

#include "tests/nlp/model/rows.h"

enum { THREADS = 4, ROUNDS = 5 };

struct worker {
	struct tt_model *model;
	struct row rows[ROWS_MAX];
	struct tt_sequence seqs[ROWS_MAX];
	size_t n;
	int rc;
};

static void *work(void *arg)
{
	struct worker *w = arg;
	struct tt_classifier *c = NULL;
	w->rc = tt_classifier_new(&c, w->model, 64, NULL);
	for (int round = 0; w->rc == TT_OK && round < ROUNDS; round++) {
		for (size_t i = 0; i < w->n; i++)
			w->seqs[i] = row_sequence(&w->rows[i]);
		w->rc = tt_classify(c, w->seqs, w->n, NULL);
	}
	tt_classifier_free(c);
	return NULL;
}

TT_TEST(share_a_model)
{
	static struct worker workers[THREADS];
	pthread_t threads[THREADS];
	struct tt_model *m = tiny_open("two-heads", TT_USE_FP32);
	for (int t = 0; t < THREADS; t++) {
		workers[t].model = m;
		workers[t].n = rows_read("two-heads", workers[t].rows);
		TT_EQ(pthread_create(&threads[t], NULL, work, &workers[t]), 0);
	}
	for (int t = 0; t < THREADS; t++) {
		TT_EQ(pthread_join(threads[t], NULL), 0);
		TT_EQ_ROW(t, workers[t].rc, TT_OK);
		for (size_t i = 0; i < workers[t].n; i++)
			TT_EQ_ROW(t,
				memcmp(workers[t].seqs[i].logits, workers[0].seqs[i].logits,
					sizeof(workers[0].seqs[i].logits)),
				0);
	}
	tt_model_free(m);
}

TT_MAIN(TT_RUN(share_a_model))
