/* conf.h - the whole configuration of the program: the folders' tables put together, one struct. */
#ifndef TT_APP_CONF_H
#define TT_APP_CONF_H

#include "app/run/alerts.h"
#include "app/run/leases.h"
#include "app/run/novelty.h"
#include "app/run/pipeline.h"
#include "app/run/privacy.h"
#include "app/run/service.h"
#include "app/run/shadow.h"
#include "common/conf.h"
#include "common/log.h"
#include "ingest/conf.h"
#include "ingest/websub/conf.h"
#include "ingest/kafka/conf.h"
#include "nlp/scorer.h"
#include "sink/kafka/conf.h"
#include "sink/pg/pg.h"
#include "sink/webhook/conf.h"

struct tt_log_conf {
	int level;  /* enum tt_log_level */
	int format; /* index into "human|json" */
};
extern const struct tt_opt tt_log_opts[]; /* section `log` */

struct tt_app_conf {
	struct tt_conf_list feeds; /* struct tt_feed_conf */
	struct tt_conf_list files; /* struct tt_lines_conf */
	struct tt_conf_list webhooks; /* struct tt_webhook_conf */
	struct tt_kafka_conf kafka;
	struct tt_fetch_conf fetch;
	struct tt_websub_conf websub;
	struct tt_nlp_conf model;
	struct tt_shadow_conf shadow;
	struct tt_pg_conf postgres;
	struct tt_publish_conf publish;
	struct tt_pipeline_conf pipeline;
	struct tt_privacy_conf privacy;
	struct tt_leases_conf leases;
	struct tt_novelty_conf novelty;
	struct tt_alerts_conf alerts;
	struct tt_service_conf service;
	struct tt_log_conf log;
};
extern const struct tt_section tt_app_sections[]; /* ends with {0} */

/* Loads path (NULL: defaults). Free with tt_app_conf_free. */
int tt_app_conf_load(const char *path, struct tt_app_conf *conf, struct tt_err *err);
/* TT_ECONF, naming the file, when there is nothing to read items from. With a database there always may be:
 * feeds that are added in it. */
int tt_app_conf_has_sources(const struct tt_app_conf *conf, const char *path, struct tt_err *err);
/* TT_ECONF, naming the file, when hubs are to push (section websub) and cannot. */
int tt_app_conf_can_push(const struct tt_app_conf *conf, const char *path, struct tt_err *err);
void tt_app_conf_free(struct tt_app_conf *conf);
void tt_app_log_setup(const struct tt_log_conf *conf);

#endif
