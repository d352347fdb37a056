/* cmd_data_stats.c - `tickertone data stats`: what a labelled file is made of. */
#include <stdio.h>

#include "app/commands.h"
#include "app/feeds/json_out.h"
#include "app/train/check_print.h"
#include "app/train/data_load.h"
#include "nlp/train/data/stats.h"

struct stats_opts {
	const char *model;
	int format;
	bool json;
};

enum { OUTPUT_MAX = 1 << 20 };

static void print_spread(struct tt_buf *out, const char *name, const struct tt_data_spread *s)
{
	tt_buf_printf(out, "%-11s mean %.1f, p50 %.0f, p90 %.0f, p99 %.0f, max %.0f\n", name, s->mean, s->p50,
		s->p90, s->p99, s->max);
}

static void print(struct tt_buf *out, const struct tt_data_stats *s, bool has_tokens)
{
	tt_buf_printf(out, "%-11s %zu, %zu different texts, %zu empty\n%-11s ", "rows", s->rows, s->distinct,
		s->empty, "labels");
	tt_kinds_print(out, s->kinds);
	if (s->imbalance > 0)
		tt_buf_printf(out, "; the most frequent is %.1f times the rarest", s->imbalance);
	tt_buf_char(out, '\n');
	print_spread(out, "characters", &s->chars);
	if (has_tokens)
		print_spread(out, "tokens", &s->tokens);
	if (tt_data_counted(s->entities) == 0)
		return;
	tt_buf_printf(out, "%-11s ", "entities");
	tt_kinds_print(out, s->entities);
	tt_buf_char(out, '\n');
	print_spread(out, "  per text", &s->per_text);
}

static void json_spread(struct tt_buf *out, const char *key, const struct tt_data_spread *s)
{
	tt_out_key(out, key);
	tt_buf_char(out, '{');
	tt_out_real(out, "mean", s->mean, 2);
	tt_out_real(out, "p50", s->p50, 0);
	tt_out_real(out, "p90", s->p90, 0);
	tt_out_real(out, "p99", s->p99, 0);
	tt_out_real(out, "max", s->max, 0);
	tt_buf_char(out, '}');
}

static void print_json(struct tt_buf *out, const struct tt_data_stats *s, bool has_tokens)
{
	tt_buf_char(out, '{');
	tt_out_int(out, "rows", (int64_t)s->rows);
	tt_out_int(out, "different_texts", (int64_t)s->distinct);
	tt_out_int(out, "empty", (int64_t)s->empty);
	tt_kinds_print_json(out, "labels", s->kinds);
	tt_out_real(out, "imbalance", s->imbalance, 2);
	json_spread(out, "characters", &s->chars);
	if (has_tokens)
		json_spread(out, "tokens", &s->tokens);
	tt_kinds_print_json(out, "entities", s->entities);
	json_spread(out, "entities_per_text", &s->per_text);
	tt_buf_str(out, TT_STR("}\n"));
}

static int run(const void *given, int argc, char **argv, struct tt_err *err)
{
	const struct stats_opts *o = given;
	struct tt_data_loader l;
	struct tt_data_stats stats;
	struct tt_buf out;
	(void)argc;
	tt_buf_init(&out, OUTPUT_MAX);
	int rc = tt_data_loader_init(&l, err);
	if (rc == TT_OK)
		rc = tt_data_loader_model(&l, o->model, err);
	if (rc == TT_OK)
		rc = tt_data_load(&l, argv[0], (enum tt_row_format)o->format, err);
	if (rc == TT_OK)
		rc = tt_data_stats(&l.data, &stats, err);
	if (rc == TT_OK) {
		if (o->json)
			print_json(&out, &stats, l.tokenizer != NULL);
		else
			print(&out, &stats, l.tokenizer != NULL);
		rc = out.rc < 0 ? tt_err_set(err, out.rc, "data stats: %s", tt_err_text(out.rc)) : TT_OK;
	}
	if (rc == TT_OK) {
		fwrite(out.p, 1, out.n, stdout);
		size_t bad = l.report.files[0].found[TT_FLAW_UNREADABLE].n;
		if (bad > 0)
			rc = tt_err_set(err, TT_EPARSE,
				"%s: %zu bad rows were skipped (see 'tickertone data check')", argv[0], bad);
	}
	tt_buf_done(&out);
	tt_data_loader_done(&l);
	return rc;
}

static const struct tt_cli_opt opts[] = {
	{"model", 'm', TT_CLI_FILE, offsetof(struct stats_opts, model), "DIR",
		"Model folder whose tokens are counted; default: the built-in model's.", 0, 0, NULL},
	TT_OPT_FORMAT(struct stats_opts),
	{"json", 'j', TT_CLI_FLAG, offsetof(struct stats_opts, json), NULL, "Print a JSON object.", 0, 0,
		NULL},
	{0},
};

const struct tt_cmd tt_cmd_data_stats = {
	.name = "data stats",
	.args = "FILE|-",
	.summary = "Count a labelled file's rows, classes, lengths and entities",
	.details = "Lengths are those of the cleaned text, [CLS] and [SEP] counted as tokens. A row without "
		   "a label counts "
		   "as the label that all its entities have, as mixed when they have several.\n"
		   "\n"
		   "    tickertone data stats train.tsv\n",
	.group = TT_GROUP_TRAIN,
	.opts = opts,
	.opts_size = sizeof(struct stats_opts),
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
