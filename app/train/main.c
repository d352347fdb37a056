/* main.c - the entry point of tickertone-train, which `tickertone train` becomes. */
#include "app/cli/cli.h"
#include "app/commands.h"
#include "app/train/train_run.h"
#include "common/allocator.h"

static struct tt_cmd train;
const struct tt_cmd *const tt_cmds[] = {&train, NULL};

int main(int argc, char **argv)
{
	train = tt_cmd_train;
	train.run = tt_train_run;
	tt_allocator_init();
	return tt_cli_main(argc, argv);
}
