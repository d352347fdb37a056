/* torch_pickle.c - see torch_pickle.h. A stack machine: one function an opcode, or few of them. */
#include "nlp/model/torch_pickle.h"

#include <string.h>

#include "common/utf8.h"

enum {
	STACK_MAX = 1 << 14,  /* values; a pickler writes items by the thousand */
	MEMORY_MAX = 1 << 30, /* bytes; no pickle of the length that is read needs as much */
};

static const struct global {
	const char *module, *name;
	enum { NEW_DICT, NEW_TENSOR, NEW_PARAMETER, IS_STORAGE } what;
	const char *dtype; /* of IS_STORAGE, in safetensors' words */
} globals[] = {
	{"collections", "OrderedDict", NEW_DICT, NULL},
	{"torch._utils", "_rebuild_tensor_v2", NEW_TENSOR, NULL},
	{"torch._utils", "_rebuild_parameter", NEW_PARAMETER, NULL},
	{"torch", "FloatStorage", IS_STORAGE, "F32"},
	{"torch", "HalfStorage", IS_STORAGE, "F16"},
	{"torch", "BFloat16Storage", IS_STORAGE, "BF16"},
	{"torch", "DoubleStorage", IS_STORAGE, "F64"},
	{"torch", "LongStorage", IS_STORAGE, "I64"},
	{"torch", "IntStorage", IS_STORAGE, "I32"},
	{"torch", "ShortStorage", IS_STORAGE, "I16"},
	{"torch", "CharStorage", IS_STORAGE, "I8"},
	{"torch", "ByteStorage", IS_STORAGE, "U8"},
	{"torch", "BoolStorage", IS_STORAGE, "BOOL"},
};

#define REFUSE(m, ...)                                                                                       \
	((m)->rc < 0 ? (m)->rc                                                                               \
		     : ((m)->rc = tt_err_prefix((m)->err, tt_err_set((m)->err, TT_EPARSE, __VA_ARGS__),      \
				"'%s': pickle, byte %zu", (m)->set->file, (m)->opcode_at)))

/* ---- memory ---- */

#define ADD(m, array, n, v)                                                                                  \
	do {                                                                                                 \
		void *p = tt_arena_grow(&(m)->memory, (m)->array, (m)->n, sizeof(*(m)->array));              \
		if (p)                                                                                       \
			(m)->array = p, (m)->array[(m)->n++] = (v);                                          \
		else if ((m)->rc == TT_OK)                                                                   \
			(m)->rc = tt_tensors_out_of_memory((m)->set, (m)->err);                              \
	} while (0)

static void push(struct tt_pickle *m, struct tt_pickle_value v)
{
	if (m->n_stack < STACK_MAX)
		m->stack[m->n_stack++] = v;
	else
		REFUSE(m, "more than %d values on the stack", STACK_MAX);
}

static void push_at(struct tt_pickle *m, enum tt_pickle_kind kind, uint32_t n, size_t at)
{
	push(m, (struct tt_pickle_value){.kind = (uint8_t)kind, .n = n, .at = at});
}

static struct tt_pickle_value pop(struct tt_pickle *m)
{
	if (m->n_stack && m->stack[m->n_stack - 1].kind != TT_PICKLE_MARK)
		return m->stack[--m->n_stack];
	REFUSE(m, "nothing on the stack");
	return (struct tt_pickle_value){.kind = TT_PICKLE_NONE};
}

/* Index of the topmost n values, of which none is a mark. */
static size_t top(struct tt_pickle *m, size_t n)
{
	for (size_t i = 1; i <= n; i++)
		if (i > m->n_stack || m->stack[m->n_stack - i].kind == TT_PICKLE_MARK) {
			REFUSE(m, "nothing on the stack");
			return m->n_stack;
		}
	return m->n_stack - n;
}

/* Index of the first value above the topmost mark. */
static size_t mark(struct tt_pickle *m)
{
	for (size_t i = m->n_stack; i > 0; i--)
		if (m->stack[i - 1].kind == TT_PICKLE_MARK)
			return i;
	REFUSE(m, "no mark on the stack");
	return m->n_stack;
}

/* n bytes of the pickle; NULL when it is cut there. */
static const char *bytes(struct tt_pickle *m, uint64_t n)
{
	if (n > m->bytes.n - m->at) {
		REFUSE(m, "goes on behind byte %zu, the last: cut, damaged, or too long", m->bytes.n);
		return NULL;
	}
	m->at += (size_t)n;
	return m->bytes.p + m->at - n;
}

/* A little-endian number of n bytes. */
static uint64_t number(struct tt_pickle *m, size_t n)
{
	const char *p = bytes(m, n);
	return p ? tt_little_endian(p, n) : 0;
}

/* ---- opcodes ---- */

static void push_int(struct tt_pickle *m, size_t n)
{
	const uint64_t v = number(m, n);
	push(m, (struct tt_pickle_value){.kind = TT_PICKLE_INT, .number = (int64_t)v});
}

/* Two's complement of n bytes. */
static void push_signed(struct tt_pickle *m, size_t n)
{
	if (n > 8) {
		REFUSE(m, "a number of %zu bytes", n);
		return;
	}
	const unsigned unused = 64 - 8 * (unsigned)n;
	const uint64_t v = n ? number(m, n) << unused : 0;
	push(m, (struct tt_pickle_value){.kind = TT_PICKLE_INT, .number = n ? (int64_t)v >> unused : 0});
}

static void push_text(struct tt_pickle *m, size_t n)
{
	const char *p = bytes(m, n);
	if (!p)
		return;
	if (n > TT_PICKLE_TEXT_MAX)
		REFUSE(m, "a text of %zu bytes, at most %d are read", n, TT_PICKLE_TEXT_MAX);
	else if (!tt_utf8_valid((struct tt_str){p, n}) || memchr(p, '\0', n))
		REFUSE(m, "a text that is not UTF-8, or has a NUL");
	push(m, (struct tt_pickle_value){.kind = TT_PICKLE_TEXT, .n = (uint32_t)n, .text = p});
}

static void push_global(struct tt_pickle *m, struct tt_str module, struct tt_str name)
{
	for (size_t i = 0; i < TT_LEN(globals); i++)
		if (tt_str_eq(module, tt_str_c(globals[i].module)) &&
			tt_str_eq(name, tt_str_c(globals[i].name))) {
			push_at(m, TT_PICKLE_GLOBAL, 0, i);
			return;
		}
	if (!tt_utf8_valid(module) || !tt_utf8_valid(name))
		REFUSE(m, "global whose name is not UTF-8");
	else
		REFUSE(m, "global '%.*s.%.*s' is none that tensors need: nothing else is read or run",
			(int)(module.n < 100 ? module.n : 100), module.p, (int)(name.n < 100 ? name.n : 100),
			name.p);
}

static struct tt_str line(struct tt_pickle *m)
{
	const char *p = m->bytes.p + m->at, *end = memchr(p, '\n', m->bytes.n - m->at);
	if (!end) {
		REFUSE(m, "a line without an end");
		return TT_STR("");
	}
	m->at += (size_t)(end - p) + 1;
	return (struct tt_str){p, (size_t)(end - p)};
}

static void stack_global(struct tt_pickle *m)
{
	const struct tt_pickle_value name = pop(m), module = pop(m);
	if (name.kind != TT_PICKLE_TEXT || module.kind != TT_PICKLE_TEXT)
		REFUSE(m, "a global that is not named by texts");
	else
		push_global(m, tt_pickle_text(module), tt_pickle_text(name));
}

/* The values from `first` on become one, which takes the place of `marks` marks too. */
static void tuple(struct tt_pickle *m, size_t first, size_t marks)
{
	const size_t at = m->n_parts, n = m->n_stack - first;
	for (size_t i = first; m->rc == TT_OK && i < m->n_stack; i++)
		ADD(m, parts, n_parts, m->stack[i]);
	if (m->rc < 0)
		return;
	m->n_stack = first - marks;
	push_at(m, TT_PICKLE_TUPLE, (uint32_t)n, at);
}

/* Puts the values from `first` on into the container below; `marks` of them are between the two. */
static void put(struct tt_pickle *m, enum tt_pickle_kind kind, size_t first, size_t marks)
{
	const size_t step = kind == TT_PICKLE_DICT ? 2 : 1, end = m->n_stack;
	if (m->rc < 0)
		return;
	if (first <= marks || (end - first) % step || m->stack[first - marks - 1].kind != kind) {
		REFUSE(m, "items, but not in pairs for a dict or one by one for a list");
		return;
	}
	m->n_stack = first - marks;
	for (size_t i = first; i < end; i += step)
		ADD(m, items, n_items,
			((struct tt_pickle_item){
				m->stack[m->n_stack - 1].at, m->stack[i], m->stack[i + step - 1]}));
}

static void memo_put(struct tt_pickle *m, uint64_t slot)
{
	const struct tt_pickle_value v = pop(m);
	push(m, v);
	if (slot > m->n_memo)
		REFUSE(m, "memo slot %llu, but the next is %zu", (unsigned long long)slot, m->n_memo);
	else if (slot < m->n_memo)
		m->memo[slot] = v;
	else
		ADD(m, memo, n_memo, v);
}

static void memo_get(struct tt_pickle *m, uint64_t slot)
{
	if (slot >= m->n_memo)
		REFUSE(m, "memo slot %llu is empty", (unsigned long long)slot);
	else
		push(m, m->memo[slot]);
}

/* Whether v is a tuple of these kinds, of which the last (n − required) may be missing. */
static bool is_tuple(
	const struct tt_pickle *m, struct tt_pickle_value v, const uint8_t *kinds, size_t required, size_t n)
{
	bool good = v.kind == TT_PICKLE_TUPLE && v.n >= required && v.n <= n;
	for (size_t i = 0; good && i < v.n; i++)
		good = m->parts[v.at + i].kind == kinds[i];
	return good;
}

/* ('storage', type, key, device, number of elements[, None]) */
static void storage(struct tt_pickle *m)
{
	static const uint8_t kinds[] = {TT_PICKLE_TEXT, TT_PICKLE_GLOBAL, TT_PICKLE_TEXT, TT_PICKLE_TEXT,
		TT_PICKLE_INT, TT_PICKLE_NONE};
	const struct tt_pickle_value v = pop(m);
	if (!is_tuple(m, v, kinds, 5, TT_LEN(kinds)) ||
		!tt_str_eq(tt_pickle_text(m->parts[v.at]), TT_STR("storage")) ||
		globals[m->parts[v.at + 1].at].what != IS_STORAGE || m->parts[v.at + 4].number < 0)
		REFUSE(m, "a persistent id that is not a storage's");
	push_at(m, TT_PICKLE_STORAGE, 0, v.at);
}

/* Calls that make something: global(*arguments). */
static void reduce(struct tt_pickle *m)
{
	/* storage, first, shape, strides, requires_grad, hooks[, metadata] */
	static const uint8_t tensor[] = {TT_PICKLE_STORAGE, TT_PICKLE_INT, TT_PICKLE_TUPLE, TT_PICKLE_TUPLE,
		TT_PICKLE_BOOL, TT_PICKLE_DICT, TT_PICKLE_DICT};
	static const uint8_t parameter[] = {
		TT_PICKLE_TENSOR, TT_PICKLE_BOOL, TT_PICKLE_DICT}; /* data, requires_grad, hooks */
	const struct tt_pickle_value arguments = pop(m), global = pop(m);
	const struct global *g = &globals[global.kind == TT_PICKLE_GLOBAL ? global.at : 0];
	if (global.kind != TT_PICKLE_GLOBAL || g->what == IS_STORAGE)
		REFUSE(m, "a call of what cannot be called");
	else if (g->what == NEW_DICT && is_tuple(m, arguments, tensor, 0, 0))
		push_at(m, TT_PICKLE_DICT, 0, m->owners++);
	else if (g->what == NEW_TENSOR && is_tuple(m, arguments, tensor, 6, TT_LEN(tensor)))
		push_at(m, TT_PICKLE_TENSOR, 0, arguments.at);
	else if (g->what == NEW_PARAMETER && is_tuple(m, arguments, parameter, 3, 3))
		push(m, m->parts[arguments.at]);
	else
		REFUSE(m, "arguments that are not those of '%s.%s'", g->module, g->name);
}

/* Attributes for what is below: a dict's metadata, which nobody needs. */
static void build(struct tt_pickle *m)
{
	pop(m);
	const struct tt_pickle_value owner = pop(m);
	if (owner.kind != TT_PICKLE_DICT)
		REFUSE(m, "attributes of what is not a dict");
	push(m, owner);
}

/* clang-format off */
static void step(struct tt_pickle *m, uint8_t opcode)
{
	struct tt_str module;
	switch (opcode) {
	case '(':  push_at(m, TT_PICKLE_MARK, 0, 0); break;
	case 'N':  push_at(m, TT_PICKLE_NONE, 0, 0); break;
	case 0x88: push_at(m, TT_PICKLE_BOOL, 0, 1); break;                   /* NEWTRUE */
	case 0x89: push_at(m, TT_PICKLE_BOOL, 0, 0); break;                   /* NEWFALSE */
	case ')':  push_at(m, TT_PICKLE_TUPLE, 0, 0); break;                  /* EMPTY_TUPLE */
	case '}':  push_at(m, TT_PICKLE_DICT, 0, m->owners++); break;         /* EMPTY_DICT */
	case ']':  push_at(m, TT_PICKLE_LIST, 0, m->owners++); break;         /* EMPTY_LIST */
	case 'K':  push_int(m, 1); break;                                     /* BININT1 */
	case 'M':  push_int(m, 2); break;                                     /* BININT2 */
	case 'J':  push_signed(m, 4); break;                                  /* BININT */
	case 0x8a: push_signed(m, number(m, 1)); break;                       /* LONG1 */
	case 0x8c: push_text(m, number(m, 1)); break;                         /* SHORT_BINUNICODE */
	case 'X':  push_text(m, number(m, 4)); break;                         /* BINUNICODE */
	case 'c':  module = line(m), push_global(m, module, line(m)); break;  /* GLOBAL */
	case 0x93: stack_global(m); break;                                    /* STACK_GLOBAL */
	case 0x85: tuple(m, top(m, 1), 0); break;                             /* TUPLE1 */
	case 0x86: tuple(m, top(m, 2), 0); break;
	case 0x87: tuple(m, top(m, 3), 0); break;
	case 't':  tuple(m, mark(m), 1); break;
	case 's':  put(m, TT_PICKLE_DICT, top(m, 2), 0); break;               /* SETITEM */
	case 'u':  put(m, TT_PICKLE_DICT, mark(m), 1); break;                 /* SETITEMS */
	case 'a':  put(m, TT_PICKLE_LIST, top(m, 1), 0); break;               /* APPEND */
	case 'e':  put(m, TT_PICKLE_LIST, mark(m), 1); break;                 /* APPENDS */
	case 'q':  memo_put(m, number(m, 1)); break;                          /* BINPUT */
	case 'r':  memo_put(m, number(m, 4)); break;                          /* LONG_BINPUT */
	case 0x94: memo_put(m, m->n_memo); break;                             /* MEMOIZE */
	case 'h':  memo_get(m, number(m, 1)); break;                          /* BINGET */
	case 'j':  memo_get(m, number(m, 4)); break;                          /* LONG_BINGET */
	case 'Q':  storage(m); break;                                         /* BINPERSID */
	case 'R':  reduce(m); break;
	case 'b':  build(m); break;
	case 0x95: number(m, 8); break;                                       /* FRAME: for readers of streams */
	default:   REFUSE(m, "opcode 0x%02x is none that tensors need", opcode);
	}
}
/* clang-format on */

int tt_pickle_run(struct tt_pickle *m, struct tt_str *rest)
{
	m->bytes = (struct tt_str){rest->p, rest->n < TT_PICKLE_MAX ? rest->n : TT_PICKLE_MAX};
	tt_arena_init(&m->memory, MEMORY_MAX);
	m->stack = tt_arena_alloc(&m->memory, STACK_MAX * sizeof(*m->stack));
	if (!m->stack)
		return m->rc = tt_tensors_out_of_memory(m->set, m->err);
	const uint8_t proto = (uint8_t)number(m, 1), version = (uint8_t)number(m, 1);
	if (proto != 0x80)
		REFUSE(m, "not a pickle");
	else if (version < 2 || version > 5)
		REFUSE(m, "protocol %d, but 2 to 5 are read", version);
	while (m->rc == TT_OK) {
		m->opcode_at = m->at;
		const uint8_t opcode = (uint8_t)number(m, 1);
		if (opcode == '.' && m->rc == TT_OK)
			break;
		step(m, opcode);
	}
	m->result = pop(m);
	if (m->n_stack)
		REFUSE(m, "more than one value at the end");
	*rest = (struct tt_str){rest->p + m->at, rest->n - m->at};
	return m->rc;
}

void tt_pickle_done(struct tt_pickle *m)
{
	tt_arena_done(&m->memory);
}

const char *tt_pickle_dtype(struct tt_pickle_value storage_type)
{
	return globals[storage_type.at].dtype;
}
