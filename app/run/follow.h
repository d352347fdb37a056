/* follow.h - which model the line scores with: the configured one, or the one that was promoted in the
 * database (`tickertone model promote`). A thread listens for promotions, and looks every few seconds too; a
 * new model is opened beside the old one, which goes on until the new one takes its place between two
 * batches. One that cannot be opened here is tried again and again, and the old one stays.
 *
 * Threads: new, look, reload and stop are called by one (main); the report by any; what is given to use is
 * called on main's and on the thread of its own, never on both at once. */
#ifndef TT_APP_FOLLOW_H
#define TT_APP_FOLLOW_H

#include "app/conf.h"
#include "common/buf.h"

struct tt_follow;

/* Has the line score with it from now on; takes a reference of its own. */
typedef void tt_follow_use(void *ctx, struct tt_scorer *scorer, int model_id);

/* Opens the configured model. Without a database, or with model.follow: configured, that is all there ever
 * is. conf must outlive it. Errors as tt_parts_open_scorer. */
int tt_follow_new(struct tt_follow **ret, const struct tt_app_conf *conf, tt_follow_use *use, void *ctx,
	struct tt_err *err);
void tt_follow_free(struct tt_follow *f); /* a stopped one; NULL is fine */

/* To be called when the database is there, before anything is scored: tells it of the model and of the
 * dictionary, and what is promoted is put into use at once. A promoted model that cannot be opened is logged,
 * and no error. */
int tt_follow_begin(struct tt_follow *f, struct tt_err *err);
/* Starts the thread; stop ends it, NULL is fine. */
int tt_follow_start(struct tt_follow *f, struct tt_err *err);
void tt_follow_stop(struct tt_follow *f);

/* The section `model` of a new configuration. On error all stays as it was. */
int tt_follow_reload(struct tt_follow *f, const struct tt_nlp_conf *conf, struct tt_err *err);

/* Adds what is the matter when another model than the promoted one is in use. */
void tt_follow_report(struct tt_follow *f, struct tt_buf *note);

#endif
