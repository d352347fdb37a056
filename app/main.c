/* main.c - the command line's entry point. */
#include <stdio.h>

int main(void)
{
	puts("tickertone");
	return 0;
}
