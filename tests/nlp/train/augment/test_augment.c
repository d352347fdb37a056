/* test_augment.c - what each kind makes of a row, and what no kind may ever do to one. */
#include "common/err.h"
#include "common/utf8.h"
#include "nlp/train/augment/augment.h"
#include "nlp/train/augment/direction.h"
#include "nlp/train/augment/numbers.h"
#include "tests/fault.h"
#include "tests/tt_test.h"

static const char dictionary[] = "symbol\tname\tkind\tsector\tcountry\taliases\tnot\n"
				 "AAPL\tApple Inc.\tcompany\tTech\tUS\t^Apple\n"
				 "MSFT\tMicrosoft Corporation\tcompany\tTech\tUS\tMicrosoft\n"
				 "BBY\tBest Buy Co., Inc.\tcompany\tShops\tUS\n"
				 "LOW\tLowe's Companies, Inc.\tcompany\tShops\tUS\tLowe's\n"
				 "TGT\tTarget Corporation\tcompany\tShops\tUS\tTarget\n"
				 "PFE\tPfizer Inc.\tcompany\tPharma\tUS\tPfizer\n"
				 "SAN.PA\tSanofi S.A.\tcompany\tPharma\tFR\tSanofi\n"
				 "KO\tThe Coca-Cola Company\tcompany\tDrinks\tUS\tCoca-Cola\n"
				 "^BSESN\tS&P BSE Sensex\tindex\t\tIN\tSensex\n"
				 "^NSEI\tNIFTY 50\tindex\t\tIN\tNifty 50\n"
				 "GC=F\tGold\tcommodity\t\t\tgold|gold prices\n"
				 "SI=F\tSilver\tcommodity\t\t\tsilver\n"
				 "FDA.ORG\tFood and Drug Administration\tinstitution\t\tUS\tFDA\n"
				 "WHO.ORG\tWorld Health Organization\tinstitution\t\t\tWHO\n";

struct fixture {
	struct tt_entity_dict *dict;
	struct tt_augmenter *augmenter;
	struct tt_augment_options o;
	struct tt_augmented made;
};

static int open_fixture(struct fixture *f, const char *kinds)
{
	*f = (struct fixture){0};
	tt_augmented_init(&f->made);
	int rc = tt_entity_dict_parse(&f->dict, tt_str_c(dictionary), "test", NULL);
	if (rc == TT_OK)
		rc = tt_augmenter_new(&f->augmenter, f->dict, NULL);
	return rc < 0 ? rc : tt_augment_kinds_parse(&f->o, tt_str_c(kinds), 1, NULL);
}

static void close_fixture(struct fixture *f)
{
	tt_augmented_done(&f->made);
	tt_augmenter_free(f->augmenter);
	tt_entity_dict_free(f->dict);
}

static struct tt_str augment(struct fixture *f, const char *text, uint64_t epoch)
{
	struct tt_augment_row row = {tt_str_c(text), NULL, 0};
	TT_EQ(tt_augment(f->augmenter, &f->o, &row, epoch, 7, &f->made, NULL), TT_OK);
	return f->made.row.text;
}

/* All that a text may become, and does: "a|b"; itself where it stands. */
static const struct {
	const char *kind, *text, *want;
} rows[] = {
	/* names: all mentions, legal forms stay, tickers for tickers, in their case */
	{"entity", "Apple Inc. beats; Apple's CEO says", "Microsoft Inc. beats; Microsoft's CEO says"},
	{"entity", "$AAPL: Apple rallies, AAPL up", "$MSFT: Microsoft rallies, MSFT up"},
	{"entity", "$aapl moves", "$msft moves"},
	{"entity", "APPLE SHARES JUMP", "MICROSOFT SHARES JUMP"},
	{"entity", "microsoft and pfizer", "apple and sanofi"},
	{"entity", "Sensex rises, gold falls, Gold slips", "Nifty 50 rises, silver falls, Silver slips"},
	{"entity", "gold prices fall", "silver prices fall"},
	/* what stays: the only one of its sector, both of them there, institutions, no ticker to give,
	   direction */
	{"entity", "Coca-Cola wins", "Coca-Cola wins"},
	{"entity", "Apple sues Microsoft", "Apple sues Microsoft"},
	{"entity", "FDA approves", "FDA approves"},
	{"entity", "$PFE rises", "$PFE rises"},
	{"entity", "Best Buy falls, $LOW too", "Best Buy falls, $LOW too"},
	{"entity", "@Apple #Apple Apple+ 5", "@Apple #Apple Apple+ 5"},
	{"entity", "", ""},
	/* synonyms: case, articles, longest first, forms with capitals */
	{"synonym", "the company wins", "the company wins|the corporation wins"},
	{"synonym", "The Company wins", "The Company wins|The Corporation wins"},
	{"synonym", "THE COMPANY WINS", "THE COMPANY WINS|THE CORPORATION WINS"},
	{"synonym", "the COMPANY wins", "the COMPANY wins|the CORPORATION wins"},
	{"synonym", "an agreement is", "an agreement is|an accord is"},
	{"synonym", "company-wide #company company.com $company",
		"company-wide #company company.com $company"},
	{"synonym", "accompany", "accompany"},
	{"synonym", "for us", "for us"},
	{"synonym", "FOR US", "FOR US"},
	{"synonym", "in the US now", "in the US now|in the U.S. now"},
	{"synonym", "Q1 loss", "Q1 loss|First quarter loss"},
	{"synonym", "stake in stock exchange",
		"stake in stock exchange|stake in bourse|shareholding in stock exchange|"
		"shareholding in bourse"},
	{"synonym", "shares rise, fall, beat, miss",
		"shares rise, fall, beat, miss|stocks rise, fall, beat, miss"},
	/* numbers that stay */
	{"number", "S&P 500 in 2019, Q3, 10-year, 3-for-1, Jan 5",
		"S&P 500 in 2019, Q3, 10-year, 3-for-1, Jan 5"},
	{"number", "Nifty 50 at 0%", "Nifty 50 at 0%"},
	{"number", "1% and 2%", "1% and 2%|1% and 3%"},
	/* noise */
	{"noise", "$AAPL up.", "$AAPL up.|AAPL up.|$aapl up.|$AAPL Up."},
	{"noise", "It ends here.",
		"It ends here.|It ends here|it ends here.|It Ends Here.|UPDATE 1-It ends here.|"
		"UPDATE 2-It ends here.|WRAPUP 1-It ends here.|BRIEF-It ends here.|RPT-It ends here.|"
		"REFILE-It ends here.|EXCLUSIVE-It ends here."},
	{"noise", "BRIEF-It", "BRIEF-It|It|brief-it"},
};

TT_TEST(what_becomes_of_a_row)
{
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct fixture f;
		struct tt_str left = tt_str_c(rows[i].want);
		TT_EQ(open_fixture(&f, rows[i].kind), TT_OK);
		uint64_t reached = 0, all = 0;
		for (int k = 0; left.p; k++, all = all * 2 + 1)
			tt_str_split(&left, '|');
		for (uint64_t epoch = 0; rows[i].want && epoch < 400; epoch++) {
			struct tt_str got = augment(&f, rows[i].text, epoch), want = tt_str_c(rows[i].want);
			for (int k = 0; want.p; k++)
				if (tt_str_eq(tt_str_split(&want, '|'), got)) {
					reached |= (uint64_t)1 << k;
					break;
				} else if (!want.p) {
					TT_STR_EQ_ROW(i, got, tt_str_c(rows[i].want));
				}
		}
		TT_EQ_ROW(i, reached, all);
		close_fixture(&f);
	}
}

/* ---- what no kind may do ---- */

static const char *const headlines[] = {
	"Apple Inc. shares fall 3.5% as iPhone sales miss estimates, Microsoft up",
	"$AAPL - Apple stock price target raised to $255 vs. $203 at Instinet",
	"UPDATE 1-Pfizer cuts 2019 profit forecast to $2.10-$2.15 from $2.50, shares slump 12%",
	"Sensex loses 200 points; Nifty 50 holds 7,550; gold up at Rs 31,250",
	"Sanofi CEO says U.S. revenue rose from 3.1 billion to 3.2 billion in Q3",
	"Caf\xC3\xA9 chain Coca-Cola to buy back 1,50,00,000 shares at \xE2\x82\xB9"
	"450 each",
	"Lowe's beats, Best Buy misses; $LOW higher, $BBY lower",
	"S&P 500, Nasdaq 100 edge higher after Fed cuts rates by 25 bps to 1.75 percent",
	"MICROSOFT POSTS 40% RISE IN ANNUAL PROFIT, ANNOUNCES DIVIDEND",
	"company says it expects a 3-for-1 split, employees get 5% more",
	"Apple's quarterly loss widens to $0.05 a share vs loss of $0.04 a year ago.",
	"\xE8\x8B\xB9\xE6\x9E\x9C Apple 2.5\xE2\x80\x93"
	"3% \xF0\x9F\x93\x88 up, \xE2\x80\x9CPfizer\xE2\x80\x9D down",
};

/* The texts have the same words of direction in the same order. */
static bool same_directions(struct tt_str a, struct tt_str b)
{
	size_t i = 0, k = 0;
	for (;;) {
		struct tt_str x = tt_direction_next(a, &i), y = tt_direction_next(b, &k);
		if (!x.p || !y.p)
			return x.p == y.p;
		if (!tt_str_eq_ci(x, y))
			return false;
	}
}

TT_TEST(directions_spans_and_utf8_stay)
{
	static const char *const names[] = {
		"Apple", "Pfizer", "Sensex", "Sanofi", "Coca-Cola", "Microsoft", "gold", "AAPL"};
	struct fixture f;
	size_t changed[TT_AUGMENT_KINDS] = {0};
	TT_EQ(open_fixture(&f, "entity,number,synonym,noise"), TT_OK);
	for (int k = 0; k < TT_AUGMENT_KINDS; k++)
		f.o.share[k] = 0.7;
	for (size_t i = 0; i < TT_LEN(headlines); i++) {
		struct tt_str text = tt_str_c(headlines[i]);
		struct tt_augment_entity entities[TT_LEN(names)];
		size_t n = 0;
		for (size_t k = 0; k < TT_LEN(names); k++) {
			const char *at = strstr(headlines[i], names[k]);
			uint32_t start = at ? (uint32_t)(at - headlines[i]) : 0;
			if (at)
				entities[n++] = (struct tt_augment_entity){tt_str_c(names[k]), true,
					{start, start + (uint32_t)strlen(names[k])}};
		}
		for (uint64_t epoch = 0; epoch < 500; epoch++) {
			struct tt_augment_row row = {text, entities, n};
			TT_EQ(tt_augment(f.augmenter, &f.o, &row, epoch, i, &f.made, NULL), TT_OK);
			const struct tt_augment_row *made = &f.made.row;
			TT_TRUE(tt_utf8_valid(made->text));
			TT_TRUE(same_directions(text, made->text));
			TT_EQ_ROW(i, made->n_entities, n);
			for (size_t k = 0; k < n; k++) {
				const struct tt_augment_entity *e = &made->entities[k];
				TT_TRUE(e->span.start < e->span.end && e->span.end <= made->text.n);
				struct tt_str there = {
					made->text.p + e->span.start, e->span.end - e->span.start};
				TT_STR_EQ_ROW(i, e->name, there);
				TT_TRUE(!tt_word_before(made->text, e->span.start) &&
					!tt_word_at(made->text, e->span.end));
				for (size_t j = 0; j < k; j++) /* two names stay two */
					TT_TRUE(tt_str_eq_ci(e->name, made->entities[j].name) == false);
			}
			for (int k = 0; k < TT_AUGMENT_KINDS; k++)
				changed[k] += f.made.changed[k];
		}
	}
	for (int k = 0; k < TT_AUGMENT_KINDS; k++)
		TT_TRUE(changed[k] > 300);
	close_fixture(&f);
}

static double value(const struct tt_number *n)
{
	double ten = 1;
	for (int i = 0; i < n->decimals; i++)
		ten *= 10;
	return (double)n->digits / ten;
}

TT_TEST(numbers_keep_format_range_and_order)
{
	struct fixture f;
	size_t changed = 0;
	TT_EQ(open_fixture(&f, "number"), TT_OK);
	for (size_t i = 0; i < TT_LEN(headlines); i++)
		for (uint64_t epoch = 0; epoch < 500; epoch++) {
			struct tt_str was = tt_str_c(headlines[i]), is = augment(&f, headlines[i], epoch);
			struct tt_number a[16], b[16];
			size_t at = 0, to = 0, n = 0;
			for (; tt_number_next(was, &at, &a[n]); n++) {
				TT_TRUE(tt_number_next(is, &to, &b[n]));
				double x = value(&a[n]), y = value(&b[n]),
				       unit = x / (double)(a[n].digits + !a[n].digits);
				TT_NEAR_ROW(i, y, x, a[n].is_amount ? 0.3 * x + 0.5 * unit + 1e-9 : 0);
				TT_EQ_ROW(i, b[n].decimals, a[n].decimals);
				TT_TRUE(b[n].grouping == a[n].grouping || y < 1000);
				TT_TRUE(x == 0 || y > 0);
				changed += x != y;
				for (size_t k = 0; k < n; k++)
					TT_TRUE((value(&a[k]) < x) == (value(&b[k]) < y) &&
						(value(&a[k]) > x) == (value(&b[k]) > y));
			}
			TT_TRUE(!tt_number_next(is, &to, &b[n]));
		}
	TT_TRUE(changed > 2000);
	close_fixture(&f);
}

TT_TEST(a_result_is_the_same_everywhere)
{
	struct fixture f, other;
	const char *text = "$AAPL - Apple shares fall 3.5% to $102.40, CEO says company expects recovery";
	TT_EQ(open_fixture(&f, "entity,number,synonym"), TT_OK);
	TT_EQ(open_fixture(&other, "number"), TT_OK);
	f.o.seed = other.o.seed = 42;
	TT_STR_EQ(augment(&f, text, 3),
		TT_STR("$MSFT - Microsoft shares fall 2.7% to $79.77, chief executive says corporation "
		       "anticipates recovery"));
	size_t differ = 0;
	for (uint64_t epoch = 0; epoch < 50; epoch++) { /* the numbers do not depend on the other kinds */
		size_t at = 0, to = 0;
		struct tt_number a, b;
		char first[200];
		struct tt_str one = augment(&f, text, epoch);
		memcpy(first, one.p, one.n);
		struct tt_str again = augment(&f, text, epoch), two = augment(&other, text, epoch);
		TT_STR_EQ(again, ((struct tt_str){first, one.n}));
		while (tt_number_next(again, &at, &a)) {
			TT_TRUE(tt_number_next(two, &to, &b));
			TT_EQ(a.digits, b.digits);
		}
		differ += !tt_str_eq(augment(&f, text, epoch + 1), (struct tt_str){first, one.n});
	}
	TT_TRUE(differ > 40);
	close_fixture(&f);
	close_fixture(&other);
}

TT_TEST(a_span_that_a_name_would_cut)
{
	struct fixture f;
	TT_EQ(open_fixture(&f, "entity"), TT_OK);
	static const struct {
		const char *text, *want;
		struct tt_span span, want_span;
	} cases[] = {
		{"Pfizer India Ltd wins", "Sanofi India Ltd wins", {0, 16}, {0, 16}},
		{"the Apple store", "the Microsoft store", {0, 9}, {0, 13}},
		{"Coca-Cola, Apple Inc up", "Coca-Cola, Microsoft Inc up", {11, 20}, {11, 24}},
		{"Apple up", "Apple up", {2, 8}, {2, 8}},
		{"so $AAPL up", "so $MSFT up", {4, 8}, {4, 8}},
	};
	for (size_t i = 0; i < TT_LEN(cases); i++) {
		struct tt_augment_entity e[2] = {
			{TT_STR("x"), true, cases[i].span}, {TT_STR("y"), false, {0, 0}}};
		struct tt_augment_row row = {tt_str_c(cases[i].text), e, 2};
		TT_EQ(tt_augment(f.augmenter, &f.o, &row, 0, 0, &f.made, NULL), TT_OK);
		TT_STR_EQ_ROW(i, f.made.row.text, tt_str_c(cases[i].want));
		TT_EQ_ROW(i, f.made.row.entities[0].span.start, cases[i].want_span.start);
		TT_EQ_ROW(i, f.made.row.entities[0].span.end, cases[i].want_span.end);
		TT_STR_EQ_ROW(i, f.made.row.entities[1].name, TT_STR("y"));
	}
	close_fixture(&f);
}

TT_TEST(kinds_as_written)
{
	struct tt_augment_options o = {.seed = 5};
	struct tt_err err = {0};
	TT_EQ(tt_augment_kinds_parse(&o, TT_STR("number,noise"), 0.5, &err), TT_OK);
	TT_TRUE(o.share[TT_AUGMENT_NUMBER] == 0.5 && o.share[TT_AUGMENT_ENTITY] == 0 && o.seed == 5);
	TT_EQ(tt_augment_kinds_parse(&o, TT_STR("number,noises"), 1, &err), TT_EUSAGE);
	TT_TRUE(strstr(err.msg, "'noises'") != NULL);
	TT_EQ(tt_augment_kinds_parse(&o, TT_STR(""), 1, &err), TT_EUSAGE);
}

TT_TEST(a_share_of_rows)
{
	struct fixture f;
	size_t n = 0;
	TT_EQ(open_fixture(&f, "entity"), TT_OK);
	f.o.share[TT_AUGMENT_ENTITY] = 0.25;
	for (uint64_t epoch = 0; epoch < 4000; epoch++) {
		augment(&f, "Apple", epoch);
		n += f.made.changed[TT_AUGMENT_ENTITY];
	}
	TT_NEAR((double)n, 1000, 110); /* four standard errors */
	close_fixture(&f);
}

TT_TEST(memory_fails)
{
	int rc = TT_ENOMEM;
	long n = 0;
	for (; n < 2000 && rc == TT_ENOMEM; n++) {
		struct fixture f;
		long live = tt_alloc_live();
		tt_fault_alloc_after(n);
		rc = open_fixture(&f, "entity,number,synonym");
		for (size_t i = 0; i < TT_LEN(headlines) && rc == TT_OK; i++) {
			struct tt_augment_row row = {tt_str_c(headlines[i]), NULL, 0};
			rc = tt_augment(f.augmenter, &f.o, &row, 0, i, &f.made, NULL);
			TT_TRUE(rc == TT_OK || (f.made.row.text.n == 0 && f.made.row.n_entities == 0));
		}
		tt_fault_off();
		close_fixture(&f);
		TT_EQ_ROW(n, tt_alloc_live(), live);
	}
	TT_EQ(rc, TT_OK);
	TT_TRUE(n > 30);
}

TT_MAIN(TT_RUN(what_becomes_of_a_row), TT_RUN(directions_spans_and_utf8_stay),
	TT_RUN(numbers_keep_format_range_and_order), TT_RUN(a_result_is_the_same_everywhere),
	TT_RUN(a_span_that_a_name_would_cut), TT_RUN(kinds_as_written), TT_RUN(a_share_of_rows),
	TT_RUN(memory_fails))
