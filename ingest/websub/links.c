/* links.c - see links.h. */
#include "ingest/websub/links.h"

#include "common/err.h"
#include "ingest/feed/url.h"

/* Reads from the front of what is left. */
struct reader {
	const char *p, *end;
};

struct link {
	struct tt_str url, rel;
	bool has_rel, has_anchor;
};

static void skip_blanks(struct reader *r)
{
	while (r->p < r->end && (*r->p == ' ' || *r->p == '\t'))
		r->p++;
}

static bool take(struct reader *r, char c)
{
	skip_blanks(r);
	bool there = r->p < r->end && *r->p == c;
	r->p += there;
	return there;
}

/* Up to one of the characters, which stays. */
static struct tt_str take_until(struct reader *r, const char *stop, size_t n_stop)
{
	const char *begin = r->p;
	for (; r->p < r->end; r->p++)
		for (size_t i = 0; i < n_stop; i++)
			if (*r->p == stop[i])
				return (struct tt_str){begin, (size_t)(r->p - begin)};
	return (struct tt_str){begin, (size_t)(r->p - begin)};
}
#define UNTIL(r, stop) take_until((r), (stop), sizeof(stop) - 1)

/* What is between quotes; a backslash takes the next character along. */
static struct tt_str take_quoted(struct reader *r)
{
	const char *begin = r->p;
	while (r->p < r->end && *r->p != '"')
		r->p += *r->p == '\\' && r->p + 1 < r->end ? 2 : 1;
	struct tt_str s = {begin, (size_t)(r->p - begin)};
	r->p += r->p < r->end;
	return s;
}

static void take_parameters(struct reader *r, struct link *link)
{
	while (take(r, ';')) {
		skip_blanks(r);
		struct tt_str value = {NULL, 0}, name = tt_str_trim(UNTIL(r, "=;,"));
		if (take(r, '='))
			value = take(r, '"') ? take_quoted(r) : tt_str_trim(UNTIL(r, ";,"));
		if (tt_str_eq_ci(name, TT_STR("anchor")))
			link->has_anchor = true;
		if (tt_str_eq_ci(name, TT_STR("rel")) && !link->has_rel) { /* the first one counts */
			link->rel = value;
			link->has_rel = true;
		}
	}
}

/* The next link; false when there is none. */
static bool take_link(struct reader *r, struct link *link)
{
	*link = (struct link){0};
	(void)UNTIL(r, "<");
	if (!take(r, '<'))
		return false;
	link->url = tt_str_trim(UNTIL(r, ">"));
	if (!take(r, '>'))
		return false;
	take_parameters(r, link);
	return true;
}

/* Is `name` one of the blank-separated relation types? */
static bool has_relation(struct tt_str rel, struct tt_str name)
{
	while (rel.p)
		if (tt_str_eq_ci(tt_str_split(&rel, ' '), name))
			return true;
	return false;
}

static int keep(struct tt_str *ret, struct tt_str url, struct tt_arena *arena)
{
	*ret = tt_arena_str(arena, url);
	return ret->p ? TT_OK : TT_ENOMEM;
}

int tt_websub_links_header(struct tt_websub_links *links, struct tt_str value, struct tt_arena *arena)
{
	struct reader r = {value.p, value.p + value.n};
	struct link link;
	int rc = TT_OK;
	while (rc == TT_OK && take_link(&r, &link)) {
		if (link.has_anchor || !link.url.n)
			continue;
		if (!links->self.p && has_relation(link.rel, TT_STR("self")))
			rc = keep(&links->self, link.url, arena);
		if (rc == TT_OK && links->n_hubs < TT_WEBSUB_HUBS && has_relation(link.rel, TT_STR("hub"))) {
			rc = keep(&links->hubs[links->n_hubs], link.url, arena);
			links->n_hubs += rc == TT_OK;
		}
	}
	return rc;
}

static int resolve(struct tt_str *ret, struct tt_str base, struct tt_str ref, struct tt_arena *arena)
{
	struct tt_str url = tt_url_resolve(arena, base, ref);
	if (tt_url_failed(url))
		return TT_ENOMEM;
	*ret = url;
	return TT_OK;
}

int tt_websub_links_choose(struct tt_websub_links *ret, const struct tt_websub_links *const *from,
	size_t n_from, struct tt_str base, struct tt_arena *arena)
{
	bool has_self = false;
	int rc = TT_OK;
	for (size_t i = 0; i < n_from && rc == TT_OK; i++) {
		for (size_t k = 0; !ret->n_hubs && k < from[i]->n_hubs && rc == TT_OK; k++)
			rc = resolve(&ret->hubs[k], base, from[i]->hubs[k], arena);
		if (!ret->n_hubs)
			ret->n_hubs = from[i]->n_hubs;
		if (rc == TT_OK && !has_self && from[i]->self.n) {
			rc = resolve(&ret->self, base, from[i]->self, arena);
			has_self = true;
		}
	}
	return rc;
}
