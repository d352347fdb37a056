/* test_torch_pickle.c - what is read of a good pickle, and how all else is refused: other globals, other
 * opcodes, damage, numbers that cannot be. Nothing that a pickle asks for is run. */
#include "tests/tt_test.h"

#include "nlp/model/torch_pickle.h"
#include "nlp/model/torch_state.h"

#define P2         "\x80\2"
#define TEXT(n, s) "X" n "\0\0\0" s
#define STORAGE    "(" TEXT("\7", "storage") "ctorch\nFloatStorage\n" TEXT("\1", "0") TEXT("\3", "cpu") "K\6tQ"
#define TENSOR(at, shape, strides)                                                                           \
	"ctorch._utils\n_rebuild_tensor_v2\n(" STORAGE at shape strides "\x89"                               \
	"ccollections\nOrderedDict\n)RtR"
#define GOOD      TENSOR("K\0", "K\2K\3\x86", "K\3K\1\x86")
#define STATE(of) P2 "}" TEXT("\1", "w") of "s."
#define ROW(pickle, want)                                                                                    \
	{                                                                                                    \
		{"" pickle, sizeof(pickle) - 1}, want                                                        \
	}

static struct tt_torch_tensor *tensors; /* in the memory of the last parse */

/* The pickle alone, without storages. */
static int read_pickle(struct tt_tensors *set, struct tt_err *err)
{
	struct tt_str rest = set->bytes;
	int rc = tt_torch_state_tensors(&tensors, &set->n, &rest, set, err);
	if (rc < 0)
		return rc;
	set->tensors = tt_arena_zalloc(&set->memory, set->n + 1, sizeof(*set->tensors));
	for (size_t i = 0; i < set->n; i++)
		set->tensors[i] = tensors[i].tensor;
	return rest.n ? tt_err_set(err, TT_EPARSE, "%zu bytes left", rest.n) : TT_OK;
}

static void refused(long row, struct tt_str pickle, const char *want)
{
	struct tt_tensors *set = NULL;
	struct tt_err err = {0};
	char *bytes = malloc(pickle.n + 1); /* of its own, so that a sanitizer sees its end */
	memcpy(bytes, pickle.p, pickle.n);
	TT_EQ_ROW(row, tt_tensors_parse(&set, read_pickle, (struct tt_str){bytes, pickle.n}, "m", &err),
		TT_EPARSE);
	TT_STR_EQ_ROW(row, tt_str_c(err.msg), tt_str_c(want));
	free(bytes);
}

TT_TEST(good)
{
	static const struct tt_str pickles[] = {
		{STATE(GOOD), sizeof(STATE(GOOD)) - 1},
	/* a Parameter in an OrderedDict with attributes, by protocol 4 and its memo */
#define FOUR                                                                                                 \
	"\x80\4\x95\0\0\0\0\0\0\0\0\x8c\13collections\x94\x8c\13OrderedDict\x94\x93\x94)R("                  \
	"\x8c\1w\x94"                                                                                        \
	"ctorch._utils\n_rebuild_parameter\n" GOOD "\x88h\2)R\x87R"                                          \
	"u}\x8c\1a\x8a\1\xffs"                                                                               \
	"b."
		{FOUR, sizeof(FOUR) - 1},
	};
	for (size_t i = 0; i < TT_LEN(pickles); i++) {
		struct tt_tensors *set;
		struct tt_err err = {0};
		if (tt_tensors_parse(&set, read_pickle, pickles[i], "m", &err) < 0)
			fail_msg("%s", err.msg);
		TT_EQ_ROW((long)i, set->n, 1);
		const struct tt_torch_tensor *t = tensors;
		TT_STR_EQ_ROW((long)i, tt_str_c(t->tensor.name), TT_STR("w"));
		TT_STR_EQ_ROW((long)i, tt_str_c(t->tensor.dtype_name), TT_STR("F32"));
		TT_STR_EQ_ROW((long)i, t->storage, TT_STR("0"));
		TT_EQ(t->tensor.n_dims, 2);
		TT_EQ(t->tensor.dims[1], 3);
		TT_EQ(t->tensor.count, 6);
		TT_EQ(t->storage_count, 6);
		TT_EQ(t->element_bytes, 4);
		tt_tensors_free(set);
	}
}

TT_TEST(nothing_else_is_run)
{
	static const struct {
		struct tt_str pickle;
		const char *want;
	} rows[] = {
#define GLOBAL(at, name)                                                                                     \
	"'m': pickle, byte " at ": global '" name "' is none that tensors need: nothing else is read or run"
		ROW(P2 "cposix\nsystem\n" TEXT("\2", "id") "\x85R.", GLOBAL("2", "posix.system")),
		ROW(P2 "}cbuiltins\neval\n", GLOBAL("3", "builtins.eval")),
		ROW("\x80\4\x8c\2os\x8c\6system\x93", GLOBAL("14", "os.system")),
		ROW(P2 "ctorch.storage\n_load_from_bytes\n", GLOBAL("2", "torch.storage._load_from_bytes")),
		ROW(P2 "ctorch\nComplexFloatStorage\n", GLOBAL("2", "torch.ComplexFloatStorage")),
		ROW(P2 "ccollections.OrderedDict\n\n", GLOBAL("2", "collections.OrderedDict.")),
		ROW(P2 "c\xff\n\n", "'m': pickle, byte 2: global whose name is not UTF-8"),
		ROW(P2 "NN\x93", "'m': pickle, byte 4: a global that is not named by texts"),
#define OPCODE(code) "'m': pickle, byte 2: opcode 0x" code " is none that tensors need"
		ROW(P2 "iposix\nsystem\n", OPCODE("69")), /* INST */
		ROW(P2 "o", OPCODE("6f")),                /* OBJ */
		ROW(P2 "\x81", OPCODE("81")),             /* NEWOBJ */
		ROW(P2 "\x92", OPCODE("92")),             /* NEWOBJ_EX */
		ROW(P2 "\x82\1", OPCODE("82")),           /* EXT1 */
		ROW(P2 "P0\n", OPCODE("50")),             /* PERSID */
		ROW(P2 "I1\n", OPCODE("49")),             /* INT */
		ROW(P2 "\x97", OPCODE("97")),             /* NEXT_BUFFER */
		ROW(P2 "\x80\2.", OPCODE("80")),          /* a second PROTO */
	};
	for (size_t i = 0; i < TT_LEN(rows); i++)
		refused((long)i, rows[i].pickle, rows[i].want);
}

TT_TEST(damaged)
{
	static const struct {
		struct tt_str pickle;
		const char *want;
	} rows[] = {
#define AT(n, what) "'m': pickle, byte " n ": " what
		ROW("", AT("0", "goes on behind byte 0, the last: cut, damaged, or too long")),
		ROW("}.", AT("0", "not a pickle")),
		ROW("\x80\1.", AT("0", "protocol 1, but 2 to 5 are read")),
		ROW("\x80\6.", AT("0", "protocol 6, but 2 to 5 are read")),
		ROW(P2 "}", AT("3", "goes on behind byte 3, the last: cut, damaged, or too long")),
		ROW(P2 "X\xff\xff\xff\xff",
			AT("2", "goes on behind byte 7, the last: cut, damaged, or too long")),
		ROW(P2 "ctorch\nFloat", AT("2", "a line without an end")),
		ROW(P2 TEXT("\2", "\xc3("), AT("2", "a text that is not UTF-8, or has a NUL")),
		ROW(P2 TEXT("\2", "a\0"), AT("2", "a text that is not UTF-8, or has a NUL")),
		ROW(P2 "\x8a\11"
		       "123456789",
			AT("2", "a number of 9 bytes")),
		ROW(P2 "Nq\1", AT("3", "memo slot 1, but the next is 0")),
		ROW(P2 "Nr\xff\xff\xff\xff", AT("3", "memo slot 4294967295, but the next is 0")),
		ROW(P2 "h\0", AT("2", "memo slot 0 is empty")),
		ROW(P2 ".", AT("2", "nothing on the stack")),
		ROW(P2 "R", AT("2", "nothing on the stack")),
		ROW(P2 "N(R", AT("4", "nothing on the stack")),
		ROW(P2 "N(N\x86", AT("5", "nothing on the stack")),
		ROW(P2 "NNt", AT("4", "no mark on the stack")),
		ROW(P2 "}}.", AT("4", "more than one value at the end")),
#define ITEMS "items, but not in pairs for a dict or one by one for a list"
		ROW(P2 "}(Nu", AT("5", ITEMS)),
		ROW(P2 "](NNu", AT("6", ITEMS)),
		ROW(P2 "NNNs", AT("5", ITEMS)),
		ROW(P2 "}Na", AT("4", ITEMS)),
		ROW(P2 "(NNu", AT("5", ITEMS)),
		ROW(P2 ")Nb", AT("4", "attributes of what is not a dict")),
		ROW(P2 "NQ", AT("3", "a persistent id that is not a storage's")),
		ROW(P2 "(" TEXT("\7", "storagf") "ctorch\nFloatStorage\n" TEXT("\1", "0")
				TEXT("\3", "cpu") "K\6tQ",
			AT("52", "a persistent id that is not a storage's")),
		ROW(P2 "(" TEXT("\7", "storage") "ctorch\nFloatStorage\n" TEXT("\1", "0")
				TEXT("\3", "cpu") "J\xff\xff\xff\xfftQ",
			AT("55", "a persistent id that is not a storage's")),
		ROW(P2 "(" TEXT("\7", "storage") "ccollections\nOrderedDict\n" TEXT("\1", "0")
				TEXT("\3", "cpu") "K\6tQ",
			AT("57", "a persistent id that is not a storage's")),
		ROW(P2 "N)R", AT("4", "a call of what cannot be called")),
		ROW(P2 "ctorch\nFloatStorage\n)R", AT("23", "a call of what cannot be called")),
		ROW(P2 "ccollections\nOrderedDict\nN\x85R",
			AT("29", "arguments that are not those of 'collections.OrderedDict'")),
		ROW(P2 "ctorch._utils\n_rebuild_tensor_v2\n)R",
			AT("36", "arguments that are not those of 'torch._utils._rebuild_tensor_v2'")),
		ROW(P2 "ctorch._utils\n_rebuild_parameter\nN\x89}\x87R",
			AT("39", "arguments that are not those of 'torch._utils._rebuild_parameter'")),
		ROW(P2 "N.", "'m': not a dict of tensors"),
		ROW(P2 "].", "'m': not a dict of tensors"),
		ROW(P2 "}.x", "1 bytes left"),
		ROW(STATE("}"),
			"'m': 'w' is not a tensor: a state dict is read, but no checkpoint around it"),
		ROW(P2 "}K\1" GOOD "s.", "'m': a dict whose keys are not texts"),
		ROW(P2 "}(" TEXT("\1", "w") GOOD TEXT("\1", "v") GOOD TEXT("\1", "w") GOOD "u.",
			"'m': tensor 'w': is there twice"),
	};
	for (size_t i = 0; i < TT_LEN(rows); i++)
		refused((long)i, rows[i].pickle, rows[i].want);
}

TT_TEST(tensors_that_cannot_be)
{
#define BIG "J\xff\xff\xff\x7f"
	static const struct {
		struct tt_str pickle;
		const char *want;
	} rows[] = {
#define W(what) "'m': tensor 'w': " what
		ROW(STATE(TENSOR("K\0", "K\2K\3\x86", "K\1K\2\x86")),
			W("not contiguous: dimension 1 has a stride other than 1")),
		ROW(STATE(TENSOR("K\0", "K\2K\2\x86", "K\3K\1\x86")),
			W("not contiguous: dimension 0 has a stride other than 2")),
		ROW(STATE(TENSOR("K\0", "K\2\x85", "N\x85")),
			W("not contiguous: dimension 0 has a stride other than 1")),
		ROW(STATE(TENSOR("K\0", "K\2\x85", "K\1K\1\x86")),
			W("1 dimensions and 2 strides, at most 8 are read")),
		ROW(STATE(TENSOR("K\0", "(K\1K\1K\1K\1K\1K\1K\1K\1K\1t", "(K\1K\1K\1K\1K\1K\1K\1K\1K\1t")),
			W("9 dimensions and 9 strides, at most 8 are read")),
		ROW(STATE(TENSOR("K\0", "J\xff\xff\xff\xff\x85", "K\1\x85")),
			W("shape: dimension 0 is not a count")),
		ROW(STATE(TENSOR("K\0", "N\x85", "K\1\x85")), W("shape: dimension 0 is not a count")),
		ROW(STATE(TENSOR("K\0", BIG BIG BIG "\x87", "K\1K\1K\1\x87")),
			W("shape: more elements than can be counted")),
		ROW(STATE(TENSOR("K\0", "K\7\x85", "K\1\x85")), W("7 elements from 0 on, of a storage of 6")),
		ROW(STATE(TENSOR("K\4", "K\3\x85", "K\1\x85")), W("3 elements from 4 on, of a storage of 6")),
		ROW(STATE(TENSOR("J\xff\xff\xff\xff", "K\1\x85", "K\1\x85")),
			W("1 elements from 18446744073709551615 on, of a storage of 6")),
	};
	for (size_t i = 0; i < TT_LEN(rows); i++)
		refused((long)i, rows[i].pickle, rows[i].want);
}

/* Sizes that a table cannot hold. */
TT_TEST(bounds)
{
	static char many[TT_PICKLE_MAX + 2] = P2;
	memset(many + 2, 'N', sizeof(many) - 2);
	refused(0, (struct tt_str){many, sizeof(many)}, AT("16386", "more than 16384 values on the stack"));
	many[2] = '}'; /* and attributes without end */
	for (size_t i = 3; i + 1 < sizeof(many); i += 2)
		many[i] = 'N', many[i + 1] = 'b';
	refused(1, (struct tt_str){many, sizeof(many)},
		AT("4194304", "goes on behind byte 4194304, the last: cut, damaged, or too long"));
	memcpy(many + 2, "X\1\1\0\0", 5);
	refused(2, (struct tt_str){many, 300}, AT("2", "a text of 257 bytes, at most 256 are read"));
}

TT_MAIN(TT_RUN(good), TT_RUN(nothing_else_is_run), TT_RUN(damaged), TT_RUN(tensors_that_cannot_be),
	TT_RUN(bounds))
