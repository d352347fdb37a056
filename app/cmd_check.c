/* cmd_check.c - `tickertone check`: would `run` work? Reads the configuration, then tries the database, the
 * model, the dictionary, every file, the topics to be read and written and every feed: one line each, ok or
 * what is wrong. Changes nothing anywhere. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/cli/cli_parts.h"
#include "app/commands.h"
#include "app/run/parts.h"
#include "app/cli/term.h"
#include "ingest/feed/feed.h"
#include "ingest/fetch/fetch.h"
#include "ingest/kafka/check.h"
#include "ingest/lines.h"
#include "mood/rule.h"
#include "sink/kafka/producer.h"
#include "sink/pg/pg.h"

enum { PAGE_BYTES = 256 << 20 };

struct check_options {
	const char *config;
	bool offline;
};

struct tally {
	int done, failed;
};

/* One line: "ok" with a remark, or "FAIL" with the reason. */
static void report(struct tally *t, int rc, const char *what, const char *text)
{
	bool color = tt_term_colour(STDOUT_FILENO);
	const char *mark = rc < 0 ? "FAIL" : "ok";
	t->done++;
	t->failed += rc < 0;
	printf("%s%-4s%s  %-9s %s\n",
		!color   ? ""
		: rc < 0 ? "\033[31m"
			 : "\033[32m",
		mark, color ? "\033[0m" : "", what, text);
	fflush(stdout);
}

static void check_database(struct tally *t, const struct tt_app_conf *conf)
{
	struct tt_err err = {0};
	if (conf->pipeline.sink == TT_SINK_STDOUT) {
		report(t, TT_OK, "sink", "standard output");
		return;
	}
	int rc = tt_pg_check(&conf->postgres, &err);
	report(t, rc, "database", rc < 0 ? err.msg : "reached, schema up to date, may write");
}

static void check_model(struct tally *t, const char *what, const struct tt_app_conf *conf)
{
	struct tt_parts parts = {0};
	struct tt_err err = {0};
	char text[200];
	int rc = tt_parts_open_scorer(&parts, conf, &err);
	if (rc == TT_OK) {
		const struct tt_model_info *m = tt_scorer_model(parts.scorer);
		snprintf(text, sizeof(text), "%.*s: %.1f million parameters, %s (%s)%s", TT_FMT(m->name),
			(double)m->parameters / 1e6, m->precision, m->kernel,
			m->entity_head ? ", entity head" : "");
	}
	report(t, rc, what, rc < 0 ? err.msg : text);
	tt_parts_done(&parts);
}

static void check_shadow(struct tally *t, const struct tt_app_conf *conf)
{
	struct tt_app_conf shadow = *conf; /* a view */
	if (!conf->shadow.model)
		return;
	shadow.model.model = conf->shadow.model;
	shadow.model.precision = conf->shadow.precision;
	check_model(t, "shadow model", &shadow);
}

/* No more can be said from here: the way of a hub to us begins elsewhere. */
static void check_callback(struct tally *t, const struct tt_app_conf *conf)
{
	char text[600];
	if (!tt_websub_wanted(&conf->websub) || tt_websub_conf_check(&conf->websub, NULL) < 0)
		return;
	snprintf(text, sizeof(text), "hubs are given %s; whether they reach it, only they can tell",
		conf->websub.callback_url);
	report(t, TT_OK, "websub", text);
}

/* The topics that are read, without joining the group. */
static void check_topics_read(struct tally *t, const struct tt_kafka_conf *conf)
{
	for (size_t i = 0; conf->brokers && i < conf->topics.n; i++) {
		struct tt_err err = {0};
		struct tt_buf text;
		tt_buf_init(&text, 4096);
		int rc = tt_kafka_check(conf, i, &text, &err);
		tt_buf_char(&text, '\0');
		report(t, rc, "topic", rc < 0 ? err.msg : text.p ? text.p : "");
		tt_buf_done(&text);
	}
}

/* The topics that are written, without writing anything. */
static void check_topics_written(struct tally *t, const struct tt_publish_conf *conf)
{
	const char *const topics[] = {conf->items_topic, conf->events_topic, conf->dead_letters_topic};
	struct tt_producer *p = NULL;
	struct tt_err err = {0};
	char text[400];
	for (size_t i = 0; i < TT_LEN(topics); i++) {
		if (!topics[i])
			continue;
		int rc = p ? TT_OK : tt_producer_new(&p, conf, &err);
		if (rc == TT_OK)
			rc = tt_producer_check(p, topics[i], &err);
		snprintf(text, sizeof(text), "%s at %s: there, to be written", topics[i],
			tt_publish_brokers(conf));
		report(t, rc, "topic", rc < 0 ? err.msg : text);
	}
	tt_producer_free(p);
}

static void check_rules(struct tally *t, const struct tt_app_conf *conf)
{
	struct tt_rule_set *rules = NULL;
	struct tt_err err = {0};
	char text[600] = "";
	if (!conf->alerts.rules)
		return;
	int rc = tt_rule_set_load(&rules, conf->alerts.rules, &err);
	if (rc == TT_OK)
		snprintf(text, sizeof(text), "%s: %zu of them", conf->alerts.rules, rules->n);
	report(t, rc, "rules", rc < 0 ? err.msg : text);
	tt_rule_set_free(rules);
}

static void check_webhooks(struct tally *t, const struct tt_app_conf *conf)
{
	struct tt_err err = {0};
	char text[40];
	if (!conf->webhooks.n)
		return;
	int rc = tt_webhooks_check(&conf->webhooks, &err);
	snprintf(text, sizeof(text), "%zu of them", conf->webhooks.n);
	report(t, rc, "webhooks", rc < 0 ? err.msg : text);
}

static void check_files(struct tally *t, const struct tt_app_conf *conf)
{
	const struct tt_lines_conf *files = conf->files.v;
	for (size_t i = 0; i < conf->files.n; i++) {
		struct tt_source source = {0};
		struct tt_err err = {0};
		int rc = tt_lines_open(&source, &files[i], &tt_clock_real, &err);
		report(t, rc, "file", rc < 0 ? err.msg : files[i].path);
		if (rc == TT_OK)
			source.ops->close(source.self);
	}
}

static void check_feed(struct tally *t, const struct tt_fetch_conf *conf, const struct tt_feed_conf *feed)
{
	struct tt_fetch_page page = {0};
	struct tt_feed parsed = {0};
	struct tt_err err = {0};
	struct tt_arena arena;
	char text[600];
	tt_arena_init(&arena, PAGE_BYTES);
	int rc = tt_fetch_once(feed->url, conf, &arena, &page, &err);
	if (rc == TT_OK) {
		struct tt_feed_limits limits = {.max_items = (size_t)conf->max_items,
			.max_text_bytes = (size_t)conf->max_text_bytes,
			.max_depth = (int)conf->max_xml_depth};
		rc = tt_feed_parse(page.body, page.content_type, page.url, &limits, &arena, &parsed, &err);
	}
	if (rc < 0)
		snprintf(text, sizeof(text), "%s%s", strstr(err.msg, feed->url) ? "" : feed->url, err.msg);
	else
		snprintf(text, sizeof(text), "%s: %zu items%s", feed->url, parsed.n_items,
			parsed.recovered ? " (repaired)" : "");
	report(t, rc, "feed", text);
	tt_arena_done(&arena);
}

static void check_feeds(struct tally *t, const struct tt_app_conf *conf)
{
	const struct tt_feed_conf *feeds = conf->feeds.v;
	for (size_t i = 0; i < conf->feeds.n; i++)
		if (feeds[i].enabled)
			check_feed(t, &conf->fetch, &feeds[i]);
}

static int check_command(const void *options, int argc, char **argv, struct tt_err *err)
{
	const struct check_options *o = options;
	struct tt_app_conf conf;
	struct tally t = {0};
	(void)argc, (void)argv;
	if (!o->config)
		return tt_err_set(err, TT_EUSAGE, "check needs a configuration: -c FILE");
	int rc = tt_app_conf_load(o->config, &conf, err);
	if (rc < 0)
		return rc;
	rc = tt_app_conf_has_sources(&conf, o->config, err);
	if (rc == TT_OK)
		rc = tt_app_conf_can_push(&conf, o->config, err);
	report(&t, rc, "config", rc < 0 ? err->msg : o->config);
	check_model(&t, "model", &conf);
	check_shadow(&t, &conf);
	check_files(&t, &conf);
	check_rules(&t, &conf);
	check_webhooks(&t, &conf);
	check_callback(&t, &conf);
	if (!o->offline) {
		check_database(&t, &conf);
		check_topics_read(&t, &conf.kafka);
		check_topics_written(&t, &conf.publish);
		check_feeds(&t, &conf);
	}
	if (t.failed)
		rc = tt_err_set(err, TT_ECONF, "%s: %d of %d checks failed", o->config, t.failed, t.done);
	tt_app_conf_free(&conf);
	return rc;
}

static const struct tt_cli_opt cli_options[] = {
	{"config", 'c', TT_CLI_FILE, offsetof(struct check_options, config), "FILE",
		"Configuration (docs/CONFIGURATION.md).", 0, 0, NULL},
	{"offline", 0, TT_CLI_FLAG, offsetof(struct check_options, offline), NULL,
		"Only what needs no connection.", 0, 0, NULL},
	{0},
};

const struct tt_cmd tt_cmd_check = {
	.name = "check",
	.summary = "Tries everything a configuration names, without changing anything",
	.details = "Reads the configuration, opens model, dictionary and files, connects to the database and "
		   "fetches every feed once. "
		   "Prints a line each: ok, or what is wrong. Exit status 78 when anything is.\n\n"
		   "  tickertone check -c tickertone.yaml\n"
		   "  tickertone check -c tickertone.yaml --offline",
	.group = TT_GROUP_SERVICE,
	.opts = cli_options,
	.defaults = &(const struct check_options){0},
	.opts_size = sizeof(struct check_options),
	.run = check_command,
};
