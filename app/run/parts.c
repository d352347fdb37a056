/* parts.c - see parts.h. */
#include "app/run/parts.h"

#include <stdlib.h>
#include <unistd.h>

#include "app/paths.h"
#include "app/run/novelty.h"
#include "app/run/pair.h"
#include "ingest/fetch/fetch.h"
#include "ingest/kafka/kafka.h"
#include "ingest/lines.h"
#include "nlp/entity/dict.h"
#include "sink/kafka/publish.h"
#include "sink/pg/alerts.h"
#include "sink/pg/maintain.h"
#include "sink/pg/positions.h"
#include "sink/pg/registry.h"
#include "sink/pg/shadow.h"
#include "sink/pg/stories.h"
#include "sink/pg/websub.h"
#include "sink/stdout.h"

enum { DAY_MS = 86400000, ENTITIES_BYTES = 256 << 20, WEBSUB_BYTES = 256 << 20 }; /* far above what 100,000 of them take */

int tt_parts_open_scorer(struct tt_parts *parts, const struct tt_app_conf *conf, struct tt_err *err)
{
	char model[TT_PATH_MAX], entities[TT_PATH_MAX];
	struct tt_nlp_conf found = conf->model;
	int rc = TT_OK;
	if (conf->model.scores == TT_SCORES_MODEL)
		rc = tt_model_path(conf->model.model, model, err);
	if (rc == TT_OK)
		rc = tt_entities_path(conf->model.entities, entities, err);
	found.model = model;
	found.entities = entities;
	return rc < 0 ? rc : tt_scorer_open(&parts->scorer, &found, err);
}

/* ---- what the database is told ---- */

int tt_parts_register_model(struct tt_pg_conn *c, const struct tt_scorer *scorer, int *ret, struct tt_err *err)
{
	const struct tt_model_info *info = tt_scorer_model(scorer);
	char *path = info->folder ? realpath(info->folder, NULL) : NULL; /* NULL, also when it has gone meanwhile: as it was told before */
	struct tt_pg_model model = {info->name, info->hash, info->weights, tt_str_c(info->precision), info->parameters, info->entity_head,
		tt_str_c(path)};
	int rc = tt_pg_model_register(c, &model, ret, err);
	free(path);
	return rc;
}

static int fill_entities(const struct tt_entity_dict *dict, struct tt_arena *arena, struct tt_pg_entity *v)
{
	for (size_t i = 0; i < tt_entity_dict_count(dict); i++) {
		const struct tt_entity *e = tt_entity_dict_at(dict, i);
		struct tt_str *aliases = tt_arena_zalloc(arena, e->n_aliases, sizeof(*aliases));
		if (!aliases)
			return TT_ENOMEM;
		for (size_t k = 0; k < e->n_aliases; k++)
			aliases[k] = e->aliases[k].text;
		v[i] = (struct tt_pg_entity){e->symbol, e->name, tt_str_c(tt_entity_kind_name(e->kind)),
			e->sector, aliases, e->n_aliases};
	}
	return TT_OK;
}

static int sync_entities(struct tt_pg_conn *c, const struct tt_app_conf *conf, struct tt_err *err)
{
	struct tt_entity_dict *dict = NULL;
	struct tt_arena arena;
	char path[TT_PATH_MAX];
	int rc = tt_entities_path(conf->model.entities, path, err);
	if (rc < 0)
		return rc;
	tt_arena_init(&arena, ENTITIES_BYTES);
	rc = tt_entity_dict_load(&dict, path, err);
	if (rc < 0)
		goto out;
	size_t n = tt_entity_dict_count(dict);
	struct tt_pg_entity *v = tt_arena_zalloc(&arena, n, sizeof(*v));
	rc = v ? fill_entities(dict, &arena, v) : TT_ENOMEM;
	rc = rc < 0 ? tt_err_set(err, rc, "%s: %s", path, tt_err_text(rc))
		    : tt_pg_entities_sync(c, v, n, err);
out:
	tt_entity_dict_free(dict);
	tt_arena_done(&arena);
	return rc;
}

int tt_parts_register(
	const struct tt_app_conf *conf, const struct tt_scorer *scorer, int *ret_model_id, struct tt_err *err)
{
	struct tt_pg_conn *c = NULL;
	*ret_model_id = 0;
	if (conf->pipeline.sink != TT_SINK_POSTGRES)
		return TT_OK;
	int rc = tt_pg_conn_new(&c, &conf->postgres, err);
	if (rc == TT_OK)
		rc = tt_parts_register_model(c, scorer, ret_model_id, err);
	if (rc == TT_OK)
		rc = sync_entities(c, conf, err);
	tt_pg_conn_free(c);
	return rc;
}

int tt_parts_prune(const struct tt_app_conf *conf, const struct tt_clock *clock, struct tt_err *err)
{
	struct tt_pg_conn *c = NULL;
	struct tt_pg_pruned pruned;
	if (conf->pipeline.sink != TT_SINK_POSTGRES)
		return TT_OK;
	int rc = tt_pg_conn_new(&c, &conf->postgres, err);
	if (rc == TT_OK)
		rc = tt_pg_prune(c, &conf->postgres, tt_wall_ms(clock), &pruned, err);
	if (rc == TT_OK)
		rc = tt_pg_settle(c, err);
	if (rc == TT_OK)
		rc = tt_pg_stories_prune(c, tt_wall_ms(clock) - conf->novelty.story_within_ms - DAY_MS, err);
	if (rc == TT_OK && !conf->alerts.rules)
		rc = tt_pg_alerts_rest(c, err);
	if (rc == TT_OK && conf->shadow.keep_ms)
		rc = tt_pg_shadow_prune(c, tt_wall_ms(clock) - conf->shadow.keep_ms, err);
	tt_pg_conn_free(c);
	return rc;
}

/* ---- sinks and sources ---- */

/* In front of the sink that is open: what is published is published first. */
static int open_publish(struct tt_parts *parts, const struct tt_app_conf *conf, const struct tt_clock *clock,
	struct tt_err *err)
{
	enum tt_publish_what what = parts->job == TT_JOB_INGEST ? TT_PUBLISH_ITEMS : TT_PUBLISH_DEAD;
	struct tt_sink publish, kept = parts->sink;
	if (!tt_publish_wanted(&conf->publish, what))
		return TT_OK;
	int rc = tt_publish_open(&publish, &conf->publish, what, clock, err);
	if (rc < 0)
		return rc;
	parts->sink = (struct tt_sink){0};
	return tt_pair_open(&parts->sink, publish, kept, parts->job != TT_JOB_INGEST, err);
}

static int open_sinks(struct tt_parts *parts, const struct tt_app_conf *conf, const struct tt_clock *clock,
	struct tt_err *err)
{
	int rc;
	if (conf->pipeline.sink == TT_SINK_STDOUT)
		rc = tt_stdout_open(&parts->sink, STDOUT_FILENO, err);
	else
		rc = tt_pg_open(&parts->sink, &conf->postgres, err);
	if (rc == TT_OK && parts->job == TT_JOB_SCORE)
		rc = tt_novelty_open(&parts->sink, &conf->novelty,
			conf->pipeline.sink == TT_SINK_POSTGRES ? &conf->postgres : NULL, clock, err);
	if (rc == TT_OK && conf->pipeline.sink == TT_SINK_POSTGRES && parts->job == TT_JOB_SCORE)
		rc = tt_pg_open(&parts->filter, &conf->postgres, err);
	return rc < 0 ? rc : open_publish(parts, conf, clock, err);
}

static bool reads_kafka(const struct tt_parts *parts, const struct tt_app_conf *conf)
{
	return conf->kafka.brokers && parts->job == TT_JOB_SCORE;
}

/* Feeds may also be added in the database: that is what a service with nothing configured waits for. */
static bool polls_feeds(const struct tt_parts *parts, const struct tt_app_conf *conf)
{
	bool reads_else = conf->files.n || reads_kafka(parts, conf);
	return conf->feeds.n || (conf->pipeline.sink == TT_SINK_POSTGRES && !reads_else);
}

/* Hubs push to the source, and go on with what was agreed before a restart. */
static int open_websub(struct tt_source *fetcher, struct tt_websub_door *door, const struct tt_app_conf *conf,
	struct tt_err *err)
{
	struct tt_websub_state *states = NULL;
	struct tt_pg_conn *c = NULL;
	struct tt_arena arena;
	size_t n = 0;
	int rc = TT_OK;
	tt_arena_init(&arena, WEBSUB_BYTES);
	if (conf->pipeline.sink == TT_SINK_POSTGRES) {
		rc = tt_pg_conn_new(&c, &conf->postgres, err);
		if (rc == TT_OK)
			rc = tt_pg_websub_load(c, &arena, &states, &n, err);
		tt_pg_conn_free(c);
	}
	if (rc == TT_OK)
		rc = tt_fetch_set_websub(fetcher, &conf->websub, door, states, n, err);
	tt_arena_done(&arena);
	return rc;
}

static int open_fetcher(struct tt_parts *parts, const struct tt_app_conf *conf, const struct tt_clock *clock,
	struct tt_err *err)
{
	bool leased = conf->pipeline.sink == TT_SINK_POSTGRES;
	if (!polls_feeds(parts, conf))
		return TT_OK;
	int rc = tt_fetch_open(&parts->sources[0], &conf->fetch, conf->feeds.v, leased ? 0 : conf->feeds.n,
		NULL, 0, clock, err);
	if (rc < 0)
		return rc;
	parts->n_sources = 1;
	parts->has_feeds = true;
	parts->are_leased = leased;
	return parts->door ? open_websub(&parts->sources[0], parts->door, conf, err) : TT_OK;
}

/* Positions are kept where the items are. */
static int open_kafka(struct tt_parts *parts, const struct tt_app_conf *conf, const struct tt_clock *clock,
	struct tt_err *err)
{
	struct tt_positions positions = {0};
	int rc = TT_OK;
	if (!reads_kafka(parts, conf))
		return TT_OK;
	if (conf->pipeline.sink == TT_SINK_POSTGRES)
		rc = tt_pg_positions_open(&positions, &conf->postgres, conf->kafka.group, err);
	if (rc == TT_OK)
		rc = tt_kafka_open(&parts->sources[parts->n_sources], &conf->kafka, &positions, clock, err);
	parts->n_sources += rc == TT_OK;
	return rc;
}

static int open_sources(struct tt_parts *parts, const struct tt_app_conf *conf, const struct tt_clock *clock,
	struct tt_err *err)
{
	const struct tt_lines_conf *files = conf->files.v;
	parts->sources = calloc(conf->files.n + 2, sizeof(*parts->sources));
	if (!parts->sources)
		return tt_err_set(err, TT_ENOMEM, "%s", tt_err_text(TT_ENOMEM));
	int rc = open_fetcher(parts, conf, clock, err);
	for (size_t i = 0; i < conf->files.n && rc == TT_OK; i++) {
		rc = tt_lines_open(&parts->sources[parts->n_sources], &files[i], clock, err);
		parts->n_sources += rc == TT_OK;
	}
	return rc < 0 ? rc : open_kafka(parts, conf, clock, err);
}

static void close_line(struct tt_parts *parts)
{
	for (size_t i = 0; i < parts->n_sources; i++)
		parts->sources[i].ops->close(parts->sources[i].self);
	free(parts->sources);
	if (parts->filter.ops)
		parts->filter.ops->close(parts->filter.self);
	if (parts->sink.ops)
		parts->sink.ops->close(parts->sink.self);
	*parts = (struct tt_parts){.job = parts->job, .scorer = parts->scorer, .door = parts->door};
}

int tt_parts_open_sinks(struct tt_parts *parts, const struct tt_app_conf *conf, const struct tt_clock *clock,
	struct tt_err *err)
{
	int rc = open_sinks(parts, conf, clock, err);
	if (rc < 0)
		close_line(parts);
	return rc;
}

int tt_parts_open_line(struct tt_parts *parts, const struct tt_app_conf *conf, const struct tt_clock *clock,
	struct tt_err *err)
{
	int rc = tt_parts_open_sinks(parts, conf, clock, err);
	if (rc < 0)
		return rc;
	rc = open_sources(parts, conf, clock, err);
	if (rc < 0)
		close_line(parts);
	return rc;
}

int tt_parts_set_feeds(struct tt_source *fetcher, const struct tt_app_conf *conf, struct tt_err *err)
{
	int rc = TT_OK;
	if (conf->pipeline.sink != TT_SINK_POSTGRES)
		rc = tt_fetch_set_feeds(fetcher, conf->feeds.v, conf->feeds.n, NULL, 0, err);
	if (rc == TT_OK)
		tt_fetch_set_waits(fetcher, &conf->fetch);
	return rc;
}

void tt_parts_handed_over(struct tt_parts *parts)
{
	free(parts->sources);
	parts->sources = NULL;
	parts->n_sources = 0;
	parts->filter = parts->sink = (struct tt_sink){0};
}

void tt_parts_done(struct tt_parts *parts)
{
	close_line(parts);
	tt_scorer_unref(parts->scorer);
	*parts = (struct tt_parts){0};
}
