/* print.c - see print.h. */
#include "app/bench/print.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "app/cli/term.h"
#include "app/feeds/json_out.h"
#include "common/cores.h"

static size_t longest(const struct tt_bench_texts *t)
{
	size_t max = 0;
	for (size_t i = 0; i < t->n; i++)
		max = t->seqs[i].n_ids > max ? t->seqs[i].n_ids : max;
	return max;
}

/* ---- for people ---- */

/* A paragraph, wrapped. */
__attribute__((format(printf, 3, 4))) static void say(struct tt_buf *out, size_t width, const char *fmt, ...)
{
	char text[1024];
	va_list args;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	tt_term_wrap(out, width, 0, 0, tt_str_c(text));
}

static void put_head(struct tt_buf *out, const struct tt_bench_report *r, size_t width)
{
	char cpu[TT_CPU_NAME_BYTES], left_out[96] = "";
	const struct tt_bench_texts *t = r->texts;
	tt_cpu_name(cpu);
	if (t->seen > t->n)
		snprintf(left_out, sizeof(left_out), " (of %zu: each once, none empty, at most %d)", t->seen,
			TT_BENCH_TEXTS_MAX);
	say(out, width, "%s, %d thread%s", cpu, r->result->threads, r->result->threads == 1 ? "" : "s");
	say(out, width, "model: %s, %.1f million parameters", r->model, (double)r->result->parameters / 1e6);
	say(out, width, "texts: %s: %zu%s, %zu tokens, the longest of %zu", r->file ? r->file : "built-in",
		t->n, left_out, t->tokens, longest(t));
}

static void put_tables(struct tt_buf *out, const struct tt_bench_report *r)
{
	const struct tt_bench_result *x = r->result;
	tt_buf_str(out,
		TT_STR("\nprecision  kernel       texts/s tokens/s × fp32 p50 ms p99 ms load ms  weights\n"));
	for (size_t i = 0; i < x->n_rows; i++) {
		const struct tt_bench_row *w = &x->rows[i];
		tt_buf_printf(out, "%-9s  %-11s %8.1f %8.0f %6.2f %6.1f %6.1f %7.0f %5.0f MB\n",
			tt_precision_name(w->precision), tt_isa_name(w->isa), w->texts_per_s, w->tokens_per_s,
			w->times_fp32, w->p50_ms, w->p99_ms, w->load_ms, (double)w->weight_bytes / 1e6);
	}
	tt_buf_str(out, TT_STR("\nprecision  mean |Δp|  largest |Δp|      other labels"));
	tt_buf_str(out, r->texts->labelled ? TT_STR("  accuracy\n") : TT_STR("\n"));
	for (size_t i = 0; i < x->n_rows; i++) {
		const struct tt_bench_row *w = &x->rows[i];
		const struct tt_deviation *d = &w->deviation;
		char others[48];
		snprintf(others, sizeof(others), "%zu of %zu", d->other_labels, d->texts);
		tt_buf_printf(out, "%-9s  %9.4f  %12.4f  %16s", tt_precision_name(w->precision), d->mean,
			d->largest, others);
		if (r->texts->labelled)
			tt_buf_printf(out, "  %8.4f", w->accuracy);
		tt_buf_char(out, '\n');
	}
	for (int p = 0; p < TT_PRECISIONS; p++)
		if (!tt_bench_can(p))
			tt_buf_printf(out, "%s is left out: this processor has no instructions for it.\n",
				tt_precision_name(p));
}

static void put_lines(struct tt_buf *out, const struct tt_bench_report *r)
{
	tt_buf_printf(out, "\n    model:\n");
	if (r->model_given)
		tt_buf_printf(out, "      model: %s\n", r->model);
	if (r->threads_given)
		tt_buf_printf(out, "      threads: %d\n", r->threads_given);
	tt_buf_printf(out, "      precision: %s\n",
		r->advice.leave ? "auto" : tt_precision_name(r->advice.best->precision));
}

static void put_advice(struct tt_buf *out, const struct tt_bench_report *r, size_t width)
{
	const struct tt_bench_advice *a = &r->advice;
	const char *best = tt_precision_name(a->best->precision);
	const struct tt_bench_row *use = a->leave ? a->taken : a->best;
	tt_buf_char(out, '\n');
	say(out, width, "precision: auto takes %s here: %s.", tt_precision_name(r->taken), r->why);
	if (!a->taken) {
		say(out, width, "That was not measured; --precision all does.");
		return;
	}
	if (a->strays)
		say(out, width,
			"But on these texts %s is too far from fp32: mean |Δp| %.4f (%g is allowed), "
			"clearly another label for %.1f %% (%g %%). Use %s.",
			tt_precision_name(r->taken), a->taken->deviation.mean, TT_DEVIATION_MEAN_MAX,
			100 * (double)a->taken->deviation.changed / (double)a->taken->deviation.texts,
			100 * TT_BENCH_CHANGED_MAX, best);
	else if (!a->leave)
		say(out, width, "But %s is faster on these texts, and agrees with fp32: use it.", best);
	say(out, width,
		"With %s, expect up to %.0f texts/s like these, when nothing else uses the cores. Into the "
		"configuration:",
		tt_precision_name(use->precision), use->texts_per_s);
	put_lines(out, r);
}

int tt_bench_print_text(struct tt_buf *out, const struct tt_bench_report *r, size_t width)
{
	const struct tt_bench_row *widest = r->advice.widest;
	put_head(out, r, width);
	put_tables(out, r);
	put_advice(out, r, width);
	if (r->advice.unquiet) {
		tt_buf_char(out, '\n');
		say(out, width,
			"Rounds of %s differed by %.0f %%: something else was using the machine. A quiet "
			"hour, or --seconds %.0f, gives better figures.",
			tt_precision_name(widest->precision), 100 * widest->spread, ceil(3 * r->seconds));
	}
	return out->rc;
}

/* ---- for programs ---- */

static void put_row(struct tt_buf *out, const struct tt_bench_row *w, bool labelled)
{
	tt_buf_str(out, out->p[out->n - 1] == '[' ? TT_STR("{") : TT_STR(", {"));
	tt_out_str(out, "precision", tt_str_c(tt_precision_name(w->precision)));
	tt_out_str(out, "kernel", tt_str_c(tt_isa_name(w->isa)));
	tt_out_real(out, "texts_per_s", w->texts_per_s, 2);
	tt_out_real(out, "tokens_per_s", w->tokens_per_s, 1);
	tt_out_real(out, "times_fp32", w->times_fp32, 3);
	tt_out_real(out, "spread", w->spread, 3);
	tt_out_real(out, "p50_ms", w->p50_ms, 3);
	tt_out_real(out, "p99_ms", w->p99_ms, 3);
	tt_out_int(out, "alone", (int64_t)w->alone);
	tt_out_real(out, "load_ms", w->load_ms, 1);
	tt_out_int(out, "weight_bytes", w->weight_bytes);
	tt_out_int(out, "scratch_bytes", w->scratch_bytes);
	tt_out_real(out, "mean_deviation", w->deviation.mean, 6);
	tt_out_real(out, "largest_deviation", w->deviation.largest, 6);
	tt_out_int(out, "other_labels", (int64_t)w->deviation.other_labels);
	tt_out_int(out, "changed_labels", (int64_t)w->deviation.changed);
	tt_out_bool(out, "agrees", tt_bench_agrees(&w->deviation));
	tt_out_real(out, "accuracy", labelled ? w->accuracy : (double)NAN, 4);
	tt_buf_char(out, '}');
}

static void put_facts(struct tt_buf *out, const struct tt_bench_report *r)
{
	char cpu[TT_CPU_NAME_BYTES], hash[37];
	const struct tt_bench_texts *t = r->texts;
	tt_cpu_name(cpu);
	tt_id_format(r->result->model, hash);
	tt_out_str(out, "machine", tt_str_c(cpu));
	tt_out_key(out, "isa");
	tt_buf_char(out, '[');
	for (int isa = 0, n = 0; isa < TT_ISAS; isa++)
		if (tt_isa_has(isa))
			tt_buf_printf(out, "%s\"%s\"", n++ ? ", " : "", tt_isa_name(isa));
	tt_buf_char(out, ']');
	tt_out_int(out, "threads", r->result->threads);
	tt_out_str(out, "model", tt_str_c(r->model));
	tt_out_str(out, "hash", tt_str_c(hash));
	tt_out_int(out, "parameters", r->result->parameters);
	tt_out_str(out, "file", tt_str_c(r->file));
	tt_out_int(out, "texts", (int64_t)t->n);
	tt_out_int(out, "tokens", (int64_t)t->tokens);
	tt_out_int(out, "longest", (int64_t)longest(t));
	tt_out_int(out, "labelled", (int64_t)t->labelled);
	tt_out_int(out, "sample", (int64_t)r->result->sample);
	tt_out_int(out, "rounds", TT_BENCH_ROUNDS);
	tt_out_real(out, "seconds", r->seconds, 2);
}

int tt_bench_print_json(struct tt_buf *out, const struct tt_bench_report *r)
{
	const struct tt_bench_advice *a = &r->advice;
	tt_buf_char(out, '{');
	put_facts(out, r);
	tt_out_key(out, "rows");
	tt_buf_char(out, '[');
	for (size_t i = 0; i < r->result->n_rows; i++)
		put_row(out, &r->result->rows[i], r->texts->labelled);
	tt_buf_char(out, ']');
	tt_out_key(out, "left_out");
	tt_buf_char(out, '[');
	for (int p = 0, n = 0; p < TT_PRECISIONS; p++)
		if (!tt_bench_can(p))
			tt_buf_printf(out, "%s\"%s\"", n++ ? ", " : "", tt_precision_name(p));
	tt_buf_char(out, ']');
	tt_out_str(out, "auto", tt_str_c(tt_precision_name(r->taken)));
	tt_out_str(out, "why", tt_str_c(r->why));
	tt_out_str(out, "recommended",
		tt_str_c(!a->taken  ? NULL
			 : a->leave ? "auto"
				    : tt_precision_name(a->best->precision)));
	tt_out_bool(out, "unquiet", a->unquiet);
	tt_buf_str(out, TT_STR("}\n"));
	return out->rc;
}
