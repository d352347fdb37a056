/* vocab.c - see vocab.h. */
#include "nlp/token/vocab.h"

#include <stdlib.h>
#include <string.h>

#include "common/file.h"
#include "common/utf8.h"
#include "nlp/token/normalize.h"

enum {
	FILE_MAX_BYTES = 64 << 20,
	KEY_MAX_BYTES =
		TT_WORD_BYTES + 2, /* "##" and a whole word; longer tokens can never be found in a text */
};

/* The reference drops white space at the end of a line. A token of nothing but white space keeps its id and
 * is never found. */
static struct tt_str token_of(struct tt_str line)
{
	size_t n = line.n;
	while (n > 0 && strchr(" \t\r", line.p[n - 1]))
		n--;
	return n ? (struct tt_str){line.p, n} : line;
}

static int split_lines(struct tt_vocab *v, const char *path, struct tt_err *err)
{
	struct tt_str rest = tt_buf_view(&v->text);
	size_t lines = 1;
	if (rest.n && rest.p[rest.n - 1] == '\n')
		rest.n--;
	if (rest.n == 0)
		return tt_err_set(err, TT_EPARSE, "%s: no tokens in it", path);
	for (size_t i = 0; i < rest.n; i++)
		lines += rest.p[i] == '\n';
	v->tokens = calloc(lines, sizeof(*v->tokens));
	if (!v->tokens)
		return tt_err_set(err, TT_ENOMEM, "%s: out of memory", path);
	while (v->n < lines) {
		struct tt_str token = token_of(tt_str_split(&rest, '\n'));
		if (token.n == 0)
			return tt_err_set(err, TT_EPARSE, "%s:%zu: empty line, want a token", path, v->n + 1);
		if (!tt_utf8_valid(token))
			return tt_err_set(err, TT_EPARSE, "%s:%zu: the token is not UTF-8", path, v->n + 1);
		v->tokens[v->n++] = token;
	}
	return TT_OK;
}

static int by_bytes(const void *a, const void *b)
{
	const struct tt_trie_key *x = a, *y = b;
	int d = memcmp(x->key.p, y->key.p, x->key.n < y->key.n ? x->key.n : y->key.n);
	if (d == 0)
		d = (x->key.n > y->key.n) - (x->key.n < y->key.n);
	return d ? d : (x->value > y->value) - (x->value < y->value);
}

static int build_trie(struct tt_vocab *v, const char *path, struct tt_err *err)
{
	int rc;
	size_t n = 0;
	struct tt_trie_key *keys = calloc(v->n, sizeof(*keys));
	if (!keys)
		return tt_err_set(err, TT_ENOMEM, "%s: out of memory", path);
	for (size_t i = 0; i < v->n; i++)
		keys[i] = (struct tt_trie_key){v->tokens[i], (int32_t)i};
	qsort(keys, v->n, sizeof(*keys), by_bytes);
	for (size_t i = 0; i < v->n; i++) {
		if (i > 0 && tt_str_eq(keys[i].key, keys[i - 1].key)) {
			rc = tt_err_set(err, TT_EPARSE, "%s:%d: token '%.*s' stands in line %d already", path,
				keys[i].value + 1, TT_FMT(keys[i].key), keys[i - 1].value + 1);
			goto out;
		}
	}
	for (size_t i = 0; i < v->n; i++)
		if (keys[i].key.n <= KEY_MAX_BYTES)
			keys[n++] = keys[i];
	rc = tt_trie_build(&v->trie, keys, n);
	if (rc < 0)
		tt_err_set(err, rc, "%s: %s", path, tt_err_text(rc));
out:
	free(keys);
	return rc;
}

int tt_vocab_open(struct tt_vocab *ret, const char *path, struct tt_err *err)
{
	struct tt_vocab v = {0};
	tt_buf_init(&v.text, FILE_MAX_BYTES);
	int rc = tt_file_read(path, &v.text, err);
	if (rc == TT_OK)
		rc = split_lines(&v, path, err);
	if (rc == TT_OK)
		rc = build_trie(&v, path, err);
	if (rc < 0) {
		tt_vocab_done(&v);
		return rc;
	}
	v.continued = tt_trie_walk(&v.trie, TT_STR("##"));
	*ret = v;
	return TT_OK;
}

void tt_vocab_done(struct tt_vocab *v)
{
	tt_trie_done(&v->trie);
	free(v->tokens);
	tt_buf_done(&v->text);
	*v = (struct tt_vocab){0};
}

int32_t tt_vocab_find(const struct tt_vocab *v, struct tt_str token)
{
	int32_t state = tt_trie_walk(&v->trie, token);
	return state < 0 ? -1 : v->trie.cells[state].value;
}

int32_t tt_vocab_longest(const struct tt_vocab *v, bool start, struct tt_str rest, size_t *len)
{
	int32_t state = start ? TT_TRIE_ROOT : v->continued;
	return state < 0 ? -1 : tt_trie_longest(&v->trie, state, rest, len);
}
