/* crew.c - see crew.h. */
#include "nlp/crew.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/cores.h"
#include "common/metrics.h"

/* A unit is not cut smaller for the sake of idle threads: every forward pass reads all weights
 * (bench/results/scorer.txt). */
enum { UNIT_TOKENS_MIN = 128 };

struct call {
	size_t open; /* units that are not done */
	int rc;      /* of the first unit that failed */
	struct tt_err *err;
	pthread_cond_t done;
};

struct unit {
	struct unit *next;
	struct call *call;
	struct tt_sequence *seqs;
	size_t n;
	uint64_t due; /* the least one is taken first */
};

struct worker {
	struct tt_crew *crew;
	struct tt_classifier *classifier;
	pthread_t thread;
	int rc; /* of making the classifier; 1: under way */
	struct tt_err err;
};

struct tt_crew {
	const struct tt_model *model;
	size_t pack_tokens;   /* of the classifiers: at least one window */
	pthread_mutex_t lock; /* all below, and calls and units */
	pthread_cond_t work, ready;
	struct unit *units; /* by due, then as they came */
	uint64_t came;      /* tokens of all calls so far */
	bool closed;
	struct worker *workers;
	size_t n_workers;
};

/* ---- the threads ---- */

static int read_unit(struct worker *w, const struct unit *u)
{
	const int rc = tt_classify(w->classifier, u->seqs, u->n, &w->err),
		  all = tt_model_facts(w->crew->model)->layers;
	size_t tokens = 0, layers = 0, early = 0;
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < u->n; i++) {
		tokens += u->seqs[i].n_read;
		layers += (size_t)u->seqs[i].layers;
		early += u->seqs[i].layers < all;
	}
	tt_metric_add(TT_M_tokens, tokens);
	tt_metric_add(TT_M_layers, layers);
	tt_metric_add(TT_M_texts_early, early);
	tt_metric_add(TT_M_texts_whole, u->n - early);
	return TT_OK;
}

/* Under the lock. The unit is gone with it when it was the call's last. */
static void finish(struct call *call, int rc, const struct tt_err *err)
{
	if (rc < 0 && call->rc == TT_OK)
		call->rc = tt_err_set(call->err, rc, "%s", err->msg);
	if (--call->open == 0)
		pthread_cond_signal(&call->done);
}

static void *work(void *arg)
{
	struct worker *w = arg;
	struct tt_crew *c = w->crew;
	int rc = tt_classifier_new(&w->classifier, c->model, c->pack_tokens, &w->err);
	pthread_mutex_lock(&c->lock);
	w->rc = rc;
	pthread_cond_signal(&c->ready);
	while (w->rc == TT_OK) {
		while (!c->units && !c->closed)
			pthread_cond_wait(&c->work, &c->lock);
		struct unit *u = c->units;
		if (!u)
			break;
		c->units = u->next;
		pthread_mutex_unlock(&c->lock);
		rc = read_unit(w, u);
		pthread_mutex_lock(&c->lock);
		finish(u->call, rc, &w->err);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

static int start_worker(struct tt_crew *c, struct tt_err *err)
{
	struct worker *w = &c->workers[c->n_workers];
	*w = (struct worker){.crew = c, .rc = 1};
	const int e = pthread_create(&w->thread, NULL, work, w);
	if (e)
		return tt_err_set(err, TT_ENOMEM, "cannot start a thread: %s", strerror(e));
	c->n_workers++;
	pthread_mutex_lock(&c->lock);
	while (w->rc > 0)
		pthread_cond_wait(&c->ready, &c->lock);
	pthread_mutex_unlock(&c->lock);
	return w->rc < 0 ? tt_err_set(err, w->rc, "%s", w->err.msg) : TT_OK;
}

int tt_crew_new(
	struct tt_crew **ret, const struct tt_model *m, int threads, size_t pack_tokens, struct tt_err *err)
{
	const size_t n = (size_t)(threads ? threads : tt_cores()),
		     window = (size_t)tt_model_facts(m)->max_tokens;
	struct tt_crew *c = calloc(1, sizeof(*c));
	struct worker *workers = calloc(n, sizeof(*workers));
	int rc = TT_OK;
	if (!c || !workers) {
		free(c);
		free(workers);
		return tt_err_set(err, TT_ENOMEM, "%s", tt_err_text(TT_ENOMEM));
	}
	c->model = m;
	c->pack_tokens = pack_tokens > window ? pack_tokens : window;
	c->workers = workers;
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->work, NULL);
	pthread_cond_init(&c->ready, NULL);
	while (rc == TT_OK && c->n_workers < n)
		rc = start_worker(c, err);
	if (rc < 0) {
		tt_crew_free(c);
		return rc;
	}
	*ret = c;
	return TT_OK;
}

void tt_crew_free(struct tt_crew *c)
{
	if (!c)
		return;
	pthread_mutex_lock(&c->lock);
	c->closed = true;
	pthread_cond_broadcast(&c->work);
	pthread_mutex_unlock(&c->lock);
	for (size_t i = 0; i < c->n_workers; i++)
		pthread_join(c->workers[i].thread, NULL);
	for (size_t i = 0; i < c->n_workers; i++)
		tt_classifier_free(c->workers[i].classifier);
	pthread_cond_destroy(&c->ready);
	pthread_cond_destroy(&c->work);
	pthread_mutex_destroy(&c->lock);
	free(c->workers);
	free(c);
}

/* ---- a call ---- */

/* Tokens of a unit, so that as many units as there are threads, or a multiple, are of one size. */
static size_t unit_tokens(const struct tt_crew *c, const struct tt_sequence *seqs, size_t n)
{
	size_t tokens = 0;
	for (size_t i = 0; i < n; i++)
		tokens += seqs[i].n_ids <= c->pack_tokens ? seqs[i].n_ids : 0;
	size_t units = tokens / c->pack_tokens + 1;
	units += c->n_workers - 1 - (units - 1) % c->n_workers;
	tokens = tokens / units + 1;
	return tokens > UNIT_TOKENS_MIN ? tokens : UNIT_TOKENS_MIN;
}

/* Cuts the sequences into units, n of them at the most. Returns how many; *ret_tokens: of all sequences. */
static size_t cut(const struct tt_crew *c, struct call *call, struct tt_sequence *seqs, size_t n,
	struct unit *units, uint64_t *ret_tokens)
{
	const size_t wanted = unit_tokens(c, seqs, n);
	size_t n_units = 0;
	*ret_tokens = 0;
	for (size_t i = 0; i < n; i++) {
		const size_t tokens = seqs[i].n_ids;
		struct unit *last = n_units ? &units[n_units - 1] : NULL;
		*ret_tokens += tokens;
		if (last && last->due < wanted && last->due + tokens <= c->pack_tokens) {
			last->n++;
			last->due += tokens;
		} else {
			units[n_units++] =
				(struct unit){.call = call, .seqs = &seqs[i], .n = 1, .due = tokens};
		}
	}
	return n_units;
}

static int by_due(const void *a, const void *b)
{
	const struct unit *x = a, *y = b;
	return (x->due > y->due) - (x->due < y->due);
}

static void put_all(struct tt_crew *c, struct unit *units, size_t n)
{
	struct unit **at = &c->units;
	for (size_t i = 0; i < n; i++) {
		struct unit *u = &units[i];
		u->due += c->came;
		while (*at && (*at)->due <= u->due)
			at = &(*at)->next;
		u->next = *at;
		*at = u;
		at = &u->next;
		pthread_cond_signal(&c->work);
	}
}

int tt_crew_classify(struct tt_crew *c, struct tt_sequence *seqs, size_t n, struct tt_err *err)
{
	struct call call = {.err = err};
	struct unit *units = n ? malloc(n * sizeof(*units)) : NULL;
	uint64_t tokens;
	if (!units)
		return n ? tt_err_set(err, TT_ENOMEM, "%s", tt_err_text(TT_ENOMEM)) : TT_OK;
	call.open = cut(c, &call, seqs, n, units, &tokens);
	qsort(units, call.open, sizeof(*units), by_due);
	pthread_cond_init(&call.done, NULL);
	pthread_mutex_lock(&c->lock);
	put_all(c, units, call.open);
	c->came += tokens;
	while (call.open)
		pthread_cond_wait(&call.done, &c->lock);
	pthread_mutex_unlock(&c->lock);
	pthread_cond_destroy(&call.done);
	free(units);
	return call.rc;
}
