/* item_text.c - see item_text.h. */
#include "nlp/item_text.h"

#include <string.h>

static bool ends_a_sentence(struct tt_str s)
{
	return s.n && strchr(".!?:;", s.p[s.n - 1]);
}

int tt_item_text(const struct tt_item *item, enum tt_text_choice choice, struct tt_arena *arena,
	struct tt_item_text *ret)
{
	const struct tt_str title = item->title;
	struct tt_str body = {NULL, 0};
	if (choice == TT_TEXT_FULL)
		body = item->content.n ? item->content : item->summary;
	else if (choice == TT_TEXT_TITLE_SUMMARY)
		body = item->summary;
	if (!body.n || !title.n || tt_str_starts(body, title)) {
		*ret = (struct tt_item_text){body.n ? body : title, title.n};
		return TT_OK;
	}
	const struct tt_str between = ends_a_sentence(title) ? TT_STR(" ") : TT_STR(". ");
	char *p = tt_arena_alloc(arena, title.n + between.n + body.n);
	if (!p)
		return TT_ENOMEM;
	memcpy(p, title.p, title.n);
	memcpy(p + title.n, between.p, between.n);
	memcpy(p + title.n + between.n, body.p, body.n);
	*ret = (struct tt_item_text){{p, title.n + between.n + body.n}, title.n};
	return TT_OK;
}
