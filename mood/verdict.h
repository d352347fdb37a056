/* verdict.h - what a look at rules has concluded, in the form that is stored and told. Pure. Owner: the list
 * lives in the given arena. */
#ifndef TT_MOOD_VERDICT_H
#define TT_MOOD_VERDICT_H

#include "mood/rule.h"

struct tt_verdict {
	struct tt_alert alert;      /* strings: in the arena of the look, or the rules' and subjects' own */
	struct tt_rule_state state; /* as it is now */
	int32_t subject;            /* of mood_minute; 0: none */
	const struct tt_rule *rule; /* NULL: it is gone */
	bool told;                  /* somebody is to hear of it; else only the state is to be kept */
	bool forgotten;             /* the state goes */
};

/* Is it an alert that was not there before? One that goes on after nothing was known is the same. */
bool tt_verdict_raises(const struct tt_verdict *v);

struct tt_verdicts {
	struct tt_arena *arena;
	int64_t now_ms;
	struct tt_verdict *v;
	size_t n;
};

/* The rule has come from a state to s->state for a subject. NULL: memory is out. What is told lacks its
 * sentence still. */
struct tt_verdict *tt_verdicts_add(struct tt_verdicts *l, const struct tt_rule *r, struct tt_str kind,
	struct tt_str name, const struct tt_rule_state *s, enum tt_alert_state from);

/* States of rules that are no more, or do not look at that subject any more. */
struct tt_orphans {
	struct tt_orphan *v;
	size_t n;
};

/* Strings are copied to the arena. */
int tt_orphans_add(struct tt_orphans *o, struct tt_arena *arena, struct tt_str rule, struct tt_str kind,
	struct tt_str name, const struct tt_rule_state *s);
/* Nobody says any more when they would end, so they do. One that has fired keeps its count, for the rule may
 * come back. */
int tt_orphans_end(struct tt_orphans *o, struct tt_verdicts *l);

#endif
