/* pg_test.h - what the PostgreSQL tests share: a database of their own, and items to write into it.
 * The cluster is the ctest fixture's ($TT_PG_DIR, tests/pg.cmake); without it the program is skipped. */
#ifndef TT_TESTS_SINK_PG_TEST_H
#define TT_TESTS_SINK_PG_TEST_H

#include "common/batch.h"
#include "sink/pg/conn.h"
#include "tests/tt_test.h"

struct tt_pg_db {
	struct tt_pg_conf
		conf; /* to open a sink or a connection with; the defaults, and the dsn of this database */
	char dsn[512], name[64];
	char admin_dsn[512];
};

/* A new, empty database, migrated if asked for. Fails the test when it cannot. */
void tt_pg_db_make(struct tt_pg_db *db, bool migrated);
void tt_pg_db_drop(struct tt_pg_db *db);
/* Likewise on the cluster with that conninfo. */
void tt_pg_db_make_at(struct tt_pg_db *db, const char *conninfo, bool migrated);

/* Runs SQL that must succeed; the first value of the first row as a number, a text (static storage of one
 * call). 0 and "" for NULL. */
void tt_pg_do(const struct tt_pg_db *db, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int64_t tt_pg_int(const struct tt_pg_db *db, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
double tt_pg_real(const struct tt_pg_db *db, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
const char *tt_pg_text(const struct tt_pg_db *db, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* An item with guid "number" of source "test", a URL, a title, a fixed fetched_ms, published one hour before,
 * scored positive, mentioning `entities` of the symbols S0, S1, ... beginning with S<number % 10>. */
struct tt_scored *tt_pg_item(struct tt_batch *b, int number, int entities);
extern const int64_t tt_pg_now_ms; /* the fixed fetched_ms: 2026-11-18 12:00 UTC, a Wednesday */

#endif
