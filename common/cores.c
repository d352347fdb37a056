/* cores.c - see cores.h. A container's quota is seen at /sys/fs/cgroup, its own root; without a container the
 * folder named in /proc/self/cgroup and every one above it count. */
#include "common/cores.h"

#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

int tt_cores_of_quota(const char *cpu_max)
{
	long long quota, period;
	if (sscanf(cpu_max, "%lld %lld", &quota, &period) != 2 || quota <= 0 || period <= 0)
		return 0;
	long long n = (quota + period - 1) / period;
	return n > 1 << 20 ? 0 : (int)n;
}

/* The first line of a small file; false when there is none. */
static bool first_line(const char *path, char *line, int size)
{
	FILE *f = fopen(path, "re");
	bool ok = f && fgets(line, size, f);
	if (f)
		fclose(f);
	return ok;
}

static int quota_cores(void)
{
	char line[512], path[640];
	int least = 0;
	if (!first_line("/proc/self/cgroup", line, sizeof(line)) || strncmp(line, "0::/", 4) != 0)
		return 0;
	line[strcspn(line, "\n")] = '\0';
	for (char *group = line + 3, *slash; group; *slash = '\0') {
		char quota[64];
		snprintf(path, sizeof(path), "/sys/fs/cgroup%s/cpu.max", group);
		int n = first_line(path, quota, sizeof(quota)) ? tt_cores_of_quota(quota) : 0;
		if (n && (!least || n < least))
			least = n;
		slash = strrchr(group, '/');
		if (!slash)
			break;
	}
	return least;
}

int tt_cores(void)
{
	cpu_set_t set;
	int n = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
	int quota = quota_cores();
	if (quota && quota < n)
		n = quota;
	return n > 0 ? n : 1;
}
