/* capture.c - the text of the element being read, with those tags of its children that matter to html.c. See
 * xmlstate.h. */
#include "ingest/feed/xmlstate.h"

#include <stdio.h>

#include "common/err.h"

/* Appends to a text of bounded size. What does not fit is cut off, and with it all that follows. */
static int append(struct tt_buf *to, struct tt_str s, bool *cut)
{
	if (*cut)
		return TT_OK;
	int rc = tt_buf_str(to, s);
	if (rc != TT_ELIMIT)
		return rc;
	size_t room = to->max - to->n;
	while (room && ((unsigned char)s.p[room] & 0xc0) == 0x80)
		room--;
	*cut = true;
	return tt_buf_add(to, s.p, room);
}

static int put(struct tt_xmlfeed *x, struct tt_str s)
{
	return append(&x->text, s, &x->cap.cut);
}

static int put_escaped(struct tt_xmlfeed *x, struct tt_str s)
{
	int rc = TT_OK;
	while (s.n && rc == TT_OK) {
		size_t n = 0;
		while (n < s.n && s.p[n] != '<' && s.p[n] != '&')
			n++;
		rc = put(x, (struct tt_str){s.p, n});
		if (rc == TT_OK && n < s.n)
			rc = put(x, s.p[n++] == '<' ? TT_STR("&lt;") : TT_STR("&amp;"));
		s.p += n, s.n -= n;
	}
	return rc;
}

/* A child of the element being read. Only tags that matter to html.c are kept; an element that HTML does not
 * know is data of its own, set apart by a blank. */
static int markup_tag(struct tt_xmlfeed *x, const char *local, bool end)
{
	unsigned tag = tt_html_tag(tt_str_c(local));
	char buf[32];
	if (tag == TT_TAG_UNKNOWN)
		return put(x, TT_STR(" "));
	if (!(tag & (TT_TAG_BLOCK | TT_TAG_DROP)))
		return TT_OK;
	snprintf(buf, sizeof(buf), end ? "</%s>" : "<%s>", local);
	return put(x, tt_str_c(buf));
}

/* Plain text that turns out to have children is markup from its beginning. */
static int become_markup(struct tt_xmlfeed *x)
{
	x->cap.markup = true;
	if (x->cap.escape || x->cap.kind == TT_TEXT_HTML || x->cap.kind == TT_TEXT_BASE64)
		return TT_OK; /* HTML with some of its tags left unescaped: its text stays as it is */
	x->cap.kind = TT_TEXT_HTML;
	x->cap.escape = true;
	struct tt_buf before = x->text;
	tt_buf_init(&x->text, before.max);
	int rc = put_escaped(x, tt_buf_view(&before));
	tt_buf_done(&before);
	return rc;
}

void tt_capture_begin(struct tt_xmlfeed *x, enum tt_text_kind kind)
{
	x->cap = (struct tt_capture){.on = true, .kind = kind};
	tt_buf_reset(&x->text);
}

int tt_capture_tag(struct tt_xmlfeed *x, const char *local, bool end)
{
	int rc = x->cap.markup ? TT_OK : become_markup(x);
	return rc < 0 ? rc : markup_tag(x, local, end);
}

int tt_capture_text(struct tt_xmlfeed *x, struct tt_str s)
{
	return x->cap.escape ? put_escaped(x, s) : put(x, s);
}

int tt_capture_person(struct tt_xmlfeed *x, struct tt_str s)
{
	return append(&x->person, s, &x->person_cut);
}
