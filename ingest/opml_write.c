/* opml_write.c - tt_opml_write() of opml.h: OPML 2.0 as other readers expect it, one outline a line. */
#include "common/clock.h"
#include "common/conf_value.h"
#include "common/utf8.h"
#include "ingest/opml.h"

/* What XML cannot hold at all; tabs and line breaks would come back as blanks. */
static bool is_forbidden(uint32_t c)
{
	return c < 0x20 || c == 0x7f || c == 0xfffe || c == 0xffff;
}

static void put_escaped(struct tt_buf *out, struct tt_str s)
{
	for (size_t at = 0, len; at < s.n; at += len) {
		char utf8[TT_UTF8_MAX];
		uint32_t c = tt_utf8_decode(s, at, &len);
		if (c == '&')
			tt_buf_str(out, TT_STR("&amp;"));
		else if (c == '<')
			tt_buf_str(out, TT_STR("&lt;"));
		else if (c == '>')
			tt_buf_str(out, TT_STR("&gt;"));
		else if (c == '"')
			tt_buf_str(out, TT_STR("&quot;"));
		else
			tt_buf_add(out, utf8, tt_utf8_encode(is_forbidden(c) ? ' ' : c, utf8));
	}
}

static void put_attr(struct tt_buf *out, const char *name, struct tt_str value)
{
	if (!value.p)
		return;
	tt_buf_printf(out, " %s=\"", name);
	put_escaped(out, value);
	tt_buf_char(out, '"');
}

static void put_feed(struct tt_buf *out, const struct tt_opml_feed *f)
{
	struct tt_str name = f->name.p ? f->name : f->url; /* OPML 2.0 requires a text */
	tt_buf_str(out, TT_STR("    <outline type=\"rss\""));
	put_attr(out, "text", name);
	put_attr(out, "title", name);
	put_attr(out, "xmlUrl", f->url);
	put_attr(out, "htmlUrl", f->site);
	put_attr(out, "language", f->lang);
	if (f->interval_ms) {
		tt_buf_str(out, TT_STR(" tickertone:interval=\""));
		tt_conf_duration_text(f->interval_ms, out);
		tt_buf_char(out, '"');
	}
	if (f->disabled)
		tt_buf_str(out, TT_STR(" tickertone:enabled=\"false\""));
	tt_buf_str(out, TT_STR("/>\n"));
}

/* RFC 822, which OPML asks for. */
static void put_date(struct tt_buf *out, int64_t ms)
{
	static const char *const months[] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	char t[40];
	int64_t month;
	tt_time_rfc3339(ms, t); /* 2026-11-23T15:46:23... */
	if (!t[0] || !tt_str_int((struct tt_str){t + 5, 2}, 1, 12, &month))
		return;
	tt_buf_printf(out, "    <dateCreated>%.2s %s %.4s %.8s GMT</dateCreated>\n", t + 8, months[month - 1],
		t, t + 11);
}

int tt_opml_write(const struct tt_opml *list, int64_t created_ms, struct tt_buf *out)
{
	tt_buf_str(out, TT_STR("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			       "<opml version=\"2.0\" xmlns:tickertone=\"urn:tickertone:opml\">\n  <head>\n  "
			       "  <title>"));
	put_escaped(out, list->title);
	tt_buf_str(out, TT_STR("</title>\n"));
	put_date(out, created_ms);
	tt_buf_str(out, TT_STR("  </head>\n  <body>\n"));
	for (size_t i = 0; i < list->n_feeds; i++)
		put_feed(out, &list->feeds[i]);
	tt_buf_str(out, TT_STR("  </body>\n</opml>\n"));
	return out->rc;
}
