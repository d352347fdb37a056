/* rule.h - the rules of a desk, from a file of their own (docs/RULES.md has every key):
 *
 *   watch_lists:
 *     - {name: chips, symbols: [NVDA, AMD, INTC]}
 *   rules:
 *     - name: negative-shock
 *       over: entity
 *       watch_list: chips
 *       when: shock(1h, 24h) < -1.5 and items(1h) >= 5
 *       clear: shock(1h, 24h) > -0.5
 *       for: 5m
 *       cooldown: 1h
 *       severity: warning
 *
 * Owner: the set owns all it points to. Threads: read-only once loaded. */
#ifndef TT_MOOD_RULE_H
#define TT_MOOD_RULE_H

#include "common/arena.h"
#include "common/conf.h"
#include "mood/condition.h"
#include "mood/state.h"

enum tt_scope {
	TT_OVER_ENTITY,
	TT_OVER_SECTOR,
	TT_OVER_MARKET,
	TT_OVER_ITEM,
	TT_OVER_FEED,
	TT_OVER_SERVICE, /* its work: a topic by consumer group, or polling */
	TT_SCOPES
};

struct tt_rule {
	struct tt_str name;
	enum tt_scope over;
	enum tt_severity severity;
	struct tt_condition when;
	struct tt_condition clear; /* n 0: it ends when `when` fails */
	struct tt_rule_waits waits;
	struct tt_str sector;         /* absent: any */
	const struct tt_str *symbols; /* of the watch list; n 0: any */
	size_t n_symbols;
	const struct tt_str *mutes; /* kinds of subjects that are not told of while it fires */
	size_t n_mutes;
	const struct tt_str *only; /* of what is observed: patterns of names, * is any text; n 0: any */
	size_t n_only;
	struct tt_str definition; /* `when`, for people */
};

struct tt_rule_set {
	struct tt_arena arena;
	struct tt_rule *v;
	size_t n;
	int64_t lookback; /* minutes: how far back the furthest of them looks */
};

extern const struct tt_section tt_rule_sections[]; /* ends with {0} */

/* TT_ECONF: the message names file, rule and column. */
int tt_rule_set_load(struct tt_rule_set **ret, const char *path, struct tt_err *err);
int tt_rule_set_load_text(struct tt_rule_set **ret, struct tt_str yaml, const char *name, struct tt_err *err);
void tt_rule_set_free(struct tt_rule_set *s); /* NULL is fine */

/* "entity", "sector", "market", "item", "feed", "service": the subject's kind, too. */
const char *tt_scope_name(enum tt_scope over);

/* Is the rule about this subject of mood_minute? Never for one about items or what is observed. */
bool tt_rule_is_about(const struct tt_rule *r, struct tt_str kind, struct tt_str name, struct tt_str sector);

/* Of a rule about items: is it about those about this entity? */
bool tt_rule_is_about_items_of(const struct tt_rule *r, struct tt_str symbol, struct tt_str sector);
/* Over feeds, or the service (observer.h)? */
bool tt_scope_is_observed(enum tt_scope over);
/* Does a rule over what is observed look at what is called so? */
bool tt_rule_watches(const struct tt_rule *r, enum tt_about about, struct tt_str name);

#endif
