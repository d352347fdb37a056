/* progress.c - see progress.h. */
#include "app/score/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "common/clock.h"

enum { BAR = 30, DRAW_EVERY_NS = 100000000 };

void tt_progress_init(struct tt_progress_bar *p, bool wanted, int64_t total_bytes)
{
	*p = (struct tt_progress_bar){.shown = wanted && isatty(STDERR_FILENO),
		.start_ns = tt_mono_ns(&tt_clock_real),
		.total_bytes = total_bytes};
}

static int format_left(char *out, int out_bytes, double seconds)
{
	int64_t s = (int64_t)(seconds + 0.5);
	if (s >= 3600)
		return snprintf(out, (size_t)out_bytes, "%lldh%02lldm left", (long long)(s / 3600),
			(long long)(s / 60 % 60));
	return snprintf(
		out, (size_t)out_bytes, "%lldm%02llds left", (long long)(s / 60), (long long)(s % 60));
}

void tt_progress_line(
	char *out, int out_bytes, int64_t items, int64_t done_bytes, int64_t total_bytes, int64_t elapsed_ns)
{
	double seconds = (double)elapsed_ns / 1e9, rate = seconds > 0 ? (double)items / seconds : 0;
	char left[40] = "", bar[BAR + 1];
	if (total_bytes <= 0 || done_bytes <= 0) {
		snprintf(out, (size_t)out_bytes, "%lld texts, %.0f/s", (long long)items, rate);
		return;
	}
	double share = done_bytes < total_bytes ? (double)done_bytes / (double)total_bytes : 1.0;
	format_left(left, sizeof(left), seconds / share - seconds);
	for (int i = 0; i < BAR; i++)
		bar[i] = i < (int)(share * BAR) ? '#' : '.';
	bar[BAR] = '\0';
	snprintf(out, (size_t)out_bytes, "[%s] %3d%%  %lld texts, %.0f/s, %s", bar, (int)(share * 100),
		(long long)items, rate, left);
}

void tt_progress_update(struct tt_progress_bar *p, int64_t items, int64_t consumed_bytes)
{
	char line[160];
	int64_t now = tt_mono_ns(&tt_clock_real);
	if (!p->shown || (p->drawn_ns && now - p->drawn_ns < DRAW_EVERY_NS))
		return;
	tt_progress_line(line, sizeof(line), items, consumed_bytes, p->total_bytes, now - p->start_ns);
	fprintf(stderr, "\r%s\033[K", line);
	fflush(stderr);
	p->drawn_ns = now;
}

void tt_progress_clear(struct tt_progress_bar *p)
{
	if (p->shown && p->drawn_ns)
		fputs("\r\033[K", stderr);
	p->drawn_ns = 0;
}
