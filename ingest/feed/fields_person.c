/* fields_person.c - an author ends: name, address or the text itself; several are joined. See xmlstate.h. */
#include "ingest/feed/xmlstate.h"

enum { AUTHORS_MAX = 1024 }; /* bytes of all names joined */

/* "Ann, Bob" */
static int add_author(struct tt_xmlfeed *x, struct tt_str who)
{
	struct tt_str *all = &x->item.author;
	if (!all->p)
		*all = who;
	else if (all->n + who.n < AUTHORS_MAX)
		*all = tt_str_c(tt_arena_printf(x->b->arena, "%.*s, %.*s", TT_FMT(*all), TT_FMT(who)));
	return all->p ? TT_OK : tt_build_oom(x->b);
}

/* The author that ends, {NULL,0} when it says nothing. */
static int who_is_it(struct tt_xmlfeed *x, struct tt_str *ret)
{
	if (x->name.p && x->email.p) {
		*ret = tt_str_c(
			tt_arena_printf(x->b->arena, "%.*s (%.*s)", TT_FMT(x->name), TT_FMT(x->email)));
		return ret->p ? TT_OK : tt_build_oom(x->b);
	}
	*ret = x->name.p ? x->name : x->email;
	if (ret->p)
		return TT_OK;
	return tt_build_text(x->b, tt_buf_view(&x->person), x->atom ? TT_TEXT_PLAIN : TT_TEXT_GUESS, ret);
}

int tt_field_person(struct tt_xmlfeed *x)
{
	const struct tt_name *name = tt_top(x)->name;
	struct tt_str who = {NULL, 0};
	int rc = who_is_it(x, &who);
	if (rc < 0 || !who.p)
		return rc;
	uint16_t before = x->ranks.author;
	if (!tt_field_wins(&x->ranks.author, tt_field_rank(x, name->pref), TT_LAST))
		return TT_OK;
	if (x->author_from != name ||
		before != x->ranks.author) /* another word for the same, and a better one */
		x->item.author = (struct tt_str){NULL, 0};
	x->author_from = name;
	return add_author(x, who);
}
