/* test_websub_links.c - hubs and topics in Link headers, as servers write them. */
#include "common/err.h"
#include "ingest/websub/links.h"
#include "tests/tt_test.h"

static const struct {
	const char *header, *hubs, *self; /* hubs: joined by blanks; self NULL: absent */
} rows[] = {
	{"<https://hub.example/>; rel=\"hub\"", "https://hub.example/", NULL},
	{"<https://hub.example/>; rel=hub", "https://hub.example/", NULL},
	{"<https://e.com/feed>;rel=self", "", "https://e.com/feed"},
	{"<https://a/>; rel=\"hub\", <https://e/f>; rel=\"self\"", "https://a/", "https://e/f"},
	{"<https://a/>;rel=hub,<https://b/>;rel=hub", "https://a/ https://b/", NULL},
	{"<https://e/f?a=1,2;3>; rel=self", "", "https://e/f?a=1,2;3"},
	{"<u>; title=\"a, <b>; rel=hub\"; rel=self", "", "u"},
	{"<u>; title=\"quote \\\" and, <x>; rel=hub\"; rel=self", "", "u"},
	{"<u>; rel=\"self hub\"", "u", "u"},
	{"<u>; REL=\"Self\"; type=\"text/xml\"", "", "u"},
	{"<u>; rel=next; rel=self", "", NULL}, /* the first one counts */
	{"<u>; anchor=\"https://other/\"; rel=self", "", NULL},
	{"<u> ; rel = self", "", "u"},
	{"< u >;rel=self", "", "u"},
	{"<a>; rel=self, <b>; rel=self", "", "a"},
	{"<1>; rel=hub, <2>; rel=hub, <3>; rel=hub, <4>; rel=hub, <5>; rel=hub", "1 2 3 4", NULL},
	{"<u>; crossorigin; rel=hub", "u", NULL},
	{"garbage, <u>; rel=hub", "u", NULL},
	{"<u>; rel=\"hub", "u", NULL},
	{"<u>; rel=", "", NULL},
	{"<>; rel=hub", "", NULL},
	{"<u", "", NULL},
	{"<u>; rel=hubris", "", NULL},
	{"", "", NULL},
};

TT_TEST(headers)
{
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_websub_links links = {0};
		struct tt_arena arena;
		char hubs[200] = "";
		tt_arena_init(&arena, 1 << 16);
		TT_EQ_ROW(i, tt_websub_links_header(&links, tt_str_c(rows[i].header), &arena), TT_OK);
		for (size_t k = 0, n = 0; k < links.n_hubs; k++)
			n += (size_t)snprintf(
				hubs + n, sizeof(hubs) - n, "%s%.*s", k ? " " : "", TT_FMT(links.hubs[k]));
		TT_STR_EQ_ROW(i, tt_str_c(hubs), tt_str_c(rows[i].hubs));
		TT_STR_EQ_ROW(i, links.self, tt_str_c(rows[i].self));
		tt_arena_done(&arena);
	}
}

TT_TEST(several_headers_add_up)
{
	struct tt_websub_links links = {0};
	struct tt_arena arena;
	tt_arena_init(&arena, 1 << 16);
	TT_EQ(tt_websub_links_header(&links, TT_STR("<a>; rel=hub"), &arena), TT_OK);
	TT_EQ(tt_websub_links_header(&links, TT_STR("<b>; rel=hub"), &arena), TT_OK);
	TT_EQ(tt_websub_links_header(&links, TT_STR("<c>; rel=self"), &arena), TT_OK);
	TT_EQ(links.n_hubs, 2);
	TT_STR_EQ(links.hubs[1], TT_STR("b"));
	TT_STR_EQ(links.self, TT_STR("c"));
	tt_arena_done(&arena);
	tt_arena_init(&arena, 1); /* no room */
	TT_EQ(tt_websub_links_header(&links, TT_STR("<d>; rel=hub"), &arena), TT_ENOMEM);
	TT_EQ(links.n_hubs, 2);
	tt_arena_done(&arena);
}

TT_MAIN(TT_RUN(headers), TT_RUN(several_headers_add_up))
