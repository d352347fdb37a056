/* test_file.c - files take their place whole, and only regular ones are replaced. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "tests/tt_test.h"

static char dir[] = "/tmp/tt-file-XXXXXX";

static const char *in_dir(const char *name)
{
	static char path[4][256];
	static size_t k;
	char *to = path[k++ % TT_LEN(path)];
	snprintf(to, sizeof(path[0]), "%s/%s", dir, name);
	return to;
}

static void holds(const char *name, const char *want)
{
	struct tt_buf b;
	tt_buf_init(&b, 100);
	TT_EQ(tt_file_read(in_dir(name), &b, NULL), TT_OK);
	TT_STR_EQ(tt_buf_view(&b), tt_str_c(want));
	tt_buf_done(&b);
}

static void write_text(const char *name, const char *text, int want)
{
	struct tt_err err = {0};
	TT_EQ(tt_file_write(in_dir(name), tt_str_c(text), &err), want);
	TT_TRUE(want == TT_OK || strstr(err.msg, in_dir(name)) != NULL);
}

static bool is_there(const char *name)
{
	return access(in_dir(name), F_OK) == 0;
}

static mode_t mode_of(const char *name)
{
	struct stat st;
	TT_EQ(lstat(in_dir(name), &st), 0);
	return st.st_mode;
}

static int set_up(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int tear_down(void **state)
{
	static const char *const names[] = {"a", "link", "lost", "target", "pipe", "taken.new", "two"};
	(void)state;
	for (size_t i = 0; i < TT_LEN(names); i++)
		if (unlink(in_dir(names[i])) != 0)
			rmdir(in_dir(names[i]));
	return rmdir(dir);
}

TT_TEST(replaced)
{
	write_text("a", "one", TT_OK);
	holds("a", "one");
	TT_EQ(chmod(in_dir("a"), 0600), 0);
	write_text("a", "two, longer", TT_OK);
	holds("a", "two, longer");
	TT_EQ(mode_of("a") & 07777, 0600);
	TT_TRUE(!is_there("a.new"));
	write_text("no/such/folder", "x", TT_EIO);
}

TT_TEST(a_link_stays_a_link)
{
	write_text("target", "one", TT_OK);
	TT_EQ(symlink("target", in_dir("link")), 0);
	write_text("link", "two", TT_OK);
	TT_TRUE(S_ISLNK(mode_of("link")));
	holds("target", "two");
	TT_EQ(symlink("nowhere", in_dir("lost")), 0);
	write_text("lost", "x", TT_OK);
	holds("lost", "x");
}

/* As of `-o /dev/null`. */
TT_TEST(what_is_no_file_is_not_replaced)
{
	char got[8] = "";
	TT_EQ(mkfifo(in_dir("pipe"), 0600), 0);
	const int fd = open(in_dir("pipe"), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	TT_TRUE(fd >= 0);
	write_text("pipe", "text", TT_OK);
	TT_EQ(read(fd, got, sizeof(got)), 4);
	TT_EQ(memcmp(got, "text", 4), 0);
	TT_TRUE(S_ISFIFO(mode_of("pipe")));
	close(fd);
	write_text(".", "x", TT_EIO);
	TT_EQ(tt_file_write("/dev/full", TT_STR("x"), NULL), TT_EIO);
}

TT_TEST(an_error_leaves_the_old)
{
	struct tt_file_out o;
	write_text("two", "old", TT_OK);
	TT_EQ(tt_file_begin(&o, in_dir("two"), NULL), TT_OK);
	TT_EQ(tt_file_put(&o, "new", 3, NULL), TT_OK);
	TT_EQ(tt_file_sync(&o, TT_EDATA, NULL), TT_EDATA);
	TT_TRUE(!is_there("two.new"));
	TT_EQ(tt_file_begin(&o, in_dir("two"), NULL), TT_OK);
	TT_EQ(tt_file_sync(&o, TT_OK, NULL), TT_OK);
	TT_TRUE(is_there("two.new"));
	TT_EQ(tt_file_place(&o, TT_EIO, NULL), TT_EIO);
	TT_TRUE(!is_there("two.new"));
	holds("two", "old");
	TT_EQ(mkdir(in_dir("taken.new"), 0700), 0);
	write_text("taken", "x", TT_EIO);
	TT_TRUE(!is_there("taken"));
}

TT_TEST(read_within_bounds)
{
	struct tt_err err = {0};
	struct tt_buf b;
	write_text("a", "12345", TT_OK);
	tt_buf_init(&b, 4);
	TT_EQ(tt_file_read(in_dir("a"), &b, &err), TT_ELIMIT);
	TT_TRUE(strstr(err.msg, "more than 4 bytes") != NULL);
	TT_EQ(tt_file_read(in_dir("none"), &b, &err), TT_ENOENT);
	TT_EQ(tt_file_read(dir, &b, &err), TT_EIO);
	TT_TRUE(strstr(err.msg, dir) != NULL);
	tt_buf_done(&b);
}

TT_TEST(path_too_long)
{
	static char path[TT_PATH_MAX + 10];
	memset(path, 'x', sizeof(path) - 1);
	TT_EQ(tt_file_write(path, TT_STR("x"), NULL), TT_ELIMIT);
	path[TT_PATH_MAX - 2] = '\0'; /* ".new" does not fit */
	TT_EQ(tt_file_write(path, TT_STR("x"), NULL), TT_ELIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TT_RUN(replaced), TT_RUN(a_link_stays_a_link),
		TT_RUN(what_is_no_file_is_not_replaced), TT_RUN(an_error_leaves_the_old),
		TT_RUN(read_within_bounds), TT_RUN(path_too_long)};
	return cmocka_run_group_tests(tests, set_up, tear_down) ? 1 : 0;
}
