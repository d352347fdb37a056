/* fakes.c - see fakes.h. */
#include "tests/app/fakes.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "nlp/scorer.h"

/* ---- source ---- */

static int source_next(void *self, struct tt_batch *b, size_t max_items, int timeout_ms, struct tt_err *err)
{
	struct tt_fake_source *f = self;
	(void)max_items, (void)timeout_ms, (void)err;
	for (int i = 0; i < f->per_batch && f->next < f->n_items; i++) {
		struct tt_scored *s = tt_batch_add_item(b);
		s->item.title = tt_str_c(tt_arena_printf(&b->arena, "%d", f->next++));
		s->item.guid = s->item.title;
		s->item.source = TT_STR("fake");
		s->item.id = TT_ID(s->item.source, s->item.guid);
		s->item.fetched_ms = 0;
		s->item.origin = f->log;
	}
	if (f->log && b->n_items) {
		struct tt_progress *progress = tt_batch_add_progress(b);
		progress->topic = TT_STR("log");
		progress->next_offset = f->next;
	}
	if (f->next < f->n_items)
		return TT_OK;
	if (!f->endless)
		return TT_ECLOSED;
	pthread_mutex_lock(&f->lock);
	while (!f->woken && b->n_items == 0)
		pthread_cond_wait(&f->changed, &f->lock);
	f->woken = false;
	pthread_mutex_unlock(&f->lock);
	return TT_OK;
}

static void source_wake(void *self)
{
	struct tt_fake_source *f = self;
	pthread_mutex_lock(&f->lock);
	f->woken = true;
	pthread_cond_signal(&f->changed);
	pthread_mutex_unlock(&f->lock);
}

static void source_close(void *self)
{
	struct tt_fake_source *f = self;
	f->closed = true;
}

static void source_hold(void *self, int timeout_ms)
{
	struct tt_fake_source *f = self;
	(void)timeout_ms;
	f->held++;
}

static void source_stored(void *self, const struct tt_progress *v, size_t n)
{
	struct tt_fake_source *f = self;
	if (n && !v[0].stale && v[0].next_offset > f->told)
		f->told = v[0].next_offset;
}

static const struct tt_source_ops source_ops = {.name = "fake",
	.next = source_next,
	.hold = source_hold,
	.stored = source_stored,
	.wake = source_wake,
	.close = source_close};

struct tt_source tt_fake_source(struct tt_fake_source *f, int n_items, int per_batch, bool endless)
{
	*f = (struct tt_fake_source){.n_items = n_items, .per_batch = per_batch, .endless = endless};
	pthread_mutex_init(&f->lock, NULL);
	pthread_cond_init(&f->changed, NULL);
	return (struct tt_source){&source_ops, f};
}

/* ---- sink ---- */

static int number_of(const struct tt_scored *s)
{
	return (int)strtol(s->item.title.p, NULL, 10);
}

static bool refuses(const struct tt_fake_sink *f, struct tt_batch *const *batches, size_t n)
{
	for (size_t k = 0; k < n && f->refuse_every; k++)
		for (size_t i = 0; i < batches[k]->n_items; i++) {
			int number = number_of(&batches[k]->items[i]);
			if (number && number % f->refuse_every == 0)
				return true;
		}
	return false;
}

static void store(struct tt_fake_sink *f, const struct tt_batch *b, struct tt_sink_result *ret)
{
	for (size_t i = 0; i < b->n_items; i++) {
		int number = number_of(&b->items[i]);
		if (f->stored[number])
			continue;
		f->stored[number]++;
		f->models[number] = b->model_id;
		f->scorers[number] = b->items[i].n_tokens;
		f->mixed += b->items[i].n_tokens != b->items[0].n_tokens;
		f->n_stored++;
		ret->items++;
	}
	f->n_dead += (int)b->n_dead;
	f->n_feeds += (int)b->n_feeds;
	ret->dead += b->n_dead;
}

/* A log's items must be stored in its order and without a hole. */
static void follow_log(struct tt_fake_sink *f, const struct tt_batch *b)
{
	for (size_t i = 0; i < b->n_progress; i++) {
		const struct tt_progress *p = &b->progress[i];
		if (p->stale || p->next_offset == TT_PROGRESS_GUARD)
			continue;
		f->out_of_order += p->next_offset < f->next_offset;
		for (int64_t k = f->next_offset; k < p->next_offset; k++)
			f->out_of_order += !f->stored[k] && !(f->refuse_every && k % f->refuse_every == 0);
		f->next_offset = p->next_offset;
	}
}

static bool find_stale(struct tt_fake_sink *f, struct tt_batch *const *batches, size_t n)
{
	for (size_t k = 0; k < n && f->stale_calls; k++)
		if (batches[k]->n_progress && !batches[k]->progress[0].stale) {
			batches[k]->progress[0].stale = true;
			f->stale_calls--;
			return true;
		}
	return false;
}

static int sink_write(
	void *self, struct tt_batch *const *batches, size_t n, struct tt_sink_result *ret, struct tt_err *err)
{
	struct tt_fake_sink *f = self;
	int rc = TT_OK;
	pthread_mutex_lock(&f->lock);
	f->calls++;
	*ret = (struct tt_sink_result){0};
	if (f->away_calls) {
		f->away_calls--;
		rc = tt_err_set(err, TT_EPEER, "fake: away");
	} else if (find_stale(f, batches, n)) {
		rc = tt_err_set(err, TT_ESTALE, "fake: claimed by another");
	} else if (refuses(f, batches, n)) {
		rc = tt_err_set(err, TT_EDATA, "fake: a multiple of %d", f->refuse_every);
	} else {
		for (size_t k = 0; k < n; k++)
			store(f, batches[k], ret);
		for (size_t k = 0; k < n; k++)
			follow_log(f, batches[k]);
		if (f->lost_answers) {
			f->lost_answers--;
			rc = tt_err_set(err, TT_EPEER, "fake: answer lost");
		}
	}
	pthread_mutex_unlock(&f->lock);
	return rc;
}

static int sink_lookup(void *self, const struct tt_batch *b, struct tt_arena *arena, struct tt_stored **ret,
	size_t *ret_n, struct tt_err *err)
{
	struct tt_fake_sink *f = self;
	struct tt_stored *v = tt_arena_zalloc(arena, b->n_items + 1, sizeof(*v));
	size_t n = 0;
	if (!v)
		return tt_err_set(err, TT_ENOMEM, "fake: memory");
	pthread_mutex_lock(&f->lock);
	for (size_t i = 0; i < b->n_items; i++)
		if (f->stored[number_of(&b->items[i])])
			v[n++] = (struct tt_stored){.asked = i,
				.keys = TT_KEY_ID,
				.id = b->items[i].item.id,
				.source = b->items[i].item.source,
				.has_text = true};
	pthread_mutex_unlock(&f->lock);
	*ret = v;
	*ret_n = n;
	return TT_OK;
}

static void sink_close(void *self)
{
	struct tt_fake_sink *f = self;
	f->closed = true;
}

static const struct tt_sink_ops sink_ops = {"fake", sink_lookup, sink_write, sink_close};

struct tt_sink tt_fake_sink(struct tt_fake_sink *f)
{
	*f = (struct tt_fake_sink){0};
	pthread_mutex_init(&f->lock, NULL);
	return (struct tt_sink){&sink_ops, f};
}

/* ---- scorer: in the place of nlp/scorer.c ---- */

struct tt_scorer {
	atomic_int refs;
	int number;
};

struct tt_score_ctx {
	int unused;
};

static atomic_int live, made;

struct tt_scorer *tt_fake_scorer_new(void)
{
	struct tt_scorer *s = calloc(1, sizeof(*s));
	s->refs = 1;
	s->number = atomic_fetch_add(&made, 1) + 1;
	atomic_fetch_add(&live, 1);
	return s;
}

int tt_fake_scorer_number(const struct tt_scorer *s)
{
	return s->number;
}

int tt_fake_scorers_live(void)
{
	return atomic_load(&live);
}

struct tt_scorer *tt_scorer_ref(struct tt_scorer *s)
{
	atomic_fetch_add(&s->refs, 1);
	return s;
}

void tt_scorer_unref(struct tt_scorer *s)
{
	if (!s || atomic_fetch_sub(&s->refs, 1) != 1)
		return;
	free(s);
	atomic_fetch_sub(&live, 1);
}

int tt_score_ctx_new(struct tt_score_ctx **ret, struct tt_err *err)
{
	*ret = calloc(1, sizeof(**ret));
	return *ret ? TT_OK : tt_err_set(err, TT_ENOMEM, "fake: memory");
}

void tt_score_ctx_free(struct tt_score_ctx *ctx)
{
	free(ctx);
}

int tt_scorer_score(const struct tt_scorer *s, struct tt_score_ctx *ctx, struct tt_batch *b,
	const struct tt_clock *clock, struct tt_err *err)
{
	(void)ctx, (void)err;
	for (size_t i = 0; i < b->n_items; i++) {
		b->items[i].n_tokens = s->number;
		b->items[i].scored_ms = tt_wall_ms(clock);
	}
	return TT_OK;
}
