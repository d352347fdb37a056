/* test_fold.c - the folded form of texts, and that every folded byte knows where it came from. */
#include "tests/tt_test.h"

#include "nlp/entity/fold.h"

static const struct {
	const char *text, *want;
} rows[] = {
	{"", ""},
	{"  ", ""},
	{"Apple", "apple"},
	{" Apple  pie ", "apple pie"},
	{"Coca-Cola", "coca cola"},
	{"Coca - Cola", "coca,cola"},
	{"a\xe2\x80\x94" "b a\xe2\x80\x91" "b", "a,b a b"},
	{"AT&T &amp; x", "at and t and x"},
	{"McDonald's 'x' y'", "mcdonald's x y"},
	{"U.S. J.P. Morgan", "us jp morgan"},
	{"amazon.com brk.b end.", "amazon.com brk.b end"},
	{"a.b.c", "abc"},
	{"5.25", "5.25"},
	{"x, y; (z)!", "x,y,z"},
	{"line\nline", "line,line"},
	{"Nestl\xc3\xa9 \xc3\x84\xc3\x96\xc3\x9f \xc5\x81\xc3\xb3" "d\xc5\xba \xc3\x98rsted \xc3\x86on", "nestle aoss lodz orsted aeon"},
	{"e\xcc\x81t\xc3\xa9", "ete"},
	{"\xef\xbc\xa1\xef\xbc\xb4\xef\xbc\x86\xef\xbc\xb4", "at and t"},
	{"A\xc2\xae\xe2\x84\xa2 B\xc2\xad" "C", "a bc"},
	{"\xe3\x83\x88\xe3\x83\xa8x\xe6\x9d\xb1", "\xe3\x83\x88 \xe3\x83\xa8 x \xe6\x9d\xb1"},
	{"see http://a.b/c?d=e f", "see,f"},
	{"http://only", ""},
	{"www.x.y z", "z"},
	{"a:b http: //", "a,b http"},
	{"\xff\xfe" "a\xc3", "a"},
	{"\xd0\x9c\xd0\xbe\xd1\x81", "\xd0\xbc\xd0\xbe\xd1\x81"},
	{"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz", "0123456789abcdefghijklmnopqrstuvwxyz_abcdefghijklmnopqrstuvwxyz"},
	{"@[`{/:aZ09", "az09"},
};

TT_TEST(fold_rows)
{
	struct tt_fold *f = tt_fold_new();
	struct tt_folded out = {0};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_str text = tt_str_c(rows[i].text);
		TT_EQ_ROW(i, tt_fold_text(f, text, &out), TT_OK);
		TT_STR_EQ_ROW(i, ((struct tt_str){out.p ? out.p : "", out.n}), tt_str_c(rows[i].want));
		for (size_t k = 0, before = 0; k < out.n; before = tt_folded_at(&out, k++))
			TT_EQ_ROW(i, tt_folded_at(&out, k) < text.n && tt_folded_at(&out, k) >= before, true);
	}
	tt_folded_done(&out);
	tt_fold_free(f);
}

/* Eight bytes at once and one by one agree for every byte at every place. */
TT_TEST(fold_reads_eight_as_one_by_one)
{
	struct tt_fold *f = tt_fold_new();
	struct tt_folded one = {0}, eight = {0};
	for (int c = 1; c < 128; c++)
		for (size_t place = 0; place < 8; place++) {
			char text[32] = "abcdefgh xxxxxxxxxxxxxxxx";
			text[place] = (char)c;
			TT_EQ(tt_fold_text(f, (struct tt_str){text, 8}, &one), TT_OK);
			TT_EQ(tt_fold_text(f, (struct tt_str){text, 25}, &eight), TT_OK);
			bool same = one.n <= eight.n && (one.n == 0 || memcmp(one.p, eight.p, one.n) == 0);
			if (c != ':' && c != '.' && c != '&' && c != '-' && c != '\'' && c != '`')
				TT_EQ_ROW(c, same, true);
		}
	tt_folded_done(&one);
	tt_folded_done(&eight);
	tt_fold_free(f);
}

TT_MAIN(TT_RUN(fold_rows), TT_RUN(fold_reads_eight_as_one_by_one))
