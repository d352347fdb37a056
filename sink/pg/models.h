/* models.h - which model serves: promotions and rollbacks (table model_change, migration 0025), and what is
 * known of a model. Services listen to channel tickertone_model and look. Errors as tt_pg_open; one
 * connection (conn.h), one thread at a time. */
#ifndef TT_SINK_PG_MODELS_H
#define TT_SINK_PG_MODELS_H

#include "common/arena.h"
#include "sink/pg/conn.h"

struct tt_pg_found_model {
	int model_id; /* 0: there is none */
	struct tt_id hash;
	struct tt_str name, path; /* in the arena; path absent: no service has told */
};

/* By its number, or (model_id 0) by its hash. */
int tt_pg_model_find(struct tt_pg_conn *c, int model_id, struct tt_id hash, struct tt_arena *arena,
	struct tt_pg_found_model *ret, struct tt_err *err);

/* JSON objects, each may be absent: that leaves what was said before, but for files. */
int tt_pg_model_describe(struct tt_pg_conn *c, int model_id, struct tt_str files, struct tt_str data,
	struct tt_str figures, struct tt_err *err);

/* What services are to score with. *ret_change: number of the change that says so, 0: there never was one. No
 * model: the one that each is configured with. */
int tt_pg_model_promoted(struct tt_pg_conn *c, struct tt_arena *arena, int64_t *ret_change,
	struct tt_pg_found_model *ret, struct tt_err *err);

/* by, reason: may be absent; by is then the database's user. *ret_new: it was another model before. */
int tt_pg_model_promote(struct tt_pg_conn *c, int model_id, struct tt_str by, struct tt_str reason,
	bool *ret_new, struct tt_err *err);
/* TT_ENOENT: nothing is promoted. */
int tt_pg_model_roll_back(struct tt_pg_conn *c, struct tt_str by, struct tt_str reason, struct tt_err *err);

#endif
