/* conn.h - one connection to PostgreSQL: bounded waits, statements in one round trip, failures as our codes.
 * A connection that broke is dropped; the next call makes a new one and counts its generation, by which an
 * owner sees that what it knew of the session is gone. Threads: one at a time. */
#ifndef TT_SINK_PG_CONN_H
#define TT_SINK_PG_CONN_H

#include <libpq-fe.h>

#include "common/arena.h"
#include "sink/pg/params.h"
#include "sink/pg/pg.h"

struct tt_pg_conn;

struct tt_pg_stmt {
	const char *sql;
	const struct tt_pg_params *params; /* NULL: none */
	bool text;                         /* results in text form; else binary */
};

/* conf must outlive it. Does not connect yet. */
int tt_pg_conn_new(struct tt_pg_conn **ret, const struct tt_pg_conf *conf, struct tt_err *err);
void tt_pg_conn_free(struct tt_pg_conn *c); /* NULL is fine */

/* Ends the session; the next call makes a new one. */
void tt_pg_conn_close(struct tt_pg_conn *c);

/* Connects unless connected. */
int tt_pg_conn_ready(struct tt_pg_conn *c, struct tt_err *err);
unsigned tt_pg_conn_generation(const struct tt_pg_conn *c);

/* Runs n statements (<= TT_PG_STMTS_MAX) as one transaction in one round trip. results[i] (may be NULL as a
 * whole) is the caller's to PQclear; on failure all are NULL. Waits up to statement_timeout and some for the
 * answer to come. */
enum { TT_PG_STMTS_MAX = 8 };
int tt_pg_run(struct tt_pg_conn *c, const struct tt_pg_stmt *stmts, size_t n, PGresult **results,
	struct tt_err *err);

/* One statement. ret may be NULL. */
int tt_pg_query(struct tt_pg_conn *c, const char *sql, const struct tt_pg_params *params, PGresult **ret,
	struct tt_err *err);

/* One statement whose answer is made while the caller does something else. After a send that was TT_OK, receive must
 * be called before anything else is asked; it waits as tt_pg_run. */
int tt_pg_send(struct tt_pg_conn *c, const char *sql, struct tt_err *err);
int tt_pg_receive(struct tt_pg_conn *c, PGresult **ret, struct tt_err *err);

/* Waits for a notification on a channel that the session listens to, at most ms; takes all that have come. Errors: the connection is
 * gone, or there is none. */
int tt_pg_wait(struct tt_pg_conn *c, int64_t ms, bool *ret_notified);

/* A script of several statements as one transaction, waiting as long as it takes: migrations. */
int tt_pg_script(struct tt_pg_conn *c, const char *sql, struct tt_err *err);

/* Values of a binary result. */
int64_t tt_pg_get_int(const PGresult *r, int row, int col); /* INT2, INT4, INT8, BOOL by length; 0 for NULL */
double tt_pg_get_double(const PGresult *r, int row, int col);        /* FLOAT8; NAN for NULL */
int64_t tt_pg_get_time(const PGresult *r, int row, int col);       /* TT_TIME_NONE for NULL */
struct tt_str tt_pg_get_text(const PGresult *r, int row, int col); /* lives as long as r; absent for NULL */
/* Likewise, copied to the arena. False: memory is out. */
bool tt_pg_copy_text(struct tt_arena *arena, const PGresult *r, int row, int col, struct tt_str *ret);
struct tt_id tt_pg_get_id(const PGresult *r, int row, int col);    /* zero for NULL */

#endif
