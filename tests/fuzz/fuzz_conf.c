/* fuzz_conf.c - any bytes as a configuration: refused with a message, or loaded so that what is printed loads
 * to the same. */
#include <stdlib.h>

#include "common/conf.h"

struct box {
	bool flag;
	int64_t whole, wait_ms, bytes;
	double real;
	char *text, *path, *secret;
	int mode;
	struct tt_conf_strs words;
	struct tt_conf_map pairs;
	struct tt_conf_list parts;
};

struct conf {
	struct box box;
	struct tt_conf_list list;
};

#define OPT(f, ty, def, lo, hi)                                                                              \
	{                                                                                                    \
#f, ty, offsetof(struct box, f), def, lo, hi, "", 0, "", NULL                                \
	}
static const struct tt_opt opts[] = {
	OPT(flag, TT_OPT_BOOL, NULL, 0, 0),
	OPT(whole, TT_OPT_INT, "7", -1e9, 1e9),
	OPT(real, TT_OPT_REAL, NULL, 0, 0),
	OPT(wait_ms, TT_OPT_DURATION, "30s", 0, 0),
	OPT(bytes, TT_OPT_SIZE, NULL, 0, 0),
	OPT(text, TT_OPT_STR, "a", 0, 0),
	OPT(path, TT_OPT_PATH, "b", 0, 0),
	OPT(secret, TT_OPT_SECRET, NULL, 0, 0),
	{"mode", TT_OPT_ENUM, offsetof(struct box, mode), "fp32", 0, 0, "", TT_OPT_REQUIRED, "", "auto|fp32"},
	OPT(words, TT_OPT_STRS, "[a, b]", 0, 0),
	OPT(pairs, TT_OPT_MAP, NULL, 0, 0),
	{0},
};
static const struct tt_section sections[] = {
	{"box", "", opts, offsetof(struct conf, box), false, 0},
	{"list", "", opts, offsetof(struct conf, list), true, sizeof(struct box)},
	{"list.part", "", opts, offsetof(struct box, parts), true, sizeof(struct box)},
	{"list.part.bits", "", opts, offsetof(struct box, parts), true, sizeof(struct box)},
	{0},
};

static void print(const struct conf *c, struct tt_buf *out)
{
	tt_buf_init(out, 1 << 26);
	if (tt_conf_print(sections, c, out) < 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf c, again;
	struct tt_err err = {0};
	struct tt_buf first, second;
	if (tt_conf_load_text((struct tt_str){(const char *)data, size}, "fuzz", sections, &c, &err) < 0) {
		if (!err.msg[0])
			abort();
		return 0;
	}
	print(&c, &first);
	if (tt_conf_load_text(tt_buf_view(&first), "printed", sections, &again, &err) < 0)
		abort();
	print(&again, &second);
	if (!tt_str_eq(tt_buf_view(&first), tt_buf_view(&second)))
		abort();
	tt_buf_done(&first);
	tt_buf_done(&second);
	tt_conf_free(sections, &c);
	tt_conf_free(sections, &again);
	return 0;
}
