/* crew.h - the threads that read texts with the model, for all who have texts to read.
 *
 * A call's sequences are cut into units of about one forward pass; a text of several windows is a unit of its
 * own. Idle threads take units of whatever call: one call uses all threads, and no text waits behind a long
 * one while a thread is free. Units are taken by the tokens that had come in before their call plus their
 * own: short ones pass a long one, but no more of them than it has tokens itself.
 *
 * Threads: any number of callers; a caller sleeps until its call is done and never does another's work, so
 * that it is not held up by it. A crew thread waits only for work, never for another one. Each makes the
 * classifier that it uses itself: its memory is of its own NUMA node. */
#ifndef TT_NLP_CREW_H
#define TT_NLP_CREW_H

#include "nlp/model/classify.h"

struct tt_crew;

/* threads: 0 is tt_cores(). m must outlive the crew. Errors: TT_ENOMEM. */
int tt_crew_new(
	struct tt_crew **ret, const struct tt_model *m, int threads, size_t pack_tokens, struct tt_err *err);
void tt_crew_free(struct tt_crew *c); /* nobody may be in a call; NULL is fine */

/* As tt_classify; results do not depend on which thread reads what. */
int tt_crew_classify(struct tt_crew *c, struct tt_sequence *seqs, size_t n, struct tt_err *err);

#endif
