/* cmd_rules_test.c - `tickertone rules test`: tests of rules, run without a database. */
#include <stdio.h>
#include <unistd.h>

#include "app/cli/term.h"
#include "app/commands.h"
#include "app/feeds/json_out.h"
#include "app/rules/trial.h"

enum { OUTPUT_MAX = 1 << 28, ARENA_BYTES = 1 << 28, SHOWN_MAX = 20 /* of what is wrong with one test */ };

struct test_opts {
	bool json;
};

struct report {
	struct tt_buf out;
	size_t n, n_failed;
	bool json, colour;
};

/* "4h10m" */
static void time_text(int64_t minutes, char out[40])
{
	long long h = minutes / 60, m = minutes % 60;

	if (h && m)
		snprintf(out, 40, "%lldh%lldm", h, m);
	else
		snprintf(out, 40, "%lld%s", h ? h : m, h ? "h" : "m");
}

static void put_fault(struct tt_buf *out, const struct tt_trial_fault *f)
{
	char at[40];

	time_text(f->at, at);
	tt_buf_printf(out, "      at %s: ", at);
	tt_term_text(out, f->rule->name, 0);
	tt_buf_char(out, ' ');
	tt_term_text(out, f->subject, 0);
	tt_buf_str(out, TT_STR(" is "));
	tt_term_text(out, f->is, 0);
	tt_buf_str(out, TT_STR(" ("));
	tt_term_text(out, f->why, 0);
	tt_buf_str(out, TT_STR("), want "));
	tt_term_text(out, f->want, 0);
	tt_buf_char(out, '\n');
}

static void put_test(struct report *r, const char *file, const struct tt_suite_test *t,
	const struct tt_trial_fault *v, size_t n)
{
	struct tt_buf *out = &r->out;
	const char *word = n ? "FAIL" : "ok", *on = n ? "\033[31m" : "\033[32m";

	tt_buf_printf(out, "%s%-4s%s  ", r->colour ? on : "", word, r->colour ? "\033[0m" : "");
	tt_term_text(out, tt_str_c(file), 0);
	tt_buf_str(out, TT_STR(": "));
	tt_term_text(out, t->name, 0);
	tt_buf_char(out, '\n');
	for (size_t i = 0; i < n && i < SHOWN_MAX; i++)
		put_fault(out, &v[i]);
	if (n > SHOWN_MAX)
		tt_buf_printf(out, "      and %zu more\n", n - SHOWN_MAX);
}

static void put_json(struct report *r, const char *file, const struct tt_suite_test *t,
	const struct tt_trial_fault *v, size_t n)
{
	struct tt_buf *out = &r->out;
	char at[40];

	tt_buf_str(out, r->n ? TT_STR(",\n {") : TT_STR("{"));
	tt_out_str(out, "file", tt_str_c(file));
	tt_out_str(out, "test", t->name);
	tt_out_bool(out, "ok", n == 0);
	tt_out_key(out, "failures");
	tt_buf_char(out, '[');
	for (size_t i = 0; i < n; i++) {
		time_text(v[i].at, at);
		tt_buf_str(out, i ? TT_STR(",\n  {") : TT_STR("{"));
		tt_out_str(out, "at", tt_str_c(at));
		tt_out_time(out, "time", (t->start + v[i].at) * 60000);
		tt_out_str(out, "rule", v[i].rule->name);
		tt_out_str(out, "subject", v[i].subject);
		tt_out_str(out, "is", v[i].is);
		tt_out_str(out, "want", v[i].want);
		tt_out_str(out, "why", v[i].why);
		tt_buf_char(out, '}');
	}
	tt_buf_str(out, TT_STR("]}"));
}

static int test_file(struct report *r, const char *file, struct tt_err *err)
{
	struct tt_suite *s;
	struct tt_arena arena;
	int rc = tt_suite_load(&s, file, err);

	if (rc < 0)
		return rc;
	tt_arena_init(&arena, ARENA_BYTES);
	for (size_t i = 0; rc == TT_OK && i < s->n; i++, r->n++) {
		struct tt_trial_fault *v = NULL;
		size_t n = 0;
		tt_arena_reset(&arena);
		rc = tt_trial_run(s, &s->v[i], &arena, &v, &n, err);
		if (rc < 0)
			tt_err_prefix(err, rc, "%s", file);
		else if (r->json)
			put_json(r, file, &s->v[i], v, n);
		else
			put_test(r, file, &s->v[i], v, n);
		r->n_failed += n > 0;
	}
	tt_arena_done(&arena);
	tt_suite_free(s);
	return rc;
}

static int run(const void *given, int argc, char **argv, struct tt_err *err)
{
	const struct test_opts *o = given;
	struct report r = {.json = o->json, .colour = tt_term_colour(STDOUT_FILENO)};
	int rc = TT_OK;

	tt_buf_init(&r.out, OUTPUT_MAX);
	tt_buf_str(&r.out, r.json ? TT_STR("[") : TT_STR(""));
	for (int i = 0; rc == TT_OK && i < argc; i++)
		rc = test_file(&r, argv[i], err);
	if (r.json)
		tt_buf_str(&r.out, TT_STR("]\n"));
	else
		tt_buf_printf(&r.out, "%zu tests, %zu failed\n", r.n, r.n_failed);
	if (rc == TT_OK && r.out.rc < 0)
		rc = tt_err_set(err, r.out.rc, "rules test: %s", tt_err_text(r.out.rc));
	if (rc == TT_OK)
		fwrite(r.out.p, 1, r.out.n, stdout);
	tt_buf_done(&r.out);
	return rc == TT_OK && r.n_failed ? TT_CLI_NO : rc;
}

static const struct tt_cli_opt options[] = {
	{"json", 'j', TT_CLI_FLAG, offsetof(struct test_opts, json), NULL,
		"Print a JSON array, one object a test.", 0, 0, NULL},
	{0},
};

const struct tt_cmd tt_cmd_rules_test = {
	.name = "rules test",
	.args = "FILE...",
	.summary = "Run tests of rules: what is said minute by minute, and what must become of it",
	.details = "The rules are evaluated as the service does, with the clock of the test and without a "
		   "database; docs/RULES.md, \"Testing rules\", has the form of the files. Prints a line a "
		   "test, and what was otherwise than expected. Exit status 1 when a test failed.\n\n"
		   "    tickertone rules test config/rules.test.yaml\n",
	.group = TT_GROUP_SERVICE,
	.opts = options,
	.defaults = &(const struct test_opts){0},
	.opts_size = sizeof(struct test_opts),
	.min_args = 1,
	.max_args = -1,
	.run = run,
};
