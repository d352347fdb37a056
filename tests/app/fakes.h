/* fakes.h - a source, a sink and a scorer in memory, for tests of the wiring between them.
 * The fake sink is the flaky wrapper of the tests: it can be away for some calls, lose answers after a
 * commit, and refuse items by title. What it stored is counted by title, so that "once" can be checked. */
#ifndef TT_TESTS_APP_FAKES_H
#define TT_TESTS_APP_FAKES_H

#include <pthread.h>

#include "ingest/source.h"
#include "sink/sink.h"

enum { TT_FAKE_MAX_ITEMS = 20000 };

/* Items titled "0", "1", ... of source "fake"; ends after n_items. */
struct tt_fake_source {
	int n_items, per_batch, next;
	bool endless; /* waits for wake() instead of ending */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool woken;
	bool log; /* a log with one partition: batches carry progress, and come to the sink in its order */
	int held; /* out: calls of hold() */
	int64_t told; /* out: next_offset of what is stored for good, as stored() said */
	bool closed;  /* out */
};
struct tt_source tt_fake_source(struct tt_fake_source *f, int n_items, int per_batch, bool endless);

struct tt_fake_sink {
	pthread_mutex_t lock;
	int away_calls;   /* so many next writes fail with TT_EPEER */
	int lost_answers; /* so many next writes are stored and then fail with TT_EPEER */
	int stale_calls;  /* so many next writes with progress find their claim lost */
	int refuse_every; /* items whose title is a multiple of it, but 0, are refused; 0: none */
	/* out */
	int stored[TT_FAKE_MAX_ITEMS]; /* how often each title was newly stored */
	int models[TT_FAKE_MAX_ITEMS]; /* by which model */
	int scorers[TT_FAKE_MAX_ITEMS]; /* by which scorer: its number */
	int mixed; /* items of a batch that were scored by another scorer than its first one */
	int n_stored, n_dead, n_feeds, calls;
	int64_t next_offset; /* of the log, as stored */
	int out_of_order;    /* writes that moved it back or over a hole */
	bool closed;
};
struct tt_sink tt_fake_sink(struct tt_fake_sink *f);

/* tt_scorer_* of the test program: each tt_fake_scorer_new() is a scorer whose references are counted. */
struct tt_scorer;
struct tt_scorer *tt_fake_scorer_new(void);
int tt_fake_scorer_number(const struct tt_scorer *s); /* marks what it scores, in n_tokens */
int tt_fake_scorers_live(void);

#endif
