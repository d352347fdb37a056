/* synonyms.h - the groups of synonyms.def, for those who check them. Private to nlp/train/augment/. */
#ifndef TT_NLP_TRAIN_AUGMENT_SYNONYMS_H
#define TT_NLP_TRAIN_AUGMENT_SYNONYMS_H

enum { TT_SYNONYMS_MAX = 4 /* forms of a group */ };

extern const char *const tt_synonyms[][TT_SYNONYMS_MAX + 1]; /* each group, and all, end with NULL */

#endif
