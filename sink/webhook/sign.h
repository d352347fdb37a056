/* sign.h - signatures of the Standard Webhooks specification 1.0: HMAC-SHA256 over "id.timestamp.body",
 * base64, "v1,..."; pure. */
#ifndef TT_SINK_WEBHOOK_SIGN_H
#define TT_SINK_WEBHOOK_SIGN_H

#include "common/str.h"

enum {
	TT_WEBHOOK_KEY_MIN = 24,
	TT_WEBHOOK_KEY_MAX = 64,           /* bytes of a key */
	TT_WEBHOOK_SIGNATURE = 3 + 44 + 1, /* "v1,", 32 bytes in base64, NUL */
};

/* The bytes of "whsec_" and base64; returns how many, 0 when it is no secret of TT_WEBHOOK_KEY_MIN to _MAX
 * bytes. */
size_t tt_webhook_key(struct tt_str secret, unsigned char key[TT_WEBHOOK_KEY_MAX]);

/* False: the library failed. */
bool tt_webhook_sign(struct tt_str secret, struct tt_str id, int64_t timestamp_s, struct tt_str body,
	char out[TT_WEBHOOK_SIGNATURE]);

#endif
