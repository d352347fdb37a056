/* cores.c - see cores.h. A container's quota is seen at the root of its cgroup file system, whatever path
 * /proc/self/cgroup names; without a container the folder it names and every one above it count. */
#include "common/cores.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "common/str.h"

enum { LINE_MAX_BYTES = 1024, PATH_MAX_BYTES = 2048 };

/* The first line of the small file of that path; false when there is none. */
__attribute__((format(printf, 3, 4))) static bool first_line(
	char *line, int size, const char *path_format, ...)
{
	char path[PATH_MAX_BYTES];
	va_list args;
	va_start(args, path_format);
	vsnprintf(path, sizeof(path), path_format, args);
	va_end(args);
	FILE *f = fopen(path, "re");
	bool ok = f && fgets(line, size, f);
	if (f)
		fclose(f);
	return ok;
}

/* ---- quotas ---- */

/* Processors, rounded up; 0: no limit (v1 has a quota of -1 then). */
static int cores_of(long long quota, long long period)
{
	const long long n = quota > 0 && period > 0 ? (quota - 1) / period + 1 : 0;
	return n > 1 << 20 ? 0 : (int)n;
}

/* The quota of a group; v1 has two files for it, and v2 one: "QUOTA PERIOD" or "max PERIOD". */
static int quota_of(const char *hierarchy, const char *group, bool v2)
{
	char line[64], period_line[64];
	long long quota = 0, period = 0;
	if (v2) {
		if (!first_line(line, sizeof(line), "%s%s/cpu.max", hierarchy, group) ||
			sscanf(line, "%lld %lld", &quota, &period) != 2)
			return 0;
	} else if (first_line(line, sizeof(line), "%s%s/cpu.cfs_quota_us", hierarchy, group) &&
		   first_line(period_line, sizeof(period_line), "%s%s/cpu.cfs_period_us", hierarchy, group)) {
		quota = strtoll(line, NULL, 10);
		period = strtoll(period_line, NULL, 10);
	}
	return cores_of(quota, period);
}

static int least_of(int a, int b)
{
	return !a || (b && b < a) ? b : a;
}

/* The least quota of the group and those above it, up to the hierarchy's own; 0: none. Cuts group short. */
static int least_quota(const char *hierarchy, char *group, bool v2)
{
	int least = quota_of(hierarchy, group, v2);
	for (char *slash; (slash = strrchr(group, '/'));) {
		*slash = '\0';
		least = least_of(least, quota_of(hierarchy, group, v2));
	}
	return least;
}

static bool names_cpu(const char *controllers)
{
	for (const char *p = controllers; p; p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL)
		if (strcspn(p, ",") == 3 && strncmp(p, "cpu", 3) == 0)
			return true;
	return false;
}

/* Of a line of /proc/self/cgroup, NUMBER:CONTROLLERS:PATH; v2 names no controllers. */
static int quota_of_line(const char *root, char *line)
{
	char hierarchy[PATH_MAX_BYTES];
	char *controllers = strchr(line, ':'), *group = controllers ? strchr(controllers + 1, ':') : NULL;
	if (!group)
		return 0;
	*group++ = '\0';
	group[strcspn(group, "\n")] = '\0';
	controllers++;
	if (*controllers && !names_cpu(controllers))
		return 0;
	snprintf(hierarchy, sizeof(hierarchy), "%s/sys/fs/cgroup%s", root, *controllers ? "/cpu" : "");
	return least_quota(hierarchy, group, !*controllers);
}

static int quota_cores(const char *root)
{
	char path[PATH_MAX_BYTES], line[LINE_MAX_BYTES];
	int least = 0;
	snprintf(path, sizeof(path), "%s/proc/self/cgroup", root);
	FILE *f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		least = least_of(least, quota_of_line(root, line));
	if (f)
		fclose(f);
	return least;
}

/* ---- processors ---- */

/* No sibling of less number, in a list such as "0,32" or "0-1,8", is allowed too. */
static bool is_first_sibling(const char *list, int cpu, const cpu_set_t *allowed)
{
	char *end;
	for (const char *p = list;; p = end + 1) {
		long first = strtol(p, &end, 10), last = first;
		if (end == p || first < 0)
			return true;
		if (*end == '-')
			last = strtol(end + 1, &end, 10);
		for (long k = first; k <= last && k < cpu; k++)
			if (CPU_ISSET((size_t)k, allowed))
				return false;
		if (*end != ',')
			return true;
	}
}

int tt_cores_in(const char *root, const cpu_set_t *allowed)
{
	char list[LINE_MAX_BYTES];
	int n = 0;
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET((size_t)cpu, allowed))
			continue;
		n += !first_line(list, sizeof(list),
			     "%s/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", root, cpu) ||
		     is_first_sibling(list, cpu, allowed);
	}
	const int quota = quota_cores(root);
	if (quota && quota < n)
		n = quota;
	return n > 0 ? n : 1;
}

int tt_cores(void)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	if (sched_getaffinity(0, sizeof(set), &set) < 0) /* more processors than a cpu_set_t has */
		for (long cpu = 0; cpu < sysconf(_SC_NPROCESSORS_ONLN) && cpu < CPU_SETSIZE; cpu++)
			CPU_SET((size_t)cpu, &set);
	return tt_cores_in("", &set);
}

void tt_cpu_name(char ret[TT_CPU_NAME_BYTES])
{
	char line[LINE_MAX_BYTES];
	struct utsname system;
	FILE *f = fopen("/proc/cpuinfo", "re");
	snprintf(ret, TT_CPU_NAME_BYTES, "%s", uname(&system) == 0 ? system.machine : "unknown");
	while (f && fgets(line, sizeof(line), f)) {
		struct tt_str value = tt_str_c(line), name = tt_str_trim(tt_str_split(&value, ':'));
		if (!tt_str_eq(name, TT_STR("model name")))
			continue;
		snprintf(ret, TT_CPU_NAME_BYTES, "%.*s", TT_FMT(tt_str_trim(value)));
		break;
	}
	if (f)
		fclose(f);
}
