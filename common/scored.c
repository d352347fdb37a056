/* scored.c - see scored.h. */
#include "common/scored.h"

#include <math.h>

static const char *const names[TT_LABELS] = {"negative", "neutral", "positive"};

const char *tt_label_name(enum tt_label label)
{
	return names[label];
}

bool tt_label_parse(struct tt_str name, enum tt_label *ret)
{
	for (int i = 0; i < TT_LABELS; i++) {
		if (tt_str_eq_ci(name, tt_str_c(names[i]))) {
			*ret = (enum tt_label)i;
			return true;
		}
	}
	return false;
}

struct tt_id tt_scored_event_id(const struct tt_scored *s)
{
	struct tt_str item = {(const char *)s->item.id.b, sizeof(s->item.id.b)};
	struct tt_str text = {(const char *)s->item.text_hash.b, sizeof(s->item.text_hash.b)};
	return TT_ID(TT_STR("event"), item, text);
}

float tt_novelty(int repeat)
{
	return powf(0.75f, (float)repeat);
}
