/* cmd_feeds_edit.c - `tickertone feeds remove|enable|disable URL...`. */
#include <stdio.h>

#include "app/commands.h"
#include "app/feeds/feeds.h"

enum what { REMOVE, ENABLE, DISABLE };

static int apply(struct tt_feeds *f, enum what what, struct tt_str url, bool *ret, struct tt_err *err)
{
	if (what == REMOVE)
		return tt_pg_feeds_remove(f->conn, &url, 1, ret, err);
	return tt_pg_feeds_switch(f->conn, &url, 1, what == ENABLE, ret, err);
}

/* Why the database had nothing to do for a URL. */
static int explain(struct tt_feeds *f, enum what what, struct tt_str url, struct tt_err *err)
{
	static const char *const must[] = {
		"remove it there", "set enabled: true there", "set enabled: false there"};
	const struct tt_feed_entry *e = tt_feeds_find(f, url);
	if (e && e->conf && !(what == ENABLE && e->conf->enabled))
		return tt_err_set(err, TT_EREFUSED, "%.*s is configured at %s: %s", TT_FMT(url),
			tt_feeds_place(f, e->conf), must[what]);
	if (e && what == ENABLE) {
		printf("%.*s: enabled already\n", TT_FMT(url));
		return TT_OK;
	}
	return tt_err_set(err, TT_ENOENT, "%.*s: not a feed of the database (see 'tickertone feeds list')",
		TT_FMT(url));
}

static int edit_one(struct tt_feeds *f, enum what what, const char *typed, struct tt_err *err)
{
	static const char *const done[] = {"removed", "enabled", "disabled"};
	struct tt_str url;
	bool applied = false;
	int rc = tt_feeds_url(typed, &f->arena, &url, err);
	if (rc < 0)
		return rc;
	const struct tt_feed_entry *e = tt_feeds_find(f, url);
	if (e)
		url = e->db.state.url; /* the one that moved there */
	rc = apply(f, what, url, &applied, err);
	if (rc < 0 || !applied)
		return rc < 0 ? rc : explain(f, what, url, err);
	printf("%s %.*s\n", done[what], TT_FMT(url));
	if (e && e->conf && e->conf->enabled && what != ENABLE)
		printf("  but it is configured at %s, too, and polled on\n", tt_feeds_place(f, e->conf));
	return TT_OK;
}

/* All of them, also when one fails; the first failure is what is said in the end. */
static int run(const void *given, int argc, char **argv, struct tt_err *err, enum what what)
{
	struct tt_feeds f;
	int rc = tt_feeds_open_database(&f, given, err);
	if (rc == TT_OK)
		rc = tt_feeds_load(&f, err);
	for (int i = 0, first = rc; first == TT_OK && i < argc; i++) {
		struct tt_err why = {0};
		int one = edit_one(&f, what, argv[i], &why);
		if (one < 0 && rc == TT_OK && err)
			*err = why;
		else if (one < 0)
			fprintf(stderr, "tickertone: %s\n", why.msg);
		rc = rc == TT_OK ? one : rc;
	}
	tt_feeds_close(&f);
	return rc;
}

static int run_remove(const void *given, int argc, char **argv, struct tt_err *err)
{
	return run(given, argc, argv, err, REMOVE);
}

static int run_enable(const void *given, int argc, char **argv, struct tt_err *err)
{
	return run(given, argc, argv, err, ENABLE);
}

static int run_disable(const void *given, int argc, char **argv, struct tt_err *err)
{
	return run(given, argc, argv, err, DISABLE);
}

static const struct tt_cli_opt opts[] = {TT_FEEDS_OPT_CONFIG, TT_FEEDS_OPT_DSN, {0}};

const struct tt_cmd tt_cmd_feeds_remove = {
	.name = "feeds remove",
	.args = "URL...",
	.summary = "Take feeds off the list of the database",
	.details = "Running services stop polling them within seconds; their items and what is remembered of "
		   "them stay. A feed of the "
		   "configuration has to be removed there: the command says at which line.\n",
	.group = TT_GROUP_FEEDS,
	.opts = opts,
	.opts_size = sizeof(struct tt_feeds_opts),
	.min_args = 1,
	.max_args = -1,
	.run = run_remove,
};

const struct tt_cmd tt_cmd_feeds_enable = {
	.name = "feeds enable",
	.args = "URL...",
	.summary = "Poll feeds again that were disabled, or that are gone (410)",
	.details = "The one way back for a feed whose server said 410 Gone, also for one of the "
		   "configuration; it is polled at once.\n",
	.group = TT_GROUP_FEEDS,
	.opts = opts,
	.opts_size = sizeof(struct tt_feeds_opts),
	.min_args = 1,
	.max_args = -1,
	.run = run_enable,
};

const struct tt_cmd tt_cmd_feeds_disable = {
	.name = "feeds disable",
	.args = "URL...",
	.summary = "Stop polling feeds of the database, but keep them listed",
	.details = "A feed of the configuration is disabled there, with enabled: false; the command says at "
		   "which line.\n",
	.group = TT_GROUP_FEEDS,
	.opts = opts,
	.opts_size = sizeof(struct tt_feeds_opts),
	.min_args = 1,
	.max_args = -1,
	.run = run_disable,
};
