/* state.c - see state.h. */
#include "mood/state.h"

#include <math.h>

const struct tt_rule_state tt_rule_state_new = {
	.state = TT_ALERT_INACTIVE, .since_ms = TT_TIME_NONE, .changed_ms = TT_TIME_NONE, .value = NAN};

bool tt_rule_state_is_open(const struct tt_rule_state *s)
{
	return s->state == TT_ALERT_FIRING || (s->state == TT_ALERT_NO_DATA && s->before == TT_ALERT_FIRING);
}

static bool go(struct tt_rule_state *s, enum tt_alert_state to, int64_t now_ms)
{
	s->state = to;
	s->changed_ms = now_ms;
	return true;
}

static bool fire(struct tt_rule_state *s, int64_t now_ms)
{
	s->episode++;
	return go(s, TT_ALERT_FIRING, now_ms);
}

/* It does not hold, or did not until now. */
static bool step_quiet(
	struct tt_rule_state *s, const struct tt_rule_waits *waits, const struct tt_rule_look *look)
{
	if (look->when != TT_HOLDS)
		return false;
	if (s->state == TT_ALERT_RESOLVED && look->now_ms - s->changed_ms < waits->cooldown_ms)
		return false;
	s->since_ms = look->now_ms;
	return waits->for_ms ? go(s, TT_ALERT_PENDING, look->now_ms) : fire(s, look->now_ms);
}

static bool step_pending(
	struct tt_rule_state *s, const struct tt_rule_waits *waits, const struct tt_rule_look *look)
{
	if (look->when == TT_FAILS) {
		s->since_ms = TT_TIME_NONE;
		return go(s, TT_ALERT_INACTIVE, look->now_ms);
	}
	return look->now_ms - s->since_ms >= waits->for_ms ? fire(s, look->now_ms) : false;
}

static bool step_firing(struct tt_rule_state *s, const struct tt_rule_look *look)
{
	if (look->clear != TT_HOLDS)
		return false;
	s->since_ms = TT_TIME_NONE;
	return go(s, TT_ALERT_RESOLVED, look->now_ms);
}

static bool step_no_data(
	struct tt_rule_state *s, const struct tt_rule_waits *waits, const struct tt_rule_look *look)
{
	bool was_firing = s->before == TT_ALERT_FIRING;

	if (was_firing && look->clear == TT_UNKNOWN)
		return false;
	if (!was_firing && look->when == TT_UNKNOWN)
		return false;
	if (!was_firing) /* nobody knows whether it held all the time */
		s->since_ms = look->now_ms;
	go(s, s->before, look->now_ms);
	if (was_firing)
		step_firing(s, look);
	else
		step_pending(s, waits, look);
	return true;
}

bool tt_rule_state_step(
	struct tt_rule_state *s, const struct tt_rule_waits *waits, const struct tt_rule_look *look)
{
	if (s->since_ms > look->now_ms)
		s->since_ms = look->now_ms;
	if (s->changed_ms > look->now_ms)
		s->changed_ms = look->now_ms;
	s->value = look->value;
	switch (s->state) {
	case TT_ALERT_PENDING:
		if (look->when != TT_UNKNOWN)
			return step_pending(s, waits, look);
		break;
	case TT_ALERT_FIRING:
		if (look->clear != TT_UNKNOWN)
			return step_firing(s, look);
		break;
	case TT_ALERT_NO_DATA:
		return step_no_data(s, waits, look);
	default:
		return step_quiet(s, waits, look);
	}
	s->before = s->state;
	return go(s, TT_ALERT_NO_DATA, look->now_ms);
}
