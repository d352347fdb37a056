/* params.c - see params.h. Integers travel big-endian; every value is preceded by its length within arrays.
 */
#include "sink/pg/params.h"

#include <endian.h>
#include <limits.h>
#include <math.h>
#include <string.h>

#include "common/err.h"
#include "sink/text.h"

#define PG_EPOCH_MS 946684800000 /* 2000-01-01, where timestamptz counts from */
#define YEAR_1_MS   (-62135596800000)
#define YEAR_10K_MS 253402300800000

void tt_pg_params_init(struct tt_pg_params *p, size_t max_bytes)
{
	memset(p, 0, sizeof(*p));
	tt_buf_init(&p->buf, max_bytes);
}

void tt_pg_params_done(struct tt_pg_params *p)
{
	tt_buf_done(&p->buf);
}

void tt_pg_params_reset(struct tt_pg_params *p)
{
	tt_buf_reset(&p->buf);
	p->n = 0;
	p->rc = TT_OK;
	p->left = 0;
}

static void add(struct tt_pg_params *p, const void *bytes, size_t n)
{
	if (p->rc == TT_OK)
		p->rc = tt_buf_add(&p->buf, bytes, n);
}

static void add32(struct tt_pg_params *p, uint32_t v)
{
	v = htobe32(v);
	add(p, &v, sizeof(v));
}

static void patch32(struct tt_pg_params *p, size_t at, uint32_t v)
{
	if (p->rc != TT_OK)
		return;
	v = htobe32(v);
	memcpy(p->buf.p + at, &v, sizeof(v));
}

static unsigned array_type(enum tt_pg_type type)
{
	switch (type) {
	case TT_PG_BOOL:
		return 1000;
	case TT_PG_BYTEA:
		return 1001;
	case TT_PG_INT8:
		return 1016;
	case TT_PG_INT2:
		return 1005;
	case TT_PG_INT4:
		return 1007;
	case TT_PG_TEXT:
		return 1009;
	case TT_PG_FLOAT4:
		return 1021;
	case TT_PG_FLOAT8:
		return 1022;
	case TT_PG_TIMESTAMPTZ:
		return 1185;
	case TT_PG_UUID:
		return 2951;
	}
	return 0;
}

static void open_param(struct tt_pg_params *p, unsigned type)
{
	if (p->rc == TT_OK && p->n == TT_PG_PARAMS_MAX)
		p->rc = TT_ELIMIT;
	if (p->rc != TT_OK)
		return;
	p->types[p->n] = type;
	p->at[p->n] = p->buf.n;
	p->lengths[p->n] = 0;
	p->n++;
}

static void close_param(struct tt_pg_params *p)
{
	if (p->rc != TT_OK)
		return;
	size_t n = p->buf.n - p->at[p->n - 1];
	if (n > INT_MAX)
		p->rc = TT_ELIMIT;
	else
		p->lengths[p->n - 1] = (int)n;
}

void tt_pg_array(struct tt_pg_params *p, enum tt_pg_type type, size_t n)
{
	open_param(p, array_type(type));
	add32(p, n ? 1 : 0); /* dimensions */
	add32(p, 0);         /* has NULLs: set by the first one */
	add32(p, type);
	if (n) {
		add32(p, (uint32_t)n);
		add32(p, 1); /* first subscript */
	}
	p->left = n;
	if (!n)
		close_param(p);
}

/* Begins a value, as an element or a parameter of its own; returns where its length stands. */
static size_t begin(struct tt_pg_params *p, enum tt_pg_type type)
{
	size_t at = p->buf.n;

	if (p->left)
		add32(p, 0);
	else
		open_param(p, type);
	return at;
}

static void end(struct tt_pg_params *p, size_t at)
{
	if (p->left) {
		patch32(p, at, (uint32_t)(p->buf.n - at - 4));
		p->left--;
		if (p->left)
			return;
	}
	close_param(p);
}

void tt_pg_put_null(struct tt_pg_params *p, enum tt_pg_type type)
{
	if (!p->left) {
		open_param(p, type);
		if (p->rc == TT_OK)
			p->at[p->n - 1] = SIZE_MAX;
		return;
	}
	if (p->rc == TT_OK)
		patch32(p, p->at[p->n - 1] + 4, 1);
	add32(p, UINT32_MAX);
	p->left--;
	if (!p->left)
		close_param(p);
}

static void put(struct tt_pg_params *p, enum tt_pg_type type, const void *bytes, size_t n)
{
	size_t at = begin(p, type);

	add(p, bytes, n);
	end(p, at);
}

void tt_pg_put_bool(struct tt_pg_params *p, bool v)
{
	char c = v;

	put(p, TT_PG_BOOL, &c, 1);
}

void tt_pg_put_int(struct tt_pg_params *p, enum tt_pg_type type, int64_t v)
{
	uint64_t be = htobe64((uint64_t)v);
	size_t n = type == TT_PG_INT8 ? 8 : type == TT_PG_INT4 ? 4 : 2;

	put(p, type, (const char *)&be + 8 - n, n);
}

void tt_pg_put_real(struct tt_pg_params *p, float v)
{
	uint32_t u;

	memcpy(&u, &v, sizeof(u));
	u = htobe32(u);
	put(p, TT_PG_FLOAT4, &u, sizeof(u));
}

void tt_pg_put_double(struct tt_pg_params *p, double v)
{
	uint64_t u;

	if (isnan(v)) {
		tt_pg_put_null(p, TT_PG_FLOAT8);
		return;
	}
	memcpy(&u, &v, sizeof(u));
	u = htobe64(u);
	put(p, TT_PG_FLOAT8, &u, sizeof(u));
}

void tt_pg_set_last_bool(struct tt_pg_params *p, bool v)
{
	if (p->rc == TT_OK)
		p->buf.p[p->at[p->n - 1]] = v;
}

bool tt_pg_time_fits(int64_t ms)
{
	return ms >= YEAR_1_MS && ms < YEAR_10K_MS;
}

void tt_pg_put_time(struct tt_pg_params *p, int64_t ms)
{
	if (!tt_pg_time_fits(ms)) { /* TT_TIME_NONE among them */
		tt_pg_put_null(p, TT_PG_TIMESTAMPTZ);
		return;
	}
	uint64_t be = htobe64((uint64_t)((ms - PG_EPOCH_MS) * 1000));
	put(p, TT_PG_TIMESTAMPTZ, &be, sizeof(be));
}

void tt_pg_put_id(struct tt_pg_params *p, struct tt_id id)
{
	if (tt_id_is_zero(id))
		tt_pg_put_null(p, TT_PG_UUID);
	else
		put(p, TT_PG_UUID, id.b, sizeof(id.b));
}

void tt_pg_put_text(struct tt_pg_params *p, struct tt_str s)
{
	if (!s.p) {
		tt_pg_put_null(p, TT_PG_TEXT);
		return;
	}
	size_t at = begin(p, TT_PG_TEXT);
	if (p->rc == TT_OK)
		p->rc = tt_sink_text_repair(&p->buf, s);
	end(p, at);
}

void tt_pg_put_bytes(struct tt_pg_params *p, struct tt_str s)
{
	if (s.p)
		put(p, TT_PG_BYTEA, s.p, s.n);
	else
		tt_pg_put_null(p, TT_PG_BYTEA);
}

void tt_pg_put_texts(struct tt_pg_params *p, const struct tt_str *v, size_t n)
{
	if (!n) {
		tt_pg_put_null(p, TT_PG_TEXT);
		return;
	}
	size_t at = begin(p, TT_PG_TEXT);
	for (size_t i = 0; i < n; i++) {
		add(p, i ? ",\"" : "{\"", 2);
		for (struct tt_str rest = v[i]; rest.n;) {
			size_t plain = 0;
			while (plain < rest.n && rest.p[plain] != '"' && rest.p[plain] != '\\')
				plain++;
			if (p->rc == TT_OK)
				p->rc = tt_sink_text_repair(&p->buf, (struct tt_str){rest.p, plain});
			if (plain < rest.n)
				add(p, rest.p[plain] == '"' ? "\\\"" : "\\\\", 2), plain++;
			rest = (struct tt_str){rest.p + plain, rest.n - plain};
		}
		add(p, "\"", 1);
	}
	add(p, "}", 1);
	end(p, at);
}
