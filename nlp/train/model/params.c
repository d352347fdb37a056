/* params.c - see params.h. */
#include "nlp/train/model/params.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/file.h"
#include "common/random.h"
#include "nlp/model/config_edit.h"
#include "nlp/model/safetensors_write.h"
#include "nlp/model/widen.h"

static int out_of_memory(const char *name, struct tt_err *err)
{
	return tt_err_set(err, TT_ENOMEM, "'%s': out of memory", name);
}

/* ---- config.json ---- */

static int adapt_exits(json_t *root, const struct tt_params_options *o)
{
	int bad = 0;
	json_t *exits = json_array();
	json_object_del(root, "exit_layers");
	json_object_del(root, "exit_confidence");
	for (size_t i = 0; i < o->n_exits; i++)
		bad |= json_array_append_new(exits, json_integer(o->exits[i]));
	if (o->n_exits)
		bad |= json_object_set(root, "exit_layers", exits);
	if (o->exit_confidence != 0)
		bad |= json_object_set_new(root, "exit_confidence", json_real(o->exit_confidence));
	json_decref(exits);
	return bad;
}

/* The configuration of what will be written: a classifier of three labels. */
static int adapt_config(json_t *root, const struct tt_params_options *o)
{
	int bad = adapt_exits(root, o);
	if (o->layers)
		bad |= json_object_set_new(root, "num_hidden_layers", json_integer(o->layers));
	json_object_del(root, "temperature"); /* fitted to weights that will be others */
	json_object_del(root, "entity_temperature");
	bad |= json_object_set_new(root, "architectures", json_pack("[s]", "BertForSequenceClassification"));
	json_object_del(root, "torch_dtype"); /* the file says it itself */
	if (json_object_get(root, "id2label"))
		return bad;
	bad |= json_object_set_new(root, "id2label",
		json_pack("{s:s,s:s,s:s}", "0", "negative", "1", "neutral", "2", "positive"));
	bad |= json_object_set_new(
		root, "label2id", json_pack("{s:i,s:i,s:i}", "negative", 0, "neutral", 1, "positive", 2));
	bad |= json_object_set_new(root, "num_labels", json_integer(TT_LABELS));
	return bad;
}

static int check_layers(struct tt_params *p, const json_t *root, const struct tt_params_options *o,
	const char *path, struct tt_err *err)
{
	p->file_layers = (int)json_integer_value(json_object_get(root, "num_hidden_layers"));
	if (o->layers >= 0 && o->layers <= p->file_layers)
		return TT_OK;
	return tt_err_set(err, TT_ECONF, "layers: %d is not from 0 to %d, which '%s' has", o->layers,
		p->file_layers, path);
}

static int read_config(
	struct tt_params *p, const char *dir, const struct tt_params_options *o, struct tt_err *err)
{
	json_t *root;
	int rc = tt_model_config_read(&root, dir, err);
	if (rc < 0)
		return rc;
	rc = check_layers(p, root, o, dir, err);
	if (rc == TT_OK && adapt_config(root, o) != 0)
		rc = out_of_memory(dir, err);
	if (rc == TT_OK)
		rc = tt_model_config_text(&p->config_text, root, dir, &p->config, err);
	json_decref(root);
	return rc;
}

/* ---- values ---- */

/* Box and Muller's transform of counted random numbers: element i of the tensor of this seed. Biases stay 0,
 * gains are 1. */
static void begin_anew(float *to, const struct tt_train_tensor *t, uint64_t seed)
{
	uint64_t state = seed ^ (uint64_t)((uint32_t)t->at + 1) << 32;
	for (size_t i = 0; i < t->count && t->cols; i++) {
		double u[2];
		for (int k = 0; k < 2; k++)
			u[k] = ((double)(tt_random_next(&state) >> 11) + 0.5) * 0x1p-53;
		to[i] = (float)(0.02 * sqrt(-2 * log(u[0])) * cos(6.283185307179586 * u[1]));
	}
	for (size_t i = 0; i < t->count && strstr(t->name, "LayerNorm.weight"); i++)
		to[i] = 1;
}

/* The name that the file has a tensor under: that of the layer which is kept. A file of BertForMaskedLM has
 * the bias of its decoder under one of two names, or both. */
static void name_in(char to[TT_TENSOR_NAME_MAX], const struct tt_params *p, const struct tt_tensors *st,
	const struct tt_train_tensor *t)
{
	const int layer = t->exit                     ? t->exit
			  : t->objective == TT_OF_ALL ? t->depth
						      : 0,
		  from = layer * p->file_layers / p->config.layers;
	const char *rest = t->name + strcspn(t->name, "0123456789");
	snprintf(to, TT_TENSOR_NAME_MAX, "%s", t->name);
	if (layer)
		snprintf(to, TT_TENSOR_NAME_MAX, "%.*s%d%s", (int)(rest - t->name), t->name,
			t->exit ? from : from - 1, rest + strcspn(rest, "."));
	else if (strcmp(to, "cls.predictions.bias") == 0 && !tt_tensors_find(st, to))
		snprintf(to, TT_TENSOR_NAME_MAX, "cls.predictions.decoder.bias");
}

static int read_tensor(struct tt_params *p, const struct tt_train_tensor *t, const struct tt_tensors *st,
	uint64_t seed, struct tt_err *err)
{
	const struct tt_tensor *from = NULL;
	float *to = p->values + t->at;
	char name[TT_TENSOR_NAME_MAX];
	name_in(name, p, st, t);
	if (t->objective != TT_OF_ALL && !tt_tensors_find(st, name)) {
		begin_anew(to, t, seed);
		return TT_OK;
	}
	int rc = tt_tensors_need(&from, st, name, t->rows, t->cols, err);
	if (rc < 0)
		return rc;
	const size_t bad = tt_first_not_finite(from->data, from->dtype, t->count);
	if (bad < t->count)
		return tt_err_set(err, TT_EPARSE, "'%s': tensor '%s': element %zu is not a finite number",
			st->file, from->name, bad);
	tt_widen(to, from->data, from->dtype, t->count);
	return TT_OK;
}

static int read_values(
	struct tt_params *p, const char *dir, const struct tt_params_options *o, struct tt_err *err)
{
	struct tt_tensors *st = NULL;
	int rc = tt_layout_init(&p->layout, &p->config, o->words, err);
	if (rc == TT_OK && !(p->values = calloc(p->layout.n, sizeof(float))))
		rc = out_of_memory(dir, err);
	if (rc == TT_OK)
		rc = tt_tensors_open(&st, dir, err);
	for (size_t i = 0; rc == TT_OK && i < p->layout.n_tensors; i++)
		rc = read_tensor(p, &p->layout.tensors[i], st, o->seed, err);
	tt_tensors_free(st);
	return rc;
}

int tt_params_open(
	struct tt_params **ret, const char *dir, const struct tt_params_options *o, struct tt_err *err)
{
	struct tt_params *p = calloc(1, sizeof(*p));
	int rc = p ? read_config(p, dir, o, err) : out_of_memory(dir, err);
	if (rc == TT_OK)
		rc = read_values(p, dir, o, err);
	if (rc < 0)
		tt_params_free(p);
	else
		*ret = p;
	return rc;
}

void tt_params_free(struct tt_params *p)
{
	if (!p)
		return;
	tt_layout_done(&p->layout);
	free(p->config_text);
	free(p->values);
	free(p);
}

/* ---- writing ---- */

/* Is the tensor part of what stands below "bert" in Hugging Face's form? */
static bool of_bert(const char *name)
{
	static const char *const parts[] = {"embeddings.", "encoder.", "pooler."};
	for (size_t i = 0; i < TT_LEN(parts); i++)
		if (strncmp(name, parts[i], strlen(parts[i])) == 0)
			return true;
	return false;
}

static int write_tensors(const struct tt_params *p, const char *path, enum tt_dtype dtype, struct tt_err *err)
{
	const struct tt_layout *l = &p->layout;
	struct tt_tensor_out *out = calloc(l->n_tensors, sizeof(*out));
	char(*names)[TT_TENSOR_NAME_MAX + 8] = calloc(l->n_tensors, sizeof(*names));
	int rc = out && names ? TT_OK : out_of_memory(path, err);
	for (size_t i = 0; rc == TT_OK && i < l->n_tensors; i++) {
		const struct tt_train_tensor *t = &l->tensors[i];
		snprintf(names[i], sizeof(names[i]), "%s%s", of_bert(t->name) ? "bert." : "", t->name);
		out[i] = (struct tt_tensor_out){names[i], dtype, t->rows, t->cols, p->values + t->at};
	}
	if (rc == TT_OK)
		rc = tt_safetensors_write(path, out, l->n_tensors, err);
	free(names);
	free(out);
	return rc;
}

int tt_params_write(const struct tt_params *p, const char *dir, enum tt_dtype dtype, struct tt_err *err)
{
	char config[TT_PATH_MAX], tensors[TT_PATH_MAX];
	int rc = tt_file_path(config, dir, "config.json", err);
	if (rc == TT_OK)
		rc = tt_file_path(tensors, dir, "model.safetensors", err);
	if (rc == TT_OK)
		rc = tt_file_write(config, tt_str_c(p->config_text), err);
	return rc == TT_OK ? write_tensors(p, tensors, dtype, err) : rc;
}
