/* conf.c - see conf.h. */
#include "app/conf.h"

const struct tt_opt tt_log_opts[] = {
	{"level", TT_OPT_ENUM, offsetof(struct tt_log_conf, level), "info", 0, 0, "", TT_OPT_RELOAD,
		"Events below this level are not written.", "debug|info|warn|error"},
	{"format", TT_OPT_ENUM, offsetof(struct tt_log_conf, format), "human", 0, 0, "", TT_OPT_RELOAD,
		"One line an event on standard error: text for people, or a JSON object.", "human|json"},
	{0},
};

#define AT(member) offsetof(struct tt_app_conf, member)
const struct tt_section tt_app_sections[] = {
	{"feeds", "The feeds to follow: RSS, Atom or JSON Feed.", tt_feed_opts, AT(feeds), true,
		sizeof(struct tt_feed_conf)},
	{"files", "Files of items or texts, read once from start to end.", tt_lines_opts, AT(files), true,
		sizeof(struct tt_lines_conf)},
	{"kafka", "The topics of Kafka to read, and how a record becomes an item.", tt_kafka_opts, AT(kafka), false, 0},
	{"fetch", "How feeds are asked for, and every limit of it.", tt_fetch_opts, AT(fetch), false, 0},
	{"websub", "Pushes: where a feed names a WebSub hub, items come without being asked for (docs/FEEDS.md).", tt_websub_opts,
		AT(websub), false, 0},
	{"model", "The model, the entities, and how much is read and computed at a time.", tt_nlp_opts, AT(model),
		false, 0},
	{"shadow_model", "A second model that reads a share of the items, to be compared (docs/MODELS.md).", tt_shadow_opts, AT(shadow), false, 0},
	{"postgres", "The database that keeps the history.", tt_pg_opts, AT(postgres), false, 0},
	{"publish", "The topics of Kafka to write: items, scored items, dead letters.", tt_publish_opts, AT(publish), false, 0},
	{"pipeline", "How items flow from sources through scoring to the database.", tt_pipeline_opts,
		AT(pipeline), false, 0},
	{"privacy", "What tells who a person is, and is not kept.", tt_privacy_opts, AT(privacy), false, 0},
	{"leases", "How several processes share feeds through the database.", tt_leases_opts, AT(leases), false, 0},
	{"novelty", "Which items tell the same story, so that repeats count for less.", tt_novelty_opts, AT(novelty), false, 0},
	{"alerts", "Rules about the mood, and what they raise.", tt_alerts_opts, AT(alerts), false, 0},
	{"webhooks", "Who is told of alerts over HTTP (docs/ALERTS.md).", tt_webhook_opts, AT(webhooks), true,
		sizeof(struct tt_webhook_conf)},
	{"service", "Metrics and health over HTTP.", tt_service_opts, AT(service), false, 0},
	{"log", "What is written to standard error.", tt_log_opts, AT(log), false, 0},
	{0},
};

int tt_app_conf_load(const char *path, struct tt_app_conf *conf, struct tt_err *err)
{
	int rc = tt_conf_load(path, tt_app_sections, conf, err);
	if (rc < 0)
		return rc;
	rc = tt_privacy_conf_check(&conf->privacy, err);
	if (rc < 0) {
		tt_app_conf_free(conf);
		return tt_err_prefix(err, rc, "%s", path);
	}
	conf->publish.shared_brokers = conf->kafka.brokers;
	conf->publish.shared_properties = conf->kafka.properties;
	conf->postgres.write_events = conf->publish.events_topic;
	return TT_OK;
}

int tt_app_conf_has_sources(const struct tt_app_conf *conf, const char *path, struct tt_err *err)
{
	if (conf->feeds.n || conf->files.n || conf->kafka.brokers || conf->pipeline.sink == TT_SINK_POSTGRES)
		return TT_OK;
	return tt_err_set(err, TT_ECONF, "%s: neither feeds nor files nor topics of Kafka are configured: there is nothing to read", path);
}

int tt_app_conf_can_push(const struct tt_app_conf *conf, const char *path, struct tt_err *err)
{
	int rc = tt_websub_conf_check(&conf->websub, err);
	if (rc == TT_OK && tt_websub_wanted(&conf->websub) && !conf->service.enabled)
		rc = tt_err_set(err, TT_ECONF,
			"websub.callback_url is served by the HTTP service, which service.enabled turns off");
	return rc < 0 ? tt_err_prefix(err, rc, "%s", path) : TT_OK;
}

void tt_app_conf_free(struct tt_app_conf *conf)
{
	tt_conf_free(tt_app_sections, conf);
}

void tt_app_log_setup(const struct tt_log_conf *conf)
{
	tt_log_setup((enum tt_log_level)conf->level, conf->format == 1);
}
