/* main.c - the entry point of the tickertone binary. */
#include "app/cli/cli.h"
#include "common/allocator.h"

int main(int argc, char **argv)
{
	tt_allocator_init();
	return tt_cli_main(argc, argv);
}
