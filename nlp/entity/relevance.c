/* relevance.c - see relevance.h. */
#include "nlp/entity/relevance.h"

#include <math.h>

float tt_entity_relevance(bool in_title, size_t first_bytes, size_t mentions, size_t all_mentions)
{
	double title = in_title ? 1 : 0;
	double position = exp2(-(double)first_bytes / 400);
	double share = (double)mentions / (double)all_mentions;
	return (float)(0.4 * title + 0.2 * position + 0.4 * share);
}
