/* progress.h - a bar on standard error with rate and time left, drawn only on a terminal, at most ten times a
 * second. Threads: one. */
#ifndef TT_APP_PROGRESS_H
#define TT_APP_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct tt_progress_bar {
	bool shown; /* standard error is a terminal and the bar was wanted */
	int64_t start_ns, drawn_ns;
	int64_t total_bytes; /* of the input; -1: unknown, no time left */
};

void tt_progress_init(struct tt_progress_bar *p, bool wanted, int64_t total_bytes);
void tt_progress_update(struct tt_progress_bar *p, int64_t items, int64_t consumed_bytes);
void tt_progress_clear(struct tt_progress_bar *p); /* takes the bar off the line; draw again with update */

/* The line itself, for tests: elapsed_ns since the start. */
void tt_progress_line(
	char *out, int out_bytes, int64_t items, int64_t done_bytes, int64_t total_bytes, int64_t elapsed_ns);

#endif
