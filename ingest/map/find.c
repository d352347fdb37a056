/* find.c - see find.h: the map's tree and the text are gone down together; what nobody asks for is passed. */
#include "ingest/map/find.h"

struct walk {
	struct tt_find *find;
	struct tt_json json;
	int rc; /* TT_ENOMEM */
};

static const struct tt_found nothing = {.next = -1, .last = -1};

void tt_find_init(struct tt_find *find, size_t max_bytes)
{
	tt_buf_init(&find->name, max_bytes);
}

void tt_find_done(struct tt_find *find)
{
	tt_buf_done(&find->name);
}

/* A member came again: what the former said no longer counts. */
static void forget(struct tt_find *find, const struct tt_map_node *node)
{
	if (node->has_slot)
		find->slots[node->slot] = nothing;
	for (const struct tt_map_node *child = node->child; child; child = child->next)
		forget(find, child);
}

static void keep(struct tt_find *find, const struct tt_map_node *node, struct tt_found value)
{
	struct tt_found *slot = &find->slots[node->slot];
	if (!node->many && node->index != TT_MAP_EACH) {
		*slot = value;
		return;
	}
	if (value.kind <= TT_JSON_NULL || find->n_more == TT_FOUND_LIST_MAX)
		return;
	find->more[find->n_more] = value;
	*(slot->last < 0 ? &slot->next : &find->more[slot->last].next) = find->n_more;
	slot->last = find->n_more++;
}

static bool value(struct walk *w, const struct tt_map_node *node);

/* The child that stands for the member; NULL: nobody asks for it. */
static const struct tt_map_node *member(
	struct walk *w, const struct tt_map_node *node, struct tt_str name, bool escaped)
{
	if (escaped) {
		tt_buf_reset(&w->find->name);
		w->rc = tt_json_unescape(name, &w->find->name);
		name = tt_buf_view(&w->find->name);
	}
	const struct tt_map_node *child = node->child;
	while (child && !(child->index == TT_MAP_NAME && tt_str_eq(child->name, name)))
		child = child->next;
	if (child && !child->many)
		forget(w->find, child);
	return child;
}

static bool object(struct walk *w, const struct tt_map_node *node)
{
	struct tt_str name;
	bool escaped;
	if (!tt_json_enter(&w->json))
		return false;
	for (bool first = true; tt_json_more(&w->json, TT_JSON_OBJECT, first); first = false) {
		if (!tt_json_name(&w->json, &name, &escaped))
			return false;
		const struct tt_map_node *child = member(w, node, name, escaped);
		if (w->rc < 0 || !(child ? value(w, child) : tt_json_skip(&w->json)))
			return false;
	}
	return !w->json.why;
}

/* An element may be asked for by its number, as one of all, and as both. */
static bool element(struct walk *w, const struct tt_map_node *node, int64_t index)
{
	const char *from = w->json.p;
	bool asked = false;
	for (const struct tt_map_node *child = node->child; child; child = child->next) {
		if (child->index != index && child->index != TT_MAP_EACH)
			continue;
		w->json.p = from;
		asked = true;
		if (!value(w, child))
			return false;
	}
	return asked || tt_json_skip(&w->json);
}

static bool array(struct walk *w, const struct tt_map_node *node)
{
	int64_t index = 0;
	if (!tt_json_enter(&w->json))
		return false;
	for (bool first = true; tt_json_more(&w->json, TT_JSON_ARRAY, first); first = false)
		if (!element(w, node, index++))
			return false;
	return !w->json.why;
}

static bool value(struct walk *w, const struct tt_map_node *node)
{
	struct tt_found found = nothing;
	bool ok;
	found.kind = tt_json_peek(&w->json);
	if (found.kind == TT_JSON_OBJECT && node->child)
		ok = object(w, node);
	else if (found.kind == TT_JSON_ARRAY && node->child)
		ok = array(w, node);
	else if (found.kind == TT_JSON_STRING)
		ok = tt_json_string(&w->json, &found.raw, &found.escaped);
	else if (found.kind == TT_JSON_NULL || found.kind == TT_JSON_BOOL || found.kind == TT_JSON_NUMBER)
		ok = tt_json_scalar(&w->json, &found.raw);
	else
		ok = tt_json_skip(&w->json);
	if (ok && node->has_slot)
		keep(w->find, node, found);
	return ok;
}

void tt_find_nothing(struct tt_find *find, const struct tt_map *map)
{
	find->n_more = 0;
	for (size_t i = 0; i < map->n_slots; i++)
		find->slots[i] = nothing;
}

int tt_find_json(
	struct tt_find *find, const struct tt_map *map, struct tt_str text, int max_depth, struct tt_err *err)
{
	struct walk w = {.find = find};
	tt_find_nothing(find, map);
	tt_json_init(&w.json, text, max_depth);
	enum tt_json_kind kind = tt_json_peek(&w.json);
	bool ok = kind == TT_JSON_OBJECT ? object(&w, &map->root) : tt_json_skip(&w.json);
	if (w.rc < 0)
		return tt_err_set(err, w.rc, "%s", tt_err_text(w.rc));
	if (!ok || !tt_json_end(&w.json))
		return tt_err_set(err, TT_EPARSE, "not JSON: %s (byte %zu)", w.json.why,
			(size_t)(w.json.p - text.p) + 1);
	if (kind == TT_JSON_OBJECT)
		return TT_OK;
	return tt_err_set(err, TT_EPARSE, "not a JSON object%s",
		kind == TT_JSON_ARRAY ? " but a list: each item is a record of its own" : "");
}
