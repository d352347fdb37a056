/* pg_test.c - see pg_test.h. */
#include "tests/sink/pg_test.h"

#include "sink/pg/migrate.h"

const int64_t tt_pg_now_ms = 1795003200000;

static PGresult *run(const char *dsn, const char *sql)
{
	PGconn *pg = PQconnectdb(dsn);
	PGresult *r = PQexec(pg, sql);

	if (PQresultStatus(r) != PGRES_TUPLES_OK && PQresultStatus(r) != PGRES_COMMAND_OK)
		fail_msg("%s: %s", sql, PQerrorMessage(pg));
	PQfinish(pg);
	return r;
}

void tt_pg_db_make_at(struct tt_pg_db *db, const char *conninfo, bool migrated)
{
	static int count;
	char sql[128];

	*db = (struct tt_pg_db){.conf = {.dsn = db->dsn,
					.application_name = (char *)"test",
					.connect_timeout_ms = 10000,
					.statement_timeout_ms = 30000,
					.partitions_ahead = 1,
					.partitions_behind = 8,
					.retention_ms = 400 * 86400000LL,
					.dead_letter_bytes = 1024,
					.max_versions = 8,
					.max_aliases = 8}};
	snprintf(db->name, sizeof(db->name), "tt_test_%d_%d", (int)getpid(), count++);
	snprintf(db->admin_dsn, sizeof(db->admin_dsn), "%s", conninfo);
	snprintf(db->dsn, sizeof(db->dsn), "%s dbname=%s", conninfo, db->name); /* the last dbname wins */
	snprintf(sql, sizeof(sql), "CREATE DATABASE %s", db->name);
	PQclear(run(db->admin_dsn, sql));
	if (!migrated)
		return;
	struct tt_pg_conn *c = NULL;
	struct tt_err err = {0};
	if (tt_pg_conn_new(&c, &db->conf, &err) < 0 || tt_pg_migrate(c, NULL, &err) < 0)
		fail_msg("%s", err.msg);
	tt_pg_conn_free(c);
}

void tt_pg_db_make(struct tt_pg_db *db, bool migrated)
{
	char path[600], conninfo[400] = "";
	const char *dir = getenv("TT_PG_DIR");

	snprintf(path, sizeof(path), "%s/conninfo", dir ? dir : ".");
	FILE *f = fopen(path, "re");
	if (!f)
		tt_skip_all("no PostgreSQL cluster ($TT_PG_DIR)");
	if (!fgets(conninfo, sizeof(conninfo), f))
		fail_msg("'%s' is empty", path);
	fclose(f);
	conninfo[strcspn(conninfo, "\n")] = '\0';
	tt_pg_db_make_at(db, conninfo, migrated);
}

void tt_pg_db_drop(struct tt_pg_db *db)
{
	char sql[128], dsn[sizeof(db->admin_dsn) + 32];

	/* as the superuser: an autovacuum worker may be at it, which nobody else may end */
	snprintf(dsn, sizeof(dsn), "%s user=postgres", db->admin_dsn);
	snprintf(sql, sizeof(sql), "DROP DATABASE %s WITH (FORCE)", db->name);
	PQclear(run(dsn, sql));
}

__attribute__((format(printf, 2, 0))) static const char *value(
	const struct tt_pg_db *db, const char *fmt, va_list args)
{
	static char text[4096];
	char sql[4096];

	vsnprintf(sql, sizeof(sql), fmt, args);
	PGresult *r = run(db->dsn, sql);
	snprintf(text, sizeof(text), "%s", PQntuples(r) ? PQgetvalue(r, 0, 0) : "");
	PQclear(r);
	return text;
}

#define VALUE(var)                                                                                           \
	va_list args;                                                                                        \
	va_start(args, fmt);                                                                                 \
	const char *var = value(db, fmt, args);                                                              \
	va_end(args)

void tt_pg_do(const struct tt_pg_db *db, const char *fmt, ...)
{
	VALUE(text);
	(void)text;
}

int64_t tt_pg_int(const struct tt_pg_db *db, const char *fmt, ...)
{
	VALUE(text);
	return strtoll(text, NULL, 10);
}

double tt_pg_real(const struct tt_pg_db *db, const char *fmt, ...)
{
	VALUE(text);
	return strtod(text, NULL);
}

const char *tt_pg_text(const struct tt_pg_db *db, const char *fmt, ...)
{
	VALUE(text);
	return text;
}

struct tt_scored *tt_pg_item(struct tt_batch *b, int number, int entities)
{
	const struct tt_sentiment happy = {{0.125f, 0.25f, 0.625f}, 0.5f, TT_POSITIVE};
	struct tt_scored *s = tt_batch_add_item(b);

	s->item.source = TT_STR("test");
	s->item.guid = tt_str_c(tt_arena_printf(&b->arena, "%d", number));
	s->item.url = tt_str_c(tt_arena_printf(&b->arena, "https://example.com/%d", number));
	s->item.title = tt_str_c(tt_arena_printf(&b->arena, "Title %d", number));
	s->item.id = TT_ID(s->item.source, s->item.guid);
	s->item.url_key = TT_ID(s->item.url);
	s->item.fetched_ms = tt_pg_now_ms;
	s->item.published_ms = tt_pg_now_ms - 3600000;
	s->sentiment = happy;
	s->scored_ms = tt_pg_now_ms + 1000;
	s->n_tokens = 7;
	s->n_entities = (size_t)entities;
	s->entities = tt_arena_zalloc(&b->arena, s->n_entities + 1, sizeof(*s->entities));
	for (int i = 0; i < entities; i++)
		s->entities[i] = (struct tt_entity_score){
			.symbol = tt_str_c(tt_arena_printf(&b->arena, "S%d", number % 10 + i)),
			.relevance = 0.5f,
			.mentions = 1,
			.in_title = true,
			.mention = TT_STR("Mention"),
			.sentiment = happy};
	return s;
}
