/* item_rules.h - rules about single items, decided in the transaction that stores the items: an alert is
 * there when the item is, and only then. Scores, relevance and watch lists are looked at here, so that a
 * write without a candidate costs nothing; novelty, sector and age by the statement (sql/item_alerts.sql),
 * over the rows that this transaction has stored. An alert is known by rule, item and symbol: neither a
 * repeat nor another text of the story raises it again. It is one moment: a change to firing, and resolved
 * with that.
 *
 * Owner: the set has copies of all. Threads: the set may be exchanged by any while a writer uses it. */
#ifndef TT_SINK_PG_ITEM_RULES_H
#define TT_SINK_PG_ITEM_RULES_H

#include "common/alert.h"
#include "common/err.h"
#include "sink/pg/rows.h"

struct tt_pg_item_rule {
	struct tt_str name;
	enum tt_severity severity;
	double below, above; /* of the entity's score: <= below or >= above; NAN: not asked */
	double min_relevance, min_novelty;
	struct tt_str sector;         /* absent: any */
	const struct tt_str *symbols; /* of a watch list; n 0: any */
	size_t n_symbols;
	int64_t max_age_ms; /* since the item's event time: older ones raise nothing */
};

struct tt_pg_item_rules;

/* Empty. */
int tt_pg_item_rules_new(struct tt_pg_item_rules **ret, struct tt_err *err);
void tt_pg_item_rules_free(struct tt_pg_item_rules *r); /* NULL is fine */

/* These from now on. targets: of the outbox. On error those before stay. */
int tt_pg_item_rules_set(struct tt_pg_item_rules *r, const struct tt_pg_item_rule *rules, size_t n,
	const struct tt_str *targets, size_t n_targets, struct tt_err *err);

/* The statement's parameters for items with these fates (row_params.h); *ret_n: how many candidates, 0: the
 * statement is left out. r may be NULL. TT_ENOMEM. */
int tt_pg_item_rules_fill(struct tt_pg_item_rules *r, struct tt_pg_params *p, struct tt_arena *arena,
	const struct tt_pg_row *items, size_t n_items, const uint8_t *fates, size_t *ret_n);

#endif
