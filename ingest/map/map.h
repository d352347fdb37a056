/* map.h - a field map: which part of a record becomes which field of an item. Made once, read for each
 * record.
 *
 *   title: data.headline|data.title     members by name; alternatives, the first that holds something counts
 *   title: stories[0].title             an element of a list
 *   categories: tickers[].symbol        of each element; other fields than categories join them to one text;
 *                                       `tickers` alone may be a list of texts too, here only
 *   guid: meta\.id                      a name with . [ ] | or \ in it: a backslash before each
 *   author: $header.desk                $header.NAME, $key, $topic, $partition, $offset, $timestamp: of the
 *                                       record itself
 *   source: source.name|=Reuters        a constant, to the end of the text
 *
 * Threads: read-only once made. */
#ifndef TT_INGEST_MAP_MAP_H
#define TT_INGEST_MAP_MAP_H

#include "common/arena.h"
#include "common/conf.h"
#include "common/err.h"
#include "ingest/feed/text.h"

enum tt_map_field {
	TT_MAP_ID,
	TT_MAP_SOURCE,
	TT_MAP_GUID,
	TT_MAP_URL,
	TT_MAP_TITLE,
	TT_MAP_SUMMARY,
	TT_MAP_CONTENT,
	TT_MAP_AUTHOR,
	TT_MAP_LANG,
	TT_MAP_PUBLISHED_AT,
	TT_MAP_UPDATED_AT,
	TT_MAP_FETCHED_AT,
	TT_MAP_CATEGORIES,
	TT_MAP_FIELDS
};
const char *tt_map_field_name(enum tt_map_field field);

/* A map that comes with the program. */
struct tt_map_preset {
	const char *name;
	enum tt_text_kind texts;         /* what its texts are */
	const char *path[TT_MAP_FIELDS]; /* NULL: it has no such field */
};

/* By name; NULL when there is none. preset 0 is tickertone's own item format. */
const struct tt_map_preset *tt_map_preset_find(struct tt_str name);
const struct tt_map_preset *tt_map_preset_at(size_t i); /* NULL: behind the last */

enum { TT_MAP_EACH = -1, TT_MAP_NAME = -2 }; /* struct tt_map_node.index */

/* A place in the JSON that something is wanted from or below of: a tree of steps from the root object. */
struct tt_map_node {
	int64_t index;       /* of an element; or TT_MAP_EACH, TT_MAP_NAME */
	struct tt_str name;  /* of a member */
	bool has_slot, many; /* many: it stands below of [] */
	size_t slot;
	struct tt_map_node *child, *next;
};

enum tt_map_from {
	TT_FROM_JSON,
	TT_FROM_CONSTANT,
	TT_FROM_KEY,
	TT_FROM_TOPIC,
	TT_FROM_PARTITION,
	TT_FROM_OFFSET,
	TT_FROM_TIMESTAMP,
	TT_FROM_HEADER,
};

struct tt_map_alternative {
	enum tt_map_from from;
	enum tt_text_kind texts;
	struct tt_str text;       /* the constant, the header's name */
	struct tt_map_node *node; /* whose slot of find.h gets the value */
	struct tt_map_alternative *next;
};

enum { TT_MAP_SLOTS_MAX = 256 };

struct tt_map {
	struct tt_arena arena; /* holds all of it */
	struct tt_map_node root;
	struct tt_map_alternative *fields[TT_MAP_FIELDS]; /* in the order they are tried */
	size_t n_slots;
};

/* The preset with the fields of own in place of its; an empty path takes a field away. section names own in
 * messages ("kafka.fields"); own may be NULL. TT_ECONF, TT_ENOMEM: map needs no done. */
int tt_map_init(struct tt_map *map, const struct tt_map_preset *preset, const struct tt_conf_map *own,
	const char *section, struct tt_err *err);
void tt_map_done(struct tt_map *map);

#endif
