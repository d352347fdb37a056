/* scored.h - the second noun: an item with its whole-item sentiment and one sentiment per entity mentioned.
 * Plain data, filled by nlp/, read by sink/ and app/. Strings live in the arena of the batch. */
#ifndef TT_COMMON_SCORED_H
#define TT_COMMON_SCORED_H

#include "common/item.h"
#include "common/sketch.h"

enum tt_label { TT_NEGATIVE, TT_NEUTRAL, TT_POSITIVE, TT_LABELS };

const char *tt_label_name(enum tt_label label);                /* "negative", "neutral", "positive" */
bool tt_label_parse(struct tt_str name, enum tt_label *ret); /* any case */

struct tt_sentiment {
	float p[TT_LABELS]; /* probabilities by enum tt_label; sum 1 */
	float score;        /* p[TT_POSITIVE] - p[TT_NEGATIVE], in [-1, 1] */
	enum tt_label label; /* argmax */
};

struct tt_entity_score {
	struct tt_str symbol; /* key of the dictionary: "AAPL" */
	float relevance;      /* 0..1, formula in docs/ARCHITECTURE.md */
	int mentions;         /* how often it is mentioned, >= 1 */
	bool in_title;
	struct tt_str mention; /* the first mention, as the text has it */
	struct tt_sentiment sentiment;
};

/* Where an item stands among those that tell the same (nlp/story/stories.h). */
struct tt_place {
	struct tt_id story;   /* the first item of the story; zero: not placed yet */
	struct tt_id cluster; /* the first item of those that came within a day */
	int repeat;           /* number among these: 0 the first */
};

/* 0.75^repeat: what the k-th repeat is worth. */
float tt_novelty(int repeat);

struct tt_scored {
	struct tt_item item;
	const char *unscored; /* NULL when scored; else why not, a constant: "no text", "language". Never a zero score */
	struct tt_sentiment sentiment;
	struct tt_entity_score *entities; /* by descending relevance, then symbol; each symbol once */
	size_t n_entities;
	int n_tokens;      /* tokens the encoder read, windows summed */
	int64_t scored_ms; /* TT_TIME_NONE before nlp/ */
	const struct tt_sketch *sketch; /* set by nlp/; NULL: no words to be recognised by */
	struct tt_place place;          /* set by app/ before the item is stored */
	struct tt_id published; /* tt_scored_event_id() of what was delivered to the topic of items; zero: nothing yet. Set by sink/kafka */
};

/* Of an item with this text: the same however often it is read, scored or written. */
struct tt_id tt_scored_event_id(const struct tt_scored *s);

#endif
