/* allocator.h - how malloc() treats large blocks. Threads: called once, by main(), before there are others. */
#ifndef TT_COMMON_ALLOCATOR_H
#define TT_COMMON_ALLOCATOR_H

/* Large blocks come straight from the system, and go back to it when they are freed. */
void tt_allocator_init(void);

#endif
