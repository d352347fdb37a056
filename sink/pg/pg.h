/* pg.h - the PostgreSQL sink: batches in, rows of schema tickertone out (docs/SCHEMA.md).
 * One round trip and one transaction per write. An item is new when none of its keys (id, URL) is in table
 * `seen`; all else hangs on that, so writing a batch again changes nothing, and an answer lost with the
 * connection does no harm. Threads: one per open sink. Blocking: every call returns within connect_timeout +
 * a few statement_timeouts. */
#ifndef TT_SINK_PG_PG_H
#define TT_SINK_PG_PG_H

#include "common/conf.h"
#include "common/err.h"
#include "sink/sink.h"

struct tt_pg_item_rules;

struct tt_pg_conf {
	char *dsn; /* NULL: libpq's own defaults and PG* variables */
	char *application_name;
	int64_t connect_timeout_ms;
	int64_t statement_timeout_ms;
	int64_t partitions_ahead;  /* weeks */
	int64_t partitions_behind; /* weeks */
	int64_t retention_ms;      /* 0: for ever */
	int64_t dead_letter_bytes;
	int64_t max_versions;
	int64_t max_aliases;
	struct tt_pg_item_rules *item_rules; /* rules about single items (item_rules.h); NULL: none. Set by app/ */
	bool write_events; /* what is stored is put into the outbox (outbox.h), too; set by app/conf.c */
};
extern const struct tt_opt tt_pg_opts[]; /* section `postgres` */

/* Connects and checks the schema: TT_EPEER while the server is away, TT_EVERSION when the schema is not
 * migrated or newer than this program, TT_ECONF for a dsn that cannot be read. conf must outlive the sink.
 * ops->write() then reconnects by itself; every failure but that of the content itself (TT_EDATA) and of
 * memory is retriable, also one that an operator must mend (rights taken away, schema changed): it is waited
 * out, nothing is given up. */
int tt_pg_open(struct tt_sink *ret, const struct tt_pg_conf *conf, struct tt_err *err);

/* For `tickertone check`: server version, schema, rights to write. The message says what to do. */
int tt_pg_check(const struct tt_pg_conf *conf, struct tt_err *err);

#endif
