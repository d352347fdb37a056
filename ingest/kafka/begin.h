/* begin.h - where reading a partition begins: the greater of what is stored and what the group has committed,
 * as long as the log still has it. Pure. */
#ifndef TT_INGEST_KAFKA_BEGIN_H
#define TT_INGEST_KAFKA_BEGIN_H

#include "common/err.h"
#include "ingest/kafka/conf.h"

struct tt_begin {
	int64_t stored, committed; /* next offset; -1: none */
	int64_t low, high;         /* the log has [low, high) */
};

/* *ret_gap: the position is not in the log, err->msg says what that means and what is done about it
 * (kafka.on_gap). TT_ECONF: it is not in the log and on_gap is "fail". */
int tt_begin_at(const struct tt_begin *b, const struct tt_kafka_conf *conf, int64_t *ret_offset,
	bool *ret_gap, struct tt_err *err);

#endif
