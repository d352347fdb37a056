/* template.c - see template.h. */
#include "demo/template.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"

struct render {
	const struct tt_demo_time *time;
	struct tt_buf *out;
	int64_t changed_ms;
	bool in_block, hidden;
};

void tt_demo_rfc822(int64_t ms, char ret[40])
{
	static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char months[][4] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	time_t s = (time_t)(ms / 1000);
	struct tm tm;

	gmtime_r(&s, &tm);
	snprintf(ret, 40, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[tm.tm_wday], tm.tm_mday,
		months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* "-1h35m", "+10s" */
static bool offset_parse(struct tt_str s, int64_t *ret_ms)
{
	int64_t sum = 0;
	bool minus = s.n > 0 && s.p[0] == '-';

	if (s.n < 3 || (s.p[0] != '-' && s.p[0] != '+'))
		return false;
	for (size_t i = 1, digits; i < s.n; i++) {
		int64_t n, unit;
		for (digits = i; i < s.n && s.p[i] >= '0' && s.p[i] <= '9';)
			i++;
		if (i == s.n || !tt_str_int((struct tt_str){s.p + digits, i - digits}, 0, 100000, &n))
			return false;
		switch (s.p[i]) {
		case 's':
			unit = 1000;
			break;
		case 'm':
			unit = 60 * 1000;
			break;
		case 'h':
			unit = 60 * 60 * 1000;
			break;
		case 'd':
			unit = 24 * 60 * 60 * 1000;
			break;
		default:
			return false;
		}
		sum += n * unit;
	}
	*ret_ms = minus ? -sum : sum;
	return true;
}

static int put_time(const struct render *r, int64_t offset_ms)
{
	char text[40];
	int64_t ms = r->time->start_ms + offset_ms;

	if (r->time->dates == TT_DEMO_RFC822)
		tt_demo_rfc822(ms, text);
	else
		tt_time_rfc3339(ms - ms % 1000, text);
	return tt_buf_str(r->out, tt_str_c(text));
}

/* What stands between {{ and }}. */
static int hole(struct render *r, struct tt_str what)
{
	struct tt_str rest = what;
	struct tt_str word = tt_str_split(&rest, ' ');
	int64_t ms;

	if (tt_str_eq(what, TT_STR("end"))) {
		if (!r->in_block)
			return TT_EPARSE;
		r->in_block = r->hidden = false;
		return TT_OK;
	}
	if (tt_str_eq(word, TT_STR("from")) || tt_str_eq(word, TT_STR("until"))) {
		if (r->in_block || !offset_parse(rest, &ms))
			return TT_EPARSE;
		bool passed = r->time->now_ms >= r->time->start_ms + ms;
		if (passed && r->changed_ms < r->time->start_ms + ms)
			r->changed_ms = r->time->start_ms + ms;
		r->in_block = true;
		r->hidden = passed == (word.p[0] == 'u');
		return TT_OK;
	}
	if (!offset_parse(what, &ms))
		return TT_EPARSE;
	return r->hidden ? TT_OK : put_time(r, ms);
}

int tt_demo_render(struct tt_str text, const struct tt_demo_time *time, struct tt_buf *out,
	int64_t *ret_changed_ms, struct tt_err *err)
{
	struct render r = {.time = time, .out = out, .changed_ms = time->start_ms};
	const char *p = text.p, *end = text.p + text.n;
	int rc = TT_OK, line = 1;

	while (p < end && rc == TT_OK) {
		const char *open = memmem(p, (size_t)(end - p), "{{", 2);
		const char *stop = open ? open : end;
		if (!r.hidden)
			rc = tt_buf_add(out, p, (size_t)(stop - p));
		for (; p < stop; p++)
			line += *p == '\n';
		if (!open || rc != TT_OK)
			break;
		const char *close = memmem(open, (size_t)(end - open), "}}", 2);
		if (!close)
			return tt_err_set(err, TT_EPARSE, "line %d: '{{' without '}}'", line);
		struct tt_str what = {open + 2, (size_t)(close - open) - 2};
		rc = hole(&r, what);
		if (rc == TT_EPARSE)
			return tt_err_set(err, rc, "line %d: cannot read {{%.*s}}", line, TT_FMT(what));
		p = close + 2;
	}
	if (rc == TT_OK && r.in_block)
		return tt_err_set(err, TT_EPARSE, "line %d: {{end}} is missing", line);
	if (rc != TT_OK)
		return tt_err_set(err, rc, "%s", tt_err_text(rc));
	*ret_changed_ms = r.changed_ms;
	return TT_OK;
}
