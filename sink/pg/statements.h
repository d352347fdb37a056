/* statements.h - the SQL of sink/pg/sql by file name. */
#ifndef TT_SINK_PG_STATEMENTS_H
#define TT_SINK_PG_STATEMENTS_H

const char *tt_pg_statement(const char *file_name); /* asserts that there is one */

#endif
