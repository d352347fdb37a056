/* test_feed_real.c - feeds captured from the wild (../shared/feeds/real) against what a reader sees in them:
 * rows of file, key, value in real.tsv; keys as in test_feed_golden.c. */
#include "tests/ingest/feed/feed_files.h"

struct open_feed {
	char file[256];
	struct tt_arena arena;
	struct tt_feed feed;
};

static void open_file(struct open_feed *o, struct tt_str file)
{
	char rel[512];
	struct tt_err err = {0};
	struct tt_str none = {NULL, 0};
	snprintf(o->file, sizeof(o->file), "%.*s", TT_FMT(file));
	snprintf(rel, sizeof(rel), "feeds/real/%s", o->file);
	struct tt_str bytes = feed_file_read(tt_shared_path(rel));
	if (!bytes.p)
		fail_msg("%s cannot be read", rel);
	tt_arena_reset(&o->arena);
	if (tt_feed_parse(bytes, none, none, NULL, &o->arena, &o->feed, &err) < 0)
		fail_msg("%s: %s", rel, err.msg);
	free((void *)bytes.p);
}

TT_TEST(feed_real)
{
	struct open_feed o = {.file = ""};
	struct tt_str table = feed_file_read(tt_source_path("tests/ingest/feed/real.tsv")), rest = table;
	int rows = 0;
	TT_TRUE(table.p != NULL);
	tt_arena_init(&o.arena, 64 << 20);
	while (rest.p) {
		char buf[64];
		struct tt_str want = tt_str_split(&rest, '\n');
		if (want.n == 0 || want.p[0] == '#')
			continue;
		struct tt_str file = tt_str_split(&want, '\t'), key = tt_str_split(&want, '\t');
		if (!tt_str_eq(file, tt_str_c(o.file)))
			open_file(&o, file);
		struct tt_str got = feed_value(&o.feed, key, buf);
		if (!got.p)
			got = TT_STR("(none)");
		if (!tt_str_eq(got, want))
			fail_msg("%s: %.*s is '%.*s', want '%.*s'", o.file, TT_FMT(key), TT_FMT(got),
				TT_FMT(want));
		rows++;
	}
	TT_TRUE(rows > 100);
	tt_arena_done(&o.arena);
	free((void *)table.p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TT_RUN(feed_real)};
	if (access(tt_shared_path("feeds/real"), R_OK) != 0)
		tt_skip_all("../shared/feeds/real is not there");
	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
