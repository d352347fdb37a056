/* lease_book.h - a worker's own record of the feeds it shares with others: which it wants, which are leased
 * to it, which it is giving back, and what its share is. No thread, no database: leases.c asks and tells it,
 * tests can as well.
 *
 *   wanted ──take──▶ held ──apply──▶ polled by the source ──surplus, idle──▶ leaving ──stored and returned──▶
 * free
 *
 * There are two kinds of feeds with a share each: those of the configuration, shared with workers whose
 * configuration names the same ones, and those added in the database, shared with all. Owner: struct by the
 * caller (init/done); strings are copied. Threads: one at a time. */
#ifndef TT_APP_LEASE_BOOK_H
#define TT_APP_LEASE_BOOK_H

#include "common/arena.h"
#include "ingest/fetch/fetch.h"
#include "sink/pg/leases.h"

enum tt_lease_kind { TT_LEASE_CONFIGURED, TT_LEASE_ADDED, TT_LEASE_KINDS };

struct tt_lease;

struct tt_lease_book {
	struct tt_arena wanted_arena,
		fresh_arena;         /* fresh: states of feeds that the source does not have yet */
	struct tt_feed_conf *wanted; /* of the configuration, enabled, by URL */
	size_t n_wanted;
	struct tt_id list;      /* what tells this list from others; zero: it is empty */
	struct tt_lease **held; /* by URL */
	size_t n_held, n_of[TT_LEASE_KINDS];
	size_t n_unwanted;         /* held, though the configuration names them no more */
	struct tt_lease **leaving; /* the source has them no more */
	size_t n_leaving;
	size_t share[TT_LEASE_KINDS];
	bool changed; /* the source must be told */
};

void tt_lease_book_init(struct tt_lease_book *b);
void tt_lease_book_done(struct tt_lease_book *b);

/* The feeds of the configuration. TT_ECONF for a list that the source would refuse; on error nothing changed.
 */
int tt_lease_book_want(
	struct tt_lease_book *b, const struct tt_feed_conf *feeds, size_t n, struct tt_err *err);

size_t tt_lease_book_count(const struct tt_lease_book *b); /* leases the database should know of */

/* What the database says of the others, and if the leases are not as many as we think: which they are. One
 * that we do not know of (the answer that told us got lost) is given back. Returns how many were lost. */
size_t tt_lease_book_beat(struct tt_lease_book *b, const struct tt_pg_beat *beat);

/* What to take: *ret's URLs live in the arena. False: nothing, or no memory. */
bool tt_lease_book_wish(const struct tt_lease_book *b, struct tt_arena *arena, struct tt_pg_lease_wish *ret);
/* TT_ENOMEM: the next beats give back those that are not in the book then. */
int tt_lease_book_take(struct tt_lease_book *b, const struct tt_pg_feed *feeds, size_t n);

/* Is there something to tell the source, or to get back from it? */
bool tt_lease_book_pending(const struct tt_lease_book *b);

/* On the source's thread: gives it what is held, and takes back what is too much or wanted no more, a part of
 * it at a time, idle feeds only, those first that are due last. TT_ENOMEM: call again. */
int tt_lease_book_apply(struct tt_lease_book *b, struct tt_source *source, struct tt_err *err);

/* The n_leaving feeds to be given back, strings in the arena; NULL when memory is out. Then which of these n
 * were; in between only apply may be called. */
struct tt_pg_lease_return *tt_lease_book_leaving(const struct tt_lease_book *b, struct tt_arena *arena);
void tt_lease_book_given(struct tt_lease_book *b, const bool *given, size_t n);

#endif
