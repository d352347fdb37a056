/* cmd_config.c - `tickertone config`: the configuration in effect. */
#include <stdio.h>

#include "app/commands.h"
#include "app/conf.h"

enum { TEXT_MAX = 64 << 20 };

struct config_opts {
	const char *config;
};

static const struct tt_cli_opt opts[] = {
	{"config", 'c', TT_CLI_FILE, offsetof(struct config_opts, config), "FILE",
		"Configuration file; without it, the defaults", 0, 0, NULL},
	{0},
};

static int run(const void *given, int argc, char **argv, struct tt_err *err)
{
	const struct config_opts *o = given;
	struct tt_app_conf conf;
	struct tt_buf text;
	(void)argc, (void)argv;
	int rc = tt_app_conf_load(o->config, &conf, err);
	if (rc < 0)
		return rc;
	tt_buf_init(&text, TEXT_MAX);
	rc = tt_conf_print(tt_app_sections, &conf, &text);
	if (rc < 0)
		tt_err_set(err, rc, "%s", tt_err_text(rc));
	else
		fwrite(text.p, 1, text.n, stdout);
	tt_buf_done(&text);
	tt_app_conf_free(&conf);
	return rc;
}

const struct tt_cmd tt_cmd_config = {
	.name = "config",
	.summary = "Print the configuration in effect",
	.details = "Loads the file, applies environment variables and defaults, and prints every key as YAML "
		   "that loads to the same "
		   "values. Paths are absolute, secrets are shown as ***.\n"
		   "\n"
		   "    tickertone config -c tickertone.yaml\n",
	.group = TT_GROUP_SERVICE,
	.opts = opts,
	.opts_size = sizeof(struct config_opts),
	.run = run,
};
