/* term.c - see term.h. */
#include "app/cli/term.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utf8proc.h>

#include "common/clock.h"
#include "common/utf8.h"

bool tt_term_colour(int fd)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
	return isatty(fd) && !(no && *no) && term && strcmp(term, "dumb") != 0;
}

int tt_term_width(int fd)
{
	struct winsize w;
	if (!isatty(fd))
		return 0;
	return ioctl(fd, TIOCGWINSZ, &w) == 0 && w.ws_col > 0 ? w.ws_col : 80;
}

/* Formatting characters (Cf) turn the direction of a line around; Cc are the terminal's commands. */
static bool is_unsafe(uint32_t c)
{
	utf8proc_category_t k = utf8proc_category((int32_t)c);
	return k == UTF8PROC_CATEGORY_CC || k == UTF8PROC_CATEGORY_CF || k == UTF8PROC_CATEGORY_ZL ||
	       k == UTF8PROC_CATEGORY_ZP;
}

int tt_term_text(struct tt_buf *out, struct tt_str s, int columns)
{
	size_t len, cut_at = out->n; /* where "…" would go */
	int width = 0;
	char bytes[4];
	for (size_t at = 0; at < s.n; at += len) {
		uint32_t c = tt_utf8_decode(s, at, &len);
		c = is_unsafe(c) ? ' ' : c;
		int w = utf8proc_charwidth((int32_t)c);
		if (columns > 0 && width + w > columns) {
			out->n = cut_at;
			return tt_buf_str(out, TT_STR("…"));
		}
		tt_buf_add(out, bytes, tt_utf8_encode(c, bytes));
		width += w;
		if (width < columns)
			cut_at = out->n;
	}
	return out->rc;
}

void tt_term_wrap(struct tt_buf *out, size_t width, size_t at, size_t indent, struct tt_str text)
{
	bool first = true;
	while (text.p) {
		struct tt_str word = tt_str_split(&text, ' ');
		const size_t n = tt_utf8_count(word);
		if (n == 0)
			continue;
		if (!first && at + 1 + n > width) {
			tt_buf_printf(out, "\n%*s", (int)indent, "");
			at = indent;
		} else if (!first) {
			tt_buf_char(out, ' ');
			at++;
		}
		tt_buf_str(out, word);
		at += n;
		first = false;
	}
	tt_buf_char(out, '\n');
}

void tt_term_field(struct tt_buf *out, const char *name, struct tt_str value)
{
	if (!value.p)
		return;
	tt_buf_printf(out, "%-11s ", name);
	tt_term_text(out, value, 0);
	tt_buf_char(out, '\n');
}

void tt_term_field_time(struct tt_buf *out, const char *name, int64_t ms)
{
	char text[40];
	tt_time_rfc3339(ms, text);
	tt_term_field(out, name, text[0] ? tt_str_c(text) : (struct tt_str){NULL, 0});
}
