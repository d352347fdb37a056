/* evaluator.h - rules over the history of subjects: what has changed at a time.
 *
 *   add_subject, add_state, add (minutes)     what is known so far, once
 *   add (changes of minutes), run             again and again
 *
 * The mood at a time is that at the end of its minute, so what came in this minute counts at once, and the
 * database says the same of that minute later. What run() returns is done: who cannot store it forgets the
 * evaluator and makes another one from what is stored. Owner: the rules outlive it. Pure but for its own
 * memory; no function blocks. Threads: one at a time. */
#ifndef TT_MOOD_EVALUATOR_H
#define TT_MOOD_EVALUATOR_H

#include "mood/verdict.h"

struct tt_evaluator;

int tt_evaluator_new(struct tt_evaluator **ret, const struct tt_rule_set *rules,
	const struct tt_mood_conf *conf, struct tt_err *err);
void tt_evaluator_free(struct tt_evaluator *e); /* NULL is fine */

/* Strings are copied. sector: absent where there is none. */
int tt_evaluator_add_subject(
	struct tt_evaluator *e, int32_t id, struct tt_str kind, struct tt_str name, struct tt_str sector);

/* How a rule stands for a subject, both added before or gone: then it is ended by the next run. */
int tt_evaluator_add_state(struct tt_evaluator *e, struct tt_str rule, struct tt_str kind, struct tt_str name,
	const struct tt_rule_state *s);

/* TT_ESTALE: the subject is not known; it came after the subjects were added. */
int tt_evaluator_add(struct tt_evaluator *e, int32_t subject, const struct tt_minute *m);

/* Looks at the subjects whose minutes have changed since the last run, and at those that are not at rest;
 * `all`: at all of them, which is due whenever a minute has ended. */
int tt_evaluator_run(struct tt_evaluator *e, int64_t now_ms, bool all, struct tt_arena *arena,
	struct tt_verdict **ret, size_t *ret_n, struct tt_err *err);

/* For people who ask why; linear in the number of subjects. How a rule stands for a subject as last looked
 * at; NULL: it is not about it. */
const struct tt_rule_state *tt_evaluator_state(
	const struct tt_evaluator *e, struct tt_str rule, struct tt_str kind, struct tt_str name);
/* What the measures of a condition are for a subject, one for each term, as of now_ms; NAN: not known. */
void tt_evaluator_values(const struct tt_evaluator *e, struct tt_str kind, struct tt_str name,
	const struct tt_condition *c, int64_t now_ms, double ret[TT_TERMS_MAX]);

/* How many alerts are open. */
size_t tt_evaluator_firing(const struct tt_evaluator *e);

#endif
