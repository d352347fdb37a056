/* peaks.c - see peaks.h. Written in assembler: a compiler would see that nobody needs the sums. */
#include "bench/peaks.h"

#ifdef __x86_64__
enum { SUMS = 12 /* 2 units of latency 4, and some more */, TILES = 4 };

/* A loop over `body`, registers 0 to 13 zero at its start: zeros are multiplied as fast as all else. */
#define LOOP(name, isa, zero, body, end, ...)                                                                \
	__attribute__((target(isa))) static void name(long n)                                                \
	{                                                                                                    \
		__asm__ volatile(zero "1:\n\t" body "dec %0\n\tjnz 1b\n\t" end                               \
				 : "+r"(n)::"cc", __VA_ARGS__);                                              \
	}

#define XMM                                                                                                  \
	"xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11",    \
		"xmm12", "xmm13", "xmm14", "xmm15"

#define TWELVE(x)   x("0") x("1") x("2") x("3") x("4") x("5") x("6") x("7") x("8") x("9") x("10") x("11")
#define FOURTEEN(x) TWELVE(x) x("12") x("13")

#define ZERO(k)     "vpxor %%xmm" k ", %%xmm" k ", %%xmm" k "\n\t"
#define ZERO_SSE(k) "pxor %%xmm" k ", %%xmm" k "\n\t"
#define FMA_256(k)  "vfmadd231ps %%ymm12, %%ymm13, %%ymm" k "\n\t"
#define FMA_512(k)  "vfmadd231ps %%zmm12, %%zmm13, %%zmm" k "\n\t"
#define DOT_256(k)  "%{vex%} vpdpbusd %%ymm12, %%ymm13, %%ymm" k "\n\t"
#define DOT_512(k)  "vpdpbusd %%zmm12, %%zmm13, %%zmm" k "\n\t"
#define HALF_512(k) "vdpbf16ps %%zmm12, %%zmm13, %%zmm" k "\n\t"
#define FOURS(reg, k)                                                                                        \
	"vpmaddubsw %%" reg "12, %%" reg "13, %%" reg "14\n\tvpmaddubsw %%" reg "12, %%" reg "13, %%" reg    \
	"15\n\tvpaddw %%" reg "14, %%" reg "15, %%" reg "14\n\tvpmaddwd %%" reg "14, %%" reg "13, %%" reg    \
	"14\n\tvpaddd %%" reg "14, %%" reg k ", %%" reg k "\n\t"
#define FOURS_256(k) FOURS("ymm", k)
#define FOURS_512(k) FOURS("zmm", k)
#define FMA_128(k)   "movaps %%xmm12, %%xmm14\n\tmulps %%xmm13, %%xmm14\n\taddps %%xmm14, %%xmm" k "\n\t"
#define FOUR_TILES(o)                                                                                        \
	o " %%tmm5, %%tmm4, %%tmm0\n\t" o " %%tmm5, %%tmm4, %%tmm1\n\t" o " %%tmm5, %%tmm4, %%tmm2\n\t" o    \
	  " %%tmm5, %%tmm4, %%tmm3\n\t"

LOOP(fma_128, "sse2", FOURTEEN(ZERO_SSE), TWELVE(FMA_128), "", XMM)
LOOP(fma_256, "avx2,fma", FOURTEEN(ZERO), TWELVE(FMA_256), "vzeroupper", XMM)
LOOP(fma_512, "avx512f", FOURTEEN(ZERO), TWELVE(FMA_512), "vzeroupper", XMM)
LOOP(fours_256, "avx2", FOURTEEN(ZERO), TWELVE(FOURS_256), "vzeroupper", XMM)
LOOP(fours_512, "avx512bw", FOURTEEN(ZERO), TWELVE(FOURS_512), "vzeroupper", XMM)
LOOP(dot_256, "avxvnni", FOURTEEN(ZERO), TWELVE(DOT_256), "vzeroupper", XMM)
LOOP(dot_512, "avx512vnni", FOURTEEN(ZERO), TWELVE(DOT_512), "vzeroupper", XMM)
LOOP(half_512, "avx512bf16", FOURTEEN(ZERO), TWELVE(HALF_512), "vzeroupper", XMM)
LOOP(tiles_int8, "amx-tile,amx-int8", "", FOUR_TILES("tdpbusd"), "", "memory")
LOOP(tiles_bf16, "amx-tile,amx-bf16", "", FOUR_TILES("tdpbf16ps"), "", "memory")

/* Tiles of 16 rows of 64 bytes, all zero. */
__attribute__((target("amx-tile"))) static void in_tiles(void (*loop)(long), long n)
{
	static const struct {
		uint8_t palette, rest[15];
		uint16_t row_bytes[16];
		uint8_t rows[16];
	} config = {1, {0}, {64, 64, 64, 64, 64, 64}, {16, 16, 16, 16, 16, 16}};
	__asm__ volatile("ldtilecfg %0" ::"m"(config));
	loop(n);
	__asm__ volatile("tilerelease");
}

static const struct {
	enum tt_isa isa;
	enum tt_precision precision;
	void (*loop)(long);
	int ops; /* of one turn */
} peaks[] = {
	{TT_ISA_AVX2, TT_USE_FP32, fma_256, SUMS * 8 * 2},
	{TT_ISA_AVX512, TT_USE_FP32, fma_512, SUMS * 16 * 2},
	{TT_ISA_AVX2, TT_USE_INT8, fours_256, SUMS * 64 * 2},
	{TT_ISA_AVX512, TT_USE_INT8, fours_512, SUMS * 128 * 2},
	{TT_ISA_AVX_VNNI, TT_USE_INT8, dot_256, SUMS * 32 * 2},
	{TT_ISA_AVX512_VNNI, TT_USE_INT8, dot_512, SUMS * 64 * 2},
	{TT_ISA_AVX512_BF16, TT_USE_BF16, half_512, SUMS * 32 * 2},
	{TT_ISA_AMX, TT_USE_INT8, tiles_int8, TILES * 16 * 16 * 64 * 2},
	{TT_ISA_AMX, TT_USE_BF16, tiles_bf16, TILES * 16 * 16 * 32 * 2},
	{TT_ISA_PLAIN, TT_USE_FP32, fma_128, SUMS * 4 * 2}, /* of the 128-bit kernel; plain C has rate 1 */
};

double bench_peak_run(const struct tt_gemm *g, double ops)
{
	for (size_t i = 0; i < sizeof(peaks) / sizeof(*peaks); i++) {
		if (peaks[i].isa != g->isa || peaks[i].precision != g->precision || g->rate == 1)
			continue;
		const long turns = 1 + (long)(ops / peaks[i].ops);
		if (g->isa == TT_ISA_AMX)
			in_tiles(peaks[i].loop, turns);
		else
			peaks[i].loop(turns);
		return (double)turns * peaks[i].ops;
	}
	return 0;
}
#else
double bench_peak_run(const struct tt_gemm *g, double ops)
{
	(void)g, (void)ops;
	return 0;
}
#endif
