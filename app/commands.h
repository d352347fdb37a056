/* commands.h - the subcommands' tables, one a file (cmd_NAME.c), collected in commands.c. */
#ifndef TT_APP_COMMANDS_H
#define TT_APP_COMMANDS_H

#include "app/cli/cli.h"

extern const struct tt_cmd tt_cmd_run, tt_cmd_ingest;
extern const struct tt_cmd tt_cmd_alert_list, tt_cmd_alert_show, tt_cmd_alert_ack, tt_cmd_alert_silence, tt_cmd_alert_unsilence;
extern const struct tt_cmd tt_cmd_alert_targets, tt_cmd_alert_enable;
extern const struct tt_cmd tt_cmd_bench;
extern const struct tt_cmd tt_cmd_check;
extern const struct tt_cmd tt_cmd_config;
extern const struct tt_cmd tt_cmd_data_check, tt_cmd_data_stats, tt_cmd_data_split, tt_cmd_data_clean, tt_cmd_data_augment;
extern const struct tt_cmd tt_cmd_train;
extern const struct tt_cmd tt_cmd_db_migrate, tt_cmd_db_status, tt_cmd_db_prune;
extern const struct tt_cmd tt_cmd_dlq_list, tt_cmd_dlq_show, tt_cmd_dlq_retry, tt_cmd_dlq_drop;
extern const struct tt_cmd tt_cmd_docs;
extern const struct tt_cmd tt_cmd_eval;
extern const struct tt_cmd tt_cmd_explain, tt_cmd_history, tt_cmd_replay, tt_cmd_rescore;
extern const struct tt_cmd tt_cmd_feed;
extern const struct tt_cmd tt_cmd_feedback_import, tt_cmd_feedback_add, tt_cmd_feedback_list, tt_cmd_feedback_export;
extern const struct tt_cmd tt_cmd_model_list, tt_cmd_model_prune, tt_cmd_model_register, tt_cmd_model_promote, tt_cmd_model_rollback;
extern const struct tt_cmd tt_cmd_feeds_list, tt_cmd_feeds_add, tt_cmd_feeds_remove, tt_cmd_feeds_enable, tt_cmd_feeds_disable;
extern const struct tt_cmd tt_cmd_feeds_test, tt_cmd_feeds_import, tt_cmd_feeds_export;
extern const struct tt_cmd tt_cmd_rules_check, tt_cmd_rules_list, tt_cmd_rules_test;
extern const struct tt_cmd tt_cmd_score;
extern const struct tt_cmd tt_cmd_tokenize;
extern const struct tt_cmd tt_cmd_entities_list, tt_cmd_entities_check, tt_cmd_entities_match, tt_cmd_entities_import;

#endif
