/* cmd_model_list.c - `tickertone model list`: the models that the database knows, and which one serves. */
#include <stdio.h>

#include "app/alert/alert.h"
#include "app/cli/term.h"
#include "app/commands.h"
#include "app/feeds/json_out.h"
#include "sink/pg/statements.h"

enum { OUTPUT_MAX = 256 << 20 };

struct list_opts {
	struct tt_alert_opts common;
	bool json;
};

/* Columns of model_list.sql. */
enum column {
	ID,
	NAME,
	PRECISION,
	REGISTERED_AT,
	PATH,
	HASH,
	WEIGHTS,
	FILES,
	DATA,
	FIGURES,
	PROMOTED_AT,
	PROMOTED_BY,
	REASON
};

static void put_json(struct tt_buf *out, const PGresult *r)
{
	static const struct {
		const char *name;
		enum column column;
		bool is_json;
	} texts[] = {{"name", NAME, false}, {"precision", PRECISION, false}, {"path", PATH, false},
		{"hash", HASH, false}, {"weights", WEIGHTS, false}, {"files", FILES, true},
		{"data", DATA, true}, {"figures", FIGURES, true}, {"promoted_by", PROMOTED_BY, false},
		{"reason", REASON, false}};
	tt_buf_char(out, '[');
	for (int i = 0; i < PQntuples(r); i++) {
		tt_buf_str(out, i ? TT_STR(",\n {") : TT_STR("{"));
		tt_out_int(out, "model_id", tt_pg_get_int(r, i, ID));
		tt_out_time(out, "registered_at", tt_pg_get_time(r, i, REGISTERED_AT));
		tt_out_time(out, "promoted_at", tt_pg_get_time(r, i, PROMOTED_AT));
		for (size_t k = 0; k < TT_LEN(texts); k++) {
			struct tt_str text = tt_pg_get_text(r, i, texts[k].column);
			if (!texts[k].is_json || !text.p) {
				tt_out_str(out, texts[k].name, text);
				continue;
			}
			tt_out_key(out, texts[k].name);
			tt_buf_str(out, text);
		}
		tt_buf_char(out, '}');
	}
	tt_buf_str(out, TT_STR("]\n"));
}

/* "  3  minilm-finance  int8  promoted 2026-11-29T10:00:00Z by anna: better on banks" */
static void put_row(struct tt_buf *out, const PGresult *r, int i)
{
	char at[40];
	tt_buf_printf(out, "%5lld  ", (long long)tt_pg_get_int(r, i, ID));
	tt_term_text(out, tt_pg_get_text(r, i, NAME), 0);
	tt_buf_printf(out, "  %.*s", TT_FMT(tt_pg_get_text(r, i, PRECISION)));
	tt_buf_str(out, PQgetisnull(r, i, FILES) ? TT_STR("  not registered") : TT_STR("  registered"));
	if (!PQgetisnull(r, i, PROMOTED_AT)) {
		tt_time_rfc3339(tt_pg_get_time(r, i, PROMOTED_AT), at);
		tt_buf_printf(out, "  promoted %s by ", at);
		tt_term_text(out, tt_pg_get_text(r, i, PROMOTED_BY), 0);
	}
	if (!PQgetisnull(r, i, REASON)) {
		tt_buf_str(out, TT_STR(": "));
		tt_term_text(out, tt_pg_get_text(r, i, REASON), 0);
	}
	tt_buf_str(out, TT_STR("\n       "));
	tt_term_text(out, tt_pg_get_text(r, i, PATH), 0);
	if (!PQgetisnull(r, i, FIGURES)) {
		tt_buf_str(out, TT_STR("\n       "));
		tt_term_text(out, tt_pg_get_text(r, i, FIGURES), 0);
	}
	tt_buf_char(out, '\n');
}

static int run(const void *given, int argc, char **argv, struct tt_err *err)
{
	const struct list_opts *o = given;
	struct tt_alert_db d = {0};
	struct tt_buf out;
	PGresult *r = NULL;
	(void)argc, (void)argv;
	tt_buf_init(&out, OUTPUT_MAX);
	int rc = tt_alert_open(&d, &o->common, err);
	if (rc == TT_OK)
		rc = tt_pg_query(d.conn, tt_pg_statement("model_list.sql"), NULL, &r, err);
	if (rc == TT_OK && o->json)
		put_json(&out, r);
	for (int i = 0; rc == TT_OK && !o->json && i < PQntuples(r); i++)
		put_row(&out, r, i);
	PQclear(r);
	rc = tt_alert_print(&out, rc, err);
	tt_alert_close(&d);
	return rc;
}

static const struct tt_cli_opt options[] = {
	TT_ALERT_OPT_DATABASE,
	{"json", 'j', TT_CLI_FLAG, offsetof(struct list_opts, json), NULL,
		"Print a JSON array, one object a model.", 0, 0, NULL},
	{0},
};

const struct tt_cmd tt_cmd_model_list = {
	.name = "model list",
	.summary = "Show the models that the database knows, and which one was promoted",
	.details = "One row a model and arithmetic: its number, and where services look for it. View "
		   "model_history has all "
		   "promotions.\n"
		   "\n"
		   "    tickertone model list -c tickertone.yaml --json | jq '.[] | {model_id, name, "
		   "figures}'\n",
	.group = TT_GROUP_TEXT,
	.opts = options,
	.opts_size = sizeof(struct list_opts),
	.run = run,
};
