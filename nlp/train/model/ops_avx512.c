/* ops_avx512.c - ops.h over vectors of 16 floats. */
#define LANES 16
#define OPS   tt_train_ops_avx512
#include "nlp/train/model/ops_vec.h"
