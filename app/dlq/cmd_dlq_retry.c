/* cmd_dlq_retry.c - `tickertone dlq retry`: dead letters once more, after the field map or the program was
 * mended. */
#include <stdio.h>

#include "app/commands.h"
#include "app/dlq/dlq.h"
#include "app/dlq/retry.h"

enum { TOGETHER = 64, TOGETHER_BYTES = 8 << 20, PAGE_BYTES = 256 << 20 };

struct retry_opts {
	struct tt_dlq_opts common;
	int64_t limit;
	bool dry_run;
};

struct tally {
	size_t tried, done;
	bool dry_run;
};

static void report(const struct tt_pg_dead *v, struct tt_str reason, struct tally *t)
{
	char id[37];
	tt_id_format(v->id, id);
	t->tried++;
	t->done += !reason.p;
	if (reason.p)
		printf("refused %.8s  %.*s, %.*s: %.*s\n", id, TT_FMT(v->letter.source),
			TT_FMT(v->letter.where), TT_FMT(reason));
	else if (t->dry_run)
		printf("fine    %.8s  %.*s, %.*s\n", id, TT_FMT(v->letter.source), TT_FMT(v->letter.where));
}

/* Tries the n letters of these ids and notes what came of it. What was stored before a crash is tried again
 * then, and known. */
static int retry_some(struct tt_dlq *d, struct tt_retry *r, const struct tt_str *ids, size_t n,
	struct tally *t, struct tt_err *err)
{
	const struct tt_pg_dead_filter filter = {.ids = ids,
		.n_ids = n,
		.state = TT_PG_DEAD_ANY,
		.since_ms = TT_TIME_NONE,
		.until_ms = TT_TIME_NONE};
	struct tt_str reasons[TOGETHER];
	struct tt_id which[TOGETHER];
	struct tt_pg_dead *v = NULL;
	struct tt_arena arena;
	tt_arena_init(&arena, PAGE_BYTES);
	int rc = tt_pg_dead_list(d->conn, &filter, TOGETHER, true, &arena, &v, &n, err);
	if (rc == TT_OK)
		rc = tt_retry_letters(r, v, n, &arena, reasons, err);
	for (size_t i = 0; i < n && rc == TT_OK; i++) {
		which[i] = v[i].id;
		report(&v[i], reasons[i], t);
	}
	if (rc == TT_OK && !t->dry_run)
		rc = tt_pg_dead_mark(d->conn, which, reasons, n, err);
	tt_arena_done(&arena);
	return rc;
}

/* The oldest first, as they came, some at a time. */
static int retry_all(struct tt_dlq *d, struct tt_retry *r, const struct tt_pg_dead *v, size_t n,
	struct tally *t, struct tt_err *err)
{
	char text[TOGETHER][37];
	struct tt_str ids[TOGETHER];
	int rc = TT_OK;
	while (n && rc == TT_OK) {
		int64_t bytes = 0;
		size_t k = 0;
		for (; n && k < TOGETHER && bytes < TOGETHER_BYTES; k++) {
			bytes += v[--n].kept_bytes;
			tt_id_format(v[n].id, text[k]);
			ids[k] = tt_str_c(text[k]);
		}
		rc = retry_some(d, r, ids, k, t, err);
	}
	return rc;
}

static int run_retry(const void *given, int argc, char **argv, struct tt_err *err)
{
	const struct retry_opts *o = given;
	struct tally t = {.dry_run = o->dry_run};
	struct tt_pg_dead *v = NULL;
	struct tt_retry *r = NULL;
	struct tt_dlq d;
	size_t n = 0;
	int rc = tt_dlq_open(&d, &o->common, argc, argv, err);
	struct tt_app_conf conf = d.conf; /* a view: with the database of --dsn */
	conf.postgres = d.postgres;
	if (rc == TT_OK && !o->common.config)
		rc = tt_err_set(err, TT_EUSAGE,
			"retry needs a configuration (-c FILE): it says how records are read, and which "
			"model scores");
	if (rc == TT_OK)
		rc = tt_pg_dead_list(d.conn, &d.filter, o->limit, false, &d.arena, &v, &n, err);
	if (rc == TT_OK && n)
		rc = tt_retry_new(&r, &conf, !o->dry_run, err);
	if (rc == TT_OK)
		rc = retry_all(&d, r, v, n, &t, err);
	if (rc == TT_OK || t.tried)
		printf("%zu tried, %zu %s, %zu refused still\n", t.tried, t.done,
			o->dry_run ? "fine" : "stored", t.tried - t.done);
	if (rc == TT_OK && t.done < t.tried)
		rc = tt_err_set(err, TT_EPARSE, "%zu of %zu dead letters are refused still", t.tried - t.done,
			t.tried);
	tt_retry_free(r);
	tt_dlq_close(&d);
	return rc;
}

static const struct tt_cli_opt options[] = {
	TT_DLQ_OPT_DATABASE,
	TT_DLQ_OPT_FILTER,
	{"limit", 'n', TT_CLI_INT, offsetof(struct retry_opts, limit), "N",
		"So many at most, the newest ones.", 1, 1e6, NULL},
	{"dry-run", 0, TT_CLI_FLAG, offsetof(struct retry_opts, dry_run), NULL,
		"Only say which could be read now; store nothing.", 0, 0, NULL},
	{0},
};

const struct tt_cmd tt_cmd_dlq_retry = {
	.name = "dlq retry",
	.args = "[ID...]",
	.summary = "Try dead letters again: read, score and store them, and mark them as done",
	.details = "Each goes through the present field map, model and sinks, as if it came now, with the "
		   "identity it would "
		   "have had: nothing is stored twice. What is stored is marked as done, what is refused "
		   "again keeps its "
		   "place with the new reason, and the exit status is 65. Records of Kafka are read by "
		   "section kafka, lines "
		   "of files by section files. Without ids and filters, all open ones.\n"
		   "\n"
		   "    tickertone dlq retry -c tickertone.yaml --dry-run --source kafka:news\n"
		   "    tickertone dlq retry -c tickertone.yaml --reason \"'title' is not a text\"\n"
		   "    tickertone dlq retry -c tickertone.yaml 1b4e28ba\n",
	.group = TT_GROUP_DATA,
	.opts = options,
	.defaults = &(const struct retry_opts){.limit = 100000},
	.opts_size = sizeof(struct retry_opts),
	.max_args = -1,
	.run = run_retry,
};
