/* scrub.h - a text as it should be kept: cleaned as the scorer cleans it and, when asked, without what tells
 * who a person is; and where its entities stand then. Owner: struct tt_scrub is caller's storage (init/done),
 * reused; `text` lives until the next call. Threads: one at a time. Errors: TT_ENOMEM, TT_ELIMIT. */
#ifndef TT_NLP_TRAIN_DATA_SCRUB_H
#define TT_NLP_TRAIN_DATA_SCRUB_H

#include "nlp/token/clean.h"
#include "nlp/token/redact.h"

struct tt_scrub {
	struct tt_clean clean;
	struct tt_redacted redacted;
	bool redacts;
	struct tt_str text;
};

void tt_scrub_init(struct tt_scrub *s, bool redacts);
void tt_scrub_done(struct tt_scrub *s);
int tt_scrub_text(struct tt_scrub *s, struct tt_str given);

/* What is left of a span of the given text; false: nothing. */
bool tt_scrub_span(const struct tt_scrub *s, struct tt_span given, struct tt_span *ret);

#endif
