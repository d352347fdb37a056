/* bury.c - see bury.h. */
#include "app/run/bury.h"

enum { DEAD_BYTES = 64 << 20 };

int tt_bury(const struct tt_pg_conf *pg, const struct tt_dead_letter *letter, struct tt_err *err)
{
	struct tt_sink sink;
	struct tt_sink_result stored;
	struct tt_batch *b = tt_batch_new(DEAD_BYTES);
	struct tt_dead_letter *dead = b ? tt_batch_add_dead(b) : NULL;
	if (!dead) {
		tt_batch_free(b);
		return tt_err_set(err, TT_ENOMEM, "dead letter: %s", tt_err_text(TT_ENOMEM));
	}
	*dead = *letter;
	dead->at_ms = tt_wall_ms(&tt_clock_real);
	int rc = tt_pg_open(&sink, pg, err);
	if (rc == TT_OK) {
		rc = sink.ops->write(sink.self, &b, 1, &stored, err);
		sink.ops->close(sink.self);
	}
	tt_batch_free(b);
	return rc;
}
