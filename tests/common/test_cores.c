/* test_cores.c - threads by what proc and sys say, in trees made for it. */
#include "tests/tt_test.h"

#include <sys/stat.h>

#include "common/cores.h"

static char root[] = "/tmp/tt_cores_XXXXXX";

/* Writes a file below root, and the folders it is in. */
static void put(const char *name, const char *text)
{
	char path[512];
	snprintf(path, sizeof(path), "%s/%s", root, name);
	for (char *p = path + strlen(root) + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		mkdir(path, 0700);
		*p = '/';
	}
	FILE *f = fopen(path, "w");
	TT_TRUE(f && fputs(text, f) >= 0 && fclose(f) == 0);
}

static int tree(void **state)
{
	(void)state;
	memcpy(root + sizeof(root) - 7, "XXXXXX", 6);
	return mkdtemp(root) ? 0 : 1;
}

static int no_tree(void **state)
{
	char command[64];
	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", root);
	return system(command);
}

/* Of processors 0 to n - 1. */
static int cores(int n)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	for (int i = 0; i < n; i++)
		CPU_SET((size_t)i, &set);
	return tt_cores_in(root, &set);
}

TT_TEST(without_any_file)
{
	TT_EQ(cores(6), 6);
	TT_EQ(cores(0), 1);
	TT_TRUE(tt_cores() >= 1 && tt_cores() <= sysconf(_SC_NPROCESSORS_CONF));
}

TT_TEST(siblings_count_once)
{
	static const struct {
		const char *list[8];
		int want[9]; /* by how many processors are allowed */
	} rows[] = {
		{{"0\n", "1\n", "2\n", "3\n", "4\n", "5\n", "6\n", "7\n"}, {1, 1, 2, 3, 4, 5, 6, 7, 8}},
		{{"0-1\n", "0-1\n", "2-3\n", "2-3\n", "4-5\n", "4-5\n", "6-7\n", "6-7\n"}, {1, 1, 1, 2, 2, 3, 3, 4, 4}},
		{{"0,4\n", "1,5\n", "2,6\n", "3,7\n", "0,4\n", "1,5\n", "2,6\n", "3,7\n"}, {1, 1, 2, 3, 4, 4, 4, 4, 4}},
		{{"0,2-4\n", "1\n", "0,2-4\n", "0,2-4\n", "0,2-4\n", "5\n", "junk", ""}, {1, 1, 2, 2, 2, 2, 3, 4, 5}},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		for (int cpu = 0; cpu < 8; cpu++) {
			char name[96];
			snprintf(name, sizeof(name), "sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu);
			put(name, rows[i].list[cpu]);
		}
		for (int n = 0; n <= 8; n++)
			TT_EQ_ROW((long)i * 10 + n, cores(n), rows[i].want[n]);
	}
	cpu_set_t set; /* the second sibling alone is a core */
	CPU_ZERO(&set);
	CPU_SET(4, &set);
	TT_EQ(tt_cores_in(root, &set), 1);
}

TT_TEST(a_quota)
{
	static const struct {
		const char *cpu_max;
		int want;
	} rows[] = {
		{"max 100000\n", 8}, {"200000 100000\n", 2}, {"150000 100000", 2}, {"1000 100000", 1}, {"", 8},
		{"-1 100000", 8}, {"100000 0", 8}, {"junk", 8}, {"9223372036854775807 1", 8}, {"1600000 100000", 8},
	};
	put("proc/self/cgroup", "0::/\n");
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		put("sys/fs/cgroup/cpu.max", rows[i].cpu_max);
		TT_EQ_ROW((long)i, cores(8), rows[i].want);
	}
}

TT_TEST(the_least_of_nested_quotas)
{
	put("proc/self/cgroup", "0::/system.slice/tickertone.service\n");
	put("sys/fs/cgroup/system.slice/tickertone.service/cpu.max", "600000 100000\n");
	TT_EQ(cores(8), 6);
	put("sys/fs/cgroup/system.slice/cpu.max", "300000 100000\n");
	TT_EQ(cores(8), 3);
	put("sys/fs/cgroup/cpu.max", "200000 100000\n");
	TT_EQ(cores(8), 2);
	put("sys/fs/cgroup/system.slice/tickertone.service/cpu.max", "100000 100000\n");
	TT_EQ(cores(8), 1);
}

/* What version 1 says in the group that is named, or, in a container, at the root of what is mounted. */
TT_TEST(quotas_of_version_1)
{
	put("proc/self/cgroup", "12:cpuset:/a\n4:cpuacct,cpu:/docker/b\n1:name=systemd:/c\n0::/d\n");
	put("sys/fs/cgroup/cpu/a/cpu.cfs_quota_us", "100000\n"); /* another group's */
	put("sys/fs/cgroup/cpu/a/cpu.cfs_period_us", "100000\n");
	TT_EQ(cores(8), 8);
	put("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
	put("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
	TT_EQ(cores(8), 8);
	put("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "450000\n");
	TT_EQ(cores(8), 5);
	put("sys/fs/cgroup/cpu/docker/b/cpu.cfs_quota_us", "100000\n");
	put("sys/fs/cgroup/cpu/docker/b/cpu.cfs_period_us", "50000\n");
	TT_EQ(cores(8), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(without_any_file, tree, no_tree),
		cmocka_unit_test_setup_teardown(siblings_count_once, tree, no_tree),
		cmocka_unit_test_setup_teardown(a_quota, tree, no_tree),
		cmocka_unit_test_setup_teardown(the_least_of_nested_quotas, tree, no_tree),
		cmocka_unit_test_setup_teardown(quotas_of_version_1, tree, no_tree)};
	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
