/* test_pg_migrate.c - the schema's versions: applied once, in turns, refused when newer; its comments; its
 * roles. */
#include <pthread.h>

#include "sink/pg/migrate.h"
#include "tests/sink/pg_test.h"

static int migrate(const struct tt_pg_db *db, int *applied, struct tt_err *err)
{
	struct tt_pg_conn *c = NULL;
	int rc = tt_pg_conn_new(&c, &db->conf, err);

	if (rc == TT_OK)
		rc = tt_pg_migrate(c, applied, err);
	tt_pg_conn_free(c);
	return rc;
}

TT_TEST(twice)
{
	struct tt_pg_db db;
	int applied = -1;

	tt_pg_db_make(&db, false);
	TT_EQ(migrate(&db, &applied, NULL), TT_OK);
	TT_EQ(applied, tt_pg_int(&db, "SELECT count(*) FROM tickertone.migration"));
	TT_TRUE(applied > 0);
	TT_EQ(migrate(&db, &applied, NULL), TT_OK);
	TT_EQ(applied, 0);
	tt_pg_db_drop(&db);
}

struct migrator {
	const struct tt_pg_db *db;
	pthread_t thread;
	int applied;
};

static void *migrate_thread(void *arg)
{
	struct migrator *m = arg;

	if (migrate(m->db, &m->applied, NULL) < 0)
		m->applied = -1000;
	return NULL;
}

TT_TEST(four_at_once)
{
	enum { N = 4 };
	struct tt_pg_db db;
	struct migrator m[N];
	int sum = 0;

	tt_pg_db_make(&db, false);
	for (int i = 0; i < N; i++) {
		m[i] = (struct migrator){.db = &db};
		TT_EQ(pthread_create(&m[i].thread, NULL, migrate_thread, &m[i]), 0);
	}
	for (int i = 0; i < N; i++) {
		pthread_join(m[i].thread, NULL);
		sum += m[i].applied;
	}
	TT_EQ(sum, tt_pg_int(&db, "SELECT count(*) FROM tickertone.migration"));
	tt_pg_db_drop(&db);
}

TT_TEST(refused)
{
	static const struct {
		const char *sql, *want;
	} rows[] = {
		{"INSERT INTO tickertone.migration VALUES (9000, 'future', gen_random_uuid())",
			"version 9000 (future)"},
		{"UPDATE tickertone.migration SET checksum = gen_random_uuid() WHERE version = 2",
			"migration 2 (partitions)"},
		{"DELETE FROM tickertone.migration WHERE version > 2", "db migrate"},
		{"DROP SCHEMA tickertone CASCADE", "db migrate"},
	};

	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_pg_db db;
		struct tt_sink sink;
		struct tt_err err = {0};
		tt_pg_db_make(&db, true);
		tt_pg_do(&db, "%s", rows[i].sql);
		TT_EQ_ROW((long)i, tt_pg_open(&sink, &db.conf, &err), TT_EVERSION);
		if (!strstr(err.msg, rows[i].want))
			fail_msg("row %zu: '%s' lacks '%s'", i, err.msg, rows[i].want);
		if (i < 2)
			TT_EQ_ROW((long)i, migrate(&db, NULL, &err), TT_EVERSION);
		tt_pg_db_drop(&db);
	}
}

TT_TEST(failed_one_leaves_nothing)
{
	struct tt_pg_db db;
	struct tt_err err = {0};

	tt_pg_db_make(&db, false);
	tt_pg_do(&db, "CREATE SCHEMA tickertone; CREATE TABLE tickertone.item (mine int)");
	TT_TRUE(migrate(&db, NULL, &err) < 0);
	TT_TRUE(strstr(err.msg, "0001_tables.sql") && strstr(err.msg, "item"));
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.migration"), 0);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM pg_tables WHERE schemaname = 'tickertone'"), 2);
	tt_pg_db_drop(&db);
}

TT_TEST(everything_is_commented)
{
	struct tt_pg_db db;

	tt_pg_db_make(&db, true);
	TT_STR_EQ(tt_str_c(tt_pg_text(&db,
			  "SELECT coalesce(string_agg(c.relname || '.' || coalesce(a.attname, '*'), ' '), "
			  "'') FROM pg_class c "
			  "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
			  "WHERE c.relnamespace = 'tickertone'::regnamespace AND c.relkind IN ('r', 'p', "
			  "'v') AND NOT c.relispartition "
			  "AND (col_description(c.oid, a.attnum) IS NULL OR obj_description(c.oid, "
			  "'pg_class') IS NULL)")),
		TT_STR(""));
	TT_STR_EQ(tt_str_c(tt_pg_text(&db, "SELECT coalesce(string_agg(proname, ' '), '') FROM pg_proc WHERE "
					   "pronamespace = 'tickertone'::regnamespace "
					   "AND obj_description(oid, 'pg_proc') IS NULL")),
		TT_STR(""));
	TT_TRUE(tt_pg_int(&db, "SELECT count(*) FROM pg_description WHERE objsubid > 0 AND "
			       "objoid = 'tickertone.sentiment_history'::regclass") > 20);
	tt_pg_db_drop(&db);
}

/* A reader sees views and functions, not tables; a writer writes, also new partitions, and deletes nothing.
 */
TT_TEST(roles)
{
	static const struct {
		const char *role, *sql;
		bool allowed;
	} rows[] = {
		{"tickertone_reader", "SELECT count(*) FROM tickertone.sentiment_history", true},
		{"tickertone_reader", "SELECT count(*) FROM tickertone.item_history", true},
		{"tickertone_reader", "SELECT count(*) FROM tickertone.mood('AAPL')", true},
		{"tickertone_reader", "SELECT count(*) FROM tickertone.stories('AAPL')", true},
		{"tickertone_reader", "SELECT count(*) FROM tickertone.top_movers()", true},
		{"tickertone_reader", "SELECT count(*) FROM tickertone.item", false},
		{"tickertone_reader", "SELECT count(*) FROM tickertone.feed", false},
		{"tickertone_reader", "SELECT secret FROM tickertone.websub", false},
		{"tickertone_reader", "SELECT tickertone.prune_partitions(now())", false},
		{"tickertone_reader", "INSERT INTO tickertone.entity (symbol) VALUES ('X')", false},
		{"tickertone_writer", "INSERT INTO tickertone.entity (symbol) VALUES ('X')", true},
		{"tickertone_writer",
			"SELECT tickertone.ensure_partitions(now(), now() + interval '60 days')", true},
		{"tickertone_writer", "DELETE FROM tickertone.entity", false},
		{"tickertone_writer", "DELETE FROM tickertone.item", false},
	};
	struct tt_pg_db db;

	tt_pg_db_make(&db, true);
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		tt_pg_do(&db, "GRANT %s TO CURRENT_USER", rows[i].role);
		PGconn *pg = PQconnectdb(db.dsn);
		char set[64];
		snprintf(set, sizeof(set), "SET ROLE %s", rows[i].role);
		PQclear(PQexec(pg, set));
		PGresult *r = PQexec(pg, rows[i].sql);
		const char *sqlstate = PQresultErrorField(r, PG_DIAG_SQLSTATE);
		TT_STR_EQ_ROW((long)i, tt_str_c(sqlstate ? sqlstate : "fine"),
			tt_str_c(rows[i].allowed ? "fine" : "42501"));
		PQclear(r);
		PQfinish(pg);
	}
	tt_pg_db_drop(&db);
}

TT_MAIN(TT_RUN(twice), TT_RUN(four_at_once), TT_RUN(refused), TT_RUN(failed_one_leaves_nothing),
	TT_RUN(everything_is_commented), TT_RUN(roles))
