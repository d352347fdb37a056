/* test_identity.c - canonical URLs and item ids. The ids are keys in users' databases: the fixed ones below
 * may not change. */
#include "common/err.h"
#include "ingest/canonical.h"
#include "ingest/identity.h"
#include "tests/fault.h"
#include "tests/tt_test.h"

TT_TEST(canonical_urls)
{
	static const struct {
		const char *in, *want; /* want NULL: no key */
	} rows[] = {
		{"https://www.Example.com/News/Story?b=2&a=1#top", "example.com/News/Story?a=1&b=2"},
		{"http://example.com", "example.com"},
		{"http://example.com/", "example.com"},
		{"HTTP://EXAMPLE.com:80/x/", "example.com/x"},
		{"https://example.com:443/x", "example.com/x"},
		{"http://example.com:443/x", "example.com:443/x"},
		{"https://example.com:/x", "example.com/x"},
		{"https://user:pw@example.com./x", "example.com/x"},
		{"https://www.com/x", "www.com/x"},
		{"https://www.example.co.uk/x", "example.co.uk/x"},
		{"https://[2001:DB8::1]:443/x", "[2001:db8::1]/x"},
		{"https://[2001:db8::1]/x", "[2001:db8::1]/x"},
		{"  https://example.com/x \n", "example.com/x"},
		{"https://example.com/x?utm_source=rss&utm_MEDIUM=feed", "example.com/x"},
		{"https://example.com/x?id=7&fbclid=abc&gclid=&_ga=1", "example.com/x?id=7"},
		{"https://example.com/x?utm=1&utmost=2", "example.com/x?utm=1&utmost=2"},
		{"https://example.com/x?&&a=1&", "example.com/x?a=1"},
		{"https://example.com/x?", "example.com/x"},
		{"https://example.com/?p=12", "example.com?p=12"},
		{"https://example.com?p=12", "example.com?p=12"},
		{"https://example.com/x#a?b=1", "example.com/x"},
		{"https://example.com/x;jsessionid=0A1B?id=1", "example.com/x?id=1"},
		{"https://example.com/x;v=1", "example.com/x;v=1"},
		{"https://example.com/%7euser/%c3%a4%2F", "example.com/~user/%C3%A4%2F"},
		{"https://example.com/%zz%4", "example.com/%zz%4"},
		{"https://example.com/x?a=%41", "example.com/x?a=A"},
		{"ftp://example.com/x", NULL},
		{"mailto:a@example.com", NULL},
		{"/relative", NULL},
		{"https://", NULL},
		{"https:///x", NULL},
		{"", NULL},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_arena arena;
		struct tt_str got;
		tt_arena_init(&arena, 1 << 16);
		TT_EQ_ROW(i, tt_url_canonical(tt_str_c(rows[i].in), &arena, &got), TT_OK);
		TT_STR_EQ_ROW(i, got, tt_str_c(rows[i].want));
		tt_arena_done(&arena);
	}
}

TT_TEST(a_query_of_many_parameters_keeps_its_order)
{
	struct tt_arena arena;
	struct tt_str got;
	char url[1024] = "http://h/x?", want[1024] = "h/x?";
	for (int i = 99; i >= 0; i--) {
		char p[16];
		snprintf(p, sizeof(p), "p%d=1%s", i, i ? "&" : "");
		strncat(url, p, sizeof(url) - strlen(url) - 1);
		strncat(want, p, sizeof(want) - strlen(want) - 1);
	}
	tt_arena_init(&arena, 1 << 16);
	TT_EQ(tt_url_canonical(tt_str_c(url), &arena, &got), TT_OK);
	TT_STR_EQ(got, tt_str_c(want));
	tt_arena_done(&arena);
}

static struct tt_item item_of(
	const char *source, const char *guid, const char *url, const char *title, int64_t published_ms)
{
	return (struct tt_item){.source = tt_str_c(source),
		.guid = tt_str_c(guid),
		.url = tt_str_c(url),
		.title = tt_str_c(title),
		.published_ms = published_ms};
}

/* Are the items of a row the same one? */
TT_TEST(same_or_not)
{
	const int64_t none = TT_TIME_NONE;
	const struct {
		struct tt_item a, b;
		const char *a_id, *b_id;
		bool same_id, same_url;
	} rows[] = {
		{item_of("f", "1", "http://h/x", "t", 5), item_of("f", "1", "http://h/y", "u", 6), 0, 0, true,
			false},
		{item_of("f", "1", "http://h/x", "t", 5), item_of("f", "2", "https://www.h.de/x", "t", 5), 0,
			0, false, false},
		{item_of("f", "1", "http://h.de/x", "t", 5),
			item_of("f", "2", "https://www.h.de/x?utm_id=1", "t", 5), 0, 0, false, true},
		{item_of("f", "1", NULL, "t", 5), item_of("g", "1", NULL, "t", 5), 0, 0, false, true},
		{item_of("f", NULL, "http://h/x", "t", 5), item_of("f", NULL, "http://h/x#2", "u", 6), 0, 0,
			true, true},
		{item_of("f", NULL, NULL, "t", 5), item_of("f", NULL, NULL, "t", 5), 0, 0, true, true},
		{item_of("f", NULL, NULL, "t", 5), item_of("f", NULL, NULL, "t", 6), 0, 0, false, true},
		{item_of("f", NULL, NULL, "t", none), item_of("f", NULL, NULL, "t", none), 0, 0, true, true},
		{item_of("f", NULL, NULL, "t", none), item_of("f", NULL, NULL, "u", none), 0, 0, false, true},
		{item_of("f", "1", NULL, "t", 5), item_of("f", "1", NULL, "t", 5), "r1", "r2", false, true},
		{item_of("f", "1", NULL, "t", 5), item_of("f", "2", NULL, "t", 5), "r1", "r1", true, true},
		{item_of("f", "1", NULL, "t", 5), item_of("g", "1", NULL, "t", 5), "r1", "r1", false, true},
		{item_of("f", "1", NULL, "t", 5), item_of("g", "2", NULL, "t", 5),
			"00112233-4455-6677-8899-aabbccddeeff", "00112233-4455-6677-8899-AABBCCDDEEFF", true,
			true},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_arena arena;
		struct tt_item a = rows[i].a, b = rows[i].b;
		tt_arena_init(&arena, 1 << 16);
		TT_EQ_ROW(i, tt_item_identify(&a, tt_str_c(rows[i].a_id), &arena), TT_OK);
		TT_EQ_ROW(i, tt_item_identify(&b, tt_str_c(rows[i].b_id), &arena), TT_OK);
		TT_EQ_ROW(i, tt_id_eq(a.id, b.id), rows[i].same_id);
		TT_EQ_ROW(i, tt_id_eq(a.url_key, b.url_key), rows[i].same_url);
		TT_EQ_ROW(i, tt_id_is_zero(a.url_key), !a.url.n);
		TT_TRUE(a.guid.n && b.guid.n);
		tt_arena_done(&arena);
	}
}

TT_TEST(ids_never_change)
{
	struct tt_arena arena;
	struct tt_item item =
		item_of("https://example.com/rss", "tag:1", "https://www.example.com/a?utm_source=x", "T", 0);
	char id[37], key[37];
	tt_arena_init(&arena, 1 << 16);
	TT_EQ(tt_item_identify(&item, (struct tt_str){NULL, 0}, &arena), TT_OK);
	tt_id_format(item.id, id);
	tt_id_format(item.url_key, key);
	TT_STR_EQ(tt_str_c(id), TT_STR("24655a57-9dc2-84f1-a724-4dab783de7d3"));
	TT_STR_EQ(tt_str_c(key), TT_STR("482c6c23-470d-8e22-9f8e-43289ba778c0"));
	tt_arena_done(&arena);
}

TT_TEST(texts_are_cut_between_characters)
{
	static const struct {
		const char *in;
		size_t max;
		const char *want;
	} rows[] = {
		{"abc", 3, "abc"},
		{"abc", 2, "ab"},
		{"a\xc3\xa4", 2, "a"},
		{"a\xc3\xa4", 3, "a\xc3\xa4"},
		{"\xe2\x82\xac", 2, ""},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_str s = tt_str_c(rows[i].in);
		TT_EQ_ROW(i, tt_text_cut(&s, rows[i].max), strlen(rows[i].in) > rows[i].max);
		TT_STR_EQ_ROW(i, s, tt_str_c(rows[i].want));
	}
}

TT_TEST(survives_oom)
{
	int n, rc = TT_ENOMEM;
	for (n = 0; n < 20 && rc == TT_ENOMEM; n++) {
		struct tt_arena arena;
		struct tt_item item = item_of("f", NULL, NULL, "t", 5);
		tt_arena_init(&arena, 1 << 16);
		tt_fault_alloc_after(n);
		rc = tt_item_identify(&item, (struct tt_str){NULL, 0}, &arena);
		tt_fault_off();
		tt_arena_done(&arena);
		TT_EQ(tt_alloc_live(), 0);
	}
	TT_EQ(rc, TT_OK);
	TT_TRUE(n > 1);
}

TT_MAIN(TT_RUN(canonical_urls), TT_RUN(a_query_of_many_parameters_keeps_its_order), TT_RUN(same_or_not),
	TT_RUN(ids_never_change), TT_RUN(texts_are_cut_between_characters), TT_RUN(survives_oom))
