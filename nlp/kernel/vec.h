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

INLINE vec load_part(const float *p, size_t n, float rest) /* n < LANES */
{
	vec v = splat(rest);
	memcpy(&v, p, n * sizeof(float));
	return v;
}

INLINE size_t whole_vecs(size_t n)
{
	return n / LANES * LANES;
}

/* e^x for x <= 0, relative error below 2e-7: x = n ln 2 + r with |r| <= ln 2 / 2, the Taylor polynomial of
 * degree 7 for e^r (its remainder is below 6e-9), and n added to the exponent. Below -87 it stays at e^-87,
 * nothing beside a softmax's 1. */
INLINE vec exp_of(vec x)
{
	const vec magic = splat(0x1.8p23f); /* adding it rounds to whole numbers */
	x = vmax(x, splat(-87.0f));
	vec n = x * splat(1.44269504f) + magic;
	const uvec shift = (uvec)n << 23;
	n -= magic;
	vec r = x - n * splat(0.693359375f); /* ln 2 in two parts, the first short enough for n times it to be
						exact */
	r += n * splat(2.12194440e-4f);
	vec p = splat(1.0f / 5040) * r + splat(1.0f / 720);
	p = p * r + splat(1.0f / 120);
	p = p * r + splat(1.0f / 24);
	p = p * r + splat(1.0f / 6);
	p = p * r + splat(0.5f);
	p = p * r + splat(1.0f);
	p = p * r + splat(1.0f);
	return (vec)((uvec)p + shift);
}

/* erf(x / √2), absolute error below 4e-7: odd, x P(x²). P has degree 13, fitted for this project to the
 * smallest largest error over |x| <= 3.7 √2, beyond which erf is ±1 in single precision; it is in t = x² a -
 * 1, which runs from -1 to 1, where its coefficients are small and rounding is not amplified. No division: it
 * would cost more than all the rest. */
INLINE vec erf_of_half_root(vec x)
{
	static const float c[] = {0.382137537f, -0.19046773f, 0.140789539f, -0.112645566f, 0.0906248838f,
		-0.0704366267f, 0.0514753722f, -0.0362003148f, 0.0251461156f, -0.0141515937f, 0.00522325747f,
		-0.00364742964f, 0.00392740034f, -0.00150464533f};
	enum { DEGREE = sizeof(c) / sizeof(*c) - 1 };
	x = splat(0.70710678f) * x;
	x = vmin(vmax(x, splat(-3.7f)), splat(3.7f));
	const vec t = x * x * splat(0.14609203798392986f) - splat(1.0f);
	vec p = splat(c[DEGREE]);
	for (int i = DEGREE - 1; i >= 0; i--)
		p = p * t + splat(c[i]);
	return x * p;
}

#endif
