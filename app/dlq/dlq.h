/* dlq.h - what the commands `tickertone dlq ...` share: which dead letters are meant, and the database they
 * are in. Threads: one. Blocking: as sink/pg/conn.h says. */
#ifndef TT_APP_DLQ_H
#define TT_APP_DLQ_H

#include "app/cli/cli.h"
#include "app/conf.h"
#include "sink/pg/dead_letters.h"

enum { TT_DLQ_BYTES = 512 << 20 /* of what one command holds */ };

/* Options that all of them have: first in each command's struct. */
struct tt_dlq_opts {
	const char *config, *dsn;
	const char *stage, *source, *reason, *since, *until;
	bool done, all;
};
#define TT_DLQ_OPT(name, letter, type, field, arg, doc)                                                      \
	{                                                                                                    \
		name, letter, type, offsetof(struct tt_dlq_opts, field), arg, doc, 0, 0, NULL                \
	}
#define TT_DLQ_OPT_DATABASE                                                                                  \
	TT_DLQ_OPT("config", 'c', TT_CLI_FILE, config, "FILE", "Configuration (docs/CONFIGURATION.md)."),    \
		TT_DLQ_OPT("dsn", 0, TT_CLI_STR, dsn, "CONNINFO",                                            \
			"The database, instead of the configuration's (libpq connection string or URI).")
#define TT_DLQ_OPT_FILTER                                                                                    \
	TT_DLQ_OPT("stage", 0, TT_CLI_STR, stage, "STAGE",                                                   \
		"Only of this stage: parse, crash, gap, publish, store."),                                   \
		TT_DLQ_OPT("source", 0, TT_CLI_STR, source, "PATTERN",                                       \
			"Only from this source; * stands for anything: 'kafka:news', "                       \
			"'https://example.com/*'."),                                                         \
		TT_DLQ_OPT("reason", 0, TT_CLI_STR, reason, "PATTERN",                                       \
			"Only with this reason, in any case; * stands for anything: 'not JSON*'."),          \
		TT_DLQ_OPT("since", 0, TT_CLI_STR, since, "TIME",                                            \
			"Only those that came last at this time or later: a date, or an age such as 2h or "  \
			"7d."),                                                                              \
		TT_DLQ_OPT("until", 0, TT_CLI_STR, until, "TIME",                                            \
			"Only those that came last before this time."),                                      \
		TT_DLQ_OPT("done", 0, TT_CLI_FLAG, done, NULL,                                               \
			"Those that were retried with success, instead of the open ones."),                  \
		TT_DLQ_OPT("all", 0, TT_CLI_FLAG, all, NULL, "Open ones and done ones.")

struct tt_dlq {
	struct tt_app_conf conf;
	struct tt_pg_conf postgres; /* conf.postgres, or --dsn; strings borrowed */
	struct tt_pg_conn *conn;
	struct tt_arena arena;
	struct tt_pg_dead_filter filter;
	bool is_narrowed; /* ids or an option say which ones */
};

/* ids are beginnings of ids, at least 4 characters; given ones are meant whatever their state. TT_EUSAGE:
 * what cannot be read. tt_dlq_close also after an error. */
int tt_dlq_open(struct tt_dlq *d, const struct tt_dlq_opts *o, int n_ids, char **ids, struct tt_err *err);
void tt_dlq_close(struct tt_dlq *d);

/* "2h", "7d", or any date that feeds use. */
int tt_dlq_time(const char *option, const char *text, int64_t now_ms, int64_t *ret_ms, struct tt_err *err);

/* One as a JSON object. payload: with it, as text. */
void tt_dlq_json(struct tt_buf *out, const struct tt_pg_dead *v, bool payload);

#endif
