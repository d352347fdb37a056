/* test_oom.c - building and matching with every single allocation failing once: an error, no leak, no crash. */
#include "tests/tt_test.h"

#include "nlp/entity/import.h"
#include "nlp/entity/match.h"
#include "tests/fault.h"

static const char dictionary[] = "symbol\tname\tkind\tsector\tcountry\taliases\tnot\n"
				 "AAPL\tApple Inc.\tcompany\t\tUS\t^Apple|$APPL\tapple pie\n"
				 "MCD\tMcDonald's Corp\tcompany\t\tUS\tMcDonald's\t\n"
				 "VOD.L\tVodafone Group Plc\tcompany\t\tGB\t\t\n";

static int find(void)
{
	struct tt_entity_dict *d = NULL;
	struct tt_matcher *m = NULL;
	struct tt_found f;
	tt_found_init(&f);
	int rc = tt_entity_dict_parse(&d, tt_str_c(dictionary), "t", NULL);
	if (rc == TT_OK)
		rc = tt_matcher_new(&m, d, NULL);
	if (rc == TT_OK)
		rc = tt_matcher_find(m, TT_STR("Apple, McDonald's and VOD.L; $AAPL is no Apple pie"), 50, &f, NULL);
	if (rc == TT_OK)
		TT_EQ(f.n_mentions, 4);
	else
		TT_EQ(f.n_mentions, 0);
	tt_found_done(&f);
	tt_matcher_free(m);
	tt_entity_dict_free(d);
	return rc;
}

static int import(void)
{
	struct tt_entity_dict *d = NULL;
	struct tt_import *im = NULL;
	struct tt_import_report report;
	struct tt_buf out;
	const struct tt_import_row rows[] = {
		{.symbol = TT_STR("QZ"), .name = TT_STR("QUARTZ INC"), .company = 1},
		{.symbol = TT_STR("QZ-B"), .name = TT_STR("QUARTZ INC"), .company = 1},
		{.symbol = TT_STR("AAPL"), .name = TT_STR("Apple Inc"), .company = 2},
	};
	tt_buf_init(&out, 4096);
	int rc = tt_entity_dict_parse(&d, tt_str_c(dictionary), "t", NULL);
	if (rc == TT_OK)
		rc = tt_import_new(&im, d, NULL);
	for (size_t i = 0; i < TT_LEN(rows) && rc == TT_OK; i++)
		rc = tt_import_add(im, &rows[i], NULL);
	if (rc == TT_OK)
		rc = tt_import_finish(im, &out, &report, NULL);
	tt_buf_done(&out);
	tt_import_free(im);
	tt_entity_dict_free(d);
	return rc;
}

static void sweep(int (*run)(void))
{
	int rc = TT_ENOMEM;
	long n = 0;
	for (; n < 5000 && rc == TT_ENOMEM; n++) {
		long live = tt_alloc_live();
		tt_fault_alloc_after(n);
		rc = run();
		tt_fault_off();
		TT_EQ_ROW(n, tt_alloc_live(), live);
	}
	TT_EQ(rc, TT_OK);
	TT_TRUE(n > 10);
}

TT_TEST(matching_survives) { sweep(find); }
TT_TEST(importing_survives) { sweep(import); }

TT_MAIN(TT_RUN(matching_survives), TT_RUN(importing_survives))
