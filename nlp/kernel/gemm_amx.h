/* gemm_amx.h - AMX's instructions as gemm_tiles.h wants them. */
#include <immintrin.h>

#define TILE_CONFIGURE(config)     _tile_loadconfig(config)
#define TILE_RELEASE()             _tile_release()
#define TILE_ZERO(t)               _tile_zero(t)
#define TILE_LOAD(t, from, stride) _tile_loadd(t, from, stride)
#define TILE_STORE(t, to, stride)  _tile_stored(t, to, stride)
