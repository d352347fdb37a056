/* torch_state.c - see torch_state.h. */
#include "nlp/model/torch_state.h"

#include "nlp/model/torch_pickle.h"

static int read_shape(struct tt_pickle *m, struct tt_tensor *t, struct tt_pickle_value shape,
	struct tt_pickle_value strides)
{
	const struct tt_tensors *set = m->set;
	if (shape.n > TT_TENSOR_DIMS_MAX || shape.n != strides.n)
		return TT_TENSOR_REFUSE(set, t, m->err, "%u dimensions and %u strides, at most %d are read",
			shape.n, strides.n, TT_TENSOR_DIMS_MAX);
	t->n_dims = shape.n;
	for (size_t i = 0; i < t->n_dims; i++) {
		const struct tt_pickle_value dim = m->parts[shape.at + i];
		if (dim.kind != TT_PICKLE_INT || dim.number < 0)
			return TT_TENSOR_REFUSE(set, t, m->err, "shape: dimension %zu is not a count", i);
		t->dims[i] = (size_t)dim.number;
	}
	if (!tt_tensor_set_count(t))
		return TT_TENSOR_REFUSE(set, t, m->err, "shape: more elements than can be counted");
	size_t want = 1;
	for (size_t i = t->n_dims; t->count && i-- > 0;) {
		const struct tt_pickle_value stride = m->parts[strides.at + i];
		if (t->dims[i] > 1 && (stride.kind != TT_PICKLE_INT || (size_t)stride.number != want))
			return TT_TENSOR_REFUSE(set, t, m->err,
				"not contiguous: dimension %zu has a stride other than %zu", i, want);
		want *= t->dims[i];
	}
	return TT_OK;
}

static int read_tensor(struct tt_pickle *m, struct tt_torch_tensor *to, const struct tt_pickle_item *item)
{
	if (item->key.kind != TT_PICKLE_TEXT)
		return tt_err_set(m->err, TT_EPARSE, "'%s': a dict whose keys are not texts", m->set->file);
	struct tt_tensor *t = &to->tensor;
	t->name = tt_arena_str(&m->set->memory, tt_pickle_text(item->key)).p;
	if (!t->name)
		return tt_tensors_out_of_memory(m->set, m->err);
	if (item->value.kind != TT_PICKLE_TENSOR)
		return tt_err_set(m->err, TT_EPARSE,
			"'%s': '%.100s' is not a tensor: a state dict is read, but no checkpoint around it",
			m->set->file, t->name);
	const struct tt_pickle_value *argument = &m->parts[item->value.at],
				     *storage = &m->parts[argument[0].at];
	to->element_bytes = tt_tensor_set_dtype(t, tt_pickle_dtype(storage[1]));
	to->storage = tt_pickle_text(storage[2]);
	to->storage_count = (size_t)storage[4].number;
	to->first = (size_t)argument[1].number; /* negative ones are far outside */
	int rc = read_shape(m, t, argument[2], argument[3]);
	if (rc == TT_OK && (to->first > to->storage_count || t->count > to->storage_count - to->first))
		rc = TT_TENSOR_REFUSE(m->set, t, m->err, "%zu elements from %zu on, of a storage of %zu",
			t->count, to->first, to->storage_count);
	return rc;
}

int tt_torch_state_tensors(struct tt_torch_tensor **ret, size_t *ret_n, struct tt_str *rest,
	struct tt_tensors *set, struct tt_err *err)
{
	struct tt_pickle m = {.set = set, .err = err};
	struct tt_torch_tensor *tensors = NULL;
	size_t n = 0;
	int rc = tt_pickle_run(&m, rest);
	if (rc == TT_OK && m.result.kind != TT_PICKLE_DICT)
		rc = tt_err_set(err, TT_EPARSE, "'%s': not a dict of tensors", set->file);
	if (rc == TT_OK && !(tensors = tt_arena_zalloc(&set->memory, m.n_items + 1, sizeof(*tensors))))
		rc = tt_tensors_out_of_memory(set, err);
	for (size_t i = 0; rc == TT_OK && i < m.n_items; i++)
		if (m.items[i].owner == m.result.at)
			rc = read_tensor(&m, &tensors[n++], &m.items[i]);
	tt_pickle_done(&m);
	if (rc == TT_OK)
		*ret = tensors, *ret_n = n;
	return rc;
}

int tt_torch_state_keys(
	struct tt_str **ret, size_t *ret_n, struct tt_str *rest, struct tt_tensors *set, struct tt_err *err)
{
	struct tt_pickle m = {.set = set, .err = err};
	struct tt_str *texts = NULL;
	size_t n = 0;
	int rc = tt_pickle_run(&m, rest);
	if (rc == TT_OK && !(texts = tt_arena_zalloc(&set->memory, m.n_items + 1, sizeof(*texts))))
		rc = tt_tensors_out_of_memory(set, err);
	for (size_t i = 0; rc == TT_OK && i < m.n_items; i++)
		if (m.result.kind == TT_PICKLE_LIST && m.items[i].owner == m.result.at &&
			m.items[i].value.kind == TT_PICKLE_TEXT)
			texts[n++] = tt_pickle_text(m.items[i].value);
	if (rc == TT_OK && n < m.n_items)
		rc = tt_err_set(err, TT_EPARSE, "'%s': not a list of texts", set->file);
	tt_pickle_done(&m);
	if (rc == TT_OK)
		*ret = texts, *ret_n = n;
	return rc;
}
