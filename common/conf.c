/* conf.c - walks a YAML file and the tables of conf.h together. libyaml gives events with positions; what the
 * tables allow is two mappings deep, so nothing here recurses and a deeper file is refused where it starts to
 * be. Aliases are refused: a small file cannot stand for a big one. */
#include "common/conf.h"

#include <assert.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <yaml.h>

#include "common/conf_value.h"
#include "common/suggest.h"

enum { NAMES_MAX = 64 }; /* options of a section, sections of a file: what is seen is one bit each */

struct load {
	yaml_parser_t parser;
	yaml_event_t ev; /* the present one */
	const char *name;
	struct tt_str text;
	const char *dir;    /* absolute; what relative paths of the file start from; NULL: they stay */
	char cwd[PATH_MAX]; /* the same for defaults; "" when it is not known */
	struct tt_err *err;
	/* where we are, for messages */
	const struct tt_section *section;
	long index; /* element of a list section, -1 in others */
	const struct tt_opt *opt;
};

/* "FILE:LINE:COLUMN: section[index].key: " before the message err holds already. */
static int located(struct load *l, int code, yaml_mark_t at)
{
	char key[160] = "", index[32] = "";
	if (l->index >= 0)
		snprintf(index, sizeof(index), "[%ld]", l->index);
	if (l->section)
		snprintf(key, sizeof(key), ": %s%s%s%s", l->section->name, index, l->opt ? "." : "",
			l->opt ? l->opt->name : "");
	return tt_err_prefix(l->err, code, "%s:%zu:%zu%s", l->name, at.line + 1, at.column + 1, key);
}

__attribute__((format(printf, 3, 4))) static int fail(struct load *l, yaml_mark_t at, const char *fmt, ...)
{
	char what[300];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	tt_err_set(l->err, TT_ECONF, "%s", what);
	return located(l, TT_ECONF, at);
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

static int yaml_failed(struct load *l)
{
	const yaml_parser_t *p = &l->parser;
	const char *problem = p->problem ? p->problem : "not YAML";
	if (p->error == YAML_MEMORY_ERROR)
		return tt_err_set(l->err, TT_ENOMEM, "%s: %s", l->name, tt_err_text(TT_ENOMEM));
	if (p->error == YAML_READER_ERROR)
		return fail(l, mark_of_offset(l->text, p->problem_offset), "%s", problem);
	return fail(
		l, p->problem_mark, "%s%s%s", p->context ? p->context : "", p->context ? ": " : "", problem);
}

/* Moves to the next event. Anchors, aliases and tags have no place in this file. */
static int next(struct load *l)
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
		return fail(l, e->start_mark,
			"anchors (&) and aliases (*) are not supported; a text that starts so needs quotes");
	if (tag)
		return fail(
			l, e->start_mark, "tags (!) are not supported; a text that starts so needs quotes");
	return TT_OK;
}

static struct tt_str scalar_of(const yaml_event_t *e)
{
	return (struct tt_str){(const char *)e->data.scalar.value, e->data.scalar.length};
}

/* "key:" with nothing behind it, ~ or null: as if the key were not there. */
static bool is_null(const yaml_event_t *e)
{
	struct tt_str s = e->type == YAML_SCALAR_EVENT ? scalar_of(e) : TT_STR("x");
	return e->type == YAML_SCALAR_EVENT && e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	       (s.n == 0 || tt_str_eq(s, TT_STR("~")) || tt_str_eq(s, TT_STR("null")));
}

/* The present event, a scalar, into an option's field or (TT_OPT_STRS) at the end of its list. */
static int load_scalar(struct load *l, const struct tt_opt *o, void *to)
{
	yaml_mark_t at = l->ev.start_mark;
	struct tt_buf value;
	int rc;
	tt_buf_init(&value, TT_CONF_VALUE_MAX);
	if (l->ev.type != YAML_SCALAR_EVENT) {
		rc = fail(l, at, "needs a single value, not a %s",
			l->ev.type == YAML_MAPPING_START_EVENT ? "mapping" : "list");
		goto out;
	}
	rc = tt_conf_expand(scalar_of(&l->ev), &value, l->err);
	if (rc == TT_OK && memchr(tt_buf_view(&value).p, '\0', value.n))
		rc = tt_err_set(l->err, TT_ECONF, "holds a NUL character");
	if (rc == TT_OK && o->type == TT_OPT_STRS)
		rc = tt_conf_strs_add(to, tt_buf_view(&value), l->err);
	else if (rc == TT_OK)
		rc = tt_conf_value_parse(o, tt_buf_view(&value), l->dir, to, l->err);
	if (rc < 0)
		located(l, rc, at);
out:
	tt_buf_done(&value);
	return rc;
}

static int load_strs(struct load *l, const struct tt_opt *o, void *to)
{
	int rc;
	if (l->ev.type != YAML_SEQUENCE_START_EVENT)
		return fail(
			l, l->ev.start_mark, "needs a list, written [one, two] or one \"- value\" a line");
	while ((rc = next(l)) == TT_OK && l->ev.type != YAML_SEQUENCE_END_EVENT)
		if ((rc = load_scalar(l, o, to)) < 0)
			break;
	return rc;
}

static int load_key(struct load *l, const struct tt_opt *o, struct tt_conf_map *map)
{
	yaml_mark_t at = l->ev.start_mark;
	if (l->ev.type != YAML_SCALAR_EVENT)
		return fail(l, at, "a key must be a plain name");
	struct tt_str key = scalar_of(&l->ev);
	for (size_t i = 0; i < map->keys.n; i++)
		if (tt_str_eq(key, tt_str_c(map->keys.v[i])))
			return fail(l, at, "the key '%s' is given twice", map->keys.v[i]);
	return load_scalar(l, o, &map->keys);
}

static int load_map(struct load *l, const struct tt_opt *o, struct tt_conf_map *map)
{
	const struct tt_opt text = {.name = o->name, .type = TT_OPT_STRS};
	int rc;
	if (l->ev.type != YAML_MAPPING_START_EVENT)
		return fail(l, l->ev.start_mark, "needs a mapping of \"key: value\" lines");
	while ((rc = next(l)) == TT_OK && l->ev.type != YAML_MAPPING_END_EVENT) {
		if ((rc = load_key(l, &text, map)) < 0 || (rc = next(l)) < 0 ||
			(rc = load_scalar(l, &text, &map->values)) < 0)
			break;
	}
	return rc;
}

/* A list's default is written [a, b]: plain words, no quotes. */
static int default_strs(const char *def, struct tt_conf_strs *to, struct tt_err *err)
{
	struct tt_str rest = tt_str_trim(tt_str_c(def));
	int rc = TT_OK;
	assert(rest.n >= 2 && rest.p[0] == '[' && rest.p[rest.n - 1] == ']');
	rest = tt_str_trim((struct tt_str){rest.p + 1, rest.n - 2});
	while (rest.n && rc == TT_OK)
		rc = tt_conf_strs_add(to, tt_str_trim(tt_str_split(&rest, ',')), err);
	return rc;
}

/* Defaults of what was not given; complains about what had to be. */
static int finish_opts(struct load *l, const struct tt_section *s, char *base, uint64_t seen, yaml_mark_t at)
{
	int rc = TT_OK;
	for (size_t i = 0; s->opts[i].name && rc == TT_OK; i++) {
		const struct tt_opt *o = &s->opts[i];
		l->opt = o;
		if (seen >> i & 1)
			continue;
		if (o->flags & TT_OPT_REQUIRED)
			rc = fail(l, at, "is required");
		else if (o->def && o->type == TT_OPT_STRS)
			rc = default_strs(o->def, (void *)(base + o->offset), l->err);
		else if (o->def)
			rc = tt_conf_value_parse(
				o, tt_str_c(o->def), l->cwd[0] ? l->cwd : NULL, base + o->offset, l->err);
	}
	l->opt = NULL;
	return rc;
}

/* The place of the present event, a key, in opts; marks it as seen. */
static int find_opt(struct load *l, const struct tt_section *s, uint64_t *seen, size_t *ret)
{
	yaml_mark_t at = l->ev.start_mark;
	if (l->ev.type != YAML_SCALAR_EVENT)
		return fail(l, at, "a key must be a plain name");
	struct tt_suggest near = {.typed = scalar_of(&l->ev)};
	for (size_t i = 0; s->opts[i].name; i++) {
		tt_suggest_try(&near, tt_str_c(s->opts[i].name));
		if (!tt_str_eq(near.typed, tt_str_c(s->opts[i].name)))
			continue;
		if (*seen >> i & 1)
			return fail(l, at, "the key '%s' is given twice", s->opts[i].name);
		*seen |= 1ull << i;
		*ret = i;
		return TT_OK;
	}
	return fail(l, at, "unknown key '%.*s'%s%.*s%s", (int)(near.typed.n < 80 ? near.typed.n : 80),
		near.typed.p, near.best.p ? ", did you mean '" : "", TT_FMT(near.best),
		near.best.p ? "'?" : "");
}

/* The present event starts the mapping of a section or of an element of a list; base is its struct, cleared.
 */
static int load_opts(struct load *l, const struct tt_section *s, char *base)
{
	yaml_mark_t start = l->ev.start_mark;
	uint64_t seen = 0, null = 0;
	size_t i = 0;
	int rc = TT_OK;
	if (is_null(&l->ev))
		return finish_opts(l, s, base, 0, start);
	if (l->ev.type != YAML_MAPPING_START_EVENT)
		return fail(l, start, "needs a mapping of \"key: value\" lines");
	while ((rc = next(l)) == TT_OK && l->ev.type != YAML_MAPPING_END_EVENT) {
		if ((rc = find_opt(l, s, &seen, &i)) < 0)
			break;
		const struct tt_opt *o = l->opt = &s->opts[i];
		if ((rc = next(l)) < 0)
			break;
		if (is_null(&l->ev))
			null |= 1ull << i;
		else if (o->type == TT_OPT_STRS)
			rc = load_strs(l, o, base + o->offset);
		else if (o->type == TT_OPT_MAP)
			rc = load_map(l, o, (void *)(base + o->offset));
		else
			rc = load_scalar(l, o, base + o->offset);
		l->opt = NULL;
		if (rc < 0)
			break;
	}
	return rc < 0 ? rc : finish_opts(l, s, base, seen & ~null, start);
}

static void clear_opts(const struct tt_section *s, char *base)
{
	for (const struct tt_opt *o = s->opts; o->name; o++)
		tt_conf_value_clear(o, base + o->offset);
}

/* One more element, cleared; it counts at once, so that tt_conf_free finds what it will hold. */
static int add_element(struct load *l, const struct tt_section *s, struct tt_conf_list *list, char **ret)
{
	if ((list->n & (list->n - 1)) == 0) { /* full at every power of two */
		void *v = realloc(list->v, (list->n ? 2 * list->n : 1) * s->elem_size);
		if (!v)
			return tt_err_set(l->err, TT_ENOMEM, "%s: %s", l->name, tt_err_text(TT_ENOMEM));
		list->v = v;
	}
	*ret = (char *)list->v + list->n++ * s->elem_size;
	memset(*ret, 0, s->elem_size);
	clear_opts(s, *ret);
	return TT_OK;
}

static int load_list(struct load *l, const struct tt_section *s, struct tt_conf_list *list)
{
	char *element = NULL;
	int rc;
	if (is_null(&l->ev))
		return TT_OK;
	if (l->ev.type != YAML_SEQUENCE_START_EVENT)
		return fail(l, l->ev.start_mark, "needs a list: each element starts with \"- \"");
	for (l->index = 0; (rc = next(l)) == TT_OK && l->ev.type != YAML_SEQUENCE_END_EVENT; l->index++) {
		rc = add_element(l, s, list, &element);
		if (rc == TT_OK)
			rc = load_opts(l, s, element);
		if (rc < 0)
			break;
	}
	return rc;
}

static int find_section(
	struct load *l, const struct tt_section *sections, uint64_t *seen, const struct tt_section **ret)
{
	yaml_mark_t at = l->ev.start_mark;
	if (l->ev.type != YAML_SCALAR_EVENT)
		return fail(l, at, "a section's name must be plain");
	struct tt_suggest near = {.typed = scalar_of(&l->ev)};
	for (size_t i = 0; sections[i].name; i++) {
		tt_suggest_try(&near, tt_str_c(sections[i].name));
		if (!tt_str_eq(near.typed, tt_str_c(sections[i].name)))
			continue;
		if (*seen >> i & 1)
			return fail(l, at, "the section '%s' is given twice", sections[i].name);
		*seen |= 1ull << i;
		*ret = &sections[i];
		return TT_OK;
	}
	return fail(l, at, "unknown section '%.*s'%s%.*s%s", (int)(near.typed.n < 80 ? near.typed.n : 80),
		near.typed.p, near.best.p ? ", did you mean '" : "", TT_FMT(near.best),
		near.best.p ? "'?" : "");
}

/* The present event starts the document's root. */
static int load_root(struct load *l, const struct tt_section *sections, char *conf, uint64_t *seen)
{
	const struct tt_section *s = NULL;
	int rc;
	if (is_null(&l->ev))
		return TT_OK;
	if (l->ev.type != YAML_MAPPING_START_EVENT)
		return fail(l, l->ev.start_mark,
			"needs sections, each a \"name:\" line with its keys indented below");
	while ((rc = next(l)) == TT_OK && l->ev.type != YAML_MAPPING_END_EVENT) {
		if ((rc = find_section(l, sections, seen, &s)) < 0)
			break;
		l->section = s;
		if ((rc = next(l)) < 0)
			break;
		rc = s->list ? load_list(l, s, (void *)(conf + s->offset))
			     : load_opts(l, s, conf + s->offset);
		l->section = NULL;
		l->index = -1;
		if (rc < 0)
			break;
	}
	return rc;
}

static int load_stream(struct load *l, const struct tt_section *sections, char *conf, uint64_t *seen)
{
	int rc = next(l); /* the stream's start */
	if (rc == TT_OK)
		rc = next(l);
	if (rc < 0 || l->ev.type == YAML_STREAM_END_EVENT)
		return rc;
	rc = next(l); /* after the document's start */
	if (rc == TT_OK)
		rc = load_root(l, sections, conf, seen);
	if (rc == TT_OK)
		rc = next(l); /* the document's end */
	if (rc == TT_OK)
		rc = next(l);
	if (rc == TT_OK && l->ev.type != YAML_STREAM_END_EVENT)
		rc = fail(
			l, l->ev.start_mark, "a second document starts here; one file is one configuration");
	return rc;
}

static void clear_all(const struct tt_section *sections, char *conf)
{
	size_t n = 0;
	for (const struct tt_section *s = sections; s->name; s++) {
		size_t opts = 0;
		while (s->opts[opts].name)
			opts++;
		n++;
		assert(opts <= NAMES_MAX && n <= NAMES_MAX);
		if (s->list)
			*(struct tt_conf_list *)(void *)(conf + s->offset) = (struct tt_conf_list){0};
		else
			clear_opts(s, conf + s->offset);
	}
}

static int load(struct load *l, const struct tt_section *sections, char *conf)
{
	uint64_t seen = 0;
	int rc = TT_ENOMEM;
	clear_all(sections, conf);
	if (!getcwd(l->cwd, sizeof(l->cwd)))
		l->cwd[0] = '\0'; /* defaults stay relative */
	if (!yaml_parser_initialize(&l->parser))
		return tt_err_set(l->err, rc, "%s: %s", l->name, tt_err_text(rc));
	yaml_parser_set_input_string(
		&l->parser, (const unsigned char *)(l->text.n ? l->text.p : ""), l->text.n);
	rc = load_stream(l, sections, conf, &seen);
	for (size_t i = 0; sections[i].name && rc == TT_OK; i++) {
		if ((seen >> i & 1) || sections[i].list)
			continue;
		l->section = &sections[i];
		rc = finish_opts(l, &sections[i], conf + sections[i].offset, 0, (yaml_mark_t){0});
	}
	yaml_event_delete(&l->ev);
	yaml_parser_delete(&l->parser);
	if (rc < 0)
		tt_conf_free(sections, conf);
	return rc;
}

int tt_conf_load_in(struct tt_str yaml, const char *name, const char *dir, const struct tt_section *sections,
	void *conf, struct tt_err *err)
{
	struct load l = {.name = name, .text = yaml, .dir = dir, .err = err, .index = -1};
	return load(&l, sections, conf);
}

static void free_opts(const struct tt_section *s, char *base)
{
	for (const struct tt_opt *o = s->opts; o->name; o++)
		tt_conf_value_free(o, base + o->offset);
}

void tt_conf_free(const struct tt_section *sections, void *conf)
{
	for (const struct tt_section *s = sections; s->name; s++) {
		char *base = (char *)conf + s->offset;
		struct tt_conf_list *list = (void *)base;
		if (!s->list) {
			free_opts(s, base);
			continue;
		}
		for (size_t i = 0; i < list->n; i++)
			free_opts(s, (char *)list->v + i * s->elem_size);
		free(list->v);
		*list = (struct tt_conf_list){0};
	}
}
