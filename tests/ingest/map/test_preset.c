/* test_preset.c - every preset reads the examples that docs/KAFKA.md has of it. */
#include "ingest/map/make.h"
#include "tests/tt_test.h"

/* What the examples of a preset say; all have the same story. */
static const struct {
	const char *preset, *source, *guid, *author, *updated, *category;
	int n_examples;
	size_t n_categories;
} rows[] = {
	{"item", "https://news.example.com/rss", "p10001", "Ann Author", NULL, "Banks", 1, 2},
	{"alpaca", "benzinga", "24803233", "Ann Author", "2026-11-23T15:46:24Z", "MSFT", 1, 2},
	{"alphavantage", "Example Wire", "https://news.example.com/story", "Ann Author", NULL, "MSFT", 1, 2},
	{"benzinga", "benzinga", "49917328", "Ann Author", "2026-11-23T15:46:24Z", "MSFT", 2, 2},
	{"finnhub", "Example Wire", "123456789", NULL, NULL, "AAPL", 1, 1},
	{"marketaux", "example.com", "1b4e28ba-2fa1-11d2-883f-0016d3cca427", NULL, NULL, "MSFT", 1, 2},
	{"newsapi", "Example Wire", "https://news.example.com/story", "Ann Author", NULL, NULL, 1, 0},
	{"polygon", "Example Wire", "8ec638777ca03b553ae516761c2a22ba", "Ann Author", NULL, "MSFT", 1, 2},
	{"tiingo", "example.com", "35680100", NULL, NULL, "msft", 1, 2},
};

static char document[65536];

static void load_document(void)
{
	FILE *f = fopen(tt_source_path("docs/KAFKA.md"), "re");
	TT_TRUE(f != NULL);
	document[fread(document, 1, sizeof(document) - 1, f)] = '\0';
	fclose(f);
}

static void check_example(long row, struct tt_str json)
{
	static struct tt_make m;
	struct tt_map map;
	struct tt_err err = {0};
	const struct tt_record record = {.timestamp_ms = TT_TIME_NONE};
	struct tt_batch *b = tt_batch_new(1 << 20);
	struct tt_item *item = &tt_batch_add_item(b)->item;
	struct tt_str id;
	char when[40];
	TT_EQ_ROW(row, tt_map_init(&map, tt_map_preset_find(tt_str_c(rows[row].preset)), NULL, "x", &err),
		TT_OK);
	tt_make_init(&m, &map, 10000, 1000, 64);
	TT_EQ_ROW(row, tt_make_json(&m, json, &record, b, item, &id, &err), TT_OK);
	TT_STR_EQ_ROW(row, item->title, TT_STR("Bank <up> after results"));
	TT_STR_EQ_ROW(row, item->summary, TT_STR("Profit rose."));
	TT_STR_EQ_ROW(row, item->url, TT_STR("https://news.example.com/story"));
	TT_STR_EQ_ROW(row, item->source, tt_str_c(rows[row].source));
	TT_STR_EQ_ROW(row, item->guid, tt_str_c(rows[row].guid));
	TT_STR_EQ_ROW(row, item->author, tt_str_c(rows[row].author));
	tt_time_rfc3339(item->published_ms, when);
	TT_STR_EQ_ROW(row, tt_str_c(when), TT_STR("2026-11-23T15:46:23Z"));
	tt_time_rfc3339(item->updated_ms, when);
	TT_STR_EQ_ROW(row, tt_str_c(when), rows[row].updated ? tt_str_c(rows[row].updated) : TT_STR(""));
	TT_EQ_ROW(row, item->n_categories, rows[row].n_categories);
	if (item->n_categories)
		TT_STR_EQ_ROW(row, item->categories[item->n_categories - 1], tt_str_c(rows[row].category));
	tt_make_done(&m);
	tt_map_done(&map);
	tt_batch_free(b);
}

TT_TEST(examples_of_the_documentation)
{
	load_document();
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		char heading[40];
		int n = 0;
		snprintf(heading, sizeof(heading), "\n### %s\n", rows[i].preset);
		const char *at = strstr(document, heading);
		TT_TRUE(at != NULL);
		const char *end = strstr(at + 5, "\n###");
		for (at = strstr(at, "```json\n"); at && (!end || at < end);
			at = strstr(at, "```json\n"), n++) {
			at += 8;
			const char *close = strstr(at, "```");
			check_example((long)i, (struct tt_str){at, (size_t)(close - at)});
		}
		TT_EQ_ROW(i, n, rows[i].n_examples);
	}
}

TT_TEST(each_preset_has_a_row)
{
	size_t n = 0;
	while (tt_map_preset_at(n))
		n++;
	TT_EQ(n, TT_LEN(rows));
	TT_TRUE(!tt_map_preset_find(TT_STR("nobody")));
}

TT_MAIN(TT_RUN(examples_of_the_documentation), TT_RUN(each_preset_has_a_row))
