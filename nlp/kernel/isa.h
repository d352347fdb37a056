/* isa.h - which instruction sets a kernel may use: what the processor and the kernel of the system have, and
 * no more than $TICKERTONE_ISA says, when it is set ("avx2": machines of several kinds then compute alike;
 * tests use it to see every path). Read once, by the first who asks. */
#ifndef TT_NLP_KERNEL_ISA_H
#define TT_NLP_KERNEL_ISA_H

#include <stdbool.h>

#include "common/err.h"

/* In the order of what they are worth; a limit excludes what stands behind it. */
enum tt_isa {
	TT_ISA_PLAIN,       /* C as the compiler's target has it */
	TT_ISA_AVX2,        /* with FMA */
	TT_ISA_AVX_VNNI,    /* u8 · s8 dot products in 256 bits */
	TT_ISA_AVX512,      /* F, VL, DQ, BW */
	TT_ISA_AVX512_VNNI, /* u8 · s8 dot products in 512 bits */
	TT_ISA_AVX512_BF16, /* bf16 dot products */
	TT_ISA_AMX,         /* tiles of u8 · s8 and bf16; the system lets us use them */
	TT_ISAS,
};

/* TT_ECONF when the variable is set to something else. Whoever opens a model asks; until then that is no
 * limit. */
int tt_isa_check(struct tt_err *err);
bool tt_isa_has(enum tt_isa isa);
const char *tt_isa_name(enum tt_isa isa); /* "avx512-vnni" */

#endif
