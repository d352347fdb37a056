/* term.h - what kind of terminal, if any, a stream goes to; and text that is safe and fits on one of its
 * lines. */
#ifndef TT_APP_TERM_H
#define TT_APP_TERM_H

#include "common/buf.h"

/* Colours are wanted: fd is a terminal that is not "dumb", and NO_COLOR is not set (https://no-color.org). */
bool tt_term_colour(int fd);

int tt_term_width(int fd); /* columns; 0: not a terminal */

/* Appends s on one line: control characters, which could steer the terminal, and broken UTF-8 become spaces
 * and U+FFFD. At most `columns` wide, the last one "…" when something was cut; 0: no limit. */
int tt_term_text(struct tt_buf *out, struct tt_str s, int columns);

/* Appends the words of text from column `at` on, broken before `width`, further lines indented; ends with a
 * newline. */
void tt_term_wrap(struct tt_buf *out, size_t width, size_t at, size_t indent, struct tt_str text);

/* Appends "name        value" as a line; nothing when there is no value. */
void tt_term_field(struct tt_buf *out, const char *name, struct tt_str value);
void tt_term_field_time(struct tt_buf *out, const char *name, int64_t ms);

#endif
