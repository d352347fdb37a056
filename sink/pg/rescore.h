/* rescore.h - stored texts for another model, and the scores it gives them: what they said before is kept
 * (sink/migrations/0022_rescore.sql). Beside running services: a text that has changed meanwhile keeps what
 * they gave it. Threads, errors: conn.h; what is written is one transaction a call, and a call that is made
 * again changes nothing. */
#ifndef TT_SINK_PG_RESCORE_H
#define TT_SINK_PG_RESCORE_H

#include "common/batch.h"
#include "sink/pg/conn.h"
#include "sink/pg/rows.h"

/* Where reading goes on, and what is known of the items that were read last. */
struct tt_pg_rescore {
	int64_t since_ms, until_ms; /* event times; since_ms goes on with what was read */
	struct tt_id after;         /* the last one that was read */
	int model_id;               /* whose scores are wanted */
	struct tt_pg_rows rows;
};

/* What an item said so far. */
struct tt_pg_said {
	int16_t version; /* of its text */
	bool is_scored;
	double score;
	enum tt_label label;
};

void tt_pg_rescore_init(struct tt_pg_rescore *r, int64_t since_ms, int64_t until_ms, int model_id);
void tt_pg_rescore_done(struct tt_pg_rescore *r);

int tt_pg_rescore_count(struct tt_pg_conn *c, const struct tt_pg_rescore *r, int64_t *ret_items,
	int64_t *ret_due, struct tt_err *err);

/* Adds the next items, max at the most, to b; *ret_said, one an item, lives in its arena. None: there are no
 * more. */
int tt_pg_rescore_take(struct tt_pg_conn *c, struct tt_pg_rescore *r, int64_t max, struct tt_batch *b,
	struct tt_pg_said **ret_said, struct tt_err *err);

/* *ret_n: items whose score is now that of the batch. */
int tt_pg_rescore_store(struct tt_pg_conn *c, struct tt_pg_rescore *r, struct tt_batch *b,
	const struct tt_pg_said *said, size_t *ret_n, struct tt_err *err);

#endif
