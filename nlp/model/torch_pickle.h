/* torch_pickle.h - a machine for the pickles that torch.save writes, and nothing else. Nothing is called: a
 * global is a word in a table of the few that mean tensors (torch_pickle.c), others are refused by name, and
 * so are opcodes that tensors do not need. Protocols 2 to 5. Memory is bounded by the pickle's length; there
 * is no recursion.
 *
 * Values are small and immutable but for dicts and lists, which are numbers; what was put into them is
 * written to one list of items. So a value can be copied any number of times, and nothing that a pickle says
 * makes it larger than itself. */
#ifndef TT_NLP_MODEL_TORCH_PICKLE_H
#define TT_NLP_MODEL_TORCH_PICKLE_H

#include "nlp/model/tensors.h"

enum {
	TT_PICKLE_MAX = 4 << 20, /* bytes; BERT-large's has 60 KB */
	TT_PICKLE_TEXT_MAX = 256,
};

enum tt_pickle_kind {
	TT_PICKLE_MARK,
	TT_PICKLE_NONE,
	TT_PICKLE_BOOL,
	TT_PICKLE_INT,
	TT_PICKLE_TEXT,
	TT_PICKLE_GLOBAL,
	TT_PICKLE_TUPLE,
	TT_PICKLE_DICT,
	TT_PICKLE_LIST,
	TT_PICKLE_STORAGE, /* parts: a text, the GLOBAL of its type, TEXT key, TEXT device, INT elements ≥ 0
			    */
	TT_PICKLE_TENSOR,  /* parts: STORAGE, INT first element, TUPLE shape, TUPLE strides, ... */
};

struct tt_pickle_value {
	uint8_t kind;
	uint32_t n; /* of TEXT and TUPLE */
	union {
		int64_t number;   /* INT */
		const char *text; /* in the pickle */
		size_t at; /* BOOL: 0, 1. GLOBAL: which. DICT, LIST: its number. Others: first part, in parts
			    */
	};
};

/* What was put into a DICT or LIST; a LIST's have no key of their own. */
struct tt_pickle_item {
	size_t owner;
	struct tt_pickle_value key, value;
};

struct tt_pickle {
	struct tt_tensors *set; /* for messages */
	struct tt_err *err;
	struct tt_pickle_value result, *parts;
	struct tt_pickle_item *items;
	size_t n_parts, n_items;
	/* of the machine */
	struct tt_arena memory;
	struct tt_str bytes;
	size_t at, opcode_at;
	struct tt_pickle_value *stack, *memo;
	size_t n_stack, n_memo, owners;
	int rc; /* the first error sticks; what goes on before it is looked at is harmless */
};

/* Runs the pickle that *rest begins with; *rest is then what follows it. set and err are set, all else is
 * zero. TT_EPARSE names what it is and its byte in the pickle; TT_ENOMEM. */
int tt_pickle_run(struct tt_pickle *m, struct tt_str *rest);
void tt_pickle_done(struct tt_pickle *m);

const char *tt_pickle_dtype(struct tt_pickle_value storage_type); /* of a GLOBAL; as safetensors calls it */

static inline struct tt_str tt_pickle_text(struct tt_pickle_value v)
{
	return (struct tt_str){v.text, v.n};
}

#endif
