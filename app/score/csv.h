/* csv.h - records of comma-separated values after RFC 4180: fields may be quoted, a quoted field may hold
 * commas, doubled quotes and line breaks. More lenient only in that a quote inside an unquoted field is an
 * ordinary character. Owner: caller's storage (init/done), reused from record to record; fields live until
 * the next record. */
#ifndef TT_APP_CSV_H
#define TT_APP_CSV_H

#include "app/score/lines.h"
#include "common/buf.h"

enum { TT_CSV_FIELDS_MAX = 1024, TT_CSV_RECORD_MAX = 8 << 20 /* bytes */ };

struct tt_csv {
	struct tt_buf text;             /* the fields' bytes, one behind the other */
	size_t ends[TT_CSV_FIELDS_MAX]; /* where each field ends in it */
	size_t n;                       /* fields */
	bool open;                      /* in a quoted field that goes on in the next line */
};

void tt_csv_init(struct tt_csv *c);
void tt_csv_done(struct tt_csv *c);

/* Starts a record with its first line (without the line break), or goes on with one that is open. Look at
 * c->open afterwards. TT_EPARSE: text behind a closing quote; TT_ELIMIT: too many fields or bytes; TT_ENOMEM.
 * The record is then over. */
int tt_csv_line(struct tt_csv *c, struct tt_str line, struct tt_err *err);

/* The next complete record; *line is where it begins, also of one that is bad. TT_ECLOSED at the end.
 * TT_EPARSE, TT_ELIMIT: this record is bad ("FILE:LINE: what"), the next call goes on; TT_EIO, TT_ENOMEM: it
 * is over. */
int tt_csv_next(
	struct tt_csv *c, struct tt_line_reader *lines, size_t *line, int64_t *from_byte, struct tt_err *err);

struct tt_str tt_csv_field(const struct tt_csv *c, size_t i); /* {NULL, 0} behind the last */

/* Writes a field, quoted when it has to be. */
int tt_csv_print(struct tt_buf *out, struct tt_str field);

#endif
