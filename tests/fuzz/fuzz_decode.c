/* fuzz_decode.c - a body and its Content-Encoding, which is the first line. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "ingest/fetch/decode.h"

enum { MOST_BYTES = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tt_str body = {(const char *)data, size}, encoding = tt_str_split(&body, '\n');
	struct tt_err err = {0};
	struct tt_buf out;
	if (!body.p)
		return 0;
	tt_buf_init(&out, MOST_BYTES);
	int rc = tt_decode(body, encoding, &out, &err);
	if (out.n > MOST_BYTES || (rc < 0 && rc != TT_ELIMIT && err.code != rc))
		abort();
	tt_buf_done(&out);
	return 0;
}
