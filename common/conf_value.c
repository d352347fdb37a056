/* conf_value.c - see conf_value.h. */
#include "common/conf_value.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/suggest.h"
#include "common/utf8.h"

struct unit {
	const char *name;
	int64_t factor;
};

static const struct unit durations[] = {
	{"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};
static const struct unit sizes[] = {
	{"TiB", 1ll << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"", 1}};

/* The largest unit that leaves a whole number. */
static void unit_text(int64_t v, const struct unit *units, size_t n, const char *zero, struct tt_buf *out)
{
	for (size_t i = 0; i < n; i++) {
		if (v != 0 && v % units[i].factor == 0) {
			tt_buf_printf(out, "%lld%s", (long long)(v / units[i].factor), units[i].name);
			return;
		}
	}
	tt_buf_str(out, tt_str_c(zero));
}

void tt_conf_duration_text(int64_t ms, struct tt_buf *out)
{
	unit_text(ms, durations, TT_LEN(durations), "0s", out);
}

void tt_conf_size_text(int64_t bytes, struct tt_buf *out)
{
	unit_text(bytes, sizes, TT_LEN(sizes), "0", out);
}

static void bound_text(const struct tt_opt *o, double v, struct tt_buf *out)
{
	if (o->type == TT_OPT_DURATION)
		tt_conf_duration_text((int64_t)v, out);
	else if (o->type == TT_OPT_SIZE)
		tt_conf_size_text((int64_t)v, out);
	else
		tt_buf_printf(out, "%.15g", v);
}

void tt_conf_range_text(const struct tt_opt *o, struct tt_buf *out)
{
	bool named = o->type == TT_OPT_INT || o->type == TT_OPT_REAL; /* the other numbers carry their unit */
	if (o->lo == 0 && o->hi == 0)
		return;
	bound_text(o, o->lo, out);
	tt_buf_str(out, TT_STR(" to "));
	bound_text(o, o->hi, out);
	if (named && o->unit && o->unit[0])
		tt_buf_printf(out, " %s", o->unit);
}

static int check_range(const struct tt_opt *o, double v, struct tt_str text, struct tt_err *err)
{
	struct tt_buf range;
	if ((o->lo == 0 && o->hi == 0) || (v >= o->lo && v <= o->hi))
		return TT_OK;
	tt_buf_init(&range, 200);
	tt_conf_range_text(o, &range);
	tt_err_set(err, TT_ECONF, "'%.*s' is out of range: %s", TT_FMT(text), range.p ? range.p : "");
	tt_buf_done(&range);
	return TT_ECONF;
}

static int parse_bool(struct tt_str text, bool *to, struct tt_err *err)
{
	static const char *const words[] = {"false", "true", "no", "yes", "off", "on"};
	for (size_t i = 0; i < TT_LEN(words); i++) {
		if (tt_str_eq_ci(text, tt_str_c(words[i]))) {
			*to = i % 2;
			return TT_OK;
		}
	}
	return tt_err_set(err, TT_ECONF, "'%.*s' is neither true nor false", TT_FMT(text));
}

static int parse_int(const struct tt_opt *o, struct tt_str text, int64_t *to, struct tt_err *err)
{
	int64_t v;
	if (!tt_str_int(text, INT64_MIN, INT64_MAX, &v))
		return tt_err_set(err, TT_ECONF, "'%.*s' is not a whole number", TT_FMT(text));
	int rc = check_range(o, (double)v, text, err);
	if (rc == TT_OK)
		*to = v;
	return rc;
}

static int parse_real(const struct tt_opt *o, struct tt_str text, double *to, struct tt_err *err)
{
	char z[64] = "", *end = z;
	double v = NAN;
	if (text.n < sizeof(z))
		memcpy(z, text.n ? text.p : "", text.n);
	if (z[strspn(z, "0123456789+-.eE")] == '\0') /* no hex, nan, inf */
		v = strtod(z, &end);
	if (end == z || *end || !isfinite(v))
		return tt_err_set(err, TT_ECONF, "'%.*s' is not a number", TT_FMT(text));
	int rc = check_range(o, v, text, err);
	if (rc == TT_OK)
		*to = v;
	return rc;
}

/* Takes a whole number and its unit, one of [first, n), off *text. */
static bool take_unit(
	struct tt_str *text, const struct unit *units, size_t first, size_t n, size_t *ret_unit, int64_t *ret)
{
	size_t digits = 0, end;
	while (digits < text->n && text->p[digits] >= '0' && text->p[digits] <= '9')
		digits++;
	for (end = digits; end < text->n && (text->p[end] < '0' || text->p[end] > '9');)
		end++;
	struct tt_str name = {text->p + digits, end - digits};
	for (size_t i = first; i < n; i++) {
		if (!tt_str_eq(name, tt_str_c(units[i].name)) ||
			!tt_str_int((struct tt_str){text->p, digits}, 0, INT64_MAX / units[i].factor, ret))
			continue;
		*ret *= units[i].factor;
		*ret_unit = i;
		*text = (struct tt_str){text->p + end, text->n - end};
		return true;
	}
	return false;
}

/* A whole number and a unit of the list; of durations several, the largest unit first: 1h30m. */
static int parse_unit(const struct tt_opt *o, struct tt_str text, int64_t *to, struct tt_err *err)
{
	bool duration = o->type == TT_OPT_DURATION;
	const struct unit *units = duration ? durations : sizes;
	size_t n = duration ? TT_LEN(durations) : TT_LEN(sizes), unit = 0;
	struct tt_str rest = text;
	int64_t sum = 0, v = 0;
	bool is_read = take_unit(&rest, units, 0, n, &unit, &sum);
	while (is_read && rest.n)
		is_read = duration && take_unit(&rest, units, unit + 1, n, &unit, &v) &&
			  !__builtin_add_overflow(sum, v, &sum);
	if (!is_read)
		return tt_err_set(err, TT_ECONF, "'%.*s' is not a %s", TT_FMT(text),
			duration ? "duration: a whole number with ms, s, m, h or d"
				 : "size: a whole number of bytes, or with KiB, MiB, GiB or TiB");
	int rc = check_range(o, (double)sum, text, err);
	if (rc == TT_OK)
		*to = sum;
	return rc;
}

static int parse_enum(const struct tt_opt *o, struct tt_str text, int *to, struct tt_err *err)
{
	struct tt_str rest = tt_str_c(o->choices);
	struct tt_suggest near = {.typed = text};
	for (int i = 0; rest.p; i++) {
		struct tt_str choice = tt_str_split(&rest, '|');
		if (tt_str_eq(choice, text)) {
			*to = i;
			return TT_OK;
		}
		tt_suggest_try(&near, choice);
	}
	tt_err_set(err, TT_ECONF, "'%.*s' is not one of %s%s%.*s%s", TT_FMT(text), o->choices,
		near.best.p ? ", did you mean '" : "", TT_FMT(near.best), near.best.p ? "'?" : "");
	return TT_ECONF;
}

static int copy_text(struct tt_str text, char **to, struct tt_err *err)
{
	char *copy = strndup(text.n ? text.p : "", text.n);
	if (!copy)
		return tt_err_set(err, TT_ENOMEM, "%s", tt_err_text(TT_ENOMEM));
	*to = copy;
	return TT_OK;
}

/* dir/text for a relative path; "-" is standard input and no path. */
static int join_path(struct tt_str text, const char *dir, char **to, struct tt_err *err)
{
	char path[4096];
	if (!dir || text.n == 0 || text.p[0] == '/' || tt_str_eq(text, TT_STR("-")))
		return copy_text(text, to, err);
	int n = snprintf(path, sizeof(path), "%s/%.*s", strcmp(dir, "/") == 0 ? "" : dir, TT_FMT(text));
	if (n < 0 || (size_t)n >= sizeof(path))
		return tt_err_set(err, TT_ECONF, "the path is longer than %zu bytes", sizeof(path) - 1);
	return copy_text((struct tt_str){path, (size_t)n}, to, err);
}

/* The first line of the file. */
static int read_secret(struct tt_str file, const char *dir, char **to, struct tt_err *err)
{
	char *path = NULL, *line = NULL;
	FILE *f = NULL;
	int rc = join_path(file, dir, &path, err);
	if (rc < 0)
		goto out;
	rc = TT_ENOMEM;
	line = calloc(1, TT_CONF_VALUE_MAX);
	if (!line)
		goto out;
	rc = TT_ECONF;
	f = fopen(path, "re");
	if (!f || (!fgets(line, TT_CONF_VALUE_MAX, f) && ferror(f))) {
		tt_err_set(err, rc, "cannot read the secret from %s: %s", path, strerror(errno));
		goto out;
	}
	size_t n = strcspn(line, "\r\n");
	if (n == 0 || n == TT_CONF_VALUE_MAX - 1 || !tt_utf8_valid((struct tt_str){line, n})) {
		tt_err_set(err, rc, "the first line of %s is empty, too long or not UTF-8", path);
		goto out;
	}
	rc = copy_text((struct tt_str){line, n}, to, err);
out:
	if (rc == TT_ENOMEM)
		tt_err_set(err, rc, "%s", tt_err_text(rc));
	if (f)
		fclose(f);
	free(line);
	free(path);
	return rc;
}

int tt_conf_value_parse(
	const struct tt_opt *o, struct tt_str text, const char *dir, void *to, struct tt_err *err)
{
	switch (o->type) {
	case TT_OPT_BOOL:
		return parse_bool(text, to, err);
	case TT_OPT_INT:
		return parse_int(o, text, to, err);
	case TT_OPT_REAL:
		return parse_real(o, text, to, err);
	case TT_OPT_STR:
		return copy_text(text, to, err);
	case TT_OPT_PATH:
		return join_path(text, dir, to, err);
	case TT_OPT_SECRET:
		if (text.n && text.p[0] == '@')
			return read_secret((struct tt_str){text.p + 1, text.n - 1}, dir, to, err);
		return copy_text(text, to, err);
	case TT_OPT_DURATION:
	case TT_OPT_SIZE:
		return parse_unit(o, text, to, err);
	case TT_OPT_ENUM:
		return parse_enum(o, text, to, err);
	case TT_OPT_STRS:
	case TT_OPT_MAP:
		break;
	}
	return tt_err_set(err, TT_ECONF, "is a list of texts, not one");
}

void tt_conf_value_clear(const struct tt_opt *o, void *to)
{
	switch (o->type) {
	case TT_OPT_BOOL:
		*(bool *)to = false;
		break;
	case TT_OPT_INT:
	case TT_OPT_DURATION:
	case TT_OPT_SIZE:
		*(int64_t *)to = 0;
		break;
	case TT_OPT_REAL:
		*(double *)to = 0;
		break;
	case TT_OPT_ENUM:
		*(int *)to = 0;
		break;
	case TT_OPT_STR:
	case TT_OPT_PATH:
	case TT_OPT_SECRET:
		*(char **)to = NULL;
		break;
	case TT_OPT_STRS:
		*(struct tt_conf_strs *)to = (struct tt_conf_strs){0};
		break;
	case TT_OPT_MAP:
		*(struct tt_conf_map *)to = (struct tt_conf_map){0};
		break;
	}
}

static void strs_free(struct tt_conf_strs *strs)
{
	for (size_t i = 0; i < strs->n; i++)
		free(strs->v[i]);
	free(strs->v);
}

void tt_conf_value_free(const struct tt_opt *o, void *to)
{
	struct tt_conf_map *map = to;
	if (o->type == TT_OPT_STR || o->type == TT_OPT_PATH || o->type == TT_OPT_SECRET)
		free(*(char **)to);
	if (o->type == TT_OPT_STRS)
		strs_free(to);
	if (o->type == TT_OPT_MAP) {
		strs_free(&map->keys);
		strs_free(&map->values);
	}
	tt_conf_value_clear(o, to);
}

int tt_conf_strs_add(struct tt_conf_strs *strs, struct tt_str s, struct tt_err *err)
{
	if ((strs->n & (strs->n - 1)) == 0) { /* full at every power of two */
		char **v = realloc(strs->v, (strs->n ? 2 * strs->n : 1) * sizeof(*v));
		if (!v)
			return tt_err_set(err, TT_ENOMEM, "%s", tt_err_text(TT_ENOMEM));
		strs->v = v;
	}
	int rc = copy_text(s, &strs->v[strs->n], err);
	strs->n += rc == TT_OK;
	return rc;
}
