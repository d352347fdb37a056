/* import.h - merging foreign lists of companies into a dictionary.
 * What the dictionary already has wins: a row is skipped when its symbol is known or when its whole name already is a mention
 * of some entity. Rows of one company (same non-zero `company`) become one entity with further `$` tickers; the first row
 * names it. Legal names are brought into the form people read: "APPLE INC" is "Apple Inc", "/DE/" goes.
 * Aliases are not made here: the matcher derives them from the name (lexicon.h) and asks for a cashtag or a legal form where
 * the name is a common word.
 * Owner: the import copies what it is given; the dictionary is borrowed. Threads: one at a time. */
#ifndef TT_NLP_ENTITY_IMPORT_H
#define TT_NLP_ENTITY_IMPORT_H

#include "nlp/entity/dict.h"

struct tt_import;

struct tt_import_row {
	struct tt_str symbol, name;
	struct tt_str sector;  /* may be absent */
	struct tt_str country; /* ISO 3166, may be absent */
	int64_t company;       /* SEC's cik; 0: not known */
	int line;              /* of the source, for messages */
};

struct tt_import_report {
	size_t added, classes; /* entities; further tickers of those */
	size_t known, known_by_name, repeated;
	size_t unusable; /* no or bad symbol, no name, too long */
};

int tt_import_new(struct tt_import **ret, const struct tt_entity_dict *dict, struct tt_err *err);
void tt_import_free(struct tt_import *im); /* NULL is fine */
int tt_import_add(struct tt_import *im, const struct tt_import_row *row, struct tt_err *err);

/* Decides on all rows and appends the new entities' lines to out. Once, after the last add. */
int tt_import_finish(struct tt_import *im, struct tt_buf *out, struct tt_import_report *report, struct tt_err *err);

/* The name as people read it, appended to out: exported for its tests. */
int tt_import_name(struct tt_str legal_name, struct tt_buf *out);

#endif
