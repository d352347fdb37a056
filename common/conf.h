/* conf.h - the configuration: one table per section parses, checks, prints, documents and frees it.
 * A folder owns its section's table and struct; this file only walks tables. The file is YAML:
 *
 *   postgres:                 # section
 *     dsn: "host=/run/x"      # option
 *   feeds:                    # list section: a sequence of mappings, each an element struct
 *     - url: https://example.com/rss
 *   tests:
 *     - name: quiet
 *       items:                # section "tests.items": a list in each element (or in a section)
 *         - subject: NVDA
 *
 * An unknown section or key, a key given twice, a wrong type, a value out of range: TT_ECONF, message
 * "FILE:LINE:COLUMN: section.key: what". ${NAME} in a scalar is replaced by the environment variable,
 * ${NAME:-text} gives a default, $$ is a dollar sign; an unset variable without default is an error. A scalar
 * "@path" of a TT_OPT_SECRET option is read from that file (first line). Relative TT_OPT_PATH values are
 * relative to the configuration file's folder, defaults to the working directory; all are absolute after
 * loading, "-" stays. A key with nothing or null behind it has its default. Anchors, aliases, tags, a second
 * document and files over 1 MiB are refused. Owner: the strings inside a loaded struct belong to it;
 * tt_conf_free gives all back. Threads: read-only after load. */
#ifndef TT_COMMON_CONF_H
#define TT_COMMON_CONF_H

#include "common/buf.h"
#include "common/err.h"

enum tt_opt_type {
	TT_OPT_BOOL,     /* bool */
	TT_OPT_INT,      /* int64_t */
	TT_OPT_REAL,     /* double */
	TT_OPT_STR,      /* char *, NULL when neither given nor defaulted */
	TT_OPT_PATH,     /* char * */
	TT_OPT_SECRET,   /* char *, printed as *** */
	TT_OPT_DURATION, /* int64_t milliseconds; written 250ms, 30s, 5m, 2h, 7d, 1h30m; a bare number is an
			    error; lo and hi in ms */
	TT_OPT_SIZE,     /* int64_t bytes; written 512, 64KiB, 8MiB, 1GiB */
	TT_OPT_ENUM,     /* int, index into .choices "auto|fp32|int8" */
	TT_OPT_STRS,     /* struct tt_conf_strs: a YAML sequence of scalars */
	TT_OPT_MAP,      /* struct tt_conf_map: a YAML mapping of texts to texts, each key once; a value is printed
			    as *** when its key names a password, secret or key */
};

struct tt_conf_strs {
	char **v;
	size_t n;
};

struct tt_conf_map {
	struct tt_conf_strs keys, values; /* as many of one as of the other, in the order of the file */
};

enum { TT_OPT_REQUIRED = 1, TT_OPT_RELOAD = 2 /* takes effect on SIGHUP; others need a restart */ };

struct tt_opt {
	const char *name;
	enum tt_opt_type type;
	size_t offset;
	const char *def; /* as it would be written in YAML; NULL: none */
	double lo, hi;   /* numbers: both 0 = no range */
	const char *unit;
	unsigned flags;
	const char *doc;     /* one or two sentences */
	const char *choices; /* TT_OPT_ENUM */
};

struct tt_section {
	const char *name; /* "a.b": a list that stands in section a, or in each of its elements */
	const char *doc;
	const struct tt_opt *opts; /* ends with {0} */
	size_t offset; /* of the section's struct in the whole configuration struct; of "a.b" in a's struct */
	bool list;                 /* then at offset stands a struct tt_conf_list */
	size_t elem_size;          /* list: bytes of one element */
};

struct tt_conf_list {
	void *v; /* n elements of elem_size */
	size_t n;
};

/* Loads `path` into *conf (caller's storage, any contents), described by sections (ends with {0}). After an
 * error *conf needs no tt_conf_free. path NULL: defaults only. */
int tt_conf_load(const char *path, const struct tt_section *sections, void *conf, struct tt_err *err);
int tt_conf_load_text(struct tt_str yaml, const char *name, const struct tt_section *sections, void *conf,
	struct tt_err *err);
void tt_conf_free(const struct tt_section *sections, void *conf);

/* The effective configuration as YAML that loads to the same values (secrets as ***). */
int tt_conf_print(const struct tt_section *sections, const void *conf, struct tt_buf *out);
/* docs/CONFIGURATION.md. */
int tt_conf_markdown(const struct tt_section *sections, struct tt_buf *out);

#endif
