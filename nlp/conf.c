/* conf.c - the configuration section `model` (struct tt_nlp_conf of scorer.h). */
#include <stddef.h>

#include "nlp/load.h"
#include "nlp/scorer.h"

/* clang-format off */
#define OPT(name, type, def, lo, hi, unit, flags, doc, choices) \
	{#name, type, offsetof(struct tt_nlp_conf, name), def, lo, hi, unit, flags, doc, choices}
const struct tt_opt tt_nlp_opts[] = {
	OPT(model, TT_OPT_PATH, NULL, 0, 0, "", TT_OPT_RELOAD,
		"Folder of the model in Hugging Face form: config.json, vocab.txt, tokenizer_config.json (optional), "
		"model.safetensors or pytorch_model.bin. Without it $TICKERTONE_MODEL, else minilm-finance, which comes with tickertone.", NULL),
	OPT(follow, TT_OPT_ENUM, "promoted", 0, 0, "", 0,
		"Which model scores. promoted: the one that `tickertone model promote` named, if any, also after a restart; model is for as long as "
		"there is none. configured: always model, whatever is promoted (docs/MODELS.md).", "promoted|configured"),
	OPT(entities, TT_OPT_PATH, NULL, 0, 0, "", TT_OPT_RELOAD,
		"Dictionary of the companies and instruments to look for, TSV. Without it $TICKERTONE_ENTITIES, else the one that comes with tickertone.",
		NULL),
	OPT(scores, TT_OPT_ENUM, "model", 0, 0, "", 0,
		"Where scores come from. constant is for measuring what is around the model: items and companies are found "
		"and stored as ever, and all of them are neutral.", "model|constant"),
	OPT(precision, TT_OPT_ENUM, "auto", 0, 0, "", 0,
		"Arithmetic of the encoder. auto is the fastest that this processor has instructions for and that agrees with "
		"fp32 on a few headlines, tried when a model is opened; what was chosen and why is logged (docs/SPEED.md).",
		TT_PRECISION_CHOICES),
	OPT(exit_confidence, TT_OPT_REAL, "0", 0, 1, "", 0,
		"A text of which a model's classifiers behind an inner layer are so sure (probability of a label, for the text and "
		"for each company in it) is not read through the other layers. 0: what the model itself says; 1: all layers are "
		"read, as they are by a model without such classifiers (docs/SCORING.md).", NULL),
	OPT(text, TT_OPT_ENUM, "title_summary", 0, 0, "", TT_OPT_RELOAD,
		"What of an item is scored. full is title, and content or, without one, summary.",
		"title|title_summary|full"),
	OPT(threads, TT_OPT_INT, "0", 0, 1024, "threads", 0,
		"Threads that compute; 0 is one per core (not per hyper-thread) that the process may use.", NULL),
	OPT(cache_texts, TT_OPT_INT, "20000", 0, 10000000, "texts", TT_OPT_RELOAD,
		"The same text is scored once: the scores of so many texts are kept, 136 bytes each, those that were not met "
		"for longest make room. 0: every text is read.", NULL),
	OPT(batch_tokens, TT_OPT_INT, "512", 16, 65536, "tokens", TT_OPT_RELOAD,
		"Tokens of one forward pass, raised to the model's longest window. More costs memory (for minilm-finance 9.5 KB a "
		"token and thread) and gains next to nothing.", NULL),
	OPT(item_tokens, TT_OPT_INT, "2048", 16, 1048576, "tokens", TT_OPT_RELOAD,
		"An item's text is read up to so many tokens, in windows of the model's length; what is cut is counted.", NULL),
	{0},
};
/* clang-format on */
