/* stories.c - see stories.h. Two rings: stories, and the postings of their words. Neither is ever cleaned up:
 * whatever is overwritten is told by its number, which has fallen out of the ring. */
#include "nlp/story/stories.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/metrics.h"
#include "nlp/story/sketch.h"

enum {
	CHAIN_MAX = 64,          /* stories that one word leads to */
	POSTINGS_PER_STORY = 24, /* on average; more than that, and older stories are not found any more */
	BUCKETS = 1 << 17,
	WORDS_MAX = TT_SKETCH_TITLE + TT_SKETCH_BODY,
};

struct story {
	struct tt_id id, cluster;
	int64_t first_ms, cluster_ms;
	int repeats; /* of the cluster */
	uint32_t visit;
	struct tt_sketch sketch;
};

struct posting {
	uint32_t story, next; /* numbers; next: the one before it of that bucket */
};

struct bucket {
	uint32_t head;
	uint32_t count; /* postings ever, halved when the ring has gone round: how common the word is */
};

struct tt_stories {
	struct tt_stories_conf conf;
	struct story *ring; /* (max_stories), number n at n % max_stories */
	struct posting *postings;
	struct bucket *buckets;
	uint32_t n_ring, n_postings;
	uint32_t next_story, next_posting; /* numbers; they may wrap */
	uint32_t visit;
	int64_t newest_ms;
};

int tt_stories_new(struct tt_stories **ret, const struct tt_stories_conf *conf, struct tt_err *err)
{
	struct tt_stories *s = calloc(1, sizeof(*s));
	if (s) {
		s->conf = *conf;
		s->n_ring = (uint32_t)conf->max_stories;
		s->n_postings = s->n_ring * POSTINGS_PER_STORY;
		s->ring = calloc(s->n_ring, sizeof(*s->ring));
		s->postings = calloc(s->n_postings, sizeof(*s->postings));
		s->buckets = calloc(BUCKETS, sizeof(*s->buckets));
	}
	if (!s || !s->ring || !s->postings || !s->buckets) {
		tt_stories_free(s);
		return tt_err_set(
			err, TT_ENOMEM, "novelty: no memory for %lld stories", (long long)conf->max_stories);
	}
	tt_stories_forget(s);
	*ret = s;
	return TT_OK;
}

void tt_stories_free(struct tt_stories *s)
{
	if (!s)
		return;
	free(s->ring);
	free(s->postings);
	free(s->buckets);
	free(s);
}

void tt_stories_forget(struct tt_stories *s)
{
	memset(s->buckets, 0, BUCKETS * sizeof(*s->buckets));
	s->next_story = s->next_posting = 1;
	s->newest_ms = INT64_MIN;
}

static struct story *story_at(const struct tt_stories *s, uint32_t number)
{
	uint32_t age = s->next_story - number;
	return age && age <= s->n_ring && age < s->next_story ? &s->ring[number % s->n_ring] : NULL;
}

static const struct posting *posting_at(const struct tt_stories *s, uint32_t number)
{
	uint32_t age = s->next_posting - number;
	return number && age && age <= s->n_postings ? &s->postings[number % s->n_postings] : NULL;
}

static struct bucket *bucket_of(const struct tt_stories *s, uint32_t word)
{
	return &s->buckets[(word * 2654435761u) >> 15]; /* Knuth's multiplicative hash, to 17 bits */
}

static uint32_t word_of_id(struct tt_id id)
{
	uint32_t word;
	memcpy(&word, id.b, sizeof(word));
	return word;
}

static void post(struct tt_stories *s, uint32_t word, uint32_t story)
{
	struct bucket *b = bucket_of(s, word);
	s->postings[s->next_posting % s->n_postings] = (struct posting){story, b->head};
	b->head = s->next_posting++;
	b->count++;
	s->next_posting += !s->next_posting;
	if (s->next_posting % s->n_postings == 0)
		for (size_t i = 0; i < BUCKETS; i++)
			s->buckets[i].count /= 2;
}

static void add(struct tt_stories *s, struct tt_id id, int64_t event_ms, const struct tt_sketch *sketch)
{
	uint32_t number = s->next_story++;
	struct story *slot = &s->ring[number % s->n_ring];
	if (number > s->n_ring && slot->first_ms > s->newest_ms - s->conf.span_ms)
		tt_metric_add(TT_M_limit_stories, 1);
	*slot = (struct story){.id = id,
		.cluster = id,
		.first_ms = event_ms,
		.cluster_ms = event_ms,
		.visit = s->visit,
		.sketch = *sketch};
	if (event_ms > s->newest_ms)
		s->newest_ms = event_ms;
	post(s, word_of_id(id), number);
	for (size_t i = 0; i < sketch->n_title; i++)
		post(s, sketch->title[i], number);
	for (size_t i = 0; i < sketch->n_body; i++)
		post(s, sketch->body[i], number);
}

/* ---- the most alike ---- */

struct word {
	uint32_t hash, count;
};

static int rarest_first(const void *a, const void *b)
{
	const struct word *x = a, *y = b;
	return x->count != y->count ? (x->count > y->count) - (x->count < y->count)
				    : (x->hash > y->hash) - (x->hash < y->hash);
}

struct search {
	const struct tt_sketch *sketch;
	int64_t event_ms;
	struct story *best;
	double similarity;
};

static void look_at(struct tt_stories *s, struct search *q, struct story *story)
{
	if (!story || story->visit == s->visit)
		return;
	story->visit = s->visit;
	if (llabs(q->event_ms - story->first_ms) > s->conf.span_ms)
		return;
	double similarity = tt_sketch_similarity(q->sketch, &story->sketch);
	if (similarity < s->conf.similarity || similarity < q->similarity)
		return;
	if (similarity > q->similarity || story->first_ms < q->best->first_ms) {
		q->best = story;
		q->similarity = similarity;
	}
}

/* Looks at stories that have one of the rarest of n words. */
static void look_up(struct tt_stories *s, struct search *q, struct word *words, size_t n)
{
	qsort(words, n, sizeof(*words), rarest_first);
	size_t needed = (size_t)ceil(s->conf.similarity * (double)n - 1e-9),
	       rarest = n - (needed < n ? needed : n) + 1;
	for (size_t i = 0; i < rarest && i < n; i++) {
		uint32_t number = bucket_of(s, words[i].hash)->head;
		const struct posting *p;
		for (int steps = 0; steps < CHAIN_MAX && (p = posting_at(s, number)); steps++) {
			look_at(s, q, story_at(s, p->story));
			number = p->next;
		}
	}
}

static struct story *most_alike(struct tt_stories *s, const struct tt_sketch *sketch, int64_t event_ms)
{
	struct search q = {.sketch = sketch, .event_ms = event_ms};
	struct word words[WORDS_MAX];
	size_t n = 0;
	s->visit++;
	for (size_t i = 0; i < sketch->n_title; i++, n++)
		words[n] = (struct word){sketch->title[i], bucket_of(s, sketch->title[i])->count};
	look_up(s, &q, words, n);
	for (size_t i = 0; i < sketch->n_body; i++, n++)
		words[n] = (struct word){sketch->body[i], bucket_of(s, sketch->body[i])->count};
	if (sketch->n_body)
		look_up(s, &q, words, n);
	return q.best;
}

static struct story *story_of_id(const struct tt_stories *s, struct tt_id id)
{
	uint32_t number = bucket_of(s, word_of_id(id))->head;
	const struct posting *p;
	for (; (p = posting_at(s, number)); number = p->next) {
		struct story *story = story_at(s, p->story);
		if (story && tt_id_eq(story->id, id))
			return story;
	}
	return NULL;
}

/* ---- the item's place ---- */

static struct tt_place begin_cluster(struct story *story, struct tt_id item, int64_t event_ms)
{
	if (event_ms > story->cluster_ms) { /* one that is late counts by itself */
		story->cluster = item;
		story->cluster_ms = event_ms;
		story->repeats = 0;
	}
	return (struct tt_place){story->id, item, 0};
}

struct tt_place tt_stories_place(
	struct tt_stories *s, struct tt_id item, int64_t event_ms, const struct tt_sketch *sketch)
{
	struct story *story = sketch ? most_alike(s, sketch, event_ms) : NULL;
	if (!story) {
		if (sketch)
			add(s, item, event_ms, sketch);
		return (struct tt_place){item, item, 0};
	}
	if (llabs(event_ms - story->cluster_ms) > s->conf.window_ms)
		return begin_cluster(story, item, event_ms);
	return (struct tt_place){story->id, story->cluster, ++story->repeats};
}

void tt_stories_learn(struct tt_stories *s, struct tt_id item, int64_t event_ms, const struct tt_place *place,
	const struct tt_sketch *sketch)
{
	struct story *story = story_of_id(s, place->story);
	if (!story) {
		if (sketch && tt_id_eq(item, place->story))
			add(s, item, event_ms, sketch);
		return;
	}
	if (tt_id_eq(item, place->cluster))
		begin_cluster(story, item, event_ms);
	else if (tt_id_eq(place->cluster, story->cluster) && place->repeat > story->repeats)
		story->repeats = place->repeat;
}
