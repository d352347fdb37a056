/* test_feed_chunks.c - what is read does not depend on the size of the pieces that libxml2 gets: every file
 * of golden and of the fuzzer's corpus, whole and in pieces of 1 to 40 bytes and of some larger odd sizes. */
#include <dirent.h>

#include "tests/ingest/feed/feed_files.h"
#include "tests/ingest/feed/feed_same.h"

static const size_t larger[] = {63, 64, 65, 127, 255, 256, 257, 499, 500, 511, 1000, 4095, 4097};

static int parse(struct tt_str bytes, size_t chunk, struct tt_arena *arena, struct tt_feed *ret)
{
	struct tt_feed_limits limits = tt_feed_limits_default;
	limits.chunk_bytes = chunk;
	limits.max_text_bytes = 300; /* so that some are cut */
	return tt_feed_parse(bytes, (struct tt_str){NULL, 0}, TT_STR("http://feeds.example/dir/"), &limits,
		arena, ret, NULL);
}

static void check(const char *file, struct tt_str bytes)
{
	struct tt_arena whole_arena, arena;
	struct tt_feed whole, feed;
	tt_arena_init(&whole_arena, 64 << 20);
	tt_arena_init(&arena, 64 << 20);
	int rc = parse(bytes, 1 << 20, &whole_arena, &whole);
	for (size_t i = 0; i < 40 + TT_LEN(larger); i++) {
		size_t chunk = i < 40 ? i + 1 : larger[i - 40];
		tt_arena_reset(&arena);
		int again = parse(bytes, chunk, &arena, &feed);
		if (again != rc || (rc == 0 && !feed_same(&whole, &feed)))
			fail_msg("%s: another result in pieces of %zu bytes", file, chunk);
	}
	tt_arena_done(&arena);
	tt_arena_done(&whole_arena);
}

static int check_folder(const char *folder, size_t skip)
{
	char dir[4096], path[8192];
	struct dirent *e;
	int files = 0;
	snprintf(dir, sizeof(dir), "%s", tt_source_path(folder));
	DIR *d = opendir(dir);
	TT_TRUE(d != NULL);
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		struct tt_str bytes = feed_file_read(path);
		if (bytes.n > skip) {
			check(e->d_name, (struct tt_str){bytes.p + skip, bytes.n - skip});
			files++;
		}
		free((void *)bytes.p);
	}
	closedir(d);
	return files;
}

TT_TEST(golden)
{
	TT_TRUE(check_folder("tests/ingest/feed/golden", 0) > 40);
}

TT_TEST(corpus)
{
	TT_TRUE(check_folder("tests/fuzz/corpus/feed", 1) > 20); /* its first byte is no part of the feed */
}

TT_MAIN(TT_RUN(golden), TT_RUN(corpus))
