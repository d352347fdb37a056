/* vec.h - vectors of LANES floats, as the compiler has them (GCC, clang): no intrinsics. For the files that
 * are compiled once per instruction set; the including file defines LANES before, and is compiled with its
 * set's flags, -O3 and contraction to fused multiply-adds. */
#ifndef TT_NLP_KERNEL_VEC_H
#define TT_NLP_KERNEL_VEC_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef float vec __attribute__((vector_size(LANES * 4)));
typedef int32_t ivec __attribute__((vector_size(LANES * 4)));  /* of comparisons: 0 or -1 */
typedef uint32_t uvec __attribute__((vector_size(LANES * 4))); /* bits */
typedef float loose
	__attribute__((vector_size(LANES * 4), aligned(4), may_alias)); /* a vec anywhere in memory */

#define INLINE static inline __attribute__((always_inline))

INLINE vec load(const float *p)
{
	return *(const loose *)p;
}

INLINE void store(float *p, vec v)
{
	*(loose *)p = v;
}

INLINE vec splat(float x)
{
	return x - (vec){0};
}

INLINE vec pick(ivec mask, vec yes, vec no)
{
	return (vec)((mask & (ivec)yes) | (~mask & (ivec)no));
}

INLINE vec vmin(vec a, vec b)
{
	return pick(a < b, a, b);
}

INLINE vec vmax(vec a, vec b)
{
	return pick(a > b, a, b);
}

INLINE float sum_of(vec v)
{
	float s = 0;
	for (int i = 0; i < LANES; i++)
		s += v[i];
	return s;
}

INLINE float max_of(vec v)
{
	float m = v[0];
	for (int i = 1; i < LANES; i++)
		m = v[i] > m ? v[i] : m;
	return m;
}

INLINE float min_of(vec v)
{
	float m = v[0];
	for (int i = 1; i < LANES; i++)
		m = v[i] < m ? v[i] : m;
	return m;
}

#endif
