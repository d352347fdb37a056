/* migrate.c - see migrate.h. */
#include "sink/pg/migrate.h"

#include <stdio.h>
#include <stdlib.h>

#include "sink/pg/embedded.h"

/* "0002_views.sql" is version 2, "views". */
static int file_version(const struct tt_embedded *f)
{
	int64_t version = 0;
	struct tt_str name = tt_str_c(f->name);

	tt_str_int(tt_str_split(&name, '_'), 1, 9999, &version);
	return (int)version;
}

static struct tt_str file_title(const struct tt_embedded *f)
{
	struct tt_str name = tt_str_c(f->name);

	tt_str_split(&name, '_');
	return tt_str_split(&name, '.');
}

static struct tt_id file_checksum(const struct tt_embedded *f)
{
	return TT_ID(((struct tt_str){f->text, f->n}));
}

/* Takes the lock (until the connection ends or unlock) and makes the place where versions are kept. CREATE
 * SCHEMA asks for a right on the database even when there is nothing to create, hence the look first. */
static const char lock_sql[] =
	"SELECT pg_advisory_lock(hashtextextended('tickertone migrate', 0));"
	"SET statement_timeout = 0;"
	"DO $$ BEGIN IF to_regnamespace('tickertone') IS NULL THEN CREATE SCHEMA tickertone; END IF; END $$;"
	"COMMENT ON SCHEMA tickertone IS 'Sentiment of financial news by item and entity (docs/SCHEMA.md).';"
	"CREATE TABLE IF NOT EXISTS migration ("
	"	version integer PRIMARY KEY, name text NOT NULL, checksum uuid NOT NULL,"
	"	applied_at timestamptz NOT NULL DEFAULT now());"
	"COMMENT ON TABLE migration IS 'Versions of this schema that were applied, by \"tickertone db "
	"migrate\".';"
	"COMMENT ON COLUMN migration.version IS 'Number of the migration.';"
	"COMMENT ON COLUMN migration.name IS 'Its name.';"
	"COMMENT ON COLUMN migration.checksum IS 'Hash of its text, so that a changed one is noticed.';"
	"COMMENT ON COLUMN migration.applied_at IS 'When it was applied.';";

static int query_applied(struct tt_pg_conn *c, PGresult **ret, struct tt_err *err)
{
	PGresult *there = NULL;
	int rc = tt_pg_query(c, "SELECT to_regclass('tickertone.migration') IS NOT NULL", NULL, &there, err);

	if (rc < 0)
		return rc;
	bool any = tt_pg_get_int(there, 0, 0);
	PQclear(there);
	return tt_pg_query(c,
		any ? "SELECT version, name, checksum, applied_at FROM tickertone.migration ORDER BY version"
		    : "SELECT 0, '', NULL::uuid, now() WHERE false",
		NULL, ret, err);
}

int tt_pg_migrations(struct tt_pg_conn *c, struct tt_arena *arena, struct tt_pg_migration **ret,
	size_t *ret_n, struct tt_err *err)
{
	struct tt_pg_migration *v;
	PGresult *r = NULL;
	size_t n = 0, ours = 0;
	int rc = query_applied(c, &r, err);

	if (rc < 0)
		return rc;
	while (tt_pg_migration_files[ours].name)
		ours++;
	v = tt_arena_zalloc(arena, ours + (size_t)PQntuples(r), sizeof(*v));
	rc = v ? TT_OK : tt_err_set(err, TT_ENOMEM, "migrations: %s", tt_err_text(TT_ENOMEM));
	int row = 0;
	for (size_t f = 0; v && (f < ours || row < PQntuples(r)); n++) {
		int mine = f < ours ? file_version(&tt_pg_migration_files[f]) : INT32_MAX;
		int theirs = row < PQntuples(r) ? (int)tt_pg_get_int(r, row, 0) : INT32_MAX;
		v[n].version = mine < theirs ? mine : theirs;
		v[n].name = mine <= theirs ? file_title(&tt_pg_migration_files[f])
					   : tt_arena_str(arena, tt_pg_get_text(r, row, 1));
		v[n].applied = theirs <= mine;
		v[n].unknown = theirs < mine;
		v[n].applied_ms = v[n].applied ? tt_pg_get_time(r, row, 3) : TT_TIME_NONE;
		v[n].changed = theirs == mine &&
			       !tt_id_eq(tt_pg_get_id(r, row, 2), file_checksum(&tt_pg_migration_files[f]));
		f += mine <= theirs;
		row += theirs <= mine;
	}
	PQclear(r);
	if (rc == TT_OK)
		*ret = v, *ret_n = n;
	return rc;
}

/* Refuses a schema that is not an earlier state of ours; counts what is missing. */
static int check_applied(const struct tt_pg_migration *v, size_t n, size_t *ret_missing, struct tt_err *err)
{
	size_t missing = 0;

	for (size_t i = 0; i < n; i++) {
		if (v[i].unknown)
			return tt_err_set(err, TT_EVERSION,
				"postgres: the schema has version %d (%.*s), which this program does not "
				"know: "
				"use the newer program that made it",
				v[i].version, TT_FMT(v[i].name));
		if (v[i].changed)
			return tt_err_set(err, TT_EVERSION,
				"postgres: migration %d (%.*s) was applied with another text than this "
				"program's",
				v[i].version, TT_FMT(v[i].name));
		missing += !v[i].applied;
	}
	*ret_missing = missing;
	return TT_OK;
}

static int check(struct tt_pg_conn *c, size_t *ret_missing, struct tt_err *err)
{
	struct tt_pg_migration *v = NULL;
	struct tt_arena arena;
	size_t n = 0;

	tt_arena_init(&arena, 1 << 20);
	int rc = tt_pg_migrations(c, &arena, &v, &n, err);
	if (rc == TT_OK)
		rc = check_applied(v, n, ret_missing, err);
	tt_arena_done(&arena);
	return rc;
}

int tt_pg_schema_check(struct tt_pg_conn *c, struct tt_err *err)
{
	size_t missing;
	int rc = check(c, &missing, err);

	if (rc == TT_OK && missing)
		rc = tt_err_set(err, TT_EVERSION,
			"postgres: the schema lacks %zu migrations of this program: run `tickertone db "
			"migrate`",
			missing);
	return rc;
}

static int apply(struct tt_pg_conn *c, const struct tt_embedded *f, struct tt_err *err)
{
	struct tt_buf sql;
	char checksum[37];

	tt_id_format(file_checksum(f), checksum);
	tt_buf_init(&sql, f->n + 4096);
	int rc = tt_buf_printf(&sql,
		"BEGIN;\n%s\nINSERT INTO migration (version, name, checksum) VALUES (%d, '%.*s', "
		"'%s');\nCOMMIT;",
		f->text, file_version(f), TT_FMT(file_title(f)), checksum);
	if (rc == TT_OK)
		rc = tt_pg_script(c, sql.p, err);
	else
		rc = tt_err_set(err, rc, "migration %s: %s", f->name, tt_err_text(rc));
	tt_buf_done(&sql);
	return rc;
}

int tt_pg_migrate(struct tt_pg_conn *c, int *ret_applied, struct tt_err *err)
{
	size_t missing = 0, ours = 0;
	int applied = 0;
	int rc = tt_pg_script(c, lock_sql, err);

	if (rc == TT_OK)
		rc = check(c, &missing, err);
	while (tt_pg_migration_files[ours].name)
		ours++;
	for (size_t f = ours - missing; rc == TT_OK && f < ours; f++) {
		rc = apply(c, &tt_pg_migration_files[f], err);
		if (rc < 0)
			tt_err_prefix(err, rc, "migration %s", tt_pg_migration_files[f].name);
		else
			applied++;
	}
	if (rc == TT_OK)
		rc = tt_pg_query(c, "SELECT grant_access()", NULL, NULL, err);
	tt_pg_conn_close(c); /* gives the lock back, and ends a transaction that failed midway */
	if (rc == TT_OK && ret_applied)
		*ret_applied = applied;
	return rc;
}
