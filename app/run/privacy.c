/* privacy.c - see privacy.h. */
#include "app/run/privacy.h"

#include "common/metrics.h"
#include "common/suggest.h"

enum { CUT_TAIL = 64 /* bytes: what a cut may have made unrecognisable */ };

const struct tt_opt tt_privacy_opts[] = {
	{"redact", TT_OPT_STRS, offsetof(struct tt_privacy_conf, redact), NULL, 0, 0, "", 0,
		"What is replaced by [email], [phone], [iban], [card], [handle] in titles, texts and authors "
		"before "
		"they are scored, stored or published, and in dead letters: email, phone, iban, card, "
		"handle, or all "
		"(docs/TRAINING.md says what counts as each). Links stay.",
		NULL},
	{0},
};

/* ---- configuration ---- */

static unsigned kinds_of(const char *name)
{
	unsigned kinds = 0;
	const bool all = tt_str_eq_ci(tt_str_c(name), TT_STR("all"));
	for (int k = 0; k < TT_PRIVATE_KINDS; k++)
		if (all || tt_str_eq_ci(tt_str_c(name), tt_str_c(tt_private_name((enum tt_private)k))))
			kinds |= 1U << k;
	return kinds;
}

static int unknown(const char *name, struct tt_err *err)
{
	struct tt_suggest s = {.typed = tt_str_c(name)};
	for (int k = 0; k < TT_PRIVATE_KINDS; k++)
		tt_suggest_try(&s, tt_str_c(tt_private_name((enum tt_private)k)));
	return tt_err_set(err, TT_ECONF,
		"privacy.redact: '%s' is none of email, phone, iban, card, handle, all%s%.*s%s", name,
		s.best.p ? "; did you mean '" : "", TT_FMT(s.best), s.best.p ? "'?" : "");
}

int tt_privacy_conf_check(struct tt_privacy_conf *conf, struct tt_err *err)
{
	conf->kinds = 0;
	for (size_t i = 0; i < conf->redact.n; i++) {
		unsigned kinds = kinds_of(conf->redact.v[i]);
		if (!kinds)
			return unknown(conf->redact.v[i], err);
		conf->kinds |= kinds;
	}
	return TT_OK;
}

/* ---- texts ---- */

static void count(const struct tt_redacted *r)
{
	static const enum tt_metric metrics[TT_PRIVATE_KINDS] = {
		[TT_PRIVATE_EMAIL] = TT_M_redacted_email,
		[TT_PRIVATE_PHONE] = TT_M_redacted_phone,
		[TT_PRIVATE_IBAN] = TT_M_redacted_iban,
		[TT_PRIVATE_CARD] = TT_M_redacted_card,
		[TT_PRIVATE_HANDLE] = TT_M_redacted_handle,
	};
	for (size_t i = 0; i < r->n; i++)
		tt_metric_add(metrics[r->v[i].kind], 1);
}

static void leave_out(struct tt_str *s)
{
	tt_metric_add(TT_M_limit_redact, 1);
	*s = (struct tt_str){NULL, 0};
}

static void redact(struct tt_redacted *r, struct tt_arena *arena, struct tt_str *s)
{
	if (!s->n)
		return;
	int rc = tt_redact(r, *s);
	if (rc == TT_OK && r->n == 0)
		return;
	struct tt_str text = {NULL, 0};
	if (rc == TT_OK)
		text = tt_arena_str(arena, tt_buf_view(&r->text));
	count(r);
	*s = text;
	if (!text.p)
		leave_out(s);
}

/* Two guids must stay two. */
static void redact_guid(struct tt_redacted *r, struct tt_arena *arena, struct tt_str *guid)
{
	char id[37];
	if (guid->n && tt_redact(r, *guid) == TT_OK && r->n == 0)
		return;
	tt_id_format(TT_ID(*guid), id);
	*guid = guid->n ? tt_arena_str(arena, tt_str_c(id)) : *guid;
}

static void redact_categories(struct tt_redacted *r, struct tt_arena *arena, struct tt_item *item)
{
	struct tt_str *v = item->n_categories ? tt_arena_zalloc(arena, item->n_categories, sizeof(*v)) : NULL;
	for (size_t i = 0; v && i < item->n_categories; i++) {
		v[i] = item->categories[i];
		redact(r, arena, &v[i]);
	}
	if (!v)
		item->n_categories = 0;
	item->categories = v;
}

static void redact_item(struct tt_redacted *r, struct tt_arena *arena, struct tt_item *item)
{
	const bool one_text = item->content.p == item->summary.p && item->content.n == item->summary.n;
	redact(r, arena, &item->title);
	redact(r, arena, &item->summary);
	if (one_text)
		item->content = item->summary;
	else
		redact(r, arena, &item->content);
	redact(r, arena, &item->author);
	redact_categories(r, arena, item);
	redact_guid(r, arena, &item->guid);
}

static void redact_record(struct tt_redacted *r, struct tt_arena *arena, struct tt_dead_letter *d)
{
	struct tt_dead_record *copy = tt_arena_alloc(arena, sizeof(*copy));
	if (copy) {
		*copy = *d->record;
		redact(r, arena, &copy->key);
		redact(r, arena, &copy->headers);
	}
	d->record = copy;
}

static void redact_dead(struct tt_redacted *r, struct tt_arena *arena, struct tt_dead_letter *d)
{
	const bool was_cut = d->whole_bytes > d->payload.n;
	redact(r, arena, &d->reason);
	redact(r, arena, &d->payload);
	if (was_cut)
		d->payload.n -= d->payload.n < CUT_TAIL ? d->payload.n : CUT_TAIL;
	if (d->record)
		redact_record(r, arena, d);
}

void tt_privacy_init(struct tt_redacted *scratch, unsigned kinds)
{
	tt_redacted_init(scratch);
	scratch->kinds = kinds;
}

void tt_privacy_batch(struct tt_redacted *scratch, struct tt_batch *b)
{
	if (!scratch->kinds)
		return;
	for (size_t i = 0; i < b->n_items; i++)
		redact_item(scratch, &b->arena, &b->items[i].item);
	for (size_t i = 0; i < b->n_dead; i++)
		redact_dead(scratch, &b->arena, &b->dead[i]);
}
