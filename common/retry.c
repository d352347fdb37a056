/* retry.c - see retry.h. */
#include "common/retry.h"

#include "common/random.h"

void tt_backoff_init(struct tt_backoff *b, int64_t base_ms, int64_t cap_ms, uint64_t seed)
{
	*b = (struct tt_backoff){base_ms < 1 ? 1 : base_ms, cap_ms < base_ms ? base_ms : cap_ms, seed, 0};
}

int64_t tt_backoff_next_ms(struct tt_backoff *b)
{
	int64_t d = b->base_ms;
	for (int k = 0; k < b->failures && d < b->cap_ms; k++)
		d = d > b->cap_ms / 2 ? b->cap_ms : d * 2;
	b->failures++;
	return d - (int64_t)(tt_random_next(&b->rng) % (uint64_t)(d / 2 + 1));
}

void tt_backoff_reset(struct tt_backoff *b)
{
	b->failures = 0;
}
