/* conf_reader.h - the events of a YAML file, and where we are in it and in the tables of conf.h, for messages.
 * For conf.c alone. Errors: TT_ECONF, with "FILE:LINE:COLUMN: section[index].key: " before what is wrong. */
#ifndef TT_COMMON_CONF_READER_H
#define TT_COMMON_CONF_READER_H

#include <limits.h>
#include <yaml.h>

#include "common/conf.h"

/* What a list stands in. */
struct tt_conf_place {
	const struct tt_section *section;
	long index; /* element of a list section, -1 in others */
	const struct tt_conf_place *outer;
};

struct tt_conf_reader {
	yaml_parser_t parser;
	yaml_event_t ev; /* the present one */
	const char *name;
	struct tt_str text;
	const char *dir;    /* absolute; what relative paths of the file start from; NULL: they stay */
	char cwd[PATH_MAX]; /* the same for defaults; "" when it is not known */
	struct tt_err *err;
	const struct tt_section *sections;
	struct tt_conf_place at; /* where we are, for messages */
	const struct tt_opt *opt;
};

/* Moves to the next event. Anchors, aliases and tags have no place in this file. */
int tt_conf_next(struct tt_conf_reader *l);

__attribute__((format(printf, 3, 4))) int tt_conf_fail(
	struct tt_conf_reader *l, yaml_mark_t at, const char *fmt, ...);
int tt_conf_located(struct tt_conf_reader *l, int code, yaml_mark_t at); /* of the message err holds already */

struct tt_str tt_conf_scalar(const yaml_event_t *e);
/* "key:" with nothing behind it, ~ or null: as if the key were not there. */
bool tt_conf_is_null(const yaml_event_t *e);

/* Names of sections: "b" of "a.b", which is a list within "a". */
const char *tt_conf_last_word(const struct tt_section *s);
bool tt_conf_is_outermost(const struct tt_section *s);

#endif
