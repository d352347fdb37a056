/* fuzz_row_json.c - any line is a row or refused; the spans of a row's entities are places in its text. */
#include <stdint.h>
#include <stdlib.h>

#include "app/score/rows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tt_row row = {0};
	struct tt_arena arena;
	tt_arena_init(&arena, 1 << 24);
	struct tt_str line = {(const char *)data, size};
	int kept = tt_row_of_json(&row, &arena, line, true, NULL);
	if (tt_row_of_json(&row, &arena, line, false, NULL) == TT_OK) {
		if (kept < 0 || !row.text.p || row.label < TT_LABEL_NONE || row.label >= TT_LABELS)
			abort();
		for (size_t i = 0; i < row.n_entities; i++) {
			const struct tt_row_entity *e = &row.entities[i];
			if (!e->name.p ||
				(e->in_text && (e->span.start >= e->span.end || e->span.end > row.text.n)))
				abort();
		}
	}
	tt_arena_done(&arena);
	return 0;
}
