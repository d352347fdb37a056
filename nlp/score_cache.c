/* score_cache.c - see score_cache.h. A text may stand in one of the eight places of one set, so that nothing
 * is ever moved or unlinked. */
#include "nlp/score_cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/id.h"
#include "common/metrics.h"

enum { WAYS = 8, MENTIONS_MAX = 8 };

struct entry {
	struct tt_id key;
	uint64_t used; /* the cache's tick when it was met last; 0: empty */
	float logits[TT_LABELS], mention_logits[MENTIONS_MAX][TT_LABELS];
	uint32_t n_read;
};
_Static_assert(sizeof(struct entry) == 136, "said in score_cache.h and conf.c");

struct tt_score_cache {
	pthread_mutex_t lock;
	uint64_t tick;
	size_t n_sets;
	struct entry *entries; /* (n_sets, WAYS) */
};

int tt_score_cache_new(struct tt_score_cache **ret, size_t texts, struct tt_err *err)
{
	struct tt_score_cache *c = calloc(1, sizeof(*c));
	const size_t n_sets = (texts + WAYS - 1) / WAYS;
	struct entry *entries = calloc(n_sets * WAYS, sizeof(*entries));
	if (!c || !entries) {
		free(c);
		free(entries);
		return tt_err_set(err, TT_ENOMEM, "out of memory for the scores of %zu texts", texts);
	}
	pthread_mutex_init(&c->lock, NULL);
	c->n_sets = n_sets;
	c->entries = entries;
	*ret = c;
	return TT_OK;
}

void tt_score_cache_free(struct tt_score_cache *c)
{
	if (!c)
		return;
	pthread_mutex_destroy(&c->lock);
	free(c->entries);
	free(c);
}

/* ---- what is kept ---- */

static struct tt_id key_of(const struct tt_sequence *s)
{
	return TT_ID(((struct tt_str){(const char *)s->ids, s->n_ids * sizeof(*s->ids)}),
		((struct tt_str){(const char *)s->mentions, s->n_mentions * sizeof(*s->mentions)}));
}

static uint64_t hash_of(const struct tt_id *key)
{
	uint64_t h;
	memcpy(&h, key->b, sizeof(h));
	return h;
}

static struct entry *set_of(struct tt_score_cache *c, const struct tt_id *key)
{
	return c->entries + hash_of(key) % c->n_sets * WAYS;
}

static struct entry *find(struct tt_score_cache *c, const struct tt_id *key)
{
	struct entry *set = set_of(c, key);
	for (size_t i = 0; i < WAYS; i++)
		if (set[i].used && tt_id_eq(set[i].key, *key))
			return &set[i];
	return NULL;
}

static struct entry *make_room(struct tt_score_cache *c, const struct tt_id *key)
{
	struct entry *set = set_of(c, key), *oldest = set;
	for (size_t i = 1; i < WAYS; i++)
		if (set[i].used < oldest->used)
			oldest = &set[i];
	return oldest;
}

static void fill(
	struct tt_sequence *to, const float *logits, const float (*mentions)[TT_LABELS], size_t n_read)
{
	memcpy(to->logits, logits, sizeof(to->logits));
	for (size_t m = 0; m < to->n_mentions; m++)
		memmove(to->mention_logits[m], mentions[m],
			sizeof(mentions[m])); /* perhaps to where they are */
	to->n_read = n_read;
}

static bool recall(struct tt_score_cache *c, const struct tt_id *key, struct tt_sequence *to)
{
	struct entry *e = find(c, key);
	if (!e)
		return false;
	e->used = ++c->tick;
	fill(to, e->logits, (const float(*)[TT_LABELS])e->mention_logits, e->n_read);
	return true;
}

static void keep(struct tt_score_cache *c, const struct tt_id *key, const struct tt_sequence *s)
{
	if (s->n_mentions > MENTIONS_MAX)
		return;
	struct entry *e = find(c, key); /* another thread was quicker */
	if (!e)
		e = make_room(c, key);
	*e = (struct entry){.key = *key, .used = ++c->tick, .n_read = (uint32_t)s->n_read};
	memcpy(e->logits, s->logits, sizeof(e->logits));
	for (size_t m = 0; m < s->n_mentions; m++)
		memcpy(e->mention_logits[m], s->mention_logits[m], sizeof(e->mention_logits[m]));
}

/* ---- a call ---- */

/* The sequences to be read, none of them twice; found by key through a table of open addresses. */
struct misses {
	struct tt_sequence *seqs;
	struct tt_id *keys;
	size_t *table, mask; /* number of a miss from 1; 0: free */
	size_t n;
};

static bool misses_init(struct misses *m, size_t n, struct tt_arena *arena)
{
	size_t slots = 2;
	while (slots < 2 * n)
		slots *= 2;
	*m = (struct misses){.seqs = tt_arena_alloc(arena, n * sizeof(*m->seqs)),
		.keys = tt_arena_alloc(arena, n * sizeof(*m->keys)),
		.table = tt_arena_zalloc(arena, slots, sizeof(*m->table)),
		.mask = slots - 1};
	return m->seqs && m->keys && m->table;
}

/* Number of the miss that reads this text. */
static size_t add_miss(struct misses *m, const struct tt_id *key, const struct tt_sequence *seq)
{
	size_t slot = hash_of(key) & m->mask;
	while (m->table[slot] && !tt_id_eq(m->keys[m->table[slot] - 1], *key))
		slot = (slot + 1) & m->mask;
	if (!m->table[slot]) {
		m->seqs[m->n] = *seq;
		m->keys[m->n] = *key;
		m->table[slot] = ++m->n;
	}
	return m->table[slot];
}

static void look_up(struct tt_score_cache *c, struct tt_sequence *seqs, size_t n, const struct tt_id *keys,
	struct misses *m, size_t *read_as)
{
	pthread_mutex_lock(&c->lock);
	for (size_t i = 0; i < n; i++)
		read_as[i] = recall(c, &keys[i], &seqs[i]) ? 0 : add_miss(m, &keys[i], &seqs[i]);
	pthread_mutex_unlock(&c->lock);
	tt_metric_add(TT_M_cache_miss, m->n);
	tt_metric_add(TT_M_cache_hit, n - m->n);
}

int tt_score_cached(struct tt_score_cache *c, struct tt_crew *crew, struct tt_sequence *seqs, size_t n,
	struct tt_arena *arena, struct tt_err *err)
{
	struct misses m;
	if (!c || !n)
		return tt_crew_classify(crew, seqs, n, err);
	struct tt_id *keys = tt_arena_alloc(arena, n * sizeof(*keys));
	size_t *read_as = tt_arena_alloc(arena, n * sizeof(*read_as)); /* number of the miss; 0: was known */
	if (!keys || !read_as || !misses_init(&m, n, arena))
		return tt_err_set(err, TT_ENOMEM, "%s", tt_err_text(TT_ENOMEM));
	for (size_t i = 0; i < n; i++)
		keys[i] = key_of(&seqs[i]);
	look_up(c, seqs, n, keys, &m, read_as);
	int rc = tt_crew_classify(crew, m.seqs, m.n, err);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < n; i++) {
		const struct tt_sequence *read = read_as[i] ? &m.seqs[read_as[i] - 1] : NULL;
		if (read)
			fill(&seqs[i], read->logits, (const float(*)[TT_LABELS])read->mention_logits,
				read->n_read);
	}
	pthread_mutex_lock(&c->lock);
	for (size_t i = 0; i < m.n; i++)
		keep(c, &m.keys[i], &m.seqs[i]);
	pthread_mutex_unlock(&c->lock);
	return TT_OK;
}
