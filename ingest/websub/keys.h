/* keys.h - what must not be guessed: the token of a callback URL, the secret of a subscription. */
#ifndef TT_INGEST_WEBSUB_KEYS_H
#define TT_INGEST_WEBSUB_KEYS_H

#include <stddef.h>

enum { TT_WEBSUB_TOKEN_HEX = 32 /* 128 bits */, TT_WEBSUB_SECRET_HEX = 64 /* 256 bits */ };

/* Writes n lower case hexadecimal digits (even, at most 64) of the kernel's random bytes and a NUL. */
void tt_websub_random_hex(char *out, size_t n);

#endif
