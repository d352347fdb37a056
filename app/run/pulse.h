/* pulse.h - whether the line still moves: counts the batches between source and sink, and notes when one was
 * last handed on. Work that stands still while nothing is waited for is a fault that only a restart helps; a
 * service manager is told by silence (notify.h), everybody else by /ready. Zero-initialised state. Threads:
 * any; never blocks. */
#ifndef TT_APP_PULSE_H
#define TT_APP_PULSE_H

#include <stdatomic.h>

#include "common/clock.h"

struct tt_pulse {
	atomic_size_t under_way;
	_Atomic int64_t moved_ns; /* monotonic */
};

static inline void tt_pulse_moved(struct tt_pulse *p, const struct tt_clock *c)
{
	atomic_store_explicit(&p->moved_ns, tt_mono_ns(c), memory_order_relaxed);
}

static inline void tt_pulse_in(struct tt_pulse *p, const struct tt_clock *c)
{
	tt_pulse_moved(p, c); /* first: work that has just come has not stood for long */
	atomic_fetch_add(&p->under_way, 1);
}

static inline void tt_pulse_out(struct tt_pulse *p, const struct tt_clock *c)
{
	tt_pulse_moved(p, c);
	atomic_fetch_sub(&p->under_way, 1);
}

/* For how long, in ms, work has stood still; 0 when there is none. */
static inline int64_t tt_pulse_stood_ms(struct tt_pulse *p, const struct tt_clock *c)
{
	if (!atomic_load(&p->under_way))
		return 0;
	int64_t ms = (tt_mono_ns(c) - atomic_load_explicit(&p->moved_ns, memory_order_relaxed)) / 1000000;
	return ms > 0 ? ms : 0;
}

#endif
