/* cmd_feeds_opml.c - `tickertone feeds import|export`: the list as OPML, from and for other programs. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/feeds/feeds.h"
#include "common/file.h"
#include "ingest/opml.h"

struct import_opts {
	struct tt_feeds_opts common;
	bool dry_run;
};

/* ---- import ---- */

struct import {
	struct tt_feeds *f;
	struct tt_opml list;
	struct tt_pg_feed_add *v; /* what the list does not have yet */
	struct tt_str *off;       /* those of them that are disabled */
	size_t n, n_off, n_known;
};

static void line(const char *what, struct tt_str url, struct tt_str name, const char *why)
{
	printf("%-8s %.*s", what, TT_FMT(url.n ? url : TT_STR("-")));
	if (name.n)
		printf("  %.*s", TT_FMT(name));
	printf("%s%s\n", why ? ": " : "", why ? why : "");
}

static int sort_out(struct import *m, struct tt_err *err)
{
	m->v = tt_arena_zalloc(&m->f->arena, m->list.n_feeds + 1, sizeof(*m->v));
	m->off = tt_arena_zalloc(&m->f->arena, m->list.n_feeds + 1, sizeof(*m->off));
	if (!m->v || !m->off)
		return tt_err_set(err, TT_ENOMEM, "feeds import: %s", tt_err_text(TT_ENOMEM));
	for (size_t i = 0; i < m->list.n_feeds; i++) {
		const struct tt_opml_feed *feed = &m->list.feeds[i];
		bool known = tt_feeds_find(m->f, feed->url);
		line(known ? "known" : "new", feed->url, feed->name, NULL);
		m->n_known += known;
		if (known)
			continue;
		m->v[m->n++] = (struct tt_pg_feed_add){feed->url, feed->name, feed->lang, feed->interval_ms};
		if (feed->disabled)
			m->off[m->n_off++] = feed->url;
	}
	for (size_t i = 0; i < m->list.n_refused; i++)
		line("refused", m->list.refused[i].url, m->list.refused[i].name, m->list.refused[i].reason);
	return TT_OK;
}

static int store(struct import *m, struct tt_err *err)
{
	enum tt_pg_feed_added *as = tt_arena_zalloc(&m->f->arena, m->n + 1, sizeof(*as));
	bool *found = tt_arena_zalloc(&m->f->arena, m->n_off + 1, sizeof(*found));
	if (!as || !found)
		return tt_err_set(err, TT_ENOMEM, "feeds import: %s", tt_err_text(TT_ENOMEM));
	int rc = tt_pg_feeds_add(m->f->conn, m->v, m->n, as, err);
	return rc == TT_OK && m->n_off ? tt_pg_feeds_switch(m->f->conn, m->off, m->n_off, false, found, err)
				       : rc;
}

static int import(struct tt_feeds *f, const char *path, bool dry_run, struct tt_err *err)
{
	struct import m = {.f = f};
	struct tt_buf file;
	tt_buf_init(&file, (size_t)f->conf.fetch.max_body_bytes);
	int rc = tt_file_read(path, &file, err);
	if (rc == TT_OK) {
		rc = tt_opml_parse(tt_buf_view(&file), &f->arena, &m.list, err);
		if (rc < 0)
			tt_err_prefix(err, rc, "%s", path);
	}
	if (rc == TT_OK)
		rc = tt_feeds_load(f, err);
	if (rc == TT_OK)
		rc = sort_out(&m, err);
	if (rc == TT_OK && !dry_run)
		rc = store(&m, err);
	if (rc == TT_OK)
		printf("%s%zu new, %zu known, %zu refused\n", dry_run ? "nothing stored: " : "", m.n,
			m.n_known, m.list.n_refused);
	tt_buf_done(&file);
	return rc;
}

static int run_import(const void *given, int argc, char **argv, struct tt_err *err)
{
	const struct import_opts *o = given;
	struct tt_feeds f;
	(void)argc;
	int rc = tt_feeds_open_database(&f, &o->common, err);
	if (rc == TT_OK)
		rc = import(&f, argv[0], o->dry_run, err);
	tt_feeds_close(&f);
	return rc;
}

/* ---- export ---- */

static struct tt_str first_of(struct tt_str a, struct tt_str b, struct tt_str c)
{
	return a.n ? a : b.n ? b : c.n ? c : (struct tt_str){NULL, 0};
}

static int make_list(struct tt_feeds *f, struct tt_opml *ret, struct tt_err *err)
{
	const struct tt_str none = {NULL, 0};
	*ret = (struct tt_opml){.title = TT_STR("Feeds of tickertone"), .n_feeds = f->n};
	ret->feeds = tt_arena_zalloc(&f->arena, f->n + 1, sizeof(*ret->feeds));
	if (!ret->feeds)
		return tt_err_set(err, TT_ENOMEM, "feeds export: %s", tt_err_text(TT_ENOMEM));
	for (size_t i = 0; i < f->n; i++) {
		const struct tt_feed_entry *e = &f->v[i];
		const struct tt_feed_conf *conf = e->conf;
		ret->feeds[i] = (struct tt_opml_feed){
			.url = e->db.state.url,
			.name = first_of(tt_str_c(conf ? conf->name : NULL), e->db.name, e->db.state.title),
			.lang = first_of(tt_str_c(conf ? conf->lang : NULL), e->db.lang, none),
			.interval_ms = conf && conf->interval_ms ? conf->interval_ms : e->db.interval_ms,
			.disabled = e->status == TT_FEED_DISABLED,
		};
	}
	return TT_OK;
}

/* Through a file beside it, so that a full disk does not cost the list that was there. */
static int write_file(const char *path, struct tt_str text, struct tt_arena *arena, struct tt_err *err)
{
	char *beside = tt_arena_printf(arena, "%s.part", path);
	FILE *out = beside ? fopen(beside, "we") : NULL;
	if (!out)
		return tt_err_set(err, TT_EIO, "%s: %s", beside ? beside : path, strerror(errno));
	bool good = fwrite(text.p, 1, text.n, out) == text.n && fflush(out) == 0 && fsync(fileno(out)) == 0;
	good = fclose(out) == 0 && good && rename(beside, path) == 0;
	if (good)
		return TT_OK;
	tt_err_set(err, TT_EIO, "%s: %s", path, strerror(errno));
	unlink(beside);
	return TT_EIO;
}

static int export(struct tt_feeds *f, const char *path, struct tt_err *err)
{
	struct tt_opml list;
	struct tt_buf out;
	tt_buf_init(&out, TT_FEEDS_BYTES);
	int rc = make_list(f, &list, err);
	if (rc == TT_OK) {
		rc = tt_opml_write(&list, tt_wall_ms(&tt_clock_real), &out);
		if (rc < 0)
			tt_err_set(err, rc, "feeds export: %s", tt_err_text(rc));
	}
	if (rc == TT_OK && strcmp(path, "-") == 0)
		fwrite(out.p, 1, out.n, stdout);
	else if (rc == TT_OK)
		rc = write_file(path, tt_buf_view(&out), &f->arena, err);
	tt_buf_done(&out);
	return rc;
}

static int run_export(const void *given, int argc, char **argv, struct tt_err *err)
{
	struct tt_feeds f;
	int rc = tt_feeds_open(&f, given, err);
	if (rc == TT_OK)
		rc = tt_feeds_load(&f, err);
	if (rc == TT_OK)
		rc = export(&f, argc ? argv[0] : "-", err);
	tt_feeds_close(&f);
	return rc;
}

static const struct tt_cli_opt import_options[] = {
	TT_FEEDS_OPT_CONFIG,
	TT_FEEDS_OPT_DSN,
	{"dry-run", 'n', TT_CLI_FLAG, offsetof(struct import_opts, dry_run), NULL,
		"Say what would be added, and add nothing.", 0, 0, NULL},
	{0},
};
static const struct tt_cli_opt export_options[] = {TT_FEEDS_OPT_CONFIG, TT_FEEDS_OPT_DSN, {0}};

const struct tt_cmd tt_cmd_feeds_import = {
	.name = "feeds import",
	.args = "FILE",
	.summary = "Add the feeds of an OPML file to the list of the database",
	.details = "Reads OPML 1.0 to 2.0 as other programs write it, broken or not, from a file or standard "
		   "input (-). One line a feed: "
		   "new; known, on the list already and left as it is; refused, with the reason. Feeds are "
		   "not fetched first; 'feeds test' "
		   "says what is wrong with them.\n"
		   "\n"
		   "    tickertone feeds import -c tickertone.yaml reader.opml --dry-run\n",
	.group = TT_GROUP_FEEDS,
	.opts = import_options,
	.opts_size = sizeof(struct import_opts),
	.min_args = 1,
	.max_args = 1,
	.run = run_import,
};

const struct tt_cmd tt_cmd_feeds_export = {
	.name = "feeds export",
	.args = "[FILE]",
	.summary = "Write all feeds, of the configuration and the database, as OPML",
	.details = "OPML 2.0, to standard output unless a file is named. Language, interval and disabled "
		   "feeds are kept in attributes "
		   "that other readers pass over, so that importing the file into an empty database gives "
		   "the same list.\n"
		   "\n"
		   "    tickertone feeds export -c tickertone.yaml feeds.opml\n",
	.group = TT_GROUP_FEEDS,
	.opts = export_options,
	.opts_size = sizeof(struct tt_feeds_opts),
	.min_args = 0,
	.max_args = 1,
	.run = run_export,
};
