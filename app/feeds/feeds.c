/* feeds.c - see feeds.h. */
#include "app/feeds/feeds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/feed_address.h"
#include "sink/pg/migrate.h"

const char *tt_feed_status_name(enum tt_feed_status status)
{
	static const char *const names[] = {"ok", "new", "failing", "gone", "disabled"};
	return names[status];
}

/* ---- opening ---- */

int tt_feeds_open_fetch(struct tt_feeds *f, const struct tt_feeds_opts *o, struct tt_err *err)
{
	memset(f, 0, sizeof(*f));
	tt_arena_init(&f->arena, TT_FEEDS_BYTES);
	int rc = tt_app_conf_load(o->config, &f->conf, err);
	if (rc < 0)
		return rc;
	f->path = o->config ? o->config : "the defaults";
	f->conf.fetch.allow_private_networks |= o->allow_private;
	return TT_OK;
}

int tt_feeds_open(struct tt_feeds *f, const struct tt_feeds_opts *o, struct tt_err *err)
{
	int rc = tt_feeds_open_fetch(f, o, err);
	if (rc == TT_OK && !o->config && !o->dsn)
		rc = tt_err_set(err, TT_EUSAGE,
			"where are the feeds? Give a configuration (-c FILE) or a database (--dsn)");
	if (rc < 0 || (!o->dsn && f->conf.pipeline.sink != TT_SINK_POSTGRES))
		return rc;
	f->postgres = f->conf.postgres;
	if (o->dsn)
		f->postgres.dsn = (char *)o->dsn;
	rc = tt_pg_conn_new(&f->conn, &f->postgres, err);
	return rc == TT_OK ? tt_pg_schema_check(f->conn, err) : rc;
}

int tt_feeds_open_database(struct tt_feeds *f, const struct tt_feeds_opts *o, struct tt_err *err)
{
	int rc = tt_feeds_open(f, o, err);
	if (rc == TT_OK && !f->conn)
		return tt_err_set(err, TT_ECONF,
			"%s has no database (pipeline.sink is stdout): feeds are listed in the configuration "
			"alone",
			f->path);
	return rc;
}

void tt_feeds_close(struct tt_feeds *f)
{
	tt_pg_conn_free(f->conn);
	if (f->path)
		tt_app_conf_free(&f->conf);
	tt_arena_done(&f->arena);
}

/* ---- the list ---- */

static enum tt_feed_status status_of(const struct tt_feed_entry *e)
{
	bool on = (e->conf && e->conf->enabled) || (e->added && e->db.enabled);
	const struct tt_feed_state *s = &e->db.state;
	if (!on)
		return TT_FEED_DISABLED;
	if (s->gone)
		return TT_FEED_GONE;
	if (s->failures)
		return TT_FEED_FAILING;
	return s->last_fetch_ms == TT_TIME_NONE ? TT_FEED_NEW : TT_FEED_OK;
}

static int compare_keys(const void *a, const void *b)
{
	const struct tt_feed_entry *x = a, *y = b;
	return tt_str_order(x->db.state.url, y->db.state.url);
}

static int compare(const void *a, const void *b)
{
	const struct tt_feed_entry *x = a, *y = b;
	int order = compare_keys(a, b);
	return order ? order : !x->conf - !y->conf; /* the configured one first, see merge() */
}

static struct tt_feed_entry configured(const struct tt_feed_conf *conf)
{
	return (struct tt_feed_entry){
		.conf = conf,
		.db = {.state = {.url = tt_str_c(conf->url),
			       .last_fetch_ms = TT_TIME_NONE,
			       .last_success_ms = TT_TIME_NONE,
			       .last_change_ms = TT_TIME_NONE,
			       .next_fetch_ms = TT_TIME_NONE},
			.added_ms = TT_TIME_NONE,
			.lease_until_ms = TT_TIME_NONE,
			.enabled = true},
	};
}

/* Joins what the configuration and the database say of one feed; leaves out rows that nothing names any more.
 */
static void merge(struct tt_feeds *f)
{
	size_t kept = 0;
	qsort(f->v, f->n, sizeof(*f->v), compare);
	for (size_t i = 0; i < f->n; i++) {
		struct tt_feed_entry e = f->v[i];
		if (i + 1 < f->n && e.conf && tt_str_eq(e.db.state.url, f->v[i + 1].db.state.url)) {
			e = f->v[++i];
			e.conf = f->v[i - 1].conf;
		}
		e.added = e.db.added_ms != TT_TIME_NONE;
		e.status = status_of(&e);
		if (e.conf || e.added)
			f->v[kept++] = e;
	}
	f->n = kept;
}

static int compare_moves(const void *a, const void *b)
{
	const struct tt_feed_entry *const *x = a, *const *y = b;
	return tt_str_order((*x)->db.state.moved_to, (*y)->db.state.moved_to);
}

static int index_moves(struct tt_feeds *f)
{
	f->moved = tt_arena_zalloc(&f->arena, f->n + 1, sizeof(*f->moved));
	if (!f->moved)
		return TT_ENOMEM;
	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].db.state.moved_to.n)
			f->moved[f->n_moved++] = &f->v[i];
	qsort(f->moved, f->n_moved, sizeof(*f->moved), compare_moves);
	return TT_OK;
}

int tt_feeds_load(struct tt_feeds *f, struct tt_err *err)
{
	const struct tt_feed_conf *conf = f->conf.feeds.v;
	struct tt_pg_feed *rows = NULL;
	size_t n_rows = 0;
	int rc = f->conn ? tt_pg_feeds_list(f->conn, &f->arena, &rows, &n_rows, err) : TT_OK;
	if (rc < 0)
		return rc;
	f->n = f->n_moved = 0;
	f->v = tt_arena_zalloc(&f->arena, f->conf.feeds.n + n_rows + 1, sizeof(*f->v));
	for (size_t i = 0; f->v && i < f->conf.feeds.n; i++)
		f->v[f->n++] = configured(&conf[i]);
	for (size_t i = 0; f->v && i < n_rows; i++)
		f->v[f->n++] = (struct tt_feed_entry){.db = rows[i]};
	if (f->v)
		merge(f);
	if (!f->v || index_moves(f) < 0)
		return tt_err_set(err, TT_ENOMEM, "feeds: %s", tt_err_text(TT_ENOMEM));
	return TT_OK;
}

const struct tt_feed_entry *tt_feeds_find(const struct tt_feeds *f, struct tt_str url)
{
	const struct tt_feed_entry key = {.db = {.state = {.url = url, .moved_to = url}}}, *k = &key;
	const struct tt_feed_entry *e = bsearch(k, f->v, f->n, sizeof(*f->v), compare_keys);
	if (e)
		return e;
	const struct tt_feed_entry *const *moved =
		bsearch(&k, f->moved, f->n_moved, sizeof(*f->moved), compare_moves);
	return moved ? *moved : NULL;
}

const char *tt_feeds_place(struct tt_feeds *f, const struct tt_feed_conf *conf)
{
	FILE *in = fopen(f->path, "re");
	char *line = NULL;
	size_t cap = 0;
	long number = 0, found = 0;
	size_t url_bytes = strlen(conf->url);
	while (in && !found && getline(&line, &cap, in) >= 0) {
		const char *at = strstr(line, conf->url), *end = at ? at + url_bytes : NULL;
		number++;
		if (at && strchr(" \t\r\n\"',}#",
				  *end)) /* not the start of a longer one; the line's NUL counts, too */
			found = number;
	}
	free(line);
	if (in)
		fclose(in);
	const char *place = found ? tt_arena_printf(&f->arena, "%s:%ld", f->path, found) : NULL;
	return place ? place : f->path;
}

/* ---- odds and ends ---- */

int tt_feeds_url(const char *typed, struct tt_arena *arena, struct tt_str *ret, struct tt_err *err)
{
	const struct tt_str none = {NULL, 0};
	bool bare = !strstr(typed, ":/") && !tt_str_starts_ci(tt_str_c(typed), TT_STR("feed:"));
	const char *text = bare ? tt_arena_printf(arena, "https://%s", typed) : typed, *why;
	int rc = text ? tt_feed_url(tt_str_c(text), none, arena, ret, &why) : TT_ENOMEM;
	if (rc == TT_EREFUSED)
		return tt_err_set(err, TT_EUSAGE, "'%s': %s", typed, why);
	return rc < 0 ? tt_err_set(err, rc, "%s", tt_err_text(rc)) : TT_OK;
}

int tt_feeds_parse(const struct tt_fetch_conf *conf, const struct tt_fetch_page *page, struct tt_arena *arena,
	struct tt_feed *ret, struct tt_err *err)
{
	const struct tt_feed_limits limits = {
		.max_items = (size_t)conf->max_items,
		.max_text_bytes = (size_t)conf->max_text_bytes,
		.max_depth = (size_t)conf->max_xml_depth,
	};
	int rc = tt_feed_parse(page->body, page->content_type, page->url, &limits, arena, ret, err);
	if (rc == TT_OK && ret->recovered && !ret->n_items && !ret->title.n) /* as a poll judges it */
		return tt_err_set(err, TT_EPARSE, "broken document without any item");
	return rc;
}

void tt_feeds_span(int64_t ms, char out[24])
{
	static const struct {
		int64_t from_ms, ms;
		char unit;
	} units[] = {{730 * 86400000LL, 365 * 86400000LL, 'y'}, {2 * 86400000, 86400000, 'd'},
		{7200000, 3600000, 'h'}, {60000, 60000, 'm'}, {INT64_MIN, 1000, 's'}};
	size_t i = 0;
	while (ms < units[i].from_ms)
		i++;
	snprintf(out, 24, "%lld%c", (long long)(ms > 0 ? ms / units[i].ms : 0), units[i].unit);
}
