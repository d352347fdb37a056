/* labelled.h - items with the labels that most people give them (function labelled_items), to train with.
 * Errors as tt_pg_open (pg.h). */
#ifndef TT_SINK_PG_LABELLED_H
#define TT_SINK_PG_LABELLED_H

#include "common/scored.h"
#include "sink/pg/conn.h"

struct tt_pg_labelled_entity {
	struct tt_str symbol;
	struct tt_str mention; /* absent: it is not known where the text mentions it */
	size_t start, end;     /* code points of the text; of a mention */
	enum tt_label label;
};

struct tt_pg_labelled {
	struct tt_id item_id;
	int version; /* of its text */
	struct tt_str text;
	bool is_labelled; /* as a whole */
	enum tt_label label;
	int64_t ties; /* of how many, whole and entities, people are divided: no label */
	const struct tt_pg_labelled_entity *entities;
	size_t n_entities;
};

/* All that were judged at since_ms or later (TT_TIME_NONE: ever), also those of which nothing is decided.
 * what: of an item is its text: "title", "title_summary", "full". Array and strings live in the arena. */
int tt_pg_labelled_load(struct tt_pg_conn *c, const char *what, int64_t since_ms, struct tt_arena *arena,
	struct tt_pg_labelled **ret, size_t *ret_n, struct tt_err *err);

#endif
