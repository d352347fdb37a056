/* log.c - see log.h. A line is built on the stack; a value that does not fit is cut between two characters,
 * and the room kept back (TAIL) always closes the line, so that JSON stays JSON. */
#include "common/log.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/utf8.h"

enum { TAIL = sizeof("\",\"cut\":true}\n") };

static struct {
	_Atomic int min_level;
	_Atomic bool json, colour;
} setup = {TT_LOG_INFO, false, false};

static const char *const level_names[TT_LOG_LEVELS] = {"debug", "info", "warn", "error"};
static const char *const level_words[TT_LOG_LEVELS] = {"DEBUG", "INFO ", "WARN ", "ERROR"};
static const char *const level_colours[TT_LOG_LEVELS] = {"\033[2m", "", "\033[33m", "\033[31m"};

struct line {
	char p[TT_LOG_LINE_MAX];
	size_t n;
	bool json, cut;
};

void tt_log_setup(enum tt_log_level min_level, bool json)
{
	const char *no_color = getenv("NO_COLOR");
	atomic_store(&setup.min_level, (int)min_level);
	atomic_store(&setup.json, json);
	atomic_store(&setup.colour, !json && !(no_color && *no_color) && isatty(STDERR_FILENO));
}

bool tt_log_level_parse(struct tt_str name, enum tt_log_level *ret)
{
	for (int i = 0; i < TT_LOG_LEVELS; i++) {
		if (tt_str_eq(name, tt_str_c(level_names[i]))) {
			*ret = (enum tt_log_level)i;
			return true;
		}
	}
	return false;
}

/* All of it or nothing; after the first nothing the line takes no more. */
static bool put(struct line *l, const char *p, size_t n)
{
	if (l->cut || n > sizeof(l->p) - TAIL - l->n) {
		l->cut = true;
		return false;
	}
	memcpy(l->p + l->n, p, n);
	l->n += n;
	return true;
}

__attribute__((format(printf, 2, 3))) static bool putf(struct line *l, const char *fmt, ...)
{
	char text[256];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return put(l, text, n < 0 ? 0 : (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1);
}

/* Bytes that are not UTF-8 are shown as \xHH to people and as U+FFFD in JSON, which knows no bytes. */
static void put_escaped(struct line *l, struct tt_str s)
{
	for (size_t i = 0, len; i < s.n && !l->cut; i += len ? len : 1) {
		struct tt_str rest = {s.p + i, s.n - i};
		uint32_t c = 0;
		len = tt_utf8_char(rest, &c);
		if (len == 0)
			putf(l, l->json ? "\\ufffd" : "\\x%02x", (unsigned char)*rest.p);
		else if (c == '"' || c == '\\')
			putf(l, "\\%c", (char)c);
		else if (c == '\n' || c == '\r' || c == '\t')
			put(l, c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t", 2);
		else if (c < 0x20 || (c >= 0x7f && c < 0xa0))
			putf(l, "\\u%04x", (unsigned)c);
		else
			put(l, rest.p, len);
	}
}

static void put_quoted(struct line *l, struct tt_str s)
{
	if (!put(l, "\"", 1))
		return;
	put_escaped(l, s);
	l->p[l->n++] = '"'; /* in the room kept back */
}

static void put_field(struct line *l, const struct tt_field *f)
{
	size_t before = l->n;
	if (!putf(l, l->json ? ",\"%s\":" : " %s=", f->key))
		return;
	if (f->type == TT_FIELD_INT)
		putf(l, "%lld", (long long)f->i);
	else if (f->type == TT_FIELD_REAL && l->json && !isfinite(f->d))
		putf(l, "null");
	else if (f->type == TT_FIELD_REAL)
		putf(l, "%.9g", f->d);
	else if (f->s.p || !l->json)
		put_quoted(l, f->s);
	else
		putf(l, "null");
	char last = l->p[l->n - 1];
	if (l->cut && (last == ':' || last == '='))
		l->n = before; /* not a key without its value */
}

static void put_time(struct line *l)
{
	char text[40];
	int64_t now = tt_wall_ms(&tt_clock_real);
	tt_time_rfc3339(now - now % 1000, text);
	putf(l, "%.19s.%03dZ", text, (int)(now % 1000));
}

static void put_head(struct line *l, enum tt_log_level level, const char *event)
{
	bool colour = atomic_load(&setup.colour) && level_colours[level][0];
	if (l->json)
		putf(l, "{\"ts\":\"");
	put_time(l);
	if (l->json) {
		putf(l, "\",\"level\":\"%s\",\"event\":", level_names[level]);
		put_quoted(l, tt_str_c(event));
	} else {
		putf(l, " %s%s%s ", colour ? level_colours[level] : "", level_words[level],
			colour ? "\033[0m" : "");
		put_escaped(l, tt_str_c(event));
	}
}

void tt_log_fields(enum tt_log_level level, const char *event, const struct tt_field *fields, size_t n)
{
	struct line l;
	if ((int)level < atomic_load(&setup.min_level))
		return;
	l.n = 0;
	l.cut = false;
	l.json = atomic_load(&setup.json);
	put_head(&l, level, event);
	for (size_t i = 0; i < n && !l.cut; i++)
		put_field(&l, &fields[i]);
	const char *end = !l.json ? l.cut ? " (cut)\n" : "\n" : l.cut ? ",\"cut\":true}\n" : "}\n";
	memcpy(l.p + l.n, end, strlen(end));
	l.n += strlen(end);
	while (write(STDERR_FILENO, l.p, l.n) < 0 && errno == EINTR)
		;
}

bool tt_log_allowed(struct tt_log_limit *limit, int64_t every_ms, int64_t *suppressed)
{
	int64_t now = tt_mono_ns(&tt_clock_real), next = atomic_load(&limit->next_ns);
	if (now < next || !atomic_compare_exchange_strong(&limit->next_ns, &next, now + every_ms * 1000000)) {
		atomic_fetch_add(&limit->swallowed, 1);
		return false;
	}
	int64_t swallowed = atomic_exchange(&limit->swallowed, 0);
	if (suppressed)
		*suppressed = swallowed;
	return true;
}
