/* find.h - what of one JSON object a map asks for: one walk over the text fills a slot for each path. */
#ifndef TT_INGEST_MAP_FIND_H
#define TT_INGEST_MAP_FIND_H

#include "ingest/map/json.h"
#include "ingest/map/map.h"

enum { TT_FOUND_LIST_MAX = 256 /* values of all [] paths of one record; what is more is left out */ };

struct tt_found {
	enum tt_json_kind kind; /* TT_JSON_NONE: it is not there */
	bool escaped;
	struct tt_str raw; /* string: without its quotes; number, bool: as written; in the text */
	int next;          /* of a [] path: the next value, index of more[]; -1: none */
	int last;
};

struct tt_find {
	struct tt_found slots[TT_MAP_SLOTS_MAX];
	struct tt_found more[TT_FOUND_LIST_MAX];
	int n_more;
	struct tt_buf name; /* scratch: a name without its escapes */
};

void tt_find_init(struct tt_find *find, size_t max_bytes);
void tt_find_done(struct tt_find *find);

/* As after an object that has nothing of what the map asks for. */
void tt_find_nothing(struct tt_find *find, const struct tt_map *map);

/* text: valid UTF-8, all of it one object; a member given twice counts as last given. Fills the first
 * map->n_slots of find->slots, which borrow from text. The slot of a [] path has only `next`, the first of
 * its values. TT_EPARSE with the reason and the byte; TT_ENOMEM. */
int tt_find_json(struct tt_find *find, const struct tt_map *map, struct tt_str text, int max_depth,
	struct tt_err *err);

#endif
