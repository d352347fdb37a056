/* errors.h - what a PostgreSQL error means to us. */
#ifndef TT_SINK_PG_ERRORS_H
#define TT_SINK_PG_ERRORS_H

/* Our code for an SQLSTATE; NULL (no answer at all) is TT_EPEER. TT_EDATA only for what the content itself
 * brought about. */
int tt_pg_code(const char *sqlstate);

#endif
