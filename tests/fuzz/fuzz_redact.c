/* fuzz_redact.c - any bytes are redacted: what is between the placeholders is the given text, nothing is left
 * that would be redacted now, and spans stay in order and inside. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/utf8.h"
#include "nlp/token/redact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static bool same(struct tt_str given, size_t from, struct tt_str text, size_t to, size_t n)
{
	return from + n <= given.n && to + n <= text.n && memcmp(given.p + from, text.p + to, n) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tt_str given = {(const char *)data, size};
	struct tt_redacted r, again;
	tt_redacted_init(&r);
	tt_redacted_init(&again);
	check(tt_redact(&r, given) == TT_OK);
	struct tt_str text = tt_buf_view(&r.text);
	size_t from = 0, to = 0;
	for (size_t i = 0; i < r.n; i++) {
		const struct tt_redaction *v = &r.v[i];
		check(v->given.start >= from && v->given.start < v->given.end);
		check(v->given.start - from == v->placeholder.start - to);
		check(size == 0 || same(given, from, text, to, v->given.start - from));
		from = v->given.end;
		to = v->placeholder.end;
	}
	check(size - from == text.n - to && (size == from || same(given, from, text, to, size - from)));
	check(!tt_utf8_valid(given) || tt_utf8_valid(text));
	for (uint32_t at = 0; at < size && at < 200; at++) {
		struct tt_span one = tt_redacted_span(&r, (struct tt_span){at, at + 1});
		check(one.start < one.end && one.end <= text.n);
	}
	check(tt_redact(&again, text) == TT_OK);
	for (size_t i = 0; i < again.n; i++) /* a number may be one only now: digits that went on have gone */
		check(again.v[i].kind != TT_PRIVATE_EMAIL && again.v[i].kind != TT_PRIVATE_HANDLE);
	tt_redacted_done(&r);
	tt_redacted_done(&again);
	return 0;
}
