/* random.h - pseudo-random numbers that a seed repeats; not for secrets. SplitMix64 (Steele, Lea, Flood
 * 2014). */
#ifndef TT_COMMON_RANDOM_H
#define TT_COMMON_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

static inline uint64_t tt_random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* True for a share of all, 0..1. */
static inline bool tt_random_happens(uint64_t *state, double share)
{
	return (double)(tt_random_next(state) >> 11) * 0x1p-53 < share;
}

#endif
