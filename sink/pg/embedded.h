/* embedded.h - the .sql files that are part of the program, in the order of their names (cmake/embed.cmake).
 */
#ifndef TT_SINK_PG_EMBEDDED_H
#define TT_SINK_PG_EMBEDDED_H

#include <stddef.h>

struct tt_embedded {
	const char *name; /* "0001_tables.sql" */
	const char *text; /* NUL-terminated */
	size_t n;
};

extern const struct tt_embedded tt_pg_migration_files[]; /* sink/migrations; ends with {0} */
extern const struct tt_embedded tt_pg_statement_files[]; /* sink/pg/sql; ends with {0} */

#endif
