/* dict.h - the dictionary: which companies, indices, currencies… there are, and how people write them.
 *
 * The file is UTF-8, tab-separated, one entity a line, with a header line and `#` comments:
 *
 *   symbol	name	kind	sector	country	aliases	not
 *   AAPL	Apple Inc.	company	Information Technology	US	^Apple	apple pie|apple juice
 *
 * symbol   key, unique: "AAPL", "BRK.B"; elsewhere than in the US with Yahoo's exchange suffix: "SIE.DE", "7203.T".
 * aliases  separated by `|`, each with an optional mark saying which spelling counts:
 *            (none)  any case
 *            ^       the first letter must be a capital: ^Apple
 *            !       capitals exactly as here, and never in a text all in capitals: !Gap, !SAIL
 *            $       another ticker of the same entity: $GOOG
 * not      separated by `|`: phrases that hold an alias and are not a mention, any case: "price target".
 * An empty field is empty or "-". Fields at the end of a line may be left out after `country`.
 *
 * From symbol and name further patterns are derived (lexicon.h), so legal forms ("Inc.", "plc") need not be listed.
 * Two entities must not share a symbol, a ticker or an alias: that is an error naming both lines. A derived pattern never
 * takes one that is listed, and of two equal derived ones the earlier line's counts.
 *
 * Owner: the dictionary owns everything it hands out. Threads: read-only after loading.
 * Errors: TT_EPARSE "FILE:LINE: what"; TT_EIO, TT_ENOENT for the file; TT_ELIMIT over TT_ENTITY_FILE_MAX; TT_ENOMEM. */
#ifndef TT_NLP_ENTITY_DICT_H
#define TT_NLP_ENTITY_DICT_H

#include "common/buf.h"
#include "common/err.h"
#include "common/str.h"

enum { TT_ENTITY_FILE_MAX = 64 << 20, /* bytes */ TT_ENTITY_ALIAS_MAX = 128 /* bytes of an alias, a name or a phrase */ };

#define TT_ENTITY_KINDS(X) \
	X(COMPANY, "company") \
	X(FUND, "fund") \
	X(INDEX, "index") \
	X(CURRENCY, "currency") \
	X(COMMODITY, "commodity") \
	X(BOND, "bond") \
	X(CRYPTO, "crypto") \
	X(CENTRAL_BANK, "central_bank") \
	X(INSTITUTION, "institution")

enum tt_entity_kind {
#define X(id, name) TT_KIND_##id,
	TT_ENTITY_KINDS(X)
#undef X
	TT_KIND_COUNT
};

const char *tt_entity_kind_name(enum tt_entity_kind kind);
bool tt_entity_kind_parse(struct tt_str name, enum tt_entity_kind *ret);

enum tt_alias_rule { TT_ALIAS_ANY, TT_ALIAS_CAPITAL, TT_ALIAS_EXACT, TT_ALIAS_TICKER };

struct tt_entity_alias {
	struct tt_str text; /* without its mark */
	enum tt_alias_rule rule;
};

struct tt_entity {
	struct tt_str symbol, name;
	struct tt_str sector, country; /* {NULL, 0} when not given */
	enum tt_entity_kind kind;
	const struct tt_entity_alias *aliases; /* as listed */
	size_t n_aliases;
	const struct tt_str *not_phrases;
	size_t n_not_phrases;
	int line; /* of the file */
};

struct tt_entity_dict;

int tt_entity_dict_load(struct tt_entity_dict **ret, const char *path, struct tt_err *err);
/* `name` stands for the file in messages. The text is copied. */
int tt_entity_dict_parse(struct tt_entity_dict **ret, struct tt_str text, const char *name, struct tt_err *err);
void tt_entity_dict_free(struct tt_entity_dict *d); /* NULL is fine */

size_t tt_entity_dict_count(const struct tt_entity_dict *d);
const struct tt_entity *tt_entity_dict_at(const struct tt_entity_dict *d, size_t i); /* in file order */
/* By symbol or `$` ticker, exactly as written in the file; NULL when there is none. */
const struct tt_entity *tt_entity_dict_find(const struct tt_entity_dict *d, struct tt_str symbol);
const char *tt_entity_dict_name(const struct tt_entity_dict *d); /* the file's */

/* The header line, and an entity as a line that parses to the same. Errors: those of the buffer. */
int tt_entity_print_header(struct tt_buf *out);
int tt_entity_print(const struct tt_entity *e, struct tt_buf *out);

#endif
