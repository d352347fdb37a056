/* dlq.c - see dlq.h. */
#include "app/dlq/dlq.h"

#include <string.h>

#include "app/feeds/json_out.h"
#include "ingest/feed/date.h"
#include "sink/pg/migrate.h"

enum { ID_MIN = 4, ID_MAX = 36 };

int tt_dlq_time(const char *option, const char *text, int64_t now_ms, int64_t *ret_ms, struct tt_err *err)
{
	static const char units[] = "smhdw";
	static const int64_t unit_ms[] = {1000, 60000, 3600000, 86400000, 7 * 86400000};
	struct tt_str s = tt_str_c(text);
	const char *unit = s.n ? memchr(units, s.p[s.n - 1], sizeof(units) - 1) : NULL;
	int64_t n = 0;
	if (!text) {
		*ret_ms = TT_TIME_NONE;
		return TT_OK;
	}
	if (unit && tt_str_int((struct tt_str){s.p, s.n - 1}, 0, 100000, &n)) {
		*ret_ms = now_ms - n * unit_ms[unit - units];
		return TT_OK;
	}
	if (tt_feed_date(s, ret_ms))
		return TT_OK;
	return tt_err_set(
		err, TT_EUSAGE, "--%s %s: neither a date nor an age such as 2h or 7d", option, text);
}

static int take_ids(struct tt_dlq *d, int n, char **ids, struct tt_err *err)
{
	struct tt_str *v = tt_arena_zalloc(&d->arena, (size_t)n + 1, sizeof(*v));
	if (!v)
		return tt_err_set(err, TT_ENOMEM, "dlq: %s", tt_err_text(TT_ENOMEM));
	for (int i = 0; i < n; i++) {
		v[i] = tt_str_c(ids[i]);
		if (v[i].n < ID_MIN || v[i].n > ID_MAX || strspn(ids[i], "0123456789abcdef-") != v[i].n)
			return tt_err_set(err, TT_EUSAGE,
				"'%s' is not the beginning of a dead letter's id (see 'tickertone dlq list')",
				ids[i]);
	}
	d->filter.ids = v;
	d->filter.n_ids = (size_t)n;
	return TT_OK;
}

static int take_filter(
	struct tt_dlq *d, const struct tt_dlq_opts *o, int n_ids, char **ids, struct tt_err *err)
{
	int64_t now_ms = tt_wall_ms(&tt_clock_real);
	struct tt_pg_dead_filter *f = &d->filter;
	f->stage = tt_str_c(o->stage);
	f->source = tt_str_c(o->source);
	f->reason = tt_str_c(o->reason);
	f->state = o->all || n_ids ? TT_PG_DEAD_ANY : o->done ? TT_PG_DEAD_DONE : TT_PG_DEAD_OPEN;
	d->is_narrowed = n_ids || o->stage || o->source || o->reason || o->since || o->until || o->done;
	int rc = tt_dlq_time("since", o->since, now_ms, &f->since_ms, err);
	if (rc == TT_OK)
		rc = tt_dlq_time("until", o->until, now_ms, &f->until_ms, err);
	return rc < 0 ? rc : take_ids(d, n_ids, ids, err);
}

int tt_dlq_open(struct tt_dlq *d, const struct tt_dlq_opts *o, int n_ids, char **ids, struct tt_err *err)
{
	memset(d, 0, sizeof(*d));
	tt_arena_init(&d->arena, TT_DLQ_BYTES);
	int rc = take_filter(d, o, n_ids, ids, err);
	if (rc == TT_OK && !o->config && !o->dsn)
		rc = tt_err_set(err, TT_EUSAGE,
			"where are the dead letters? Give a configuration (-c FILE) or a database (--dsn)");
	if (rc == TT_OK)
		rc = tt_app_conf_load(o->config, &d->conf, err);
	if (rc < 0) {
		memset(&d->conf, 0, sizeof(d->conf));
		return rc;
	}
	if (!o->dsn && d->conf.pipeline.sink != TT_SINK_POSTGRES)
		return tt_err_set(err, TT_ECONF,
			"%s has no database (pipeline.sink is stdout): dead letters are not kept", o->config);
	d->postgres = d->conf.postgres;
	if (o->dsn)
		d->postgres.dsn = (char *)o->dsn;
	rc = tt_pg_conn_new(&d->conn, &d->postgres, err);
	return rc == TT_OK ? tt_pg_schema_check(d->conn, err) : rc;
}

void tt_dlq_close(struct tt_dlq *d)
{
	tt_pg_conn_free(d->conn);
	tt_app_conf_free(&d->conf);
	tt_arena_done(&d->arena);
}

/* ---- JSON ---- */

static void put_record(struct tt_buf *out, const struct tt_dead_record *record)
{
	tt_out_str(out, "topic", record->topic);
	tt_out_int(out, "partition", record->partition);
	tt_out_int(out, "offset", record->offset);
	tt_out_time(out, "record_at", record->timestamp_ms);
	tt_out_str(out, "key", record->key);
	tt_out_str(out, "headers", record->headers);
}

void tt_dlq_json(struct tt_buf *out, const struct tt_pg_dead *v, bool payload)
{
	const struct tt_dead_letter *d = &v->letter;
	char id[37];
	tt_id_format(v->id, id);
	tt_buf_char(out, '{');
	tt_out_str(out, "id", tt_str_c(id));
	tt_out_str(out, "stage", tt_str_c(d->stage));
	tt_out_str(out, "source", d->source);
	tt_out_str(out, "position", d->where);
	tt_out_str(out, "reason", d->reason);
	tt_out_time(out, "first_at", v->first_ms);
	tt_out_time(out, "last_at", d->at_ms);
	tt_out_int(out, "occurrences", v->occurrences);
	tt_out_int(out, "retries", v->retries);
	tt_out_time(out, "retried_at", v->retried_ms);
	tt_out_time(out, "done_at", v->done_ms);
	tt_out_int(out, "payload_bytes", (int64_t)d->whole_bytes);
	tt_out_int(out, "kept_bytes", v->kept_bytes < 0 ? 0 : v->kept_bytes);
	if (d->record)
		put_record(out, d->record);
	if (payload)
		tt_out_str(out, "payload", d->payload);
	tt_buf_char(out, '}');
}
