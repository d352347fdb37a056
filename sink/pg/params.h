/* params.h - the parameters of one statement, in PostgreSQL's binary formats: single values and
 * one-dimensional arrays, put one after the other into one buffer. Arrays carry the rows of a batch: one
 * array a column (unnest makes rows again). Errors stick: the first one is kept in rc, later puts do nothing;
 * whoever sends the statement looks at rc once. */
#ifndef TT_SINK_PG_PARAMS_H
#define TT_SINK_PG_PARAMS_H

#include "common/buf.h"
#include "common/clock.h"
#include "common/id.h"

enum tt_pg_type { /* object ids of pg_type, fixed for ever */
	TT_PG_BOOL = 16,
	TT_PG_BYTEA = 17,
	TT_PG_INT8 = 20,
	TT_PG_INT2 = 21,
	TT_PG_INT4 = 23,
	TT_PG_TEXT = 25,
	TT_PG_FLOAT4 = 700,
	TT_PG_FLOAT8 = 701,
	TT_PG_TIMESTAMPTZ = 1184,
	TT_PG_UUID = 2950,
};

enum { TT_PG_PARAMS_MAX = 48 };

struct tt_pg_params {
	struct tt_buf buf;
	int n, rc;
	unsigned types[TT_PG_PARAMS_MAX];
	size_t at[TT_PG_PARAMS_MAX]; /* offset in buf; SIZE_MAX: NULL */
	int lengths[TT_PG_PARAMS_MAX];
	size_t left; /* elements the open array still expects */
};

void tt_pg_params_init(struct tt_pg_params *p, size_t max_bytes);
void tt_pg_params_done(struct tt_pg_params *p);
void tt_pg_params_reset(struct tt_pg_params *p);

/* Opens the next parameter as an array of n elements of a type; exactly n puts must follow. Without an open
 * array a put is a parameter of its own. */
void tt_pg_array(struct tt_pg_params *p, enum tt_pg_type type, size_t n);

void tt_pg_put_null(struct tt_pg_params *p, enum tt_pg_type type);
void tt_pg_put_bool(struct tt_pg_params *p, bool v);
void tt_pg_put_int(struct tt_pg_params *p, enum tt_pg_type type, int64_t v); /* INT2, INT4 or INT8 */
void tt_pg_put_real(struct tt_pg_params *p, float v);
void tt_pg_put_double(struct tt_pg_params *p, double v); /* FLOAT8; NULL for NAN */
void tt_pg_put_time(
	struct tt_pg_params *p, int64_t ms); /* NULL for TT_TIME_NONE and outside the years 1 to 9999 */
void tt_pg_put_id(struct tt_pg_params *p, struct tt_id id);    /* NULL for the zero id */
void tt_pg_put_text(struct tt_pg_params *p, struct tt_str s);  /* repaired (sink/text.h); NULL when absent */
void tt_pg_put_bytes(struct tt_pg_params *p, struct tt_str s); /* NULL when absent */
/* A text that PostgreSQL reads as text[] by a cast: for arrays within arrays. NULL when n is 0. */
void tt_pg_put_texts(struct tt_pg_params *p, const struct tt_str *v, size_t n);
/* Changes the last parameter, a bool. */
void tt_pg_set_last_bool(struct tt_pg_params *p, bool v);

/* Years 1 to 9999, what a timestamptz and people can show. */
bool tt_pg_time_fits(int64_t ms);

#endif
