/* fields_feed.c - what the text of a feed's element becomes: its name and site, and how often it wants to be
 * asked. See xmlstate.h. */
#include "ingest/feed/xmlstate.h"

enum { DAY_MS = 86400000 };

/* sy:updatePeriod over sy:updateFrequency. */
static void set_update(struct tt_xmlfeed *x)
{
	if (x->period_ms)
		x->b->feed.update_ms = x->period_ms / (x->frequency ? x->frequency : 1);
}

static void end_schedule(struct tt_xmlfeed *x, enum tt_elem elem, struct tt_str raw)
{
	static const struct {
		const char *name;
		int days;
	} periods[] = {{"daily", 1}, {"weekly", 7}, {"monthly", 30}, {"yearly", 365}};
	static const char days[7][4] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
	struct tt_feed *f = &x->b->feed;
	int64_t v;
	raw = tt_str_trim(raw);
	if (elem == TT_EL_TTL && tt_str_int(raw, 1, 525600, &v))
		f->ttl_minutes = v;
	else if (elem == TT_EL_HOUR && tt_str_int(raw, 0, 24, &v))
		f->skip_hours |= 1U << (v % 24); /* some count from 1 to 24 */
	else if (elem == TT_EL_FREQUENCY && tt_str_int(raw, 1, 100000, &v))
		x->frequency = v;
	for (size_t i = 0; elem == TT_EL_DAY && i < TT_LEN(days); i++)
		if (tt_str_starts_ci(raw, tt_str_c(days[i])))
			f->skip_days |= (uint8_t)(1U << i);
	if (elem == TT_EL_PERIOD && tt_str_eq_ci(raw, TT_STR("hourly")))
		x->period_ms = DAY_MS / 24;
	for (size_t i = 0; elem == TT_EL_PERIOD && i < TT_LEN(periods); i++)
		if (tt_str_eq_ci(raw, tt_str_c(periods[i].name)))
			x->period_ms = (int64_t)periods[i].days * DAY_MS;
	set_update(x);
}

static bool is_web(struct tt_str s)
{
	s = tt_str_trim(s);
	return tt_str_starts_ci(s, TT_STR("http://")) || tt_str_starts_ci(s, TT_STR("https://"));
}

int tt_field_end_feed(struct tt_xmlfeed *x, const struct tt_name *name)
{
	struct tt_str raw = tt_buf_view(&x->text), text = {NULL, 0};
	if (name->elem == TT_EL_LINK)
		return x->cap.keep ? tt_field_url(x, raw, x->cap.pref) : TT_OK;
	if (name->elem == TT_EL_ID) /* better than no address */
		return x->cap.keep && is_web(raw) ? tt_field_url(x, raw, 3) : TT_OK;
	if (name->elem == TT_EL_LANGUAGE)
		return tt_str_trim(raw).n ? tt_build_lang(x->b, raw, &x->b->feed.lang) : TT_OK;
	if (name->elem != TT_EL_TITLE) {
		end_schedule(x, name->elem, raw);
		return TT_OK;
	}
	int rc = tt_field_text(x, &text);
	if (rc == TT_OK && text.p &&
		tt_field_wins(&x->feed_title_rank, tt_field_rank(x, name->pref), TT_FIRST))
		x->b->feed.title = text;
	return rc;
}
