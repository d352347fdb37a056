/* commands.c - the list of subcommands, in the order --help shows them. */
#include "app/cli/cli.h"

#include "app/commands.h"

const struct tt_cmd *const tt_cmds[] = {
	&tt_cmd_run,
	&tt_cmd_ingest,
	&tt_cmd_check,
	&tt_cmd_config,
	&tt_cmd_score,
	&tt_cmd_tokenize,
	&tt_cmd_feed,
	&tt_cmd_feeds_list,
	&tt_cmd_feeds_add,
	&tt_cmd_feeds_remove,
	&tt_cmd_feeds_enable,
	&tt_cmd_feeds_disable,
	&tt_cmd_feeds_test,
	&tt_cmd_feeds_import,
	&tt_cmd_feeds_export,
	&tt_cmd_entities_list,
	&tt_cmd_entities_match,
	&tt_cmd_entities_check,
	&tt_cmd_entities_import,
	&tt_cmd_rules_check,
	&tt_cmd_rules_list,
	&tt_cmd_db_migrate,
	&tt_cmd_db_status,
	&tt_cmd_db_prune,
	&tt_cmd_dlq_list,
	&tt_cmd_dlq_show,
	&tt_cmd_dlq_retry,
	&tt_cmd_dlq_drop,
	&tt_cmd_docs,
	NULL,
};
