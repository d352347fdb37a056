/* print.h - the figures of measure.h for people and for programs, with what follows from them. */
#ifndef TT_APP_BENCH_PRINT_H
#define TT_APP_BENCH_PRINT_H

#include "app/bench/advise.h"
#include "common/buf.h"

struct tt_bench_report {
	const char *model, *file; /* the folder; the texts' file, NULL: those that come with the program */
	const struct tt_bench_texts *texts;
	const struct tt_bench_result *result;
	struct tt_bench_advice advice;
	enum tt_precision taken; /* by precision: auto, */
	const char *why;         /* and tt_load's words for it */
	bool model_given; /* the folder, and the threads, by the user: they belong into the configuration */
	int threads_given;
	double seconds; /* asked for */
};

/* Errors: those of the buffer. width: columns. */
int tt_bench_print_text(struct tt_buf *out, const struct tt_bench_report *r, size_t width);
/* One object; docs/SPEED.md says what its members are. */
int tt_bench_print_json(struct tt_buf *out, const struct tt_bench_report *r);

#endif
