/* cmd_db.c - `tickertone db`: the schema's versions and what retention drops. */
#include <stdio.h>
#include <string.h>

#include "app/commands.h"
#include "app/conf.h"
#include "sink/pg/maintain.h"
#include "sink/pg/migrate.h"

struct db_opts {
	const char *config, *dsn, *retention;
};

#define OPTION_CONFIG                                                                                        \
	{                                                                                                    \
		"config", 'c', TT_CLI_FILE, offsetof(struct db_opts, config), "FILE",                        \
			"Configuration file, for its section postgres", 0, 0, NULL                           \
	}
#define OPTION_DSN                                                                                           \
	{                                                                                                    \
		"dsn", 0, TT_CLI_STR, offsetof(struct db_opts, dsn), "CONNINFO",                             \
			"The database, instead of the configuration's (libpq connection string or URI)", 0,  \
			0, NULL                                                                              \
	}

static const struct tt_cli_opt opts[] = {OPTION_CONFIG, OPTION_DSN, {0}};
static const struct tt_cli_opt prune_opts[] = {
	OPTION_CONFIG,
	OPTION_DSN,
	{"retention", 0, TT_CLI_STR, offsetof(struct db_opts, retention), "DURATION",
		"How much to keep, instead of the configuration's postgres.retention: 90d", 0, 0, NULL},
	{0},
};

/* What the subcommands share: the configuration with the options put over it, and a connection by it. */
struct db {
	struct tt_app_conf app;
	struct tt_pg_conf postgres; /* app.postgres, strings borrowed */
	struct tt_pg_conn *conn;
};

static int parse_retention(const char *text, int64_t *ret, struct tt_err *err)
{
	static const char unit[] = "smhd";
	static const int64_t unit_ms[] = {1000, 60000, 3600000, 86400000};
	struct tt_str s = tt_str_c(text);
	int64_t n = 0;
	const char *u = s.n ? memchr(unit, s.p[s.n - 1], sizeof(unit) - 1) : NULL;

	if (!u || !tt_str_int((struct tt_str){s.p, s.n - 1}, 0, 36500, &n))
		return tt_err_set(err, TT_EUSAGE, "--retention %s: not a duration such as 90d", text);
	*ret = n * unit_ms[u - unit];
	return TT_OK;
}

static void db_done(struct db *db)
{
	tt_pg_conn_free(db->conn);
	tt_app_conf_free(&db->app);
}

static int db_open(struct db *db, const struct db_opts *o, struct tt_err *err)
{
	*db = (struct db){.conn = NULL};
	int rc = tt_app_conf_load(o->config, &db->app, err);
	if (rc < 0)
		return rc;
	db->postgres = db->app.postgres;
	if (o->dsn)
		db->postgres.dsn = (char *)o->dsn;
	if (o->retention)
		rc = parse_retention(o->retention, &db->postgres.retention_ms, err);
	if (rc == TT_OK)
		rc = tt_pg_conn_new(&db->conn, &db->postgres, err);
	if (rc < 0)
		db_done(db);
	return rc;
}

static int run_migrate(const void *given, int argc, char **argv, struct tt_err *err)
{
	struct db db;
	int applied = 0;
	(void)argc, (void)argv;
	int rc = db_open(&db, given, err);
	if (rc < 0)
		return rc;
	rc = tt_pg_migrate(db.conn, &applied, err);
	if (rc == TT_OK && applied)
		printf("%d migration%s applied\n", applied, applied == 1 ? "" : "s");
	else if (rc == TT_OK)
		puts("up to date");
	db_done(&db);
	return rc;
}

static void print_migrations(const struct tt_pg_migration *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char when[40];
		tt_time_rfc3339(v[i].applied_ms, when);
		const char *state = v[i].unknown   ? "unknown to this program"
				    : v[i].changed ? "applied with another text"
				    : v[i].applied ? "applied"
						   : "missing";
		printf("%4d  %-16.*s  %-24s  %s\n", v[i].version, TT_FMT(v[i].name), when, state);
	}
}

static int run_status(const void *given, int argc, char **argv, struct tt_err *err)
{
	struct tt_pg_migration *v = NULL;
	struct tt_arena arena;
	struct db db;
	size_t n = 0;
	(void)argc, (void)argv;
	int rc = db_open(&db, given, err);
	if (rc < 0)
		return rc;
	tt_arena_init(&arena, 1 << 20);
	rc = tt_pg_migrations(db.conn, &arena, &v, &n, err);
	if (rc == TT_OK) {
		print_migrations(v, n);
		rc = tt_pg_schema_check(db.conn, err);
	}
	tt_arena_done(&arena);
	db_done(&db);
	return rc;
}

static int run_prune(const void *given, int argc, char **argv, struct tt_err *err)
{
	struct tt_pg_pruned p = {0};
	struct db db;
	(void)argc, (void)argv;
	int rc = db_open(&db, given, err);
	if (rc < 0)
		return rc;
	rc = tt_pg_schema_check(db.conn, err);
	if (rc == TT_OK)
		rc = tt_pg_prune(db.conn, &db.postgres, tt_wall_ms(&tt_clock_real), &p, err);
	if (rc == TT_OK && p.before_ms == TT_TIME_NONE)
		puts("retention is 0s: everything is kept");
	else if (rc == TT_OK) {
		char before[40];
		tt_time_rfc3339(p.before_ms - p.before_ms % 1000, before);
		printf("older than %s: %lld partitions dropped; deleted %lld old-dated items, %lld "
		       "identities, "
		       "%lld dead letters, %lld changes of alerts\n",
			before, (long long)p.tables, (long long)p.items, (long long)p.keys,
			(long long)p.dead_letters, (long long)p.alert_changes);
	}
	db_done(&db);
	return rc;
}

const struct tt_cmd tt_cmd_db_migrate = {
	.name = "db migrate",
	.summary = "Bring the database's schema to this program's version",
	.details =
		"Applies the migrations that are missing, each in a transaction, under a lock: programs that "
		"start "
		"together take turns. A schema newer than this program is refused. The role needs to own the "
		"database, or a schema named tickertone in it; the roles tickertone_reader and "
		"tickertone_writer "
		"are made where it may make roles.\n"
		"\n"
		"    tickertone db migrate -c tickertone.yaml\n"
		"    tickertone db migrate --dsn 'host=/run/postgresql dbname=news'\n",
	.group = TT_GROUP_DATA,
	.opts = opts,
	.opts_size = sizeof(struct db_opts),
	.run = run_migrate,
};

const struct tt_cmd tt_cmd_db_status = {
	.name = "db status",
	.summary = "Show which migrations the database has",
	.details = "One line a version. The exit status is 0 when the schema is exactly this program's.\n",
	.group = TT_GROUP_DATA,
	.opts = opts,
	.opts_size = sizeof(struct db_opts),
	.run = run_status,
};

const struct tt_cmd tt_cmd_db_prune = {
	.name = "db prune",
	.summary = "Drop what is older than the retention",
	.details =
		"Drops whole weekly partitions, then deletes old-dated items that were stored before that "
		"time, "
		"identities of items that are no longer kept, and dead letters. Run it daily, from a timer.\n"
		"\n"
		"    tickertone db prune -c tickertone.yaml\n"
		"    tickertone db prune --dsn dbname=news --retention 90d\n",
	.group = TT_GROUP_DATA,
	.opts = prune_opts,
	.opts_size = sizeof(struct db_opts),
	.run = run_prune,
};
