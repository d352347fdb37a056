/* cmd_train.c - `tickertone train`: its options, and the way to the program that trains. The trainer and
 * OpenBLAS are in tickertone-train, beside this program, so that the service has neither. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/score/score_opts.h"
#include "app/train/train_opts.h"
#include "common/datadir.h"

static int run(const void *options, int argc, char **argv, struct tt_err *err)
{
	char dir[PATH_MAX], path[PATH_MAX + 32];
	(void)options;
	(void)argc;
	(void)argv;
	int rc = tt_program_dir(dir, err);
	if (rc < 0)
		return rc;
	snprintf(path, sizeof(path), "%s/tickertone-train", dir);
	fflush(NULL);
	execv(path, tt_cli_argv());
	return tt_err_set(err, errno == ENOENT ? TT_ENOENT : TT_EIO, "'%s': %s", path, strerror(errno));
}

#define REAL(name, field, doc, lo, hi)                                                                       \
	{                                                                                                    \
		name, 0, TT_CLI_REAL, offsetof(struct tt_train_opts, field), "X", doc, lo, hi, NULL          \
	}
#define WHOLE(name, field, doc, lo, hi)                                                                      \
	{                                                                                                    \
		name, 0, TT_CLI_INT, offsetof(struct tt_train_opts, field), "N", doc, lo, hi, NULL           \
	}

static const struct tt_cli_opt opts[] = {
	{"out", 'o', TT_CLI_FILE, offsetof(struct tt_train_opts, out), "DIR",
		"Folder of the new model; made when it is not there.", 0, 0, NULL},
	{"model", 'm', TT_CLI_FILE, offsetof(struct tt_train_opts, model), "DIR",
		"BERT to begin with; default: $TICKERTONE_MODEL, else the built-in model.", 0, 0, NULL},
	{"valid", 'v', TT_CLI_FILE, offsetof(struct tt_train_opts, valid), "FILE,...",
		"Labelled files that choose the epoch whose weights are kept; without them it is the last.",
		0, 0, NULL},
	TT_OPT_FORMAT(struct tt_train_opts),
	{"from-db", 0, TT_CLI_FLAG, offsetof(struct tt_train_opts, from_db), NULL,
		"Learn, beside files, from what people said of items (see 'feedback').", 0, 0, NULL},
	TT_ALERT_OPT_DATABASE,
	WHOLE("epochs", epochs, "How often every row is read; default 4.", 1, 100000),
	WHOLE("batch", batch, "Texts of a forward pass; default 32.", 1, 65536),
	WHOLE("accumulate", accumulate, "Passes whose gradients make one step; default 1.", 1, 65536),
	REAL("rate", rate, "Learning rate at its highest; default 6e-5.", 0, 1),
	REAL("warm-up", warm_up,
		"Share of the steps in which the rate rises; it then falls to 0; default 0.1.", 0, 1),
	REAL("layer-decay", layer_decay, "A layer learns at X times the rate of the one above; default 1.", 0,
		1),
	REAL("weight-decay", weight_decay, "AdamW's, of matrices; default 0.01.", 0, 10),
	REAL("dropout", dropout, "Share of numbers that dropout takes; default 0.1.", 0, 0.99),
	REAL("smoothing", smoothing, "Share of a label that is spread over all; default 0.", 0, 1),
	REAL("clip", clip, "Norm that a gradient is brought down to; 0: never; default 1.", 0, 1e6),
	REAL("item", item, "Weight of the texts' loss; default 1.", 0, 1e6),
	REAL("entity", entity, "Weight of the entities' loss; default 1.", 0, 1e6),
	{"class-weights", 0, TT_CLI_STR, offsetof(struct tt_train_opts, class_weights), "W",
		"none, balanced, or N,N,N: weights of negative, neutral and positive; default none.", 0, 0,
		NULL},
	REAL("average", average,
		"Weights kept are the mean over this last share of the steps; default 0: none.", 0, 1),
	WHOLE("patience", patience, "Stop after N epochs that were not better; default 0: never.", 0, 100000),
	WHOLE("freeze-layers", freeze_layers, "So many layers, from the bottom, stay as they are.", 0, 256),
	{"freeze-embeddings", 0, TT_CLI_FLAG, offsetof(struct tt_train_opts, freeze_embeddings), NULL,
		"Embeddings stay as they are.", 0, 0, NULL},
	{"teacher", 0, TT_CLI_FILE, offsetof(struct tt_train_opts, teachers), "DIR,...",
		"Models whose mean answers are learnt beside the labels (distillation); rows need no label "
		"then.",
		0, 0, NULL},
	WHOLE("layers", layers,
		"Begin a smaller model: N layers, each the last of a group of equal size; 0: all.", 0, 256),
	{"exits", 0, TT_CLI_STR, offsetof(struct tt_train_opts, exits), "N,...",
		"Heads stand behind these layers, too: texts that one is sure of are not read further.", 0, 0,
		NULL},
	REAL("exit-weight", exit_weight, "Weight of each such head's loss beside the top's; default 0.3.", 0,
		100),
	REAL("exit-confidence", exit_confidence,
		"Probability that is sure, written into config.json; default 0: nothing is.", 0, 1),
	{"exits-only", 0, TT_CLI_FLAG, offsetof(struct tt_train_opts, exits_only), NULL,
		"Only the heads behind inner layers learn.", 0, 0, NULL},
	{"objective", 0, TT_CLI_ENUM, offsetof(struct tt_train_opts, objective), "O",
		"labels; or words: words of texts without labels are hidden, and learnt (continued "
		"pre-training); default labels.",
		0, 0, "labels|words"},
	{"augment", 0, TT_CLI_STR, offsetof(struct tt_train_opts, augment), "KIND,...",
		"Say texts differently in each epoch: some of entity,number,synonym,noise (see 'data "
		"augment').",
		0, 0, NULL},
	REAL("augment-share", augment_share, "Share of the texts that each kind changes; default 0.5.", 0, 1),
	REAL("join", join,
		"Share of the texts with entities that are read together with another one in each epoch: "
		"\"A soars\" and \"B sinks\" as \"A soars while B sinks\"; default 0.",
		0, 1),
	REAL("soft-share", soft_share, "Share of the teachers' answers where there is a label; default 0.5.",
		0, 1),
	REAL("consistency", consistency,
		"Read each text twice, with other dropout, and let the answers agree, which weighs X; "
		"default 0: "
		"once.",
		0, 100),
	WHOLE("max-tokens", max_tokens, "Read at most N tokens of a text; default 128.", 3, 1 << 20),
	{"dtype", 0, TT_CLI_ENUM, offsetof(struct tt_train_opts, dtype), "T",
		"Form of the weights written; default fp16.", 0, 0, "fp32|fp16|bf16"},
	WHOLE("seed", seed, "Of the order, of dropout and of new heads; default 1.", 0, (double)(1LL << 53)),
	TT_OPT_THREADS(struct tt_train_opts),
	WHOLE("checkpoint-steps", checkpoint_steps,
		"Steps between checkpoints, beside those at an epoch's end; default 200; 0: none.", 0,
		1 << 30),
	{"plot", 0, TT_CLI_FILE, offsetof(struct tt_train_opts, plot), "FILE",
		"Draw losses and figures over the steps, as SVG; also when it was interrupted.", 0, 0, NULL},
	{"resume", 'r', TT_CLI_FLAG, offsetof(struct tt_train_opts, resume), NULL,
		"Go on from the last checkpoint in --out, when there is one.", 0, 0, NULL},
	{"quiet", 'q', TT_CLI_FLAG, offsetof(struct tt_train_opts, quiet), NULL, "No progress line.", 0, 0,
		NULL},
	{0},
};

const struct tt_cmd tt_cmd_train = {
	.name = "train",
	.args = "[FILE...]",
	.summary = "Fine-tune a model with labelled texts",
	.details =
		"Reads the files that `tickertone score` reads, teaches both heads of a BERT, and writes a "
		"model "
		"folder: config.json, model.safetensors (Hugging Face's form), the tokenizer's files, "
		"train.json "
		"(what it was made from) and log.tsv. Labels of texts teach the item head, labels of "
		"entities "
		"with offsets the entity head; a text without label counts as what its entities agree on.\n\n"
		"The same files, options and seed give the same bytes, on any number of threads of one kind "
		"of "
		"processor. A training that was interrupted goes on with --resume and ends with the same "
		"bytes, "
		"too.\n\n"
		"    tickertone train train.tsv entities.jsonl --valid dev.jsonl --out my-model\n"
		"    tickertone score --model my-model headlines.txt\n",
	.group = TT_GROUP_TRAIN,
	.opts = opts,
	.defaults = &(const struct tt_train_opts){.epochs = 4,
		.batch = 32,
		.accumulate = 1,
		.rate = 6e-5,
		.warm_up = 0.1,
		.layer_decay = 1,
		.weight_decay = 0.01,
		.dropout = 0.1,
		.clip = 1,
		.item = 1,
		.entity = 1,
		.soft_share = 0.5,
		.exit_weight = 0.3,
		.augment_share = 0.5,
		.max_tokens = 128,
		.dtype = TT_F16,
		.seed = 1,
		.checkpoint_steps = 200},
	.opts_size = sizeof(struct tt_train_opts),
	.min_args = 0,
	.max_args = TT_TRAIN_FILES_MAX,
	.run = run,
};
