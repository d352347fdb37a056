/* begin.c - see begin.h. */
#include "ingest/kafka/begin.h"

int tt_begin_at(const struct tt_begin *b, const struct tt_kafka_conf *conf, int64_t *ret_offset,
	bool *ret_gap, struct tt_err *err)
{
	int64_t at = b->stored > b->committed ? b->stored : b->committed;
	*ret_gap = false;
	if (at < 0) {
		*ret_offset = conf->start == TT_START_EARLIEST ? b->low : b->high;
		return TT_OK;
	}
	if (at >= b->low && at <= b->high) {
		*ret_offset = at;
		return TT_OK;
	}
	const char *what = at < b->low ? "the log begins later (retention, or records deleted)"
				       : "the log ends earlier (the topic was made anew, or truncated)";
	if (conf->on_gap == TT_GAP_FAIL)
		return tt_err_set(err, TT_ECONF,
			"next offset is %lld, but %s: it has %lld to %lld, and kafka.on_gap is fail",
			(long long)at, what, (long long)b->low, (long long)b->high);
	*ret_gap = true;
	*ret_offset = conf->on_gap == TT_GAP_EARLIEST ? b->low : b->high;
	tt_err_set(err, TT_ENOENT, "next offset is %lld, but %s: it has %lld to %lld; going on at %lld",
		(long long)at, what, (long long)b->low, (long long)b->high, (long long)*ret_offset);
	return TT_OK;
}
