/* bench_texts.c - see bench_texts.h. */
#include "bench/bench_texts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/scored.h"
#include "nlp/token/clean.h"

static bool grow(struct bench_texts *t, size_t n_ids)
{
	if (t->n == t->cap) {
		const size_t cap = t->cap ? 2 * t->cap : 1024;
		struct tt_sequence *seqs = realloc(t->seqs, cap * sizeof(*seqs));
		t->seqs = seqs ? seqs : t->seqs;
		int *labels = realloc(t->labels, cap * sizeof(*labels));
		t->labels = labels ? labels : t->labels;
		if (!seqs || !labels)
			return false;
		t->cap = cap;
	}
	if (t->tokens + n_ids > t->ids_cap) {
		const size_t cap = 2 * (t->tokens + n_ids);
		int32_t *ids = realloc(t->ids, cap * sizeof(*ids));
		if (!ids)
			return false;
		t->ids = ids;
		t->ids_cap = cap;
	}
	return true;
}

static int add(struct bench_texts *t, int label, const struct tt_tokens *tokens)
{
	if (!grow(t, tokens->n))
		return TT_ENOMEM;
	memcpy(t->ids + t->tokens, tokens->ids, tokens->n * sizeof(*t->ids));
	t->seqs[t->n] = (struct tt_sequence){.n_ids = tokens->n};
	t->labels[t->n++] = label;
	t->tokens += tokens->n;
	t->labelled += label >= 0;
	return TT_OK;
}

/* The label before the tab, -1 when there is none; *text becomes what is behind it. */
static int label_of(struct tt_str *text)
{
	enum tt_label label;
	struct tt_str rest = *text, first = tt_str_split(&rest, '\t');
	if (!rest.p || !tt_label_parse(first, &label))
		return -1;
	*text = rest;
	return (int)label;
}

int bench_texts_read(struct bench_texts *t, const char *path, const struct tt_tokenizer *tokenizer,
	size_t max_tokens, struct tt_err *err)
{
	int rc = TT_OK;
	char *line = NULL;
	size_t cap = 0;
	struct tt_clean clean;
	struct tt_tokens tokens;
	*t = (struct bench_texts){0};
	tt_clean_init(&clean);
	tt_tokens_init(&tokens);
	FILE *f = fopen(path, "re");
	if (!f)
		rc = tt_err_set(err, TT_EIO, "%s: %s", path, strerror(errno));
	for (ssize_t n; rc == TT_OK && (n = getline(&line, &cap, f)) >= 0;) {
		struct tt_str text = tt_str_trim((struct tt_str){line, (size_t)n});
		const int label = label_of(&text);
		rc = tt_clean_text(&clean, text);
		if (rc == TT_OK)
			rc = tt_tokenizer_encode(tokenizer, clean.text, max_tokens, &tokens);
		if (rc == TT_OK && tokens.n > 2)
			rc = add(t, label, &tokens);
		if (rc < 0)
			tt_err_set(err, rc, "%s: %s", path, tt_err_text(rc));
	}
	if (rc == TT_OK && t->n == 0)
		rc = tt_err_set(err, TT_EPARSE, "%s: no text in it", path);
	int32_t *ids = t->ids;
	for (size_t i = 0; i < t->n; ids += t->seqs[i++].n_ids)
		t->seqs[i].ids = ids;
	if (f)
		fclose(f);
	free(line);
	tt_tokens_done(&tokens);
	tt_clean_done(&clean);
	if (rc < 0)
		bench_texts_done(t);
	return rc;
}

void bench_texts_done(struct bench_texts *t)
{
	free(t->seqs);
	free(t->labels);
	free(t->ids);
	free(t->chunks);
	*t = (struct bench_texts){0};
}

int bench_texts_cut(struct bench_texts *t, size_t texts, size_t tokens, struct tt_err *err)
{
	size_t *chunks = calloc(t->n + 1, sizeof(*chunks)), n_chunks = 0, in_chunk = 0;
	if (!chunks)
		return tt_err_set(err, TT_ENOMEM, "out of memory");
	for (size_t i = 0, first = 0; i < t->n; i++) {
		const size_t n = t->seqs[i].n_ids;
		if (i > first && (texts ? i - first >= texts : in_chunk + n > tokens)) {
			chunks[++n_chunks] = first = i;
			in_chunk = 0;
		}
		in_chunk += n;
	}
	chunks[++n_chunks] = t->n;
	free(t->chunks);
	t->chunks = chunks;
	t->n_chunks = n_chunks;
	return TT_OK;
}

double bench_texts_accuracy(const struct bench_texts *t)
{
	size_t right = 0;
	for (size_t i = 0; i < t->n; i++) {
		const float *x = t->seqs[i].logits;
		int best = 0;
		for (int k = 1; k < TT_LABELS; k++)
			best = x[k] > x[best] ? k : best;
		right += best == t->labels[i];
	}
	return t->labelled ? (double)right / (double)t->labelled : 0;
}
