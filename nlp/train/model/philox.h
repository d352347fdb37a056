/* philox.h - counted random numbers: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2,
 * 3", SC 2011). Any number of the sequence can be asked for alone, so that what is drawn follows from what it
 * is drawn for. */
#ifndef TT_NLP_TRAIN_MODEL_PHILOX_H
#define TT_NLP_TRAIN_MODEL_PHILOX_H

#include <stdint.h>

/* n counters side by side, x[w][i] being word w of counter i, become random numbers. */
__attribute__((always_inline)) static inline void tt_philox(uint32_t *const x[4], int n, uint64_t seed)
{
	uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
	for (int round = 0; round < 10; round++) {
		for (int i = 0; i < n; i++) {
			const uint64_t a = (uint64_t)0xD2511F53 * x[0][i], b = (uint64_t)0xCD9E8D57 * x[2][i];
			x[0][i] = (uint32_t)(b >> 32) ^ x[1][i] ^ k0;
			x[1][i] = (uint32_t)b;
			x[2][i] = (uint32_t)(a >> 32) ^ x[3][i] ^ k1;
			x[3][i] = (uint32_t)a;
		}
		k0 += 0x9E3779B9;
		k1 += 0xBB67AE85;
	}
}

#endif
