/* judged.h - rows to train with out of the database: items with the labels that people gave them, in the
 * form in which files give theirs (app/score/rows.h). Owner: the caller's struct (load/done), which all that
 * a row points to lives in. Threads: one. Blocking: as sink/pg/conn.h says. */
#ifndef TT_APP_TRAIN_JUDGED_H
#define TT_APP_TRAIN_JUDGED_H

#include "app/score/rows.h"
#include "nlp/item_text.h"
#include "sink/pg/labelled.h"

struct tt_judged {
	struct tt_arena arena;
	struct tt_pg_labelled *items; /* what the rows are of */
	struct tt_row *rows;          /* `line` counts them, from 1 */
	size_t n;
	size_t tied;      /* labels left out because as many people say something else */
	size_t undecided; /* items left out because nothing else is said of them */
};

/* All items of which most people say something, judged at since_ms or later (TT_TIME_NONE: ever), by event
 * time. An entity is named by its mention; one that the text does not show stands there by its symbol,
 * in_text false. Done also after an error. */
int tt_judged_load(struct tt_judged *l, struct tt_pg_conn *c, enum tt_text_choice what, int64_t since_ms,
	struct tt_err *err);
void tt_judged_done(struct tt_judged *l);

/* A row as a line of JSON that the row reader reads as the same. Errors: those of out. */
int tt_judged_json(const struct tt_pg_labelled *item, struct tt_buf *out);

#endif
