/* privacy.h - what tells who a person is, taken out of what a source gives before anybody else sees it
 * (nlp/token/redact.h, docs/TRAINING.md): section `privacy` of the configuration.
 *
 * It is done between source and filter: whatever comes after that, judging, scoring, entities and their
 * places, rows, events, dead letters, log lines, knows the redacted text alone, and what is compared with
 * stored texts has been through the same. Identities were made by the source from the text as it came and
 * stay; a guid with something private in it gives way to its hash. Links stay as they are, they are what an
 * item is found by.
 *
 * A text for which there is no memory is left out, not let through, and counted.
 * Threads: one at a time each. */
#ifndef TT_APP_PRIVACY_H
#define TT_APP_PRIVACY_H

#include "common/batch.h"
#include "common/conf.h"
#include "nlp/token/redact.h"

struct tt_privacy_conf {
	struct tt_conf_strs redact;
	unsigned kinds; /* the same as bits of enum tt_private; set by tt_privacy_conf_check */
};
extern const struct tt_opt tt_privacy_opts[];

/* TT_ECONF: `redact` names something else than a kind or "all". */
int tt_privacy_conf_check(struct tt_privacy_conf *conf, struct tt_err *err);

/* Caller's storage. kinds 0: nothing is done. */
void tt_privacy_init(struct tt_redacted *scratch, unsigned kinds);
void tt_privacy_batch(struct tt_redacted *scratch, struct tt_batch *b);

#endif
