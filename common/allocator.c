/* allocator.c - see allocator.h. */
#include "common/allocator.h"

#include <malloc.h>

/* Well above the blocks of arenas, which come and go all the time. */
enum { LARGE_BYTES = 4 << 20 };

void tt_allocator_init(void)
{
#ifdef M_MMAP_THRESHOLD
	/* glibc has such a bound, but moves it up to the largest block that was ever freed: after one
	 * document of 16 MiB all later ones would grow, and stay, in the heap. Setting it makes it stand. */
	mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
#endif
}
