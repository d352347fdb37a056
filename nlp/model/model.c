/* model.c - opening a model folder, see classify.h. */
#include "nlp/model/model.h"

#include <stdio.h>
#include <stdlib.h>

static int load_weights(struct tt_model *m, const char *path, enum tt_precision precision, struct tt_err *err)
{
	struct tt_safetensors *st = NULL;
	int rc = tt_safetensors_open(&st, path, err);
	if (rc < 0)
		return rc;
	rc = tt_weights_load(&m->weights, st, &m->config, precision, err);
	if (rc == TT_OK)
		m->facts.hash = TT_ID(tt_safetensors_bytes(st));
	tt_safetensors_free(st);
	return rc;
}

int tt_model_open(struct tt_model **ret, const char *dir, enum tt_precision precision, struct tt_err *err)
{
	char config[4096], weights[4096];
	int rc = tt_isa_check(err);
	if (rc < 0)
		return rc;
	rc = TT_ENOMEM;
	if ((size_t)snprintf(config, sizeof(config), "%s/config.json", dir) >= sizeof(config) ||
		(size_t)snprintf(weights, sizeof(weights), "%s/model.safetensors", dir) >= sizeof(weights))
		return tt_err_set(err, TT_ELIMIT, "'%.100s...': the path is too long", dir);
	struct tt_model *m = calloc(1, sizeof(*m));
	if (!m) {
		tt_err_set(err, TT_ENOMEM, "'%s': out of memory", dir);
		goto out;
	}
	rc = tt_model_config_load(&m->config, config, err);
	if (rc == TT_OK)
		rc = load_weights(m, weights, precision, err);
	if (rc < 0)
		goto out;
	m->facts.parameters = m->weights.parameters;
	m->facts.weight_bytes = (int64_t)m->weights.bytes;
	m->facts.precision = precision;
	m->facts.vocab_size = m->config.vocab;
	m->facts.max_tokens = m->config.positions;
	m->facts.entity_head = m->weights.entity_w != NULL;
	*ret = m;
	m = NULL;
out:
	tt_model_free(m);
	return rc;
}

void tt_model_free(struct tt_model *m)
{
	if (!m)
		return;
	tt_weights_done(&m->weights);
	free(m);
}

const struct tt_model_facts *tt_model_facts(const struct tt_model *m)
{
	return &m->facts;
}
