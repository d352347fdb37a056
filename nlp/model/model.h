/* model.h - what a struct tt_model is inside: the face is classify.h. */
#ifndef TT_NLP_MODEL_MODEL_H
#define TT_NLP_MODEL_MODEL_H

#include "nlp/model/classify.h"
#include "nlp/model/weights.h"

struct tt_model {
	struct tt_model_config config;
	struct tt_weights weights;
	struct tt_model_facts facts;
	float exit_confidence; /* 1: all layers are read */
};

#endif
