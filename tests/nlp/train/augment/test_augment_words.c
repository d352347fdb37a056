/* test_augment_words.c - the lists: no group of synonyms has a word of direction, none overlap; which forms
 * of a direction word count; which numbers of a text are amounts. */
#include "nlp/train/augment/direction.h"
#include "nlp/train/augment/numbers.h"
#include "nlp/train/augment/synonyms.h"
#include "tests/tt_test.h"

static const char *const directions[] = {
#include "nlp/train/augment/direction.def"
};

TT_TEST(direction_words_are_sorted)
{
	for (size_t i = 0; i < TT_LEN(directions); i++) {
		TT_TRUE(tt_direction_word(tt_str_c(directions[i])));
		TT_TRUE(i == 0 || strcmp(directions[i - 1], directions[i]) < 0);
	}
}

TT_TEST(forms_of_direction_words)
{
	static const struct {
		const char *word;
		bool is;
	} rows[] = {{"rise", true}, {"Rises", true}, {"RISING", true}, {"cuts", true}, {"cutting", true},
		{"topped", true}, {"raised", true}, {"misses", true}, {"beating", true}, {"worries", true},
		{"fell", true}, {"higher", true}, {"Downgraded", true}, {"slashes", true}, {"company", false},
		{"shares", false}, {"", false}, {"s", false}, {"upper", false}, {"reports", false},
		{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false}};
	for (size_t i = 0; i < TT_LEN(rows); i++)
		TT_EQ_ROW(i, tt_direction_word(tt_str_c(rows[i].word)), rows[i].is);
}

TT_TEST(synonyms_carry_no_direction)
{
	size_t groups = 0;
	for (; tt_synonyms[groups][0]; groups++)
		for (const char *const *form = tt_synonyms[groups]; *form; form++) {
			if (tt_has_direction(tt_str_c(*form)))
				fail_msg("'%s' carries direction", *form);
			for (size_t other = 0; other <= groups; other++)
				for (const char *const *g = tt_synonyms[other]; *g; g++)
					TT_TRUE(g == form || !tt_str_eq_ci(tt_str_c(*g), tt_str_c(*form)));
		}
	TT_TRUE(groups >= 60);
}

/* Amounts in [], other numbers in {}. */
TT_TEST(which_numbers_are_amounts)
{
	static const char *const rows[] = {
		"profit of $[3.5] billion, up [12]%",
		"Rs [2,000] crore, Rs.[50] lakh, Rs. [1.5] mn, INR [500]",
		"[12,34,567] and [1,234,567.89] but not 1,2,3 or 1.234,56",
		"\xE2\x82\xAC[15]m \xC2\xA3[3]bn \xE2\x82\xB9[20] US$[7] $[.45]",
		"EPS [1.25] vs [1.10], revenue [950]mn",
		"up [200] points, [25] bps, [5] per cent, [500] jobs, -[16]%, +[3.2]%, ([4] %)",
		"in {2019} and 2,0199",
		"{2019} points, $[2019]",
		"S&P {500}, Nasdaq {100}, FTSE {250} points, Nifty {50} shares",
		"{10}-year bond, {3}-for-{1} split, COVID-{19}, {5}-day",
		"{11}/{29}/{2026}, 29.11.2026, {10}:{30}, {10.30} am, Jan {5}, {5} January",
		"Q3 H1 FY20 {5}G {2}nd {737}MAX, [3]M units",
		"top {5} stocks, iOS {13.1}, version {2.0}, Boeing {737}, #{1}",
		"[10] million \xE2\x80\x93 [12] million, {10}\xE2\x80\x93{15}%",
		"{0}%, 007 shares, 1234567890123456789 shares",
		"{3}:{2}",
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		char text[200], got[400];
		size_t n = 0, at = 0, from = 0, out = 0;
		struct tt_number number;
		for (const char *p = rows[i]; *p; p++)
			if (!strchr("[]{}", *p))
				text[n++] = *p;
		while (tt_number_next((struct tt_str){text, n}, &at, &number)) {
			out += (size_t)snprintf(got + out, sizeof(got) - out, "%.*s%c%.*s%c",
				(int)(number.start - from), text + from, number.is_amount ? '[' : '{',
				(int)(number.end - number.start), text + number.start,
				number.is_amount ? ']' : '}');
			from = number.end;
		}
		snprintf(got + out, sizeof(got) - out, "%.*s", (int)(n - from), text + from);
		TT_STR_EQ_ROW(i, tt_str_c(got), tt_str_c(rows[i]));
	}
}

TT_MAIN(TT_RUN(direction_words_are_sorted), TT_RUN(forms_of_direction_words),
	TT_RUN(synonyms_carry_no_direction), TT_RUN(which_numbers_are_amounts))
