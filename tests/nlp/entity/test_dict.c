/* test_dict.c - reading dictionaries: what is refused and how it is said, finding, printing. */
#include "tests/tt_test.h"

#include "nlp/entity/dict.h"
#include "nlp/entity/match.h"
#include "nlp/entity/words.h"

#define HEADER "symbol\tname\tkind\tsector\tcountry\taliases\tnot\n"

static const struct {
	const char *text, *message; /* the whole message; NULL: it is good */
} rows[] = {
	{HEADER, NULL},
	{"\xef\xbb\xbf# comment\n\n" HEADER "# more\nA\tB Inc\tcompany\t\t\n", NULL},
	{HEADER "A\tB Inc\tcompany\t-\t-\t-\t-\r\n", NULL},
	{HEADER "A\tB Inc\tcompany\tEnergy\tUS\t^Bee|!BEE|$BB|b e e\tbee hive|bee line\n", "t:2: alias 'bee' stands there twice"},
	{HEADER "A\tB Inc\tcompany\t\tUS\t!Bee|!BEE\t\n", NULL},
	{"", "t:1: no header line"},
	{"# only this\n", "t:1: no header line"},
	{"symbol\tname\n", "t:1: column 3 of the header is '', want 'kind'"},
	{"symbol\tnom\tkind\tsector\tcountry\taliases\tnot\n", "t:1: column 2 of the header is 'nom', want 'name'"},
	{"symbol\tname\tkind\tsector\tcountry\taliases\tnot\tx\n", "t:1: more columns in the header: 'x'"},
	{HEADER "A\tB\tcompany\tx\n", "t:2: 4 columns, want 5 to 7 separated by tabs"},
	{HEADER "\n\nA\tB\tcompany\tx\ty\tz\tq\tr\n", "t:4: 8 columns, want 5 to 7 separated by tabs"},
	{HEADER "A\tB\x01\tcompany\t\t\n", "t:2: control character 0x01"},
	{HEADER "\tB\tcompany\t\t\n", "t:2: bad symbol ''"},
	{HEADER "A B\tB\tcompany\t\t\n", "t:2: bad symbol 'A B'"},
	{HEADER "A\t\tcompany\t\t\n", "t:2: bad name ''"},
	{HEADER "A\tB\tCompany\t\t\n", "t:2: unknown kind 'Company'"},
	{HEADER "A\tB\tcompany\t\tUSA\n", "t:2: a country is two capitals (ISO 3166), not 'USA'"},
	{HEADER "A\tB\tcompany\t\t\tx||y\n", "t:2: empty alias ''"},
	{HEADER "A\tB\tcompany\t\t\t^\n", "t:2: empty alias '^'"},
	{HEADER "A\tB\tcompany\t\t\t$b\n", "t:2: a ticker has capitals, digits, '.' and '-' only: '$b'"},
	{HEADER "A\tB\tcompany\t\t\t...\n", "t:2: an alias or phrase of A has no letter or digit"},
	{HEADER "A\tB\tcompany\t\t\tx\ty|\n", "t:2: empty phrase in column 'not'"},
	{HEADER "A\tB\tcompany\t\t\nA\tC\tcompany\t\t\n", "t:3: symbol 'A' is already that of A, line 2"},
	{HEADER "A\tB\tcompany\t\t\nC\tD\tcompany\t\t\t$A\n", "t:3: symbol 'A' is already that of A, line 2"},
	{HEADER "A\tB\tcompany\t\t\tBee Gee\nC\tD\tcompany\t\t\t^b\xc3\xa9" "e-gee\n",
		"t:3: alias 'bee gee' is already that of A, line 2"},
	{HEADER "A\tB\tcompany\t\t\tx\nC\tD\tcompany\t\t\ty\tx\n", "t:3: alias 'x' is already that of A, line 2"},
	{HEADER "A\tB\tcompany\t\t\tx\tp q\nC\tD\tcompany\t\t\ty\tp q\n", NULL},
};

TT_TEST(dict_rows)
{
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_entity_dict *d = NULL;
		struct tt_err err = {0};
		int rc = tt_entity_dict_parse(&d, tt_str_c(rows[i].text), "t", &err);
		TT_STR_EQ_ROW(i, tt_str_c(err.msg), tt_str_c(rows[i].message ? rows[i].message : ""));
		TT_EQ_ROW(i, rc, rows[i].message ? TT_EPARSE : TT_OK);
		TT_EQ_ROW(i, d != NULL, !rows[i].message);
		tt_entity_dict_free(d);
	}
}

TT_TEST(dict_reads_and_prints_the_same)
{
	static const char text[] = HEADER "A\tB Inc.\tcompany\tEnergy\tUS\t^Bee|!GEE|$BB|any case\tbee hive|x\n"
					  "^I\tIdx\tindex\t\t\t\t\n";
	struct tt_entity_dict *d = NULL;
	struct tt_buf out;
	tt_buf_init(&out, 4096);
	TT_EQ(tt_entity_dict_parse(&d, tt_str_c(text), "t", NULL), TT_OK);
	TT_EQ(tt_entity_dict_count(d), 2);
	const struct tt_entity *e = tt_entity_dict_at(d, 0);
	TT_EQ(e->n_aliases, 4);
	TT_EQ(e->aliases[0].rule, TT_ALIAS_CAPITAL);
	TT_EQ(e->aliases[1].rule, TT_ALIAS_EXACT);
	TT_EQ(e->aliases[2].rule, TT_ALIAS_TICKER);
	TT_EQ(e->aliases[3].rule, TT_ALIAS_ANY);
	TT_EQ(e->n_not_phrases, 2);
	TT_TRUE(!tt_entity_dict_at(d, 1)->sector.p);
	TT_TRUE(tt_entity_dict_find(d, TT_STR("A")) == e);
	TT_TRUE(tt_entity_dict_find(d, TT_STR("BB")) == e);
	TT_TRUE(tt_entity_dict_find(d, TT_STR("^I")) == tt_entity_dict_at(d, 1));
	TT_TRUE(!tt_entity_dict_find(d, TT_STR("a")));
	TT_TRUE(!tt_entity_dict_find(d, TT_STR("")));
	tt_entity_print_header(&out);
	for (size_t i = 0; i < 2; i++)
		TT_EQ(tt_entity_print(tt_entity_dict_at(d, i), &out), TT_OK);
	TT_STR_EQ(tt_buf_view(&out), tt_str_c(text));
	tt_buf_done(&out);
	tt_entity_dict_free(d);
}

TT_TEST(dict_that_is_not_there)
{
	struct tt_entity_dict *d = NULL;
	struct tt_err err = {0};
	TT_EQ(tt_entity_dict_load(&d, "/nonexistent/x.tsv", &err), TT_ENOENT);
	TT_TRUE(strstr(err.msg, "/nonexistent/x.tsv"));
}

static bool is_gics(struct tt_str s)
{
	static const char *const sectors[] = {"Communication Services", "Consumer Discretionary", "Consumer Staples", "Energy",
		"Financials", "Health Care", "Industrials", "Information Technology", "Materials", "Real Estate", "Utilities"};
	for (size_t i = 0; i < TT_LEN(sectors); i++)
		if (tt_str_eq(s, tt_str_c(sectors[i])))
			return true;
	return false;
}

TT_TEST(the_dictionary_we_come_with)
{
	struct tt_entity_dict *d = NULL;
	struct tt_err err = {0};
	size_t kinds[TT_KIND_COUNT] = {0};
	if (tt_entity_dict_load(&d, tt_source_path("config/entities.tsv"), &err) < 0)
		print_error("%s\n", err.msg);
	TT_TRUE(d);
	TT_TRUE(tt_entity_dict_count(d) >= 600);
	for (size_t i = 0; i < tt_entity_dict_count(d); i++) {
		const struct tt_entity *e = tt_entity_dict_at(d, i);
		kinds[e->kind]++;
		TT_EQ_ROW(e->line, is_gics(e->sector), e->kind == TT_KIND_COMPANY);
	}
	for (size_t k = 0; k < TT_KIND_COUNT; k++)
		TT_TRUE(kinds[k] > 0);
	tt_entity_dict_free(d);
}

/* Every listed alias, written as listed, finds its entity. */
TT_TEST(every_alias_we_come_with_is_found)
{
	struct tt_entity_dict *d = NULL;
	struct tt_matcher *m = NULL;
	struct tt_found f;
	tt_found_init(&f);
	TT_EQ(tt_entity_dict_load(&d, tt_source_path("config/entities.tsv"), NULL), TT_OK);
	TT_EQ(tt_matcher_new(&m, d, NULL), TT_OK);
	for (size_t i = 0; i < tt_entity_dict_count(d); i++) {
		const struct tt_entity *e = tt_entity_dict_at(d, i);
		for (size_t k = 0; k < e->n_aliases; k++) {
			char text[256];
			int n = snprintf(text, sizeof(text), "then %s%.*s rose", e->aliases[k].rule == TT_ALIAS_TICKER ? "$" : "",
				TT_FMT(e->aliases[k].text));
			TT_EQ_ROW(e->line, tt_matcher_find(m, (struct tt_str){text, (size_t)n}, 0, &f, NULL), TT_OK);
			if (f.n_hits != 1 || f.hits[0].entity != e)
				print_error("line %d: '%s' finds %zu\n", e->line, text, f.n_hits);
			TT_EQ_ROW(e->line, f.n_hits == 1 && f.hits[0].entity == e, true);
		}
	}
	tt_found_done(&f);
	tt_matcher_free(m);
	tt_entity_dict_free(d);
}

static const char *const lists[] = {
#include "nlp/entity/words_english.def"
	NULL,
#include "nlp/entity/words_names.def"
};

TT_TEST(words_are_sorted_and_found)
{
	for (size_t i = 0; i < TT_LEN(lists); i++) {
		if (lists[i] && i && lists[i - 1])
			TT_EQ_ROW(i, strcmp(lists[i - 1], lists[i]) < 0, true);
		if (lists[i])
			TT_EQ_ROW(i, tt_common_word(tt_str_c(lists[i])), true);
	}
	static const char *const rare[] = {"nvidia", "aapl", "tsla", "abouta", "abou", "zzz"};
	for (size_t i = 0; i < TT_LEN(rare); i++)
		TT_EQ_ROW(i, tt_common_word(tt_str_c(rare[i])), false);
	TT_TRUE(tt_common_word(TT_STR("q")));
}

TT_MAIN(TT_RUN(dict_rows), TT_RUN(dict_reads_and_prints_the_same), TT_RUN(dict_that_is_not_there),
	TT_RUN(the_dictionary_we_come_with), TT_RUN(every_alias_we_come_with_is_found), TT_RUN(words_are_sorted_and_found))
