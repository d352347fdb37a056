/* alerts_params.h - the columns of the leader's statements (sink/pg/sql/alerts_*.sql). */
#ifndef TT_SINK_PG_ALERTS_PARAMS_H
#define TT_SINK_PG_ALERTS_PARAMS_H

#include "sink/pg/alerts.h"

void tt_pg_rule_params(struct tt_pg_params *p, const struct tt_pg_rule *rules, size_t n);
void tt_pg_question_params(
	struct tt_pg_params *p, const struct tt_pg_question *questions, size_t n, size_t max_items);
void tt_pg_state_params(struct tt_pg_params *p, const struct tt_pg_tick *tick);
void tt_pg_change_params(struct tt_pg_params *p, const struct tt_pg_tick *tick);
void tt_pg_tell_params(struct tt_pg_params *p, const struct tt_pg_tick *tick);

#endif
