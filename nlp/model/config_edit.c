/* config_edit.c - see config_edit.h. */
#include "nlp/model/config_edit.h"

#include <stdlib.h>

#include "common/file.h"

int tt_model_config_read(json_t **ret, const char *dir, struct tt_err *err)
{
	char path[TT_PATH_MAX];
	struct tt_buf text;
	json_error_t why;
	int rc = tt_file_path(path, dir, "config.json", err);
	if (rc < 0)
		return rc;
	tt_buf_init(&text, TT_MODEL_CONFIG_MAX);
	rc = tt_file_read(path, &text, err);
	*ret = rc == TT_OK ? json_loadb(text.p ? text.p : "", text.n, JSON_REJECT_DUPLICATES, &why) : NULL;
	if (rc == TT_OK && !*ret)
		rc = tt_err_set(err, TT_EPARSE, "'%s':%d:%d: %s", path, why.line, why.column, why.text);
	else if (rc == TT_OK && !json_is_object(*ret))
		rc = tt_err_set(err, TT_EPARSE, "'%s': not a JSON object", path);
	tt_buf_done(&text);
	if (rc < 0) {
		json_decref(*ret);
		*ret = NULL;
	}
	return rc;
}

/* Numbers as people write them, where that changes none. In memory of ours: jansson's own goes by another
 * allocator's rules. */
static char *text_of(const json_t *root)
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

int tt_model_config_text(
	char **ret, const json_t *root, const char *dir, struct tt_model_config *of, struct tt_err *err)
{
	char path[TT_PATH_MAX];
	struct tt_model_config config;
	int rc = tt_file_path(path, dir, "config.json", err);
	if (rc < 0)
		return rc;
	char *text = text_of(root);
	if (!text)
		return tt_err_set(err, TT_ENOMEM, "'%s': out of memory", path);
	rc = tt_model_config_parse(of ? of : &config, tt_str_c(text), path, err);
	if (rc < 0)
		free(text);
	else
		*ret = text;
	return rc;
}

int tt_model_config_write(const json_t *root, const char *dir, struct tt_err *err)
{
	char path[TT_PATH_MAX], *text;
	int rc = tt_file_path(path, dir, "config.json", err);
	if (rc == TT_OK)
		rc = tt_model_config_text(&text, root, dir, NULL, err);
	if (rc < 0)
		return rc;
	rc = tt_file_write(path, tt_str_c(text), err);
	free(text);
	return rc;
}
