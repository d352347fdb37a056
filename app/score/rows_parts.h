/* rows_parts.h - what the files of the row reader share. */
#ifndef TT_APP_ROWS_PARTS_H
#define TT_APP_ROWS_PARTS_H

#include "app/score/csv.h"
#include "app/score/lines.h"
#include "app/score/rows.h"

struct tt_rows {
	struct tt_line_reader lines;
	enum tt_row_format format;
	bool keep_flawed;
	struct tt_csv csv;
	int text_column, label_column, source_column; /* CSV; -1: none */
	struct tt_str last;                           /* TSV: the label, JSONL: the line of the row read last */
};

#endif
