/* test_import.c - what an import keeps, skips and makes of legal names. */
#include "tests/tt_test.h"

#include "nlp/entity/import.h"
#include "nlp/entity/match.h"

static const struct {
	const char *legal, *want;
} names[] = {
	{"APPLE INC", "Apple Inc"},
	{"Apple Inc.", "Apple Inc."},
	{"QUARTZTEX INDUSTRIES INC /DE/", "Quartztex Industries Inc"},
	{"HARBOR CORP/", "Harbor Corp"},
	{"BANK OF THE NORTH PLC", "Bank of the North PLC"},
	{"O-I GLASS, INC. /DE/", "O-I Glass, Inc."},
	{"QRST HOLDINGS LTD", "QRST Holdings Ltd"},
	{"LOWE & SMITH CO", "Lowe & Smith Co"},
	{"SMITH-JONES N.V.", "Smith-Jones N.V."},
	{"  two\twords  here ", "two words here"},
	{"/", ""},
	{"", ""},
	{"BAYER AG", "Bayer AG"},
};

TT_TEST(import_names)
{
	for (size_t i = 0; i < TT_LEN(names); i++) {
		struct tt_buf b;
		tt_buf_init(&b, 200);
		TT_EQ_ROW(i, tt_import_name(tt_str_c(names[i].legal), &b), TT_OK);
		TT_STR_EQ_ROW(i, ((struct tt_str){b.p ? b.p : "", b.n}), tt_str_c(names[i].want));
		tt_buf_done(&b);
	}
}

#define HEADER "symbol\tname\tkind\tsector\tcountry\taliases\tnot\n"

TT_TEST(import_merges)
{
	static const struct tt_import_row rows[] = {
		{.symbol = TT_STR("AAPL"), .name = TT_STR("APPLE INC"), .company = 1},
		{.symbol = TT_STR("GOOG"), .name = TT_STR("Alphabet Inc."), .company = 2}, /* a ticker of ours */
		{.symbol = TT_STR("qztx"), .name = TT_STR("QUARTZTEX INC"), .sector = TT_STR("Materials\t"), .company = 3},
		{.symbol = TT_STR("QZTX-B"), .name = TT_STR("QUARTZTEX INC"), .company = 3},
		{.symbol = TT_STR("QZTX"), .name = TT_STR("Another"), .company = 4}, /* the symbol is taken */
		{.symbol = TT_STR("APC.F"), .name = TT_STR("Apple Inc"), .company = 0}, /* ours, listed elsewhere */
		{.symbol = TT_STR("ZZ|Z"), .name = TT_STR("Bad")},
		{.symbol = TT_STR("NONAME"), .name = TT_STR("")},
		{.symbol = {NULL, 0}, .name = {NULL, 0}},
		{.symbol = TT_STR("WAV"), .name = TT_STR("Wavelund plc"), .country = TT_STR("GB")},
	};
	struct tt_entity_dict *d = NULL, *merged = NULL;
	struct tt_import *im = NULL;
	struct tt_import_report r;
	struct tt_buf out;
	tt_buf_init(&out, 4096);
	TT_EQ(tt_entity_dict_parse(&d, TT_STR(HEADER "AAPL\tApple Inc.\tcompany\t\t\t^Apple\nGOOGL\tAlphabet Inc.\tcompany\t\t\t$GOOG\n"),
		      "t", NULL),
		TT_OK);
	TT_EQ(tt_import_new(&im, d, NULL), TT_OK);
	for (size_t i = 0; i < TT_LEN(rows); i++)
		TT_EQ_ROW(i, tt_import_add(im, &rows[i], NULL), TT_OK);
	tt_buf_str(&out, TT_STR(HEADER));
	TT_EQ(tt_import_finish(im, &out, &r, NULL), TT_OK);
	TT_STR_EQ(tt_buf_view(&out), TT_STR(HEADER "QZTX\tQuartztex Inc\tcompany\tMaterials\t\t$QZTX.B\t\n"
						   "WAV\tWavelund plc\tcompany\t\tGB\t\t\n"));
	TT_EQ(r.added, 2);
	TT_EQ(r.classes, 1);
	TT_EQ(r.known, 2);
	TT_EQ(r.known_by_name, 1);
	TT_EQ(r.repeated, 1);
	TT_EQ(r.unusable, 3);
	TT_EQ(tt_entity_dict_parse(&merged, tt_buf_view(&out), "merged", NULL), TT_OK);
	tt_entity_dict_free(merged);
	tt_buf_done(&out);
	tt_import_free(im);
	tt_entity_dict_free(d);
}

TT_MAIN(TT_RUN(import_names), TT_RUN(import_merges))
