/* map.c - see map.h: the paths' text becomes a tree. */
#include "ingest/map/map.h"

#include <string.h>

enum { MAP_BYTES = 1 << 20 };

static const char *const names[TT_MAP_FIELDS] = {"id", "source", "guid", "url", "title", "summary", "content",
	"author", "lang", "published_at", "updated_at", "fetched_at", "categories"};

const char *tt_map_field_name(enum tt_map_field field)
{
	return names[field];
}

/* One path while it is read. */
struct reader {
	struct tt_map *map;
	struct tt_str text; /* all alternatives */
	size_t at;
	enum tt_map_field field;
	const char *section;
	struct tt_err *err;
};

static int fail(const struct reader *r, const char *what)
{
	return tt_err_set(r->err, TT_ECONF, "%s.%s: '%.*s': %s (character %zu)", r->section, names[r->field],
		TT_FMT(r->text), what, r->at + 1);
}

static int fail_memory(const struct reader *r)
{
	return tt_err_set(r->err, TT_ENOMEM, "%s: %s", r->section, tt_err_text(TT_ENOMEM));
}

static bool is_at(const struct reader *r, char c)
{
	return r->at < r->text.n && r->text.p[r->at] == c;
}

static void pass_blanks(struct reader *r)
{
	while (is_at(r, ' '))
		r->at++;
}

/* ---- paths ---- */

static bool is_many(const struct tt_map_node *node)
{
	return node->many || node->index == TT_MAP_EACH;
}

/* The step below of *node, made when it is not there yet; *node becomes it. */
static int step(struct reader *r, struct tt_map_node **node, int64_t index, struct tt_str name)
{
	struct tt_map_node **link = &(*node)->child;
	while (*link && !((*link)->index == index && tt_str_eq((*link)->name, name)))
		link = &(*link)->next;
	if (!*link) {
		struct tt_map_node *made = tt_arena_zalloc(&r->map->arena, 1, sizeof(*made));
		if (!made)
			return fail_memory(r);
		*made = (struct tt_map_node){.index = index, .name = name, .many = is_many(*node)};
		*link = made;
	}
	*node = *link;
	return TT_OK;
}

static int read_name(struct reader *r, struct tt_map_node **node)
{
	char *name = tt_arena_alloc(&r->map->arena, r->text.n + 1);
	size_t n = 0;
	if (!name)
		return fail_memory(r);
	while (r->at < r->text.n && !memchr(".[]|", r->text.p[r->at], 4)) {
		r->at += is_at(r, '\\');
		if (r->at == r->text.n)
			return fail(r, "nothing stands behind the backslash");
		name[n++] = r->text.p[r->at++];
	}
	while (n && name[n - 1] == ' ' && (r->at == r->text.n || is_at(r, '|')))
		n--;
	if (n == 0)
		return fail(r, "a name is missing");
	return step(r, node, TT_MAP_NAME, (struct tt_str){name, n});
}

static int read_index(struct reader *r, struct tt_map_node **node)
{
	struct tt_str rest = {r->text.p + r->at + 1, r->text.n - r->at - 1};
	struct tt_str digits = tt_str_split(&rest, ']');
	int64_t index = TT_MAP_EACH;
	if (!rest.p)
		return fail(r, "'[' without ']'");
	if (digits.n && !tt_str_int(digits, 0, INT32_MAX, &index))
		return fail(r, "between [ and ] stands a number from 0, or nothing");
	if (digits.n == 0 && r->field != TT_MAP_CATEGORIES && r->field != TT_MAP_AUTHOR &&
		(r->field < TT_MAP_TITLE || r->field > TT_MAP_CONTENT))
		return fail(r, "the field has one value; name one element, as in [0]");
	r->at += digits.n + 2;
	return step(r, node, index, (struct tt_str){NULL, 0});
}

static int take_slot(struct reader *r, struct tt_map_node *node, struct tt_map_alternative *alternative)
{
	if (!node->has_slot) {
		if (r->map->n_slots == TT_MAP_SLOTS_MAX)
			return fail(r, "too many paths");
		node->has_slot = true;
		node->slot = r->map->n_slots++;
	}
	alternative->node = node;
	return TT_OK;
}

static int read_path(struct reader *r, struct tt_map_alternative *alternative)
{
	struct tt_map_node *node = &r->map->root;
	int rc = read_name(r, &node);
	while (rc == TT_OK && r->at < r->text.n && !is_at(r, '|') && !is_at(r, ' ')) {
		if (is_at(r, '[')) {
			rc = read_index(r, &node);
		} else if (is_at(r, '.')) {
			r->at++;
			rc = read_name(r, &node);
		} else {
			rc = fail(r, "a dot, [ or | is missing");
		}
	}
	if (rc < 0)
		return rc;
	return take_slot(r, node, alternative);
}

/* ---- alternatives ---- */

static int read_own(struct reader *r, struct tt_map_alternative *alternative)
{
	static const struct {
		const char *name;
		enum tt_map_from from;
	} known[] = {{"$key", TT_FROM_KEY}, {"$topic", TT_FROM_TOPIC}, {"$partition", TT_FROM_PARTITION},
		{"$offset", TT_FROM_OFFSET}, {"$timestamp", TT_FROM_TIMESTAMP}};
	struct tt_str rest = {r->text.p + r->at, r->text.n - r->at};
	struct tt_str word = tt_str_split(&rest, '|'), header = TT_STR("$header.");
	size_t bytes = word.n;
	word = tt_str_trim(word);
	for (size_t i = 0; i < TT_LEN(known); i++)
		if (tt_str_eq(word, tt_str_c(known[i].name))) {
			alternative->from = known[i].from;
			r->at += bytes;
			return TT_OK;
		}
	if (!tt_str_starts(word, header) || word.n == header.n)
		return fail(r, "$ begins $key, $topic, $partition, $offset, $timestamp or $header.NAME; "
			       "a name that begins with it is written \\$");
	alternative->from = TT_FROM_HEADER;
	alternative->text =
		tt_arena_str(&r->map->arena, (struct tt_str){word.p + header.n, word.n - header.n});
	r->at += bytes;
	return alternative->text.p ? TT_OK : fail_memory(r);
}

static int read_alternative(struct reader *r, struct tt_map_alternative *alternative)
{
	pass_blanks(r);
	if (is_at(r, '$'))
		return read_own(r, alternative);
	if (!is_at(r, '='))
		return read_path(r, alternative);
	alternative->from = TT_FROM_CONSTANT;
	alternative->text =
		tt_arena_str(&r->map->arena, (struct tt_str){r->text.p + r->at + 1, r->text.n - r->at - 1});
	r->at = r->text.n;
	return alternative->text.p ? TT_OK : fail_memory(r);
}

/* Appends an alternative to the field's. NULL: out of memory. */
static struct tt_map_alternative *add(struct reader *r, enum tt_text_kind texts)
{
	struct tt_map_alternative **link = &r->map->fields[r->field];
	while (*link)
		link = &(*link)->next;
	*link = tt_arena_zalloc(&r->map->arena, 1, sizeof(**link));
	if (*link)
		(*link)->texts = texts;
	return *link;
}

/* Categories may be given as `tickers` or as `tickers[]`: behind a path to a list comes the one to its
 * elements. */
static int add_elements(struct reader *r, const struct tt_map_alternative *list)
{
	if (r->field != TT_MAP_CATEGORIES || list->from != TT_FROM_JSON || list->node->index == TT_MAP_EACH)
		return TT_OK;
	struct tt_map_node *node = list->node;
	struct tt_map_alternative *elements = add(r, list->texts);
	int rc = elements ? step(r, &node, TT_MAP_EACH, (struct tt_str){NULL, 0}) : fail_memory(r);
	return rc < 0 ? rc : take_slot(r, node, elements);
}

static int read_field(struct reader *r, enum tt_text_kind texts)
{
	for (;;) {
		struct tt_map_alternative *alternative = add(r, texts);
		int rc = alternative ? read_alternative(r, alternative) : fail_memory(r);
		if (rc == TT_OK)
			rc = add_elements(r, alternative);
		if (rc < 0)
			return rc;
		pass_blanks(r);
		if (r->at == r->text.n)
			return TT_OK;
		if (!is_at(r, '|'))
			return fail(r, "a dot, [ or | is missing");
		r->at++;
	}
}

/* ---- the map ---- */

/* The path that own has for the field, else {NULL, 0}. */
static struct tt_str own_path(const struct tt_conf_map *own, const char *name)
{
	for (size_t i = 0; own && i < own->keys.n; i++)
		if (strcmp(own->keys.v[i], name) == 0)
			return tt_str_trim(tt_str_c(own->values.v[i]));
	return (struct tt_str){NULL, 0};
}

static int check_names(const struct tt_conf_map *own, const char *section, struct tt_err *err)
{
	for (size_t i = 0; own && i < own->keys.n; i++) {
		size_t f = 0;
		while (f < TT_MAP_FIELDS && strcmp(own->keys.v[i], names[f]) != 0)
			f++;
		if (f == TT_MAP_FIELDS)
			return tt_err_set(err, TT_ECONF,
				"%s.%s: items have no such field; they have id, source, guid, url, title, "
				"summary, "
				"content, author, lang, published_at, updated_at, fetched_at, categories",
				section, own->keys.v[i]);
	}
	return TT_OK;
}

int tt_map_init(struct tt_map *map, const struct tt_map_preset *preset, const struct tt_conf_map *own,
	const char *section, struct tt_err *err)
{
	*map = (struct tt_map){.root = {.index = TT_MAP_NAME}};
	int rc = check_names(own, section, err);
	if (rc < 0)
		return rc;
	tt_arena_init(&map->arena, MAP_BYTES);
	for (size_t f = 0; f < TT_MAP_FIELDS && rc == TT_OK; f++) {
		struct tt_str path = own_path(own, names[f]);
		bool is_own = path.p != NULL;
		if (!is_own)
			path = tt_str_c(preset->path[f]);
		struct reader r = {map, path, 0, (enum tt_map_field)f, section, err};
		if (path.n)
			rc = read_field(&r, is_own ? TT_TEXT_GUESS : preset->texts);
	}
	if (rc == TT_OK && !map->fields[TT_MAP_TITLE] && !map->fields[TT_MAP_SUMMARY] &&
		!map->fields[TT_MAP_CONTENT])
		rc = tt_err_set(err, TT_ECONF, "%s: none of title, summary and content has a path", section);
	if (rc < 0)
		tt_map_done(map);
	return rc;
}

void tt_map_done(struct tt_map *map)
{
	tt_arena_done(&map->arena);
}
