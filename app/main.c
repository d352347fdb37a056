/* main.c - the entry point of the tickertone binary. */
#include "app/cli/cli.h"

int main(int argc, char **argv)
{
	return tt_cli_main(argc, argv);
}
