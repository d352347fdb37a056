/* test_cmd_db.c - `tickertone db` as an operator runs it: output and exit status. */
#include <sys/wait.h>

#include "tests/sink/pg_test.h"

static char output[4096];

/* Runs the program, all it prints goes to output; returns the exit status. */
static int tickertone(const struct tt_pg_db *db, const char *args)
{
	char line[2000];

	snprintf(line, sizeof(line), "'%s' db %s --dsn '%s' 2>&1", getenv("TT_BINARY"), args, db->dsn);
	FILE *f = popen(line, "r");
	size_t n = fread(output, 1, sizeof(output) - 1, f);
	output[n] = '\0';
	return WEXITSTATUS(pclose(f));
}

TT_TEST(life_of_a_database)
{
	static const struct {
		const char *args, *want;
		int status;
	} rows[] = {
		{"status", "missing", 70},
		{"prune", "run `tickertone db migrate`", 70},
		{"migrate", "migrations applied", 0},
		{"migrate", "up to date", 0},
		{"status", "applied", 0},
		{"prune", "0 partitions dropped", 0},
		{"prune --retention 90d", "0 partitions dropped", 0},
		{"prune --retention 0s", "everything is kept", 0},
		{"prune --retention 90", "--retention 90: not a duration", 64},
		{"prune --retention d", "--retention d: not a duration", 64},
		{"prune --retention 1y", "--retention 1y: not a duration", 64},
	};
	struct tt_pg_db db;

	tt_pg_db_make(&db, false);
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		TT_EQ_ROW((long)i, tickertone(&db, rows[i].args), rows[i].status);
		if (!strstr(output, rows[i].want))
			fail_msg("row %zu: '%s' lacks '%s'", i, output, rows[i].want);
	}
	tt_pg_do(&db, "INSERT INTO tickertone.migration VALUES (9000, 'future', gen_random_uuid())");
	TT_EQ(tickertone(&db, "migrate"), 70);
	TT_TRUE(strstr(output, "version 9000 (future)"));
	TT_EQ(tickertone(&db, "status"), 70);
	TT_TRUE(strstr(output, "unknown to this program"));
	tt_pg_db_drop(&db);
}

TT_MAIN(TT_RUN(life_of_a_database))
