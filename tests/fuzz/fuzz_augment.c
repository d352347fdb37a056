/* fuzz_augment.c - any bytes are augmented: UTF-8 stays as valid as it was, words of direction stay, spans
 * stay in order and inside. The first two bytes choose the epoch and a span. */
#include <stdint.h>
#include <stdlib.h>

#include "common/err.h"
#include "common/utf8.h"
#include "nlp/train/augment/augment.h"
#include "nlp/train/augment/direction.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char dictionary[] = "symbol\tname\tkind\tsector\tcountry\taliases\tnot\n"
				 "AAPL\tApple Inc.\tcompany\tTech\tUS\tApple\n"
				 "MSFT\tMicrosoft Corporation\tcompany\tTech\tUS\tMicrosoft\n"
				 "ORCL\tOracle Corporation\tcompany\tTech\tUS\tOracle\n"
				 "GC=F\tGold\tcommodity\t\t\tgold|gold prices\n"
				 "SI=F\tSilver\tcommodity\t\t\tsilver\n";

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void check_directions(struct tt_str a, struct tt_str b)
{
	size_t i = 0, k = 0;
	struct tt_str x, y;
	do {
		x = tt_direction_next(a, &i);
		y = tt_direction_next(b, &k);
		check(tt_str_eq_ci(x, y) && !x.p == !y.p);
	} while (x.p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct tt_augmenter *augmenter;
	static struct tt_entity_dict *dict;
	struct tt_augment_options o = {.seed = 1};
	struct tt_augmented made;
	if (size < 3)
		return 0;
	if (!augmenter) {
		check(tt_entity_dict_parse(&dict, tt_str_c(dictionary), "fuzz", NULL) == TT_OK);
		check(tt_augmenter_new(&augmenter, dict, NULL) == TT_OK);
	}
	check(tt_augment_kinds_parse(&o, TT_STR("entity,number,synonym,noise"), 0.8, NULL) == TT_OK);
	struct tt_str text = {(const char *)data + 2, size - 2};
	uint32_t start = data[1] % (uint32_t)text.n, end = start + 1 + (uint32_t)((text.n - start - 1) / 2);
	struct tt_augment_entity entity = {TT_STR("a"), true, {start, end}};
	struct tt_augment_row row = {text, &entity, 1};
	tt_augmented_init(&made);
	for (uint64_t epoch = 0; epoch < 4; epoch++) {
		check(tt_augment(augmenter, &o, &row, data[0], epoch, &made, NULL) == TT_OK);
		check(!tt_utf8_valid(text) || tt_utf8_valid(made.row.text));
		check_directions(text, made.row.text);
		struct tt_span span = made.row.entities[0].span;
		check(span.start <= span.end && span.end <= made.row.text.n);
	}
	tt_augmented_done(&made);
	return 0;
}
