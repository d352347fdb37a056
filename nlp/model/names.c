/* names.c - see names.h. */
#include "nlp/model/names.h"

#include <stdio.h>
#include <string.h>

const struct tt_tensor *tt_bert_find(const struct tt_safetensors *st, const char *name)
{
	static const struct {
		const char *now, *old;
	} norms[] = {{"LayerNorm.weight", "LayerNorm.gamma"}, {"LayerNorm.bias", "LayerNorm.beta"}};
	char full[TT_TENSOR_NAME_MAX];
	snprintf(full, sizeof(full), "bert.%s", name);
	const struct tt_tensor *t = tt_safetensors_find(st, full);
	if (!t)
		t = tt_safetensors_find(st, name);
	for (size_t i = 0; !t && i < TT_LEN(norms); i++) {
		const char *at = strstr(name, norms[i].now);
		char old[TT_TENSOR_NAME_MAX];
		if (!at)
			continue;
		snprintf(old, sizeof(old), "%.*s%s", (int)(at - name), name, norms[i].old);
		t = tt_bert_find(st, old);
	}
	return t;
}

int tt_bert_need(const struct tt_tensor **ret, const struct tt_safetensors *st, const char *name, size_t rows,
	size_t cols, struct tt_err *err)
{
	const char *file = tt_safetensors_name(st);
	const struct tt_tensor *t = tt_bert_find(st, name);
	if (!t)
		return tt_err_set(err, TT_EPARSE, "'%s': tensor '%s' is missing", file, name);
	if (t->n_dims != (cols ? 2 : 1) || t->dims[0] != rows || (cols && t->dims[1] != cols)) {
		char is[64] = "";
		for (size_t i = 0, n = 0; i < t->n_dims && n < sizeof(is); i++)
			n += (size_t)snprintf(is + n, sizeof(is) - n, "%s%zu", i ? "×" : "", t->dims[i]);
		return tt_err_set(err, TT_EPARSE, "'%s': tensor '%s' is %s, config.json asks for %zu%s%.0zu",
			file, t->name, is, rows, cols ? "×" : "", cols);
	}
	if (t->dtype == TT_DTYPE_OTHER)
		return tt_err_set(err, TT_EPARSE,
			"'%s': tensor '%s' is of type %s; F32, F16 and BF16 are read", file, t->name,
			t->dtype_name);
	*ret = t;
	return TT_OK;
}
