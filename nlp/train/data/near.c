/* near.c - see near.h. */
#include "nlp/train/data/near.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nlp/story/sketch.h"

enum { BUCKETS = 1 << 16 };

struct word {
	uint32_t hash, count;
};

struct posting {
	uint32_t cls, next; /* next: posting + 1; 0: none */
};

struct search {
	const struct tt_dataset *d;
	double similarity;
	tt_near_visit *visit;
	void *ctx;
	uint32_t *heads, *counts; /* (BUCKETS): posting + 1; in how many texts words of the bucket are */
	uint32_t *seen;           /* (n_classes): class + 1 that looked at it last */
	struct posting *postings;
	size_t n_postings;
};

static size_t bucket(uint32_t word)
{
	return (word * 2654435761u) >> 16; /* Knuth's multiplicative hash */
}

static int rarest_first(const void *a, const void *b)
{
	const struct word *x = a, *y = b;
	return x->count != y->count ? (x->count > y->count) - (x->count < y->count)
				    : (x->hash > y->hash) - (x->hash < y->hash);
}

/* The words of which a text that is like this one must have at least one. */
static size_t prefix(const struct search *q, const struct tt_sketch *s, struct word words[TT_SKETCH_TITLE])
{
	size_t n = s->n_title, needed = (size_t)ceil(q->similarity * (double)n - 1e-9);
	for (size_t i = 0; i < n; i++)
		words[i] = (struct word){s->title[i], q->counts[bucket(s->title[i])]};
	qsort(words, n, sizeof(*words), rarest_first);
	return n - needed + 1 < n ? n - needed + 1 : n;
}

static int look_at(struct search *q, uint32_t earlier, uint32_t cls)
{
	const struct tt_sketch *a = q->d->classes[earlier].sketch, *b = q->d->classes[cls].sketch;
	size_t few = a->n_title < b->n_title ? a->n_title : b->n_title;
	size_t many = a->n_title + b->n_title - few;
	if (q->seen[earlier] == cls + 1 || (double)few < q->similarity * (double)many - 1e-9)
		return TT_OK;
	q->seen[earlier] = cls + 1;
	double similarity = tt_sketch_similarity(a, b);
	return similarity < q->similarity ? TT_OK : q->visit(q->ctx, earlier, cls, similarity);
}

static int search(struct search *q)
{
	struct word words[TT_SKETCH_TITLE];
	int rc = TT_OK;
	for (uint32_t c = 0; c < q->d->n_classes && rc == TT_OK; c++) {
		const struct tt_sketch *s = q->d->classes[c].sketch;
		size_t n = s ? prefix(q, s, words) : 0;
		for (size_t i = 0; i < n && rc == TT_OK; i++) {
			uint32_t *head = &q->heads[bucket(words[i].hash)];
			for (uint32_t at = *head; at && rc == TT_OK; at = q->postings[at - 1].next)
				if (q->postings[at - 1].cls != c)
					rc = look_at(q, q->postings[at - 1].cls, c);
			q->postings[q->n_postings++] = (struct posting){c, *head};
			*head = (uint32_t)q->n_postings;
		}
	}
	return rc;
}

int tt_near_pairs(const struct tt_dataset *d, double similarity, tt_near_visit *visit, void *ctx)
{
	struct search q = {.d = d, .similarity = similarity, .visit = visit, .ctx = ctx};
	size_t n_words = 0;
	q.heads = calloc(BUCKETS, sizeof(*q.heads));
	q.counts = calloc(BUCKETS, sizeof(*q.counts));
	q.seen = calloc(d->n_classes + 1, sizeof(*q.seen));
	for (size_t c = 0; q.counts && c < d->n_classes; c++) {
		const struct tt_sketch *s = d->classes[c].sketch;
		for (size_t i = 0; s && i < s->n_title; i++, n_words++)
			q.counts[bucket(s->title[i])]++;
	}
	q.postings = malloc((n_words + 1) * sizeof(*q.postings));
	int rc = q.heads && q.counts && q.seen && q.postings ? search(&q) : TT_ENOMEM;
	free(q.heads);
	free(q.counts);
	free(q.seen);
	free(q.postings);
	return rc;
}
