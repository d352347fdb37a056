/* main.c - the entry point of the tickertone binary. */
#include "app/cli.h"

int main(int argc, char **argv)
{
	return tt_cli_main(argc, argv);
}
