/* alerts.h - what the leader of the alerts asks of the database and writes to it (migration 0014). Its tick
 * is one transaction: tt_pg_alerts_take begins it, tt_pg_alerts_evidence may follow, tt_pg_alerts_store ends
 * it. After any error the transaction is over and nothing of it has happened; what the caller took must be
 * forgotten and loaded anew. Errors as tt_pg_open (pg.h). */
#ifndef TT_SINK_PG_ALERTS_H
#define TT_SINK_PG_ALERTS_H

#include "common/alert.h"
#include "common/arena.h"
#include "sink/pg/conn.h"

struct tt_pg_rule {
	struct tt_str name, scope, definition;
	enum tt_severity severity;
	const struct tt_str *mutes; /* kinds of subjects that are not told of while it fires */
	size_t n_mutes;
};

struct tt_pg_rule_state {
	struct tt_id fingerprint;
	struct tt_str rule, subject_kind, subject;
	enum tt_alert_state state;
	enum tt_alert_state before; /* of no_data: what it goes on from */
	int64_t episode;
	int64_t since_ms;   /* TT_TIME_NONE: the condition does not hold */
	int64_t changed_ms; /* when it came into this state */
	double value;       /* NAN: not known */
};

/* What a minute of a subject changes by, or is. */
struct tt_pg_minute {
	int32_t subject_id;
	int64_t minute; /* since 1970 */
	int64_t n, n_pos, n_neg;
	double w, ws, wss;
};

struct tt_pg_subject {
	int32_t id;
	struct tt_str kind; /* "entity", "sector", "market" */
	struct tt_str name; /* symbol, name of the sector, "market" */
	struct tt_str sector;
};

/* Where what was loaded goes. Strings live as long as the call. An error ends the load and is returned. */
struct tt_pg_alerts_loader {
	int (*subject)(void *ctx, const struct tt_pg_subject *s, struct tt_err *err);
	int (*state)(void *ctx, const struct tt_pg_rule_state *s, struct tt_err *err);
	int (*minutes)(void *ctx, const struct tt_pg_minute *v, size_t n, struct tt_err *err);
	void *ctx;
};

/* Asks for the right to evaluate. *ret true: this session has it until it ends (tt_pg_conn_generation). To be
 * asked once a session, it counts. */
int tt_pg_alerts_lead(struct tt_pg_conn *c, bool *ret, struct tt_err *err);

/* Makes table `rule` what is configured; from then on changes of minutes are noted. */
int tt_pg_alerts_rules(struct tt_pg_conn *c, const struct tt_pg_rule *rules, size_t n, struct tt_err *err);

/* Subjects, states, and the minutes from since_minute on, of one moment; changes noted until then are
 * dropped, for the minutes have them. */
int tt_pg_alerts_load(
	struct tt_pg_conn *c, int64_t since_minute, const struct tt_pg_alerts_loader *to, struct tt_err *err);

/* Begins the transaction of a tick: up to max_rows noted changes, which are gone when it commits, summed up
 * by subject and minute. *ret_more: others wait. The array lives in the arena. */
int tt_pg_alerts_take(struct tt_pg_conn *c, size_t max_rows, struct tt_arena *arena,
	struct tt_pg_minute **ret, size_t *ret_n, bool *ret_more, struct tt_err *err);

/* What is to be explained: the items of [since, until) about the symbols (n 0: about a sector, or anybody).
 */
struct tt_pg_question {
	const struct tt_str *symbols;
	size_t n_symbols;
	struct tt_str sector; /* absent: not by sector */
	int64_t since_ms, until_ms, half_life_ms;
	int direction; /* -1: what drew it down, 1: up, 0: either */
};

struct tt_pg_answer {
	struct tt_str evidence;  /* as alert_change.evidence: a JSON array, strongest first */
	struct tt_str strongest; /* title of the first; absent: none */
	int64_t n_items;         /* in the whole span */
};

/* The max_items strongest items for each question. Strings live in the arena. */
int tt_pg_alerts_evidence(struct tt_pg_conn *c, const struct tt_pg_question *questions, size_t n,
	size_t max_items, struct tt_arena *arena, struct tt_pg_answer *answers, struct tt_err *err);

/* Commits the tick: states, changes, the alerts as they stand, and a row of the outbox per change and target.
 * Changes are those to firing, resolved, and from firing to no_data; the others are states only. A change
 * that is stored already is not stored again. With no states, changes or `forgotten` it only commits. */
struct tt_pg_tick {
	const struct tt_pg_rule_state *states;
	size_t n_states;
	const struct tt_alert *changes; /* their own evidence is not looked at, but: */
	const struct tt_str *evidence;  /* of each change, JSON; absent: none */
	size_t n_changes;
	const struct tt_str *targets;
	size_t n_targets;
	const struct tt_id *forgotten; /* fingerprints whose states go: of rules that are no more */
	size_t n_forgotten;
};
int tt_pg_alerts_store(
	struct tt_pg_conn *c, const struct tt_pg_tick *tick, int64_t *ret_changes, struct tt_err *err);

/* Undoes a tick. */
void tt_pg_alerts_undo(struct tt_pg_conn *c);

/* Where nobody evaluates, forgets that there were rules, and what was noted for them. */
int tt_pg_alerts_rest(struct tt_pg_conn *c, struct tt_err *err);

#endif
