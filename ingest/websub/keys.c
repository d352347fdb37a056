/* keys.c - see keys.h. */
#include "ingest/websub/keys.h"

#include <stdlib.h>
#include <sys/random.h>

void tt_websub_random_hex(char *out, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char bytes[32];
	/* up to 256 bytes come whole or not at all, and not at all means a kernel without random numbers */
	if (n > 2 * sizeof(bytes) || getrandom(bytes, n / 2, 0) != (ssize_t)(n / 2))
		abort();
	for (size_t i = 0; i < n; i++)
		out[i] = digits[bytes[i / 2] >> (i % 2 ? 0 : 4) & 15];
	out[n] = '\0';
}
