/* log.c - see log.h. */
#include "nlp/train/fit/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/file.h"

static const char head[] =
	"step\tepoch\tloss\trate\ttokens_per_s\tseconds\tvalid_loss\titem_accuracy\titem_f1\t"
	"entity_accuracy\tentity_f1\tmetric\tbest\n";

static int io_error(struct tt_err *err)
{
	return tt_err_set(err, TT_EIO, "log.tsv: %s", strerror(errno));
}

/* Where the first row of a later step begins; the file's end when there is none. */
static long end_of(FILE *f, int64_t step)
{
	char *line = NULL;
	size_t cap = 0;
	long at = 0;
	if (step > 0 && getline(&line, &cap, f) >= 0) /* the head */
		do
			at = ftell(f);
		while (getline(&line, &cap, f) >= 0 && strtoll(line, NULL, 10) <= step);
	free(line);
	return at;
}

int tt_fit_log_open(FILE **ret, const char *dir, int64_t step, struct tt_err *err)
{
	char path[TT_PATH_MAX];
	const int rc = tt_file_path(path, dir, "log.tsv", err);
	if (rc < 0)
		return rc;
	FILE *f = fopen(path, "a+e");
	if (!f)
		return tt_err_set(err, TT_EIO, "'%s': %s", path, strerror(errno));
	rewind(f);
	const long at = end_of(f, step);
	if (ftruncate(fileno(f), at) != 0 || fseek(f, 0, SEEK_END) != 0 ||
		(at == 0 && (fputs(head, f) < 0 || fflush(f) != 0))) {
		fclose(f);
		return io_error(err);
	}
	*ret = f;
	return TT_OK;
}

static void add_head(FILE *f, const struct tt_confusion *c)
{
	if (tt_confusion_total(c))
		fprintf(f, "\t%.6f\t%.6f", tt_confusion_accuracy(c), tt_confusion_macro_f1(c));
	else
		fputs("\t\t", f);
}

static void add_figures(FILE *f, const struct tt_fit_figures *v, bool best)
{
	fprintf(f, "\t%.6f", v->loss);
	add_head(f, &v->item);
	add_head(f, &v->entity);
	fprintf(f, "\t%.6f\t%d\n", v->metric, best);
}

int tt_fit_log_add(FILE *f, const struct tt_fit_progress *p, double seconds, struct tt_err *err)
{
	const struct tt_fit_figures *v = p->figures;
	fprintf(f, "%" PRId64 "\t%" PRId64 "\t%.6f\t%.4g\t%.0f\t%.1f", p->step, p->epoch, p->loss, p->rate,
		p->tokens_per_s, seconds);
	if (v)
		add_figures(f, v, p->best);
	else
		fputs("\t\t\t\t\t\t\t\n", f);
	return fflush(f) == 0 ? TT_OK : io_error(err);
}
