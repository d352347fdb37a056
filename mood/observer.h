/* observer.h - rules over what is observed (observed.h): feeds, topics, polling. The counterpart of the
 * evaluator (evaluator.h) for what has no minutes of moods; the same states, alerts and waits.
 *
 *   add_state   how rules stand, once
 *   run         with what is observed now, each minute
 *
 * What was observed and is not any more keeps its state for some looks, since things change hands; then it is
 * not known. When that has lasted for a day an open alert ends: nobody watches it any more. Owner: the rules
 * outlive it. Pure but for its own memory; no function blocks. Threads: one at a time. */
#ifndef TT_MOOD_OBSERVER_H
#define TT_MOOD_OBSERVER_H

#include "mood/observed.h"
#include "mood/verdict.h"

enum { TT_OBSERVER_PATIENCE = 5 /* looks without an observation before it is not known */ };

struct tt_observer;

int tt_observer_new(struct tt_observer **ret, const struct tt_rule_set *rules, struct tt_err *err);
void tt_observer_free(struct tt_observer *o); /* NULL is fine */

/* Does a rule ask for such things? If not, they need not be observed. */
bool tt_observer_asks(const struct tt_observer *o, enum tt_about about);

/* How a rule stands for a subject; one that is gone is ended by the next run. TT_ENOMEM. */
int tt_observer_add_state(struct tt_observer *o, struct tt_str rule, struct tt_str kind, struct tt_str name,
	const struct tt_rule_state *s);

/* Looks at everything, each observation given once. What it returns is done, as of the evaluator. */
int tt_observer_run(struct tt_observer *o, int64_t now_ms, const struct tt_observation *v, size_t n,
	struct tt_arena *arena, struct tt_verdict **ret, size_t *ret_n, struct tt_err *err);

/* How many alerts are open. */
size_t tt_observer_firing(const struct tt_observer *o);

#endif
