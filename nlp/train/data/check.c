/* check.c - see check.h. */
#include "nlp/train/data/check.h"

static const struct {
	bool grave;
	const char *name, *text;
} flaws[TT_FLAWS] = {
#define X(id, grave, name, text) [TT_FLAW_##id] = {grave, name, text},
	TT_DATA_FLAWS(X)
#undef X
};

const char *tt_data_flaw_name(enum tt_data_flaw flaw)
{
	return flaws[flaw].name;
}

const char *tt_data_flaw_text(enum tt_data_flaw flaw)
{
	return flaws[flaw].text;
}

bool tt_data_flaw_grave(enum tt_data_flaw flaw)
{
	return flaws[flaw].grave;
}

int tt_data_report_init(struct tt_data_report *r, struct tt_dataset *d, struct tt_err *err)
{
	r->data = d;
	r->files = tt_arena_zalloc(&d->arena, TT_DATA_FILES_MAX, sizeof(*r->files));
	return r->files ? TT_OK : tt_err_set(err, TT_ENOMEM, "out of memory");
}

int tt_data_found(struct tt_data_report *r, size_t file, enum tt_data_flaw flaw, size_t line,
	struct tt_str what, const struct tt_data_row *other, double similarity)
{
	struct tt_data_found *f = &r->files[file].found[flaw];
	if (f->n_examples < TT_DATA_EXAMPLES) {
		struct tt_str copy = tt_arena_str(&r->data->arena, what);
		if (!copy.p)
			return TT_ENOMEM;
		f->examples[f->n_examples++] = (struct tt_data_example){line, copy, other, similarity};
	}
	f->n++;
	return TT_OK;
}

static int found_row(struct tt_data_report *r, enum tt_data_flaw flaw, const struct tt_data_row *row,
	const struct tt_data_row *other, double similarity)
{
	return tt_data_found(r, row->file, flaw, row->line, row->text, other, similarity);
}

/* What each class is near to: the most alike one of each file. */
struct near {
	struct {
		uint32_t cls; /* + 1; 0: none */
		float similarity;
	} in[TT_DATA_FILES_MAX];
};

struct nearest {
	const struct tt_dataset *d;
	struct near **of; /* (n_classes); NULL: near to nothing */
	struct tt_arena arena;
};

static int set_nearest(struct nearest *n, size_t cls, size_t other, double similarity)
{
	if (!n->of[cls])
		n->of[cls] = tt_arena_zalloc(&n->arena, 1, sizeof(struct near));
	if (!n->of[cls])
		return TT_ENOMEM;
	for (size_t f = 0; f < n->d->n_files; f++) {
		if (!(n->d->classes[other].files >> f & 1) ||
			n->of[cls]->in[f].similarity >= (float)similarity)
			continue;
		n->of[cls]->in[f].cls = (uint32_t)other + 1;
		n->of[cls]->in[f].similarity = (float)similarity;
	}
	return TT_OK;
}

static int visit(void *ctx, size_t earlier, size_t cls, double similarity)
{
	struct nearest *n = ctx;
	int rc = set_nearest(n, cls, earlier, similarity);
	return rc < 0 ? rc : set_nearest(n, earlier, cls, similarity);
}

/* The first row of a class in a file. */
static const struct tt_data_row *row_in(const struct tt_dataset *d, size_t cls, size_t file)
{
	const struct tt_data_row *row = &d->rows[d->classes[cls].first];
	while (row->file != file)
		row = &d->rows[row->next];
	return row;
}

static int check_within(struct tt_data_report *r, const struct near *near, const struct tt_data_row *row)
{
	const struct tt_data_row *same = row_in(r->data, row->cls, row->file);
	if (same != row) {
		bool conflict = tt_data_contradict(same, row);
		return found_row(r, conflict ? TT_FLAW_CONFLICT : TT_FLAW_REPEAT, row, same, 1);
	}
	if (!near || !near->in[row->file].cls)
		return TT_OK;
	same = row_in(r->data, near->in[row->file].cls - 1, row->file);
	return found_row(r, TT_FLAW_NEAR, row, same, (double)near->in[row->file].similarity);
}

static int check_leak(struct tt_data_report *r, const struct near *near, const struct tt_data_row *row)
{
	const struct tt_data_row *worst = NULL;
	double similarity = 0;
	for (size_t f = 0; f < row->file; f++) {
		struct tt_data_leak *leak = &r->files[row->file].leaks[f];
		bool exact = r->data->classes[row->cls].files >> f & 1;
		uint32_t cls = exact ? row->cls + 1 : near ? near->in[f].cls : 0;
		if (!cls)
			continue;
		double s = exact ? 1 : (double)near->in[f].similarity;
		leak->rows++;
		leak->exact += exact;
		if (s > similarity) {
			similarity = s;
			worst = row_in(r->data, cls - 1, f);
		}
	}
	return worst ? found_row(r, TT_FLAW_LEAK, row, worst, similarity) : TT_OK;
}

int tt_data_check(struct tt_data_report *r, double similarity, size_t held_out, struct tt_err *err)
{
	struct nearest n = {.d = r->data};
	tt_arena_init(&n.arena, r->data->arena.max_bytes);
	n.of = tt_arena_zalloc(&n.arena, r->data->n_classes + 1, sizeof(struct near *));
	int rc = n.of ? tt_near_pairs(r->data, similarity, visit, &n) : TT_ENOMEM;
	for (size_t i = 0; i < r->data->n_rows && rc == TT_OK; i++) {
		const struct tt_data_row *row = &r->data->rows[i];
		const struct near *near = n.of[row->cls];
		struct tt_data_file_report *f = &r->files[row->file];
		f->rows++;
		tt_data_count(row, f->kinds, f->entities);
		if (row->clean_bytes == 0) {
			rc = row->file < held_out ? found_row(r, TT_FLAW_EMPTY, row, NULL, 0) : TT_OK;
			continue;
		}
		if (row->file < held_out)
			rc = check_within(r, near, row);
		if (rc == TT_OK)
			rc = check_leak(r, near, row);
	}
	tt_arena_done(&n.arena);
	return rc < 0 ? tt_err_set(err, rc, "comparing %zu rows: %s", r->data->n_rows, tt_err_text(rc))
		      : TT_OK;
}

bool tt_data_report_grave(const struct tt_data_report *r)
{
	for (size_t f = 0; f < r->data->n_files; f++)
		for (size_t flaw = 0; flaw < TT_FLAWS; flaw++)
			if (flaws[flaw].grave && r->files[f].found[flaw].n)
				return true;
	return false;
}
