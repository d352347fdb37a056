/* conf.c - walks a YAML file and the tables of conf.h together. libyaml gives events with positions.
 * What the tables allow is as deep as their names have words, so a file recurses no deeper than that and is
 * refused where it starts to. Aliases are refused: a small file cannot stand for a big one. */
#include "common/conf.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/conf_reader.h"
#include "common/conf_value.h"
#include "common/suggest.h"

enum { NAMES_MAX = 64 }; /* keys of a section, sections of a file: what is seen is one bit each */

/* The present event, a scalar, into an option's field or (TT_OPT_STRS) at the end of its list. */
static int load_scalar(struct tt_conf_reader *l, const struct tt_opt *o, void *to)
{
	yaml_mark_t at = l->ev.start_mark;
	struct tt_buf value;
	int rc;
	tt_buf_init(&value, TT_CONF_VALUE_MAX);
	if (l->ev.type != YAML_SCALAR_EVENT) {
		rc = tt_conf_fail(l, at, "needs a single value, not a %s",
			l->ev.type == YAML_MAPPING_START_EVENT ? "mapping" : "list");
		goto out;
	}
	rc = tt_conf_expand(tt_conf_scalar(&l->ev), &value, l->err);
	if (rc == TT_OK && memchr(tt_buf_view(&value).p, '\0', value.n))
		rc = tt_err_set(l->err, TT_ECONF, "holds a NUL character");
	if (rc == TT_OK && o->type == TT_OPT_STRS)
		rc = tt_conf_strs_add(to, tt_buf_view(&value), l->err);
	else if (rc == TT_OK)
		rc = tt_conf_value_parse(o, tt_buf_view(&value), l->dir, to, l->err);
	if (rc < 0)
		tt_conf_located(l, rc, at);
out:
	tt_buf_done(&value);
	return rc;
}

static int load_strs(struct tt_conf_reader *l, const struct tt_opt *o, void *to)
{
	int rc;
	if (l->ev.type != YAML_SEQUENCE_START_EVENT)
		return tt_conf_fail(
			l, l->ev.start_mark, "needs a list, written [one, two] or one \"- value\" a line");
	while ((rc = tt_conf_next(l)) == TT_OK && l->ev.type != YAML_SEQUENCE_END_EVENT)
		if ((rc = load_scalar(l, o, to)) < 0)
			break;
	return rc;
}

static int load_key(struct tt_conf_reader *l, const struct tt_opt *o, struct tt_conf_map *map)
{
	yaml_mark_t at = l->ev.start_mark;
	if (l->ev.type != YAML_SCALAR_EVENT)
		return tt_conf_fail(l, at, "a key must be a plain name");
	struct tt_str key = tt_conf_scalar(&l->ev);
	for (size_t i = 0; i < map->keys.n; i++)
		if (tt_str_eq(key, tt_str_c(map->keys.v[i])))
			return tt_conf_fail(l, at, "the key '%s' is given twice", map->keys.v[i]);
	return load_scalar(l, o, &map->keys);
}

static int load_map(struct tt_conf_reader *l, const struct tt_opt *o, struct tt_conf_map *map)
{
	const struct tt_opt text = {.name = o->name, .type = TT_OPT_STRS};
	int rc;
	if (l->ev.type != YAML_MAPPING_START_EVENT)
		return tt_conf_fail(l, l->ev.start_mark, "needs a mapping of \"key: value\" lines");
	while ((rc = tt_conf_next(l)) == TT_OK && l->ev.type != YAML_MAPPING_END_EVENT) {
		if ((rc = load_key(l, &text, map)) < 0 || (rc = tt_conf_next(l)) < 0 ||
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
static int finish_opts(struct tt_conf_reader *l, const struct tt_section *s, char *base, uint64_t seen, yaml_mark_t at)
{
	int rc = TT_OK;
	for (size_t i = 0; s->opts[i].name && rc == TT_OK; i++) {
		const struct tt_opt *o = &s->opts[i];
		l->opt = o;
		if (seen >> i & 1)
			continue;
		if (o->flags & TT_OPT_REQUIRED)
			rc = tt_conf_fail(l, at, "is required");
		else if (o->def && o->type == TT_OPT_STRS)
			rc = default_strs(o->def, (void *)(base + o->offset), l->err);
		else if (o->def)
			rc = tt_conf_value_parse(
				o, tt_str_c(o->def), l->cwd[0] ? l->cwd : NULL, base + o->offset, l->err);
	}
	l->opt = NULL;
	return rc;
}

/* The name of the i-th key of s: its options, then the lists within; NULL: there are fewer. */
static const char *key_of(
	const struct tt_conf_reader *l, const struct tt_section *s, size_t i, const struct tt_section **ret_inner)
{
	size_t n = 0;
	*ret_inner = NULL;
	while (n < i && s->opts[n].name)
		n++;
	if (s->opts[n].name)
		return s->opts[n].name;
	*ret_inner = tt_conf_inner(l->sections, s, i - n);
	return *ret_inner ? tt_conf_last_word(*ret_inner) : NULL;
}

/* The place of the present event, a key, among those of s; marks it as seen. ret_inner: the list that it is;
 * NULL: an option. */
static int find_key(struct tt_conf_reader *l, const struct tt_section *s, uint64_t *seen, size_t *ret,
	const struct tt_section **ret_inner)
{
	yaml_mark_t at = l->ev.start_mark;
	const char *name;
	if (l->ev.type != YAML_SCALAR_EVENT)
		return tt_conf_fail(l, at, "a key must be a plain name");
	struct tt_suggest near = {.typed = tt_conf_scalar(&l->ev)};
	for (size_t i = 0; (name = key_of(l, s, i, ret_inner)); i++) {
		tt_suggest_try(&near, tt_str_c(name));
		if (!tt_str_eq(near.typed, tt_str_c(name)))
			continue;
		if (*seen >> i & 1)
			return tt_conf_fail(l, at, "the key '%s' is given twice", name);
		*seen |= 1ull << i;
		*ret = i;
		return TT_OK;
	}
	return tt_conf_fail(l, at, "unknown key '%.*s'%s%.*s%s", (int)(near.typed.n < 80 ? near.typed.n : 80),
		near.typed.p, near.best.p ? ", did you mean '" : "", TT_FMT(near.best),
		near.best.p ? "'?" : "");
}

static int load_inner(struct tt_conf_reader *l, const struct tt_section *s, char *base);

/* The present event is the value of an option; ret_null: as if it were not there. */
static int load_opt(struct tt_conf_reader *l, const struct tt_opt *o, char *base, bool *ret_null)
{
	int rc = TT_OK;
	*ret_null = tt_conf_is_null(&l->ev);
	if (!*ret_null && o->type == TT_OPT_STRS)
		rc = load_strs(l, o, base + o->offset);
	else if (!*ret_null && o->type == TT_OPT_MAP)
		rc = load_map(l, o, (void *)(base + o->offset));
	else if (!*ret_null)
		rc = load_scalar(l, o, base + o->offset);
	l->opt = NULL;
	return rc;
}

/* The present event starts the mapping of a section or of an element of a list; base is its struct, cleared.
 */
static int load_opts(struct tt_conf_reader *l, const struct tt_section *s, char *base)
{
	yaml_mark_t start = l->ev.start_mark;
	const struct tt_section *inner = NULL;
	uint64_t seen = 0, null = 0;
	size_t i = 0;
	int rc = TT_OK;
	if (tt_conf_is_null(&l->ev))
		return finish_opts(l, s, base, 0, start);
	if (l->ev.type != YAML_MAPPING_START_EVENT)
		return tt_conf_fail(l, start, "needs a mapping of \"key: value\" lines");
	while ((rc = tt_conf_next(l)) == TT_OK && l->ev.type != YAML_MAPPING_END_EVENT) {
		bool is_absent = false;
		if ((rc = find_key(l, s, &seen, &i, &inner)) < 0)
			break;
		l->opt = inner ? NULL : &s->opts[i];
		if ((rc = tt_conf_next(l)) < 0)
			break;
		rc = inner ? load_inner(l, inner, base) : load_opt(l, &s->opts[i], base, &is_absent);
		null |= (uint64_t)is_absent << i;
		if (rc < 0)
			break;
	}
	return rc < 0 ? rc : finish_opts(l, s, base, seen & ~null, start);
}

static void clear_opts(const struct tt_section *sections, const struct tt_section *s, char *base)
{
	const struct tt_section *inner;
	for (const struct tt_opt *o = s->opts; o->name; o++)
		tt_conf_value_clear(o, base + o->offset);
	for (size_t i = 0; (inner = tt_conf_inner(sections, s, i)); i++)
		*(struct tt_conf_list *)(void *)(base + inner->offset) = (struct tt_conf_list){0};
}

/* One more element, cleared; it counts at once, so that tt_conf_free finds what it will hold. */
static int add_element(struct tt_conf_reader *l, const struct tt_section *s, struct tt_conf_list *list, char **ret)
{
	if ((list->n & (list->n - 1)) == 0) { /* full at every power of two */
		void *v = realloc(list->v, (list->n ? 2 * list->n : 1) * s->elem_size);
		if (!v)
			return tt_err_set(l->err, TT_ENOMEM, "%s: %s", l->name, tt_err_text(TT_ENOMEM));
		list->v = v;
	}
	*ret = (char *)list->v + list->n++ * s->elem_size;
	memset(*ret, 0, s->elem_size);
	clear_opts(l->sections, s, *ret);
	return TT_OK;
}

static int load_list(struct tt_conf_reader *l, const struct tt_section *s, struct tt_conf_list *list)
{
	char *element = NULL;
	int rc;
	if (tt_conf_is_null(&l->ev))
		return TT_OK;
	if (l->ev.type != YAML_SEQUENCE_START_EVENT)
		return tt_conf_fail(l, l->ev.start_mark, "needs a list: each element starts with \"- \"");
	for (l->at.index = 0; (rc = tt_conf_next(l)) == TT_OK && l->ev.type != YAML_SEQUENCE_END_EVENT;
		l->at.index++) {
		rc = add_element(l, s, list, &element);
		if (rc == TT_OK)
			rc = load_opts(l, s, element);
		if (rc < 0)
			break;
	}
	return rc;
}

/* base: the struct that the list stands in. */
static int load_inner(struct tt_conf_reader *l, const struct tt_section *s, char *base)
{
	const struct tt_conf_place outer = l->at;
	l->at = (struct tt_conf_place){s, -1, &outer};
	int rc = load_list(l, s, (void *)(base + s->offset));
	l->at = outer;
	return rc;
}

static int find_section(
	struct tt_conf_reader *l, const struct tt_section *sections, uint64_t *seen, const struct tt_section **ret)
{
	yaml_mark_t at = l->ev.start_mark;
	if (l->ev.type != YAML_SCALAR_EVENT)
		return tt_conf_fail(l, at, "a section's name must be plain");
	struct tt_suggest near = {.typed = tt_conf_scalar(&l->ev)};
	for (size_t i = 0; sections[i].name; i++) {
		if (!tt_conf_is_outermost(&sections[i]))
			continue;
		tt_suggest_try(&near, tt_str_c(sections[i].name));
		if (!tt_str_eq(near.typed, tt_str_c(sections[i].name)))
			continue;
		if (*seen >> i & 1)
			return tt_conf_fail(l, at, "the section '%s' is given twice", sections[i].name);
		*seen |= 1ull << i;
		*ret = &sections[i];
		return TT_OK;
	}
	return tt_conf_fail(l, at, "unknown section '%.*s'%s%.*s%s", (int)(near.typed.n < 80 ? near.typed.n : 80),
		near.typed.p, near.best.p ? ", did you mean '" : "", TT_FMT(near.best),
		near.best.p ? "'?" : "");
}

/* The present event starts the document's root. */
static int load_root(struct tt_conf_reader *l, const struct tt_section *sections, char *conf, uint64_t *seen)
{
	const struct tt_section *s = NULL;
	int rc;
	if (tt_conf_is_null(&l->ev))
		return TT_OK;
	if (l->ev.type != YAML_MAPPING_START_EVENT)
		return tt_conf_fail(l, l->ev.start_mark,
			"needs sections, each a \"name:\" line with its keys indented below");
	while ((rc = tt_conf_next(l)) == TT_OK && l->ev.type != YAML_MAPPING_END_EVENT) {
		if ((rc = find_section(l, sections, seen, &s)) < 0)
			break;
		l->at.section = s;
		if ((rc = tt_conf_next(l)) < 0)
			break;
		rc = s->list ? load_list(l, s, (void *)(conf + s->offset))
			     : load_opts(l, s, conf + s->offset);
		l->at = (struct tt_conf_place){.index = -1};
		if (rc < 0)
			break;
	}
	return rc;
}

static int load_stream(struct tt_conf_reader *l, const struct tt_section *sections, char *conf, uint64_t *seen)
{
	int rc = tt_conf_next(l); /* the stream's start */
	if (rc == TT_OK)
		rc = tt_conf_next(l);
	if (rc < 0 || l->ev.type == YAML_STREAM_END_EVENT)
		return rc;
	rc = tt_conf_next(l); /* after the document's start */
	if (rc == TT_OK)
		rc = load_root(l, sections, conf, seen);
	if (rc == TT_OK)
		rc = tt_conf_next(l); /* the document's end */
	if (rc == TT_OK)
		rc = tt_conf_next(l);
	if (rc == TT_OK && l->ev.type != YAML_STREAM_END_EVENT)
		rc = tt_conf_fail(
			l, l->ev.start_mark, "a second document starts here; one file is one configuration");
	return rc;
}

static void clear_all(const struct tt_section *sections, char *conf)
{
	size_t n = 0;
	for (const struct tt_section *s = sections; s->name; s++) {
		size_t opts = 0, inner = 0;
		while (s->opts[opts].name)
			opts++;
		while (tt_conf_inner(sections, s, inner))
			inner++;
		n++;
		assert(opts + inner <= NAMES_MAX && n <= NAMES_MAX && (tt_conf_is_outermost(s) || s->list));
		if (!tt_conf_is_outermost(s))
			continue;
		if (s->list)
			*(struct tt_conf_list *)(void *)(conf + s->offset) = (struct tt_conf_list){0};
		else
			clear_opts(sections, s, conf + s->offset);
	}
}

static int load(struct tt_conf_reader *l, const struct tt_section *sections, char *conf)
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
		l->at.section = &sections[i];
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
	struct tt_conf_reader l = {.name = name,
		.text = yaml,
		.dir = dir,
		.err = err,
		.sections = sections,
		.at = {.index = -1}};
	return load(&l, sections, conf);
}

static void free_list(
	const struct tt_section *sections, const struct tt_section *s, struct tt_conf_list *list);

static void free_opts(const struct tt_section *sections, const struct tt_section *s, char *base)
{
	const struct tt_section *inner;
	for (const struct tt_opt *o = s->opts; o->name; o++)
		tt_conf_value_free(o, base + o->offset);
	for (size_t i = 0; (inner = tt_conf_inner(sections, s, i)); i++)
		free_list(sections, inner, (void *)(base + inner->offset));
}

static void free_list(
	const struct tt_section *sections, const struct tt_section *s, struct tt_conf_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free_opts(sections, s, (char *)list->v + i * s->elem_size);
	free(list->v);
	*list = (struct tt_conf_list){0};
}

void tt_conf_free(const struct tt_section *sections, void *conf)
{
	for (const struct tt_section *s = sections; s->name; s++) {
		char *base = (char *)conf + s->offset;
		if (!tt_conf_is_outermost(s))
			continue;
		if (s->list)
			free_list(sections, s, (void *)base);
		else
			free_opts(sections, s, base);
	}
}
