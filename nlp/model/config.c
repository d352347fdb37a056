/* config.c - see config.h. */
#include "nlp/model/config.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/file.h"
#include "nlp/kernel/gemm.h"

#define OFFSET(field) offsetof(struct tt_model_config, field)

static const struct {
	const char *key;
	size_t offset;
	json_int_t min, max, missing; /* missing < 0: the key is required */
} counts[] = {
	{"vocab_size", OFFSET(vocab), 1, 1 << 24, -1},
	{"max_position_embeddings", OFFSET(positions), 3, 1 << 16, -1},
	{"type_vocab_size", OFFSET(types), 1, 1 << 10, 2},
	{"num_hidden_layers", OFFSET(layers), 1, TT_LAYERS_MAX, -1},
	{"hidden_size", OFFSET(hidden), 1, 1 << 15, -1},
	{"num_attention_heads", OFFSET(heads), 1, 1 << 10, -1},
	{"intermediate_size", OFFSET(intermediate), 1, TT_K_MAX, -1},
};

static const struct {
	const char *key, *want;
	bool required;
} words[] = {
	{"model_type", "bert", true},
	{"hidden_act", "gelu", false},
	{"position_embedding_type", "absolute", false},
};

static int read_counts(struct tt_model_config *c, json_t *root, const char *name, struct tt_err *err)
{
	for (size_t i = 0; i < TT_LEN(counts); i++) {
		json_t *v = json_object_get(root, counts[i].key);
		json_int_t n = v ? json_integer_value(v) : counts[i].missing;
		if (n < 0 && !v)
			return tt_err_set(err, TT_EPARSE, "'%s': %s: missing", name, counts[i].key);
		if ((v && !json_is_integer(v)) || n < counts[i].min || n > counts[i].max)
			return tt_err_set(err, TT_EPARSE,
				"'%s': %s: not a whole number from %" PRId64 " to %" PRId64, name,
				counts[i].key, (int64_t)counts[i].min, (int64_t)counts[i].max);
		*(int *)((char *)c + counts[i].offset) = (int)n;
	}
	if (c->hidden % c->heads)
		return tt_err_set(err, TT_EPARSE,
			"'%s': num_attention_heads: %d does not divide hidden_size %d", name, c->heads,
			c->hidden);
	return TT_OK;
}

static int check_words(json_t *root, const char *name, struct tt_err *err)
{
	for (size_t i = 0; i < TT_LEN(words); i++) {
		json_t *v = json_object_get(root, words[i].key);
		const char *is = json_string_value(v);
		if (!v && !words[i].required)
			continue;
		if (!is || strcmp(is, words[i].want) != 0)
			return tt_err_set(err, TT_EPARSE,
				"'%s': %s: only \"%s\" is supported, this is \"%.60s\"", name, words[i].key,
				words[i].want, is ? is : "(no text)");
	}
	if (json_is_true(json_object_get(root, "is_decoder")))
		return tt_err_set(err, TT_EPARSE, "'%s': is_decoder: only encoders are supported", name);
	return TT_OK;
}

static int read_norm_eps(struct tt_model_config *c, json_t *root, const char *name, struct tt_err *err)
{
	json_t *v = json_object_get(root, "layer_norm_eps");
	double eps = v ? json_number_value(v) : 1e-12;
	if ((v && !json_is_number(v)) || !(eps >= 0 && eps < 1))
		return tt_err_set(err, TT_EPARSE, "'%s': layer_norm_eps: not a number from 0 to 1", name);
	c->norm_eps = (float)eps;
	return TT_OK;
}

/* id2label is the one truth: {"0": "positive", ...}; label2id and num_labels may be absent or follow it. */
static int read_labels(struct tt_model_config *c, json_t *root, const char *name, struct tt_err *err)
{
	json_t *labels = json_object_get(root, "id2label"), *v;
	const char *key;
	unsigned seen = 0, rows = 0;
	if (json_object_size(labels) != TT_LABELS)
		return tt_err_set(err, TT_EPARSE,
			"'%s': id2label: must name three labels: negative, neutral, positive", name);
	json_object_foreach(labels, key, v)
	{
		enum tt_label label;
		int64_t row;
		if (!tt_str_int(tt_str_c(key), 0, TT_LABELS - 1, &row) || (rows & 1u << row))
			return tt_err_set(err, TT_EPARSE,
				"'%s': id2label: key \"%.40s\" is not one of 0, 1, 2", name, key);
		if (!tt_label_parse(tt_str_c(json_string_value(v)), &label) || (seen & 1u << label))
			return tt_err_set(err, TT_EPARSE,
				"'%s': id2label.%d: must be one of negative, neutral, positive, each once; "
				"is \"%.60s\"",
				name, (int)row, json_is_string(v) ? json_string_value(v) : "(no text)");
		c->row_of[label] = (int)row;
		seen |= 1u << label;
		rows |= 1u << row;
	}
	v = json_object_get(root, "num_labels");
	if (v && json_integer_value(v) != TT_LABELS)
		return tt_err_set(
			err, TT_EPARSE, "'%s': num_labels: differs from id2label, which names three", name);
	return TT_OK;
}

static int read_exits(struct tt_model_config *c, json_t *root, const char *name, struct tt_err *err)
{
	json_t *layers = json_object_get(root, "exit_layers"), *v = json_object_get(root, "exit_confidence");
	const double confidence = v ? json_number_value(v) : 1;
	bool good = !layers || json_is_array(layers);
	for (size_t i = 0; good && i < json_array_size(layers); i++) {
		const json_int_t layer = json_integer_value(json_array_get(layers, i)); /* of no number: 0 */
		good = layer > (i ? c->head_layers[i - 1] : 0) && layer < c->layers;
		if (good)
			c->head_layers[c->n_heads++] = (int)layer;
	}
	if (!good)
		return tt_err_set(err, TT_EPARSE,
			"'%s': exit_layers: not a list of ascending whole numbers from 1 to below "
			"num_hidden_layers, %d",
			name, c->layers);
	if (!(confidence > 1.0 / TT_LABELS && confidence <= 1))
		return tt_err_set(err, TT_EPARSE,
			"'%s': exit_confidence: not a probability above 1/3, which the likeliest of three "
			"labels always has",
			name);
	c->head_layers[c->n_heads++] = c->layers;
	c->exit_confidence = (float)confidence;
	return TT_OK;
}

static int read_temperature(float *ret, json_t *root, const char *key, const char *name, struct tt_err *err)
{
	json_t *v = json_object_get(root, key);
	const double t = v ? json_number_value(v) : 1; /* of no number: 0 */
	if (!(t >= 0.01 && t <= 100))
		return tt_err_set(err, TT_EPARSE, "'%s': %s: not a number from 0.01 to 100", name, key);
	*ret = (float)t;
	return TT_OK;
}

int tt_model_config_parse(
	struct tt_model_config *ret, struct tt_str text, const char *name, struct tt_err *err)
{
	struct tt_model_config c = {0};
	json_error_t why;
	json_t *root = json_loadb(text.p ? text.p : "", text.n, JSON_REJECT_DUPLICATES, &why);
	int rc;
	if (!root && json_error_code(&why) == json_error_out_of_memory)
		return tt_err_set(err, TT_ENOMEM, "'%s': out of memory", name);
	if (!root)
		return tt_err_set(err, TT_EPARSE, "'%s':%d:%d: %s", name, why.line, why.column, why.text);
	rc = json_is_object(root) ? TT_OK : tt_err_set(err, TT_EPARSE, "'%s': not a JSON object", name);
	if (rc == TT_OK)
		rc = check_words(root, name, err);
	if (rc == TT_OK)
		rc = read_counts(&c, root, name, err);
	if (rc == TT_OK)
		rc = read_norm_eps(&c, root, name, err);
	if (rc == TT_OK)
		rc = read_labels(&c, root, name, err);
	if (rc == TT_OK)
		rc = read_exits(&c, root, name, err);
	if (rc == TT_OK)
		rc = read_temperature(&c.temperature, root, "temperature", name, err);
	if (rc == TT_OK)
		rc = read_temperature(&c.entity_temperature, root, "entity_temperature", name, err);
	if (rc == TT_OK)
		*ret = c;
	json_decref(root);
	return rc;
}

int tt_model_config_load(struct tt_model_config *ret, const char *path, struct tt_err *err)
{
	struct tt_buf text;
	tt_buf_init(&text, TT_MODEL_CONFIG_MAX);
	int rc = tt_file_read(path, &text, err);
	if (rc == TT_OK)
		rc = tt_model_config_parse(ret, tt_buf_view(&text), path, err);
	tt_buf_done(&text);
	return rc;
}
