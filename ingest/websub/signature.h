/* signature.h - is a push from the hub we gave the secret to? Section 7 of the Recommendation: the header
 * X-Hub-Signature is METHOD=HEX, the HMAC (RFC 2104) of the body with the secret; METHOD is sha1, sha256,
 * sha384 or sha512. Pure; any thread. */
#ifndef TT_INGEST_WEBSUB_SIGNATURE_H
#define TT_INGEST_WEBSUB_SIGNATURE_H

#include "common/str.h"

enum tt_websub_signature {
	TT_WEBSUB_SIGNED,
	TT_WEBSUB_UNSIGNED,   /* there was none */
	TT_WEBSUB_UNREADABLE, /* another method, or no such text */
	TT_WEBSUB_FORGED,     /* of another body or secret */
};

/* Compares in constant time. */
enum tt_websub_signature tt_websub_signature_check(
	struct tt_str header, struct tt_str secret, struct tt_str body);

#endif
