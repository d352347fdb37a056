/* item.h - the first noun: who published what, when, and where it came from.
 * Plain data, filled by ingest/, read by all. Every tt_str lives in the arena of the batch the item is in.
 * Texts are plain UTF-8 without markup, white space collapsed; an absent text is {NULL, 0}, never "". */
#ifndef TT_COMMON_ITEM_H
#define TT_COMMON_ITEM_H

#include "common/clock.h"
#include "common/id.h"
#include "common/str.h"

struct tt_item {
	struct tt_id id; /* identity: TT_ID(source, guid) for feeds, the record's own id for files and Kafka */

	/* Further identities, each zero where there is none (ingest/identity.h says how they are made). */
	struct tt_id other_id; /* what `id` would be if its guid were judged otherwise: alone enough, or not */
	struct tt_id url_key;  /* TT_ID of the canonical URL */
	struct tt_id text_key; /* of source, title and publication date */

	struct tt_id text_hash; /* of the words that make it another version when they change */
	bool guid_shared;       /* the guid does not identify: `id` is of guid, URL, title and date */
	bool revises;           /* a new text of the stored item `id` whose event time is story_ms */
	int64_t story_ms;

	struct tt_str source; /* the feed's URL, or the file's name */
	struct tt_str guid;   /* as the publisher gave it, or what stood in for it */
	struct tt_str url;    /* absolute */
	struct tt_str title;
	struct tt_str summary;
	struct tt_str content;
	struct tt_str author;
	struct tt_str lang; /* BCP 47 as given */
	const struct tt_str *categories;
	size_t n_categories;
	int64_t published_ms; /* TT_TIME_NONE when the publisher gave none or an unreadable one */
	int64_t updated_ms;   /* likewise */
	int64_t fetched_ms;   /* always set */
	uint32_t origin;      /* 1 + index of the batch's progress it came with; 0: it came with none */
};

/* Event time: published, else fetched; a date after fetched_ms is clamped to it, and *ret_clamped (may be NULL)
 * says so. A revision has the event time of its story. */
int64_t tt_item_event_ms(const struct tt_item *item, bool *ret_clamped);

#endif
