/* cmd_run.c - `tickertone run`: the service (run/serve.h). */
#include "app/commands.h"
#include "app/run/serve.h"

struct run_options {
	const char *config;
};

static int run_command(const void *options, int argc, char **argv, struct tt_err *err)
{
	const struct run_options *o = options;
	(void)argc, (void)argv;
	if (!o->config)
		return tt_err_set(err, TT_EUSAGE, "run needs a configuration: -c FILE");
	return tt_serve(o->config, TT_JOB_SCORE, err);
}

static const struct tt_cli_opt cli_options[] = {
	{"config", 'c', TT_CLI_FILE, offsetof(struct run_options, config), "FILE",
		"Configuration (docs/CONFIGURATION.md).", 0, 0, NULL},
	{0},
};

const struct tt_cmd tt_cmd_run = {
	.name = "run",
	.summary = "The service: fetches, scores and stores until it is told to stop",
	.details =
		"Polls the feeds and reads the files and the topics of Kafka that the configuration names, "
		"scores every new item and stores it in PostgreSQL; with publish.events_topic it writes what "
		"it scored to a topic, too. A database or a broker that is away is waited for. It ends by "
		"itself when it has files only and all are read.\n\n"
		"SIGTERM and SIGINT store what was read and end. SIGHUP reads the configuration again: "
		"feeds, model, dictionary and log change without a restart; a configuration that cannot be "
		"used is refused and the old one stays.\n\n"
		"  tickertone run -c /etc/tickertone/tickertone.yaml",
	.group = TT_GROUP_SERVICE,
	.opts = cli_options,
	.defaults = &(const struct run_options){0},
	.opts_size = sizeof(struct run_options),
	.run = run_command,
};
