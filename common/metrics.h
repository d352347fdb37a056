/* metrics.h - every metric of the program, once: the table makes the enum, the /metrics text and docs/METRICS.md.
 * Names follow Prometheus: tickertone_<family>_total for counters, base units (seconds, bytes). The array is the second of
 * the two permitted globals; adds are relaxed atomics and may be done from any thread, libraries included. */
#ifndef TT_COMMON_METRICS_H
#define TT_COMMON_METRICS_H

#include <stdint.h>

#include "common/buf.h"
#include "common/metrics.def"

enum tt_metric {
#define M(id, kind, family, labels, help) TT_M_##id,
	TT_METRICS(M)
#undef M
	TT_METRIC_COUNT
};

enum tt_histogram {
#define H(id, family, labels, help) TT_H_##id,
	TT_HISTOGRAMS(H)
#undef H
	TT_HISTOGRAM_COUNT
};

void tt_metric_add(enum tt_metric id, uint64_t n);
void tt_metric_set(enum tt_metric id, uint64_t value); /* gauges */
uint64_t tt_metric_get(enum tt_metric id);

/* Adds one observation of a duration. Buckets: 1 ms to 65.536 s in powers of two. */
void tt_histogram_add(enum tt_histogram id, int64_t ns);
uint64_t tt_histogram_count(enum tt_histogram id);

int tt_metrics_text(struct tt_buf *out);     /* Prometheus text format 0.0.4 */
int tt_metrics_markdown(struct tt_buf *out); /* docs/METRICS.md */

#endif
