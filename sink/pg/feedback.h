/* feedback.h - table `feedback`: what people say of items, stored and looked at. Errors as tt_pg_open (pg.h),
 * TT_ELIMIT for more than 64 MiB of rows at once. */
#ifndef TT_SINK_PG_FEEDBACK_H
#define TT_SINK_PG_FEEDBACK_H

#include "common/scored.h"
#include "sink/pg/conn.h"

struct tt_pg_said_of { /* one label by one person */
	/* The item, by one of these: its id; its URL with the key of it (TT_ID of the canonical one; zero
	 * when it has none); its guid; its title, word for word. */
	struct tt_id id, url_key;
	struct tt_str url, guid, title;

	struct tt_str symbol; /* absent: of the item as a whole */
	enum tt_label label;
	struct tt_str who, note; /* a note may be absent */
	int64_t at_ms;           /* TT_TIME_NONE: now */
};

enum tt_pg_feedback_fate { /* numbers of sink/pg/sql/feedback_store.sql */
	TT_PG_FEEDBACK_NEW,
	TT_PG_FEEDBACK_REPLACES, /* what the person said before */
	TT_PG_FEEDBACK_OLDER,    /* the person said something else since: history */
	TT_PG_FEEDBACK_KNOWN,
	TT_PG_FEEDBACK_REPEATED, /* a later row is about the same */
	TT_PG_FEEDBACK_CLASH,    /* the person said something else at the same time; not stored */
	TT_PG_FEEDBACK_NOWHERE,  /* not exactly one item is meant, or there is no such symbol; not stored */
	TT_PG_FEEDBACK_FATES
};

struct tt_pg_feedback_result {
	int64_t items; /* that the row may mean */
	bool no_symbol;
	enum tt_pg_feedback_fate fate;
};

/* Stores n of them, one transaction; or, `store` false, only says what would become of them. What is wrong
 * with one is no error but its result. ret: (n). */
int tt_pg_feedback_store(struct tt_pg_conn *c, const struct tt_pg_said_of *v, size_t n,
	struct tt_str came_from, bool store, struct tt_pg_feedback_result *ret, struct tt_err *err);

struct tt_pg_feedback { /* a row of view feedback_now; strings in the arena */
	struct tt_id item_id;
	int64_t event_ms, given_ms;
	struct tt_str source, url, title, symbol, who, label, note;
	struct tt_str model_label; /* absent: the model says nothing */
	double model_score;        /* then NAN */
};

/* What people say now, the newest first, at most `limit` of *ret_total. since_ms TT_TIME_NONE: ever. */
int tt_pg_feedback_list(struct tt_pg_conn *c, int64_t since_ms, bool disagree, int64_t limit,
	struct tt_arena *arena, struct tt_pg_feedback **ret, size_t *ret_n, int64_t *ret_total,
	struct tt_err *err);

#endif
