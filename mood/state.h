/* state.h - where one rule stands for one subject, and what a look at it changes.
 *
 *                 holds, for: 0
 *        ┌──────────────────────────────┐
 *   INACTIVE ──holds──▶ PENDING ──held for `for`──▶ FIRING ──clear holds──▶ RESOLVED ──holds, cooldown
 * over──▶ as INACTIVE ▲──does not──────┘                           ▲ │ │ ▼ not known NO_DATA (what it goes on
 * from is kept: pending, or firing)
 *
 * Not known never resolves. Pure. Times are wall-clock milliseconds; one that lies ahead of now, because the
 * clock was set back, counts as now. */
#ifndef TT_MOOD_STATE_H
#define TT_MOOD_STATE_H

#include <stdbool.h>

#include "common/alert.h"
#include "mood/condition.h"

struct tt_rule_state {
	enum tt_alert_state state;
	enum tt_alert_state before; /* of NO_DATA: PENDING or FIRING */
	int64_t episode;            /* how often it has fired */
	int64_t since_ms;           /* since when the condition holds; TT_TIME_NONE: it does not */
	int64_t changed_ms;         /* when it came into this state */
	double value;               /* as last looked at; NAN: not known */
};

struct tt_rule_waits {
	int64_t for_ms, cooldown_ms;
};

struct tt_rule_look {
	int64_t now_ms;
	enum tt_truth when;  /* the condition; FAILS also while there are too few items */
	enum tt_truth clear; /* what ends it */
	double value;
};

extern const struct tt_rule_state tt_rule_state_new;

/* An alert of it is open: it fires, or did before nothing was known. */
bool tt_rule_state_is_open(const struct tt_rule_state *s);

/* True: the state is another one now. */
bool tt_rule_state_step(
	struct tt_rule_state *s, const struct tt_rule_waits *waits, const struct tt_rule_look *look);

#endif
