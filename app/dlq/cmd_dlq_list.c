/* cmd_dlq_list.c - `tickertone dlq list` and `dlq show`: dead letters for people and for programs. */
#include <stdio.h>
#include <unistd.h>

#include "app/cli/term.h"
#include "app/commands.h"
#include "app/dlq/dlq.h"
#include "app/feeds/feeds.h"

enum { OUTPUT_MAX = 1 << 30, WIDTH_MIN = 60, INDENT = 10, SHOW_MAX = 1000 };

struct list_opts {
	struct tt_dlq_opts common;
	int64_t limit;
	bool json;
};

/* ---- list ---- */

static void put_row(struct tt_buf *out, const struct tt_pg_dead *v, int64_t now_ms, int width)
{
	const struct tt_dead_letter *d = &v->letter;
	char id[37], age[24];
	tt_id_format(v->id, id);
	tt_feeds_span(now_ms - d->at_ms, age);
	tt_buf_printf(out, "%.8s  %6s %7lld  %-8s", id, age, (long long)v->occurrences, d->stage);
	tt_buf_printf(out, v->done_ms != TT_TIME_NONE ? "done  " : v->retries ? "again " : "      ");
	tt_term_text(out, d->source, 0);
	if (d->where.n) {
		tt_buf_str(out, TT_STR(", "));
		tt_term_text(out, d->where, 0);
	}
	tt_buf_printf(out, "\n%*s", INDENT, "");
	tt_term_text(out, d->reason, width ? width - INDENT : 0);
	tt_buf_char(out, '\n');
}

static int put_table(
	struct tt_dlq *d, const struct tt_pg_dead *v, size_t n, struct tt_buf *out, struct tt_err *err)
{
	int width = tt_term_width(STDOUT_FILENO);
	int64_t now_ms = tt_wall_ms(&tt_clock_real), total = (int64_t)n;
	if (width && width < WIDTH_MIN)
		width = WIDTH_MIN;
	int rc = tt_pg_dead_drop(d->conn, &d->filter, true, &total, err);
	if (rc < 0)
		return rc;
	if (n)
		tt_buf_printf(out, "%-8s  %6s %7s  %-8s      %s\n", "id", "last", "times", "stage",
			"where and why");
	for (size_t i = 0; i < n; i++)
		put_row(out, &v[i], now_ms, width);
	tt_buf_printf(out, "%s%lld dead letter%s", n ? "\n" : "", (long long)total, total == 1 ? "" : "s");
	if ((int64_t)n < total)
		tt_buf_printf(out, ", the newest %zu shown (--limit)", n);
	tt_buf_char(out, '\n');
	return TT_OK;
}

static void put_json(struct tt_buf *out, const struct tt_pg_dead *v, size_t n, bool payloads)
{
	tt_buf_char(out, '[');
	for (size_t i = 0; i < n; i++) {
		tt_buf_str(out, i ? TT_STR(",\n ") : TT_STR(""));
		tt_dlq_json(out, &v[i], payloads);
	}
	tt_buf_str(out, TT_STR("]\n"));
}

static int print(struct tt_buf *out, int rc, struct tt_err *err)
{
	if (rc == TT_OK && out->rc < 0)
		rc = tt_err_set(err, out->rc, "dlq: %s", tt_err_text(out->rc));
	if (rc == TT_OK && out->n)
		fwrite(out->p, 1, out->n, stdout);
	tt_buf_done(out);
	return rc;
}

static int run_list(const void *given, int argc, char **argv, struct tt_err *err)
{
	const struct list_opts *o = given;
	struct tt_pg_dead *v = NULL;
	struct tt_dlq d;
	struct tt_buf out;
	size_t n = 0;
	tt_buf_init(&out, OUTPUT_MAX);
	int rc = tt_dlq_open(&d, &o->common, argc, argv, err);
	if (rc == TT_OK)
		rc = tt_pg_dead_list(d.conn, &d.filter, o->limit, false, &d.arena, &v, &n, err);
	if (rc == TT_OK && o->json)
		put_json(&out, v, n, false);
	else if (rc == TT_OK)
		rc = put_table(&d, v, n, &out, err);
	rc = print(&out, rc, err);
	tt_dlq_close(&d);
	return rc;
}

/* ---- show ---- */

struct show_opts {
	struct tt_dlq_opts common;
	bool json, raw;
};

/* The payload line by line, nothing in it steering the terminal. */
static void put_payload(struct tt_buf *out, const struct tt_pg_dead *v)
{
	struct tt_str rest = v->letter.payload;
	tt_buf_printf(out, "%-11s %lld bytes", "payload", (long long)v->letter.whole_bytes);
	if (v->kept_bytes < (int64_t)v->letter.whole_bytes)
		tt_buf_printf(out, ", of which %lld are kept", (long long)v->kept_bytes);
	tt_buf_char(out, '\n');
	while (rest.p) {
		tt_buf_str(out, TT_STR("  "));
		tt_term_text(out, tt_str_split(&rest, '\n'), 0);
		tt_buf_char(out, '\n');
	}
}

static void put_letter(struct tt_buf *out, const struct tt_pg_dead *v)
{
	const struct tt_dead_letter *d = &v->letter;
	char id[37];
	tt_id_format(v->id, id);
	tt_term_field(out, "id", tt_str_c(id));
	tt_term_field(out, "stage", tt_str_c(d->stage));
	tt_term_field(out, "source", d->source);
	tt_term_field(out, "position", d->where);
	tt_term_field(out, "reason", d->reason);
	tt_term_field_time(out, "first", v->first_ms);
	tt_term_field_time(out, "last", d->at_ms);
	tt_buf_printf(out, "%-11s %lld\n", "times", (long long)v->occurrences);
	if (v->retries)
		tt_buf_printf(out, "%-11s %lld\n", "retries", (long long)v->retries);
	tt_term_field_time(out, "retried", v->retried_ms);
	tt_term_field_time(out, "done", v->done_ms);
	if (d->record) {
		tt_term_field_time(out, "record from", d->record->timestamp_ms);
		tt_term_field(out, "key", d->record->key);
		tt_term_field(out, "headers", d->record->headers);
	}
	if (d->payload.p)
		put_payload(out, v);
}

static int run_show(const void *given, int argc, char **argv, struct tt_err *err)
{
	const struct show_opts *o = given;
	struct tt_pg_dead *v = NULL;
	struct tt_dlq d;
	struct tt_buf out;
	size_t n = 0;
	tt_buf_init(&out, OUTPUT_MAX);
	int rc = tt_dlq_open(&d, &o->common, argc, argv, err);
	if (rc == TT_OK)
		rc = tt_pg_dead_list(d.conn, &d.filter, SHOW_MAX, true, &d.arena, &v, &n, err);
	if (rc == TT_OK && n == 0)
		rc = tt_err_set(err, TT_ENOENT, "%s: there is no such dead letter", argv[0]);
	if (rc == TT_OK && o->raw && n > 1)
		rc = tt_err_set(err, TT_EUSAGE, "--raw prints one payload, and %zu dead letters fit", n);
	if (rc == TT_OK && o->json)
		put_json(&out, v, n, true);
	for (size_t i = 0; rc == TT_OK && i < n && !o->json; i++) {
		if (i)
			tt_buf_char(&out, '\n');
		if (o->raw)
			tt_buf_str(&out, v[i].letter.payload);
		else
			put_letter(&out, &v[i]);
	}
	rc = print(&out, rc, err);
	tt_dlq_close(&d);
	return rc;
}

/* ---- tables ---- */

static const struct tt_cli_opt list_options[] = {
	TT_DLQ_OPT_DATABASE,
	TT_DLQ_OPT_FILTER,
	{"limit", 'n', TT_CLI_INT, offsetof(struct list_opts, limit), "N",
		"So many at most, the newest ones.", 1, 1e6, NULL},
	{"json", 'j', TT_CLI_FLAG, offsetof(struct list_opts, json), NULL,
		"Print a JSON array, one object a letter.", 0, 0, NULL},
	{0},
};

const struct tt_cmd tt_cmd_dlq_list = {
	.name = "dlq list",
	.args = "[ID...]",
	.summary = "Show the dead letters: what could not be read, scored, published or stored, and why",
	.details =
		"One row for each input, however often it came; open ones unless told otherwise, newest "
		"first. "
		"Column after the stage: again, it was retried and is still refused; done, it was retried "
		"and is "
		"stored.\n"
		"\n"
		"    tickertone dlq list -c tickertone.yaml --since 24h\n"
		"    tickertone dlq list -c tickertone.yaml --source kafka:news --reason 'not JSON*'\n"
		"    tickertone dlq list -c tickertone.yaml --json | jq -r '.[].reason' | sort | uniq -c\n",
	.group = TT_GROUP_DATA,
	.opts = list_options,
	.defaults = &(const struct list_opts){.limit = 50},
	.opts_size = sizeof(struct list_opts),
	.max_args = -1,
	.run = run_list,
};

static const struct tt_cli_opt show_options[] = {
	TT_DLQ_OPT_DATABASE,
	{"json", 'j', TT_CLI_FLAG, offsetof(struct show_opts, json), NULL,
		"Print a JSON array, one object a letter.", 0, 0, NULL},
	{"raw", 0, TT_CLI_FLAG, offsetof(struct show_opts, raw), NULL,
		"Print the payload alone, byte for byte.", 0, 0, NULL},
	{0},
};

const struct tt_cmd tt_cmd_dlq_show = {
	.name = "dlq show",
	.args = "ID...",
	.summary = "Show dead letters whole, with what came in",
	.details = "An ID may be the beginning of one, as 'dlq list' prints it.\n"
		   "\n"
		   "    tickertone dlq show -c tickertone.yaml 1b4e28ba\n"
		   "    tickertone dlq show -c tickertone.yaml 1b4e28ba --raw > record.bin\n",
	.group = TT_GROUP_DATA,
	.opts = show_options,
	.opts_size = sizeof(struct show_opts),
	.min_args = 1,
	.max_args = -1,
	.run = run_show,
};
