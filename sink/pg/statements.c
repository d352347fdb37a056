/* statements.c - see statements.h. */
#include "sink/pg/statements.h"

#include <assert.h>
#include <string.h>

#include "sink/pg/embedded.h"

const char *tt_pg_statement(const char *file_name)
{
	const struct tt_embedded *f = tt_pg_statement_files;

	while (f->name && strcmp(f->name, file_name))
		f++;
	assert(f->name);
	return f->text;
}
