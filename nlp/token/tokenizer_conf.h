/* tokenizer_conf.h - tokenizer_config.json of a model folder: what of it changes tokens. A file that is not
 * there means the defaults; a value of the wrong type is an error that names file and key. Keys we do not
 * know are other tools'. */
#ifndef TT_NLP_TOKEN_TOKENIZER_CONF_H
#define TT_NLP_TOKEN_TOKENIZER_CONF_H

#include "common/err.h"
#include "common/str.h"

enum { TT_SPECIAL_MAX = 64 }; /* bytes of a special token's name, NUL included */

struct tt_tokenizer_conf {
	bool lower;   /* do_lower_case, default true */
	bool strip;   /* strip_accents, default as lower */
	bool chinese; /* tokenize_chinese_chars, default true */
	char unk[TT_SPECIAL_MAX], cls[TT_SPECIAL_MAX], sep[TT_SPECIAL_MAX];
};

int tt_tokenizer_conf_load(struct tt_tokenizer_conf *ret, const char *path, struct tt_err *err);

#endif
