/* texts.c - see texts.h. */
#include "app/bench/texts.h"

#include <stdlib.h>
#include <string.h>

#include "app/score/rows.h"

enum { EMPTY_TOKENS = 2 /* [CLS] [SEP] */, ROW_MEMORY = 64 << 20 };

void tt_bench_texts_init(struct tt_bench_texts *t, const struct tt_tokenizer *tokenizer, size_t max_tokens)
{
	*t = (struct tt_bench_texts){.tokenizer = tokenizer, .max_tokens = max_tokens};
	tt_clean_init(&t->clean);
	tt_tokens_init(&t->buffer);
}

void tt_bench_texts_done(struct tt_bench_texts *t)
{
	if (t->tokenizer) {
		tt_tokens_done(&t->buffer);
		tt_clean_done(&t->clean);
	}
	free(t->seqs);
	free(t->labels);
	free(t->ids);
	*t = (struct tt_bench_texts){0};
}

static bool grow(struct tt_bench_texts *t, size_t n_ids)
{
	if (t->n == t->cap) {
		const size_t cap = t->cap ? 2 * t->cap : 1024;
		struct tt_sequence *seqs = realloc(t->seqs, cap * sizeof(*seqs));
		if (!seqs)
			return false;
		t->seqs = seqs;
		int *labels = realloc(t->labels, cap * sizeof(*labels));
		if (!labels)
			return false;
		t->labels = labels;
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

int tt_bench_texts_add(struct tt_bench_texts *t, struct tt_str text, int label)
{
	int rc = tt_clean_text(&t->clean, text);
	if (rc == TT_OK)
		rc = tt_tokenizer_encode(t->tokenizer, t->clean.text, t->max_tokens, &t->buffer);
	if (rc < 0)
		return rc;
	const size_t n = t->buffer.n;
	t->seen++;
	if (n <= EMPTY_TOKENS)
		return TT_OK;
	if (!grow(t, n))
		return TT_ENOMEM;
	memcpy(t->ids + t->tokens, t->buffer.ids, n * sizeof(*t->ids));
	t->seqs[t->n] = (struct tt_sequence){.n_ids = n};
	t->labels[t->n++] = label;
	t->tokens += n;
	t->labelled += label >= 0;
	return TT_OK;
}

void tt_bench_texts_end(struct tt_bench_texts *t)
{
	const int32_t *ids = t->ids;
	for (size_t i = 0; i < t->n; ids += t->seqs[i++].n_ids)
		t->seqs[i].ids = ids;
}

/* ---- each once, and not too many ---- */

struct known {
	struct tt_id id;
	size_t at;
};

static int by_id(const void *a, const void *b)
{
	const struct known *x = a, *y = b;
	const int order = memcmp(&x->id, &y->id, sizeof(x->id));
	return order ? order : (x->at > y->at) - (x->at < y->at);
}

/* Marks texts that came before by n_ids 0. Returns how many are left. */
static int mark_repeated(struct tt_bench_texts *t, size_t *left)
{
	struct known *all = malloc((t->n + 1) * sizeof(*all));
	if (!all)
		return TT_ENOMEM;
	for (size_t i = 0; i < t->n; i++)
		all[i] = (struct known){TT_ID(((struct tt_str){(const char *)t->seqs[i].ids,
						t->seqs[i].n_ids * sizeof(*t->ids)})),
			i};
	qsort(all, t->n, sizeof(*all), by_id);
	*left = t->n;
	for (size_t i = 1; i < t->n; i++)
		if (tt_id_eq(all[i - 1].id, all[i].id)) {
			t->seqs[all[i].at].n_ids = 0;
			--*left;
		}
	free(all);
	return TT_OK;
}

/* Keeps at most `most` of the `left` texts that are not marked. */
static void keep_evenly(struct tt_bench_texts *t, size_t left, size_t most)
{
	const size_t n = t->n;
	size_t met = 0;
	t->n = t->tokens = t->labelled = 0;
	for (size_t i = 0; i < n; i++) {
		if (!t->seqs[i].n_ids)
			continue;
		const size_t at = met++;
		if (left > most && (at + 1) * most / left == at * most / left)
			continue;
		t->seqs[t->n] = t->seqs[i];
		t->labels[t->n] = t->labels[i];
		t->tokens += t->seqs[i].n_ids;
		t->labelled += t->labels[i] >= 0;
		t->n++;
	}
}

int tt_bench_texts_read(
	struct tt_bench_texts *t, const char *path, int format, size_t most, struct tt_err *err)
{
	struct tt_rows *rows = NULL;
	struct tt_arena arena;
	size_t left = 0;
	tt_arena_init(&arena, ROW_MEMORY);
	int rc = tt_rows_open(&rows, path, (enum tt_row_format)format, err);
	while (rc == TT_OK) {
		struct tt_row row;
		tt_arena_reset(&arena);
		rc = tt_rows_next(rows, &arena, &row, err);
		if (rc < 0)
			break;
		rc = tt_bench_texts_add(t, row.text, row.label);
		if (rc < 0)
			tt_err_set(err, rc, "%s:%zu: %s", tt_rows_name(rows), row.line, tt_err_text(rc));
	}
	if (rc == TT_ECLOSED) {
		tt_bench_texts_end(t);
		rc = mark_repeated(t, &left);
		if (rc < 0)
			tt_err_set(err, rc, "%s: %s", tt_rows_name(rows), tt_err_text(rc));
		else if (left == 0)
			rc = tt_err_set(err, TT_EPARSE, "%s: no text in it", tt_rows_name(rows));
		else
			keep_evenly(t, left, most);
	}
	tt_rows_free(rows);
	tt_arena_done(&arena);
	return rc;
}

double tt_bench_texts_accuracy(const struct tt_bench_texts *t, const struct tt_sequence *seqs)
{
	size_t right = 0;
	for (size_t i = 0; i < t->n; i++) {
		struct tt_sentiment s;
		tt_sentiment_of(seqs[i].logits, &s);
		right += (int)s.label == t->labels[i];
	}
	return t->labelled ? (double)right / (double)t->labelled : 0;
}
