/* store.c - see store.h. */
#include "nlp/train/eval/store.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/file.h"
#include "nlp/model/config.h"

/* Numbers as people write them, where that changes none; in memory of ours, for tests that let it run out. */
static char *text_of(json_t *root)
{
	static const size_t digits[] = {15, 17};
	char *text = NULL;
	for (size_t i = 0; i < TT_LEN(digits); i++) {
		const size_t flags = JSON_INDENT(2) | JSON_REAL_PRECISION(digits[i]);
		const size_t n = json_dumpb(root, NULL, 0, flags);
		free(text);
		text = n ? malloc(n + 1) : NULL;
		if (!text)
			return NULL;
		text[json_dumpb(root, text, n, flags)] = '\0';
		json_t *again = json_loads(text, 0, NULL);
		const bool same = json_equal(root, again);
		json_decref(again);
		if (same)
			break;
	}
	return text;
}

static int set(json_t *root, const char *key, double value)
{
	return value > 0 ? json_object_set_new(root, key, json_real(value)) : 0;
}

int tt_temperature_store(const char *dir, double item, double entity, struct tt_err *err)
{
	char path[TT_FILE_PATH_BYTES], *text = NULL;
	struct tt_model_config config;
	json_error_t why;
	if (snprintf(path, sizeof(path), "%s/config.json", dir) >= TT_FILE_PATH_BYTES)
		return tt_err_set(err, TT_ELIMIT, "'%.100s...': the path is too long", dir);
	int rc = tt_model_config_load(&config, path, err);
	if (rc < 0)
		return rc;
	json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &why);
	if (!root)
		return tt_err_set(err, TT_EIO, "'%s': %s", path, why.text);
	if (set(root, "temperature", item) != 0 || set(root, "entity_temperature", entity) != 0 ||
		!(text = text_of(root)))
		rc = tt_err_set(err, TT_ENOMEM, "'%s': out of memory", path);
	if (rc == TT_OK)
		rc = tt_model_config_parse(&config, tt_str_c(text), path, err);
	if (rc == TT_OK)
		rc = tt_file_write(path, tt_str_c(text), err);
	free(text);
	json_decref(root);
	return rc;
}
