/* test_split.c - parts: how they are written, that a row stays in its part whatever is around it, that
 * near-duplicates go together, and that the shares come out. */
#include <math.h>

#include "nlp/train/data/split.h"
#include "tests/nlp/train/data/rows.h"

TT_TEST(parts_as_written)
{
	static const struct {
		const char *text;
		int rc;
		size_t n;
	} rows[] = {
		{"train=0.8,valid=0.1,test=0.1", TT_OK, 3},
		{"all=1", TT_OK, 1},
		{"a=0.333333,b=0.333333,c=0.333334", TT_OK, 3},
		{"", TT_EUSAGE, 0},
		{"a=0.5", TT_EUSAGE, 0},
		{"a=0.5,b=0.6", TT_EUSAGE, 0},
		{"a=0.5,a=0.5", TT_EUSAGE, 0},
		{"a=1,b=0", TT_EUSAGE, 0},
		{"a=1,b=-0", TT_EUSAGE, 0},
		{"a=nan", TT_EUSAGE, 0},
		{"a=0.5x,b=0.5", TT_EUSAGE, 0},
		{"../a=1", TT_EUSAGE, 0},
		{"=1", TT_EUSAGE, 0},
		{"a", TT_EUSAGE, 0},
		{"a=1,", TT_EUSAGE, 0},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_data_parts p = {.n = 0};
		TT_EQ_ROW(i, tt_data_parts_parse(&p, tt_str_c(rows[i].text), NULL), rows[i].rc);
		TT_EQ_ROW(i, p.n, rows[i].n);
	}
}

enum { MANY = 6000 };

static void fill(struct tt_dataset *d, int from, int to, int step)
{
	char text[64];
	tt_dataset_init(d, 1 << 28);
	new_file(d, "a");
	for (int i = from; i != to; i += step) {
		snprintf(text, sizeof(text), "w%da w%db w%dc w%dd", i, i, i, i); /* like no other */
		TT_EQ(add_text(d, 0, i % 4 ? TT_NEUTRAL : TT_NEGATIVE, text), TT_OK);
	}
}

static const struct tt_data_parts three = {{{"train", 0.8}, {"valid", 0.1}, {"test", 0.1}}, 3};

TT_TEST(a_row_stays_in_its_part)
{
	static uint8_t all[MANY], some[MANY], other_seed[MANY];
	struct tt_dataset d;
	struct tt_data_split s;
	size_t moved = 0;
	fill(&d, 0, MANY, 1);
	TT_EQ(tt_data_split(&d, &three, 0, 0.8, all, &s, NULL), TT_OK);
	TT_EQ(tt_data_split(&d, &three, 1, 0.8, other_seed, &s, NULL), TT_OK);
	tt_dataset_done(&d);
	fill(&d, MANY - 1, -1, -3); /* every third, from the end */
	TT_EQ(tt_data_split(&d, &three, 0, 0.8, some, &s, NULL), TT_OK);
	for (size_t i = 0; i < d.n_rows; i++)
		TT_EQ_ROW(i, some[i], all[MANY - 1 - 3 * i]);
	for (size_t i = 0; i < MANY; i++)
		moved += all[i] != other_seed[i];
	TT_TRUE(moved > MANY / 5); /* 34 % of them in the mean */
	tt_dataset_done(&d);
}

TT_TEST(the_shares_come_out)
{
	static uint8_t part[MANY];
	struct tt_dataset d;
	struct tt_data_split s;
	fill(&d, 0, MANY, 1);
	TT_EQ(tt_data_split(&d, &three, 0, 0.8, part, &s, NULL), TT_OK);
	TT_EQ(s.groups, MANY);
	TT_EQ(s.largest, 1);
	for (size_t k = 0; k < 3; k++) {
		double p = three.v[k].share, n = MANY / 4.0;
		TT_NEAR_ROW(k, (double)s.rows[k] / MANY, p, 4 * sqrt(p * (1 - p) / MANY));
		TT_NEAR_ROW(k, (double)s.kinds[k][TT_NEGATIVE] / n, p, 4 * sqrt(p * (1 - p) / n));
		TT_EQ_ROW(k, s.kinds[k][TT_NEGATIVE] + s.kinds[k][TT_NEUTRAL], s.rows[k]);
	}
	tt_dataset_done(&d);
}

/* A chain: the first is like the second, the second like the third; twenty such chains, each in one part. */
TT_TEST(near_duplicates_go_together)
{
	static const char *const starts[] = {"kilo", "kilo", "giga"}, *const ends[] = {
									      "pico", "nano", "nano"};
	static const struct tt_data_parts halves = {{{"a", 0.5}, {"b", 0.5}}, 2};
	uint8_t part[60];
	struct tt_dataset d;
	struct tt_data_split s;
	tt_dataset_init(&d, 1 << 24);
	new_file(&d, "a");
	for (int e = 0; e < 3; e++)
		for (char c = 'a'; c < 'a' + 20; c++) {
			char text[100];
			snprintf(text, sizeof(text),
				"%s%c mega%c tera%c peta%c deca%c zeta%c hecto%c micro%c %s%c", starts[e], c,
				c, c, c, c, c, c, c, ends[e], c);
			TT_EQ(add_text(&d, 0, 0, text), TT_OK);
		}
	TT_EQ(tt_data_split(&d, &halves, 0, 0.75, part, &s, NULL), TT_OK);
	TT_EQ(s.groups, 20);
	TT_EQ(s.largest, 3);
	for (int i = 0; i < 20; i++) {
		TT_EQ_ROW(i, part[i], part[20 + i]);
		TT_EQ_ROW(i, part[i], part[40 + i]);
	}
	TT_TRUE(s.rows[0] > 0 && s.rows[1] > 0);
	tt_dataset_done(&d);
}

TT_MAIN(TT_RUN(parts_as_written), TT_RUN(a_row_stays_in_its_part), TT_RUN(the_shares_come_out),
	TT_RUN(near_duplicates_go_together))
