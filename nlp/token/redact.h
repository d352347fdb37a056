/* redact.h - what tells who a person is, taken out of a text: e-mail addresses, telephone numbers, IBANs
 * (length of the country and mod-97 checked), payment card numbers (Luhn checked) and @handles become
 * [email], [phone], [iban], [card] and [handle]. Amounts, percentages, dates, years, tickers, cashtags and
 * ISINs stay.
 *
 * What counts as each is said in docs/TRAINING.md. It errs on the side of amounts: a number is a telephone
 * number when it is written as one (+49 30 1234567, (212) 555-0123, 212-555-0123, 030 1234567) or stands
 * behind a word like "call" or "Tel.", not because it has many digits.
 *
 * Pure: text in, text out, and where what went. Owner: struct tt_redacted is caller's storage (init/done),
 * reused from text to text. Threads: one at a time. Errors: TT_ENOMEM, TT_ELIMIT (TT_TEXT_MAX bytes or more);
 * the result is then empty. UTF-8 stays as valid as it was. */
#ifndef TT_NLP_TOKEN_REDACT_H
#define TT_NLP_TOKEN_REDACT_H

#include "common/buf.h"
#include "nlp/token/tokenizer.h"

enum tt_private {
	TT_PRIVATE_EMAIL,
	TT_PRIVATE_PHONE,
	TT_PRIVATE_IBAN,
	TT_PRIVATE_CARD,
	TT_PRIVATE_HANDLE,
	TT_PRIVATE_KINDS
};

const char *tt_private_name(enum tt_private kind); /* "email", ... */

struct tt_redaction {
	enum tt_private kind;
	struct tt_span given, placeholder; /* bytes of the text as given, and of the redacted one */
};

struct tt_redacted {
	unsigned kinds; /* which are looked for, 1 << kind; all of them after init */
	struct tt_buf text;
	struct tt_redaction *v; /* in the text's order */
	size_t n, cap;
};

void tt_redacted_init(struct tt_redacted *r);
void tt_redacted_done(struct tt_redacted *r);
int tt_redact(struct tt_redacted *r, struct tt_str given);

/* A span of the given text as one of the redacted: what reached into something redacted now takes in its
 * placeholder. */
struct tt_span tt_redacted_span(const struct tt_redacted *r, struct tt_span given);

#endif
