/* registry.h - what the database remembers for the other folders: models, the dictionary.
 * Errors as tt_pg_open. One connection (conn.h) serves them all. */
#ifndef TT_SINK_PG_REGISTRY_H
#define TT_SINK_PG_REGISTRY_H

#include "sink/pg/conn.h"

struct tt_pg_model {
	struct tt_str name;
	struct tt_id hash, weights; /* of all its files: its identity; of the weights alone, zero where there are none */
	struct tt_str precision;
	int64_t parameters;
	bool entity_head;
	struct tt_str path; /* of its folder, absolute; absent: unchanged */
};

/* The number that goes into tt_batch.model_id; the same (hash, precision) always gets the same one. */
int tt_pg_model_register(
	struct tt_pg_conn *c, const struct tt_pg_model *model, int *ret_id, struct tt_err *err);

struct tt_pg_entity {
	struct tt_str symbol;
	struct tt_str name, kind, sector; /* each may be absent */
	const struct tt_str *aliases;
	size_t n_aliases;
};

/* Makes table `entity` say what the dictionary says; symbols it does not have become inactive. Each symbol
 * once. */
int tt_pg_entities_sync(struct tt_pg_conn *c, const struct tt_pg_entity *v, size_t n, struct tt_err *err);

#endif
