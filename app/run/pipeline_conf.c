/* pipeline_conf.c - section `pipeline` of the configuration. */
#include "app/run/pipeline.h"

#define OPT(f, ty, d, lo, hi, u, doc)                                                                        \
	{                                                                                                    \
#f, ty, offsetof(struct tt_pipeline_conf, f), d, lo, hi, u, 0, doc, NULL                     \
	}
#define MS(name, f, d, lo, hi, doc)                                                                          \
	{                                                                                                    \
		name, TT_OPT_DURATION, offsetof(struct tt_pipeline_conf, f), d, lo, hi, "ms", 0, doc, NULL   \
	}

const struct tt_opt tt_pipeline_opts[] = {
	{"sink", TT_OPT_ENUM, offsetof(struct tt_pipeline_conf, sink), "postgres", 0, 0, "", 0,
		"Where scored items go: the database, or standard output as JSON Lines (nothing is "
		"remembered then).",
		"postgres|stdout"},
	OPT(queue_batches, TT_OPT_INT, "8", 1, 1024, "batches",
		"Batches that may wait between two stages; a full queue slows the stage before it."),
	OPT(max_items, TT_OPT_INT, "1024", 1, 100000, "items",
		"A batch is handed on when it has so many items; one feed's items are never split."),
	MS("max_wait", max_wait_ms, "100ms", 1, 60000,
		"Longest wait of a batch's first item for more to come."),
	OPT(batch_bytes, TT_OPT_SIZE, "64MiB", 1 << 20, 4e9, "bytes",
		"Memory one batch may take; queue_batches x 3 of them bound the whole line."),
	OPT(write_batches, TT_OPT_INT, "8", 1, 256, "batches",
		"Batches that are written in one transaction at most when several wait."),
	MS("retry_base", retry_base_ms, "250ms", 1, 60000,
		"First wait after the database went away; doubles, with jitter."),
	MS("retry_cap", retry_cap_ms, "15s", 1, 3600000,
		"Longest wait between two tries while the database is away."),
	MS("drain", drain_ms, "20s", 0, 3600000,
		"After SIGTERM: how long to go on trying to store what was read."),
	MS("stall", stall_ms, "10m", 0, 86400000,
		"When no batch has moved for so long though some wait and the database answers, /ready says so and "
		"systemd's watchdog is no longer fed. Must be longer than the scoring of one batch; 0s turns it off."),
	{0},
};
