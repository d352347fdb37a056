/* cmd_ingest.c - `tickertone ingest`: the service without scoring (run/serve.h). */
#include "app/commands.h"
#include "app/run/serve.h"

struct ingest_options {
	const char *config;
};

static int ingest_command(const void *options, int argc, char **argv, struct tt_err *err)
{
	const struct ingest_options *o = options;
	(void)argc, (void)argv;
	if (!o->config)
		return tt_err_set(err, TT_EUSAGE, "ingest needs a configuration: -c FILE");
	return tt_serve(o->config, TT_JOB_INGEST, err);
}

static const struct tt_cli_opt cli_options[] = {
	{"config", 'c', TT_CLI_FILE, offsetof(struct ingest_options, config), "FILE",
		"Configuration (docs/CONFIGURATION.md).", 0, 0, NULL},
	{0},
};

const struct tt_cmd tt_cmd_ingest = {
	.name = "ingest",
	.summary = "Only fetches feeds and writes their items to a topic of Kafka, for others to score",
	.details =
		"Polls the feeds and reads the files that the configuration names and writes every new item "
		"to publish.items_topic, where any number of `tickertone run` read them (section kafka, "
		"preset item). No model is loaded. So fetching and scoring grow apart.\n\n"
		"What is known of each feed is kept in the database, as with run, and moves on only when the "
		"brokers have confirmed its items; several processes share the feeds of one database. With "
		"pipeline.sink: stdout nothing is kept, and a restart fetches and writes everything once "
		"more. An item may come twice into the topic, with the same id; whoever stores it knows.\n\n"
		"Signals as with run.\n\n"
		"  tickertone ingest -c /etc/tickertone/ingest.yaml",
	.group = TT_GROUP_SERVICE,
	.opts = cli_options,
	.defaults = &(const struct ingest_options){0},
	.opts_size = sizeof(struct ingest_options),
	.run = ingest_command,
};
