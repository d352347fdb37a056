/* model.c - opening a model folder, see classify.h. */
#include "nlp/model/model.h"

#include <stdlib.h>

#include "common/file.h"

struct tt_model_files {
	struct tt_model_config config;
	struct tt_tensors *tensors;
	struct tt_id hash; /* of the tensors' file */
};

int tt_model_files_open(struct tt_model_files **ret, const char *dir, struct tt_err *err)
{
	char config[TT_PATH_MAX];
	int rc = tt_isa_check(err);
	if (rc == TT_OK)
		rc = tt_file_path(config, dir, "config.json", err);
	if (rc < 0)
		return rc;
	struct tt_model_files *f = calloc(1, sizeof(*f));
	if (!f)
		return tt_err_set(err, TT_ENOMEM, "'%s': out of memory", dir);
	rc = tt_model_config_load(&f->config, config, err);
	if (rc == TT_OK)
		rc = tt_tensors_open(&f->tensors, dir, err);
	if (rc < 0) {
		tt_model_files_close(f);
		return rc;
	}
	f->hash = TT_ID(f->tensors->bytes);
	*ret = f;
	return TT_OK;
}

void tt_model_files_close(struct tt_model_files *f)
{
	if (f)
		tt_tensors_free(f->tensors);
	free(f);
}

int tt_model_read(struct tt_model **ret, const struct tt_model_files *f, enum tt_precision precision,
	const struct tt_model *like, struct tt_err *err)
{
	struct tt_model *m = calloc(1, sizeof(*m));
	if (!m)
		return tt_err_set(err, TT_ENOMEM, "'%s': out of memory", f->tensors->file);
	m->config = f->config;
	int rc = tt_weights_load(
		&m->weights, f->tensors, &m->config, precision, like ? like->weights.word : NULL, err);
	if (rc < 0) {
		free(m);
		return rc;
	}
	m->facts = (struct tt_model_facts){.hash = f->hash,
		.parameters = m->weights.parameters,
		.weight_bytes = (int64_t)m->weights.bytes,
		.precision = precision,
		.vocab_size = m->config.vocab,
		.max_tokens = m->config.positions,
		.layers = m->config.layers,
		.entity_head = m->weights.heads[0].entity_w != NULL,
		.temperature = m->config.temperature,
		.entity_temperature = m->config.entity_temperature};
	m->exit_confidence = 1;
	*ret = m;
	return TT_OK;
}

int tt_model_open(struct tt_model **ret, const char *dir, enum tt_precision precision, struct tt_err *err)
{
	struct tt_model_files *f = NULL;
	int rc = tt_model_files_open(&f, dir, err);
	if (rc == TT_OK)
		rc = tt_model_read(ret, f, precision, NULL, err);
	tt_model_files_close(f);
	return rc;
}

void tt_model_exit_at(struct tt_model *m, double confidence)
{
	m->exit_confidence = confidence > 0 ? (float)confidence : m->config.exit_confidence;
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
