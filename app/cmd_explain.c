/* cmd_explain.c - `tickertone explain`: why a text, or what it says about a company, has its score. */
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "app/cli/term.h"
#include "app/commands.h"
#include "app/feeds/json_out.h"
#include "app/html_escape.h"
#include "app/paths.h"
#include "nlp/explain/explain.h"

enum { ARENA_BYTES = 64 << 20, TEXT_MAX = 16 << 10, PHRASES_SHOWN = 3, BAR = 20 };

struct explain_opts {
	const char *model, *dictionary, *entity;
	bool json, html;
};

/* ---- the three forms ---- */

static struct tt_str word_text(const struct tt_str *text, const struct tt_explained_word *w)
{
	return (struct tt_str){text->p + w->start, w->end - w->start};
}

static struct tt_str phrase_text(
	const struct tt_str *text, const struct tt_explanation *x, const struct tt_explained_phrase *p)
{
	size_t start = x->words[p->first].start, end = x->words[p->first + p->n_words - 1].end;
	return (struct tt_str){text->p + start, end - start};
}

static void put_json(
	struct tt_buf *out, struct tt_str text, struct tt_str symbol, const struct tt_explanation *x)
{
	tt_buf_char(out, '{');
	tt_out_str(out, "entity", symbol);
	tt_out_real(out, "score", (double)x->sentiment.score, 4);
	tt_out_str(out, "label", tt_str_c(tt_label_name(x->sentiment.label)));
	tt_out_real(out, "baseline", x->baseline, 4);
	tt_out_real(out, "sum", x->sum, 4);
	tt_out_key(out, "words");
	tt_buf_char(out, '[');
	for (size_t i = 0; i < x->n_words; i++) {
		tt_buf_str(out, i ? TT_STR(", {") : TT_STR("{"));
		tt_out_str(out, "text", word_text(&text, &x->words[i]));
		tt_out_int(out, "start", (int64_t)x->words[i].start);
		tt_out_int(out, "end", (int64_t)x->words[i].end);
		tt_out_real(out, "contribution", x->words[i].contribution, 4);
		tt_buf_char(out, '}');
	}
	tt_buf_char(out, ']');
	tt_out_key(out, "phrases");
	tt_buf_char(out, '[');
	for (size_t i = 0; i < x->n_phrases; i++) {
		tt_buf_str(out, i ? TT_STR(", {") : TT_STR("{"));
		tt_out_str(out, "text", phrase_text(&text, x, &x->phrases[i]));
		tt_out_real(out, "contribution", x->phrases[i].contribution, 4);
		tt_buf_char(out, '}');
	}
	tt_buf_str(out, TT_STR("]}\n"));
}

/* How deep a colour: full at a contribution of half the scale. */
static double strength(double contribution)
{
	double v = isnan(contribution) ? 0 : fabs(contribution) * 2;
	return v > 1 ? 1 : v;
}

static void put_html(struct tt_buf *out, struct tt_str text, const struct tt_explanation *x)
{
	size_t at = 0;
	tt_buf_str(out, TT_STR("<p class=\"tickertone-explanation\">"));
	for (size_t i = 0; i < x->n_words; i++) {
		const struct tt_explained_word *w = &x->words[i];
		tt_html_escape(out, (struct tt_str){text.p + at, w->start - at});
		if (isnan(w->contribution))
			tt_buf_str(out, TT_STR("<b>"));
		else
			tt_buf_printf(out,
				"<span title=\"%+.2f\" style=\"background-color: rgba(%s, %.2f)\">",
				w->contribution, w->contribution < 0 ? "214, 40, 40" : "30, 150, 60",
				strength(w->contribution));
		tt_html_escape(out, word_text(&text, w));
		tt_buf_str(out, isnan(w->contribution) ? TT_STR("</b>") : TT_STR("</span>"));
		at = w->end;
	}
	tt_html_escape(out, (struct tt_str){text.p + at, text.n - at});
	tt_buf_str(out, TT_STR("</p>\n"));
}

static const char *colour_of(double contribution, bool colours)
{
	if (!colours || isnan(contribution) || fabs(contribution) < 0.02)
		return "";
	return contribution < 0 ? "\033[31m" : "\033[32m";
}

static void put_bar(struct tt_buf *out, double contribution, bool colours)
{
	int n = (int)lround(strength(contribution) * BAR);
	tt_buf_printf(out, "  %s%+.2f ", colour_of(contribution, colours), contribution);
	for (int i = 0; i < n; i++)
		tt_buf_str(out, TT_STR("▇"));
	tt_buf_str(out, colours ? TT_STR("\033[0m\n") : TT_STR("\n"));
}

static int widest(const struct tt_str *text, const struct tt_explanation *x)
{
	size_t widest = 12;
	for (size_t i = 0; i < x->n_words; i++)
		widest = word_text(text, &x->words[i]).n > widest ? word_text(text, &x->words[i]).n : widest;
	return widest < 40 ? (int)widest : 40;
}

static void put_text(struct tt_buf *out, struct tt_str text, struct tt_str symbol,
	const struct tt_explanation *x, bool colours)
{
	int width = widest(&text, x);
	tt_buf_printf(out, "%s%.*s%s%+.2f\n", symbol.p ? "about " : "", TT_FMT(symbol),
		symbol.p ? ": " : "score ", (double)x->sentiment.score);
	for (size_t i = 0; i < x->n_words; i++) {
		struct tt_str word = word_text(&text, &x->words[i]);
		tt_buf_str(out, TT_STR("  "));
		tt_term_text(out, word, width);
		tt_buf_printf(out, "%*s", word.n < (size_t)width ? width - (int)word.n : 0, "");
		if (isnan(x->words[i].contribution))
			tt_buf_str(out, TT_STR("      (who it is about)\n"));
		else
			put_bar(out, x->words[i].contribution, colours);
	}
	for (size_t i = 0; i < x->n_phrases && i < PHRASES_SHOWN; i++) {
		tt_buf_str(out, i ? TT_STR("  \"") : TT_STR("together more than alone:\n  \""));
		tt_term_text(out, phrase_text(&text, x, &x->phrases[i]), 60);
		tt_buf_printf(out, "\" %+.2f\n", x->phrases[i].contribution);
	}
	tt_buf_printf(out, "words add up to %+.2f; all together they add %+.2f to %+.2f without them\n",
		x->sum, (double)x->sentiment.score - x->baseline, x->baseline);
}

/* ---- the command ---- */

static int open_scorer(struct tt_scorer **ret, const struct explain_opts *o, struct tt_err *err)
{
	char model[TT_PATH_MAX], entities[TT_PATH_MAX];
	struct tt_nlp_conf conf = {
		.model = model, .entities = entities, .batch_tokens = 512, .item_tokens = 2048};
	int rc = tt_model_path(o->model, model, err);
	if (rc == TT_OK)
		rc = tt_entities_path(o->dictionary, entities, err);
	return rc < 0 ? rc : tt_scorer_open(ret, &conf, err);
}

static int run(const void *given, int argc, char **argv, struct tt_err *err)
{
	const struct explain_opts *o = given;
	const struct tt_str text = tt_str_c(argv[0]), symbol = tt_str_c(o->entity);
	struct tt_scorer *scorer = NULL;
	struct tt_score_ctx *ctx = NULL;
	struct tt_explanation x = {0};
	struct tt_arena arena;
	struct tt_buf out;
	(void)argc;
	tt_arena_init(&arena, ARENA_BYTES);
	tt_buf_init(&out, ARENA_BYTES);
	int rc = text.n > TEXT_MAX ? tt_err_set(err, TT_EUSAGE, "the text is longer than %d bytes", TEXT_MAX)
		 : o->json && o->html ? tt_err_set(err, TT_EUSAGE, "--json and --html: which?")
				      : open_scorer(&scorer, o, err);
	if (rc == TT_OK)
		rc = tt_score_ctx_new(&ctx, err);
	if (rc == TT_OK)
		rc = tt_explain(scorer, ctx, text, symbol, true, &tt_clock_real, &arena, &x, err);
	if (rc == TT_OK && o->json)
		put_json(&out, text, symbol, &x);
	else if (rc == TT_OK && o->html)
		put_html(&out, text, &x);
	else if (rc == TT_OK)
		put_text(&out, text, symbol, &x, tt_term_colour(STDOUT_FILENO));
	if (rc == TT_OK && out.rc < 0)
		rc = tt_err_set(err, out.rc, "explain: %s", tt_err_text(out.rc));
	if (rc == TT_OK)
		fwrite(out.p, 1, out.n, stdout);
	tt_score_ctx_free(ctx);
	tt_scorer_unref(scorer);
	tt_buf_done(&out);
	tt_arena_done(&arena);
	return rc;
}

#define OPT(name, letter, type, field, arg, doc)                                                             \
	{                                                                                                    \
		name, letter, type, offsetof(struct explain_opts, field), arg, doc, 0, 0, NULL               \
	}
static const struct tt_cli_opt options[] = {
	OPT("entity", 'e', TT_CLI_STR, entity, "SYMBOL",
		"What is said about this entity of the dictionary; else the text as a whole."),
	OPT("model", 'm', TT_CLI_FILE, model, "DIR", "Model folder; default: the built-in model's."),
	OPT("entities", 0, TT_CLI_FILE, dictionary, "FILE",
		"Dictionary; default: the one that comes with tickertone."),
	OPT("json", 'j', TT_CLI_FLAG, json, NULL,
		"Print a JSON object with words, phrases and their places."),
	OPT("html", 0, TT_CLI_FLAG, html, NULL, "Print the text as HTML, coloured."),
	{0},
};

const struct tt_cmd tt_cmd_explain = {
	.name = "explain",
	.args = "TEXT",
	.summary = "Why a text has its score: what each word adds to it",
	.details = "Each word, and each run of two and three, is hidden from the model in turn; what the "
		   "score loses is what it adds "
		   "(docs/SCORING.md). Words do not add up exactly: the last line says how far.\n\n"
		   "    tickertone explain 'Apple soars as Samsung sinks' --entity AAPL",
	.group = TT_GROUP_TEXT,
	.opts = options,
	.opts_size = sizeof(struct explain_opts),
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
