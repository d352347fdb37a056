/* fuzz_sink_text.c - whatever goes in: what comes out is valid, free of NUL, the same when repaired again,
 * and the input itself when that was valid. */
#include <stdlib.h>

#include "sink/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tt_str in = {(const char *)data, size};
	struct tt_buf once, twice;

	tt_buf_init(&once, 4 * size + 1);
	tt_buf_init(&twice, 4 * size + 1);
	if (tt_sink_text_repair(&once, in) || tt_sink_text_repair(&twice, tt_buf_view(&once)))
		abort();
	struct tt_str out = tt_buf_view(&once);
	if (!tt_sink_text_fine(out) || !tt_str_eq(out, tt_buf_view(&twice)))
		abort();
	if (tt_sink_text_fine(in) != (!in.n || tt_str_eq(in, out)))
		abort();
	for (size_t i = 0; i < out.n; i++)
		if (!out.p[i])
			abort();
	tt_buf_done(&once);
	tt_buf_done(&twice);
	return 0;
}
