/* score_pool.h - threads that score chunks of rows while one thread reads and prints: bounded memory, order
 * kept.
 *
 * The reader takes an idle chunk, fills and submits it; finished chunks come back oldest first. All calls but
 * the scoring itself are the reader's, from one thread. Owner: chunks belong to the pool; what a row points
 * to lives in its chunk's arena until the chunk is released. */
#ifndef TT_APP_SCORE_POOL_H
#define TT_APP_SCORE_POOL_H

#include "app/score/score_text.h"

enum {
	TT_CHUNK_ROWS = 64,
	TT_CHUNK_BYTES = 1 << 20,  /* of text: a chunk that has as much gets no further row */
	TT_CHUNK_MEMORY = 1 << 30, /* cap of one chunk's arena; what an ordinary one uses is about its text */
};

struct tt_score_chunk {
	struct tt_arena arena;
	struct tt_scored_row rows[TT_CHUNK_ROWS];
	size_t n;
	int rc; /* of scoring it */
	struct tt_err err;
};

struct tt_score_pool;

/* engine must outlive the pool. */
int tt_score_pool_new(
	struct tt_score_pool **ret, const struct tt_text_engine *engine, int threads, struct tt_err *err);
void tt_score_pool_free(struct tt_score_pool *p); /* waits for the chunks in work; NULL is fine */

struct tt_score_chunk *tt_score_pool_idle(struct tt_score_pool *p); /* empty; NULL while all are in use */
void tt_score_pool_submit(struct tt_score_pool *p);                 /* the chunk that idle() gave */

/* The oldest chunk that was submitted and not released, once it is scored. NULL: there is none, or, without
 * `wait`, it is still in work. */
struct tt_score_chunk *tt_score_pool_oldest(struct tt_score_pool *p, bool wait);
void tt_score_pool_release(struct tt_score_pool *p); /* the chunk that oldest() gave */

#endif
