/* conf_value.h - one value of the configuration between text and memory; shared by the conf*.c files, and for
 * whoever reads a value of a table from elsewhere (a command line, a list of feeds).
 * Errors come without a position: the caller puts file, line, column and key before them. */
#ifndef TT_COMMON_CONF_VALUE_H
#define TT_COMMON_CONF_VALUE_H

#include "common/conf.h"

enum { TT_CONF_VALUE_MAX = 64 << 10, TT_CONF_FILE_MAX = 1 << 20 };

/* conf_value.c. `to` and `from` point at the option's field, of any type but TT_OPT_STRS for parse. dir: the
 * folder that relative paths and secret files start from; NULL leaves them as they are. What the field held
 * is overwritten, not freed. */
int tt_conf_value_parse(
	const struct tt_opt *opt, struct tt_str text, const char *dir, void *to, struct tt_err *err);
void tt_conf_value_clear(const struct tt_opt *opt, void *to); /* of any contents: absent, not freed */
void tt_conf_value_free(const struct tt_opt *opt, void *to);
int tt_conf_strs_add(struct tt_conf_strs *strs, struct tt_str s, struct tt_err *err);

/* The number as it is written: 1500 ms is "1500ms", 65536 bytes "64KiB". */
void tt_conf_duration_text(int64_t ms, struct tt_buf *out);
void tt_conf_size_text(int64_t bytes, struct tt_buf *out);
/* "1s to 30d", "1 to 1024 batches"; nothing when there is no range. */
void tt_conf_range_text(const struct tt_opt *opt, struct tt_buf *out);

/* conf.c: as tt_conf_load_text, relative paths start from dir (absolute; NULL: they stay). */
int tt_conf_load_in(struct tt_str yaml, const char *name, const char *dir, const struct tt_section *sections,
	void *conf, struct tt_err *err);

/* conf_reader.c: the i-th list within section s, or within each of its elements; NULL: there are fewer. */
const struct tt_section *tt_conf_inner(
	const struct tt_section *sections, const struct tt_section *s, size_t i);

/* conf_expand.c: ${NAME}, ${NAME:-text} and $$ of text appended to out. */
int tt_conf_expand(struct tt_str text, struct tt_buf *out, struct tt_err *err);

#endif
