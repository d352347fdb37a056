/* test_datadir.c - the program's own files are found beside it, installed or in a checkout. */
#include "tests/tt_test.h"

#include <ftw.h>
#include <sys/stat.h>

#include "common/datadir.h"

static char root[] = "/tmp/tt_datadir_XXXXXX";

static void make(const char *rel, bool folder)
{
	char path[512];
	snprintf(path, sizeof(path), "%s/%s", root, rel);
	if (folder) {
		TT_EQ(mkdir(path, 0700), 0);
		return;
	}
	FILE *f = fopen(path, "w");
	TT_TRUE(f != NULL);
	fclose(f);
}

static int drop(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type, (void)at;
	return remove(path);
}

TT_TEST(found_from_the_executable)
{
	static const struct {
		const char *exe_dir, *name, *want; /* below root; NULL: not found */
	} rows[] = {
		{"usr/bin", "here", "usr/bin/../share/tickertone/here"},
		{"elsewhere", "here", NULL},
		{"usr/bin", "there", NULL},
	};
	TT_TRUE(mkdtemp(root) != NULL);
	static const char *const folders[] = {"usr", "usr/bin", "usr/share", "usr/share/tickertone"};
	for (size_t i = 0; i < TT_LEN(folders); i++)
		make(folders[i], true);
	make("usr/share/tickertone/here", false);
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		char dir[512], got[1024], want[1024];
		struct tt_err err;
		snprintf(dir, sizeof(dir), "%s/%s", root, rows[i].exe_dir);
		int rc = tt_data_path_from(dir, rows[i].name, got, sizeof(got), &err);
		TT_EQ_ROW((long)i, rc, rows[i].want ? TT_OK : TT_ENOENT);
		if (!rows[i].want)
			continue;
		snprintf(want, sizeof(want), "%s/%s", root, rows[i].want);
		TT_STR_EQ_ROW((long)i, tt_str_c(got), tt_str_c(want));
	}
	char got[1024], small[8];
	TT_EQ(tt_data_path_from(root, "entities.tsv", got, sizeof(got), NULL), TT_OK); /* of the checkout */
	TT_EQ(access(got, R_OK), 0);
	TT_EQ(tt_data_path_from(root, "x", small, sizeof(small), NULL), TT_ELIMIT);
	TT_EQ(nftw(root, drop, 8, FTW_DEPTH | FTW_PHYS), 0);
	TT_EQ(tt_data_path("no such file", (char[4096]){0}, 4096, NULL), TT_ENOENT);
}

TT_MAIN(TT_RUN(found_from_the_executable))
