/* conf.c - section `postgres` of the configuration. */
#include "sink/pg/pg.h"

#define DAY_MS 86400e3
#define OPT(name, type, field, def, lo, hi, unit, flags, doc)                                                \
	{                                                                                                    \
		name, type, offsetof(struct tt_pg_conf, field), def, lo, hi, unit, flags, doc, NULL          \
	}

const struct tt_opt tt_pg_opts[] = {
	OPT("dsn", TT_OPT_SECRET, dsn, NULL, 0, 0, "", 0,
		"Where the database is: a libpq connection string or URI, or @FILE to read it from a file. "
		"Without it libpq's PGHOST, PGDATABASE, ... decide."),
	OPT("application_name", TT_OPT_STR, application_name, "tickertone", 0, 0, "", 0,
		"Name shown in pg_stat_activity, unless the dsn gives one."),
	OPT("connect_timeout", TT_OPT_DURATION, connect_timeout_ms, "10s", 2e3, 600e3, "", 0,
		"Longest wait for a connection, in whole seconds."),
	OPT("statement_timeout", TT_OPT_DURATION, statement_timeout_ms, "60s", 1e3, 3600e3, "", 0,
		"Longest wait for one write; then it is cancelled and tried again."),
	OPT("partitions_ahead", TT_OPT_INT, partitions_ahead, "4", 1, 52, "weeks", 0,
		"Weekly partitions kept ready for the weeks to come."),
	OPT("partitions_behind", TT_OPT_INT, partitions_behind, "8", 0, 520, "weeks", 0,
		"Items dated so far back get a weekly partition; older ones share the partition _old."),
	OPT("retention", TT_OPT_DURATION, retention_ms, "400d", 0, 36500 * DAY_MS, "", 0,
		"What is older is deleted by `tickertone db prune`, in whole weeks. 0s keeps everything."),
	OPT("dead_letter_bytes", TT_OPT_SIZE, dead_letter_bytes, "64KiB", 0, 16777216, "", 0,
		"Of a refused input so much is kept."),
	OPT("max_versions", TT_OPT_INT, max_versions, "8", 1, 1000, "texts", 0,
		"An item whose title the publisher changes is kept with so many of its texts; further changes are "
		"dropped and counted."),
	OPT("max_aliases", TT_OPT_INT, max_aliases, "8", 0, 1000, "keys", 0,
		"An item that comes again under another guid or URL learns so many of them."),
	{0},
};
