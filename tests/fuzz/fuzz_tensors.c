/* fuzz_tensors.c - any bytes are a model file of the format that READER reads, or are refused; what is
 * accepted can be read to its last byte, also by a loader that expects a model of one layer. */
#include <stdint.h>
#include <stdlib.h>

#include "nlp/model/safetensors.h"
#include "nlp/model/torch_bin.h"
#include "nlp/model/weights.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct tt_model_config config = {.vocab = 3,
	.positions = 3,
	.types = 1,
	.layers = 1,
	.hidden = 2,
	.heads = 1,
	.intermediate = 2,
	.norm_eps = 1e-12f,
	.row_of = {2, 0, 1}};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tt_tensors *st = NULL;
	struct tt_weights w;
	unsigned sum = 0;
	if (tt_tensors_parse(&st, READER, (struct tt_str){(const char *)data, size}, "f", NULL) < 0)
		return 0;
	const struct tt_tensor *t = st->tensors;
	for (size_t i = 0; i < st->n; i++) {
		for (size_t b = 0; b < t[i].bytes; b++)
			sum += t[i].data[b];
		if (tt_tensors_find(st, t[i].name) != &t[i])
			abort();
	}
	if (tt_weights_load(&w, st, &config, TT_USE_INT8, NULL, NULL) == TT_OK)
		tt_weights_done(&w);
	tt_tensors_free(st);
	return (int)(sum & 0);
}
