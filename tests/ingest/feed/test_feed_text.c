/* test_feed_text.c - HTML and plain texts as text. */
#include "ingest/feed/entities.h"
#include "ingest/feed/text.h"
#include "tests/tt_test.h"

static const struct {
	enum tt_text_kind kind;
	const char *in, *want;
} rows[] = {
	{TT_TEXT_PLAIN, "  a \n\t b  ", "a b"}, {TT_TEXT_PLAIN, "AT&amp;T <b>", "AT&amp;T <b>"},
	{TT_TEXT_PLAIN, " \r\n ", NULL}, {TT_TEXT_PLAIN, "bell\a and \x1b[31m", "bell and [31m"},
	{TT_TEXT_PLAIN, "don\302\222t", "don\342\200\231t"},   /* C1 means windows-1252 */
	{TT_TEXT_PLAIN, "caf\303\203\302\251", "caf\303\251"}, /* UTF-8 taken for windows-1252 */
	{TT_TEXT_PLAIN, "don\303\242\342\202\254\342\204\242t", "don\342\200\231t"},
	{TT_TEXT_PLAIN, "caf\303\251 \303\240", "caf\303\251 \303\240"}, /* right as it is */
	{TT_TEXT_PLAIN, "\303\240\342\200\223\342\200\223", "\303\240\342\200\223\342\200\223"}, /* would be overlong */
	{TT_TEXT_PLAIN, "\303\203", "\303\203"}, {TT_TEXT_PLAIN, "a\302\240b", "a\302\240b"},
	{TT_TEXT_HTML, "<p>One</p><p>Two</p>", "One Two"}, {TT_TEXT_HTML, "in<b>side</b>r", "insider"},
	{TT_TEXT_HTML, "a<br>b<br/>c<hr>d", "a b c d"},
	{TT_TEXT_HTML, "<ul><li>x</li><li>y</li></ul>", "x y"}, {TT_TEXT_HTML, "<td>1</td><td>2</td>", "1 2"},
	{TT_TEXT_HTML, "a<script>var x = '<b>';</script>b", "a b"},
	{TT_TEXT_HTML, "a<STYLE type='x'>p { }</style >b", "a b"},
	{TT_TEXT_HTML, "a<script src='x'>never ends", "a"}, {TT_TEXT_HTML, "<!-- no -->yes", "yes"},
	{TT_TEXT_HTML, "<![CDATA[inner]]> outer", "inner outer"},
	{TT_TEXT_HTML, "<a title='a > b' href=\"x\">link</a>", "link"},
	{TT_TEXT_HTML, "<a href=\"broken>link</a>", "link"},
	{TT_TEXT_HTML, "5 < 6 and 7 > 6", "5 < 6 and 7 > 6"},
	{TT_TEXT_HTML, "profit <AAPL.O> up", "profit <AAPL.O> up"},
	{TT_TEXT_HTML, "<me@example.com> wrote", "<me@example.com> wrote"},
	{TT_TEXT_HTML, "&lt;b&gt; is a tag", "<b> is a tag"},
	{TT_TEXT_HTML, "AT&amp;T &amp;amp; co", "AT&T &amp; co"},
	{TT_TEXT_HTML, "AT&T R&D &nosuch; &", "AT&T R&D &nosuch; &"},
	{TT_TEXT_HTML, "&eacute;&Eacute;&#233;&#xe9;&#XE9;", "\303\251\303\211\303\251\303\251\303\251"},
	{TT_TEXT_HTML, "don&#146;t", "don\342\200\231t"},
	{TT_TEXT_HTML, "&#8364;5 &euro;6", "\342\202\2545 \342\202\2546"},
	{TT_TEXT_HTML, "&#0;&#xd800;&#99999999;x", "x"}, {TT_TEXT_HTML, "?a=1&lt=2&amp=3", "?a=1&lt=2&amp=3"},
	{TT_TEXT_HTML, "a&nbsp b", "a\302\240 b"}, {TT_TEXT_HTML, "&acirc;&#128;&brvbar;", "\342\200\246"},
	{TT_TEXT_HTML, "<img src='x'>", NULL}, {TT_TEXT_HTML, "<", "<"}, {TT_TEXT_HTML, "a <b", "a <b"},
	{TT_TEXT_GUESS, "History of the <blink> tag", "History of the <blink> tag"},
	{TT_TEXT_GUESS, "The <b>bold</b> one", "The bold one"},
	{TT_TEXT_GUESS, "Line<br/>break", "Line break"}, {TT_TEXT_GUESS, "AT&amp;T", "AT&T"},
	{TT_TEXT_GUESS, "AT&T &nosuch; <b>x</b>", "AT&T &nosuch; <b>x</b>"},
	{TT_TEXT_GUESS, "S&P <1% off; AT&amp;T up", "S&P <1% off; AT&T up"},
	{TT_TEXT_GUESS, "x <y> z</y>", "x <y> z</y>"},
	{TT_TEXT_BASE64, "RXhhbXBsZSA8Yj5BdG9tPC9iPg==", "Example Atom"},
	{TT_TEXT_BASE64, "RXhhbXBs\n ZSA8Yj5BdG9tPC9iPg", "Example Atom"},
	{TT_TEXT_BASE64, "not in base64!", "not in base64!"},
	{TT_TEXT_BASE64, "////", "////"}, /* decodes to what is no UTF-8 */
};

TT_TEST(text_make)
{
	struct tt_arena a;
	struct tt_buf scratch;
	tt_arena_init(&a, 1 << 20);
	tt_buf_init(&scratch, 1 << 16);
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_str got = {NULL, 0};
		TT_EQ_ROW((long)i,
			tt_text_make(tt_str_c(rows[i].in), rows[i].kind, false, &scratch, &a, &got), 0);
		TT_STR_EQ_ROW((long)i, got, tt_str_c(rows[i].want));
	}
	tt_buf_done(&scratch);
	tt_arena_done(&a);
}

TT_TEST(text_cut_in_a_tag)
{
	struct tt_arena a;
	struct tt_buf scratch;
	struct tt_str got = {NULL, 0};
	tt_arena_init(&a, 1 << 20);
	tt_buf_init(&scratch, 1 << 16);
	TT_EQ(tt_text_make(
		      TT_STR("<p>All of it <a href='http://exam"), TT_TEXT_HTML, true, &scratch, &a, &got),
		0);
	TT_STR_EQ(got, TT_STR("All of it"));
	tt_buf_done(&scratch);
	tt_arena_done(&a);
}

/* What would take minutes if anything looked through the rest of the text again and again. */
TT_TEST(text_hostile_is_linear)
{
	static const char *const pieces[] = {
		"<a b=\"", "<!--", "<!x", "<a ", "</", "<script>", "&#", "<a b='\">", "<![CDATA["};
	struct tt_buf in, out;
	tt_buf_init(&in, 4 << 20);
	tt_buf_init(&out, 64 << 20);
	for (size_t i = 0; i < TT_LEN(pieces); i++) {
		tt_buf_reset(&in);
		tt_buf_reset(&out);
		while (tt_buf_str(&in, tt_str_c(pieces[i])) == 0 && in.n < (1 << 20))
			;
		TT_EQ_ROW((long)i, tt_html_text(tt_buf_view(&in), &out), 0);
		TT_TRUE(out.n <= 4 * in.n);
	}
	tt_buf_done(&in);
	tt_buf_done(&out);
}

TT_TEST(entities_are_sorted)
{
	static const char *const names[] = {
		"AElig", "AMP", "apos", "euro", "zwnj", "zwj", "yuml", "Zeta", "frac12", "there4"};
	for (size_t i = 0; i < TT_LEN(names); i++)
		TT_TRUE(tt_entity_find(tt_str_c(names[i])) != 0);
	TT_EQ(tt_entity_find(TT_STR("")), 0);
	TT_EQ(tt_entity_find(TT_STR("Amp")), 0);
	TT_EQ(tt_entity_find(TT_STR("ampx")), 0);
}

TT_MAIN(TT_RUN(text_make), TT_RUN(text_cut_in_a_tag), TT_RUN(text_hostile_is_linear),
	TT_RUN(entities_are_sorted))
