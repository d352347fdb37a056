/* conf_doc.c - the tables as text: the effective configuration in YAML, and docs/CONFIGURATION.md. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/conf_value.h"
#include "common/utf8.h"

/* Double-quoted YAML that reads back as s; $ is doubled because the loader expands. */
static void quoted(struct tt_str s, struct tt_buf *out)
{
	tt_buf_char(out, '"');
	for (size_t i = 0, n; i < s.n; i += n) {
		struct tt_str rest = {s.p + i, s.n - i};
		uint32_t c = 0xfffd;
		n = tt_utf8_char(rest, &c);
		bool special = c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 ||
			       c == 0xfeff || c == 0xfffe || c == 0xffff;
		if (n == 0 || special)
			tt_buf_printf(out, c < 0x100 ? "\\x%02x" : "\\u%04x", (unsigned)c);
		else if (c == '"' || c == '\\')
			tt_buf_printf(out, "\\%c", (char)c);
		else if (c == '$')
			tt_buf_str(out, TT_STR("$$"));
		else
			tt_buf_add(out, rest.p, n);
		n += n == 0; /* the loader lets nothing else in; a struct filled by hand may hold anything */
	}
	tt_buf_char(out, '"');
}

static void real_text(double v, struct tt_buf *out)
{
	char text[40];
	snprintf(text, sizeof(text), "%.15g", v);
	if (strtod(text, NULL) != v)
		snprintf(text, sizeof(text), "%.17g", v);
	tt_buf_str(out, tt_str_c(text));
}

static void enum_text(const struct tt_opt *o, int index, struct tt_buf *out)
{
	struct tt_str rest = tt_str_c(o->choices), name = {0};
	for (; index >= 0 && rest.p; index--)
		name = tt_str_split(&rest, '|');
	tt_buf_str(out, name);
}

static void map_text(const struct tt_conf_map *map, struct tt_buf *out)
{
	tt_buf_char(out, '{');
	for (size_t i = 0; i < map->keys.n; i++) {
		const char *key = map->keys.v[i];
		bool secret = strstr(key, "password") || strstr(key, "secret") || strstr(key, "key");
		tt_buf_str(out, i ? TT_STR(", ") : TT_STR(""));
		quoted(tt_str_c(key), out);
		tt_buf_str(out, TT_STR(": "));
		quoted(secret ? TT_STR("***") : tt_str_c(map->values.v[i]), out);
	}
	tt_buf_char(out, '}');
}

static void value_text(const struct tt_opt *o, const void *from, struct tt_buf *out)
{
	const char *s = o->type == TT_OPT_STR || o->type == TT_OPT_PATH || o->type == TT_OPT_SECRET
				? *(char *const *)from
				: NULL;
	const struct tt_conf_strs *strs = from;
	switch (o->type) {
	case TT_OPT_BOOL:
		tt_buf_str(out, *(const bool *)from ? TT_STR("true") : TT_STR("false"));
		break;
	case TT_OPT_INT:
		tt_buf_printf(out, "%lld", (long long)*(const int64_t *)from);
		break;
	case TT_OPT_REAL:
		real_text(*(const double *)from, out);
		break;
	case TT_OPT_STR:
	case TT_OPT_PATH:
	case TT_OPT_SECRET:
		if (!s)
			tt_buf_str(out, TT_STR("null"));
		else
			quoted(o->type == TT_OPT_SECRET ? TT_STR("***") : tt_str_c(s), out);
		break;
	case TT_OPT_DURATION:
		tt_conf_duration_text(*(const int64_t *)from, out);
		break;
	case TT_OPT_SIZE:
		tt_conf_size_text(*(const int64_t *)from, out);
		break;
	case TT_OPT_ENUM:
		enum_text(o, *(const int *)from, out);
		break;
	case TT_OPT_STRS:
		tt_buf_char(out, '[');
		for (size_t i = 0; i < strs->n; i++) {
			tt_buf_str(out, i ? TT_STR(", ") : TT_STR(""));
			quoted(tt_str_c(strs->v[i]), out);
		}
		tt_buf_char(out, ']');
		break;
	case TT_OPT_MAP:
		map_text(from, out);
		break;
	}
}

static void print_list(const struct tt_section *sections, const struct tt_section *s,
	const struct tt_conf_list *list, int indent, struct tt_buf *out);

/* dash: before the first key, in the two columns to the left of it. */
static void print_opts(const struct tt_section *sections, const struct tt_section *s, const char *base,
	int indent, bool dash, struct tt_buf *out)
{
	const struct tt_section *inner;
	for (const struct tt_opt *o = s->opts; o->name; o++) {
		bool dashed = dash && o == s->opts;
		tt_buf_printf(
			out, "%*s%s%s: ", dashed ? indent - 2 : indent, "", dashed ? "- " : "", o->name);
		value_text(o, base + o->offset, out);
		tt_buf_char(out, '\n');
	}
	for (size_t i = 0; (inner = tt_conf_inner(sections, s, i)); i++)
		print_list(sections, inner, (const void *)(base + inner->offset), indent, out);
}

static void print_list(const struct tt_section *sections, const struct tt_section *s,
	const struct tt_conf_list *list, int indent, struct tt_buf *out)
{
	const char *dot = strrchr(s->name, '.');
	tt_buf_printf(out, "%*s%s:%s\n", indent, "", dot ? dot + 1 : s->name, list->n == 0 ? " []" : "");
	for (size_t i = 0; i < list->n; i++)
		print_opts(sections, s, (const char *)list->v + i * s->elem_size, indent + 4, true, out);
}

int tt_conf_print(const struct tt_section *sections, const void *conf, struct tt_buf *out)
{
	for (const struct tt_section *s = sections; s->name; s++) {
		const char *base = (const char *)conf + s->offset;
		if (strchr(s->name, '.'))
			continue;
		tt_buf_str(out, s == sections ? TT_STR("") : TT_STR("\n"));
		if (s->list) {
			print_list(sections, s, (const void *)base, 0, out);
			continue;
		}
		tt_buf_printf(out, "%s:\n", s->name);
		print_opts(sections, s, base, 2, false, out);
	}
	return out->rc;
}

/* A table cell: a bar would end it. */
static void cell(struct tt_str text, struct tt_buf *out)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '|')
			tt_buf_char(out, '\\');
		tt_buf_char(out, text.p[i]);
	}
}

static const char *type_name(const struct tt_opt *o)
{
	static const char *const names[] = {
		[TT_OPT_BOOL] = "true or false",
		[TT_OPT_INT] = "whole number",
		[TT_OPT_REAL] = "number",
		[TT_OPT_STR] = "text",
		[TT_OPT_PATH] = "path",
		[TT_OPT_SECRET] = "secret",
		[TT_OPT_DURATION] = "duration",
		[TT_OPT_SIZE] = "size",
		[TT_OPT_ENUM] = "choice",
		[TT_OPT_STRS] = "list of texts",
		[TT_OPT_MAP] = "mapping of texts to texts",
	};
	return names[o->type];
}

/* "choice: `auto`, `fp32`", "duration, 1s to 30d", "whole number of items, ..." */
static void values_cell(const struct tt_opt *o, struct tt_buf *out)
{
	struct tt_str rest = tt_str_c(o->choices);
	tt_buf_str(out, tt_str_c(type_name(o)));
	for (const char *gap = ": "; rest.p; gap = ", ") {
		struct tt_str name = tt_str_split(&rest, '|');
		tt_buf_printf(out, "%s`%.*s`", gap, TT_FMT(name));
	}
	if (o->lo != 0 || o->hi != 0) {
		tt_buf_str(out, TT_STR(", "));
		tt_conf_range_text(o, out);
	}
}

static void opt_row(const struct tt_opt *o, struct tt_buf *out)
{
	tt_buf_printf(out, "| `%s` | ", o->name);
	if (o->def)
		tt_buf_printf(out, "`%s`", o->def);
	else
		tt_buf_str(out, o->flags & TT_OPT_REQUIRED ? TT_STR("required") : TT_STR("none"));
	tt_buf_str(out, TT_STR(" | "));
	values_cell(o, out);
	tt_buf_str(out, TT_STR(" | "));
	cell(tt_str_c(o->doc), out);
	tt_buf_str(out, o->flags & TT_OPT_RELOAD ? TT_STR(" *Reloaded on SIGHUP.* |\n") : TT_STR(" |\n"));
}

int tt_conf_markdown(const struct tt_section *sections, struct tt_buf *out)
{
	tt_buf_str(
		out, TT_STR("# Configuration\n\n"
			    "Generated by `tickertone docs configuration` from the tables in the code; do "
			    "not edit.\n\n"
			    "One YAML file, given with `-c FILE`. An unknown section or key, a key given "
			    "twice, a wrong type or a value out of\n"
			    "range is an error that names file, line and column. `tickertone config -c "
			    "FILE` prints what is in effect.\n\n"
			    "- `${NAME}` in a value is replaced by the environment variable, "
			    "`${NAME:-text}` has a default, `$$` is a dollar sign.\n"
			    "- A key without a value, or with `null`, has its default.\n"
			    "- Durations are written `250ms`, `30s`, `5m`, `2h`, `7d`, `1h30m`; sizes `512` "
			    "(bytes), `64KiB`, `8MiB`, `1GiB`.\n"
			    "- A relative path starts from the folder of the configuration file; a "
			    "default one from the working directory.\n"
			    "- A secret is the text itself or `@FILE`, whose first line it is then. It is "
			    "never printed.\n"
			    "- Anchors, aliases and tags are not supported.\n"));
	for (const struct tt_section *s = sections; s->name; s++) {
		tt_buf_printf(out, "\n## %s\n\n%s%s\n\n", s->name, s->doc ? s->doc : "",
			s->list ? " A list: each element has these keys." : "");
		tt_buf_str(out, TT_STR("| Key | Default | Values | Meaning |\n|---|---|---|---|\n"));
		for (const struct tt_opt *o = s->opts; o->name; o++)
			opt_row(o, out);
	}
	return out->rc;
}
