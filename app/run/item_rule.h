/* item_rule.h - a rule over items in the form in which it is decided: a threshold for each measure. */
#ifndef TT_APP_ITEM_RULE_H
#define TT_APP_ITEM_RULE_H

#include "mood/rule.h"
#include "sink/pg/item_rules.h"

/* Of a rule with TT_OVER_ITEM; borrows its strings. */
struct tt_pg_item_rule tt_item_rule_of(const struct tt_rule *r, int64_t max_age_ms);

#endif
