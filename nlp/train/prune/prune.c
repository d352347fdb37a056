/* prune.c - see prune.h. */
#include "nlp/train/prune/prune.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/arena.h"
#include "common/file.h"
#include "common/utf8.h"
#include "nlp/model/config_edit.h"
#include "nlp/model/safetensors_write.h"
#include "nlp/model/settings.h"
#include "nlp/model/widen.h"

enum { VOCABULARY_BYTES = 64 << 20 };
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

static int write_vocabulary(const struct prune *p, struct tt_err *err)
{
	char path[TT_PATH_MAX];
	struct tt_buf text;
	tt_buf_init(&text, VOCABULARY_BYTES);
	for (size_t id = 0; id < p->before; id++)
		if (p->keep[id]) {
			tt_buf_str(&text, tt_tokenizer_token(p->t, (int32_t)id));
			tt_buf_char(&text, '\n');
		}
	int rc = text.rc == TT_OK ? tt_file_path(path, p->to, "vocab.txt", err)
				  : tt_err_set(err, text.rc, "vocab.txt: %s", tt_err_text(text.rc));
	if (rc == TT_OK)
		rc = tt_file_write(path, tt_buf_view(&text), err);
	tt_buf_done(&text);
	return rc;
}

static int write_config(const struct prune *p, struct tt_err *err)
{
	json_t *root;
	int rc = tt_model_config_read(&root, p->from, err);
	if (rc < 0)
		return rc;
	const json_t *pad = json_object_get(root, "pad_token_id");
	const json_int_t id = json_integer_value(pad);
	int bad = json_object_set_new(root, "vocab_size", json_integer((json_int_t)p->after));
	if (json_is_integer(pad) && id >= 0 && (size_t)id < p->before)
		bad |= json_object_set_new(
			root, "pad_token_id", json_integer((json_int_t)new_id(p, (size_t)id)));
	rc = bad ? tt_err_set(err, TT_ENOMEM, "%s/config.json: out of memory", p->to)
		 : tt_model_config_write(root, p->to, err);
	json_decref(root);
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
	char path[TT_PATH_MAX];
	struct tt_tensors *all = NULL;
	size_t n = 0;
	int rc = tt_file_path(path, p->to, "model.safetensors", err);
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
	static const char *const as_they_are[] = {"tokenizer_config.json", "special_tokens_map.json", NULL};
	struct prune p = {.from = from, .to = to, .t = t, .keep = keep, .before = tt_tokenizer_vocab_size(t)};
	p.after = new_id(&p, p.before);
	tt_arena_init(&p.memory, MEMORY_BYTES);
	int rc = check_folders(&p, err);
	if (rc == TT_OK)
		rc = write_tensors(&p, err);
	if (rc == TT_OK)
		rc = tt_model_files_copy(from, to, as_they_are, err);
	if (rc == TT_OK)
		rc = write_vocabulary(&p, err);
	if (rc == TT_OK)
		rc = write_config(&p, err);
	tt_arena_done(&p.memory);
	return rc;
}
