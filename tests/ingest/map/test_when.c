/* test_when.c - points in time as records give them. */
#include "ingest/map/when.h"
#include "common/clock.h"
#include "tests/tt_test.h"

#define T 1795448783000

TT_TEST(points_in_time)
{
	static const struct {
		const char *text;
		int64_t want; /* TT_TIME_NONE: no date */
	} rows[] = {
		{"2026-11-23T15:46:23Z", T},
		{"Mon, 23 Nov 2026 10:46:23 -0500", T},
		{"20261123T154623", T},
		{"20261123154623", T},
		{" 1795448783 ", T},
		{"1795448783.25", T + 250},
		{"1795448783.123456789", T + 123},
		{"1.795448783E9", T},
		{"1.795448783123e+9", T + 123},
		{"1795448783000", T},
		{"1795448783123.9", T + 123},
		{"1795448783123456", T + 123},
		{"1795448783123456789", T + 123},
		{"999999999", 999999999000},
		{"0001795448783", T},
		{"1795448783e0", T},
		{"17954487830e-1", T},
		{"20261123", 1795392000000},
		{"2026", 1767225600000},
		{"", TT_TIME_NONE},
		{"soon", TT_TIME_NONE},
		{"-1795448783", TT_TIME_NONE},
		{"17954487831", TT_TIME_NONE},
		{"1795448783e", TT_TIME_NONE},
		{"1e999", TT_TIME_NONE},
		{"1e999999999999", TT_TIME_NONE},
		{"99999999999999999999999999999999999999", TT_TIME_NONE},
		{"0", TT_TIME_NONE},
		{".5", TT_TIME_NONE},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		int64_t got = TT_TIME_NONE;
		TT_EQ_ROW(i, tt_map_when(tt_str_c(rows[i].text), &got), rows[i].want != TT_TIME_NONE);
		TT_EQ_ROW(i, got, rows[i].want);
	}
}

TT_MAIN(TT_RUN(points_in_time))
