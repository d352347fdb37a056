/* facts.c - see facts.h. */
#include "app/model/facts.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/paths.h"
#include "common/file.h"

enum { FIGURES_BYTES = 16 << 20, DIGEST = 32 };

static int fail_io(const char *path, struct tt_err *err)
{
	return tt_err_set(err, errno == ENOENT ? TT_ENOENT : TT_EIO, "%s: %s", path, strerror(errno));
}

/* {"sha256", "bytes"} of what f reads. */
static int digest(FILE *f, const char *path, json_t **ret, struct tt_err *err)
{
	unsigned char piece[65536], hash[DIGEST];
	char hex[2 * DIGEST + 1];
	int64_t bytes = 0;
	size_t n;
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	bool fine = md && EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1;
	for (; fine && (n = fread(piece, 1, sizeof(piece), f)) > 0; bytes += (int64_t)n)
		fine = EVP_DigestUpdate(md, piece, n) == 1;
	bool read = !ferror(f);
	fine = fine && EVP_DigestFinal_ex(md, hash, NULL) == 1;
	EVP_MD_CTX_free(md);
	if (!read)
		return fail_io(path, err);
	for (size_t i = 0; fine && i < DIGEST; i++)
		snprintf(hex + 2 * i, 3, "%02x", hash[i]);
	*ret = fine ? json_pack("{s:s, s:I}", "sha256", hex, "bytes", (json_int_t)bytes) : NULL;
	return *ret ? TT_OK : tt_err_set(err, TT_ENOMEM, "%s: %s", path, tt_err_text(TT_ENOMEM));
}

/* Adds the file, unless it is none and only files are looked for. */
static int add_file(json_t *all, const char *path, bool skip_others, struct tt_err *err)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	struct stat st;
	json_t *one = NULL;
	if (stat(path, &st) != 0)
		return fail_io(path, err);
	if (!S_ISREG(st.st_mode))
		return skip_others ? TT_OK : tt_err_set(err, TT_EIO, "%s: not a file", path);
	if (json_object_get(all, name))
		return tt_err_set(err, TT_EUSAGE, "%s: another file is named %s, too", path, name);
	FILE *f = fopen(path, "rbe");
	if (!f)
		return fail_io(path, err);
	int rc = digest(f, path, &one, err);
	fclose(f);
	if (rc == TT_OK && json_object_set_new(all, name, one) != 0) /* a name that is not UTF-8, or memory */
		rc = tt_err_set(err, TT_EPARSE, "%s: the name cannot be stored", path);
	return rc;
}

/* Frees json. */
static int put(json_t *json, int rc, struct tt_buf *out, struct tt_err *err)
{
	char *text = rc == TT_OK && json ? json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
	if (rc == TT_OK)
		rc = text ? tt_buf_str(out, tt_str_c(text)) : TT_ENOMEM;
	if (rc < 0 && text)
		rc = tt_err_set(err, rc, "model: %s", tt_err_text(rc));
	free(text);
	json_decref(json);
	return rc;
}

int tt_facts_of_folder(const char *dir, struct tt_buf *out, struct tt_err *err)
{
	char path[TT_PATH_MAX];
	DIR *d = opendir(dir);
	json_t *all = json_object();
	int rc = !d    ? fail_io(dir, err)
		 : all ? TT_OK
		       : tt_err_set(err, TT_ENOMEM, "%s: %s", dir, tt_err_text(TT_ENOMEM));
	for (struct dirent *e; rc == TT_OK && (e = readdir(d));)
		if ((rc = tt_file_path(path, dir, e->d_name, err)) == TT_OK)
			rc = add_file(all, path, true, err);
	if (d)
		closedir(d);
	return put(all, rc, out, err);
}

int tt_facts_of_files(char *const *paths, int n, struct tt_buf *out, struct tt_err *err)
{
	json_t *all = json_object();
	int rc = all ? TT_OK : tt_err_set(err, TT_ENOMEM, "model: %s", tt_err_text(TT_ENOMEM));
	for (int i = 0; rc == TT_OK && i < n; i++)
		rc = add_file(all, paths[i], false, err);
	return put(all, rc, out, err);
}

int tt_facts_figures(const char *path, struct tt_buf *out, struct tt_err *err)
{
	struct tt_buf text;
	json_error_t bad;
	json_t *json = NULL;
	tt_buf_init(&text, FIGURES_BYTES);
	int rc = tt_file_read(path, &text, err);
	if (rc == TT_OK && !(json = json_loadb(text.n ? text.p : "", text.n, JSON_REJECT_DUPLICATES, &bad)))
		rc = tt_err_set(err, TT_EPARSE, "%s:%d:%d: %s", path, bad.line, bad.column, bad.text);
	if (rc == TT_OK && !json_is_object(json))
		rc = tt_err_set(err, TT_EPARSE, "%s: want a JSON object", path);
	tt_buf_done(&text);
	return put(json, rc, out, err);
}
