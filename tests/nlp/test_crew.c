/* test_crew.c - the threads that read texts, and the cache before them. tt_classify is wrapped
 * (CMakeLists.txt), so that a test sees what is read and can hold a unit up. */
#include "tests/tt_test.h"

#include <math.h>
#include <pthread.h>
#include <time.h>

#include "common/metrics.h"
#include "nlp/crew.h"
#include "nlp/score_cache.h"

enum { WORDS = 16, IDS_MAX = 200, MENTIONS = 9, TEXTS = 40, CALLERS = 4 };

static enum tt_precision precision;
static struct tt_model *model; /* in it */

/* ---- what is read ---- */

static struct {
	pthread_mutex_t lock;
	pthread_cond_t read;
	size_t n;           /* sequences that were read */
	size_t hold;        /* a unit with a text of so many ids is not begun ... */
	size_t until;       /* ... before so many sequences were read */
	bool held_for_ever; /* they were not, for a long time */
	size_t order[16];   /* the first sequences' ids, as they were begun */
	size_t n_begun;
} seen = {.lock = PTHREAD_MUTEX_INITIALIZER, .read = PTHREAD_COND_INITIALIZER};

int __real_tt_classify(struct tt_classifier *c, struct tt_sequence *seqs, size_t n, struct tt_err *err);
int __wrap_tt_classify(struct tt_classifier *c, struct tt_sequence *seqs, size_t n, struct tt_err *err);

int __wrap_tt_classify(struct tt_classifier *c, struct tt_sequence *seqs, size_t n, struct tt_err *err)
{
	struct timespec deadline;
	clock_gettime(CLOCK_REALTIME, &deadline);
	deadline.tv_sec += 30;
	pthread_mutex_lock(&seen.lock);
	for (size_t i = 0; i < n && seen.n_begun < TT_LEN(seen.order); i++)
		seen.order[seen.n_begun++] = seqs[i].n_ids;
	while (seqs[0].n_ids == seen.hold && seen.n < seen.until && !seen.held_for_ever)
		seen.held_for_ever = pthread_cond_timedwait(&seen.read, &seen.lock, &deadline) != 0;
	pthread_mutex_unlock(&seen.lock);
	const int rc = __real_tt_classify(c, seqs, n, err);
	pthread_mutex_lock(&seen.lock);
	seen.n += n;
	pthread_cond_broadcast(&seen.read);
	pthread_mutex_unlock(&seen.lock);
	return rc;
}

static void watch(size_t hold, size_t until)
{
	seen.n = seen.n_begun = 0;
	seen.hold = hold;
	seen.until = until;
	seen.held_for_ever = false;
}

/* ---- texts ---- */

struct text {
	int32_t ids[IDS_MAX];
	size_t n_ids, n_mentions;
	struct tt_token_range mentions[MENTIONS];
	float logits[TT_LABELS], mention_logits[MENTIONS][TT_LABELS]; /* of it alone */
	size_t n_read;
};

static unsigned draw(unsigned *seed, unsigned n)
{
	*seed = *seed * 1103515245u + 12345u;
	return (*seed >> 16) % n;
}

static struct tt_sequence sequence(const struct text *t, float (*mention_logits)[TT_LABELS])
{
	return (struct tt_sequence){.ids = t->ids,
		.n_ids = t->n_ids,
		.mentions = t->mentions,
		.n_mentions = t->n_mentions,
		.mention_logits = mention_logits};
}

static void make_text(struct text *t, size_t n_ids, size_t n_mentions, unsigned *seed)
{
	*t = (struct text){.n_ids = n_ids, .n_mentions = n_mentions};
	for (size_t i = 0; i < n_ids; i++)
		t->ids[i] = i == 0 ? 2 : i + 1 == n_ids ? 3 : 4 + (int32_t)draw(seed, WORDS - 4);
	for (size_t m = 0; m < n_mentions; m++) {
		const size_t begin = 1 + draw(seed, (unsigned)n_ids - 2);
		t->mentions[m] = (struct tt_token_range){begin, begin + 1};
	}
}

static void read_alone(struct text *t)
{
	struct tt_classifier *c;
	struct tt_sequence s = sequence(t, t->mention_logits);
	TT_EQ(tt_classifier_new(&c, model, 0, NULL), TT_OK);
	TT_EQ(tt_classify(c, &s, 1, NULL), TT_OK);
	memcpy(t->logits, s.logits, sizeof(t->logits));
	t->n_read = s.n_read;
	tt_classifier_free(c);
}

static bool is_read(const struct text *t, const struct tt_sequence *s)
{
	return s->n_read == t->n_read && memcmp(s->logits, t->logits, sizeof(t->logits)) == 0 &&
	       memcmp(s->mention_logits, t->mention_logits, t->n_mentions * sizeof(*s->mention_logits)) == 0;
}

static struct text texts[TEXTS]; /* every tenth has several windows */

static int setup(void **state)
{
	unsigned seed = 7;
	(void)state;
	if (tt_model_open(&model, tt_source_path("tests/nlp/model/tiny/two-heads"), precision, NULL) < 0)
		return 1;
	for (size_t i = 0; i < TEXTS; i++) {
		make_text(&texts[i], i % 10 ? 3 + draw(&seed, 20) : 30 + draw(&seed, IDS_MAX - 30),
			draw(&seed, MENTIONS + 1), &seed);
		read_alone(&texts[i]);
	}
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tt_model_free(model);
	return 0;
}

static struct tt_crew *crew_of(int threads)
{
	struct tt_crew *c = NULL;
	TT_EQ(tt_crew_new(&c, model, threads, 64, NULL), TT_OK);
	return c;
}

/* ---- callers ---- */

struct caller {
	pthread_t thread;
	struct tt_crew *crew;
	struct tt_score_cache *cache;
	unsigned seed;
	int wrong;
};

/* Calls with texts drawn at random; each is to be what it is alone. */
static void *call_often(void *arg)
{
	struct caller *c = arg;
	float out[50][MENTIONS][TT_LABELS];
	struct tt_sequence seqs[50];
	size_t drawn[50];
	struct tt_arena arena;
	tt_arena_init(&arena, 1 << 20);
	for (int round = 0; round < 40; round++) {
		const size_t n = draw(&c->seed, 51);
		for (size_t i = 0; i < n; i++) {
			drawn[i] = draw(&c->seed, TEXTS);
			seqs[i] = sequence(&texts[drawn[i]], out[i]);
		}
		c->wrong += tt_score_cached(c->cache, c->crew, seqs, n, &arena, NULL) != TT_OK;
		for (size_t i = 0; i < n; i++)
			c->wrong += !is_read(&texts[drawn[i]], &seqs[i]);
		tt_arena_reset(&arena);
	}
	tt_arena_done(&arena);
	return NULL;
}

static void many_callers(int threads, struct tt_score_cache *cache)
{
	struct caller callers[CALLERS];
	struct tt_crew *crew = crew_of(threads);
	for (size_t i = 0; i < CALLERS; i++) {
		callers[i] = (struct caller){.crew = crew, .cache = cache, .seed = 100 * (unsigned)i};
		TT_EQ(pthread_create(&callers[i].thread, NULL, call_often, &callers[i]), 0);
	}
	for (size_t i = 0; i < CALLERS; i++)
		TT_EQ(pthread_join(callers[i].thread, NULL), 0);
	tt_crew_free(crew);
	for (size_t i = 0; i < CALLERS; i++)
		TT_EQ_ROW((long)i, callers[i].wrong, 0);
}

TT_TEST(a_text_is_read_as_it_is_alone)
{
	for (int threads = 1; threads <= 3; threads += 2) {
		watch(0, 0);
		many_callers(threads, NULL);
		TT_TRUE(seen.n > 1000);
	}
}

TT_TEST(nothing_to_read)
{
	struct tt_crew *crew = crew_of(1);
	TT_EQ(tt_crew_classify(crew, NULL, 0, NULL), TT_OK);
	tt_crew_free(crew);
}

/* A text of several windows and 30 short ones in one call. */
static void read_long_and_short(int threads)
{
	struct text one[2];
	struct tt_sequence seqs[31];
	float out[31][MENTIONS][TT_LABELS];
	unsigned seed = 1;
	struct tt_crew *crew = crew_of(threads);
	make_text(&one[0], IDS_MAX, 0, &seed);
	make_text(&one[1], 9, 1, &seed);
	for (size_t i = 0; i < TT_LEN(seqs); i++)
		seqs[i] = sequence(&one[i > 0], out[i]);
	TT_EQ(tt_crew_classify(crew, seqs, TT_LEN(seqs), NULL), TT_OK);
	tt_crew_free(crew);
}

/* The long text is not begun before all the others are read: only another thread can read them. */
TT_TEST(no_text_waits_behind_a_long_one)
{
	watch(IDS_MAX, 30);
	read_long_and_short(2);
	TT_TRUE(!seen.held_for_ever);
	TT_EQ(seen.n, 31);
}

TT_TEST(short_ones_go_first)
{
	watch(0, 0);
	read_long_and_short(1);
	TT_EQ(seen.n_begun, TT_LEN(seen.order));
	for (size_t i = 0; i < TT_LEN(seen.order); i++)
		TT_EQ_ROW((long)i, seen.order[i], 9);
}

TT_TEST(an_error_is_its_callers)
{
	struct text good = texts[1], bad = texts[2];
	float out[2][MENTIONS][TT_LABELS];
	struct tt_err err = {0};
	struct tt_crew *crew = crew_of(2);
	bad.ids[1] = 1 << 20;
	struct tt_sequence both[] = {sequence(&good, out[0]), sequence(&bad, out[1])};
	TT_EQ(tt_crew_classify(crew, both, 2, &err), TT_EDATA);
	TT_EQ(err.code, TT_EDATA);
	TT_TRUE(strstr(err.msg, "1048576") != NULL);
	TT_EQ(tt_crew_classify(crew, both, 1, &err), TT_OK);
	TT_TRUE(is_read(&good, &both[0]));
	tt_crew_free(crew);
}

/* ---- the cache ---- */

/* How many of the texts are read for a call with those numbers; all are to be what they are alone. */
static size_t read_for(struct tt_crew *crew, struct tt_score_cache *cache, const size_t *numbers, size_t n)
{
	struct tt_sequence seqs[TEXTS];
	float out[TEXTS][MENTIONS][TT_LABELS];
	struct tt_arena arena;
	tt_arena_init(&arena, 1 << 20);
	watch(0, 0);
	for (size_t i = 0; i < n; i++)
		seqs[i] = sequence(&texts[numbers[i]], out[i]);
	TT_EQ(tt_score_cached(cache, crew, seqs, n, &arena, NULL), TT_OK);
	for (size_t i = 0; i < n; i++)
		TT_TRUE(is_read(&texts[numbers[i]], &seqs[i]));
	tt_arena_done(&arena);
	return seen.n;
}

#define READ_FOR(...)                                                                                        \
	read_for(crew, cache, (const size_t[]){__VA_ARGS__}, TT_LEN(((const size_t[]){__VA_ARGS__})))

TT_TEST(a_text_is_read_once)
{
	struct tt_crew *crew = crew_of(2);
	struct tt_score_cache *cache;
	unsigned seed = 3;
	const struct text kept[] = {texts[1], texts[2]};
	TT_EQ(tt_score_cache_new(&cache, 1000, NULL), TT_OK);
	make_text(&texts[1], 12, MENTIONS - 1, &seed); /* as many mentions as are kept */
	texts[2] = texts[1];
	texts[2].mentions[0].begin =
		texts[1].mentions[0].begin == 1 ? 2 : 1; /* another mention is another text */
	texts[2].mentions[0].end = texts[2].mentions[0].begin + 1;
	read_alone(&texts[1]);
	read_alone(&texts[2]);
	const uint64_t hits = tt_metric_get(TT_M_cache_hit), misses = tt_metric_get(TT_M_cache_miss);
	TT_EQ(READ_FOR(1, 2, 1, 0, 1), 3);
	TT_EQ(tt_metric_get(TT_M_cache_hit) - hits, 2);
	TT_EQ(tt_metric_get(TT_M_cache_miss) - misses, 3);
	TT_EQ(READ_FOR(2, 1, 3, 0), 1);
	TT_EQ(READ_FOR(2, 1, 3, 0), 0);
	TT_EQ(read_for(crew, NULL, (const size_t[]){1, 1}, 2), 2); /* without one all are read */
	texts[1] = kept[0];
	texts[2] = kept[1];
	tt_score_cache_free(cache);
	tt_crew_free(crew);
}

TT_TEST(the_cache_has_its_bound)
{
	struct tt_crew *crew = crew_of(1);
	struct tt_score_cache *cache;
	unsigned seed = 5;
	const struct text kept = texts[0];
	TT_EQ(tt_score_cache_new(&cache, 1, NULL), TT_OK); /* of 8: one set */
	size_t n = 0, few[9];
	for (size_t i = 1; n < TT_LEN(few); i++)
		if (texts[i].n_mentions < MENTIONS)
			few[n++] = i;
	TT_EQ(read_for(crew, cache, few, 8), 8);
	TT_EQ(read_for(crew, cache, few, 1), 0); /* met again: the second is the oldest now */
	TT_EQ(read_for(crew, cache, few + 8, 1), 1);
	TT_EQ(read_for(crew, cache, few, 1), 0);
	TT_EQ(read_for(crew, cache, few + 2, 7), 0);
	TT_EQ(read_for(crew, cache, few + 1, 1), 1);
	make_text(&texts[0], 12, MENTIONS, &seed); /* too many mentions to be kept */
	read_alone(&texts[0]);
	TT_EQ(READ_FOR(0, 0), 1);
	TT_EQ(READ_FOR(0), 1);
	texts[0] = kept;
	tt_score_cache_free(cache);
	tt_crew_free(crew);
}

TT_TEST(a_text_from_the_cache_is_as_it_is_alone)
{
	struct tt_score_cache *cache;
	TT_EQ(tt_score_cache_new(&cache, 24, NULL), TT_OK); /* fewer than there are: they go and come */
	watch(0, 0);
	many_callers(3, cache);
	TT_TRUE(seen.n > TEXTS && seen.n < CALLERS * 40 * 25);
	tt_score_cache_free(cache);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TT_RUN(a_text_is_read_as_it_is_alone), TT_RUN(nothing_to_read),
		TT_RUN(no_text_waits_behind_a_long_one), TT_RUN(short_ones_go_first),
		TT_RUN(an_error_is_its_callers), TT_RUN(a_text_is_read_once), TT_RUN(the_cache_has_its_bound),
		TT_RUN(a_text_from_the_cache_is_as_it_is_alone)};
	int failed = 0;
	for (precision = 0; precision < TT_PRECISIONS; precision++) {
#ifdef __SANITIZE_THREAD__ /* minutes in plain C; the threads' ways do not depend on the precision */
		if (precision == TT_USE_BF16)
			continue;
#endif
		failed += cmocka_run_group_tests_name(tt_precision_name(precision), tests, setup, teardown);
	}
	return failed ? 1 : 0;
}
