/* alert.c - see alert.h. */
#include "app/alert/alert.h"

#include <stdio.h>
#include <string.h>

#include "sink/pg/migrate.h"

enum { PARAM_BYTES = 1 << 20 };

int tt_alert_open(struct tt_alert_db *d, const struct tt_alert_opts *o, struct tt_err *err)
{
	memset(d, 0, sizeof(*d));
	tt_pg_params_init(&d->params, PARAM_BYTES);
	if (!o->config && !o->dsn)
		return tt_err_set(err, TT_EUSAGE,
			"which database? Give a configuration (-c FILE) or a database (--dsn)");
	int rc = tt_app_conf_load(o->config, &d->conf, err);
	if (rc < 0) {
		memset(&d->conf, 0, sizeof(d->conf));
		return rc;
	}
	d->postgres = d->conf.postgres;
	if (o->dsn)
		d->postgres.dsn = (char *)o->dsn;
	rc = tt_pg_conn_new(&d->conn, &d->postgres, err);
	return rc == TT_OK ? tt_pg_schema_check(d->conn, err) : rc;
}

void tt_alert_close(struct tt_alert_db *d)
{
	tt_pg_conn_free(d->conn);
	tt_pg_params_done(&d->params);
	tt_app_conf_free(&d->conf);
}

void tt_alert_put_pattern(struct tt_pg_params *p, const char *pattern)
{
	struct tt_buf like;
	if (!pattern) {
		tt_pg_put_null(p, TT_PG_TEXT);
		return;
	}
	tt_buf_init(&like, PARAM_BYTES);
	for (; *pattern; pattern++) {
		if (strchr("\\%_", *pattern))
			tt_buf_char(&like, '\\');
		tt_buf_char(&like, *pattern == '*' ? '%' : *pattern);
	}
	tt_pg_put_text(p, like.n ? tt_buf_view(&like) : TT_STR(""));
	tt_buf_done(&like);
}

int tt_alert_print(struct tt_buf *out, int rc, struct tt_err *err)
{
	if (rc == TT_OK && out->rc < 0)
		rc = tt_err_set(err, out->rc, "alert: %s", tt_err_text(out->rc));
	if (rc == TT_OK && out->n)
		fwrite(out->p, 1, out->n, stdout);
	tt_buf_done(out);
	return rc;
}
