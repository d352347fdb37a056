/* novelty.h - in front of a sink: gives each item its place among those that tell the same story
 * (nlp/story/stories.h) before it is stored. With a database all writers of it share their places
 * (sink/pg/stories.h); without one, each process has its own. An item that is written again has the place it
 * had. Threads, errors: as sink.h. */
#ifndef TT_APP_NOVELTY_H
#define TT_APP_NOVELTY_H

#include "common/conf.h"
#include "sink/pg/pg.h"
#include "sink/sink.h"

struct tt_novelty_conf {
	int64_t stories; /* 0: nothing is placed, all is news */
	double similarity;
	int64_t repeat_within_ms, story_within_ms;
};
extern const struct tt_opt tt_novelty_opts[]; /* section `novelty` */

/* Puts itself in front of *sink, which it owns from then on; on error *sink is as it was. database: NULL:
 * none. Does nothing when conf->stories is 0. */
int tt_novelty_open(struct tt_sink *sink, const struct tt_novelty_conf *conf,
	const struct tt_pg_conf *database, const struct tt_clock *clock, struct tt_err *err);

#endif
