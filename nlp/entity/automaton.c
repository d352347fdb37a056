/* automaton.c - see automaton.h. Built breadth first, so that the shallow states, which nearly all bytes see, lie together.
 * Places for a state's children are found by first fit from the lowest cell that may still be free. */
#include "nlp/entity/automaton.h"

#include <stdlib.h>
#include <string.h>

#include "nlp/entity/fold.h"

enum { FREE = -1, NOBODY = -2 /* cells that no state may have */, BYTES = 256, CELLS_MAX = INT32_MAX / 2 };

/* A state to be given children: the keys [from, to) share its string. */
struct task {
	size_t from, to;
	int32_t state;
};

struct builder {
	struct tt_automaton *a;
	const struct tt_str *keys;
	struct task *queue;
	size_t head, tail;
	size_t lowest; /* every cell before it is taken */
};

static int grow(struct tt_automaton *a, size_t n)
{
	if (n > CELLS_MAX)
		return TT_ELIMIT;
	struct tt_automaton_cell *cells = realloc(a->cells, n * sizeof(*cells));
	if (!cells)
		return TT_ENOMEM;
	a->cells = cells;
	struct tt_automaton_end *ends = realloc(a->ends, n * sizeof(*ends));
	if (!ends)
		return TT_ENOMEM;
	a->ends = ends;
	int32_t *value = realloc(a->value, n * sizeof(*value));
	if (!value)
		return TT_ENOMEM;
	a->value = value;
	uint32_t *depth = realloc(a->depth, n * sizeof(*depth));
	if (!depth)
		return TT_ENOMEM;
	a->depth = depth;
	for (size_t i = a->n_cells; i < n; i++) {
		cells[i] = (struct tt_automaton_cell){0, FREE};
		ends[i] = (struct tt_automaton_end){TT_AUTOMATON_SKIP, TT_AUTOMATON_SKIP};
		value[i] = TT_AUTOMATON_NONE;
		depth[i] = 0;
	}
	a->n_cells = n;
	return TT_OK;
}

/* Finds a base at which the cells of all n bytes are free, growing the table as needed. */
static int find_base(struct builder *b, const unsigned char *bytes, size_t n, int32_t *ret)
{
	struct tt_automaton *a = b->a;
	while (b->lowest < a->n_cells && a->cells[b->lowest].check != FREE)
		b->lowest++;
	size_t base = b->lowest > bytes[0] ? b->lowest - bytes[0] : 0;
	for (size_t tries = 0;; base++, tries++) {
		if (base + BYTES > a->n_cells) {
			int rc = grow(a, 2 * (base + BYTES));
			if (rc < 0)
				return rc;
		}
		size_t i = 0;
		while (i < n && a->cells[base + bytes[i]].check == FREE)
			i++;
		if (i == n)
			break;
		if (tries > 64 && b->lowest + 1 < a->n_cells)
			b->lowest++; /* a crowded stretch: give its last holes up rather than search it again and again */
	}
	*ret = (int32_t)base;
	return TT_OK;
}

/* The failure link of the child of `parent` by byte c: extend the parent's, or begin anew after a separator. */
static int32_t fail_of(const struct tt_automaton *a, int32_t parent, unsigned char c)
{
	int32_t s = parent == TT_AUTOMATON_ROOT ? TT_AUTOMATON_SKIP : a->ends[parent].fail;
	if (s != TT_AUTOMATON_SKIP)
		return tt_automaton_next(a, s, c);
	return tt_fold_separator((char)c) ? TT_AUTOMATON_ROOT : TT_AUTOMATON_SKIP;
}

static void add_child(struct builder *b, int32_t parent, unsigned char c, size_t from, size_t to)
{
	struct tt_automaton *a = b->a;
	int32_t t = a->cells[parent].base + c;
	a->depth[t] = a->depth[parent] + 1;
	a->ends[t].fail = fail_of(a, parent, c);
	bool ends = b->keys[from].n == a->depth[t];
	if (ends)
		a->value[t] = (int32_t)from;
	a->ends[t].report = ends ? t : a->ends[a->ends[t].fail].report;
	while (from < to && b->keys[from].n == a->depth[t])
		from++;
	if (from < to)
		b->queue[b->tail++] = (struct task){from, to, t};
}

static int add_children(struct builder *b, struct task task)
{
	struct tt_automaton *a = b->a;
	unsigned char bytes[BYTES];
	size_t starts[BYTES + 1], n = 0, depth = a->depth[task.state];
	for (size_t i = task.from; i < task.to; i++) {
		unsigned char c = (unsigned char)b->keys[i].p[depth];
		if (n == 0 || bytes[n - 1] != c) {
			bytes[n] = c;
			starts[n++] = i;
		}
	}
	starts[n] = task.to;
	int32_t base;
	int rc = find_base(b, bytes, n, &base);
	if (rc < 0)
		return rc;
	a->cells[task.state].base = base;
	for (size_t i = 0; i < n; i++)
		a->cells[base + bytes[i]].check = task.state;
	for (size_t i = 0; i < n; i++)
		add_child(b, task.state, bytes[i], starts[i], starts[i + 1]);
	return TT_OK;
}

int tt_automaton_init(struct tt_automaton *a, const struct tt_str *keys, size_t n, struct tt_err *err)
{
	struct builder b = {.a = a, .keys = keys};
	size_t bytes = 0;
	int rc = TT_ENOMEM;
	for (size_t i = 0; i < n; i++)
		bytes += keys[i].n;
	*a = (struct tt_automaton){0};
	b.queue = calloc(bytes + 1, sizeof(*b.queue)); /* no more states than bytes */
	if (b.queue)
		rc = grow(a, 4 * BYTES);
	if (rc == TT_OK) {
		a->cells[TT_AUTOMATON_SKIP].check = a->cells[TT_AUTOMATON_ROOT].check = NOBODY;
		if (n)
			b.queue[b.tail++] = (struct task){0, n, TT_AUTOMATON_ROOT};
	}
	while (rc == TT_OK && b.head < b.tail)
		rc = add_children(&b, b.queue[b.head++]);
	if (rc == TT_OK)
		rc = grow(a, a->n_cells + BYTES); /* so that base + byte is always a cell */
	free(b.queue);
	if (rc < 0) {
		tt_automaton_done(a);
		tt_err_set(err, rc, "entity automaton: %s", tt_err_text(rc));
	}
	return rc;
}

void tt_automaton_done(struct tt_automaton *a)
{
	free(a->cells);
	free(a->ends);
	free(a->value);
	free(a->depth);
	*a = (struct tt_automaton){0};
}
