/* relevance.h - how much a text is about an entity, from where and how often it is mentioned.
 *
 *   relevance = 0.4 T + 0.2 P + 0.4 S        within (0, 1]
 *   T = 1 when the first mention starts within the title, else 0
 *   P = 2^(-first / 400), first = bytes of text before the first mention: half after a paragraph
 *   S = its mentions / mentions of all entities in the text
 *
 * One company alone in a headline is near 1, each of ten listed there 0.64, one named once, late and among many near 0. */
#ifndef TT_NLP_ENTITY_RELEVANCE_H
#define TT_NLP_ENTITY_RELEVANCE_H

#include <stdbool.h>
#include <stddef.h>

/* 1 <= mentions <= all_mentions. Pure. */
float tt_entity_relevance(bool in_title, size_t first_bytes, size_t mentions, size_t all_mentions);

#endif
