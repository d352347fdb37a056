/* novelty.c - see novelty.h. */
#include "app/run/novelty.h"

#include <stdlib.h>
#include <string.h>

#include "common/metrics.h"
#include "nlp/story/stories.h"
#include "sink/pg/rows.h"
#include "sink/pg/stories.h"

#define OPT(name, f, ty, d, lo, hi, u, doc)                                                                  \
	{                                                                                                    \
		name, ty, offsetof(struct tt_novelty_conf, f), d, lo, hi, u, 0, doc, NULL                    \
	}
const struct tt_opt tt_novelty_opts[] = {
	OPT("stories", stories, TT_OPT_INT, "50000", 0, 5000000, "stories",
		"Stories of the last days that are remembered, to tell repeats; each takes half a KiB of "
		"memory. The oldest are forgotten. 0: all is news."),
	OPT("similarity", similarity, TT_OPT_REAL, "0.55", 0.2, 1, "",
		"From which share of common words on two texts are one story (docs/NOVELTY.md)."),
	OPT("repeat_within", repeat_within_ms, TT_OPT_DURATION, "24h", 60000, 7 * 86400e3, "ms",
		"An item that tells again what was told first so long ago at most is a repeat: its novelty "
		"is below 1."),
	OPT("story_within", story_within_ms, TT_OPT_DURATION, "7d", 60000, 31 * 86400e3, "ms",
		"How far items of one story are apart at most."),
	{0},
};

enum { TURN_BYTES = 1 << 30 };

struct novelty {
	struct tt_sink stored;
	struct tt_stories *stories;
	int64_t max_stories;
	const struct tt_clock *clock;
	struct tt_pg_conn *conn;  /* NULL: no database */
	unsigned generation;      /* of the connection that `since` was learned on */
	int64_t since;            /* last place known; -1: none */
	struct tt_arena arena;    /* of one turn */
	struct tt_scored **items; /* to be placed; in the arena, as the next two */
	struct tt_id *ids;
	struct tt_pg_places placed;
	size_t n_items;
};

/* What is remembered may not be what the database has: it is read anew. */
static void forget(struct novelty *v)
{
	tt_stories_forget(v->stories);
	v->since = -1;
}

/* Collects what has no place yet. */
static int collect(struct novelty *v, struct tt_batch *const *batches, size_t n)
{
	size_t all = 0;
	for (size_t b = 0; b < n; b++)
		all += batches[b]->n_items;
	tt_arena_reset(&v->arena);
	v->n_items = v->placed.n = 0;
	v->items = tt_arena_zalloc(&v->arena, all + 1, sizeof(*v->items));
	v->ids = tt_arena_zalloc(&v->arena, all + 1, sizeof(*v->ids));
	v->placed.v = tt_arena_zalloc(&v->arena, all + 1, sizeof(*v->placed.v));
	if (!v->items || !v->ids || !v->placed.v)
		return TT_ENOMEM;
	for (size_t b = 0; b < n; b++)
		for (size_t i = 0; i < batches[b]->n_items; i++)
			if (tt_id_is_zero(batches[b]->items[i].place.story)) {
				v->ids[v->n_items] = batches[b]->items[i].item.id;
				v->items[v->n_items++] = &batches[b]->items[i];
			}
	return TT_OK;
}

static void learn(struct novelty *v, const struct tt_pg_places *others)
{
	for (size_t i = 0; i < others->n; i++) {
		const struct tt_pg_place *o = &others->v[i];
		struct tt_sketch sketch;
		bool has = o->sketch.p && tt_sketch_unpack(o->sketch, &sketch);
		tt_stories_learn(v->stories, o->item, o->event_ms, &o->place, has ? &sketch : NULL);
	}
}

static int by_id(const void *a, const void *b)
{
	return memcmp(((const struct tt_pg_place *)a)->item.b, ((const struct tt_pg_place *)b)->item.b,
		sizeof(struct tt_id));
}

static bool give(struct tt_scored *item, const struct tt_pg_places *to_find)
{
	const struct tt_pg_place key = {.item = item->item.id};
	const struct tt_pg_place *found =
		to_find->n ? bsearch(&key, to_find->v, to_find->n, sizeof(key), by_id) : NULL;
	if (found)
		item->place = found->place;
	return found;
}

/* Places one item that is new to all. An item that is twice in one write has one place. */
static int place(struct novelty *v, struct tt_scored *item)
{
	char bytes[TT_SKETCH_BYTES];
	bool clamped;
	struct tt_pg_place *p = &v->placed.v[v->placed.n];
	*p = (struct tt_pg_place){.item = item->item.id, .event_ms = tt_pg_event_ms(&item->item, &clamped)};
	item->place = p->place = tt_stories_place(v->stories, p->item, p->event_ms, item->sketch);
	if (item->sketch && tt_id_eq(p->item, p->place.story)) {
		p->sketch =
			tt_arena_str(&v->arena, (struct tt_str){bytes, tt_sketch_pack(item->sketch, bytes)});
		if (!p->sketch.p)
			return TT_ENOMEM;
	}
	v->placed.n++;
	return TT_OK;
}

/* Two items of one write with the same id: the later one has the place of the first. */
static bool is_twin(const struct tt_scored *a, const struct tt_scored *b)
{
	return tt_id_eq(a->item.id, b->item.id);
}

static int compare_items(const void *a, const void *b)
{
	const struct tt_scored *x = *(struct tt_scored *const *)a, *y = *(struct tt_scored *const *)b;
	int order = memcmp(x->item.id.b, y->item.id.b, sizeof(x->item.id.b));
	return order ? order : (x > y) - (x < y);
}

static int place_all(struct novelty *v, const struct tt_pg_places *known)
{
	struct tt_scored **sorted = tt_arena_zalloc(&v->arena, v->n_items + 1, sizeof(*sorted));
	if (!sorted)
		return TT_ENOMEM;
	if (known->n)
		qsort(known->v, known->n, sizeof(*known->v), by_id);
	for (size_t i = 0; i < v->n_items; i++)
		give(v->items[i], known);
	/* Of twins the first is placed and the others follow; they are found by order of id, placed in order
	 * of arrival. */
	memcpy(sorted, v->items, v->n_items * sizeof(*sorted));
	qsort(sorted, v->n_items, sizeof(*sorted), compare_items);
	for (size_t i = 1; i < v->n_items; i++)
		if (is_twin(sorted[i - 1], sorted[i]))
			sorted[i]->place.repeat = -1;
	for (size_t i = 0; i < v->n_items; i++) {
		int rc = TT_OK;
		if (tt_id_is_zero(v->items[i]->place.story) && v->items[i]->place.repeat == 0)
			rc = place(v, v->items[i]);
		if (rc < 0)
			return rc;
	}
	for (size_t i = 1; i < v->n_items; i++)
		if (is_twin(sorted[i - 1], sorted[i]))
			sorted[i]->place = sorted[i - 1]->place;
	return TT_OK;
}

static void unplace(struct novelty *v)
{
	for (size_t i = 0; i < v->n_items; i++)
		v->items[i]->place = (struct tt_place){0};
	forget(v);
}

static int turn(struct novelty *v, struct tt_err *err)
{
	struct tt_pg_places others = {0}, known = {0};
	int rc = v->conn ? tt_pg_conn_ready(v->conn, err) : TT_OK;
	if (rc == TT_OK && v->conn && tt_pg_conn_generation(v->conn) != v->generation) {
		forget(v); /* a server that has crashed may have forgotten the last places */
		v->generation = tt_pg_conn_generation(v->conn);
	}
	if (rc == TT_OK && v->conn)
		rc = tt_pg_stories_begin(v->conn, &v->since, v->max_stories, v->ids, v->n_items, &v->arena,
			&others, &known, err);
	if (rc < 0) {
		forget(v);
		return rc;
	}
	learn(v, &others);
	rc = place_all(v, &known);
	if (rc < 0) {
		tt_err_set(err, rc, "novelty: %s", tt_err_text(rc));
		if (v->conn)
			tt_pg_stories_undo(v->conn);
	} else if (v->conn)
		rc = tt_pg_stories_end(v->conn, &v->placed, &v->since, err);
	if (rc < 0)
		unplace(v);
	return rc;
}

static int novelty_write(
	void *self, struct tt_batch *const *batches, size_t n, struct tt_sink_result *ret, struct tt_err *err)
{
	struct novelty *v = self;
	int64_t begun = tt_mono_ns(v->clock);
	int rc = collect(v, batches, n);
	if (rc < 0)
		return tt_err_set(err, rc, "novelty: %s", tt_err_text(rc));
	if (v->n_items) {
		rc = turn(v, err);
		if (rc < 0)
			return rc;
		for (size_t i = 0; i < v->n_items; i++)
			tt_metric_add(TT_M_items_repeated, v->items[i]->place.repeat > 0);
		tt_histogram_add(TT_H_place, tt_mono_ns(v->clock) - begun);
	}
	return v->stored.ops->write(v->stored.self, batches, n, ret, err);
}

static int novelty_lookup(void *self, const struct tt_batch *b, struct tt_arena *arena,
	struct tt_stored **ret, size_t *ret_n, struct tt_err *err)
{
	struct novelty *v = self;
	return v->stored.ops->lookup(v->stored.self, b, arena, ret, ret_n, err);
}

static void novelty_close(void *self)
{
	struct novelty *v = self;
	if (!v)
		return;
	if (v->stored.ops)
		v->stored.ops->close(v->stored.self);
	tt_pg_conn_free(v->conn);
	tt_stories_free(v->stories);
	tt_arena_done(&v->arena);
	free(v);
}

/* Named after what they stand in front of, for what is waited for is that. */
static const struct tt_sink_ops storing = {
	.name = "postgres", .lookup = novelty_lookup, .write = novelty_write, .close = novelty_close};
static const struct tt_sink_ops passing = {.name = "stdout", .write = novelty_write, .close = novelty_close};

int tt_novelty_open(struct tt_sink *sink, const struct tt_novelty_conf *conf,
	const struct tt_pg_conf *database, const struct tt_clock *clock, struct tt_err *err)
{
	const struct tt_stories_conf stories = {
		conf->stories, conf->similarity, conf->repeat_within_ms, conf->story_within_ms};
	if (!conf->stories)
		return TT_OK;
	struct novelty *v = calloc(1, sizeof(*v));
	if (!v)
		return tt_err_set(err, TT_ENOMEM, "novelty: %s", tt_err_text(TT_ENOMEM));
	v->since = -1;
	v->max_stories = conf->stories;
	v->clock = clock;
	tt_arena_init(&v->arena, TURN_BYTES);
	int rc = tt_stories_new(&v->stories, &stories, err);
	if (rc == TT_OK && database)
		rc = tt_pg_conn_new(&v->conn, database, err);
	if (rc < 0) {
		novelty_close(v);
		return rc;
	}
	v->stored = *sink;
	*sink = (struct tt_sink){v->stored.ops->lookup ? &storing : &passing, v};
	return TT_OK;
}
