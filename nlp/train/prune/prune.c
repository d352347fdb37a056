/* prune.c - see prune.h. */
#include "nlp/train/prune/prune.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/arena.h"
#include "common/file.h"
#include "common/utf8.h"
#include "nlp/model/safetensors_write.h"
#include "nlp/model/widen.h"

enum { COPY_BYTES = 64 << 20 };
#define MEMORY_BYTES ((size_t)1 << 36) /* more than any BERT needs */

struct prune {
	const char *from, *to;
	const struct tt_tokenizer *t;
	const uint8_t *keep;
	size_t before, after; /* pieces */
	struct tt_arena memory;
};

/* ---- what stays ---- */

static bool is_basic(struct tt_str piece)
{
	if (tt_str_starts(piece, TT_STR("[")) && piece.n > 1 && piece.p[piece.n - 1] == ']')
		return true;
	if (piece.n > 2 && tt_str_starts(piece, TT_STR("##")))
		piece = (struct tt_str){piece.p + 2, piece.n - 2};
	return tt_utf8_count(piece) == 1;
}

void tt_prune_keep_basic(const struct tt_tokenizer *t, uint8_t *keep)
{
	for (size_t id = 0; id < tt_tokenizer_vocab_size(t); id++)
		keep[id] |= is_basic(tt_tokenizer_token(t, (int32_t)id));
}

/* The id of a kept piece in the new vocabulary. */
static size_t new_id(const struct prune *p, size_t id)
{
	size_t n = 0;
	for (size_t i = 0; i < id; i++)
		n += p->keep[i];
	return n;
}

/* ---- the files ---- */

static int path_of(char ret[TT_FILE_PATH_BYTES], const char *dir, const char *name, struct tt_err *err)
{
	if (snprintf(ret, TT_FILE_PATH_BYTES, "%s/%s", dir, name) >= TT_FILE_PATH_BYTES)
		return tt_err_set(err, TT_ELIMIT, "%.80s...: the path is too long", dir);
	return TT_OK;
}

static int write_text(const struct prune *p, const char *name, struct tt_str text, struct tt_err *err)
{
	char path[TT_FILE_PATH_BYTES];
	const int rc = path_of(path, p->to, name, err);
	return rc == TT_OK ? tt_file_write(path, text, err) : rc;
}

static int write_vocabulary(const struct prune *p, struct tt_err *err)
{
	struct tt_buf text;
	tt_buf_init(&text, COPY_BYTES);
	for (size_t id = 0; id < p->before; id++)
		if (p->keep[id]) {
			tt_buf_str(&text, tt_tokenizer_token(p->t, (int32_t)id));
			tt_buf_char(&text, '\n');
		}
	const int rc = text.rc == TT_OK ? write_text(p, "vocab.txt", tt_buf_view(&text), err)
					: tt_err_set(err, text.rc, "vocab.txt: %s", tt_err_text(text.rc));
	tt_buf_done(&text);
	return rc;
}

static int add(const char *p, size_t n, void *buf)
{
	return tt_buf_add(buf, p, n) == TT_OK ? 0 : -1;
}

static int write_config(const struct prune *p, struct tt_err *err)
{
	char path[TT_FILE_PATH_BYTES];
	json_error_t why;
	int rc = path_of(path, p->from, "config.json", err);
	json_t *root = rc == TT_OK ? json_load_file(path, JSON_REJECT_DUPLICATES, &why) : NULL;
	if (!root)
		return rc < 0 ? rc : tt_err_set(err, TT_EPARSE, "%s:%d: %s", path, why.line, why.text);
	const json_t *pad = json_object_get(root, "pad_token_id");
	json_object_set_new(root, "vocab_size", json_integer((json_int_t)p->after));
	if (json_is_integer(pad) && json_integer_value(pad) >= 0 &&
		(size_t)json_integer_value(pad) < p->before)
		json_object_set_new(root, "pad_token_id",
			json_integer((json_int_t)new_id(p, (size_t)json_integer_value(pad))));
	struct tt_buf text;
	tt_buf_init(&text, COPY_BYTES);
	if (json_dump_callback(root, add, &text, JSON_INDENT(2) | JSON_REAL_PRECISION(15)) == 0)
		rc = write_text(p, "config.json", tt_buf_view(&text), err);
	else
		rc = tt_err_set(err, TT_ENOMEM, "%s: out of memory", path);
	tt_buf_done(&text);
	json_decref(root);
	return rc;
}

static int copy(const struct prune *p, const char *name, struct tt_err *err)
{
	char path[TT_FILE_PATH_BYTES];
	struct tt_buf text;
	tt_buf_init(&text, COPY_BYTES);
	int rc = path_of(path, p->from, name, err);
	if (rc == TT_OK)
		rc = tt_file_read(path, &text, err);
	if (rc == TT_OK)
		rc = write_text(p, name, text.n ? tt_buf_view(&text) : TT_STR(""), err);
	else if (rc == TT_ENOENT)
		rc = TT_OK;
	tt_buf_done(&text);
	return rc;
}

/* ---- the tensors ---- */

/* Rows are by piece: the embedding, and what a head for words has for each. */
static bool is_by_piece(const struct tt_tensor *t, size_t rows)
{
	const char *name = t->name;
	return t->dims[0] == rows && (strstr(name, "word_embeddings.weight") || strstr(name, "predictions."));
}

static int take(struct prune *p, const struct tt_tensors *all, const struct tt_tensor *t, size_t rows,
	struct tt_tensor_out *ret, struct tt_err *err)
{
	const size_t width = t->dims[0] ? t->count / t->dims[0] : 0, bytes = width * tt_dtype_bytes(t->dtype);
	const bool by_piece = is_by_piece(t, rows);
	const size_t n = by_piece ? p->after : t->dims[0];
	float *to = tt_arena_alloc(&p->memory, (n * width + 1) * sizeof(*to));
	if (!to)
		return tt_err_set(err, TT_ENOMEM, "'%s': out of memory", all->file);
	*ret = (struct tt_tensor_out){t->name, t->dtype, n, t->n_dims == 2 ? width : 0, to};
	if (!by_piece) {
		tt_widen(to, t->data, t->dtype, t->count);
		return TT_OK;
	}
	for (size_t id = 0; id < p->before; id++)
		if (p->keep[id]) {
			tt_widen(to, t->data + id * bytes, t->dtype, width);
			to += width;
		}
	return TT_OK;
}

static int write_tensors(struct prune *p, struct tt_err *err)
{
	char path[TT_FILE_PATH_BYTES];
	struct tt_tensors *all = NULL;
	size_t n = 0;
	int rc = path_of(path, p->to, "model.safetensors", err);
	if (rc == TT_OK)
		rc = tt_tensors_open(&all, p->from, err);
	if (rc < 0)
		return rc;
	const struct tt_tensor *words = tt_tensors_find(all, "embeddings.word_embeddings.weight");
	struct tt_tensor_out *out = tt_arena_zalloc(&p->memory, all->n, sizeof(*out));
	if (!words || words->n_dims != 2 || words->dims[0] < p->before)
		rc = tt_err_set(err, TT_EPARSE, "'%s': no embedding of %zu words", all->file, p->before);
	else if (!out)
		rc = tt_err_set(err, TT_ENOMEM, "'%s': out of memory", all->file);
	for (size_t i = 0; rc == TT_OK && i < all->n; i++) {
		const struct tt_tensor *t = &all->tensors[i];
		if (t->dtype == TT_DTYPE_OTHER) /* position_ids, which say nothing */
			continue;
		rc = t->n_dims == 1 || t->n_dims == 2
			     ? take(p, all, t, words->dims[0], &out[n++], err)
			     : TT_TENSOR_REFUSE(all, t, err, "%zu dimensions", t->n_dims);
	}
	if (rc == TT_OK)
		rc = tt_safetensors_write(path, out, n, err);
	tt_tensors_free(all);
	return rc;
}

static int check_folders(const struct prune *p, struct tt_err *err)
{
	struct stat from, to;
	if (stat(p->from, &from) != 0)
		return tt_err_set(
			err, errno == ENOENT ? TT_ENOENT : TT_EIO, "%s: %s", p->from, strerror(errno));
	if (stat(p->to, &to) != 0)
		return tt_err_set(
			err, errno == ENOENT ? TT_ENOENT : TT_EIO, "%s: %s", p->to, strerror(errno));
	if (from.st_dev == to.st_dev && from.st_ino == to.st_ino)
		return tt_err_set(err, TT_EUSAGE, "%s: is the model's own folder", p->to);
	return TT_OK;
}

int tt_prune(const char *from, const char *to, const struct tt_tokenizer *t, const uint8_t *keep,
	struct tt_err *err)
{
	static const char *const as_they_are[] = {"tokenizer_config.json", "special_tokens_map.json"};
	struct prune p = {.from = from, .to = to, .t = t, .keep = keep, .before = tt_tokenizer_vocab_size(t)};
	p.after = new_id(&p, p.before);
	tt_arena_init(&p.memory, MEMORY_BYTES);
	int rc = check_folders(&p, err);
	if (rc == TT_OK)
		rc = write_tensors(&p, err);
	for (size_t i = 0; rc == TT_OK && i < TT_LEN(as_they_are); i++)
		rc = copy(&p, as_they_are[i], err);
	if (rc == TT_OK)
		rc = write_vocabulary(&p, err);
	if (rc == TT_OK)
		rc = write_config(&p, err);
	tt_arena_done(&p.memory);
	return rc;
}
