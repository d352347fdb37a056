/* test_feed_golden.c - every file of tests/ingest/feed/golden parses to what it says itself.
 *
 * A case is a feed file whose leading comment has a line "Expect:" and then lines "key = value", as far as
 * "-->". Where a comment cannot be (JSON, a broken beginning), the lines stand in a file of the same name
 * with ".expect" behind it. Keys: format, recovered, title, url, lang, self, hub, next, items, ttl_minutes,
 * ...; N.title, N.url, N.published_at, N.categories, N.categories.0, ... of item N. The value "(none)" is an
 * absent one; "error = text": not a feed, and the message has that text. Each case is parsed whole and in
 * pieces of 1 and of 7 bytes: the results must be the same. */
#include <dirent.h>

#include "tests/ingest/feed/feed_files.h"

static const size_t chunks[] = {0, 1, 7};

static void check_line(
	const char *file, struct tt_str line, const struct tt_feed *f, int rc, const struct tt_err *err)
{
	char buf[64];
	struct tt_str value = line, key = tt_str_trim(tt_str_split(&value, '='));
	value = tt_str_trim(value);
	if (key.n == 0)
		return;
	if (tt_str_eq(key, TT_STR("error"))) {
		if (rc == TT_OK || !memmem(err->msg, strlen(err->msg), value.p, value.n))
			fail_msg("%s: want the error '%.*s', got %d '%s'", file, TT_FMT(value), rc, err->msg);
		return;
	}
	if (rc < 0)
		fail_msg("%s: %s", file, err->msg);
	struct tt_str got = feed_value(f, key, buf);
	if (!got.p)
		got = TT_STR("(none)");
	if (!tt_str_eq(got, value))
		fail_msg("%s: %.*s is '%.*s', want '%.*s'", file, TT_FMT(key), TT_FMT(got), TT_FMT(value));
}

static void check_file(const char *file, struct tt_str bytes, struct tt_str expect)
{
	for (size_t c = 0; c < TT_LEN(chunks); c++) {
		struct tt_feed_limits limits = tt_feed_limits_default;
		struct tt_arena arena;
		struct tt_feed feed;
		struct tt_err err = {0};
		struct tt_str rest = expect;
		limits.chunk_bytes = chunks[c];
		tt_arena_init(&arena, 64 << 20);
		int rc = tt_feed_parse(bytes, (struct tt_str){NULL, 0},
			TT_STR("http://feeds.example/dir/feed"), &limits, &arena, &feed, &err);
		while (rest.p)
			check_line(file, tt_str_split(&rest, '\n'), &feed, rc, &err);
		tt_arena_done(&arena);
	}
}

/* The lines after "Expect:", up to "-->" when they stand in the feed itself. */
static struct tt_str lines_of(struct tt_str s, bool in_feed)
{
	const char *from = memmem(s.p, s.n, "Expect:", 7);
	if (!from)
		return (struct tt_str){NULL, 0};
	from += 7;
	size_t n = s.n - (size_t)(from - s.p);
	const char *to = in_feed ? memmem(from, n, "-->", 3) : NULL;
	return (struct tt_str){from, to ? (size_t)(to - from) : n};
}

TT_TEST(feed_golden)
{
	char dir[4096], path[8192];
	struct dirent *e;
	int cases = 0;
	snprintf(dir, sizeof(dir), "%s", tt_source_path("tests/ingest/feed/golden"));
	DIR *d = opendir(dir);
	TT_TRUE(d != NULL);
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.' || strstr(e->d_name, ".expect"))
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		struct tt_str bytes = feed_file_read(path);
		snprintf(path, sizeof(path), "%s/%s.expect", dir, e->d_name);
		struct tt_str beside = feed_file_read(path);
		TT_TRUE(bytes.p != NULL);
		struct tt_str lines = beside.p ? lines_of(beside, false) : lines_of(bytes, true);
		if (!lines.p)
			fail_msg("%s: has no expectation", e->d_name);
		check_file(e->d_name, bytes, lines);
		free((void *)bytes.p);
		free((void *)beside.p);
		cases++;
	}
	closedir(d);
	TT_TRUE(cases > 20);
}

TT_MAIN(TT_RUN(feed_golden))
