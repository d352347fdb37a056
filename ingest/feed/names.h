/* names.h - which element of which namespace means what: the dialects as one table.
 * Feeds mix dialects freely (Atom links in RSS, Dublin Core anywhere), so an element means the same wherever
 * it stands; what differs by dialect is only how its text is written (see fields.c). */
#ifndef TT_INGEST_FEED_NAMES_H
#define TT_INGEST_FEED_NAMES_H

#include <stdbool.h>
#include <stdint.h>

enum tt_elem {
	TT_EL_OTHER, /* no meaning for us; its children may have one */

	TT_EL_RSS, /* roots and containers */
	TT_EL_RDF,
	TT_EL_FEED,
	TT_EL_CHANNEL,
	TT_EL_ITEM,
	TT_EL_AUTHOR, /* text, or name/email/uri inside */
	TT_EL_ASIDE,  /* image, textInput, source, contributor, owner: what is inside describes something else
		       */

	TT_EL_TITLE, /* leaves */
	TT_EL_LINK,
	TT_EL_ID,
	TT_EL_SUMMARY,     /* plain text by default */
	TT_EL_DESCRIPTION, /* HTML by default */
	TT_EL_CONTENT,
	TT_EL_ENCODED, /* content that is HTML by default */
	TT_EL_BODY,    /* content that is markup */
	TT_EL_NAME,
	TT_EL_EMAIL,
	TT_EL_PUBLISHED,
	TT_EL_UPDATED,
	TT_EL_DATE, /* dc:date: one or the other */
	TT_EL_CREATED,
	TT_EL_CATEGORY,
	TT_EL_KEYWORDS, /* several, separated by commas */
	TT_EL_LANGUAGE,
	TT_EL_TTL,
	TT_EL_HOUR,
	TT_EL_DAY,
	TT_EL_PERIOD,
	TT_EL_FREQUENCY,
	TT_ELEMS
};

struct tt_name {
	const char *name; /* lower case */
	uint8_t elem;     /* enum tt_elem */
	uint8_t pref;     /* when several elements at the same depth give one field, the smaller wins */
};

/* The meaning of an element. uri and prefix may be NULL. A prefix that was never declared, or for a
 * namespace that nobody knows, is taken for the one it usually stands for; an element without prefix in an
 * unknown namespace is taken by its bare name. Never NULL. */
const struct tt_name *tt_name_find(const char *uri, const char *prefix, const char *local);

/* True for the namespace of RSS 0.90. */
bool tt_name_is_rss090(const char *uri);
/* True for the namespace of Atom 1.0, and for those of Atom before it. */
bool tt_name_is_atom(const char *uri);
bool tt_name_is_old_atom(const char *uri);

#endif
