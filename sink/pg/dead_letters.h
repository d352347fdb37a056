/* dead_letters.h - table `dead_letter` for people and commands: looking, noting what a retry came to,
 * dropping. Errors as tt_pg_open (pg.h). */
#ifndef TT_SINK_PG_DEAD_LETTERS_H
#define TT_SINK_PG_DEAD_LETTERS_H

#include "common/arena.h"
#include "common/batch.h"
#include "sink/pg/conn.h"

enum tt_pg_dead_state { TT_PG_DEAD_OPEN, TT_PG_DEAD_DONE, TT_PG_DEAD_ANY };

struct tt_pg_dead_filter {
	const struct tt_str *ids; /* beginnings of ids; n 0: any */
	size_t n_ids;
	struct tt_str stage, source, reason; /* source and reason with * for anything; absent: any */
	int64_t since_ms, until_ms;          /* of when it came last; TT_TIME_NONE: any */
	enum tt_pg_dead_state state;
};

struct tt_pg_dead {
	struct tt_id id;
	struct tt_dead_letter letter; /* stage in the arena; at_ms is when it came last; record: as it came */
	int64_t first_ms, occurrences, retries;
	int64_t retried_ms, done_ms; /* TT_TIME_NONE: never */
	int64_t kept_bytes;          /* of letter.whole_bytes; -1: no payload */
};

/* The newest `limit` that fit. Array and strings live in the arena; payloads only if wanted. */
int tt_pg_dead_list(struct tt_pg_conn *c, const struct tt_pg_dead_filter *filter, int64_t limit,
	bool payloads, struct tt_arena *arena, struct tt_pg_dead **ret, size_t *ret_n, struct tt_err *err);

/* A retry of n letters is over: reasons[i] absent: it is done; else why it is still open. */
int tt_pg_dead_mark(struct tt_pg_conn *c, const struct tt_id *ids, const struct tt_str *reasons, size_t n,
	struct tt_err *err);

/* Deletes what fits, or only counts it. */
int tt_pg_dead_drop(struct tt_pg_conn *c, const struct tt_pg_dead_filter *filter, bool only_count,
	int64_t *ret_n, struct tt_err *err);

#endif
