/* ops_avx2.c - ops.h over vectors of 8 floats. */
#define LANES 8
#define OPS   tt_train_ops_avx2
#include "nlp/train/model/ops_vec.h"
