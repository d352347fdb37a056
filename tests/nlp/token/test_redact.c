/* test_redact.c - what is taken out of a text, what must stay, and where spans go. */
#include "nlp/token/redact.h"
#include "common/err.h"
#include "tests/fault.h"
#include "tests/tt_test.h"

static const struct {
	const char *in, *want;
} rows[] = {
	/* e-mail */
	{"mail ir@apple.com now", "mail [email] now"},
	{"J.Doe+news@mail.example.co.uk.", "[email]."},
	{"<m\xC3\xBCller@firma.de>, a@b", "<[email]>, a@b"},
	{"a@b.c and x@1.2", "a@b.c and x@1.2"},
	/* handles */
	{"via @Reuters: @jim_c's", "via [handle]: [handle]'s"},
	{"@me@mastodon.social says", "[handle] says"},
	{"bought @25, @ 3.5% and 5@7, x@y", "bought @25, @ 3.5% and 5@7, x@y"},
	/* IBAN: right, wrong check digits, with and without blanks, in a sentence, lower case */
	{"IBAN DE89 3704 0044 0532 0130 00 was", "IBAN [iban] was"},
	{"gb82west12345698765432", "[iban]"},
	{"DE88370400440532013000", "DE88370400440532013000"},
	{"NO9386011117947,", "[iban],"},
	{"ISIN US0378331005, DE0007164600", "ISIN US0378331005, DE0007164600"},
	/* cards: Luhn right, wrong, in fours, American Express, what only looks like one */
	{"4111111111111111 5555 5555 5555 4444", "[card] [card]"},
	{"4111111111111112", "4111111111111112"},
	{"3782 822463 10005 2026", "[card] 2026"},
	{"4111-1111-1111-1111x", "4111-1111-1111-1111x"},
	{"$4111111111111111, 4111111111111111 shares", "$4111111111111111, 4111111111111111 shares"},
	{"0.4111111111111111 and 4111111111111111.5", "0.4111111111111111 and 4111111111111111.5"},
	/* telephones */
	{"+49 30 1234567, +1 (212) 555-0123", "[phone], [phone]"},
	{"(212) 555-0123 or 1-800-555-0199", "[phone] or [phone]"},
	{"212-555-0123x", "212-555-0123x"},
	{"030 1234567 2nd floor", "[phone] 2nd floor"},
	{"030/1234567; 07700 900123; 01 42 68 53 00", "[phone]; [phone]; [phone]"},
	{"call 555 123 4567 today, Tel.: 5551234", "call [phone] today, Tel.: [phone]"},
	{"+49 30 1234567 m.mueller@firma.de, +49 30 1234567 TN5910006035183598478831",
		"[phone] [email], [phone] [iban]"},
	{"a@b.cn +49 30 1234567, @m@k+50 305-012@b", "[email] [phone], [handle][handle][phone][handle]"},
	{"\xE7\x94\xB5\xE8\xAF\x9D+86 10 1234 5678", "\xE7\x94\xB5\xE8\xAF\x9D[phone]"},
	{"call (01/23/2013), call 2026-11-29 0930", "call (01/23/2013), call 2026-11-29 0930"},
	{"fax 20261129, earnings call 1234567", "fax 20261129, earnings call 1234567"},
	/* what is news, not private */
	{"+1,250 points, +5.25%, +12.5bn, +1234567.89", "+1,250 points, +5.25%, +12.5bn, +1234567.89"},
	{"+1500000000 shares, +25000000 USD", "+1500000000 shares, +25000000 USD"},
	{"EUR 15000000000 and \xE2\x82\xAC"
	 "4111111111111111",
		"EUR 15000000000 and \xE2\x82\xAC"
		"4111111111111111"},
	{"$1,234,567,890 in 2019 2020 2021 2022", "$1,234,567,890 in 2019 2020 2021 2022"},
	{"2026-11-29 15:30:00, 29-11-2026, 01.02.2026 10:15",
		"2026-11-29 15:30:00, 29-11-2026, 01.02.2026 10:15"},
	{"20261129T153000, 1795448783000", "20261129T153000, 1795448783000"},
	{"005930.KS, 0700.HK, 600519 000001 0700 0941 1810",
		"005930.KS, 0700.HK, 600519 000001 0700 0941 1810"},
	{"$AAPL 250.300.400 12/31/2026 Q3 10-K", "$AAPL 250.300.400 12/31/2026 Q3 10-K"},
	{"levels 200 300 4000; 1.2345678", "levels 200 300 4000; 1.2345678"},
	/* none, one of each, any bytes */
	{"", ""},
	{"\xFF a@b.com\xFF", "\xFF [email]\xFF"},
	{"@", "@"},
	{"+", "+"},
	{"(", "("},
};

TT_TEST(redacted_texts)
{
	struct tt_redacted r;
	tt_redacted_init(&r);
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		TT_EQ_ROW(i, tt_redact(&r, tt_str_c(rows[i].in)), TT_OK);
		struct tt_str got = tt_buf_view(&r.text);
		TT_STR_EQ_ROW(i, got.p ? got : TT_STR(""), tt_str_c(rows[i].want));
	}
	tt_redacted_done(&r);
}

TT_TEST(spans_move)
{
	/*                      0         1         2         3
	 *                      0123456789012345678901234567890123456789 */
	static const char in[] = "a@b.com @me: Apple calls +49301234567 up";
	static const char out[] = "[email] [handle]: Apple calls [phone] up";
	static const struct {
		struct tt_span in, out;
	} spans[] = {
		{{13, 18}, {18, 23}}, /* Apple */
		{{0, 7}, {0, 7}},     /* all of an address */
		{{2, 5}, {0, 7}},     /* a piece of it */
		{{5, 9}, {0, 16}},    /* from one into the next */
		{{7, 8}, {7, 8}},     /* between */
		{{13, 30}, {18, 37}}, /* into a number */
		{{38, 40}, {38, 40}}, /* behind all */
		{{0, 40}, {0, 40}},
	};
	struct tt_redacted r;
	tt_redacted_init(&r);
	TT_EQ(tt_redact(&r, tt_str_c(in)), TT_OK);
	TT_STR_EQ(tt_buf_view(&r.text), tt_str_c(out));
	for (size_t i = 0; i < TT_LEN(spans); i++) {
		struct tt_span got = tt_redacted_span(&r, spans[i].in);
		TT_EQ_ROW(i, got.start, spans[i].out.start);
		TT_EQ_ROW(i, got.end, spans[i].out.end);
	}
	TT_EQ(r.n, 3);
	TT_EQ(r.v[0].kind, TT_PRIVATE_EMAIL);
	TT_EQ(r.v[1].kind, TT_PRIVATE_HANDLE);
	TT_EQ(r.v[2].kind, TT_PRIVATE_PHONE);
	TT_STR_EQ(tt_str_c(tt_private_name(r.v[2].kind)), TT_STR("phone"));
	tt_redacted_done(&r);
}

TT_TEST(memory_fails)
{
	int rc = TT_ENOMEM;
	long n = 0;
	for (; n < 50 && rc == TT_ENOMEM; n++) {
		struct tt_redacted r;
		tt_redacted_init(&r);
		tt_fault_alloc_after(n);
		rc = tt_redact(&r, TT_STR("a@b.com @a @b @c @d @e @f @g @h"));
		tt_fault_off();
		TT_EQ_ROW(n, r.n, rc < 0 ? 0 : 9);
		TT_EQ_ROW(n, r.text.n == 0, rc < 0);
		tt_redacted_done(&r);
		TT_EQ_ROW(n, tt_alloc_live(), 0);
	}
	TT_EQ(rc, TT_OK);
	TT_TRUE(n > 2);
}

TT_MAIN(TT_RUN(redacted_texts), TT_RUN(spans_move), TT_RUN(memory_fails))
