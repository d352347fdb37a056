/* tokenizer.c - see tokenizer.h: words from normalize.h, cut into the vocabulary's pieces. */
#include "nlp/token/tokenizer.h"

#include <stdlib.h>

#include "common/file.h"
#include "common/utf8.h"
#include "nlp/token/normalize.h"
#include "nlp/token/tokenizer_conf.h"
#include "nlp/token/vocab.h"

struct tt_tokenizer {
	struct tt_vocab vocab;
	struct tt_normalizer norm;
	int32_t unk, cls, sep;
};

struct encoding {
	const struct tt_tokenizer *t;
	struct tt_tokens *out;
	size_t limit; /* tokens before [SEP]; one more is enough to know that the text is cut */
	int rc;
};

static int find_special(
	const struct tt_vocab *v, const char *path, const char *name, int32_t *ret, struct tt_err *err)
{
	*ret = tt_vocab_find(v, tt_str_c(name));
	if (*ret < 0)
		return tt_err_set(
			err, TT_EPARSE, "%s:%zu: the vocabulary ends without the token %s", path, v->n, name);
	return TT_OK;
}

int tt_tokenizer_open(struct tt_tokenizer **ret, const char *dir, struct tt_err *err)
{
	char conf_path[TT_PATH_MAX], vocab_path[TT_PATH_MAX];
	struct tt_tokenizer_conf conf;
	int rc;
	struct tt_tokenizer *t = calloc(1, sizeof(*t));
	if (!t)
		return tt_err_set(err, TT_ENOMEM, "%s: out of memory", dir);
	rc = tt_file_path(conf_path, dir, "tokenizer_config.json", err);
	if (rc == TT_OK)
		rc = tt_file_path(vocab_path, dir, "vocab.txt", err);
	if (rc == TT_OK)
		rc = tt_tokenizer_conf_load(&conf, conf_path, err);
	if (rc < 0)
		goto out;
	rc = tt_vocab_open(&t->vocab, vocab_path, err);
	if (rc < 0)
		goto out;
	rc = find_special(&t->vocab, vocab_path, conf.unk, &t->unk, err);
	if (rc == TT_OK)
		rc = find_special(&t->vocab, vocab_path, conf.cls, &t->cls, err);
	if (rc == TT_OK)
		rc = find_special(&t->vocab, vocab_path, conf.sep, &t->sep, err);
	if (rc < 0)
		goto out;
	tt_normalizer_init(&t->norm, conf.lower, conf.strip, conf.chinese);
	*ret = t, t = NULL;
out:
	tt_tokenizer_free(t);
	return rc;
}

void tt_tokenizer_free(struct tt_tokenizer *t)
{
	if (!t)
		return;
	tt_vocab_done(&t->vocab);
	free(t);
}

size_t tt_tokenizer_vocab_size(const struct tt_tokenizer *t)
{
	return t->vocab.n;
}

struct tt_str tt_tokenizer_token(const struct tt_tokenizer *t, int32_t id)
{
	return id >= 0 && (size_t)id < t->vocab.n ? t->vocab.tokens[id] : (struct tt_str){NULL, 0};
}

int32_t tt_tokenizer_cls(const struct tt_tokenizer *t)
{
	return t->cls;
}

int32_t tt_tokenizer_sep(const struct tt_tokenizer *t)
{
	return t->sep;
}

static int reserve(struct tt_tokens *t, size_t more)
{
	size_t cap = t->cap ? t->cap : 64;
	if (t->n + more <= t->cap)
		return TT_OK;
	while (cap < t->n + more)
		cap *= 2;
	int32_t *ids = realloc(t->ids, cap * sizeof(*ids));
	if (!ids)
		return TT_ENOMEM;
	t->ids = ids;
	struct tt_span *spans = realloc(t->spans, cap * sizeof(*spans));
	if (!spans)
		return TT_ENOMEM;
	t->spans = spans;
	t->cap = cap;
	return TT_OK;
}

static inline void add(struct tt_tokens *t, int32_t id, struct tt_span span)
{
	t->ids[t->n] = id;
	t->spans[t->n++] = span;
}

/* Greedy, longest piece first; one failure makes the whole word [UNK]. */
static bool encode_word(void *ctx, const struct tt_word *w)
{
	struct encoding *e = ctx;
	struct tt_tokens *out = e->out;
	size_t mark = out->n, len = 0;
	e->rc = reserve(out, w->n + 1); /* the pieces, at most one a byte, or [UNK] */
	if (e->rc < 0)
		return false;
	bool whole = w->chars > TT_WORD_CHARS;
	for (size_t at = 0; at < w->n && !whole; at += len) {
		struct tt_str rest = {w->bytes + at, w->n - at};
		int32_t id = tt_vocab_longest(&e->t->vocab, at == 0, rest, &len);
		whole = id < 0;
		if (!whole)
			add(out, id, (struct tt_span){w->origin[at].start, w->origin[at + len - 1].end});
	}
	if (whole) {
		out->n = mark;
		add(out, e->t->unk, w->whole);
	}
	return out->n <= e->limit;
}

int tt_tokenizer_encode(
	const struct tt_tokenizer *t, struct tt_str text, size_t max_tokens, struct tt_tokens *out)
{
	struct encoding e = {t, out, SIZE_MAX, TT_OK};
	if (max_tokens)
		e.limit = max_tokens > 2 ? max_tokens - 1 : 1;
	out->n = 0;
	out->cut = false;
	if (text.n >= TT_TEXT_MAX)
		return TT_ELIMIT;
	e.rc = reserve(out, 2);
	if (e.rc == TT_OK) {
		add(out, t->cls, (struct tt_span){0, 0});
		tt_normalize(&t->norm, text, encode_word, &e);
	}
	if (out->n > e.limit) {
		out->n = e.limit;
		out->cut = true;
	}
	if (e.rc == TT_OK)
		e.rc = reserve(out, 1);
	if (e.rc < 0) {
		out->n = 0;
		return e.rc;
	}
	add(out, t->sep, (struct tt_span){0, 0});
	return TT_OK;
}

void tt_tokens_init(struct tt_tokens *t)
{
	*t = (struct tt_tokens){0};
}

void tt_tokens_done(struct tt_tokens *t)
{
	free(t->ids);
	free(t->spans);
	tt_tokens_init(t);
}

/* Byte offsets that never fall, one after the other, to code points. */
struct counter {
	struct tt_str text;
	size_t byte, code_points;
};

static uint32_t count_to(struct counter *c, uint32_t byte)
{
	for (size_t len; c->byte < byte; c->byte += len, c->code_points++)
		tt_utf8_decode(c->text, c->byte, &len);
	return (uint32_t)c->code_points;
}

void tt_tokens_to_code_points(struct tt_tokens *t, struct tt_str text)
{
	struct counter starts = {text, 0, 0}, ends = {text, 0, 0};
	for (size_t i = 1; i + 1 < t->n; i++) {
		t->spans[i].start = count_to(&starts, t->spans[i].start);
		t->spans[i].end = count_to(&ends, t->spans[i].end);
	}
}
