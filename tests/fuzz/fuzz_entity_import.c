/* fuzz_entity_import.c - any bytes as a list of companies: what an import makes of it is a dictionary. */
#include <stdlib.h>

#include "app/entities_import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HEADER "symbol\tname\tkind\tsector\tcountry\taliases\tnot\n"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tt_entity_dict *d = NULL, *merged = NULL;
	struct tt_import *im = NULL;
	struct tt_import_report r;
	struct tt_buf out;
	struct tt_str known = TT_STR(HEADER "AAPL\tApple Inc.\tcompany\t\tUS\t^Apple|$APPL\tapple pie\n");
	tt_buf_init(&out, 1 << 26);
	tt_buf_str(&out, known);
	if (tt_entity_dict_parse(&d, known, "known", NULL) < 0 || tt_import_new(&im, d, NULL) < 0)
		abort();
	if (tt_entities_import(im, (struct tt_str){(const char *)data, size}, "fuzz", NULL) == TT_OK) {
		if (tt_import_finish(im, &out, &r, NULL) < 0)
			abort();
		if (tt_entity_dict_parse(&merged, tt_buf_view(&out), "merged", NULL) < 0)
			abort();
		if (tt_entity_dict_count(merged) != 1 + r.added)
			abort();
	}
	tt_entity_dict_free(merged);
	tt_import_free(im);
	tt_entity_dict_free(d);
	tt_buf_done(&out);
	return 0;
}
