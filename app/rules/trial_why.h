/* trial_why.h - why a rule stands as it does, in words: "shock(1h, 1d) is -0.7, not < -1.5; items(1h) is 12".
 * Absent: out of memory. */
#ifndef TT_APP_RULES_TRIAL_WHY_H
#define TT_APP_RULES_TRIAL_WHY_H

#include "app/rules/suite.h"
#include "mood/evaluator.h"

/* Of a rule that looks at the subject. While it fires, what would end it is said. */
struct tt_str tt_trial_why(struct tt_arena *arena, const struct tt_evaluator *e, const struct tt_rule *rule,
	const struct tt_suite_subject *s, const struct tt_rule_state *state, int64_t now_ms);

/* Of a rule over items and what one of them says about an entity; part NULL: none was said. */
struct tt_str tt_trial_why_item(struct tt_arena *arena, const struct tt_rule *rule,
	const struct tt_suite_items *items, const struct tt_suite_part *part, bool is_about);

#endif
