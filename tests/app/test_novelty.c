/* test_novelty.c - several writers of one database place items that tell the same stories: whatever happens
 * between them, a story has one first item and its repeats are numbered without a gap; and what the views say
 * of it. */
#include <math.h>
#include <pthread.h>

#include "app/run/novelty.h"
#include "common/clock.h"
#include "nlp/story/sketch.h"
#include "sink/pg/stories.h"
#include "tests/sink/pg_test.h"

enum { WRITERS = 4, ROUNDS = 30, STORIES = 25, HOUR_MS = 3600000 };

static const struct tt_novelty_conf conf = {.stories = 1000,
	.similarity = 0.55,
	.repeat_within_ms = 24 * HOUR_MS,
	.story_within_ms = 7 * 24 * (int64_t)HOUR_MS};

static int setup(void **state)
{
	struct tt_pg_db *db = calloc(1, sizeof(*db));
	tt_pg_db_make(db, true);
	*state = db;
	return 0;
}

static int teardown(void **state)
{
	tt_pg_db_drop(*state);
	free(*state);
	return 0;
}

static struct tt_sink open_sink(const struct tt_pg_db *db)
{
	struct tt_sink sink;
	struct tt_err err;
	int rc;
	while ((rc = tt_pg_open(&sink, &db->conf, &err)) < 0 && tt_retriable(rc))
		;
	if (rc < 0 || tt_novelty_open(&sink, &conf, &db->conf, &tt_clock_real, &err) < 0)
		fail_msg("%s", err.msg);
	return sink;
}

static struct tt_scored *add(struct tt_batch *b, int number, int64_t at_ms, const char *title)
{
	struct tt_scored *s = tt_pg_item(b, number, 2);
	s->item.published_ms = at_ms;
	s->item.title = tt_arena_str(&b->arena, tt_str_c(title));
	for (size_t i = 0; i < s->n_entities; i++)
		s->entities[i].in_title = false; /* titles with other names would contradict each other */
	TT_EQ(tt_sketch_scored(s, &b->arena, &s->sketch), TT_OK);
	return s;
}

static void add_story(struct tt_batch *b, int number, int story)
{
	char title[100];
	snprintf(title, sizeof(title), "alpha%c beta%c gamma%c delta%c epsilon%c", 'a' + story, 'a' + story,
		'a' + story, 'a' + story, 'a' + story);
	add(b, number, tt_pg_now_ms - HOUR_MS, title);
}

static int write_batch(struct tt_sink *sink, struct tt_batch *b, struct tt_err *err)
{
	struct tt_sink_result r;
	return sink->ops->write(sink->self, &b, 1, &r, err);
}

/* Repeats of each cluster are 0, 1, 2, ...; the first is the cluster; the roll-ups agree. */
static void check_places(const struct tt_pg_db *db)
{
	TT_EQ(tt_pg_int(db,
		      "SELECT count(*) FROM (SELECT array_agg(repeats ORDER BY repeats) AS r, "
		      "min(item_id::text) FILTER (WHERE repeats = 0) "
		      "AS first, cluster_id, count(*)::int AS n FROM tickertone.item GROUP BY cluster_id) c "
		      "WHERE r <> ARRAY(SELECT generate_series(0, n - 1)) OR first <> cluster_id::text"),
		0);
	TT_EQ(tt_pg_int(db, "SELECT count(*) FROM tickertone.item i JOIN tickertone.entity_sentiment s USING "
			    "(event_at, item_id) "
			    "WHERE abs(s.novelty - 0.75 ^ i.repeats) > 1e-6"),
		0);
	TT_EQ(tt_pg_int(db, "SELECT count(*) FROM tickertone.mood_minute_fault"), 0);
}

struct writer {
	pthread_t thread;
	struct tt_pg_db *db;
	int number;
};

static void *write_stories(void *arg)
{
	struct writer *w = arg;
	struct tt_sink sink = open_sink(w->db);
	struct tt_err err = {0};
	for (int round = 0; round < ROUNDS; round++) {
		struct tt_batch *b = tt_batch_new(1 << 24);
		for (int i = 0; i < 10; i++)
			add_story(b, (w->number * ROUNDS + round) * 10 + i,
				(round * 7 + i * 3 + w->number) % STORIES);
		int rc;
		while ((rc = write_batch(&sink, b, &err)) <
			0) /* connections are cut; it is retried as the writer would */
			if (!tt_retriable(rc))
				break;
		if (rc < 0)
			print_error("writer %d: %s\n", w->number, err.msg);
		TT_EQ(rc, TT_OK);
		tt_batch_free(b);
	}
	sink.ops->close(sink.self);
	return NULL;
}

static void write_side_by_side(struct tt_pg_db *db, bool disturbed)
{
	struct writer writers[WRITERS];
	for (int i = 0; i < WRITERS; i++) {
		writers[i] = (struct writer){.db = db, .number = i};
		TT_EQ(pthread_create(&writers[i].thread, NULL, write_stories, &writers[i]), 0);
	}
	for (int i = 0; disturbed && i < 40; i++) {
		tt_pg_do(db, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
			     "current_database() AND pid <> "
			     "pg_backend_pid() ORDER BY random() LIMIT 1");
		usleep(10000);
	}
	for (int i = 0; i < WRITERS; i++)
		pthread_join(writers[i].thread, NULL);
	TT_EQ(tt_pg_int(db, "SELECT count(*) FROM tickertone.item"), WRITERS * ROUNDS * 10);
	TT_EQ(tt_pg_int(db, "SELECT count(DISTINCT story_id) FROM tickertone.item"), STORIES);
	TT_EQ(tt_pg_int(db, "SELECT count(DISTINCT cluster_id) FROM tickertone.item"), STORIES);
	check_places(db);
}

TT_TEST(writers_share_their_places)
{
	write_side_by_side(*state, false);
}

TT_TEST(cut_connections_change_nothing)
{
	write_side_by_side(*state, true);
}

TT_TEST(an_item_keeps_its_place)
{
	struct tt_pg_db *db = *state;
	struct tt_err err;
	for (int turn = 0; turn < 3; turn++) { /* the process dies after placing; and after storing */
		struct tt_sink sink = open_sink(db);
		struct tt_batch *b = tt_batch_new(1 << 24);
		for (int i = 0; i < 5; i++)
			add_story(b, i, 0);
		add_story(b, 3, 0); /* twice in one write */
		if (turn == 0)
			tt_pg_do(db, "ALTER TABLE tickertone.item RENAME TO hidden");
		int rc = write_batch(&sink, b, &err);
		TT_EQ_ROW(turn, rc < 0, turn == 0);
		if (turn == 0)
			tt_pg_do(db, "ALTER TABLE tickertone.hidden RENAME TO item");
		tt_batch_free(b);
		sink.ops->close(sink.self);
	}
	TT_EQ(tt_pg_int(db, "SELECT count(*) FROM tickertone.story_place"), 5);
	TT_EQ(tt_pg_int(db, "SELECT count(*) FROM tickertone.item"), 5);
	check_places(db);
}

/* A writer that is frozen in its turn holds the others up until the server ends its session; they go on, and
 * it finds out. */
TT_TEST(a_frozen_writer_loses_its_turn)
{
	struct tt_pg_db *db = *state;
	struct tt_pg_places others, known;
	struct tt_pg_conn *frozen = NULL;
	struct tt_arena arena;
	struct tt_err err;
	int64_t since = -1;
	tt_arena_init(&arena, 1 << 20);
	TT_EQ(tt_pg_conn_new(&frozen, &db->conf, &err), TT_OK);
	TT_EQ(tt_pg_stories_begin(frozen, &since, 10, NULL, 0, &arena, &others, &known, &err), TT_OK);
	struct tt_sink sink = open_sink(db);
	struct tt_batch *b = tt_batch_new(1 << 24);
	add_story(b, 1, 1);
	TT_EQ(write_batch(&sink, b, &err), TT_OK);
	TT_TRUE(tt_retriable(tt_pg_stories_end(frozen, &(struct tt_pg_places){0}, &since, &err)));
	TT_EQ(tt_pg_int(db, "SELECT count(*) FROM tickertone.item"), 1);
	tt_batch_free(b);
	sink.ops->close(sink.self);
	tt_pg_conn_free(frozen);
	tt_arena_done(&arena);
}

/* What an analyst sees: the fire is told five times within eight days; a new text of one telling keeps its
 * place. */
TT_TEST(the_views_count)
{
	struct tt_pg_db *db = *state;
	const int64_t at = tt_pg_now_ms - 9 * 24 * (int64_t)HOUR_MS;
	static const int hours[] = {0, 2, 13, 30, 149};
	struct tt_sink sink = open_sink(db);
	struct tt_err err;
	for (int i = 0; i < (int)TT_LEN(hours); i++) {
		struct tt_batch *b = tt_batch_new(1 << 24);
		add(b, i, at + hours[i] * (int64_t)HOUR_MS,
			"Fire halts output at the largest refinery of Texas");
		TT_EQ(write_batch(&sink, b, &err), TT_OK);
		tt_batch_free(b);
	}
	TT_STR_EQ(tt_str_c(tt_pg_text(db, "SELECT string_agg(concat_ws(' ', repeats, in_12h, in_24h, in_3d, "
					  "in_5d, in_7d), ', ' ORDER BY event_at) "
					  "FROM tickertone.story_counts")),
		tt_str_c("0 0 0 0 0 0, 1 1 1 1 1 1, 2 1 2 2 2 2, 0 0 1 3 3 3, 0 0 0 0 1 4"));
	TT_EQ(tt_pg_int(db, "SELECT count(DISTINCT story_id) FROM tickertone.story_counts"), 1);
	TT_EQ(tt_pg_int(db, "SELECT count(*) FROM tickertone.stories('S0', '-infinity', 'infinity', "
			    "min_novelty => 0.7)"),
		1);
	TT_NEAR(tt_pg_real(db,
			"SELECT sum(weight / relevance) FROM tickertone.entity_history WHERE symbol = 'S2'"),
		0.75 + 0.5625, 1e-6);
	check_places(db);
	sink.ops->close(sink.self);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(writers_share_their_places, setup, teardown),
		cmocka_unit_test_setup_teardown(cut_connections_change_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(an_item_keeps_its_place, setup, teardown),
		cmocka_unit_test_setup_teardown(a_frozen_writer_loses_its_turn, setup, teardown),
		cmocka_unit_test_setup_teardown(the_views_count, setup, teardown),
	};
	if (!getenv("TT_PG_DIR"))
		tt_skip_all("no PostgreSQL cluster (ctest starts one)");
	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
