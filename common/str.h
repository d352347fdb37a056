/* str.h - borrowed bytes: a pointer and a length, no NUL promised, UTF-8 unless a comment says otherwise.
 * A tt_str never owns; whoever made the bytes says how long they live. {NULL, 0} is "absent", {"", 0} "empty". */
#ifndef TT_COMMON_STR_H
#define TT_COMMON_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tt_str {
	const char *p;
	size_t n;
};

#define TT_LEN(array) (sizeof(array) / sizeof((array)[0]))
#define TT_STR(lit)   ((struct tt_str){"" lit, sizeof(lit) - 1})
#define TT_FMT(s)     (int)(s).n, (s).p ? (s).p : "" /* printf("%.*s", TT_FMT(title)) */

struct tt_str tt_str_c(const char *s); /* of a C string; NULL gives {NULL, 0} */
bool tt_str_eq(struct tt_str a, struct tt_str b);
bool tt_str_eq_ci(struct tt_str a, struct tt_str b); /* ASCII case folded */
int tt_str_order(struct tt_str a, struct tt_str b);  /* of their bytes: <0, 0, >0, for qsort */
bool tt_str_starts(struct tt_str s, struct tt_str prefix);
bool tt_str_starts_ci(struct tt_str s, struct tt_str prefix);
struct tt_str tt_str_trim(struct tt_str s); /* without leading and trailing ASCII white space */

/* Cuts *rest at the first `sep`: returns what was before it, *rest is what follows ({NULL,0} when there was none). */
struct tt_str tt_str_split(struct tt_str *rest, char sep);

/* Parses all of s as a decimal number within [min, max]; false leaves *ret alone. */
bool tt_str_int(struct tt_str s, int64_t min, int64_t max, int64_t *ret);

#endif
