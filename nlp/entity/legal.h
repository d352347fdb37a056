/* legal.h - the legal forms that company names end with: "Inc", "plc", "Co Ltd", "AG". All on folded text (fold.h). */
#ifndef TT_NLP_ENTITY_LEGAL_H
#define TT_NLP_ENTITY_LEGAL_H

#include "common/str.h"

/* How a form must be written to be told from an ordinary word of the text: "as", "se", "company". */
enum tt_legal_case { TT_LEGAL_ANY, TT_LEGAL_CAPITAL /* the first letter */, TT_LEGAL_CAPITALS /* first and last */ };

/* Length of the one form s starts with, up to a separator or the end; 0 for none. */
size_t tt_legal_form(struct tt_str s, enum tt_legal_case *ret);

/* A name without its legal forms at the end and "the" before it: "the coca cola company" is "coca cola". Never empty unless s is. */
struct tt_str tt_legal_stem(struct tt_str s);

/* A stem without a last word that says little, "agilent technologies" is "agilent"; the stem itself when there is none. */
struct tt_str tt_legal_short(struct tt_str stem);

#endif
