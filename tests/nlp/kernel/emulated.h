/* emulated.h - instructions that this machine may lack, in C, after the operations in Intel's Software
 * Developer's Manual. The compiler includes it before a kernel's source (CMakeLists.txt): it takes the place
 * of AMX's intrinsics and of the assembler in dot(), and all else of the kernel is compiled as it stands.
 * What would raise an exception fails the test. One thread. */
#include <immintrin.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

void emulated_loadconfig(const void *config);
void emulated_release(void);
void emulated_zero(int t);
void emulated_loadd(int t, const void *from, size_t stride);
void emulated_stored(int t, void *to, size_t stride);
void emulated_tdpbusd(int sums, int a, int b);
void emulated_tdpbf16ps(int sums, int a, int b);
void emulated_vpdpbusd(void *sums, const void *a, const void *b);  /* 8 sums: AVX-VNNI's */
void emulated_vdpbf16ps(void *sums, const void *a, const void *b); /* 16 sums */

#undef _tile_zero
#undef _tile_loadd
#undef _tile_stored
#undef _tile_dpbusd
#undef _tile_dpbf16ps
#define _tile_loadconfig emulated_loadconfig
#define _tile_release    emulated_release
#define _tile_zero       emulated_zero
#define _tile_loadd      emulated_loadd
#define _tile_stored     emulated_stored
#define _tile_dpbusd     emulated_tdpbusd
#define _tile_dpbf16ps   emulated_tdpbf16ps
#define __asm__(...) (sizeof(sum) == 32 ? emulated_vpdpbusd : emulated_vdpbf16ps)(&sum, &x, &w)
