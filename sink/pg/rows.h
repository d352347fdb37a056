/* rows.h - from batches to the parameters of the write's statements.
 * Here repeats within one write are sorted out (of several items with a key in common the first one is
 * written), and everything is put into the order in which all writers take their locks. */
#ifndef TT_SINK_PG_ROWS_H
#define TT_SINK_PG_ROWS_H

#include "common/batch.h"
#include "sink/pg/params.h"
#include "sink/pg/pg.h"
#include "sink/pg/progress.h"
#include "sink/pg/websub.h"

struct tt_pg_row {
	const struct tt_scored *scored;
	int64_t event_ms;
	bool clamped;
	int model_id;
};

struct tt_pg_rows {
	struct tt_arena arena; /* everything below; empty it with tt_pg_rows_reset */
	struct tt_pg_row *items;
	size_t n_items;
	const struct tt_alias **aliases;
	size_t n_aliases;
	size_t n_feeds, n_dead; /* 0: that statement is left out */
	size_t n_symbols;
	bool all_new; /* items.sql is told that none of the keys is known */
	struct tt_pg_progress progress;
	size_t n_websubs; /* 0: left out */
	struct tt_pg_params websub_params;
	size_t n_alerts; /* candidates of rules about single items; 0: left out */
	struct tt_pg_params alert_params;
	struct tt_pg_params item_params, symbol_params, feed_params, dead_params;
};

void tt_pg_rows_init(struct tt_pg_rows *r, size_t max_bytes);
void tt_pg_rows_done(struct tt_pg_rows *r);

/* Fills r from n batches, whose strings it borrows until the next fill. TT_ENOMEM, or TT_ELIMIT over
 * max_bytes. */
int tt_pg_rows_fill(
	struct tt_pg_rows *r, struct tt_batch *const *batches, size_t n, const struct tt_pg_conf *conf);

/* Fills the parameters of rescore.sql, and the symbols', with other scores of stored texts, one version of a
 * text an item. */
int tt_pg_rows_fill_scores(struct tt_pg_rows *r, const struct tt_batch *b, const int16_t *versions);

/* A key may be known: items.sql is told so. */
void tt_pg_rows_doubt(struct tt_pg_rows *r);

/* Event time as tt_item_event_ms, but a publication date that no calendar has (years before 1 or after 9999)
 * is none. */
int64_t tt_pg_event_ms(const struct tt_item *item, bool *ret_clamped);

#endif
