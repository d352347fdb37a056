/* test_map.c - field maps: paths, alternatives, what of the record itself, and what is wrong with a map. */
#include "ingest/map/make.h"
#include "tests/tt_test.h"

static const struct tt_record_header headers[] = {
	{{"desk", 4}, {"Old", 3}}, {{"desk", 4}, {"Energy \xff", 8}}, {{"none", 4}, {NULL, 0}}};
static const struct tt_record record = {.topic = {"news", 4},
	.partition = 3,
	.offset = 17,
	.timestamp_ms = 1795448783000,
	.key = {"AAPL", 4},
	.headers = headers,
	.n_headers = 3};

/* The item that a map of one or two fields makes of a text. own: "field" and "path" in turn. */
static int make(const char *const own[], size_t n, const char *json, struct tt_batch *b, struct tt_item **ret,
	struct tt_err *err)
{
	static char keys[4][40], values[4][100];
	static struct tt_make m;
	char *kp[4], *vp[4];
	struct tt_map map;
	struct tt_str id;
	for (size_t i = 0; i < n; i++) {
		snprintf(keys[i], sizeof(keys[i]), "%s", own[2 * i]);
		snprintf(values[i], sizeof(values[i]), "%s", own[2 * i + 1]);
		kp[i] = keys[i];
		vp[i] = values[i];
	}
	const struct tt_conf_map conf = {{kp, n}, {vp, n}};
	int rc = tt_map_init(&map, tt_map_preset_at(0), &conf, "kafka.fields", err);
	if (rc < 0)
		return rc;
	tt_make_init(&m, &map, 100000, 1000, 64);
	*ret = &tt_batch_add_item(b)->item;
	rc = tt_make_json(&m, tt_str_c(json), &record, b, *ret, &id, err);
	tt_make_done(&m);
	tt_map_done(&map);
	return rc;
}

TT_TEST(paths)
{
	static const struct {
		const char *path, *json, *want; /* of the title; NULL: none */
	} rows[] = {
		{"headline", "{\"headline\":\"T\"}", "T"},
		{"a.b.c", "{\"a\":{\"x\":{\"c\":\"no\"},\"b\":{\"c\":\"T\",\"d\":1}}}", "T"},
		{"a.b.c", "{\"a\":{\"b\":\"flat\"}}", NULL},
		{"a\\.b", "{\"a\":{\"b\":\"no\"},\"a.b\":\"T\"}", "T"},
		{"a\\[0\\]\\|\\\\", "{\"a[0]|\\\\\":\"T\"}", "T"},
		{"\\$key", "{\"$key\":\"T\"}", "T"},
		{"caf\xc3\xa9", "{\"caf\\u00e9\":\"T\"}", "T"},
		{"first name", "{\"first name\":\"T\"}", "T"},
		{"stories[0].title", "{\"stories\":[{\"title\":\"T\"},{\"title\":\"no\"}]}", "T"},
		{"stories[1].title", "{\"stories\":[{\"title\":\"no\"},{\"title\":\"T\"}]}", "T"},
		{"stories[2].title", "{\"stories\":[{\"title\":\"no\"}]}", NULL},
		{"a[1][0]", "{\"a\":[[\"no\"],[\"T\"]]}", "T"},
		{"p[].text", "{\"p\":[{\"text\":\"One.\"},{\"x\":1},{\"text\":\"Two\\n.\"},{\"text\":7}]}",
			"One. Two ."},
		{"p[]", "{\"p\":[\"One\",{},[],null,true,\"two\"]}", "One two"},
		{"p[]", "{\"p\":[]}", NULL},
		{"a[].b[].c", "{\"a\":[{\"b\":[{\"c\":\"1\"},{\"c\":\"2\"}]},{\"b\":[{\"c\":\"3\"}]}]}",
			"1 2 3"},
		{"headline|title", "{\"title\":\"T\"}", "T"},
		{"headline | title", "{\"title\":\"no\",\"headline\":\"T\"}", "T"},
		{"headline|title", "{\"title\":\"T\",\"headline\":\"  \"}", "T"},
		{"headline|title", "{\"title\":\"T\",\"headline\":null}", "T"},
		{"headline|title", "{\"title\":\"T\",\"headline\":{}}", "T"},
		{"t|t.text", "{\"t\":{\"text\":\"T\"}}", "T"},
		{"t|t.text", "{\"t\":\"T\"}", "T"},
		{"$key", "{}", "AAPL"},
		{"$topic", "{}", "news"},
		{"$partition", "{}", "3"},
		{"$offset", "{}", "17"},
		{"$timestamp", "{}", "1795448783000"},
		{"$header.desk", "{}", "Energy \xef\xbf\xbd"},
		{"$header.none|=none", "{}", "none"},
		{"$header.other", "{}", NULL},
		{"title|=a|b ", "{}", "a|b"},
		{"x", "{\"x\":\"no\",\"x\":\"T\"}", "T"},
		{"a.b", "{\"a\":{\"b\":\"no\"},\"a\":{}}", NULL},
		{"p[]", "{\"p\":[\"no\"],\"p\":[\"T\"]}", "T"},
		{"x", "{\"x\":123456789012345678901234567890}", "123456789012345678901234567890"},
		{"x", "{\"x\":-1.50}", "-1.50"},
		{"x", "{\"x\":\"<p>Up &amp; away</p>\"}", "Up & away"},
		{"x", "{\"x\":\"5 < 6 & 7 > 3\"}", "5 < 6 & 7 > 3"},
		{"x", "{\"x\":\"half \\ud83d\"}", "half \xef\xbf\xbd"},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		const char *own[] = {"title", rows[i].path};
		struct tt_batch *b = tt_batch_new(1 << 20);
		struct tt_item *item;
		struct tt_err err = {0};
		TT_EQ_ROW(i, make(own, 1, rows[i].json, b, &item, &err), TT_OK);
		TT_STR_EQ_ROW(i, item->title, tt_str_c(rows[i].want));
		tt_batch_free(b);
	}
}

TT_TEST(wrong_types_are_refused)
{
	static const struct {
		const char *path, *json;
	} rows[] = {
		{"x", "{\"x\":{}}"},
		{"x", "{\"x\":{\"y\":1}}"},
		{"x", "{\"x\":[\"a\"]}"},
		{"x", "{\"x\":true}"},
		{"x|y", "{\"x\":{},\"y\":null}"},
		{"x|x.y", "{\"x\":{\"z\":1}}"},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		const char *own[] = {"title", rows[i].path};
		struct tt_batch *b = tt_batch_new(1 << 20);
		struct tt_item *item;
		struct tt_err err = {0};
		TT_EQ_ROW(i, make(own, 1, rows[i].json, b, &item, &err), TT_EPARSE);
		TT_STR_EQ_ROW(i, tt_str_c(err.msg), TT_STR("'title' is not a text"));
		tt_batch_free(b);
	}
}

TT_TEST(categories)
{
	static const struct {
		const char *path, *json, *want; /* joined by commas */
		int rc;
	} rows[] = {
		{"c", "{\"c\":[\"x\",7,\" \",null,{},\"y\"]}", "x,y", TT_OK},
		{"c[]", "{\"c\":[\"x\",\"y\"]}", "x,y", TT_OK},
		{"c", "{\"c\":\"x\"}", "x", TT_OK},
		{"c", "{\"c\":[]}", "", TT_OK},
		{"c", "{}", "", TT_OK},
		{"t[].s", "{\"t\":[{\"s\":\"A\"},{\"s\":\"B\"},{\"q\":1}]}", "A,B", TT_OK},
		{"t[].s", "{\"t\":[{\"s\":[\"A\",\"B\"]}]}", "A,B", TT_OK},
		{"t|u", "{\"t\":[],\"u\":[\"A\"]}", "A", TT_OK},
		{"c", "{\"c\":{}}", "", TT_EPARSE},
		{"c", "{\"c\":true}", "", TT_EPARSE},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		const char *own[] = {"categories", rows[i].path};
		struct tt_batch *b = tt_batch_new(1 << 20);
		struct tt_item *item;
		struct tt_err err = {0};
		char got[100] = "";
		TT_EQ_ROW(i, make(own, 1, rows[i].json, b, &item, &err), rows[i].rc);
		for (size_t c = 0; c < item->n_categories; c++)
			snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%.*s", c ? "," : "",
				TT_FMT(item->categories[c]));
		TT_STR_EQ_ROW(i, tt_str_c(got), tt_str_c(rows[i].want));
		tt_batch_free(b);
	}
}

TT_TEST(a_map_may_be_wrong)
{
	static const struct {
		const char *field, *path, *says;
	} rows[] = {
		{"headline", "x", "kafka.fields.headline: items have no such field; they have id, source"},
		{"title", "a..b", "kafka.fields.title: 'a..b': a name is missing (character 3)"},
		{"title", "a|", "a name is missing (character 3)"},
		{"title", "|a", "a name is missing (character 1)"},
		{"title", ".a", "a name is missing (character 1)"},
		{"title", "[0].a", "a name is missing (character 1)"},
		{"title", "a[", "'[' without ']' (character 2)"},
		{"title", "a[x]", "between [ and ] stands a number from 0, or nothing (character 2)"},
		{"title", "a[-1]", "between [ and ] stands a number"},
		{"title", "a[0]b", "a dot, [ or | is missing (character 5)"},
		{"title", "a]", "a dot, [ or | is missing (character 2)"},
		{"title", "a\\", "nothing stands behind the backslash"},
		{"title", "$title", "$ begins $key, $topic"},
		{"title", "$.a", "$ begins $key, $topic"},
		{"title", "$header.", "$ begins $key, $topic"},
		{"id", "a[]", "the field has one value; name one element, as in [0]"},
		{"published_at", "a[].b", "the field has one value"},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		const char *own[] = {rows[i].field, rows[i].path};
		struct tt_item *item;
		struct tt_err err = {0};
		TT_EQ_ROW(i, make(own, 1, "{}", NULL, &item, &err), TT_ECONF);
		if (!strstr(err.msg, rows[i].says))
			TT_STR_EQ_ROW(i, tt_str_c(err.msg), tt_str_c(rows[i].says));
	}
	const char *none[] = {"title", "", "summary", " ", "content", ""};
	struct tt_item *item;
	struct tt_err err = {0};
	TT_EQ(make(none, 3, "{}", NULL, &item, &err), TT_ECONF);
	TT_STR_EQ(tt_str_c(err.msg), TT_STR("kafka.fields: none of title, summary and content has a path"));
}

TT_MAIN(TT_RUN(paths), TT_RUN(wrong_types_are_refused), TT_RUN(categories), TT_RUN(a_map_may_be_wrong))
