/* alert.h - what the commands `tickertone alert ...`, `feedback ...` and `rescore` share: the database, and
 * printing. Threads: one. */
#ifndef TT_APP_ALERT_H
#define TT_APP_ALERT_H

#include "app/cli/cli.h"
#include "app/conf.h"
#include "sink/pg/conn.h"

/* Options that all of them have: first in each command's struct. */
struct tt_alert_opts {
	const char *config, *dsn;
};
#define TT_ALERT_OPT_DATABASE                                                                                \
	{"config", 'c', TT_CLI_FILE, offsetof(struct tt_alert_opts, config), "FILE",                         \
		"Configuration (docs/CONFIGURATION.md).", 0, 0, NULL},                                       \
	{                                                                                                    \
		"dsn", 0, TT_CLI_STR, offsetof(struct tt_alert_opts, dsn), "CONNINFO",                       \
			"The database, instead of the configuration's (libpq connection string or URI).", 0, \
			0, NULL                                                                              \
	}

struct tt_alert_db {
	struct tt_app_conf conf;
	struct tt_pg_conf postgres; /* strings borrowed */
	struct tt_pg_conn *conn;
	struct tt_pg_params params; /* of the one statement a command asks */
};

/* tt_alert_close also after an error. */
int tt_alert_open(struct tt_alert_db *d, const struct tt_alert_opts *o, struct tt_err *err);
void tt_alert_close(struct tt_alert_db *d);

/* A pattern in which * stands for anything, as one of LIKE; NULL for NULL. */
void tt_alert_put_pattern(struct tt_pg_params *p, const char *pattern);

/* Prints what was built, unless rc is an error; frees it. */
int tt_alert_print(struct tt_buf *out, int rc, struct tt_err *err);

/* TT_EUSAGE unless it may be the beginning of a fingerprint. */
int tt_alert_id_check(const char *id, struct tt_err *err);

#endif
