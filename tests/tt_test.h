/* tt_test.h - what our cmocka tests are written with: tables whose failing row is named, and skips by name.
 *
 *   TT_TEST(str_int) { for (size_t i = 0; i < TT_LEN(rows); i++) TT_EQ_ROW(i, got, rows[i].want); }
 *   TT_MAIN(TT_RUN(str_int), TT_RUN(str_trim))
 *
 * A program that cannot run at all (../shared is not there) calls tt_skip_all("why") before its tests: exit code 77. */
#ifndef TT_TESTS_TT_TEST_H
#define TT_TESTS_TT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/str.h"

#define TT_TEST(name) static void name(void **state __attribute__((unused)))
#define TT_RUN(name)  cmocka_unit_test(name)
#define TT_MAIN(...) \
	int main(void) \
	{ \
		const struct CMUnitTest tests[] = {__VA_ARGS__}; \
		return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0; \
	}

#define TT_TRUE(x) assert_true(x)
#define TT_EQ(a, b) TT_EQ_ROW(-1, a, b)
#define TT_EQ_ROW(row, a, b) tt_eq_row((row), (int64_t)(a), (int64_t)(b), #a, __FILE__, __LINE__)
#define TT_STR_EQ(a, b) TT_STR_EQ_ROW(-1, a, b)
#define TT_STR_EQ_ROW(row, a, b) tt_str_eq_row((row), (a), (b), #a, __FILE__, __LINE__)
#define TT_NEAR(a, b, tol) TT_NEAR_ROW(-1, a, b, tol)
#define TT_NEAR_ROW(row, a, b, tol) tt_near_row((row), (a), (b), (tol), #a, __FILE__, __LINE__)

static inline void tt_eq_row(long row, int64_t a, int64_t b, const char *text, const char *file, int line)
{
	if (a == b)
		return;
	print_error("row %ld: %s is %lld, want %lld\n", row, text, (long long)a, (long long)b);
	_fail(file, line);
}

static inline void tt_near_row(long row, double a, double b, double tol, const char *text, const char *file, int line)
{
	if (a >= b - tol && a <= b + tol) /* false for NaN */
		return;
	print_error("row %ld: %s is %.9g, want %.9g +- %.3g\n", row, text, a, b, tol);
	_fail(file, line);
}

static inline void tt_str_eq_row(long row, struct tt_str a, struct tt_str b, const char *text, const char *file, int line)
{
	if (!a.p == !b.p && tt_str_eq(a, b))
		return;
	print_error("row %ld: %s is '%.*s'%s, want '%.*s'%s\n", row, text, TT_FMT(a), a.p ? "" : " (absent)", TT_FMT(b),
		b.p ? "" : " (absent)");
	_fail(file, line);
}

/* Path below the checkout, or below ../shared; static storage of one call. */
static inline const char *tt_source_path(const char *rel)
{
	static char path[4096];
	const char *dir = getenv("TT_SOURCE_DIR");
	snprintf(path, sizeof(path), "%s/%s", dir ? dir : ".", rel);
	return path;
}

static inline const char *tt_shared_path(const char *rel)
{
	static char path[4096];
	const char *dir = getenv("TT_SHARED_DIR");
	snprintf(path, sizeof(path), "%s/%s", dir ? dir : "../shared", rel);
	return path;
}

static inline void tt_skip_all(const char *why)
{
	printf("SKIPPED: %s\n", why);
	exit(77);
}

#endif
