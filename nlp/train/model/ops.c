/* ops.c - see ops.h: the choice of a table. */
#include "nlp/train/model/ops.h"

#include "common/str.h"
#include "nlp/kernel/isa.h"

extern const struct tt_train_ops tt_train_ops_128;
#ifdef __x86_64__
extern const struct tt_train_ops tt_train_ops_avx2, tt_train_ops_avx512;
#endif

static const struct {
	enum tt_isa isa;
	const struct tt_train_ops *ops;
} all[] = {
#ifdef __x86_64__
	{TT_ISA_AVX512, &tt_train_ops_avx512},
	{TT_ISA_AVX2, &tt_train_ops_avx2},
#endif
	{TT_ISA_PLAIN, &tt_train_ops_128},
};

size_t tt_train_ops_all(const struct tt_train_ops *ret[TT_TRAIN_OPS_MAX])
{
	size_t n = 0;
	for (size_t i = 0; i < TT_LEN(all); i++)
		if (tt_isa_has(all[i].isa))
			ret[n++] = all[i].ops;
	return n;
}

const struct tt_train_ops *tt_train_ops_best(void)
{
	const struct tt_train_ops *found[TT_TRAIN_OPS_MAX];
	tt_train_ops_all(found);
	return found[0];
}
