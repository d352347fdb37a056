/* tokenizer_conf.c - see tokenizer_conf.h. */
#include "nlp/token/tokenizer_conf.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* null means "not given" to the reference. */
static int get_bool(const json_t *root, const char *path, const char *key, bool *ret, struct tt_err *err)
{
	const json_t *v = json_object_get(root, key);
	if (!v || json_is_null(v))
		return TT_OK;
	if (!json_is_boolean(v))
		return tt_err_set(err, TT_EPARSE, "%s: %s: want true or false", path, key);
	*ret = json_is_true(v);
	return TT_OK;
}

/* "[CLS]" or {"content": "[CLS]", ...} */
static int get_token(
	const json_t *root, const char *path, const char *key, char ret[TT_SPECIAL_MAX], struct tt_err *err)
{
	const json_t *v = json_object_get(root, key);
	if (!v || json_is_null(v))
		return TT_OK;
	const char *name = json_string_value(json_is_object(v) ? json_object_get(v, "content") : v);
	if (!name || !*name || strlen(name) >= TT_SPECIAL_MAX)
		return tt_err_set(err, TT_EPARSE, "%s: %s: want a token's name, under %d bytes", path, key,
			TT_SPECIAL_MAX);
	memcpy(ret, name, strlen(name) + 1);
	return TT_OK;
}

int tt_tokenizer_conf_load(struct tt_tokenizer_conf *ret, const char *path, struct tt_err *err)
{
	struct tt_tokenizer_conf c = {true, true, true, "[UNK]", "[CLS]", "[SEP]"};
	json_error_t bad;
	json_t *root;
	int rc = TT_OK;
	if (access(path, F_OK) != 0) {
		*ret = c;
		return TT_OK;
	}
	root = json_load_file(path, JSON_REJECT_DUPLICATES, &bad);
	if (!root)
		return tt_err_set(err, TT_EPARSE, "%s:%d:%d: %s", path, bad.line, bad.column, bad.text);
	if (!json_is_object(root))
		rc = tt_err_set(err, TT_EPARSE, "%s: want a JSON object", path);
	if (rc == TT_OK)
		rc = get_bool(root, path, "do_lower_case", &c.lower, err);
	c.strip = c.lower;
	if (rc == TT_OK)
		rc = get_bool(root, path, "strip_accents", &c.strip, err);
	if (rc == TT_OK)
		rc = get_bool(root, path, "tokenize_chinese_chars", &c.chinese, err);
	if (rc == TT_OK)
		rc = get_token(root, path, "unk_token", c.unk, err);
	if (rc == TT_OK)
		rc = get_token(root, path, "cls_token", c.cls, err);
	if (rc == TT_OK)
		rc = get_token(root, path, "sep_token", c.sep, err);
	json_decref(root);
	if (rc == TT_OK)
		*ret = c;
	return rc;
}
