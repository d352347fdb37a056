/* rows_vec.h - the functions of rows.h but attention, over vectors of LANES floats. Rows may have any length:
 * the last vector of one that is no multiple of LANES is filled up. The including file includes vec.h. */
#include "nlp/kernel/rows_isa.h"

typedef uint8_t bytes_of_vec __attribute__((vector_size(LANES)));
typedef uint16_t halves_of_vec __attribute__((vector_size(LANES * 2)));

INLINE vec gelu_of(vec t)
{
	const vec half = splat(0.5f) * t;
	return half + half * erf_of_half_root(t);
}

static void gelu(float *x, size_t n)
{
	const size_t whole = whole_vecs(n);
	for (size_t j = 0; j < whole; j += LANES)
		store(x + j, gelu_of(load(x + j)));
	if (n > whole) {
		const vec v = gelu_of(load_part(x + whole, n - whole, 0));
		memcpy(x + whole, &v, (n - whole) * sizeof(float));
	}
}

static void norm(float *x, const float *gain, const float *shift, float eps, size_t n)
{
	const size_t whole = whole_vecs(n);
	vec sums = {0}, squares = {0};
	float sum = 0, square = 0;
	for (size_t j = 0; j < whole; j += LANES)
		sums += load(x + j);
	for (size_t j = whole; j < n; j++)
		sum += x[j];
	const float mean = (sum + sum_of(sums)) / (float)n;
	for (size_t j = 0; j < whole; j += LANES) {
		const vec v = load(x + j) - splat(mean);
		squares += v * v;
	}
	for (size_t j = whole; j < n; j++)
		square += (x[j] - mean) * (x[j] - mean);
	const float scale = 1 / sqrtf((square + sum_of(squares)) / (float)n + eps);
	for (size_t j = 0; j < whole; j += LANES)
		store(x + j, (load(x + j) - splat(mean)) * splat(scale) * load(gain + j) + load(shift + j));
	for (size_t j = whole; j < n; j++)
		x[j] = (x[j] - mean) * scale * gain[j] + shift[j];
}

INLINE struct tt_range range_of(const float *x, size_t n, float *inverse)
{
	const size_t whole = whole_vecs(n);
	vec lows = splat(x[0]), highs = lows;
	for (size_t j = 0; j < whole; j += LANES) {
		lows = vmin(lows, load(x + j));
		highs = vmax(highs, load(x + j));
	}
	if (n > whole) {
		const vec v = load_part(x + whole, n - whole, x[0]);
		lows = vmin(lows, v);
		highs = vmax(highs, v);
	}
	const float low = min_of(lows), high = max_of(highs);
	*inverse = high > low ? 255 / (high - low) : 0;
	return (struct tt_range){(high - low) / 255, low};
}

/* The lowest byte of each. GCC 12 converts 8 numbers one by one. */
INLINE bytes_of_vec narrowed(uvec x)
{
#if LANES == 8
	typedef uint8_t bytes __attribute__((vector_size(sizeof(x))));
	return __builtin_shufflevector((bytes)x, (bytes)x, 0, 4, 8, 12, 16, 20, 24, 28);
#else
	return __builtin_convertvector(x & 0xff, bytes_of_vec);
#endif
}

/* Adding 1.5 · 2^23 rounds to whole numbers, ties to even, and leaves them in the low bits. */
INLINE bytes_of_vec quantised(vec x, float low, float inverse)
{
	return narrowed((uvec)((x - splat(low)) * splat(inverse) + splat(0x1.8p23f)));
}

static struct tt_range quantise(uint8_t *to, const float *x, size_t n)
{
	const size_t whole = whole_vecs(n);
	float inverse;
	const struct tt_range r = range_of(x, n, &inverse);
	for (size_t j = 0; j < whole; j += LANES) {
		const bytes_of_vec q = quantised(load(x + j), r.low, inverse);
		memcpy(to + j, &q, sizeof(q));
	}
	if (n > whole) {
		const bytes_of_vec q = quantised(load_part(x + whole, n - whole, r.low), r.low, inverse);
		memcpy(to + whole, &q, n - whole);
	}
	return r;
}

INLINE halves_of_vec halved(vec x)
{
	const uvec bits = (uvec)x;
	return __builtin_convertvector((bits + 0x7fff + (bits >> 16 & 1)) >> 16, halves_of_vec);
}

static void halve(uint16_t *to, const float *x, size_t n)
{
	const size_t whole = whole_vecs(n);
	for (size_t j = 0; j < whole; j += LANES) {
		const halves_of_vec h = halved(load(x + j));
		memcpy(to + j, &h, sizeof(h));
	}
	if (n > whole) {
		const halves_of_vec h = halved(load_part(x + whole, n - whole, 0));
		memcpy(to + whole, &h, (n - whole) * sizeof(*to));
	}
}
