/* test_pg_alerts.c - the leader's side of the alerts: one leads, changes are taken once, a tick is stored
 * whole or not at all, a decision stored twice is one. */
#include <math.h>

#include "common/arena.h"
#include "sink/pg/alerts.h"
#include "tests/sink/pg_test.h"

static struct tt_pg_db db;
static struct tt_arena arena;
static struct tt_pg_conn *conn;

static int setup(void **state)
{
	(void)state;
	tt_pg_db_make(&db, true);
	tt_arena_init(&arena, 1 << 24);
	TT_EQ(tt_pg_conn_new(&conn, &db.conf, NULL), TT_OK);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tt_pg_conn_free(conn);
	tt_arena_done(&arena);
	tt_pg_db_drop(&db);
	return 0;
}

static void must(int rc, const struct tt_err *err)
{
	if (rc < 0)
		fail_msg("%s", err->msg);
}

static void note_minutes(int from, int to)
{
	tt_pg_do(&db,
		"INSERT INTO tickertone.mood_delta (subject_id, minute, n, n_pos, n_neg, w, ws, wss) SELECT "
		"i %% 3, to_timestamp(60 * (i / 6)), 1, 1, 0, 0.5, "
		"0.25, 0.125 "
		"FROM generate_series(%d, %d - 1) AS i",
		from, to);
}

static struct tt_alert change_of(
	const char *symbol, int64_t episode, enum tt_alert_state from, enum tt_alert_state to, int64_t at_ms)
{
	struct tt_id fingerprint = TT_ID(TT_STR("shock"), TT_STR("entity"), tt_str_c(symbol));

	return (struct tt_alert){.change_id = tt_alert_change_id(fingerprint, episode, to),
		.fingerprint = fingerprint,
		.episode = episode,
		.from = from,
		.to = to,
		.severity = TT_SEVERITY_WARNING,
		.rule = TT_STR("shock"),
		.subject_kind = TT_STR("entity"),
		.subject = tt_str_c(symbol),
		.value = to == TT_ALERT_NO_DATA ? NAN : -0.5,
		.threshold = -0.4,
		.at_ms = at_ms,
		.since_ms = at_ms - 60000,
		.sentence = TT_STR("it fell")};
}

static int64_t store(const struct tt_alert *changes, size_t n)
{
	static const struct tt_str targets[] = {{"kafka", 5}, {"webhook:desk", 12}},
				   evidence[8] = {{"[{\"score\": -1}]", 15}};
	struct tt_pg_minute *v;
	struct tt_err err = {0};
	size_t taken;
	bool more;
	int64_t stored = -1;

	must(tt_pg_alerts_take(conn, 1000, &arena, &v, &taken, &more, &err), &err);
	must(tt_pg_alerts_store(conn,
		     &(struct tt_pg_tick){.changes = changes,
			     .evidence = evidence,
			     .n_changes = n,
			     .targets = targets,
			     .n_targets = 2},
		     &stored, &err),
		&err);
	return stored;
}

TT_TEST(one_leads)
{
	struct tt_pg_conn *other = NULL;
	struct tt_err err = {0};
	bool leads = false;

	TT_EQ(tt_pg_conn_new(&other, &db.conf, NULL), TT_OK);
	must(tt_pg_alerts_lead(conn, &leads, &err), &err);
	TT_TRUE(leads);
	must(tt_pg_alerts_lead(other, &leads, &err), &err);
	TT_TRUE(!leads);
	must(tt_pg_alerts_rules(
		     conn, &(struct tt_pg_rule){.name = TT_STR("r"), .scope = TT_STR("entity"), .definition = TT_STR("x")}, 1, &err),
		&err);
	note_minutes(0, 1);
	must(tt_pg_alerts_rest(other, &err), &err); /* there is a leader: nothing is forgotten */
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.rule"), 1);
	tt_pg_conn_close(conn);
	for (int i = 0; i < 1000 && tt_pg_int(&db, "SELECT count(*) FROM tickertone.rule"); i++)
		must(tt_pg_alerts_rest(other, &err), &err);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.rule"), 0);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.mood_delta"), 0);
	must(tt_pg_alerts_lead(other, &leads, &err), &err);
	TT_TRUE(leads);
	tt_pg_conn_free(other);
}

TT_TEST(rules_are_what_is_configured)
{
	const struct tt_str mutes[] = {TT_STR("entity"), TT_STR("item")};
	const struct tt_pg_rule rules[] = {{.name = TT_STR("a"), .scope = TT_STR("entity"), .definition = TT_STR("one")},
		{TT_STR("b"), TT_STR("market"), TT_STR("two"), TT_SEVERITY_CRITICAL, mutes, TT_LEN(mutes)}};
	struct tt_err err = {0};

	must(tt_pg_alerts_rules(conn, rules, 2, &err), &err);
	tt_pg_do(&db, "UPDATE tickertone.rule SET loaded_at = '2000-01-01'");
	must(tt_pg_alerts_rules(conn, rules + 1, 1, &err), &err);
	TT_EQ(tt_pg_int(&db,
		      "SELECT count(*) FROM tickertone.rule WHERE rule = 'b' AND severity = 'critical' "
		      "AND loaded_at = '2000-01-01'"),
		1);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.rule"), 1);
}

TT_TEST(changes_are_taken_once)
{
	struct tt_pg_minute *v;
	struct tt_err err = {0};
	size_t n = 0;
	bool more = false;
	int64_t stored;

	note_minutes(0, 12);
	must(tt_pg_alerts_take(conn, 1000, &arena, &v, &n, &more, &err), &err);
	TT_EQ(n, 6); /* three subjects in two minutes */
	TT_TRUE(!more);
	TT_TRUE(v[0].n == 2 && v[0].w == 1.0 && v[0].ws == 0.5 && v[0].minute == 0);
	note_minutes(12, 18); /* another writer, meanwhile */
	tt_pg_alerts_undo(conn);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.mood_delta"), 18);
	must(tt_pg_alerts_take(conn, 10, &arena, &v, &n, &more, &err), &err);
	TT_TRUE(more);
	must(tt_pg_alerts_store(conn, &(struct tt_pg_tick){0}, &stored, &err), &err);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.mood_delta"), 8);
	must(tt_pg_alerts_take(conn, 1000, &arena, &v, &n, &more, &err), &err);
	tt_pg_conn_close(conn); /* crash in the middle of a tick */
	for (int i = 0; i < 1000 && tt_pg_int(&db, "SELECT count(*) FROM pg_stat_activity WHERE datname = "
						   "current_database() AND state = 'idle in transaction'");
		i++)
		;
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.mood_delta"), 8);
}

TT_TEST(an_episode)
{
	const int64_t t = tt_pg_now_ms;
	const struct tt_alert fire = change_of("NVDA", 1, TT_ALERT_PENDING, TT_ALERT_FIRING, t),
			      lost = change_of("NVDA", 1, TT_ALERT_FIRING, TT_ALERT_NO_DATA, t + 60000),
			      over = change_of("NVDA", 1, TT_ALERT_FIRING, TT_ALERT_RESOLVED, t + 120000),
			      again = change_of("NVDA", 2, TT_ALERT_PENDING, TT_ALERT_FIRING, t + 180000);
	const struct tt_alert two[] = {over, again};

	TT_EQ(store(&fire, 1), 1);
	TT_EQ(store(&fire, 1), 0); /* the answer was lost */
	TT_EQ(tt_pg_int(&db,
		      "SELECT count(*) FROM tickertone.alerts WHERE state = 'firing' AND subject = 'NVDA' "
		      "AND evidence->0->>'score' = '-1' AND sentence = 'it fell'"),
		1);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.alert_outbox"), 2);
	TT_EQ(store(&lost, 1), 1);
	TT_EQ(tt_pg_int(&db,
		      "SELECT count(*) FROM tickertone.alerts WHERE state = 'no_data' AND value IS NULL"),
		1);
	TT_EQ(store(two, 2), 2);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.alert WHERE episode = 1 AND state = 'resolved' "
			     "AND resolved_at > fired_at"),
		1);
	TT_EQ(tt_pg_int(&db, "SELECT episode FROM tickertone.alerts"), 2);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.alert_outbox JOIN tickertone.alert_change "
			     "USING (change_id)"),
		8);
	tt_pg_do(&db, "DELETE FROM tickertone.alert_outbox WHERE target = 'kafka'");
	TT_EQ(tt_pg_int(&db, "SELECT tickertone.prune_alerts('infinity')"), 0); /* others still wait */
	tt_pg_do(&db, "DELETE FROM tickertone.alert_outbox");
	TT_EQ(tt_pg_int(&db, "SELECT tickertone.prune_alerts('infinity')"), 3); /* the open one stays */
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.alert"), 1);
}

struct loaded {
	struct tt_pg_rule_state state;
	int n_states, n_subjects;
	int64_t n_minutes, items;
};

static int got_subject(void *ctx, const struct tt_pg_subject *s, struct tt_err *err)
{
	(void)s, (void)err;
	((struct loaded *)ctx)->n_subjects++;
	return TT_OK;
}

static int got_state(void *ctx, const struct tt_pg_rule_state *s, struct tt_err *err)
{
	struct loaded *l = ctx;

	(void)err;
	l->state = *s;
	l->n_states++;
	return TT_OK;
}

static int got_minutes(void *ctx, const struct tt_pg_minute *v, size_t n, struct tt_err *err)
{
	struct loaded *l = ctx;

	(void)err;
	for (size_t i = 0; i < n; i++)
		l->items += v[i].n;
	l->n_minutes += (int64_t)n;
	return TT_OK;
}

TT_TEST(the_next_leader_goes_on)
{
	const struct tt_pg_rule_state was = {.fingerprint = TT_ID(TT_STR("f")),
		.rule = TT_STR("shock"),
		.subject_kind = TT_STR("entity"),
		.subject = TT_STR("NVDA"),
		.state = TT_ALERT_NO_DATA,
		.before = TT_ALERT_FIRING,
		.episode = 3,
		.since_ms = tt_pg_now_ms - 60000,
		.changed_ms = tt_pg_now_ms,
		.value = NAN};
	struct loaded l = {0};
	const struct tt_pg_alerts_loader to = {got_subject, got_state, got_minutes, &l};
	struct tt_pg_minute *v;
	struct tt_err err = {0};
	size_t n;
	bool more;
	int64_t stored;

	must(tt_pg_alerts_take(conn, 1, &arena, &v, &n, &more, &err), &err);
	must(tt_pg_alerts_store(conn, &(struct tt_pg_tick){.states = &was, .n_states = 1}, &stored, &err),
		&err);
	note_minutes(0, 5);
	tt_pg_do(&db,
		"INSERT INTO tickertone.entity (symbol) VALUES ('NVDA'); INSERT INTO tickertone.mood_minute "
		"(subject_id, minute, n, n_pos, n_neg, w, ws, wss) "
		"SELECT i / 10000, to_timestamp(60 * (i %% 10000)), 1, 0, 0, 1, 0, 0 "
		"FROM generate_series(0, 44999) AS i");
	must(tt_pg_alerts_load(conn, 5000, &to, &err), &err);
	TT_TRUE(l.n_subjects >= 1);
	TT_EQ(l.n_minutes, 20000); /* an exact portion, too, comes to its end */
	TT_EQ(l.items, 20000);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.mood_delta"), 0);
	TT_EQ(l.n_states, 1);
	TT_EQ(l.state.state, TT_ALERT_NO_DATA);
	TT_EQ(l.state.before, TT_ALERT_FIRING);
	TT_EQ(l.state.episode, 3);
	TT_EQ(l.state.since_ms, was.since_ms);
	TT_TRUE(isnan(l.state.value));
	must(tt_pg_alerts_take(conn, 1, &arena, &v, &n, &more, &err), &err);
	must(tt_pg_alerts_store(conn, &(struct tt_pg_tick){.forgotten = &was.fingerprint, .n_forgotten = 1},
		     &stored, &err),
		&err);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.rule_state"), 0);
}

TT_TEST(evidence)
{
	struct tt_pg_answer answers[3];
	struct tt_pg_minute *v;
	struct tt_str symbol = TT_STR("NVDA");
	struct tt_err err = {0};
	size_t n;
	bool more;
	int64_t stored;

	tt_pg_do(&db, "SET search_path = tickertone; INSERT INTO entity (entity_id, symbol, sector) VALUES "
		      "(1, 'NVDA', 'Chips'), "
		      "(2, 'AMD', 'Chips');"
		      "INSERT INTO item (item_id, event_at, fetched_at, date_clamped, title) SELECT "
		      "('00000000-0000-8000-8000-00000000000' "
		      "|| i)::uuid, '2026-11-18 11:00Z'::timestamptz + i * interval '1 minute', now(), "
		      "false, 'title ' || i "
		      "FROM generate_series(1, 4) AS i;"
		      "INSERT INTO entity_sentiment (item_id, event_at, entity_id, score, p_negative, "
		      "p_neutral, p_positive, relevance, "
		      "mentions, in_title) SELECT item_id, event_at, 1 + extract(minute FROM event_at)::int "
		      "/ 4, s, greatest(-s, 0), 1 - "
		      "abs(s), greatest(s, 0), 1, 1, true FROM item, unnest(ARRAY[-0.9, 0.8, -0.5, "
		      "-0.7]::real[]) WITH ORDINALITY AS x (s, n) "
		      "WHERE n = extract(minute FROM event_at)");
	const int64_t until = tt_pg_now_ms;
	const struct tt_pg_question questions[] = {
		{.symbols = &symbol,
			.n_symbols = 1,
			.since_ms = until - 7200000,
			.until_ms = until,
			.half_life_ms = 3600000,
			.direction = -1},
		{.sector = TT_STR("Chips"),
			.since_ms = until - 7200000,
			.until_ms = until,
			.half_life_ms = 3600000,
			.direction = 1},
		{.since_ms = until - 60000, .until_ms = until, .half_life_ms = 3600000},
	};
	must(tt_pg_alerts_take(conn, 1, &arena, &v, &n, &more, &err), &err);
	must(tt_pg_alerts_evidence(conn, questions, 3, 2, &arena, answers, &err), &err);
	must(tt_pg_alerts_store(conn, &(struct tt_pg_tick){0}, &stored, &err), &err);
	TT_EQ(answers[0].n_items, 3);
	TT_STR_EQ(answers[0].strongest, TT_STR("title 1"));
	TT_TRUE(strstr(answers[0].evidence.p, "title 3") && !strstr(answers[0].evidence.p, "title 2"));
	TT_EQ(answers[1].n_items, 4);
	TT_STR_EQ(answers[1].strongest, TT_STR("title 2"));
	TT_EQ(answers[2].n_items, 0);
	TT_TRUE(!answers[2].strongest.p);
	TT_STR_EQ(answers[2].evidence, TT_STR("[]"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
	const struct CMUnitTest tests[] = {CASE(one_leads), CASE(rules_are_what_is_configured),
		CASE(changes_are_taken_once), CASE(an_episode), CASE(the_next_leader_goes_on),
		CASE(evidence)};
	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
