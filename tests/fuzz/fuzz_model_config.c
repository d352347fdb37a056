/* fuzz_model_config.c - any bytes are a config.json or are refused; what is accepted is within its ranges. */
#include <stdint.h>
#include <stdlib.h>

#include "nlp/model/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tt_model_config c;
	if (tt_model_config_parse(&c, (struct tt_str){(const char *)data, size}, "f", NULL) < 0)
		return 0;
	if (c.layers < 1 || c.heads < 1 || c.hidden % c.heads || c.positions < 3 || !(c.norm_eps >= 0))
		abort();
	if (c.row_of[0] + c.row_of[1] + c.row_of[2] != 3 || c.row_of[0] == c.row_of[1])
		abort();
	return 0;
}
