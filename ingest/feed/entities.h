/* entities.h - named characters of HTML, and references to characters by number. */
#ifndef TT_INGEST_FEED_ENTITIES_H
#define TT_INGEST_FEED_ENTITIES_H

#include "common/str.h"

enum { TT_ENTITY_NAME_MAX = 17 };

/* The code point of a name without & and ;, 0 when there is no such name. name.p is not NULL. */
uint32_t tt_entity_find(struct tt_str name);

/* A reference at s.p[0] == '&', as HTML reads them: by number (the C1 range means windows-1252), or by name;
 * the semicolon may miss after numbers and after the names every browser knows without. Returns the bytes it
 * takes, 0 when this is just an ampersand; *ret_code is 0 for a character that cannot be in a text. */
size_t tt_entity_read(struct tt_str s, uint32_t *ret_code);

/* What byte b is in windows-1252; the five undefined ones are themselves. */
uint32_t tt_cp1252(unsigned char b);

#endif
