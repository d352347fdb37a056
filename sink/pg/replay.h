/* replay.h - stored history in the order of time, for rules that are tried on it. Threads, errors: conn.h. */
#ifndef TT_SINK_PG_REPLAY_H
#define TT_SINK_PG_REPLAY_H

#include "sink/pg/alerts.h"
#include "sink/pg/item_rules.h"

/* All subjects, then the minutes of [since, until) by minute; to->state is not called. */
int tt_pg_replay(struct tt_pg_conn *c, int64_t since_minute, int64_t until_minute,
	const struct tt_pg_alerts_loader *to, struct tt_err *err);

struct tt_pg_replayed_item {
	int64_t event_ms;
	struct tt_str symbol, title;
	double score;
};

/* Items of [since, until) that a rule would have raised an alert about, by time. The array lives in the
 * arena. */
int tt_pg_replay_items(struct tt_pg_conn *c, int64_t since_ms, int64_t until_ms,
	const struct tt_pg_item_rule *rule, struct tt_arena *arena, struct tt_pg_replayed_item **ret,
	size_t *ret_n, struct tt_err *err);

#endif
