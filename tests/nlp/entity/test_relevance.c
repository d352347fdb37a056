/* test_relevance.c - the formula of relevance.h, by hand-computed rows and by its promises. */
#include "tests/tt_test.h"

#include "nlp/entity/relevance.h"

static const struct {
	bool in_title;
	size_t first, mentions, all;
	double want;
} rows[] = {
        {true, 0, 1, 1, 1.0},               /* alone, first word */
        {true, 0, 1, 2, 0.8},               /* two companies in a headline */
        {true, 0, 1, 10, 0.64},             /* first of a list of ten */
        {true, 400, 1, 1, 0.9},             /* a very long title */
        {false, 400, 1, 1, 0.5},            /* only in the body, a paragraph down */
        {false, 800, 1, 4, 0.15},           /* 0.2/4 + 0.4/4 */
        {false, 400, 3, 4, 0.4},            /* 0.1 + 0.3 */
        {false, 1u << 30, 1, 1000, 0.0004}, /* far down: only its share is left */
};

TT_TEST(relevance_rows)
{
	for (size_t i = 0; i < TT_LEN(rows); i++)
		TT_NEAR_ROW(i,
		        tt_entity_relevance(rows[i].in_title, rows[i].first, rows[i].mentions, rows[i].all),
		        rows[i].want, 1e-6);
}

TT_TEST(relevance_is_monotonic_and_bounded)
{
	for (size_t first = 0; first < 5000; first += 7)
		for (size_t m = 1; m < 6; m++) {
			float r = tt_entity_relevance(false, first, m, 6);
			TT_TRUE(r > 0 && r <= 1);
			TT_TRUE(r >= tt_entity_relevance(false, first + 7, m, 6));
			TT_TRUE(r < tt_entity_relevance(false, first, m + 1, 6));
			TT_TRUE(r < tt_entity_relevance(true, first, m, 6));
		}
}

TT_MAIN(TT_RUN(relevance_rows), TT_RUN(relevance_is_monotonic_and_bounded))
