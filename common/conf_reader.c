/* conf_reader.c - see conf_reader.h. */
#include "common/conf_reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/conf_value.h"

const char *tt_conf_last_word(const struct tt_section *s)
{
	const char *dot = strrchr(s->name, '.');
	return dot ? dot + 1 : s->name;
}

bool tt_conf_is_outermost(const struct tt_section *s)
{
	return !strchr(s->name, '.');
}

const struct tt_section *tt_conf_inner(
	const struct tt_section *sections, const struct tt_section *s, size_t i)
{
	size_t n = strlen(s->name);
	for (const struct tt_section *inner = sections; inner->name; inner++)
		if (strncmp(inner->name, s->name, n) == 0 && inner->name[n] == '.' &&
			!strchr(inner->name + n + 1, '.') && i-- == 0)
			return inner;
	return NULL;
}

static void place_text(const struct tt_conf_place *p, char *out, size_t room)
{
	char outer[100] = "", index[32] = "";
	if (p->outer)
		place_text(p->outer, outer, sizeof(outer));
	if (p->index >= 0)
		snprintf(index, sizeof(index), "[%ld]", p->index);
	snprintf(out, room, "%s%s%s%s", outer, p->outer ? "." : "", tt_conf_last_word(p->section), index);
}

/* "FILE:LINE:COLUMN: section[index].key: " before the message err holds already. */
int tt_conf_located(struct tt_conf_reader *l, int code, yaml_mark_t at)
{
	char place[160] = "";
	if (l->at.section)
		place_text(&l->at, place, sizeof(place));
	return tt_err_prefix(l->err, code, "%s:%zu:%zu%s%s%s%s", l->name, at.line + 1, at.column + 1,
		l->at.section ? ": " : "", place, l->opt ? "." : "", l->opt ? l->opt->name : "");
}

int tt_conf_fail(struct tt_conf_reader *l, yaml_mark_t at, const char *fmt, ...)
{
	char what[300];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	tt_err_set(l->err, TT_ECONF, "%s", what);
	return tt_conf_located(l, TT_ECONF, at);
}

/* libyaml gives no mark for bytes it cannot read, only an offset. */
static yaml_mark_t mark_of_offset(struct tt_str text, size_t offset)
{
	yaml_mark_t at = {0};
	for (size_t i = 0; i < offset && i < text.n; i++) {
		at.column = text.p[i] == '\n' ? 0 : at.column + 1;
		at.line += text.p[i] == '\n';
	}
	return at;
}

static int yaml_failed(struct tt_conf_reader *l)
{
	const yaml_parser_t *p = &l->parser;
	const char *problem = p->problem ? p->problem : "not YAML";
	if (p->error == YAML_MEMORY_ERROR)
		return tt_err_set(l->err, TT_ENOMEM, "%s: %s", l->name, tt_err_text(TT_ENOMEM));
	if (p->error == YAML_READER_ERROR)
		return tt_conf_fail(l, mark_of_offset(l->text, p->problem_offset), "%s", problem);
	return tt_conf_fail(
		l, p->problem_mark, "%s%s%s", p->context ? p->context : "", p->context ? ": " : "", problem);
}

int tt_conf_next(struct tt_conf_reader *l)
{
	yaml_event_delete(&l->ev);
	if (!yaml_parser_parse(&l->parser, &l->ev))
		return yaml_failed(l);
	const yaml_event_t *e = &l->ev;
	bool scalar = e->type == YAML_SCALAR_EVENT, map = e->type == YAML_MAPPING_START_EVENT;
	bool list = e->type == YAML_SEQUENCE_START_EVENT;
	const void *anchor = scalar ? e->data.scalar.anchor
			     : map  ? e->data.mapping_start.anchor
			     : list ? e->data.sequence_start.anchor
				    : NULL;
	const void *tag = scalar ? e->data.scalar.tag
			  : map  ? e->data.mapping_start.tag
			  : list ? e->data.sequence_start.tag
				 : NULL;
	if (e->type == YAML_ALIAS_EVENT || anchor)
		return tt_conf_fail(l, e->start_mark,
			"anchors (&) and aliases (*) are not supported; a text that starts so needs quotes");
	if (tag)
		return tt_conf_fail(
			l, e->start_mark, "tags (!) are not supported; a text that starts so needs quotes");
	return TT_OK;
}

struct tt_str tt_conf_scalar(const yaml_event_t *e)
{
	return (struct tt_str){(const char *)e->data.scalar.value, e->data.scalar.length};
}

bool tt_conf_is_null(const yaml_event_t *e)
{
	struct tt_str s = e->type == YAML_SCALAR_EVENT ? tt_conf_scalar(e) : TT_STR("x");
	return e->type == YAML_SCALAR_EVENT && e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	       (s.n == 0 || tt_str_eq(s, TT_STR("~")) || tt_str_eq(s, TT_STR("null")));
}
