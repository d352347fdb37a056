/* load.c - see load.h. */
#include "nlp/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nlp/crew.h"
#include "nlp/deviation.h"

enum { CHECK_TOKENS_MAX = 48 };

/* The self-check's texts: of all three labels, with figures, names and rare words. */
static const char *const headlines[] = {
	"Nvidia shares soar to a record after it raises its full-year outlook",
	"Boeing plunges as regulators widen probe into 737 production",
	"Apple to hold annual shareholder meeting on February 25",
	"Company warns of weaker demand, cuts 1,200 jobs and suspends dividend",
	"Profit rose 14.5% to EUR 23.1 million, beating estimates",
	"Oil steady as traders weigh OPEC+ supply against slowing growth",
	"Bank downgraded to sell on mounting credit losses",
	"The board appointed a new chief financial officer, effective immediately",
};
enum { HEADLINES = sizeof(headlines) / sizeof(*headlines) };

/* ---- the self-check ---- */

struct check {
	int32_t ids[HEADLINES][CHECK_TOKENS_MAX];
	struct tt_sequence fp32[HEADLINES], other[HEADLINES];
};

static int read_headlines(struct check *c, const struct tt_tokenizer *t, struct tt_err *err)
{
	struct tt_tokens tokens;
	int rc = TT_OK;
	tt_tokens_init(&tokens);
	for (size_t i = 0; i < HEADLINES && rc == TT_OK; i++) {
		rc = tt_tokenizer_encode(t, tt_str_c(headlines[i]), CHECK_TOKENS_MAX, &tokens);
		if (rc < 0)
			break;
		memcpy(c->ids[i], tokens.ids, tokens.n * sizeof(*tokens.ids));
		c->fp32[i] = c->other[i] = (struct tt_sequence){.ids = c->ids[i], .n_ids = tokens.n};
	}
	tt_tokens_done(&tokens);
	return rc < 0 ? tt_err_set(err, rc, "self-check: %s", tt_err_text(rc)) : TT_OK;
}

static int classify(const struct tt_model *m, struct tt_sequence *seqs, struct tt_err *err)
{
	struct tt_crew *c = NULL;
	int rc = tt_crew_new(&c, m, 0, 0, err);
	if (rc == TT_OK)
		rc = tt_crew_classify(c, seqs, HEADLINES, err);
	tt_crew_free(c);
	return rc;
}

/* ---- the choice ---- */

/* Precisions that are faster than fp32 here, the fastest first. Returns how many. */
static size_t candidates(enum tt_precision found[TT_PRECISIONS])
{
	size_t n = 0;
	for (int p = 0; p < TT_PRECISIONS; p++) {
		if (tt_gemm_best(p)->rate <= tt_gemm_best(TT_USE_FP32)->rate)
			continue;
		size_t at = n++;
		for (; at > 0 && tt_gemm_best(found[at - 1])->rate < tt_gemm_best(p)->rate; at--)
			found[at] = found[at - 1];
		found[at] = p;
	}
	return n;
}

/* Model and tokenizer must be of each other. */
static int check_vocabulary(const struct tt_loaded *l, const char *dir, struct tt_err *err)
{
	const size_t tokens = tt_tokenizer_vocab_size(l->tokenizer);
	const int vocab = tt_model_facts(l->model)->vocab_size;
	if (tokens > (size_t)vocab)
		return tt_err_set(err, TT_EPARSE,
			"'%s/vocab.txt': %zu tokens, but config.json says vocab_size %d", dir, tokens, vocab);
	return TT_OK;
}

/* Opens the model in p too, which takes the place of the fp32 one when it agrees with it. */
static int try_precision(struct tt_loaded *l, const struct tt_model_files *f, enum tt_precision p,
	struct check *c, struct tt_err *err)
{
	struct tt_model *m = NULL;
	int rc = tt_model_read(&m, f, p, l->model, err);
	if (rc == TT_OK)
		rc = classify(m, c->other, err);
	if (rc == TT_OK) {
		const struct tt_deviation d = tt_deviation_of(c->fp32, c->other, HEADLINES);
		const bool small = tt_deviation_is_small(&d);
		snprintf(l->why, sizeof(l->why),
			"%s is %s fp32: mean |Δp| %.4f, largest %.4f over %zu headlines",
			tt_precision_name(p),
			small ? "fastest here and agrees with" : "faster but too far from", d.mean, d.largest,
			d.texts);
		if (small) {
			struct tt_model *fp32 = l->model;
			l->model = m;
			m = fp32;
		}
	}
	tt_model_free(m);
	return rc;
}

/* The fp32 model is open. */
static int choose(struct tt_loaded *l, const struct tt_model_files *f, struct tt_err *err)
{
	enum tt_precision found[TT_PRECISIONS];
	const struct tt_model *fp32 = l->model;
	const size_t n = candidates(found);
	snprintf(l->why, sizeof(l->why), "nothing is faster here");
	if (!n)
		return TT_OK;
	struct check *c = calloc(1, sizeof(*c));
	int rc = c ? read_headlines(c, l->tokenizer, err)
		   : tt_err_set(err, TT_ENOMEM, "self-check: %s", tt_err_text(TT_ENOMEM));
	if (rc == TT_OK)
		rc = classify(fp32, c->fp32, err);
	for (size_t i = 0; rc == TT_OK && l->model == fp32 && i < n; i++)
		rc = try_precision(l, f, found[i], c, err);
	free(c);
	return rc;
}

int tt_load(struct tt_loaded *ret, const char *dir, int choice, double exit_confidence, struct tt_err *err)
{
	struct tt_loaded l = {.why = "as configured"};
	const bool is_auto = choice == TT_CHOOSE_AUTO;
	const enum tt_precision first = is_auto ? TT_USE_FP32 : (enum tt_precision)(choice - TT_CHOOSE_FP32);
	struct tt_model_files *f = NULL;
	int rc = tt_model_files_open(&f, dir, err);
	if (rc == TT_OK)
		rc = tt_model_read(&l.model, f, first, NULL, err);
	if (rc == TT_OK)
		rc = tt_tokenizer_open(&l.tokenizer, dir, err);
	if (rc == TT_OK)
		rc = check_vocabulary(&l, dir, err);
	if (rc == TT_OK && is_auto)
		rc = choose(&l, f, err);
	tt_model_files_close(f);
	if (rc < 0) {
		tt_load_done(&l);
		return rc;
	}
	tt_model_exit_at(l.model, exit_confidence); /* not before: the self-check is to pass all layers */
	*ret = l;
	return TT_OK;
}

void tt_load_done(struct tt_loaded *l)
{
	tt_tokenizer_free(l->tokenizer);
	tt_model_free(l->model);
	*l = (struct tt_loaded){0};
}
