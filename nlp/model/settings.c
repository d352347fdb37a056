/* settings.c - see settings.h. */
#include "nlp/model/settings.h"

#include <stdio.h>

#include "common/file.h"

enum { SETTINGS_BYTES = 64 << 20 };

const char *const tt_model_settings[] = {"config.json", "tokenizer_config.json", "vocab.txt", NULL};

/* One that is not there counts as empty. */
static int read_file(const char *dir, const char *name, struct tt_buf *out, struct tt_err *err)
{
	char path[TT_FILE_PATH_BYTES];
	if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) >= sizeof(path))
		return tt_err_set(err, TT_ELIMIT, "%.80s...: the path is too long", dir);
	const int rc = tt_file_read(path, out, err);
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
