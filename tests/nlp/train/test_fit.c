/* test_fit.c - the training loop: what is interrupted ends as what was not, the best weights are kept, errors
 * leave the last checkpoint whole. */
#include "nlp/train/fit/fit.h"

#include <signal.h>
#include <sys/resource.h>

#include "nlp/train/fit/plot.h"
#include "tests/nlp/train/fixture.h"
#include "tests/tt_test.h"

enum { SETS = 3, SET = 14, EXAMPLES = SETS * SET, EPOCH_STEPS = 6 };

static struct examples sets[SETS], valid;
static struct tt_train_example all[EXAMPLES];

struct source {
	int64_t asked;
	size_t n; /* given */
};

static int epoch(void *ctx, int64_t number, const struct tt_train_example **ret, struct tt_err *err)
{
	struct source *s = ctx;
	(void)number, (void)err;
	s->asked++;
	*ret = all;
	return TT_OK;
}

struct watch {
	int64_t stop_at; /* step; 0: never */
	int64_t step, ends;
	double metric[8], best;
	bool was_best[8];
};

static void progress(void *ctx, const struct tt_fit_progress *p)
{
	struct watch *w = ctx;
	w->step = p->step;
	TT_TRUE(p->loss > 0 && p->rate > 0 && p->tokens_per_s > 0 && p->seconds_left >= 0);
	if (!p->ends_epoch)
		return;
	w->metric[w->ends] = p->figures ? p->figures->metric : 0;
	w->was_best[w->ends++] = p->best;
}

static bool stop(void *ctx)
{
	const struct watch *w = ctx;
	return w->stop_at && w->step >= w->stop_at;
}

static struct tt_fit_options options(void)
{
	struct tt_fit_options o = {.train = tiny_options(),
		.epochs = 4,
		.batch = 4,
		.accumulate = 2,
		.warm_up = 0.1,
		.average = 0.6,
		.dtype = TT_F16};
	return o;
}

static void make(void)
{
	for (size_t i = 0; i < SETS; i++) {
		examples_make(&sets[i], SET, (unsigned)i + 1);
		memcpy(all + i * SET, sets[i].of, SET * sizeof(*all));
	}
	examples_make(&valid, SET, 99);
}

static int fit(const struct tt_fit_options *o, struct source *s, size_t n_valid, struct watch *w,
	struct tt_fit_result *r, struct tt_err *err)
{
	struct tt_params *p = tiny_params("two-heads");
	const struct tt_fit_source source = {s->n, epoch, s};
	const struct tt_fit_watch watch = {progress, stop, w};
	const int rc = tt_fit(p, o, &source, valid.of, n_valid, scratch_path(""), &watch, r, err);
	tt_params_free(p);
	return rc;
}

static size_t read_bytes(const char *name, char *to, size_t max)
{
	FILE *f = fopen(scratch_path(name), "re");
	const size_t n = f ? fread(to, 1, max, f) : 0;
	if (f)
		fclose(f);
	return n;
}

enum { MODEL_BYTES = 1 << 18 };
static char whole[MODEL_BYTES], again[MODEL_BYTES];

/* After any step, with and without validation: stopped, gone on with, the same bytes. */
TT_TEST(goes_on_to_the_bit)
{
	make();
	for (size_t n_valid = 0; n_valid <= SET; n_valid += SET) {
		const struct tt_fit_options o = options();
		struct watch w = {0};
		struct tt_fit_result r;
		TT_EQ(fit(&o, &(struct source){.n = EXAMPLES}, n_valid, &w, &r, NULL), TT_OK);
		TT_EQ(r.steps, 24); /* 42 examples, 8 a step: 6 steps an epoch */
		TT_TRUE(!r.stopped && !r.early);
		const size_t bytes = read_bytes("model.safetensors", whole, MODEL_BYTES);
		TT_TRUE(bytes > 1000 && bytes < MODEL_BYTES);
		TT_TRUE(access(scratch_path("checkpoint.safetensors"), F_OK) != 0);
		scratch_remove();
		for (int64_t k = 1; k < 24; k += 5) {
			struct source left = {.n = EXAMPLES};
			struct tt_fit_options resumed = o;
			struct watch stopped = {.stop_at = k}, rest = {0};
			resumed.resume = true; /* of nothing, at first */
			TT_EQ(fit(&resumed, &(struct source){.n = EXAMPLES}, n_valid, &stopped, &r, NULL),
				TT_OK);
			TT_TRUE(r.stopped);
			TT_EQ_ROW((long)k, r.steps, k);
			TT_EQ(fit(&resumed, &left, n_valid, &rest, &r, NULL), TT_OK);
			TT_EQ_ROW((long)k, left.asked, resumed.epochs - k / EPOCH_STEPS); /* for no others */
			TT_EQ_ROW((long)k, read_bytes("model.safetensors", again, MODEL_BYTES), bytes);
			TT_EQ_ROW((long)k, memcmp(whole, again, bytes), 0);
			scratch_remove();
		}
	}
}

TT_TEST(keeps_the_best)
{
	struct tt_fit_options o = options();
	struct tt_fit_result r;
	struct watch w = {0};
	make();
	o.average = 0;
	o.train.rate = 0.05; /* so that some epoch is worse than one before */
	o.epochs = 8;
	TT_EQ(fit(&o, &(struct source){.n = EXAMPLES}, SET, &w, &r, NULL), TT_OK);
	double best = 0;
	int64_t at = 0;
	for (int64_t i = 0; i < w.ends; i++) {
		TT_EQ_ROW((long)i, w.was_best[i], w.metric[i] > best + 1e-6);
		if (w.was_best[i]) {
			best = w.metric[i];
			at = i + 1;
		}
	}
	TT_EQ(r.best_epoch, at);
	TT_TRUE(at < w.ends);
	TT_NEAR(r.best_metric, best, 1e-6);
	/* The weights in the folder are those: their figures are its. */
	struct tt_params *p = NULL;
	struct tt_fit_figures f;
	TT_EQ(tt_params_open(&p, scratch_path(""), &(struct tt_params_options){.seed = 1}, NULL), TT_OK);
	struct tt_trainer *t = tiny_trainer(p, &o.train);
	TT_EQ(tt_fit_figures(t, p, valid.of, SET, &f, NULL), TT_OK);
	TT_NEAR(f.metric, best, 1e-6);
	tt_trainer_free(t);
	tt_params_free(p);
	scratch_remove();
}

TT_TEST(patience)
{
	struct tt_fit_options o = options();
	struct tt_fit_result r;
	make();
	o.train.rate = 1e-9; /* nothing becomes better */
	o.average = 0;
	o.patience = 2;
	o.epochs = 8;
	o.resume = true;
	TT_EQ(fit(&o, &(struct source){.n = EXAMPLES}, SET, &(struct watch){0}, &r, NULL), TT_OK);
	TT_TRUE(r.early);
	TT_EQ(r.best_epoch, 1);
	TT_EQ(r.steps, 18); /* epochs 2 and 3 were not better */
	scratch_remove();
}

/* What a larger file would need is not to be had: the checkpoint of before stands, and training goes on from
 * it. */
TT_TEST(full_disk)
{
	struct tt_fit_options o = options();
	struct tt_fit_result r;
	struct tt_err err = {0};
	struct rlimit unlimited, little;
	make();
	o.resume = true;
	TT_EQ(fit(&o, &(struct source){.n = EXAMPLES}, SET, &(struct watch){.stop_at = 8}, &r, NULL), TT_OK);
	const size_t bytes = read_bytes("checkpoint.safetensors", whole, MODEL_BYTES);
	TT_TRUE(bytes > 10000);
	TT_EQ(getrlimit(RLIMIT_FSIZE, &unlimited), 0);
	little = unlimited;
	little.rlim_cur = 8192;
	signal(SIGXFSZ, SIG_IGN);
	TT_EQ(setrlimit(RLIMIT_FSIZE, &little), 0);
	const int rc = fit(&o, &(struct source){.n = EXAMPLES}, SET, &(struct watch){0}, &r, &err);
	TT_EQ(setrlimit(RLIMIT_FSIZE, &unlimited), 0);
	TT_EQ(rc, TT_EIO);
	TT_TRUE(strstr(err.msg, "File too large") != NULL);
	TT_EQ(read_bytes("checkpoint.safetensors", again, MODEL_BYTES), bytes);
	TT_EQ(memcmp(whole, again, bytes), 0);
	TT_EQ(fit(&o, &(struct source){.n = EXAMPLES}, SET, &(struct watch){0}, &r, &err), TT_OK);
	TT_EQ(r.steps, 24);
	scratch_remove();
}

TT_TEST(refusals)
{
	const struct {
		struct tt_fit_options o;
		struct source s;
		int rc;
		const char *want;
	} rows[] = {
		{.o = {.epochs = 0},
			.s = {.n = EXAMPLES},
			.rc = TT_ECONF,
			.want = "epochs: 0 is not from 1 to"},
		{.o = {.epochs = 1, .batch = 4},
			.s = {.n = EXAMPLES},
			.rc = TT_ECONF,
			.want = "accumulate: 0"},
		{.o = options(), .s = {.n = 0}, .rc = TT_EDATA, .want = "nothing to learn from"},
	};
	make();
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct source s = rows[i].s;
		struct tt_fit_result r;
		struct tt_err err = {0};
		TT_EQ_ROW((long)i, fit(&rows[i].o, &s, SET, &(struct watch){0}, &r, &err), rows[i].rc);
		if (!strstr(err.msg, rows[i].want))
			fail_msg("row %zu: %s", i, err.msg);
	}
	scratch_remove();
}

/* A checkpoint of other data is not gone on from. */
TT_TEST(other_data)
{
	struct tt_fit_options o = options();
	struct tt_fit_result r;
	struct tt_err err = {0};
	make();
	o.resume = true;
	TT_EQ(fit(&o, &(struct source){.n = EXAMPLES}, SET, &(struct watch){.stop_at = 3}, &r, NULL), TT_OK);
	TT_EQ(fit(&o, &(struct source){.n = EXAMPLES - 1}, SET, &(struct watch){0}, &r, &err), TT_EPARSE);
	TT_TRUE(strstr(err.msg, "of a training with 42 examples, 8 a step, not 41 and 8") != NULL);
	scratch_remove();
}

TT_TEST(log_rows)
{
	struct tt_fit_options o = options();
	struct tt_fit_result r;
	make();
	o.resume = true;
	TT_EQ(fit(&o, &(struct source){.n = EXAMPLES}, SET, &(struct watch){.stop_at = 14}, &r, NULL), TT_OK);
	TT_EQ(fit(&o, &(struct source){.n = EXAMPLES}, SET, &(struct watch){0}, &r, NULL), TT_OK);
	const size_t n = read_bytes("log.tsv", whole, MODEL_BYTES - 1);
	const int64_t want[] = {6, 12, 18, 20, 24};
	char *line = whole;
	whole[n] = '\0';
	for (size_t i = 0; i < TT_LEN(want); i++) {
		line = strchr(line, '\n') + 1;
		TT_EQ_ROW((long)i, strtoll(line, NULL, 10), want[i]);
		size_t tabs = 0;
		for (const char *c = line; *c != '\n'; c++)
			tabs += *c == '\t';
		TT_EQ_ROW((long)i, tabs, 12);
	}
	TT_TRUE(strchr(line, '\n')[1] == '\0');
	scratch_remove();
}

/* Steps to the right, larger values up, and nothing of a column that is empty. */
TT_TEST(draws)
{
	struct tt_buf out;
	struct tt_err err = {0};
	const struct tt_str log = TT_STR("head\n"
					 "20\t1\t1.5\t1e-5\t900\t1.0\t\t\t\t\t\t\t\n"
					 "40\t1\t0.5\t1e-5\t900\t2.0\t1.0\t0.8\t0.75\t\t\t0.75\t1\n");
	tt_buf_init(&out, 1 << 20);
	TT_EQ(tt_fit_plot(&out, log, "log", &err), TT_OK);
	TT_EQ(tt_buf_char(&out, '\0'), TT_OK);
	TT_TRUE(strstr(out.p, "<path d='M380.0 36.0L700.0 236.0'/>") != NULL); /* training loss */
	TT_TRUE(strstr(out.p, "<path d='M700.0 136.0h0'/>") != NULL);          /* validation loss, a dot */
	TT_TRUE(strstr(out.p, "<path d=''/>") != NULL);                        /* no entities */
	TT_EQ(tt_fit_plot(&out, TT_STR("head\n1\t1\t2\nfoo\n"), "log", &err), TT_EPARSE);
	TT_STR_EQ(tt_str_c(err.msg), TT_STR("log:3: no row of a training's log"));
	TT_EQ(tt_fit_plot(&out, TT_STR("head\n"), "log", &err), TT_EPARSE);
	tt_buf_done(&out);
}

TT_MAIN(TT_RUN(goes_on_to_the_bit), TT_RUN(keeps_the_best), TT_RUN(patience), TT_RUN(full_disk),
	TT_RUN(refusals), TT_RUN(other_data), TT_RUN(log_rows), TT_RUN(draws))
