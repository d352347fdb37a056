/* row_params.h - the columns of each statement of the write (sink/pg/sql), from rows that are sorted and
 * distinct already. */
#ifndef TT_SINK_PG_ROW_PARAMS_H
#define TT_SINK_PG_ROW_PARAMS_H

#include "sink/pg/rows.h"

struct tt_pg_claim {
	struct tt_id key;
	uint32_t item; /* index of the item that brings the key; after the items, of the alias */
};

enum tt_pg_fate { /* numbers of sink/pg/sql/items.sql */
	TT_PG_REPEAT,   /* within this write; its keys are claimed all the same */
	TT_PG_STORE,    /* when all its keys are new */
	TT_PG_REVISION, /* a new text of a stored item */
};

struct tt_pg_mention {
	const struct tt_entity_score *entity;
	uint32_t item, symbol; /* indices */
};

struct tt_pg_item_rows {
	const struct tt_pg_row *items;
	size_t n_items;
	uint8_t *fates; /* per item: enum tt_pg_fate */
	const struct tt_alias *const *aliases;
	size_t n_aliases;
	int64_t max_versions;
	bool with_events; /* each is put into the outbox, too */
	bool all_new;     /* keys are taken for new */
	struct tt_pg_claim *claims;
	size_t n_claims;
	struct tt_pg_mention *mentions;
	size_t n_mentions;
	struct tt_str *symbols;
	size_t n_symbols;
};

struct tt_pg_dead_row {
	struct tt_id id;
	const struct tt_dead_letter *letter;
};

void tt_pg_item_params(struct tt_pg_params *p, const struct tt_pg_item_rows *rows);
void tt_pg_score_params(
	struct tt_pg_params *p, const struct tt_pg_item_rows *rows, const int16_t *versions, int model_id);
void tt_pg_feed_params(struct tt_pg_params *p, const struct tt_feed_state *const *feeds, size_t n);
void tt_pg_dead_params(
	struct tt_pg_params *p, const struct tt_pg_dead_row *dead, size_t n, size_t max_payload_bytes);
void tt_pg_text_array(struct tt_pg_params *p, const struct tt_str *v, size_t n);

#endif
