/* fuzz_feedback.c - any line is a label of one item or refused; as JSON, and with its parts (set apart by
 * tabs) as fields of a CSV record. */
#include <stdint.h>
#include <stdlib.h>

#include "app/feedback/given.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const int64_t now_ms = 1795824000000; /* 2026-11-28 */

/* One identity, a label, somebody, a time that is past. */
static void check(const struct tt_pg_said_of *v)
{
	const int identities = !tt_id_is_zero(v->id) + (v->url.n > 0) + (v->guid.n > 0) + (v->title.n > 0);
	if (identities != 1 || v->label < 0 || v->label >= TT_LABELS || !v->who.n || v->at_ms > now_ms ||
		(!tt_id_is_zero(v->url_key) && !v->url.n))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tt_str line = {(const char *)data, size}, rest = line, texts[TT_GIVEN_KEYS];
	struct tt_pg_said_of v;
	struct tt_arena arena;
	tt_arena_init(&arena, 1 << 24);
	if (tt_given_of_json(&v, &arena, line, NULL, now_ms, NULL) == TT_OK)
		check(&v);
	for (int k = 0; k < TT_GIVEN_KEYS; k++)
		texts[k] = rest.p ? tt_str_split(&rest, '\t') : (struct tt_str){NULL, 0};
	if (tt_given_of_texts(&v, &arena, texts, "ann", now_ms, NULL) == TT_OK)
		check(&v);
	tt_arena_done(&arena);
	return 0;
}
