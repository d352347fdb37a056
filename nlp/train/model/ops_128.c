/* ops_128.c - ops.h over vectors of 4 floats. */
#define LANES 4
#define OPS   tt_train_ops_128
#include "nlp/train/model/ops_vec.h"
