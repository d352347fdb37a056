/* store.c - see store.h. */
#include "nlp/train/eval/store.h"

#include "nlp/model/config_edit.h"

static int set(json_t *root, const char *key, double value)
{
	return value > 0 ? json_object_set_new(root, key, json_real(value)) : 0;
}

int tt_temperature_store(const char *dir, double item, double entity, struct tt_err *err)
{
	json_t *root;
	int rc = tt_model_config_read(&root, dir, err);
	if (rc < 0)
		return rc;
	if (set(root, "temperature", item) != 0 || set(root, "entity_temperature", entity) != 0)
		rc = tt_err_set(err, TT_ENOMEM, "'%s/config.json': out of memory", dir);
	if (rc == TT_OK)
		rc = tt_model_config_write(root, dir, err);
	json_decref(root);
	return rc;
}
