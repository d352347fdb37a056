/* migrate.h - the schema's versions: sink/migrations/NNNN_name.sql, part of the program, applied in order.
 * Each is one transaction, under an advisory lock, so that programs starting together take turns. A database
 * whose schema is newer than this program, or whose applied migrations differ from ours, is refused. Works as
 * the owner of the database (or of a schema tickertone made by somebody else). */
#ifndef TT_SINK_PG_MIGRATE_H
#define TT_SINK_PG_MIGRATE_H

#include "common/arena.h"
#include "sink/pg/conn.h"

struct tt_pg_migration {
	int version;
	struct tt_str name;
	bool applied;
	bool changed; /* applied with another text than ours */
	bool unknown; /* applied by a newer program */
	int64_t applied_ms;
};

/* Applies what is missing; *ret_applied (may be NULL): how many were. TT_EVERSION: refused. */
int tt_pg_migrate(struct tt_pg_conn *c, int *ret_applied, struct tt_err *err);

/* Every version that this program or the database knows, ascending. Names live in the arena or for ever. */
int tt_pg_migrations(struct tt_pg_conn *c, struct tt_arena *arena, struct tt_pg_migration **ret,
	size_t *ret_n, struct tt_err *err);

/* TT_OK when the schema is exactly this program's; TT_EVERSION with what to do otherwise. */
int tt_pg_schema_check(struct tt_pg_conn *c, struct tt_err *err);

#endif
