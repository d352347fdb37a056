/* buf.h - a growing byte buffer with a mandatory cap.
 * Owner: the struct is the caller's (init/done), its bytes are the buffer's and move when it grows.
 * Errors: TT_ELIMIT when an append would pass max_bytes, TT_ENOMEM when memory is out; the contents then stay as
 * they were. A long run of appends need not be checked one by one: rc keeps the first error since init or reset.
 * p is always NUL-terminated once something was appended (the NUL is not counted in n). */
#ifndef TT_COMMON_BUF_H
#define TT_COMMON_BUF_H

#include "common/str.h"

struct tt_buf {
	char *p;
	size_t n, cap, max;
	int rc; /* TT_OK, or the first error of an append */
};

void tt_buf_init(struct tt_buf *b, size_t max_bytes);
void tt_buf_done(struct tt_buf *b);
void tt_buf_reset(struct tt_buf *b); /* empty, keeps its memory */
int tt_buf_reserve(struct tt_buf *b, size_t more_bytes);
int tt_buf_add(struct tt_buf *b, const void *p, size_t n);
int tt_buf_str(struct tt_buf *b, struct tt_str s);
int tt_buf_char(struct tt_buf *b, char c);
int tt_buf_printf(struct tt_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
struct tt_str tt_buf_view(const struct tt_buf *b); /* valid until the next append */

#endif
