/* isa.c - see isa.h. */
#include "nlp/kernel/isa.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __x86_64__
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#define VARIABLE "TICKERTONE_ISA"

static const char *const names[TT_ISAS] = {
	[TT_ISA_PLAIN] = "plain",
	[TT_ISA_AVX2] = "avx2",
	[TT_ISA_AVX_VNNI] = "avx-vnni",
	[TT_ISA_AVX512] = "avx512",
	[TT_ISA_AVX512_VNNI] = "avx512-vnni",
	[TT_ISA_AVX512_BF16] = "avx512-bf16",
	[TT_ISA_AMX] = "amx",
};

static bool has[TT_ISAS];
static pthread_once_t once = PTHREAD_ONCE_INIT;

#ifdef __x86_64__
enum { REQUEST_PERMISSION = 0x1023, TILE_DATA = 18 }; /* arch_prctl(2), Linux 5.16 */

/* Leaf 7's bits that __builtin_cpu_supports of GCC 12 and clang 14 does not know. */
static bool leaf7(unsigned subleaf, bool edx, int bit)
{
	unsigned a, b, c, d;
	return __get_cpuid_count(7, subleaf, &a, &b, &c, &d) && ((edx ? d : a) >> bit & 1);
}

static void look(int limit)
{
	has[TT_ISA_AVX2] = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
	has[TT_ISA_AVX_VNNI] = has[TT_ISA_AVX2] && leaf7(1, false, 4);
	has[TT_ISA_AVX512] = has[TT_ISA_AVX2] && __builtin_cpu_supports("avx512f") &&
			     __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
			     __builtin_cpu_supports("avx512bw");
	has[TT_ISA_AVX512_VNNI] = has[TT_ISA_AVX512] && __builtin_cpu_supports("avx512vnni");
	has[TT_ISA_AVX512_BF16] = has[TT_ISA_AVX512] && leaf7(1, false, 5);
	/* The tiles' registers are large: a process has to ask for them, once for all its threads. What it is
	 * granted cannot be given back and makes signal frames larger (too large for a small sigaltstack:
	 * then the system refuses), so it is not asked for in vain. */
	has[TT_ISA_AMX] = limit >= TT_ISA_AMX && has[TT_ISA_AVX512] && leaf7(0, true, 22) &&
			  leaf7(0, true, 24) && leaf7(0, true, 25) &&
			  syscall(SYS_arch_prctl, REQUEST_PERMISSION, TILE_DATA) == 0;
}
#else
static void look(int limit)
{
	(void)limit;
}
#endif

/* The last set that may be used; TT_ISAS when the variable is no name of one. */
static int limit_of(const char *name)
{
	int last = 0;
	if (!name || !*name)
		return TT_ISAS - 1;
	while (last < TT_ISAS && strcmp(name, names[last]) != 0)
		last++;
	return last;
}

static void init(void)
{
	const int limit = limit_of(getenv(VARIABLE));
	look(limit);
	has[TT_ISA_PLAIN] = true;
	for (int i = limit + 1; i < TT_ISAS; i++)
		has[i] = false;
}

int tt_isa_check(struct tt_err *err)
{
	const char *name = getenv(VARIABLE);
	char list[128] = "";
	if (limit_of(name) < TT_ISAS)
		return TT_OK;
	for (size_t i = 0, at = 0; i < TT_ISAS; i++)
		at += (size_t)snprintf(list + at, sizeof(list) - at, "%s%s", i ? ", " : "", names[i]);
	return tt_err_set(
		err, TT_ECONF, "the environment variable " VARIABLE " is '%.40s', not one of %s", name, list);
}

bool tt_isa_has(enum tt_isa isa)
{
	pthread_once(&once, init);
	return has[isa];
}

const char *tt_isa_name(enum tt_isa isa)
{
	return names[isa];
}
