/* dict.c - reading the dictionary's file, line by line; see dict.h. What lines have in common is dict_check.c's. */
#include "nlp/entity/dict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/file.h"
#include "nlp/entity/dict_parts.h"

enum { COLUMNS = 7, NEEDED = 5 };
static const char *const columns[COLUMNS] = {"symbol", "name", "kind", "sector", "country", "aliases", "not"};

static const char *const kinds[TT_KIND_COUNT] = {
#define X(id, name) name,
	TT_ENTITY_KINDS(X)
#undef X
};

const char *tt_entity_kind_name(enum tt_entity_kind kind)
{
	return kinds[kind];
}

bool tt_entity_kind_parse(struct tt_str name, enum tt_entity_kind *ret)
{
	for (int i = 0; i < TT_KIND_COUNT; i++)
		if (tt_str_eq(name, tt_str_c(kinds[i]))) {
			*ret = (enum tt_entity_kind)i;
			return true;
		}
	return false;
}

struct parser {
	struct tt_entity_dict *d;
	int line;
	struct tt_err *err;
};

static int bad(const struct parser *p, const char *what, struct tt_str value)
{
	return tt_err_set(p->err, TT_EPARSE, "%s:%d: %s '%.*s'", p->d->name, p->line, what, TT_FMT(value));
}

static int no_memory(const struct parser *p)
{
	return tt_err_set(p->err, TT_ENOMEM, "%s:%d: out of memory", p->d->name, p->line);
}

/* An optional field: "" and "-" are absent. */
static struct tt_str optional(struct tt_str field)
{
	field = tt_str_trim(field);
	return field.n == 0 || tt_str_eq(field, TT_STR("-")) ? (struct tt_str){NULL, 0} : field;
}

static size_t count_parts(struct tt_str field)
{
	size_t n = field.n != 0;
	for (size_t i = 0; i < field.n; i++)
		n += field.p[i] == '|';
	return n;
}

static enum tt_alias_rule take_mark(struct tt_str *alias)
{
	static const char marks[] = {[TT_ALIAS_CAPITAL] = '^', [TT_ALIAS_EXACT] = '!', [TT_ALIAS_TICKER] = '$'};
	for (int rule = TT_ALIAS_CAPITAL; rule <= TT_ALIAS_TICKER; rule++)
		if (alias->n && alias->p[0] == marks[rule]) {
			alias->p++, alias->n--;
			return (enum tt_alias_rule)rule;
		}
	return TT_ALIAS_ANY;
}

static bool is_ticker(struct tt_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-", s.p[i]) || !s.p[i])
			return false;
	return s.n > 0;
}

static int parse_aliases(const struct parser *p, struct tt_str field, struct tt_entity *e)
{
	size_t n = count_parts(field);
	struct tt_entity_alias *v = tt_arena_zalloc(&p->d->arena, n, sizeof(*v));
	if (!v)
		return no_memory(p);
	for (size_t i = 0; i < n; i++) {
		struct tt_str whole = tt_str_trim(tt_str_split(&field, '|'));
		v[i].text = whole;
		v[i].rule = take_mark(&v[i].text);
		if (v[i].text.n == 0)
			return bad(p, "empty alias", whole);
		if (v[i].text.n > TT_ENTITY_ALIAS_MAX)
			return bad(p, "alias too long", v[i].text);
		if (v[i].rule == TT_ALIAS_TICKER && !is_ticker(v[i].text))
			return bad(p, "a ticker has capitals, digits, '.' and '-' only:", whole);
	}
	e->aliases = v;
	e->n_aliases = n;
	return TT_OK;
}

static int parse_not(const struct parser *p, struct tt_str field, struct tt_entity *e)
{
	size_t n = count_parts(field);
	struct tt_str *v = tt_arena_zalloc(&p->d->arena, n, sizeof(*v));
	if (!v)
		return no_memory(p);
	for (size_t i = 0; i < n; i++) {
		v[i] = tt_str_trim(tt_str_split(&field, '|'));
		if (v[i].n == 0)
			return bad(p, "empty phrase in column", TT_STR("not"));
		if (v[i].n > TT_ENTITY_ALIAS_MAX)
			return bad(p, "phrase too long", v[i]);
	}
	e->not_phrases = v;
	e->n_not_phrases = n;
	return TT_OK;
}

static bool is_symbol(struct tt_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] == 127 || s.p[i] == '|' || s.p[i] == '$')
			return false; /* bytes over 127 are negative: ASCII only */
	return s.n > 0 && s.n <= 32;
}

static int split_line(const struct parser *p, struct tt_str line, struct tt_str field[COLUMNS])
{
	size_t n = 0;
	for (size_t i = 0; i < line.n; i++)
		if ((unsigned char)line.p[i] < ' ' && line.p[i] != '\t' && !(line.p[i] == '\r' && i + 1 == line.n))
			return tt_err_set(p->err, TT_EPARSE, "%s:%d: control character 0x%02x", p->d->name, p->line,
				(unsigned)line.p[i]);
	for (struct tt_str rest = line; rest.p; n++) {
		struct tt_str f = tt_str_trim(tt_str_split(&rest, '\t'));
		if (n < COLUMNS)
			field[n] = f;
	}
	if (n >= NEEDED && n <= COLUMNS)
		return TT_OK;
	return tt_err_set(p->err, TT_EPARSE, "%s:%d: %zu columns, want %d to %d separated by tabs", p->d->name, p->line, n,
		NEEDED, COLUMNS);
}

static int parse_entity(const struct parser *p, struct tt_str line)
{
	struct tt_str f[COLUMNS] = {{NULL, 0}};
	int rc = split_line(p, line, f);
	if (rc < 0)
		return rc;
	struct tt_entity e = {.symbol = f[0], .name = f[1], .sector = optional(f[3]), .country = optional(f[4]), .line = p->line};
	if (!is_symbol(e.symbol))
		return bad(p, "bad symbol", e.symbol);
	if (!e.name.n || e.name.n > TT_ENTITY_ALIAS_MAX)
		return bad(p, "bad name", e.name);
	if (!tt_entity_kind_parse(f[2], &e.kind))
		return bad(p, "unknown kind", f[2]);
	if (e.country.n && (e.country.n != 2 || !is_ticker(e.country)))
		return bad(p, "a country is two capitals (ISO 3166), not", e.country);
	rc = parse_aliases(p, optional(f[5]), &e);
	if (rc == TT_OK)
		rc = parse_not(p, optional(f[6]), &e);
	if (rc < 0)
		return rc;
	struct tt_entity *v = tt_arena_grow(&p->d->arena, p->d->entities, p->d->n, sizeof(*v));
	if (!v)
		return no_memory(p);
	v[p->d->n++] = e;
	p->d->entities = v;
	return TT_OK;
}

static int check_header(const struct parser *p, struct tt_str line)
{
	for (int i = 0; i < COLUMNS; i++) {
		struct tt_str name = tt_str_trim(tt_str_split(&line, '\t'));
		if (!tt_str_eq(name, tt_str_c(columns[i])))
			return tt_err_set(p->err, TT_EPARSE, "%s:%d: column %d of the header is '%.*s', want '%s'", p->d->name,
				p->line, i + 1, TT_FMT(name), columns[i]);
	}
	return line.p ? bad(p, "more columns in the header:", line) : TT_OK;
}

static int parse_lines(struct tt_entity_dict *d, struct tt_str text, struct tt_err *err)
{
	struct parser p = {.d = d, .err = err};
	bool header = false;
	if (tt_str_starts(text, TT_STR("\xef\xbb\xbf")))
		text.p += 3, text.n -= 3;
	while (text.p && text.n) {
		struct tt_str line = tt_str_split(&text, '\n');
		struct tt_str trimmed = tt_str_trim(line);
		int rc = TT_OK;
		p.line++;
		if (trimmed.n && trimmed.p[0] != '#') {
			rc = header ? parse_entity(&p, line) : check_header(&p, line);
			header = true;
		}
		if (rc < 0)
			return rc;
	}
	return header ? TT_OK : tt_err_set(err, TT_EPARSE, "%s:1: no header line", d->name);
}

int tt_entity_dict_parse(struct tt_entity_dict **ret, struct tt_str text, const char *name, struct tt_err *err)
{
	int rc = TT_ENOMEM;
	struct tt_entity_dict *d = calloc(1, sizeof(*d));
	if (!d)
		return tt_err_set(err, TT_ENOMEM, "%s: out of memory", name);
	tt_arena_init(&d->arena, (size_t)16 * TT_ENTITY_FILE_MAX);
	d->name = tt_arena_str(&d->arena, tt_str_c(name)).p;
	struct tt_str copy = tt_arena_str(&d->arena, text.p ? text : TT_STR(""));
	if (!d->name || !copy.p) {
		tt_err_set(err, TT_ENOMEM, "%s: out of memory", name);
		goto out;
	}
	rc = parse_lines(d, copy, err);
	if (rc == TT_OK)
		rc = tt_entity_dict_index(d, err);
	if (rc < 0)
		goto out;
	*ret = d, d = NULL;
out:
	tt_entity_dict_free(d);
	return rc;
}

int tt_entity_dict_load(struct tt_entity_dict **ret, const char *path, struct tt_err *err)
{
	struct tt_buf text;
	tt_buf_init(&text, TT_ENTITY_FILE_MAX);
	int rc = tt_file_read(path, &text, err);
	if (rc == TT_OK)
		rc = tt_entity_dict_parse(ret, tt_buf_view(&text), path, err);
	tt_buf_done(&text);
	return rc;
}

void tt_entity_dict_free(struct tt_entity_dict *d)
{
	if (!d)
		return;
	tt_arena_done(&d->arena);
	free(d);
}

size_t tt_entity_dict_count(const struct tt_entity_dict *d)
{
	return d->n;
}

const struct tt_entity *tt_entity_dict_at(const struct tt_entity_dict *d, size_t i)
{
	return &d->entities[i];
}

const char *tt_entity_dict_name(const struct tt_entity_dict *d)
{
	return d->name;
}
