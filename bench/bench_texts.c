/* bench_texts.c - see bench_texts.h. */
#include "bench/bench_texts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/scored.h"

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
	*t = (struct bench_texts){0};
	tt_bench_texts_init(&t->all, tokenizer, max_tokens);
	FILE *f = fopen(path, "re");
	if (!f)
		rc = tt_err_set(err, TT_EIO, "%s: %s", path, strerror(errno));
	for (ssize_t n; rc == TT_OK && (n = getline(&line, &cap, f)) >= 0;) {
		struct tt_str text = tt_str_trim((struct tt_str){line, (size_t)n});
		const int label = label_of(&text);
		rc = tt_bench_texts_add(&t->all, text, label);
		if (rc < 0)
			tt_err_set(err, rc, "%s: %s", path, tt_err_text(rc));
	}
	if (rc == TT_OK && t->all.n == 0)
		rc = tt_err_set(err, TT_EPARSE, "%s: no text in it", path);
	tt_bench_texts_end(&t->all);
	if (f)
		fclose(f);
	free(line);
	if (rc < 0)
		bench_texts_done(t);
	return rc;
}

void bench_texts_done(struct bench_texts *t)
{
	tt_bench_texts_done(&t->all);
	free(t->chunks);
	*t = (struct bench_texts){0};
}

int bench_texts_cut(struct bench_texts *t, size_t texts, size_t tokens, struct tt_err *err)
{
	size_t *chunks = calloc(t->all.n + 1, sizeof(*chunks)), n_chunks = 0, in_chunk = 0;
	if (!chunks)
		return tt_err_set(err, TT_ENOMEM, "out of memory");
	for (size_t i = 0, first = 0; i < t->all.n; i++) {
		const size_t n = t->all.seqs[i].n_ids;
		if (i > first && (texts ? i - first >= texts : in_chunk + n > tokens)) {
			chunks[++n_chunks] = first = i;
			in_chunk = 0;
		}
		in_chunk += n;
	}
	chunks[++n_chunks] = t->all.n;
	free(t->chunks);
	t->chunks = chunks;
	t->n_chunks = n_chunks;
	return TT_OK;
}
