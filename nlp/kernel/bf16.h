/* bf16.h - fp32 to bfloat16, rounded to nearest, ties to even, and back. x is finite. */
#ifndef TT_NLP_KERNEL_BF16_H
#define TT_NLP_KERNEL_BF16_H

#include <stdint.h>
#include <string.h>

static inline uint16_t tt_bf16_of(float x)
{
	uint32_t bits;
	memcpy(&bits, &x, sizeof(bits));
	return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static inline float tt_bf16_wide(uint16_t half)
{
	const uint32_t bits = (uint32_t)half << 16;
	float x;
	memcpy(&x, &bits, sizeof(x));
	return x;
}

#endif
