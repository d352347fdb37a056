/* cmd_tokenize.c - `tickertone tokenize`: what the model reads of each text. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/commands.h"
#include "app/paths.h"
#include "app/score/score_opts.h"
#include "nlp/token/tokenizer.h"

struct tokenize_opts {
	const char *model;
	int format;
	int64_t max_tokens;
	bool json;
};

enum { FLUSH_BYTES = 1 << 18, ROW_MEMORY = 256 << 20 };

static const struct tt_cli_opt opts[] = {
	{"model", 'm', TT_CLI_FILE, offsetof(struct tokenize_opts, model), "DIR",
		"Model folder with vocab.txt; default: the built-in model's.", 0, 0, NULL},
	TT_OPT_FORMAT(struct tokenize_opts),
	{"max-tokens", 0, TT_CLI_INT, offsetof(struct tokenize_opts, max_tokens), "N",
		"Cut each text to N tokens, [CLS] and [SEP] included; 0: do not.", 0, 1 << 30, NULL},
	{"json", 'j', TT_CLI_FLAG, offsetof(struct tokenize_opts, json), NULL,
		"Print {\"ids\", \"offsets\"} rows, offsets in code points; else the tokens as text.", 0, 0,
		NULL},
	{0},
};

/* Writes the decimal digits of v; printf would take most of the command's time. */
static char *put_number(char *p, uint32_t v)
{
	char digits[10];
	size_t n = 0;
	do
		digits[n++] = (char)('0' + v % 10);
	while ((v /= 10) > 0);
	while (n > 0)
		*p++ = digits[--n];
	return p;
}

static int print_json(const struct tt_tokens *t, struct tt_buf *out)
{
	enum {
		FRAME_BYTES = 64,
		TOKEN_BYTES = 48
	}; /* an id, two offsets of ten digits, and what stands between */
	int rc = tt_buf_reserve(out, FRAME_BYTES + t->n * TOKEN_BYTES);
	if (rc < 0)
		return rc;
	char *p = stpcpy(out->p + out->n, "{\"ids\": [");
	for (size_t i = 0; i < t->n; i++)
		p = put_number(i ? stpcpy(p, ", ") : p, (uint32_t)t->ids[i]);
	p = stpcpy(p, "], \"offsets\": [");
	for (size_t i = 0; i < t->n; i++) {
		p = put_number(stpcpy(p, i ? ", [" : "["), t->spans[i].start);
		p = stpcpy(put_number(stpcpy(p, ", "), t->spans[i].end), "]");
	}
	p = stpcpy(p, "]}\n");
	out->n = (size_t)(p - out->p);
	return TT_OK;
}

static int print_text(const struct tt_tokenizer *tok, const struct tt_tokens *t, struct tt_buf *out)
{
	for (size_t i = 0; i < t->n; i++) {
		tt_buf_str(out, i ? TT_STR(" ") : TT_STR(""));
		tt_buf_str(out, tt_tokenizer_token(tok, t->ids[i]));
	}
	return tt_buf_char(out, '\n');
}

static int flush(struct tt_buf *out, struct tt_err *err)
{
	size_t n = fwrite(tt_buf_view(out).p, 1, out->n, stdout);
	if (n != out->n || fflush(stdout) != 0)
		return tt_err_set(err, TT_EIO, "standard output: %s", strerror(errno));
	tt_buf_reset(out);
	return TT_OK;
}

/* One row into `out`; a bad row is said on standard error and counted. */
static int tokenize_row(struct tt_rows *rows, const struct tt_tokenizer *tok, const struct tokenize_opts *o,
	struct tt_arena *a, struct tt_tokens *tokens, struct tt_buf *out, size_t *bad, struct tt_err *err)
{
	struct tt_row row;
	tt_arena_reset(a);
	int rc = tt_rows_next(rows, a, &row, err);
	if (rc == TT_EPARSE || rc == TT_ELIMIT) {
		fprintf(stderr, "tickertone: %s\n", err->msg);
		++*bad;
		return TT_OK;
	}
	if (rc < 0)
		return rc;
	rc = tt_tokenizer_encode(tok, row.text, (size_t)o->max_tokens, tokens);
	if (rc == TT_OK && o->json) {
		tt_tokens_to_code_points(tokens, row.text);
		rc = print_json(tokens, out);
	} else if (rc == TT_OK) {
		rc = print_text(tok, tokens, out);
	}
	return rc < 0 ? tt_err_set(err, rc, "%s:%zu: %s", tt_rows_name(rows), row.line, tt_err_text(rc))
		      : TT_OK;
}

static int run(const void *options, int argc, char **argv, struct tt_err *err)
{
	const struct tokenize_opts *o = options;
	const char *path = argc > 0 ? argv[0] : "-";
	char dir[TT_PATH_MAX];
	struct tt_tokenizer *tok = NULL;
	struct tt_rows *rows = NULL;
	struct tt_tokens tokens;
	struct tt_arena arena;
	struct tt_buf out;
	size_t bad = 0;
	tt_tokens_init(&tokens);
	tt_arena_init(&arena, ROW_MEMORY);
	tt_buf_init(&out, ROW_MEMORY);
	int rc = tt_model_path(o->model, dir, err);
	if (rc == TT_OK)
		rc = tt_tokenizer_open(&tok, dir, err);
	if (rc == TT_OK)
		rc = tt_rows_open(&rows, path, (enum tt_row_format)o->format, err);
	while (rc == TT_OK) {
		if (out.n >= FLUSH_BYTES || (out.n > 0 && tt_rows_would_wait(rows)))
			rc = flush(&out, err);
		if (rc == TT_OK)
			rc = tokenize_row(rows, tok, o, &arena, &tokens, &out, &bad, err);
	}
	if (rc == TT_ECLOSED)
		rc = flush(&out, err);
	if (rc == TT_OK && bad > 0)
		rc = tt_err_set(err, TT_EPARSE, "%s: %zu bad rows were skipped", tt_rows_name(rows), bad);
	tt_buf_done(&out);
	tt_arena_done(&arena);
	tt_tokens_done(&tokens);
	tt_rows_free(rows);
	tt_tokenizer_free(tok);
	return rc;
}

const struct tt_cmd tt_cmd_tokenize = {
	.name = "tokenize",
	.args = "[FILE|-]",
	.summary = "Print the token ids and offsets that a model reads of each text",
	.details = "Reads texts from FILE or standard input and prints one row for each, in order. The ids "
		   "and offsets are those "
		   "of the Hugging Face fast BERT tokenizer; [CLS] and [SEP] have the offsets 0, 0. A row "
		   "that cannot be "
		   "read is reported with its line and skipped, and the exit status is 65 at the end.\n\n"
		   "    echo 'Apple soars as Samsung sinks' | tickertone tokenize --format lines",
	.group = TT_GROUP_TEXT,
	.opts = opts,
	.defaults = &(const struct tokenize_opts){0},
	.opts_size = sizeof(struct tokenize_opts),
	.min_args = 0,
	.max_args = 1,
	.run = run,
};
