/* test_conf.c - the configuration: what loads to what, what is refused with which words and where, printing
 * that reads back. */
#include <sys/stat.h>

#include "common/conf.h"
#include "tests/fault.h"
#include "tests/tt_test.h"

struct box {
	bool flag;
	int64_t whole, wait_ms, bytes;
	double real;
	char *text, *path, *secret;
	int mode;
	struct tt_conf_strs words;
	struct tt_conf_map pairs;
};

struct elem {
	char *url;
	int64_t every_ms;
	struct tt_conf_list parts; /* those of a part are its bits */
};

struct conf {
	struct box box;
	struct tt_conf_list elems;
};

#define OPT(f, ty, d, lo, hi, u)                                                                             \
	{                                                                                                    \
#f, ty, offsetof(struct box, f), d, lo, hi, u, 0, "About " #f ".", NULL                      \
	}
static const struct tt_opt box_opts[] = {
	OPT(flag, TT_OPT_BOOL, "true", 0, 0, ""),
	OPT(whole, TT_OPT_INT, "7", -10, 100, "items"),
	OPT(real, TT_OPT_REAL, "0.5", 0, 2, "sd"),
	{"wait", TT_OPT_DURATION, offsetof(struct box, wait_ms), "30s", 100, 86400000, "", TT_OPT_RELOAD,
		"A | B.", NULL},
	OPT(bytes, TT_OPT_SIZE, "64KiB", 0, 1 << 30, ""),
	OPT(text, TT_OPT_STR, "hello", 0, 0, ""),
	OPT(path, TT_OPT_PATH, NULL, 0, 0, ""),
	OPT(secret, TT_OPT_SECRET, NULL, 0, 0, ""),
	{"mode", TT_OPT_ENUM, offsetof(struct box, mode), "auto", 0, 0, "", 0, "Mode.", "auto|fp32|int8"},
	OPT(words, TT_OPT_STRS, "[one, two]", 0, 0, ""),
	OPT(pairs, TT_OPT_MAP, NULL, 0, 0, ""),
	{0},
};
static const struct tt_opt elem_opts[] = {
	{"url", TT_OPT_STR, offsetof(struct elem, url), NULL, 0, 0, "", TT_OPT_REQUIRED, "Address.", NULL},
	{"every", TT_OPT_DURATION, offsetof(struct elem, every_ms), "0s", 0, 86400000, "", 0, "Interval.",
		NULL},
	{0},
};
static const struct tt_section sections[] = {
	{"box", "One of each.", box_opts, offsetof(struct conf, box), false, 0},
	{"elems", "Many.", elem_opts, offsetof(struct conf, elems), true, sizeof(struct elem)},
	{"elems.parts", "Many in each.", elem_opts, offsetof(struct elem, parts), true, sizeof(struct elem)},
	{"elems.parts.bits", "Many in each of these.", elem_opts, offsetof(struct elem, parts), true,
		sizeof(struct elem)},
	{0},
};

static int load(const char *yaml, struct conf *c, struct tt_err *err)
{
	memset(c, 0xa5, sizeof(*c)); /* any contents will do */
	return tt_conf_load_text(tt_str_c(yaml), "f", sections, c, err);
}

/* What one key prints as, after loading yaml: a row is a line of the configuration before and after. */
static const struct {
	const char *yaml, *printed;
} good[] = {
	{"", "  flag: true\n"},
	{"", "  whole: 7\n"},
	{"", "  real: 0.5\n"},
	{"", "  wait: 30s\n"},
	{"", "  bytes: 64KiB\n"},
	{"", "  text: \"hello\"\n"},
	{"", "  path: null\n"},
	{"", "  secret: null\n"},
	{"", "  mode: auto\n"},
	{"", "  words: [\"one\", \"two\"]\n"},
	{"", "  pairs: {}\n"},
	{"box:\n  pairs:\n    b.c: 1\n    a: 'x y'\n", "  pairs: {\"b.c\": \"1\", \"a\": \"x y\"}\n"},
	{"box: {pairs: {sasl.password: hush}}", "  pairs: {\"sasl.password\": \"***\"}\n"},
	{"", "elems: []\n"},
	{"# only a comment\n", "  whole: 7\n"},
	{"---\n", "  whole: 7\n"},
	{"box:\n", "  whole: 7\n"},
	{"box: ~\nelems:\n", "elems: []\n"},
	{"elems: []\n", "elems: []\n"},
	{"box: {flag: false}", "  flag: false\n"},
	{"box: {flag: no}", "  flag: false\n"},
	{"box: {flag: 'On'}", "  flag: true\n"},
	{"box: {whole: -10}", "  whole: -10\n"},
	{"box: {whole: +100}", "  whole: 100\n"},
	{"box: {whole: }", "  whole: 7\n"},
	{"box: {whole: null}", "  whole: 7\n"},
	{"box: {real: 1e-3}", "  real: 0.001\n"},
	{"box: {real: 0.1}", "  real: 0.1\n"},
	{"box: {real: 0.30000000000000004}", "  real: 0.30000000000000004\n"},
	{"box: {wait: 100ms}", "  wait: 100ms\n"},
	{"box: {wait: 60s}", "  wait: 1m\n"},
	{"box: {wait: 90m}", "  wait: 90m\n"},
	{"box: {wait: 24h}", "  wait: 1d\n"},
	{"box: {wait: 1500ms}", "  wait: 1500ms\n"},
	{"box: {wait: 1h30m}", "  wait: 90m\n"},
	{"box: {wait: 0d1h0m1s500ms}", "  wait: 3601500ms\n"},
	{"box: {bytes: 0}", "  bytes: 0\n"},
	{"box: {bytes: 1023}", "  bytes: 1023\n"},
	{"box: {bytes: 1024KiB}", "  bytes: 1MiB\n"},
	{"box: {bytes: 1GiB}", "  bytes: 1GiB\n"},
	{"box: {text: ''}", "  text: \"\"\n"},
	{"box: {text: 'null'}", "  text: \"null\"\n"},
	{"box: {text: 12}", "  text: \"12\"\n"},
	{"box: {text: \"a\\tb\\\\\\\"\\x01\\u2028\"}", "  text: \"a\\x09b\\\\\\\"\\x01\\u2028\"\n"},
	{"box: {text: caf\xc3\xa9}", "  text: \"caf\xc3\xa9\"\n"},
	{"box:\n  text: |\n    two\n    lines\n", "  text: \"two\\x0alines\\x0a\"\n"},
	{"box: {text: '${TT_SET}'}", "  text: \"from the: env\"\n"},
	{"box: {text: '<${TT_SET}>'}", "  text: \"<from the: env>\"\n"},
	{"box: {text: '${TT_UNSET:-other}'}", "  text: \"other\"\n"},
	{"box: {text: '${TT_EMPTY:-other}'}", "  text: \"other\"\n"},
	{"box: {text: '${TT_EMPTY}'}", "  text: \"\"\n"},
	{"box: {text: '${TT_UNSET:-}'}", "  text: \"\"\n"},
	{"box: {text: '${TT_UNSET:-a:-b}'}", "  text: \"a:-b\"\n"},
	{"box: {text: $$5}", "  text: \"$$5\"\n"},
	{"box: {text: $AAPL}", "  text: \"$$AAPL\"\n"},
	{"box: {text: '$${TT_SET}'}", "  text: \"$${TT_SET}\"\n"},
	{"box: {text: '${TT_DOLLAR}'}", "  text: \"$${TT_SET}\"\n"}, /* not expanded twice */
	{"box: {whole: '${TT_NUMBER}'}", "  whole: 42\n"},
	{"box: {path: /abs/x}", "  path: \"/abs/x\"\n"},
	{"box: {path: '-'}", "  path: \"-\"\n"},
	{"box: {secret: hush}", "  secret: \"***\"\n"},
	{"box: {mode: int8}", "  mode: int8\n"},
	{"box: {words: []}", "  words: []\n"},
	{"box: {words: [a, 'b c', \"\"]}", "  words: [\"a\", \"b c\", \"\"]\n"},
	{"box:\n  words:\n  - ${TT_NUMBER}\n", "  words: [\"42\"]\n"},
	{"elems: [{url: u}]", "  - url: \"u\"\n    every: 0s\n"},
	{"elems:\n- {url: a, every: 5m}\n- url: b\n",
		"  - url: \"a\"\n    every: 5m\n    parts: []\n  - url: \"b\"\n    every: 0s\n"},
	{"elems: [{parts: [{url: p, bits: [{url: q}, {url: r}]}, {url: s}], url: a}, {url: b, parts: }]",
		"  - url: \"a\"\n    every: 0s\n    parts:\n      - url: \"p\"\n        every: 0s\n"
		"        bits:\n          - url: \"q\"\n            every: 0s\n          - url: \"r\"\n"
		"            every: 0s\n      - url: \"s\"\n        every: 0s\n        bits: []\n"
		"  - url: \"b\"\n    every: 0s\n    parts: []\n"},
};

TT_TEST(good_values)
{
	for (size_t i = 0; i < TT_LEN(good); i++) {
		struct conf c, again;
		struct tt_err err = {0};
		struct tt_buf first, second;
		tt_buf_init(&first, 1 << 16);
		tt_buf_init(&second, 1 << 16);
		TT_EQ_ROW(i, load(good[i].yaml, &c, &err), TT_OK);
		TT_EQ_ROW(i, tt_conf_print(sections, &c, &first), TT_OK);
		if (!strstr(first.p, good[i].printed))
			TT_STR_EQ_ROW(i, tt_str_c(first.p), tt_str_c(good[i].printed));
		TT_EQ_ROW(i, load(first.p, &again, &err), TT_OK);
		TT_EQ_ROW(i, tt_conf_print(sections, &again, &second), TT_OK);
		TT_STR_EQ_ROW(i, tt_buf_view(&second), tt_buf_view(&first));
		tt_buf_done(&first);
		tt_buf_done(&second);
		tt_conf_free(sections, &c);
		tt_conf_free(sections, &again);
	}
}

static const struct {
	const char *yaml, *message;
} bad[] = {
	{"bx: {}", "f:1:1: unknown section 'bx', did you mean 'box'?"},
	{"\n\n  nothing: {}", "f:3:3: unknown section 'nothing'"},
	{"box: {}\nbox: {}", "f:2:1: the section 'box' is given twice"},
	{"box:\n  hwole: 1\n", "f:2:3: box: unknown key 'hwole', did you mean 'whole'?"},
	{"box:\n  <<: 1\n", "f:2:3: box: unknown key '<<'"},
	{"box:\n  whole: 1\n  whole: 2\n", "f:3:3: box: the key 'whole' is given twice"},
	{"box:\n  ? [a]\n  : 1\n", "f:2:5: box: a key must be a plain name"},
	{"? {}\n: 1\n", "f:1:3: a section's name must be plain"},
	{"- a\n", "f:1:1: needs sections, each a \"name:\" line with its keys indented below"},
	{"hello", "f:1:1: needs sections, each a \"name:\" line with its keys indented below"},
	{"box: 3", "f:1:6: box: needs a mapping of \"key: value\" lines"},
	{"box: [a]", "f:1:6: box: needs a mapping of \"key: value\" lines"},
	{"elems: {url: x}", "f:1:8: elems: needs a list: each element starts with \"- \""},
	{"elems: [x]", "f:1:9: elems[0]: needs a mapping of \"key: value\" lines"},
	{"elems:\n- url: a\n- every: 1s\n", "f:3:3: elems[1].url: is required"},
	{"elems:\n- url: a\n-\n", "f:3:2: elems[1].url: is required"},
	{"elems:\n- url: null\n", "f:2:3: elems[0].url: is required"},
	{"elems:\n- url: a\n  ulr: b\n", "f:3:3: elems[0]: unknown key 'ulr', did you mean 'url'?"},
	{"elems:\n- url: a\n  prats: []\n", "f:3:3: elems[0]: unknown key 'prats', did you mean 'parts'?"},
	{"elems:\n- {url: a, parts: [], parts: []}\n", "f:2:23: elems[0]: the key 'parts' is given twice"},
	{"elems:\n- {url: a, parts: b}\n", "f:2:19: elems[0].parts: needs a list: each element starts with \"- \""},
	{"elems:\n- {url: a, parts: [{url: b}, {ur: c}]}\n", "f:2:31: elems[0].parts[1]: unknown key 'ur', did you mean 'url'?"},
	{"elems:\n- {url: a, parts: [{url: b}, {}]}\n", "f:2:30: elems[0].parts[1].url: is required"},
	{"elems:\n- {url: a, parts: [{url: b, bits: [{url: c, every: 9}]}]}\n",
		"f:2:52: elems[0].parts[0].bits[0].every: '9' is not a duration: a whole number with ms, s, m, h or d"},
	{"elems:\n- {url: a, parts: [{url: b}], ulr: d}\n", "f:2:31: elems[0]: unknown key 'ulr', did you mean 'url'?"},
	{"elems.parts: []\n", "f:1:1: unknown section 'elems.parts'"},
	{"box: {flag: 1}", "f:1:13: box.flag: '1' is neither true nor false"},
	{"box: {whole: x}", "f:1:14: box.whole: 'x' is not a whole number"},
	{"box: {whole: 1.0}", "f:1:14: box.whole: '1.0' is not a whole number"},
	{"box: {whole: 99999999999999999999}",
		"f:1:14: box.whole: '99999999999999999999' is not a whole number"},
	{"box: {whole: 101}", "f:1:14: box.whole: '101' is out of range: -10 to 100 items"},
	{"box: {whole: [1]}", "f:1:14: box.whole: needs a single value, not a list"},
	{"box: {whole: {a: 1}}", "f:1:14: box.whole: needs a single value, not a mapping"},
	{"box: {real: nan}", "f:1:13: box.real: 'nan' is not a number"},
	{"box: {real: 0x1}", "f:1:13: box.real: '0x1' is not a number"},
	{"box: {real: 1e999}", "f:1:13: box.real: '1e999' is not a number"},
	{"box: {real: -0.1}", "f:1:13: box.real: '-0.1' is out of range: 0 to 2 sd"},
	{"box: {wait: 30}", "f:1:13: box.wait: '30' is not a duration: a whole number with ms, s, m, h or d"},
	{"box: {wait: 1.5s}",
		"f:1:13: box.wait: '1.5s' is not a duration: a whole number with ms, s, m, h or d"},
	{"box: {wait: s}", "f:1:13: box.wait: 's' is not a duration: a whole number with ms, s, m, h or d"},
	{"box: {wait: -1s}",
		"f:1:13: box.wait: '-1s' is not a duration: a whole number with ms, s, m, h or d"},
	{"box: {wait: 1m1h}", "f:1:13: box.wait: '1m1h' is not a duration: a whole number with ms, s, m, h or d"},
	{"box: {wait: 1h30}", "f:1:13: box.wait: '1h30' is not a duration: a whole number with ms, s, m, h or d"},
	{"box: {wait: 1m2m}", "f:1:13: box.wait: '1m2m' is not a duration: a whole number with ms, s, m, h or d"},
	{"box: {wait: 106751991167d9223372036854775ms}", "f:1:13: box.wait: '106751991167d9223372036854775ms' is not a duration: a whole number with ms, s, m, h or d"},
	{"box: {wait: 23h60m1ms}", "f:1:13: box.wait: '23h60m1ms' is out of range: 100ms to 1d"},
	{"box: {bytes: 1KiB1}", "f:1:14: box.bytes: '1KiB1' is not a size: a whole number of bytes, or with KiB, MiB, GiB or TiB"},
	{"box: {wait: 99ms}", "f:1:13: box.wait: '99ms' is out of range: 100ms to 1d"},
	{"box: {wait: 9223372036854775807d}", "f:1:13: box.wait: '9223372036854775807d' is not a duration: a "
					      "whole number with ms, s, m, h or d"},
	{"box: {bytes: 64KB}", "f:1:14: box.bytes: '64KB' is not a size: a whole number of bytes, or with "
			       "KiB, MiB, GiB or TiB"},
	{"box: {bytes: 2GiB}", "f:1:14: box.bytes: '2GiB' is out of range: 0 to 1GiB"},
	{"box: {mode: fp23}", "f:1:13: box.mode: 'fp23' is not one of auto|fp32|int8, did you mean 'fp32'?"},
	{"box: {mode: ''}", "f:1:13: box.mode: '' is not one of auto|fp32|int8"},
	{"box: {words: a}", "f:1:14: box.words: needs a list, written [one, two] or one \"- value\" a line"},
	{"box: {words: [a, [b]]}", "f:1:18: box.words: needs a single value, not a list"},
	{"box: {text: '${TT_UNSET}'}", "f:1:13: box.text: the environment variable TT_UNSET is not set"},
	{"box: {text: '${TT_BROKEN}'}", "f:1:13: box.text: the environment variable TT_BROKEN is not UTF-8"},
	{"box: {text: '${'}", "f:1:13: box.text: '${' without '}'; a dollar sign itself is written $$"},
	{"box: {text: '${}'}", "f:1:13: box.text: '${}' is neither ${NAME} nor ${NAME:-default}"},
	{"box: {text: '${A:b}'}", "f:1:13: box.text: '${A:b}' is neither ${NAME} nor ${NAME:-default}"},
	{"box: {text: '${1A}'}", "f:1:13: box.text: '${1A}' is neither ${NAME} nor ${NAME:-default}"},
	{"box: {text: \"a\\0b\"}", "f:1:13: box.text: holds a NUL character"},
	{"box: {secret: '@/nonexistent/s'}",
		"f:1:15: box.secret: cannot read the secret from /nonexistent/s: No such file or directory"},
	{"box: {secret: '@/dev/null'}",
		"f:1:15: box.secret: the first line of /dev/null is empty, too long or not UTF-8"},
	{"box: &a {}\nelems: *a\n", "f:1:6: box: anchors (&) and aliases (*) are not supported; a text that "
				    "starts so needs quotes"},
	{"box: {text: *a}", "f:1:13: box.text: anchors (&) and aliases (*) are not supported; a text that "
			    "starts so needs quotes"},
	{"box: {text: !!str a}",
		"f:1:13: box.text: tags (!) are not supported; a text that starts so needs quotes"},
	{"box: {}\n---\nelems: []\n", "f:2:1: a second document starts here; one file is one configuration"},
	{"box: {", "f:2:1: box: while parsing a flow node: did not find expected node content"},
	{"box:\n\t flag: true\n",
		"f:2:1: box: while scanning for the next token: found character that cannot start any token"},
	{"box: {text: \xff}", "f:1:13: invalid leading UTF-8 octet"},
	{"box:\n  text: a\x01\n", "f:2:10: control characters are not allowed"},
};

TT_TEST(bad_values_say_what_and_where)
{
	for (size_t i = 0; i < TT_LEN(bad); i++) {
		struct conf c;
		struct tt_err err = {0};
		TT_EQ_ROW(i, load(bad[i].yaml, &c, &err), TT_ECONF);
		TT_STR_EQ_ROW(i, tt_str_c(err.msg), tt_str_c(bad[i].message));
		TT_EQ_ROW(i, err.code, TT_ECONF);
		TT_EQ_ROW(i, load(bad[i].yaml, &c, NULL), TT_ECONF);
	}
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

TT_TEST(files_and_what_is_relative_to_them)
{
	char dir[] = "/tmp/tt_conf_XXXXXX", path[64], secret[64], want[64];
	struct conf c;
	struct tt_err err = {0};
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/c.yaml", dir);
	snprintf(secret, sizeof(secret), "%s/s", dir);
	TT_EQ(tt_conf_load(path, sections, &c, &err), TT_ENOENT);
	TT_TRUE(strstr(err.msg, "c.yaml: No such file"));
	TT_EQ(tt_conf_load(dir, sections, &c, &err), TT_EIO);
	write_file(secret, "hush hush\r\nsecond line\n");
	write_file(path, "box: {path: sub/x, secret: '@s'}\n");
	TT_EQ(tt_conf_load(path, sections, &c, &err), TT_OK);
	snprintf(want, sizeof(want), "%s/sub/x", dir);
	TT_STR_EQ(tt_str_c(c.box.path), tt_str_c(want));
	TT_STR_EQ(tt_str_c(c.box.secret), TT_STR("hush hush"));
	tt_conf_free(sections, &c);
	char *big = malloc((2 << 20) + 1);
	memset(big, '#', 2 << 20);
	big[2 << 20] = '\0';
	write_file(path, big);
	free(big);
	TT_EQ(tt_conf_load(path, sections, &c, &err), TT_ECONF);
	TT_TRUE(strstr(err.msg, "more than 1048576 bytes"));
	unlink(path), unlink(secret), rmdir(dir);
	TT_EQ(tt_conf_load(NULL, sections, &c, &err), TT_OK);
	TT_EQ(c.box.wait_ms, 30000);
	tt_conf_free(sections, &c);
}

TT_TEST(loading_survives_out_of_memory)
{
	const char *yaml = "box: {text: 'a${TT_SET}', path: p, secret: '@/proc/version', words: [a, b, c]}\n"
			   "elems: [{url: a}, {url: b, parts: [{url: p, bits: [{url: q}]}]}, {url: c}]\n";
	struct conf c;
	struct tt_err err = {0};
	int n, rc = TT_ENOMEM;
	for (n = 0; n < 500 && rc == TT_ENOMEM; n++) {
		long live = tt_alloc_live();
		tt_fault_alloc_after(n);
		rc = tt_conf_load_text(tt_str_c(yaml), "f", sections, &c, &err);
		tt_fault_off();
		if (rc < 0)
			TT_EQ_ROW(n, tt_alloc_live(), live);
	}
	TT_EQ(rc, TT_OK);
	TT_TRUE(n > 10);
	tt_conf_free(sections, &c);
}

TT_TEST(documentation_names_everything)
{
	struct tt_buf out;
	tt_buf_init(&out, 1 << 16);
	TT_EQ(tt_conf_markdown(sections, &out), TT_OK);
	TT_TRUE(strstr(out.p, "\n## elems\n\nMany. A list: each element has these keys.\n"));
	TT_TRUE(strstr(out.p, "| `whole` | `7` | whole number, -10 to 100 items | About whole. |\n"));
	TT_TRUE(strstr(
		out.p, "| `wait` | `30s` | duration, 100ms to 1d | A \\| B. *Reloaded on SIGHUP.* |\n"));
	TT_TRUE(strstr(out.p, "| `mode` | `auto` | choice: `auto`, `fp32`, `int8` | Mode. |\n"));
	TT_TRUE(strstr(out.p, "| `url` | required | text | Address. |\n"));
	tt_buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TT_RUN(good_values), TT_RUN(bad_values_say_what_and_where),
		TT_RUN(files_and_what_is_relative_to_them), TT_RUN(loading_survives_out_of_memory),
		TT_RUN(documentation_names_everything)};
	setenv("TT_SET", "from the: env", 1);
	setenv("TT_EMPTY", "", 1);
	setenv("TT_NUMBER", "42", 1);
	setenv("TT_DOLLAR", "${TT_SET}", 1);
	setenv("TT_BROKEN", "\xff", 1);
	unsetenv("TT_UNSET");
	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
