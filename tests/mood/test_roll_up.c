/* test_roll_up.c - what an item adds to the minute of an entity, and of a group; test_pg_rollup holds it to
 * the database's. */
#include "mood/roll_up.h"
#include "tests/tt_test.h"

static struct tt_said said(double score, double weight)
{
	return (struct tt_said){.score = score,
		.weight = weight,
		.p_negative = score < 0 ? (float)-score : 0,
		.p_neutral = (float)(1 - (score < 0 ? -score : score)),
		.p_positive = score > 0 ? (float)score : 0};
}

static const struct {
	double scores[3], weights[3];
	size_t n_entities;
	double w, score;
	int n, n_pos, n_neg;
} rows[] = {
	{{0}, {0}, 0, 0, 0, 0, 0, 0},
	{{0.8}, {1}, 1, 1, 0.8, 1, 1, 0},
	{{-0.8}, {0.5}, 1, 0.5, -0.8, 1, 0, 1},
	{{0.2}, {0.5}, 1, 0.5, 0.2, 1, 0, 0},
	{{0.5}, {1}, 1, 1, 0.5, 1, 0, 0},   /* neutral is as probable, and comes first */
	{{-0.5}, {1}, 1, 1, -0.5, 1, 0, 1}, /* here negative does */
	{{-0.8}, {0}, 1, 0, 0, 0, 0, 0},
	{{-0.8, -0.8}, {1, 1}, 2, 1, -0.8, 1, 0, 1},
	{{-0.8, 0.4}, {0.9, 0.3}, 2, 0.9, -0.5, 1, 0, 1},
	{{0.8, 0.4, -1}, {0.5, 0.5, 0}, 3, 0.5, 0.6, 1, 1, 0},
};

TT_TEST(what_an_item_adds)
{
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_said v[3];
		for (size_t k = 0; k < 3; k++)
			v[k] = said(rows[i].scores[k], rows[i].weights[k]);
		struct tt_minute m = tt_roll_up(v, rows[i].n_entities);
		TT_EQ_ROW(i, m.minute, 0);
		TT_EQ_ROW(i, m.n, rows[i].n);
		TT_EQ_ROW(i, m.n_pos, rows[i].n_pos);
		TT_EQ_ROW(i, m.n_neg, rows[i].n_neg);
		TT_NEAR_ROW(i, m.w, rows[i].w, 1e-12);
		TT_NEAR_ROW(i, m.ws, rows[i].w * rows[i].score, 1e-12);
		TT_NEAR_ROW(i, m.wss, rows[i].w * rows[i].score * rows[i].score, 1e-12);
	}
}

TT_MAIN(TT_RUN(what_an_item_adds))
