/* conn.c - see conn.h. libpq in non-blocking pipeline mode: all statements are sent before one Sync, which is
 * the commit. */
#include "sink/pg/conn.h"

#include <endian.h>
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sink/pg/errors.h"

#define PG_EPOCH_MS 946684800000

struct tt_pg_conn {
	const struct tt_pg_conf *conf;
	PGconn *pg; /* NULL: not connected */
	unsigned generation;
};

/* The server's own statement_timeout comes first; this much later it is taken for dead. */
enum { GRACE_MS = 2000 };

int tt_pg_conn_new(struct tt_pg_conn **ret, const struct tt_pg_conf *conf, struct tt_err *err)
{
	char *why = NULL;
	PQconninfoOption *parsed = PQconninfoParse(conf->dsn ? conf->dsn : "", &why);

	if (!parsed) {
		int rc = tt_err_set(err, why ? TT_ECONF : TT_ENOMEM, "postgres.dsn: %s",
			why ? tt_str_trim(tt_str_c(why)).p : tt_err_text(TT_ENOMEM));
		PQfreemem(why);
		return rc;
	}
	PQconninfoFree(parsed);
	struct tt_pg_conn *c = calloc(1, sizeof(*c));
	if (!c)
		return tt_err_set(err, TT_ENOMEM, "postgres: %s", tt_err_text(TT_ENOMEM));
	c->conf = conf;
	*ret = c;
	return TT_OK;
}

void tt_pg_conn_close(struct tt_pg_conn *c)
{
	PQfinish(c->pg);
	c->pg = NULL;
}

void tt_pg_conn_free(struct tt_pg_conn *c)
{
	if (!c)
		return;
	tt_pg_conn_close(c);
	free(c);
}

unsigned tt_pg_conn_generation(const struct tt_pg_conn *c)
{
	return c->generation;
}

/* libpq's messages are lines; ours is one. */
static int set_err(struct tt_err *err, int code, const char *text)
{
	char line[300];
	size_t n = 0;

	for (; *text && n + 1 < sizeof(line); text++) {
		bool blank = strchr(" \n\t", *text);
		if (!blank)
			line[n++] = *text;
		else if (n && line[n - 1] != ' ')
			line[n++] = ' ';
	}
	n -= n && line[n - 1] == ' ';
	line[n] = '\0';
	return tt_err_set(err, code, "postgres: %s", line);
}

static void ignore_notice(void *ctx, const PGresult *r)
{
	(void)ctx;
	(void)r;
}

static int set_session(struct tt_pg_conn *c, struct tt_err *err)
{
	char sql[300];

	snprintf(sql, sizeof(sql),
		"SELECT set_config('search_path', 'tickertone', false), set_config('timezone', 'UTC', "
		"false), "
		"set_config('jit', 'off', false), " /* compiling a write costs more than it saves */
		"set_config('statement_timeout', '%lld', false), set_config('lock_timeout', '%lld', false)",
		(long long)c->conf->statement_timeout_ms, (long long)c->conf->statement_timeout_ms);
	return tt_pg_query(c, sql, NULL, NULL, err);
}

int tt_pg_conn_ready(struct tt_pg_conn *c, struct tt_err *err)
{
	char timeout_s[24], user_timeout_ms[24];

	if (c->pg && PQstatus(c->pg) == CONNECTION_OK)
		return TT_OK;
	tt_pg_conn_close(c);
	snprintf(timeout_s, sizeof(timeout_s), "%lld", (long long)(c->conf->connect_timeout_ms + 999) / 1000);
	snprintf(user_timeout_ms, sizeof(user_timeout_ms), "%lld", (long long)c->conf->statement_timeout_ms);
	const char *keys[] = {"fallback_application_name", "dbname", "connect_timeout", "tcp_user_timeout",
		"client_encoding", NULL};
	const char *values[] = {c->conf->application_name, c->conf->dsn ? c->conf->dsn : "", timeout_s,
		user_timeout_ms, "UTF8", NULL};
	c->pg = PQconnectdbParams(keys, values, 1);
	if (!c->pg)
		return tt_err_set(err, TT_ENOMEM, "postgres: %s", tt_err_text(TT_ENOMEM));
	if (PQstatus(c->pg) != CONNECTION_OK || PQsetnonblocking(c->pg, 1)) {
		int rc = set_err(err, TT_EPEER, PQerrorMessage(c->pg));
		tt_pg_conn_close(c);
		return rc;
	}
	PQsetNoticeReceiver(c->pg, ignore_notice, NULL);
	c->generation++;
	int rc = set_session(c, err);
	if (rc < 0)
		tt_pg_conn_close(c);
	return rc;
}

static int lost(struct tt_pg_conn *c, struct tt_err *err)
{
	int rc = set_err(err, TT_EPEER, PQerrorMessage(c->pg));

	tt_pg_conn_close(c);
	return rc;
}

/* Waits until a result can be taken without blocking, sending what is still to be sent. deadline_ns < 0: for
 * ever. */
static int wait_result(struct tt_pg_conn *c, int64_t deadline_ns, struct tt_err *err)
{
	for (;;) {
		int unsent = PQflush(c->pg);
		if (unsent < 0 || !PQconsumeInput(c->pg))
			return lost(c, err);
		if (!PQisBusy(c->pg))
			return TT_OK;
		int64_t left_ms = -1;
		if (deadline_ns >= 0) {
			left_ms = (deadline_ns - tt_mono_ns(&tt_clock_real)) / 1000000;
			if (left_ms <= 0) {
				tt_pg_conn_close(c);
				return tt_err_set(err, TT_EAGAIN, "postgres: no answer within %lld ms",
					(long long)c->conf->statement_timeout_ms);
			}
		}
		struct pollfd fd = {
			.fd = PQsocket(c->pg), .events = (short)(POLLIN | (unsent ? POLLOUT : 0))};
		if (poll(&fd, 1, left_ms > 60000 ? 60000 : (int)left_ms) < 0 && errno != EINTR)
			return tt_err_set(err, TT_EIO, "postgres: poll: %s", strerror(errno));
	}
}

static int result_error(const PGresult *r, struct tt_err *err)
{
	const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);

	return set_err(err, tt_pg_code(state), PQresultErrorMessage(r));
}

/* Takes the results of n statements, each followed by a NULL, and the Sync's. Keeps reading after an error.
 */
static int take_results(struct tt_pg_conn *c, size_t n, PGresult **results, struct tt_err *err)
{
	int64_t wait_ms = c->conf->statement_timeout_ms + GRACE_MS;
	int64_t deadline_ns = tt_mono_ns(&tt_clock_real) + wait_ms * 1000000;
	size_t i = 0;
	int rc = TT_OK;

	for (;;) {
		int wait_rc = wait_result(c, deadline_ns, rc < 0 ? NULL : err);
		if (wait_rc < 0)
			return rc < 0 ? rc : wait_rc;
		PGresult *r = PQgetResult(c->pg);
		if (!r) { /* end of one statement */
			if (PQstatus(c->pg) == CONNECTION_BAD)
				return rc < 0 ? rc : lost(c, err);
			i++;
			continue;
		}
		ExecStatusType status = PQresultStatus(r);
		if (status == PGRES_PIPELINE_SYNC) {
			PQclear(r);
			return rc;
		}
		if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK && rc == TT_OK)
			rc = result_error(r, err);
		if (rc == TT_OK && results && i < n) {
			results[i] = r;
			continue;
		}
		PQclear(r);
	}
}

static bool send_stmt(struct tt_pg_conn *c, const struct tt_pg_stmt *s)
{
	const char *values[TT_PG_PARAMS_MAX];
	int formats[TT_PG_PARAMS_MAX];
	const struct tt_pg_params *p = s->params;

	if (!p)
		return PQsendQueryParams(c->pg, s->sql, 0, NULL, NULL, NULL, NULL, !s->text);
	for (int i = 0; i < p->n; i++) {
		values[i] = p->at[i] == SIZE_MAX ? NULL : p->buf.p + p->at[i];
		formats[i] = 1;
	}
	return PQsendQueryParams(c->pg, s->sql, p->n, p->types, values, p->lengths, formats, !s->text);
}

/* Sends n statements as one transaction; take_all() must follow. */
static int send_all(struct tt_pg_conn *c, const struct tt_pg_stmt *stmts, size_t n, struct tt_err *err)
{
	if (n > TT_PG_STMTS_MAX)
		return tt_err_set(err, TT_ELIMIT, "postgres: %zu statements at once", n);
	for (size_t i = 0; i < n; i++)
		if (stmts[i].params && stmts[i].params->rc < 0)
			return tt_err_set(err, stmts[i].params->rc, "postgres: rows of one write: %s",
				tt_err_text(stmts[i].params->rc));
	int rc = tt_pg_conn_ready(c, err);
	if (rc < 0)
		return rc;
	bool sent = PQenterPipelineMode(c->pg);
	for (size_t i = 0; i < n && sent; i++)
		sent = send_stmt(c, &stmts[i]);
	return sent && PQpipelineSync(c->pg) ? TT_OK : lost(c, err);
}

static int take_all(struct tt_pg_conn *c, size_t n, PGresult **results, struct tt_err *err)
{
	PGresult *got[TT_PG_STMTS_MAX] = {NULL};
	int rc = take_results(c, n, got, err);

	if (c->pg && !PQexitPipelineMode(c->pg))
		tt_pg_conn_close(c);
	for (size_t i = 0; i < n; i++)
		if (rc == TT_OK && results)
			results[i] = got[i];
		else
			PQclear(got[i]);
	return rc;
}

int tt_pg_run(struct tt_pg_conn *c, const struct tt_pg_stmt *stmts, size_t n, PGresult **results,
	struct tt_err *err)
{
	int rc = send_all(c, stmts, n, err);
	return rc == TT_OK ? take_all(c, n, results, err) : rc;
}

int tt_pg_send(struct tt_pg_conn *c, const char *sql, struct tt_err *err)
{
	return send_all(c, &(struct tt_pg_stmt){.sql = sql}, 1, err);
}

int tt_pg_receive(struct tt_pg_conn *c, PGresult **ret, struct tt_err *err)
{
	return take_all(c, 1, ret, err);
}

int tt_pg_query(struct tt_pg_conn *c, const char *sql, const struct tt_pg_params *params, PGresult **ret,
	struct tt_err *err)
{
	return tt_pg_run(c, &(struct tt_pg_stmt){.sql = sql, .params = params}, 1, ret, err);
}

int tt_pg_wait(struct tt_pg_conn *c, int64_t ms, bool *ret_notified)
{
	PGnotify *n;

	*ret_notified = false;
	if (!c->pg || PQstatus(c->pg) != CONNECTION_OK)
		return TT_EPEER;
	n = PQnotifies(c->pg); /* one may have come along with an answer */
	if (!n) {
		struct pollfd fd = {.fd = PQsocket(c->pg), .events = POLLIN};
		if (poll(&fd, 1, (int)ms) < 0 && errno != EINTR)
			return TT_EIO;
		if (!PQconsumeInput(c->pg))
			return TT_EPEER;
		n = PQnotifies(c->pg);
	}
	for (; n; n = PQnotifies(c->pg)) {
		PQfreemem(n);
		*ret_notified = true;
	}
	return TT_OK;
}

int tt_pg_script(struct tt_pg_conn *c, const char *sql, struct tt_err *err)
{
	int rc = tt_pg_conn_ready(c, err);

	if (rc < 0)
		return rc;
	if (!PQsendQuery(c->pg, sql))
		return lost(c, err);
	for (;;) {
		int wait_rc = wait_result(c, -1, rc < 0 ? NULL : err);
		if (wait_rc < 0)
			return rc < 0 ? rc : wait_rc;
		PGresult *r = PQgetResult(c->pg);
		if (!r)
			return rc;
		if (PQresultStatus(r) != PGRES_TUPLES_OK && PQresultStatus(r) != PGRES_COMMAND_OK &&
			rc == TT_OK)
			rc = result_error(r, err);
		PQclear(r);
	}
}

int64_t tt_pg_get_int(const PGresult *r, int row, int col)
{
	const char *v = PQgetvalue(r, row, col);
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;

	switch (PQgetlength(r, row, col)) {
	case 1:
		return *v;
	case 2:
		memcpy(&u16, v, sizeof(u16));
		return (int16_t)be16toh(u16);
	case 4:
		memcpy(&u32, v, sizeof(u32));
		return (int32_t)be32toh(u32);
	case 8:
		memcpy(&u64, v, sizeof(u64));
		return (int64_t)be64toh(u64);
	}
	return 0;
}

double tt_pg_get_double(const PGresult *r, int row, int col)
{
	int64_t bits = tt_pg_get_int(r, row, col);
	double v;

	if (PQgetisnull(r, row, col))
		return NAN;
	memcpy(&v, &bits, sizeof(v));
	return v;
}

int64_t tt_pg_get_time(const PGresult *r, int row, int col)
{
	if (PQgetisnull(r, row, col))
		return TT_TIME_NONE;
	int64_t us = tt_pg_get_int(r, row, col);
	return PG_EPOCH_MS + (us - ((us % 1000) + 1000) % 1000) / 1000; /* rounded down */
}

struct tt_str tt_pg_get_text(const PGresult *r, int row, int col)
{
	if (PQgetisnull(r, row, col))
		return (struct tt_str){NULL, 0};
	return (struct tt_str){PQgetvalue(r, row, col), (size_t)PQgetlength(r, row, col)};
}

bool tt_pg_copy_text(struct tt_arena *arena, const PGresult *r, int row, int col, struct tt_str *ret)
{
	struct tt_str s = tt_pg_get_text(r, row, col);

	*ret = tt_arena_str(arena, s);
	return !s.p || ret->p;
}

struct tt_id tt_pg_get_id(const PGresult *r, int row, int col)
{
	struct tt_id id = {{0}};

	if (PQgetlength(r, row, col) == (int)sizeof(id.b))
		memcpy(id.b, PQgetvalue(r, row, col), sizeof(id.b));
	return id;
}
