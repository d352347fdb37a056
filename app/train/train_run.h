/* train_run.h - what tickertone-train does with the options of `tickertone train`. */
#ifndef TT_APP_TRAIN_RUN_H
#define TT_APP_TRAIN_RUN_H

#include "common/err.h"

int tt_train_run(const void *options, int argc, char **argv, struct tt_err *err); /* struct tt_train_opts */

#endif
