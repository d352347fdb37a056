/* id.h - 128-bit stable identities, printed and stored as UUIDs.
 * An id is XXH3-128 (xxHash, seed 0, canonical big-endian form) over the parts, each followed by its length as 8 bytes
 * little-endian, so that ("ab","c") and ("a","bc") differ; the version nibble is then set to 8 and the variant to RFC 9562.
 * The same parts give the same id on every machine and in every release: ids are keys in users' databases. */
#ifndef TT_COMMON_ID_H
#define TT_COMMON_ID_H

#include "common/str.h"

struct tt_id {
	uint8_t b[16];
};

struct tt_id tt_id_of(const struct tt_str *parts, size_t n);
#define TT_ID(...) tt_id_of((const struct tt_str[]){__VA_ARGS__}, TT_LEN(((const struct tt_str[]){__VA_ARGS__})))

bool tt_id_eq(struct tt_id a, struct tt_id b);
bool tt_id_is_zero(struct tt_id a);
void tt_id_format(struct tt_id id, char out[37]); /* 8-4-4-4-12 lower case, NUL-terminated */
bool tt_id_parse(struct tt_str s, struct tt_id *ret);

#endif
