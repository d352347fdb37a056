/* fuzz_csv.c - any lines are records or refused; a record that is printed reads back as the same. */
#include <stdint.h>
#include <stdlib.h>

#include "app/score/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Feeds all lines of s as one record, while it stays open; *rest is what was not read. */
static int read_record(struct tt_csv *c, struct tt_str *rest)
{
	int rc;
	do
		rc = tt_csv_line(c, tt_str_split(rest, '\n'), NULL);
	while (rc == TT_OK && c->open && rest->p);
	return rc;
}

static void check_round_trip(const struct tt_csv *c)
{
	struct tt_buf line;
	struct tt_csv again;
	tt_buf_init(&line, (size_t)TT_CSV_RECORD_MAX * 3);
	tt_csv_init(&again);
	for (size_t i = 0; i < c->n; i++) {
		if (i)
			tt_buf_char(&line, ',');
		tt_csv_print(&line, tt_csv_field(c, i));
	}
	struct tt_str rest = tt_buf_view(&line);
	if (line.rc < 0 || read_record(&again, &rest) < 0 || rest.p || again.open || again.n != c->n)
		abort();
	for (size_t i = 0; i < c->n; i++)
		if (!tt_str_eq(tt_csv_field(c, i), tt_csv_field(&again, i)))
			abort();
	tt_csv_done(&again);
	tt_buf_done(&line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tt_str rest = {(const char *)data, size};
	struct tt_csv c;
	tt_csv_init(&c);
	while (rest.p) {
		if (read_record(&c, &rest) == TT_OK && !c.open)
			check_round_trip(&c);
		c.open = false;
	}
	tt_csv_done(&c);
	return 0;
}
