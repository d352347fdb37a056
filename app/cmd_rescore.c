/* cmd_rescore.c - `tickertone rescore`: another model over stored texts, batch by batch; each is one
 * transaction, so that it can be ended at any time and goes on when it is called again. */
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/alert/alert.h"
#include "app/commands.h"
#include "app/dlq/dlq.h"
#include "app/feeds/json_out.h"
#include "app/run/parts.h"
#include "app/score/progress.h"
#include "sink/pg/rescore.h"

enum { BATCH_ITEMS = 256, BATCH_BYTES = 64 << 20, OUTPUT_MAX = 1 << 16 };

struct rescore_opts {
	struct tt_alert_opts common;
	const char *model, *from, *to;
	bool dry_run, json;
};

struct tally {
	int64_t items, due; /* in the span of time; not scored by the model yet */
	int64_t scored, stored;
	int64_t moves[TT_LABELS][TT_LABELS]; /* from what a label was to what it is */
	double change;                       /* sum of |new score - old score| over these */
};

struct rescore {
	struct tt_alert_db db;
	struct tt_app_conf conf; /* db's, with the model that is asked for; strings borrowed */
	struct tt_parts parts;
	struct tt_pg_rescore at;
	struct tt_score_ctx *ctx;
	struct tt_batch *batch;
	struct tally tally;
	struct tt_progress_bar bar;
	int64_t since_ms, until_ms;
	bool dry_run;
};

/* ---- opening ---- */

static int read_span(struct rescore *r, const struct rescore_opts *o, struct tt_err *err)
{
	int64_t now_ms = tt_wall_ms(&tt_clock_real);
	r->until_ms = now_ms;
	int rc = tt_dlq_time("from", o->from, now_ms, &r->since_ms, err);
	if (rc == TT_OK && o->to)
		rc = tt_dlq_time("to", o->to, now_ms, &r->until_ms, err);
	if (rc == TT_OK && r->since_ms >= r->until_ms)
		rc = tt_err_set(err, TT_EUSAGE, "--from is not before --to");
	return rc;
}

static int open_model(struct rescore *r, const struct rescore_opts *o, struct tt_err *err)
{
	r->conf = r->db.conf;
	if (o->model)
		r->conf.model.model = (char *)o->model;
	if (r->conf.pipeline.sink != TT_SINK_POSTGRES)
		return tt_err_set(err, TT_EUSAGE, "%s: pipeline.sink is no database", o->common.config);
	int rc = tt_parts_open_scorer(&r->parts, &r->conf, err);
	if (rc == TT_OK && !o->dry_run)
		rc = tt_parts_register(&r->conf, r->parts.scorer, &r->parts.model_id, err);
	return rc;
}

static int open_batch(struct rescore *r, struct tt_err *err)
{
	r->batch = tt_batch_new(BATCH_BYTES);
	return r->batch ? tt_score_ctx_new(&r->ctx, err)
			: tt_err_set(err, TT_ENOMEM, "rescore: %s", tt_err_text(TT_ENOMEM));
}

static void close_all(struct rescore *r)
{
	tt_score_ctx_free(r->ctx);
	tt_batch_free(r->batch);
	tt_pg_rescore_done(&r->at);
	tt_parts_done(&r->parts);
	tt_alert_close(&r->db);
}

/* ---- a round ---- */

static void count(struct tally *t, const struct tt_batch *b, const struct tt_pg_said *said)
{
	for (size_t i = 0; i < b->n_items; i++) {
		const struct tt_scored *s = &b->items[i];
		t->scored++;
		if (s->unscored || !said[i].is_scored)
			continue;
		t->moves[said[i].label][s->sentiment.label]++;
		t->change += fabs(s->sentiment.score - said[i].score);
	}
}

/* *ret_any: something was read. */
static int go_round(struct rescore *r, bool *ret_any, struct tt_err *err)
{
	struct tt_pg_said *said;
	size_t stored = 0;
	tt_batch_reset(r->batch);
	int rc = tt_pg_rescore_take(r->db.conn, &r->at, BATCH_ITEMS, r->batch, &said, err);
	*ret_any = r->batch->n_items > 0;
	if (rc < 0 || !*ret_any)
		return rc;
	rc = tt_scorer_score(r->parts.scorer, r->ctx, r->batch, &tt_clock_real, err);
	if (rc < 0)
		return rc;
	count(&r->tally, r->batch, said);
	if (!r->dry_run)
		rc = tt_pg_rescore_store(r->db.conn, &r->at, r->batch, said, &stored, err);
	r->tally.stored += rc == TT_OK ? (int64_t)stored : 0;
	tt_progress_update(&r->bar, r->tally.scored, r->tally.scored);
	return rc;
}

static int rescore(struct rescore *r, struct tt_err *err)
{
	bool any = true;
	tt_pg_rescore_init(&r->at, r->since_ms, r->until_ms, r->parts.model_id);
	int rc = tt_pg_rescore_count(r->db.conn, &r->at, &r->tally.items, &r->tally.due, err);
	tt_progress_init(&r->bar, true, r->tally.due);
	while (rc == TT_OK && any)
		rc = go_round(r, &any, err);
	tt_progress_clear(&r->bar);
	return rc;
}

/* ---- how it is shown ---- */

static int64_t compared(const struct tally *t, int64_t *ret_changed)
{
	int64_t n = 0;
	*ret_changed = 0;
	for (int from = 0; from < TT_LABELS; from++)
		for (int to = 0; to < TT_LABELS; to++) {
			n += t->moves[from][to];
			*ret_changed += from != to ? t->moves[from][to] : 0;
		}
	return n;
}

static void put_text(struct tt_buf *out, const struct rescore *r)
{
	const struct tally *t = &r->tally;
	int64_t changed, n = compared(t, &changed);
	struct tt_str name = tt_scorer_model(r->parts.scorer)->name;
	tt_buf_printf(out, "%lld items, %lld of them not scored by %.*s", (long long)t->items,
		(long long)t->due, TT_FMT(name));
	if (r->dry_run)
		tt_buf_printf(out, "; nothing is stored\n");
	else
		tt_buf_printf(out, " before; %lld have its scores now\n", (long long)t->stored);
	if (!n)
		return;
	tt_buf_printf(out, "labels: %lld of %lld change (%.1f %%); scores change by %.3f on average\n",
		(long long)changed, (long long)n, 100.0 * (double)changed / (double)n, t->change / (double)n);
	tt_buf_printf(out, "  %-12s", "was \\ is");
	for (int to = 0; to < TT_LABELS; to++)
		tt_buf_printf(out, "%10s", tt_label_name(to));
	for (int from = 0; from < TT_LABELS; from++) {
		tt_buf_printf(out, "\n  %-12s", tt_label_name(from));
		for (int to = 0; to < TT_LABELS; to++)
			tt_buf_printf(out, "%10lld", (long long)t->moves[from][to]);
	}
	tt_buf_char(out, '\n');
}

static void put_json(struct tt_buf *out, const struct rescore *r)
{
	const struct tally *t = &r->tally;
	int64_t changed, n = compared(t, &changed);
	tt_buf_char(out, '{');
	tt_out_str(out, "model", tt_scorer_model(r->parts.scorer)->name);
	tt_out_time(out, "from", r->since_ms);
	tt_out_time(out, "to", r->until_ms);
	tt_buf_printf(out, ",\"items\":%lld,\"due\":%lld,\"stored\":%lld,\"compared\":%lld,\"changed\":%lld",
		(long long)t->items, (long long)t->due, (long long)t->stored, (long long)n,
		(long long)changed);
	tt_out_key(out, "mean_change");
	tt_buf_printf(out, n ? "%.6f" : "null", t->change / (double)n);
	tt_out_key(out, "labels");
	for (int from = 0; from < TT_LABELS; from++) {
		tt_buf_printf(out, "%s\"%s\":{", from ? "," : "{", tt_label_name(from));
		for (int to = 0; to < TT_LABELS; to++)
			tt_buf_printf(out, "%s\"%s\":%lld", to ? "," : "", tt_label_name(to),
				(long long)t->moves[from][to]);
		tt_buf_char(out, '}');
	}
	tt_buf_str(out, TT_STR("}}\n"));
}

static int run(const void *given, int argc, char **argv, struct tt_err *err)
{
	const struct rescore_opts *o = given;
	struct rescore r = {.dry_run = o->dry_run};
	struct tt_buf out;
	(void)argc, (void)argv;
	if (!o->common.config)
		return tt_err_set(
			err, TT_EUSAGE, "which database and dictionary? Give a configuration (-c FILE)");
	tt_buf_init(&out, OUTPUT_MAX);
	int rc = read_span(&r, o, err);
	if (rc == TT_OK)
		rc = tt_alert_open(&r.db, &o->common, err);
	if (rc == TT_OK)
		rc = open_model(&r, o, err);
	if (rc == TT_OK)
		rc = open_batch(&r, err);
	if (rc == TT_OK)
		rc = rescore(&r, err);
	if (rc == TT_OK && o->json)
		put_json(&out, &r);
	else if (rc == TT_OK)
		put_text(&out, &r);
	rc = tt_alert_print(&out, rc, err);
	close_all(&r);
	return rc;
}

#define OPT(name, letter, type, field, arg, doc)                                                             \
	{                                                                                                    \
		name, letter, type, offsetof(struct rescore_opts, field), arg, doc, 0, 0, NULL               \
	}
static const struct tt_cli_opt options[] = {
	{"config", 'c', TT_CLI_FILE, offsetof(struct tt_alert_opts, config), "FILE",
		"Configuration (docs/CONFIGURATION.md): database, dictionary, what of a text is scored.", 0,
		0, NULL},
	OPT("model", 'm', TT_CLI_FILE, model, "DIR", "The model; default: the configuration's."),
	OPT("from", 0, TT_CLI_STR, from, "TIME",
		"Items from this time on: a date, or an age such as 6h or 30d."),
	OPT("to", 0, TT_CLI_STR, to, "TIME", "Items before this time; the default is now."),
	OPT("dry-run", 'n', TT_CLI_FLAG, dry_run, NULL, "Score and compare, and store nothing."),
	OPT("json", 'j', TT_CLI_FLAG, json, NULL, "Print a JSON object."),
	{0},
};

const struct tt_cmd tt_cmd_rescore = {
	.name = "rescore",
	.summary = "Give stored items the scores of another model; the old ones are kept",
	.details =
		"What items say now is then what this model says, in every view and mood. What they said "
		"before stays in sentiment_history_all and item_history_all with the time it was valid "
		"for, and the function mood_as_known asks it (docs/SQL.md). Nothing is published again, and "
		"rules over single items do not look again. It can be ended at any time: called again, it "
		"goes on. Services that run meanwhile go on with their own model.\n\n"
		"    tickertone rescore -c tickertone.yaml --model new-model --from 30d --dry-run\n"
		"    tickertone rescore -c tickertone.yaml --model new-model --from 2026-01-01 --to "
		"2026-02-01",
	.group = TT_GROUP_DATA,
	.opts = options,
	.defaults = &(const struct rescore_opts){.from = "7d"},
	.opts_size = sizeof(struct rescore_opts),
	.run = run,
};
