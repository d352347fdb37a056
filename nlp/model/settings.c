/* settings.c - see settings.h. */
#include "nlp/model/settings.h"

#include "common/file.h"

enum { SETTINGS_BYTES = 64 << 20 };

const char *const tt_model_settings[] = {"config.json", "tokenizer_config.json", "vocab.txt", NULL};

/* One that is not there counts as empty. */
static int read_file(const char *dir, const char *name, struct tt_buf *out, struct tt_err *err)
{
	char path[TT_PATH_MAX];
	int rc = tt_file_path(path, dir, name, err);
	if (rc == TT_OK)
		rc = tt_file_read(path, out, err);
	return rc == TT_ENOENT ? TT_OK : rc;
}

int tt_model_identity(const char *dir, struct tt_id weights, struct tt_id *ret, struct tt_err *err)
{
	struct tt_id id = weights;
	struct tt_buf text;
	int rc = TT_OK;
	tt_buf_init(&text, SETTINGS_BYTES);
	for (size_t i = 0; rc == TT_OK && tt_model_settings[i]; i++) {
		tt_buf_reset(&text);
		rc = read_file(dir, tt_model_settings[i], &text, err);
		id = TT_ID(((struct tt_str){(const char *)id.b, sizeof(id.b)}),
			tt_str_c(tt_model_settings[i]), tt_buf_view(&text));
	}
	tt_buf_done(&text);
	if (rc == TT_OK)
		*ret = id;
	return rc;
}

int tt_model_files_copy(const char *from, const char *to, const char *const *names, struct tt_err *err)
{
	char path[TT_PATH_MAX];
	struct tt_buf text;
	int rc = TT_OK;
	tt_buf_init(&text, SETTINGS_BYTES);
	for (size_t i = 0; rc == TT_OK && names[i]; i++) {
		tt_buf_reset(&text);
		rc = tt_file_path(path, from, names[i], err);
		if (rc == TT_OK)
			rc = tt_file_read(path, &text, err);
		if (rc == TT_OK)
			rc = tt_file_path(path, to, names[i], err);
		if (rc == TT_OK)
			rc = tt_file_write(path, tt_buf_view(&text), err);
		else if (rc == TT_ENOENT)
			rc = TT_OK;
	}
	tt_buf_done(&text);
	return rc;
}
