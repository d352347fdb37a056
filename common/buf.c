/* buf.c - see buf.h. */
#include "common/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"

void tt_buf_init(struct tt_buf *b, size_t max_bytes)
{
	*b = (struct tt_buf){.max = max_bytes};
}

void tt_buf_done(struct tt_buf *b)
{
	free(b->p);
	*b = (struct tt_buf){.max = b->max};
}

void tt_buf_reset(struct tt_buf *b)
{
	b->n = 0;
	b->rc = TT_OK;
	if (b->p)
		b->p[0] = '\0';
}

/* Notes the first error; returns the present one. */
static int failed(struct tt_buf *b, int rc)
{
	if (b->rc == TT_OK)
		b->rc = rc;
	return rc;
}

int tt_buf_reserve(struct tt_buf *b, size_t more)
{
	if (more > b->max - b->n)
		return failed(b, TT_ELIMIT);
	size_t need = b->n + more + 1;
	if (need <= b->cap)
		return TT_OK;
	size_t cap = b->cap ? b->cap : 64;
	while (cap < need)
		cap *= 2;
	char *p = realloc(b->p, cap);
	if (!p)
		return failed(b, TT_ENOMEM);
	b->p = p;
	b->cap = cap;
	return TT_OK;
}

int tt_buf_add(struct tt_buf *b, const void *p, size_t n)
{
	int rc = tt_buf_reserve(b, n);
	if (rc < 0)
		return rc;
	if (n)
		memcpy(b->p + b->n, p, n);
	b->n += n;
	b->p[b->n] = '\0';
	return TT_OK;
}

int tt_buf_str(struct tt_buf *b, struct tt_str s)
{
	return tt_buf_add(b, s.p, s.n);
}

int tt_buf_char(struct tt_buf *b, char c)
{
	return tt_buf_add(b, &c, 1);
}

int tt_buf_printf(struct tt_buf *b, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return failed(b, TT_EPARSE);
	int rc = tt_buf_reserve(b, (size_t)n);
	if (rc < 0)
		return rc;
	va_start(ap, fmt);
	vsnprintf(b->p + b->n, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->n += (size_t)n;
	return TT_OK;
}

struct tt_str tt_buf_view(const struct tt_buf *b)
{
	return (struct tt_str){b->p ? b->p : "", b->n};
}
