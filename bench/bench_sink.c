/* bench_sink.c - how many entity rows a second the PostgreSQL sink stores, beside plain COPY of the same
 * rows.
 *
 *   script/pg start /tmp/bench-pg && build/bench/bench_sink "$(script/pg status /tmp/bench-pg)"
 *
 * One writer; every write is one durable transaction. COPY puts the very rows that the sink stored (read back
 * in binary form) into the same, emptied tables: one COPY a table, one transaction for all, no identity
 * check, no rendering of values. */
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/batch.h"
#include "common/err.h"
#include "common/quantile.h"
#include "sink/pg/migrate.h"

enum { ITEMS = 20000, ENTITIES = 3, SYMBOLS = 600, ROUNDS = 5 };

static const char *const tables[] = {"item", "item_sentiment", "entity_sentiment"};

static void die(const char *what)
{
	fprintf(stderr, "bench_sink: %s\n", what);
	exit(1);
}

static double seconds(void)
{
	return (double)tt_mono_ns(&tt_clock_real) / 1e9;
}

static PGresult *sql(PGconn *pg, const char *text, ExecStatusType want)
{
	PGresult *r = PQexec(pg, text);

	if (PQresultStatus(r) != want)
		die(PQerrorMessage(pg));
	return r;
}

static void add_item(struct tt_batch *b, int number, int64_t now_ms)
{
	static const char words[] =
		"Shares of the maker of everything rose after it said quarterly profit beat "
		"estimates, helped by demand for its newest products in Europe and Asia, and it "
		"raised its outlook for the year, while analysts warned of costs that grow faster "
		"than sales and of a regulator who asks questions about its newest partner.";
	struct tt_scored *s = tt_batch_add_item(b);

	s->item.source = TT_STR("https://feeds.example.com/markets/headlines.xml");
	s->item.guid = tt_str_c(tt_arena_printf(&b->arena, "tag:example.com,2026:%d", number));
	s->item.url =
		tt_str_c(tt_arena_printf(&b->arena, "https://example.com/markets/%d/shares-rose", number));
	s->item.title = (struct tt_str){words + number % 7, 80};
	s->item.summary = (struct tt_str){words, 200 + (size_t)(number % 80)};
	s->item.id = TT_ID(s->item.source, s->item.guid);
	s->item.url_key = TT_ID(s->item.url);
	s->item.fetched_ms = now_ms;
	s->item.published_ms = now_ms - number % 3600 * 1000;
	s->sentiment = (struct tt_sentiment){{0.1f, 0.2f, 0.7f}, 0.6f, TT_POSITIVE};
	s->scored_ms = now_ms;
	s->n_tokens = 60;
	s->n_entities = ENTITIES;
	s->entities = tt_arena_zalloc(&b->arena, ENTITIES, sizeof(*s->entities));
	for (int e = 0; e < ENTITIES; e++)
		s->entities[e] = (struct tt_entity_score){.symbol = tt_str_c(tt_arena_printf(&b->arena,
								  "SYM%d", (number * 31 + e * 97) % SYMBOLS)),
			.relevance = 0.5f,
			.mentions = 2,
			.in_title = true,
			.mention = TT_STR("the maker"),
			.sentiment = s->sentiment};
}

/* Time of storing all items in writes of so many. */
static double run_sink(const struct tt_pg_conf *conf, int write_items)
{
	int64_t now_ms = tt_wall_ms(&tt_clock_real);
	struct tt_sink_result r = {0}, sum = {0};
	struct tt_err err;
	struct tt_sink sink;
	double busy = 0;

	if (tt_pg_open(&sink, conf, &err) < 0)
		die(err.msg);
	for (int at = 0; at < ITEMS; at += write_items) {
		struct tt_batch *b = tt_batch_new((size_t)1 << 30);
		for (int i = 0; i < write_items; i++)
			add_item(b, at + i, now_ms);
		double begun = seconds();
		if (sink.ops->write(sink.self, &b, 1, &r, &err) < 0)
			die(err.msg);
		busy += seconds() - begun;
		sum.entities += r.entities;
		tt_batch_free(b);
	}
	sink.ops->close(sink.self);
	if (sum.entities != (size_t)ITEMS * ENTITIES)
		die("not all rows were new");
	return busy;
}

static void copy_out(PGconn *pg, const char *table, struct tt_buf *out)
{
	char text[200], *chunk;
	int n;

	snprintf(text, sizeof(text), "COPY (SELECT * FROM tickertone.%s) TO STDOUT (FORMAT binary)", table);
	PQclear(sql(pg, text, PGRES_COPY_OUT));
	while ((n = PQgetCopyData(pg, &chunk, 0)) > 0) {
		if (tt_buf_add(out, chunk, (size_t)n) < 0)
			die("out of memory");
		PQfreemem(chunk);
	}
	while (PQgetResult(pg))
		;
}

static void copy_in(PGconn *pg, const char *table, const struct tt_buf *rows)
{
	char text[200];
	PGresult *r;

	snprintf(text, sizeof(text), "COPY tickertone.%s FROM STDIN (FORMAT binary)", table);
	PQclear(sql(pg, text, PGRES_COPY_IN));
	for (size_t at = 0; at < rows->n; at += 65536)
		if (PQputCopyData(pg, rows->p + at, (int)(rows->n - at < 65536 ? rows->n - at : 65536)) < 0)
			die(PQerrorMessage(pg));
	PQputCopyEnd(pg, NULL);
	while ((r = PQgetResult(pg))) {
		if (PQresultStatus(r) != PGRES_COMMAND_OK)
			die(PQerrorMessage(pg));
		PQclear(r);
	}
}

static void empty(PGconn *pg)
{
	PQclear(sql(pg,
		"TRUNCATE tickertone.item, tickertone.item_sentiment, tickertone.entity_sentiment, "
		"tickertone.seen",
		PGRES_COMMAND_OK));
}

/* Time of storing the same rows, which are there, again by COPY. */
static double run_copy(PGconn *pg)
{
	struct tt_buf rows[TT_LEN(tables)];

	for (size_t i = 0; i < TT_LEN(tables); i++) {
		tt_buf_init(&rows[i], (size_t)1 << 31);
		copy_out(pg, tables[i], &rows[i]);
	}
	empty(pg);
	double begun = seconds();
	PQclear(sql(pg, "BEGIN", PGRES_COMMAND_OK));
	for (size_t i = 0; i < TT_LEN(tables); i++)
		copy_in(pg, tables[i], &rows[i]);
	PQclear(sql(pg, "COMMIT", PGRES_COMMAND_OK));
	double busy = seconds() - begun;
	for (size_t i = 0; i < TT_LEN(tables); i++)
		tt_buf_done(&rows[i]);
	return busy;
}

static double median_rate(double *times)
{
	return ITEMS * ENTITIES / tt_quantile(times, ROUNDS, 0.5);
}

static void compare_sizes(PGconn *pg, const struct tt_pg_conf *conf)
{
	static const int sizes[] = {50, 200, 1000, 4000};

	printf("%10s %22s %22s %8s\n", "items", "sink", "COPY", "ratio");
	printf("%10s %22s %22s\n", "per write", "entity rows/s", "entity rows/s");
	for (size_t i = 0; i < TT_LEN(sizes); i++) {
		double sink[ROUNDS], copy[ROUNDS];
		for (int round = 0; round < ROUNDS; round++) {
			empty(pg);
			sink[round] = run_sink(conf, sizes[i]);
			copy[round] = run_copy(pg);
		}
		double s = median_rate(sink), c = median_rate(copy);
		printf("%10d %22.0f %22.0f %8.2f\n", sizes[i], s, c, s / c);
	}
}

int main(int argc, char **argv)
{
	char dsn[1000];
	struct tt_pg_conf conf = {.dsn = dsn,
		.connect_timeout_ms = 10000,
		.statement_timeout_ms = 60000,
		.partitions_ahead = 2,
		.partitions_behind = 8,
		.max_versions = 8,
		.max_aliases = 8};
	struct tt_pg_conn *c = NULL;
	struct tt_err err = {0};

	if (argc != 2) {
		fprintf(stderr, "usage: bench_sink CONNINFO\n");
		return 64;
	}
	PGconn *admin = PQconnectdb(argv[1]);
	PQclear(PQexec(admin, "DROP DATABASE IF EXISTS tt_bench WITH (FORCE)"));
	PQclear(sql(admin, "CREATE DATABASE tt_bench", PGRES_COMMAND_OK));
	snprintf(dsn, sizeof(dsn), "%s dbname=tt_bench", argv[1]);
	if (tt_pg_conn_new(&c, &conf, &err) < 0 || tt_pg_migrate(c, NULL, &err) < 0)
		die(err.msg);
	tt_pg_conn_free(c);
	PGconn *pg = PQconnectdb(dsn);
	printf("%d items of %d entities each, medians of %d rounds; PostgreSQL %s, fsync %s\n", ITEMS,
		ENTITIES, ROUNDS, PQparameterStatus(pg, "server_version"),
		PQgetvalue(sql(pg, "SHOW fsync", PGRES_TUPLES_OK), 0, 0));
	compare_sizes(pg, &conf);
	PQfinish(pg);
	PQclear(sql(admin, "DROP DATABASE tt_bench WITH (FORCE)", PGRES_COMMAND_OK));
	PQfinish(admin);
	return 0;
}
