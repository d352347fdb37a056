/* retry.h - dead letters once more through the line: the present parser and field map, the filter, the model,
 * the sinks. An item gets the identity it would have had, so that what is stored already is not stored twice.
 * Threads: one. Blocking: as the sinks and the model take. */
#ifndef TT_APP_DLQ_RETRY_H
#define TT_APP_DLQ_RETRY_H

#include "app/conf.h"
#include "sink/pg/dead_letters.h"

struct tt_retry;

/* conf must outlive it. write false: letters are only read, nothing is scored or stored. Errors of the model,
 * the sinks, the field map. */
int tt_retry_new(struct tt_retry **ret, const struct tt_app_conf *conf, bool write, struct tt_err *err);
void tt_retry_free(struct tt_retry *r); /* NULL is fine */

/* Tries n letters (with their payloads). reasons[i], in the arena: absent when what letter i held is stored,
 * or it held nothing; else why it is refused still. Other errors: the try itself failed (a database that is
 * away); letters may be stored already and can be tried again. */
int tt_retry_letters(struct tt_retry *r, const struct tt_pg_dead *v, size_t n, struct tt_arena *arena,
	struct tt_str *reasons, struct tt_err *err);

#endif
