/* measure.c - see measure.h. */
#include "mood/measure.h"

const struct tt_measure_kind tt_measures[TT_MEASURES] = {
	[TT_MEASURE_MOOD] = {"mood", 1, TT_ABOUT_MOOD, false},
	[TT_MEASURE_DISPERSION] = {"dispersion", 1, TT_ABOUT_MOOD, false},
	[TT_MEASURE_CHANGE] = {"change", 2, TT_ABOUT_MOOD, false},
	[TT_MEASURE_SHOCK] = {"shock", 2, TT_ABOUT_MOOD, false},
	[TT_MEASURE_BUZZ] = {"buzz", 2, TT_ABOUT_MOOD, false},
	[TT_MEASURE_ITEMS] = {"items", 1, TT_ABOUT_MOOD, false},
	[TT_MEASURE_NEGATIVE] = {"negative", 1, TT_ABOUT_MOOD, false},
	[TT_MEASURE_SCORE] = {"score", 0, TT_ABOUT_ITEM, false},
	[TT_MEASURE_RELEVANCE] = {"relevance", 0, TT_ABOUT_ITEM, false},
	[TT_MEASURE_NOVELTY] = {"novelty", 0, TT_ABOUT_ITEM, false},
	[TT_MEASURE_QUIET] = {"quiet", 0, TT_ABOUT_FEED, true},
	[TT_MEASURE_FAILING] = {"failing", 0, TT_ABOUT_FEED, true},
	[TT_MEASURE_LAG] = {"lag", 0, TT_ABOUT_TOPIC, false},
	[TT_MEASURE_BEHIND] = {"behind", 0, TT_ABOUT_TOPIC, true},
	[TT_MEASURE_OVERDUE] = {"overdue", 0, TT_ABOUT_POLLING, true},
};

const char *tt_about_text(enum tt_about about)
{
	switch (about) {
	case TT_ABOUT_ITEM:
		return "an item";
	case TT_ABOUT_FEED:
		return "a feed";
	case TT_ABOUT_TOPIC:
		return "a topic";
	case TT_ABOUT_POLLING:
		return "polling";
	default:
		return "a subject";
	}
}
