/* window.h - how far a worker may read ahead of what it has marked, and how a record that kills workers is
 * found.
 *
 * Normally a window of `full` offsets is open and moved on before it is used up. When a worker died in one,
 * that range becomes suspect:
 *
 *   left open once     gone through again as it was, stored whole before reading on; most deaths are no
 * record's fault and once more      searched: in windows a sixteenth of it, one after the other, each stored
 * before the next is opened and no other partition read meanwhile; each further death narrows by sixteen
 * again one record         that was opened alone max_attempts times is condemned: a dead letter, unread
 *
 * A death counts for a range only when it was opened (marked), so those who merely waited are not blamed, and
 * what the log did not have yet when the worker after it begins has killed nobody. Pure. Offsets as Kafka's. */
#ifndef TT_INGEST_KAFKA_WINDOW_H
#define TT_INGEST_KAFKA_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

struct tt_window {
	int64_t full, step; /* usual size; size within the suspect range */
	int64_t to;         /* nothing at or after it may be read */
	int64_t suspect_to; /* end of the suspect range; -1: nothing is suspect */
	bool alone;         /* searched: nothing else may be read until it is through */
	bool condemned;     /* the first record of the first window is not to be read */
};

/* What a claim finds. */
struct tt_window_found {
	int64_t start, end; /* reading begins at start; the log ends at end (the offset of the next record) */
	int64_t open_to;    /* [start, open_to) was left open; open_to <= start: nothing was */
	int opened;         /* how often it had been opened */
};

/* After a claim. No window is open yet. */
void tt_window_begin(struct tt_window *w, int64_t full, const struct tt_window_found *found, int max_attempts);

/* True when the next window should be marked: everything up to `read` was read, and all of that is stored or
 * not. */
bool tt_window_wants_more(const struct tt_window *w, int64_t read, bool all_stored);

/* Where the window that begins at `read` ends; *w takes it over with tt_window_opened(). */
int64_t tt_window_next(const struct tt_window *w, int64_t read);
void tt_window_opened(struct tt_window *w, int64_t read, int64_t to);

#endif
