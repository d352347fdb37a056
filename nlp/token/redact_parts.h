/* redact_parts.h - the two files of the redactor. Each of these says how many bytes of `s` from `at` on are
 * such a thing, 0 when there is none; reading s never leaves it. */
#ifndef TT_NLP_TOKEN_REDACT_PARTS_H
#define TT_NLP_TOKEN_REDACT_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/str.h"

size_t tt_private_email(struct tt_str s, size_t at);
size_t tt_private_iban(struct tt_str s, size_t at);
size_t tt_private_card(struct tt_str s, size_t at);
size_t tt_private_phone(struct tt_str s, size_t at);

static inline bool tt_private_digit(struct tt_str s, size_t at)
{
	return at < s.n && s.p[at] >= '0' && s.p[at] <= '9';
}

static inline bool tt_private_letter(struct tt_str s, size_t at)
{
	return at < s.n && (s.p[at] | 0x20) >= 'a' && (s.p[at] | 0x20) <= 'z';
}

static inline bool tt_private_word(struct tt_str s, size_t at)
{
	return tt_private_digit(s, at) || tt_private_letter(s, at) || (at < s.n && s.p[at] == '_');
}

#endif
