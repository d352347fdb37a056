/* test_isa.c - $TICKERTONE_ISA: a limit is kept, and what is no name of one is an error. */
#include "tests/tt_test.h"

#include <sys/wait.h>

#include "nlp/kernel/isa.h"

#define VARIABLE "TICKERTONE_ISA"

/* The sets that may be used, as bits, in a process of its own: the variable is read once. */
static int sets_under(const char *limit)
{
	int status;
	const pid_t child = fork();
	TT_TRUE(child >= 0);
	if (child == 0) {
		int sets = 0;
		setenv(VARIABLE, limit, 1);
		for (int i = 0; i < TT_ISAS; i++)
			sets |= tt_isa_has(i) << i;
		_exit(sets);
	}
	TT_EQ(waitpid(child, &status, 0), child);
	TT_TRUE(WIFEXITED(status));
	return WEXITSTATUS(status);
}

TT_TEST(a_limit_is_kept)
{
	const int all = sets_under("");
	TT_TRUE(all & 1 << TT_ISA_PLAIN);
	for (int last = 0; last < TT_ISAS; last++)
		TT_EQ_ROW(last, sets_under(tt_isa_name(last)), all & ((2 << last) - 1));
}

TT_TEST(an_unknown_name_is_an_error)
{
	static const char *const bad[] = {"avx3", "AVX2", "avx", "avx2 ", "none"};
	struct tt_err err = {0};
	unsetenv(VARIABLE);
	TT_EQ(tt_isa_check(&err), TT_OK);
	setenv(VARIABLE, "", 1);
	TT_EQ(tt_isa_check(&err), TT_OK);
	for (int i = 0; i < TT_ISAS; i++) {
		setenv(VARIABLE, tt_isa_name(i), 1);
		TT_EQ_ROW(i, tt_isa_check(&err), TT_OK);
	}
	TT_EQ(err.code, TT_OK);
	for (size_t i = 0; i < TT_LEN(bad); i++) {
		setenv(VARIABLE, bad[i], 1);
		TT_EQ_ROW((long)i, tt_isa_check(NULL), TT_ECONF);
		TT_EQ_ROW((long)i, tt_isa_check(&err), TT_ECONF);
		TT_TRUE(strstr(err.msg, VARIABLE) && strstr(err.msg, bad[i]) &&
			strstr(err.msg, "plain, avx2, avx-vnni, avx512, avx512-vnni, avx512-bf16, amx"));
	}
}

TT_MAIN(TT_RUN(a_limit_is_kept), TT_RUN(an_unknown_name_is_an_error))
