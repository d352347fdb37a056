/* test_entities_import.c - the two forms of lists that `tickertone entities import` reads, and what it says of bad ones. */
#include "tests/tt_test.h"

#include "app/entities_import.h"

#define HEADER "symbol\tname\tkind\tsector\tcountry\taliases\tnot\n"

static const struct {
	const char *list;
	const char *lines;   /* what comes out; NULL: it is refused */
	const char *message; /* how it is refused */
} rows[] = {
	/* the SEC's form */
	{"{\"0\":{\"cik_str\":7,\"ticker\":\"QZ\",\"title\":\"QUARTZ INC\"},\"1\":{\"cik_str\":7,\"ticker\":\"QZ-B\",\"title\":\"QUARTZ INC\"}}",
		"QZ\tQuartz Inc\tcompany\t\t\t$QZ.B\t\n", NULL},
	{"[{\"cik_str\":\"7\",\"ticker\":\"QZ\",\"title\":\"Quartz\"}]", "QZ\tQuartz\tcompany\t\t\t\t\n", NULL},
	{"{}", "", NULL},
	{"{\"0\":{\"ticker\":5,\"title\":\"x\"}}", "", NULL},
	{"{\"0\":{\"ticker\":\"A\"}}", NULL, "list: entry 0 is no object with \"ticker\" and \"title\""},
	{"[1]", NULL, "list: entry 0 is no object with \"ticker\" and \"title\""},
	{"{\"0\":", NULL, "list:1:5: unexpected token near end of file"},
	/* constituents */
	{"Symbol,Name,Sector\nQZ,Quartz Inc,Materials\n", "QZ\tQuartz Inc\tcompany\tMaterials\t\t\t\n", NULL},
	{"\xef\xbb\xbfGICS Sector,Security,x,Symbol\r\nEnergy,\"Quartz, \"\"Q\"\" Inc\",,QZ\r\n",
		"QZ\tQuartz, \"Q\" Inc\tcompany\tEnergy\t\t\t\n", NULL},
	{"ticker,company,country\nQZ.L,Quartz,GB\nXY,Xylo,France\n\n",
		"QZ.L\tQuartz\tcompany\t\tGB\t\t\nXY\tXylo\tcompany\t\t\t\t\n", NULL},
	{"Symbol,Name\nQZ,\"Quartz\nof the North\"\n", "QZ\tQuartz of the North\tcompany\t\t\t\t\n", NULL},
	{"Symbol,Name\nQZ\n", "", NULL},
	{"Symbol,Sector\nQZ,x\n", NULL, "list:1: the header has no column Name or Security"},
	{"Name\nQZ\n", NULL, "list:1: the header has no column Symbol"},
	{"Symbol,Name\nQZ,\"Quartz\n", NULL, "list:2: the quoted field does not end"},
	{"", NULL, "list: empty"},
	{"\n\n", NULL, "list: empty"},
};

TT_TEST(import_forms)
{
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_entity_dict *d = NULL;
		struct tt_import *im = NULL;
		struct tt_import_report r;
		struct tt_err err = {0};
		struct tt_buf out;
		tt_buf_init(&out, 4096);
		TT_EQ(tt_entity_dict_parse(&d, TT_STR(HEADER), "t", NULL), TT_OK);
		TT_EQ(tt_import_new(&im, d, NULL), TT_OK);
		int rc = tt_entities_import(im, tt_str_c(rows[i].list), "list", &err);
		TT_STR_EQ_ROW(i, tt_str_c(err.msg), tt_str_c(rows[i].lines ? "" : rows[i].message));
		TT_EQ_ROW(i, rc, rows[i].lines ? TT_OK : TT_EPARSE);
		if (rc == TT_OK) {
			TT_EQ_ROW(i, tt_import_finish(im, &out, &r, NULL), TT_OK);
			TT_STR_EQ_ROW(i, ((struct tt_str){out.p ? out.p : "", out.n}), tt_str_c(rows[i].lines));
		}
		tt_buf_done(&out);
		tt_import_free(im);
		tt_entity_dict_free(d);
	}
}

TT_MAIN(TT_RUN(import_forms))
