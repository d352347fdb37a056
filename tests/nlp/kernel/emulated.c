/* emulated.c - see emulated.h; and a processor that seems to have the instructions. */
#include "tests/tt_test.h"

#include "nlp/kernel/bf16.h"
#include "nlp/kernel/isa.h"
#include "tests/nlp/kernel/emulated.h"

enum { TILES = 8, ROWS = 16, ROW_BYTES = 64 };

static struct {
	uint8_t palette, start_row, reserved[14];
	uint16_t bytes[16];
	uint8_t rows[16];
} config;

static union {
	uint8_t u8[ROWS][ROW_BYTES];
	int8_t s8[ROWS][ROW_BYTES];
	uint16_t bf16[ROWS][ROW_BYTES / 2];
	int32_t s32[ROWS][ROW_BYTES / 4];
	float f32[ROWS][ROW_BYTES / 4];
} tiles[TILES];

void emulated_loadconfig(const void *from)
{
	static const uint8_t none[sizeof(config.reserved)];
	memcpy(&config, from, sizeof(config));
	TT_TRUE(config.palette == 1 && config.start_row == 0);
	TT_EQ(memcmp(config.reserved, none, sizeof(none)), 0);
	for (int t = 0; t < 16; t++) {
		TT_TRUE(config.rows[t] <= (t < TILES ? ROWS : 0));
		TT_TRUE(config.bytes[t] <= (t < TILES ? ROW_BYTES : 0));
		TT_EQ_ROW(t, !config.rows[t], !config.bytes[t]);
	}
	memset(tiles, 0, sizeof(tiles));
}

void emulated_release(void)
{
	memset(&config, 0, sizeof(config));
	memset(tiles, 0, sizeof(tiles));
}

static void is_configured(int t)
{
	TT_TRUE(config.palette == 1 && t < TILES && config.rows[t]);
}

void emulated_zero(int t)
{
	is_configured(t);
	memset(&tiles[t], 0, sizeof(tiles[t]));
}

void emulated_loadd(int t, const void *from, size_t stride)
{
	emulated_zero(t);
	for (size_t m = 0; m < config.rows[t]; m++)
		memcpy(tiles[t].u8[m], (const uint8_t *)from + m * stride, config.bytes[t]);
}

void emulated_stored(int t, void *to, size_t stride)
{
	is_configured(t);
	for (size_t m = 0; m < config.rows[t]; m++)
		memcpy((uint8_t *)to + m * stride, tiles[t].u8[m], config.bytes[t]);
}

/* sums (M, N) of 4 bytes, a (M, K) of 4 bytes, b (K, N) of 4 bytes */
static void are_factors(int sums, int a, int b)
{
	is_configured(sums), is_configured(a), is_configured(b);
	TT_TRUE(sums != a && sums != b && a != b);
	TT_TRUE(config.bytes[sums] % 4 == 0 && config.bytes[a] % 4 == 0);
	TT_EQ(config.rows[sums], config.rows[a]);
	TT_EQ(config.bytes[sums], config.bytes[b]);
	TT_EQ(config.bytes[a] / 4, config.rows[b]);
}

static int32_t dot4(int32_t sum, const uint8_t *a, const int8_t *b)
{
	for (int h = 0; h < 4; h++)
		sum += a[h] * b[h];
	return sum;
}

void emulated_tdpbusd(int sums, int a, int b)
{
	are_factors(sums, a, b);
	for (int m = 0; m < config.rows[sums]; m++)
		for (int k = 0; k < config.bytes[a] / 4; k++)
			for (int n = 0; n < config.bytes[sums] / 4; n++)
				tiles[sums].s32[m][n] = dot4(tiles[sums].s32[m][n], &tiles[a].u8[m][4 * k],
					&tiles[b].s8[k][4 * n]);
}

void emulated_vpdpbusd(void *sums, const void *a, const void *b)
{
	int32_t s[8];
	memcpy(s, sums, sizeof(s));
	for (int i = 0; i < 8; i++)
		s[i] = dot4(s[i], (const uint8_t *)a + 4 * i, (const int8_t *)b + 4 * i);
	memcpy(sums, s, sizeof(s));
}

/* The bf16 instructions take subnormals for zero, and make none; they round to nearest. */
static float flushed(float x)
{
	return fpclassify(x) == FP_SUBNORMAL ? copysignf(0, x) : x;
}

static float fused(float sum, uint16_t a, uint16_t b)
{
	return flushed(fmaf(flushed(tt_bf16_wide(a)), flushed(tt_bf16_wide(b)), flushed(sum)));
}

/* A step's even and odd products are summed apart, over all of k, before they are added to the sum. */
void emulated_tdpbf16ps(int sums, int a, int b)
{
	are_factors(sums, a, b);
	for (int m = 0; m < config.rows[sums]; m++)
		for (int n = 0; n < config.bytes[sums] / 4; n++) {
			float even = 0, odd = 0, *sum = &tiles[sums].f32[m][n];
			for (int k = 0; k < config.bytes[a] / 4; k++) {
				const uint16_t *x = &tiles[a].bf16[m][2 * k], *w = &tiles[b].bf16[k][2 * n];
				even = fused(even, x[0], w[0]);
				odd = fused(odd, x[1], w[1]);
			}
			*sum = flushed(flushed(*sum) + flushed(even + odd));
		}
}

void emulated_vdpbf16ps(void *sums, const void *a, const void *b)
{
	float s[16];
	uint16_t x[32], w[32];
	memcpy(s, sums, sizeof(s)), memcpy(x, a, sizeof(x)), memcpy(w, b, sizeof(w));
	for (int i = 0; i < 16; i++)
		s[i] = fused(fused(s[i], x[2 * i + 1], w[2 * i + 1]), x[2 * i], w[2 * i]);
	memcpy(sums, s, sizeof(s));
}

/* ---- the processor ---- */

bool __real_tt_isa_has(enum tt_isa isa);
bool __wrap_tt_isa_has(enum tt_isa isa);

/* What the emulated kernels need beside what is emulated. */
bool __wrap_tt_isa_has(enum tt_isa isa)
{
	if (isa == TT_ISA_AVX_VNNI)
		isa = TT_ISA_AVX2;
	else if (isa == TT_ISA_AVX512_BF16 || isa == TT_ISA_AMX)
		isa = TT_ISA_AVX512;
	return __real_tt_isa_has(isa);
}
