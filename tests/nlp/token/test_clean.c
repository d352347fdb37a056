/* test_clean.c - what cleaning takes away, and the way back from a cleaned span to the text as given. */
#include "nlp/token/clean.h"
#include "tests/tt_test.h"

TT_TEST(cleaned_texts)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{"", ""},
		{"  \t\n ", ""},
		{"Apple soars", "Apple soars"},
		{"  Apple \t\n soars  ", "Apple soars"},
		{"Apple soars https://t.co/x1", "Apple soars"},
		{"see http://a.b/c?d=e#f now", "see now"},
		{"see:https://t.co/x now", "see: now"},
		{"HTTPS://T.CO/X up", "up"},
		{"http://", "http://"},
		{"http:// http://t.co/x", "http://"},
		{"http://\xC2\xA0x", "http:// x"},
		{"https://only", ""},
		{"www.example.com stays", "www.example.com stays"},
		{"a\xC2\xA0\xE3\x80\x80"
		 "b\x1C"
		 "c\xC2\x85"
		 "d",
			"a b c d"},
		{"h", "h"},
		{"broken \xFF http", "broken \xFF http"},
	};
	struct tt_clean c;
	tt_clean_init(&c);
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		TT_EQ_ROW(i, tt_clean_text(&c, tt_str_c(rows[i].in)), TT_OK);
		TT_STR_EQ_ROW(i, c.text, tt_str_c(rows[i].want));
	}
	tt_clean_done(&c);
}

TT_TEST(spans_there_and_back)
{
	static const struct {
		const char *in, *mention; /* the mention in the text as given */
		const char *want;         /* what is left of it; NULL: nothing */
	} rows[] = {
		{"x  https://t.co/a  Apple  soars", "Apple", "Apple"},
		{"Apple   Inc. soars", "Apple   Inc.", "Apple Inc."},
		{"see https://apple.com/x now", "apple", NULL},
		{"  \xC3\x89"
		 "COLE up",
			"\xC3\x89"
			"COLE",
			"\xC3\x89"
			"COLE"},
		{"Apple https://t.co/a Inc.", "Apple https://t.co/a Inc.", "Apple Inc."},
	};
	struct tt_clean c;
	tt_clean_init(&c);
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		const char *at = strstr(rows[i].in, rows[i].mention);
		struct tt_span given = {(uint32_t)(at - rows[i].in),
			(uint32_t)(at - rows[i].in + (long)strlen(rows[i].mention))};
		struct tt_span cleaned = {0, 0};
		TT_EQ_ROW(i, tt_clean_text(&c, tt_str_c(rows[i].in)), TT_OK);
		TT_EQ_ROW(i, tt_clean_span(&c, given, &cleaned), rows[i].want != NULL);
		if (!rows[i].want)
			continue;
		struct tt_str got = {c.text.p + cleaned.start, cleaned.end - cleaned.start};
		TT_STR_EQ_ROW(i, got, tt_str_c(rows[i].want));
		struct tt_span back = tt_clean_origin(&c, cleaned);
		TT_EQ_ROW(i, back.start, given.start);
		TT_EQ_ROW(i, back.end, given.end);
	}
	tt_clean_done(&c);
}

TT_TEST(tokens_of_a_span)
{
	static const struct {
		uint32_t start, end;
		size_t begin, stop; /* 0, 0: none */
	} rows[] = {{0, 5, 1, 2}, {6, 9, 2, 3}, {5, 6, 0, 0}, {3, 7, 1, 3}, {10, 12, 3, 4}, {12, 13, 4, 5},
		{13, 20, 0, 0}};
	int32_t ids[6] = {0};
	struct tt_span spans[6] = {{0, 0}, {0, 5}, {6, 9}, {10, 12}, {12, 13}, {0, 0}};
	struct tt_tokens tokens = {.ids = ids, .spans = spans, .n = 6};
	struct tt_clean c;
	tt_clean_init(&c);
	TT_EQ(tt_clean_text(&c, TT_STR("apple and soars")), TT_OK);
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		size_t begin = 0, stop = 0;
		bool found = tt_clean_tokens(
			&c, &tokens, (struct tt_span){rows[i].start, rows[i].end}, &begin, &stop);
		TT_EQ_ROW(i, found, rows[i].stop > 0);
		if (found) {
			TT_EQ_ROW(i, begin, rows[i].begin);
			TT_EQ_ROW(i, stop, rows[i].stop);
		}
	}
	tt_clean_done(&c);
}

TT_MAIN(TT_RUN(cleaned_texts), TT_RUN(spans_there_and_back), TT_RUN(tokens_of_a_span))
