/* check_print.c - see check_print.h. */
#include "app/train/check_print.h"

#include "app/cli/term.h"
#include "app/feeds/json_out.h"

enum { EXAMPLES_SHOWN = 3 /* of what is no reason to fail */, TEXT_COLUMNS = 70 };

int tt_kinds_print(struct tt_buf *out, const size_t kinds[TT_DATA_KINDS])
{
	size_t all = tt_data_counted(kinds), shown = 0;
	for (int k = 0; k < TT_DATA_KINDS; k++)
		if (kinds[k] > 0)
			tt_buf_printf(out, "%s%s %zu (%.1f %%)", shown++ ? ", " : "", tt_data_kind_name(k),
				kinds[k], 100 * (double)kinds[k] / (double)all);
	return tt_buf_str(out, shown ? TT_STR("") : TT_STR("none"));
}

int tt_kinds_print_json(struct tt_buf *out, const char *key, const size_t kinds[TT_DATA_KINDS])
{
	tt_out_key(out, key);
	tt_buf_char(out, '{');
	for (int k = 0; k < TT_DATA_KINDS; k++)
		if (k < TT_LABELS || kinds[k] > 0)
			tt_out_int(out, tt_data_kind_name(k), (int64_t)kinds[k]);
	return tt_buf_char(out, '}');
}

/* ---- text ---- */

static void print_example(const struct tt_dataset *d, const struct tt_data_example *e, struct tt_buf *out)
{
	tt_buf_printf(out, "      line %zu: ", e->line);
	tt_term_text(out, e->what, e->other ? TEXT_COLUMNS : 0);
	if (e->other) {
		tt_buf_printf(out, "\n        %.2f like %s:%zu: ", e->similarity, d->names[e->other->file],
			e->other->line);
		tt_term_text(out, e->other->text, TEXT_COLUMNS);
	}
	tt_buf_char(out, '\n');
}

static void print_file(const struct tt_data_report *r, size_t file, struct tt_buf *out)
{
	const struct tt_data_file_report *f = &r->files[file];
	size_t flaws = 0;
	tt_buf_printf(
		out, "%s: %zu row%s\n  labels: ", r->data->names[file], f->rows, f->rows == 1 ? "" : "s");
	tt_kinds_print(out, f->kinds);
	if (tt_data_counted(f->entities) > 0) {
		tt_buf_str(out, TT_STR("\n  entities: "));
		tt_kinds_print(out, f->entities);
	}
	tt_buf_char(out, '\n');
	for (int flaw = 0; flaw < TT_FLAWS; flaw++) {
		const struct tt_data_found *found = &f->found[flaw];
		bool grave = tt_data_flaw_grave((enum tt_data_flaw)flaw);
		size_t shown = grave ? TT_DATA_EXAMPLES : EXAMPLES_SHOWN;
		if (found->n == 0)
			continue;
		flaws++;
		tt_buf_printf(out, "  %c %zu %s\n", grave ? '!' : '-', found->n,
			tt_data_flaw_text((enum tt_data_flaw)flaw));
		for (size_t i = 0; i < found->n_examples && i < shown; i++)
			print_example(r->data, &found->examples[i], out);
		if (found->n > shown)
			tt_buf_printf(out, "      ... and %zu more\n", found->n - shown);
	}
	for (size_t from = 0; from < file; from++)
		if (f->leaks[from].rows > 0)
			tt_buf_printf(out,
				"  ! %zu of %zu rows (%.1f %%) are in %s, too: %zu the same, %zu almost\n",
				f->leaks[from].rows, f->rows,
				100 * (double)f->leaks[from].rows / (double)f->rows, r->data->names[from],
				f->leaks[from].exact, f->leaks[from].rows - f->leaks[from].exact);
	if (flaws == 0)
		tt_buf_str(out, TT_STR("  nothing is wrong\n"));
}

int tt_check_print(const struct tt_data_report *r, struct tt_buf *out)
{
	for (size_t file = 0; file < r->data->n_files; file++)
		print_file(r, file, out);
	return out->rc;
}

/* ---- JSON ---- */

static void json_example(const struct tt_dataset *d, const struct tt_data_example *e, struct tt_buf *out)
{
	tt_buf_char(out, '{');
	tt_out_int(out, "line", (int64_t)e->line);
	tt_out_str(out, "what", e->what);
	if (e->other) {
		tt_out_key(out, "like");
		tt_buf_char(out, '{');
		tt_out_str(out, "file", tt_str_c(d->names[e->other->file]));
		tt_out_int(out, "line", (int64_t)e->other->line);
		tt_out_str(out, "text", e->other->text);
		tt_out_real(out, "similarity", e->similarity, 4);
		tt_buf_char(out, '}');
	}
	tt_buf_char(out, '}');
}

static void json_flaws(const struct tt_data_report *r, size_t file, struct tt_buf *out)
{
	tt_out_key(out, "flaws");
	tt_buf_char(out, '{');
	for (int flaw = 0; flaw < TT_FLAWS; flaw++) {
		const struct tt_data_found *found = &r->files[file].found[flaw];
		tt_out_key(out, tt_data_flaw_name((enum tt_data_flaw)flaw));
		tt_buf_char(out, '{');
		tt_out_int(out, "count", (int64_t)found->n);
		tt_out_bool(out, "grave", tt_data_flaw_grave((enum tt_data_flaw)flaw));
		tt_out_key(out, "examples");
		tt_buf_char(out, '[');
		for (size_t i = 0; i < found->n_examples; i++) {
			tt_buf_str(out, i ? TT_STR(", ") : TT_STR(""));
			json_example(r->data, &found->examples[i], out);
		}
		tt_buf_str(out, TT_STR("]}"));
	}
	tt_buf_char(out, '}');
}

static void json_leaks(const struct tt_data_report *r, size_t file, struct tt_buf *out)
{
	tt_out_key(out, "leaks");
	tt_buf_char(out, '[');
	for (size_t from = 0; from < file; from++) {
		const struct tt_data_leak *leak = &r->files[file].leaks[from];
		tt_buf_str(out, from ? TT_STR(", {") : TT_STR("{"));
		tt_out_str(out, "from", tt_str_c(r->data->names[from]));
		tt_out_int(out, "rows", (int64_t)leak->rows);
		tt_out_int(out, "same", (int64_t)leak->exact);
		tt_buf_char(out, '}');
	}
	tt_buf_char(out, ']');
}

int tt_check_print_json(const struct tt_data_report *r, struct tt_buf *out)
{
	tt_buf_char(out, '{');
	tt_out_bool(out, "good", !tt_data_report_grave(r));
	tt_out_key(out, "files");
	tt_buf_char(out, '[');
	for (size_t file = 0; file < r->data->n_files; file++) {
		tt_buf_str(out, file ? TT_STR(",\n {") : TT_STR("{"));
		tt_out_str(out, "file", tt_str_c(r->data->names[file]));
		tt_out_int(out, "rows", (int64_t)r->files[file].rows);
		tt_kinds_print_json(out, "labels", r->files[file].kinds);
		tt_kinds_print_json(out, "entities", r->files[file].entities);
		json_flaws(r, file, out);
		json_leaks(r, file, out);
		tt_buf_char(out, '}');
	}
	return tt_buf_str(out, TT_STR("]}\n"));
}
