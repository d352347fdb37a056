/* retry.c - see retry.h. SplitMix64 (Steele, Lea, Flood 2014) gives the jitter. */
#include "common/retry.h"

void tt_backoff_init(struct tt_backoff *b, int64_t base_ms, int64_t cap_ms, uint64_t seed)
{
	*b = (struct tt_backoff){base_ms < 1 ? 1 : base_ms, cap_ms < base_ms ? base_ms : cap_ms, seed, 0};
}

static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

int64_t tt_backoff_next_ms(struct tt_backoff *b)
{
	int64_t d = b->base_ms;
	for (int k = 0; k < b->failures && d < b->cap_ms; k++)
		d = d > b->cap_ms / 2 ? b->cap_ms : d * 2;
	b->failures++;
	return d - (int64_t)(next_random(&b->rng) % (uint64_t)(d / 2 + 1));
}

void tt_backoff_reset(struct tt_backoff *b)
{
	b->failures = 0;
}
