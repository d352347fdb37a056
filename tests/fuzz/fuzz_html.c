/* fuzz_html.c - any UTF-8 as a text element of each kind: the result is valid UTF-8 without doubled or outer
 * blanks, and never larger than half again what went in. */
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/utf8.h"
#include "ingest/feed/charset.h"
#include "ingest/feed/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good)
{
	if (!good)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1 || !tt_utf8_valid((struct tt_str){(const char *)data + 1, size - 1}))
		return 0;
	struct tt_str raw = {(const char *)data + 1, size - 1}, got = {NULL, 0};
	struct tt_arena arena;
	struct tt_buf scratch;
	tt_arena_init(&arena, 64 << 20);
	tt_buf_init(&scratch, 4 * size + 64);
	must(tt_text_make(raw, (enum tt_text_kind)(data[0] % 4), data[0] & 16, &scratch, &arena, &got) ==
		TT_OK);
	if (got.p) {
		must(got.n > 0 && tt_utf8_valid(got) && got.n <= size + size / 2);
		must(got.p[0] != ' ' && got.p[got.n - 1] != ' ' && !memmem(got.p, got.n, "  ", 2));
	}
	tt_buf_done(&scratch);
	tt_arena_done(&arena);
	return 0;
}
