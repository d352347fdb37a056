/* score_opts.h - rows of option tables (app/cli/cli.h) that commands which read texts have in common. Each is
 * of the field of the same name in the command's struct of options, `type`. */
#ifndef TT_APP_SCORE_OPTS_H
#define TT_APP_SCORE_OPTS_H

#include "app/score/rows.h"

#define TT_OPT_MODEL(type)                                                                                   \
	{                                                                                                    \
		"model", 'm', TT_CLI_FILE, offsetof(type, model), "DIR",                                     \
			"Model folder in Hugging Face form; default: $TICKERTONE_MODEL, else the built-in "  \
			"one.",                                                                              \
			0, 0, NULL                                                                           \
	}
#define TT_OPT_THREADS(type)                                                                                 \
	{                                                                                                    \
		"threads", 't', TT_CLI_INT, offsetof(type, threads), "N",                                    \
			"Threads that compute; 0: one per core that the process may use.", 0, 1024, NULL     \
	}
#define TT_OPT_FORMAT(type)                                                                                  \
	{                                                                                                    \
		"format", 'f', TT_CLI_ENUM, offsetof(type, format), "FORM",                                  \
			"Form of the input; auto goes by the file's extension, else by its first line.", 0,  \
			0, TT_ROW_FORMATS                                                                    \
	}
#define TT_OPT_MAX_TOKENS(type)                                                                              \
	{                                                                                                    \
		"max-tokens", 0, TT_CLI_INT, offsetof(type, max_tokens), "N",                                \
			"Read at most N tokens of a text, [CLS] and [SEP] included; 0: all of it, in "       \
			"windows.",                                                                          \
			0, 1 << 30, NULL                                                                     \
	}

#endif
