/* clock.c - see clock.h. Calendar arithmetic after Howard Hinnant's days_from_civil and civil_from_days. */
#include "common/clock.h"

#include <stdio.h>
#include <time.h>

static int64_t now_ns(clockid_t id)
{
	struct timespec ts;
	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static int64_t real_wall_ms(void *ctx)
{
	(void)ctx;
	return now_ns(CLOCK_REALTIME) / 1000000;
}

static int64_t real_mono_ns(void *ctx)
{
	(void)ctx;
	return now_ns(CLOCK_MONOTONIC);
}

const struct tt_clock tt_clock_real = {real_wall_ms, real_mono_ns, NULL};

static int64_t fake_wall_ms(void *ctx)
{
	return ((struct tt_fake_clock *)ctx)->wall_ms;
}

static int64_t fake_mono_ns(void *ctx)
{
	return ((struct tt_fake_clock *)ctx)->mono_ns;
}

void tt_fake_clock_init(struct tt_fake_clock *fake, int64_t wall_ms)
{
	*fake = (struct tt_fake_clock){{fake_wall_ms, fake_mono_ns, fake}, wall_ms, 0};
}

void tt_fake_clock_advance(struct tt_fake_clock *fake, int64_t ms)
{
	fake->wall_ms += ms;
	fake->mono_ns += ms * 1000000;
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

int64_t tt_days_of_date(int64_t year, int month, int day)
{
	year -= month <= 2;
	int64_t era = floor_div(year, 400), yoe = year - era * 400;
	int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

void tt_time_rfc3339(int64_t ms, char out[40])
{
	if (ms == TT_TIME_NONE) {
		out[0] = '\0';
		return;
	}
	int64_t days = floor_div(ms, 86400000), rest = ms - days * 86400000;
	int64_t z = days + 719468, era = floor_div(z, 146097), doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	int day = (int)(doy - (153 * mp + 2) / 5 + 1), month = (int)(mp < 10 ? mp + 3 : mp - 9);
	int64_t year = yoe + era * 400 + (month <= 2);
	int n = snprintf(out, 40, "%04lld-%02d-%02dT%02d:%02d:%02d", (long long)year, month, day,
		(int)(rest / 3600000), (int)(rest / 60000 % 60), (int)(rest / 1000 % 60));
	if (rest % 1000)
		snprintf(out + n, 40 - (size_t)n, ".%03dZ", (int)(rest % 1000));
	else
		snprintf(out + n, 40 - (size_t)n, "Z");
}
