/* test_privacy.c - what is taken out of a batch before anybody sees it; also when there is no memory for what
 * would take its place. */
#include "app/run/privacy.h"
#include "common/err.h"
#include "common/metrics.h"
#include "tests/fault.h"
#include "tests/tt_test.h"

enum { ALL = (1 << TT_PRIVATE_KINDS) - 1 };

#define MAIL "ann@example.com"

static const struct tt_str categories[] = {{"tech", 4}, {"of " MAIL, sizeof("of " MAIL) - 1}};

static struct tt_batch *sample(void)
{
	struct tt_batch *b = tt_batch_new(1 << 20);
	struct tt_scored *s = tt_batch_add_item(b);
	struct tt_dead_letter *d = tt_batch_add_dead(b);
	struct tt_dead_record *record = tt_arena_zalloc(&b->arena, 1, sizeof(*record));
	*record = (struct tt_dead_record){.topic = TT_STR("news"),
		.key = TT_STR(MAIL),
		.headers = TT_STR("{\"from\": \"" MAIL "\"}"),
		.offset = 7};
	s->item = (struct tt_item){.id = TT_ID(TT_STR("id")),
		.text_hash = TT_ID(TT_STR("words")),
		.source = TT_STR("https://example.com/feed"),
		.guid = TT_STR("tag:" MAIL),
		.url = TT_STR("https://example.com/@ann"),
		.title = TT_STR("Call +49 30 1234567, writes " MAIL),
		.summary = TT_STR("by @ann"),
		.author = TT_STR(MAIL " (Ann)"),
		.categories = categories,
		.n_categories = TT_LEN(categories)};
	s->item.content = s->item.summary;
	*d = (struct tt_dead_letter){.stage = "parse",
		.reason = TT_STR("near '" MAIL "'"),
		.payload = TT_STR("{\"a\": \"" MAIL "\"}"),
		.record = record};
	return b;
}

static bool has_private(struct tt_str s)
{
	static const char *const words[] = {MAIL, "1234567", "@ann"};
	for (size_t i = 0; i < TT_LEN(words); i++)
		if (s.n && memmem(s.p, s.n, words[i], strlen(words[i])))
			return true;
	return false;
}

/* Texts that still have something private, links apart. */
static int leaks(const struct tt_batch *b)
{
	const struct tt_item *i = &b->items[0].item;
	const struct tt_dead_letter *d = &b->dead[0];
	const struct tt_str texts[] = {i->guid, i->title, i->summary, i->content, i->author, d->reason,
		d->payload, d->record ? d->record->key : d->reason,
		d->record ? d->record->headers : d->reason};
	int n = 0;
	for (size_t k = 0; k < TT_LEN(texts); k++)
		n += has_private(texts[k]);
	for (size_t k = 0; k < i->n_categories; k++)
		n += has_private(i->categories[k]);
	return n;
}

TT_TEST(a_batch)
{
	struct tt_batch *b = sample();
	struct tt_redacted scratch;
	char id[37];
	uint64_t emails = tt_metric_get(TT_M_redacted_email), phones = tt_metric_get(TT_M_redacted_phone);
	TT_EQ(leaks(b), 10);
	tt_privacy_init(&scratch, ALL);
	tt_privacy_batch(&scratch, b);
	const struct tt_item *i = &b->items[0].item;
	TT_EQ(leaks(b), 0);
	TT_STR_EQ(i->title, TT_STR("Call [phone], writes [email]"));
	TT_STR_EQ(i->summary, TT_STR("by [handle]"));
	TT_TRUE(i->content.p == i->summary.p); /* one text for both is stored once */
	TT_STR_EQ(i->author, TT_STR("[email] (Ann)"));
	TT_STR_EQ(i->categories[0], TT_STR("tech"));
	TT_STR_EQ(i->categories[1], TT_STR("of [email]"));
	TT_STR_EQ(i->url, TT_STR("https://example.com/@ann"));
	tt_id_format(TT_ID(TT_STR("tag:" MAIL)), id);
	TT_STR_EQ(i->guid, tt_str_c(id));
	TT_TRUE(tt_id_eq(i->id, TT_ID(TT_STR("id"))) && tt_id_eq(i->text_hash, TT_ID(TT_STR("words"))));
	TT_STR_EQ(b->dead[0].payload, TT_STR("{\"a\": \"[email]\"}"));
	TT_EQ(b->dead[0].record->offset, 7);
	TT_EQ(tt_metric_get(TT_M_redacted_email) - emails, 7);
	TT_EQ(tt_metric_get(TT_M_redacted_phone) - phones, 1);
	tt_redacted_done(&scratch);
	tt_batch_free(b);
}

/* What a cut has left of an address is no address any more: the end of a cut payload goes. */
TT_TEST(a_cut_payload)
{
	static const char text[] = "{\"title\": 5, \"body\": \"long enough that something is left of it\", "
				   "\"author\": \"ann@exam";
	struct tt_batch *b = sample();
	struct tt_redacted scratch;
	tt_privacy_init(&scratch, ALL);
	b->dead[0].payload = tt_str_c(text);
	b->dead[0].whole_bytes = 1000;
	tt_privacy_batch(&scratch, b);
	TT_EQ(b->dead[0].payload.n, sizeof(text) - 1 - 64);
	b->dead[0].payload = TT_STR("ann@exam");
	tt_privacy_batch(&scratch, b);
	TT_EQ(b->dead[0].payload.n, 0);
	tt_redacted_done(&scratch);
	tt_batch_free(b);
}

TT_TEST(only_what_is_asked_for)
{
	struct tt_batch *b = sample();
	struct tt_redacted scratch;
	tt_privacy_init(&scratch, 0);
	tt_privacy_batch(&scratch, b);
	TT_EQ(leaks(b), 10);
	scratch.kinds = 1U << TT_PRIVATE_PHONE;
	tt_privacy_batch(&scratch, b);
	TT_STR_EQ(b->items[0].item.title, TT_STR("Call [phone], writes " MAIL));
	TT_STR_EQ(b->items[0].item.summary, TT_STR("by @ann"));
	scratch.kinds = 1U << TT_PRIVATE_HANDLE;
	tt_privacy_batch(&scratch, b);
	TT_STR_EQ(b->items[0].item.title, TT_STR("Call [phone], writes " MAIL));
	TT_STR_EQ(b->items[0].item.summary, TT_STR("by [handle]"));
	tt_redacted_done(&scratch);
	tt_batch_free(b);
}

TT_TEST(without_memory_texts_are_left_out)
{
	long n, live = tt_alloc_live();
	bool whole = false;
	uint64_t out = tt_metric_get(TT_M_limit_redact);
	for (n = 0; n < 200 && !whole; n++) {
		struct tt_batch *b = sample();
		struct tt_redacted scratch;
		while (tt_arena_alloc(&b->arena, 64)) /* so that whatever is put there asks for memory */
			;
		b->arena.max_bytes *= 2;
		tt_privacy_init(&scratch, ALL);
		tt_fault_alloc_after(n);
		tt_privacy_batch(&scratch, b);
		tt_fault_off();
		TT_EQ_ROW(n, leaks(b), 0);
		whole = b->items[0].item.title.p && b->dead[0].payload.p && b->dead[0].record;
		tt_redacted_done(&scratch);
		tt_batch_free(b);
		TT_EQ_ROW(n, tt_alloc_live(), live);
	}
	TT_TRUE(whole && n > 1);
	TT_TRUE(tt_metric_get(TT_M_limit_redact) > out);
}

TT_TEST(configured_kinds)
{
	static const struct {
		const char *v[3];
		int rc;
		unsigned kinds;
	} rows[] = {{{NULL}, TT_OK, 0}, {{"all"}, TT_OK, ALL}, {{"Email"}, TT_OK, 1},
		{{"phone", "handle"}, TT_OK, 1 << TT_PRIVATE_PHONE | 1 << TT_PRIVATE_HANDLE},
		{{"email", "names"}, TT_ECONF, 0}};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_privacy_conf conf = {.redact = {.v = (char **)rows[i].v}};
		while (conf.redact.n < 3 && rows[i].v[conf.redact.n])
			conf.redact.n++;
		TT_EQ_ROW(i, tt_privacy_conf_check(&conf, NULL), rows[i].rc);
		if (rows[i].rc == TT_OK)
			TT_EQ_ROW(i, conf.kinds, rows[i].kinds);
	}
}

TT_MAIN(TT_RUN(a_batch), TT_RUN(a_cut_payload), TT_RUN(only_what_is_asked_for),
	TT_RUN(without_memory_texts_are_left_out), TT_RUN(configured_kinds))
