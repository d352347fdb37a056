/* settings.c - see settings.h. */
#include "nlp/model/settings.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/buf.h"

enum { SETTINGS_BYTES = 64 << 20 };

const char *const tt_model_settings[] = {"config.json", "tokenizer_config.json", "vocab.txt", NULL};

static int read_file(const char *dir, const char *name, struct tt_buf *out, struct tt_err *err)
{
	char path[4096], piece[65536];
	size_t n;
	int rc = TT_OK;
	if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) >= sizeof(path))
		return tt_err_set(err, TT_ELIMIT, "'%.100s...': the path is too long", dir);
	FILE *f = fopen(path, "rbe");
	if (!f)
		return errno == ENOENT ? TT_OK : tt_err_set(err, TT_EIO, "'%s': %s", path, strerror(errno));
	while (rc == TT_OK && (n = fread(piece, 1, sizeof(piece), f)) > 0)
		rc = tt_buf_add(out, piece, n);
	if (rc < 0)
		tt_err_set(err, rc, "'%s': %s", path, tt_err_text(rc));
	else if (ferror(f))
		rc = tt_err_set(err, TT_EIO, "'%s': %s", path, strerror(errno));
	fclose(f);
	return rc;
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
