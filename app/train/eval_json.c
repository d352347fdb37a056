/* eval_json.c - the report as a JSON object, see eval.h. */
#include "app/feeds/json_out.h"
#include "app/train/eval.h"

enum { DECIMALS = 6 };

static void put_figures(struct tt_buf *out, const struct tt_eval_figure figures[TT_FIGURES])
{
	for (int f = 0; f < TT_FIGURES; f++) {
		tt_out_key(out, tt_eval_figure_key(f));
		tt_buf_char(out, '{');
		tt_out_real(out, "value", figures[f].value, DECIMALS);
		tt_out_real(out, "low", figures[f].chance.low, DECIMALS);
		tt_out_real(out, "high", figures[f].chance.high, DECIMALS);
		tt_buf_char(out, '}');
	}
}

static void put_confusion(struct tt_buf *out, const struct tt_confusion *c)
{
	tt_out_key(out, "confusion");
	tt_buf_char(out, '[');
	for (int k = 0; k < TT_LABELS; k++) {
		tt_buf_str(out, k ? TT_STR(", [") : TT_STR("["));
		for (int j = 0; j < TT_LABELS; j++)
			tt_buf_printf(out, "%s%llu", j ? ", " : "", (unsigned long long)c->n[k][j]);
		tt_buf_char(out, ']');
	}
	tt_buf_char(out, ']');
	tt_out_key(out, "classes");
	tt_buf_char(out, '{');
	for (int k = 0; k < TT_LABELS; k++) {
		tt_out_key(out, tt_label_name((enum tt_label)k));
		tt_buf_char(out, '{');
		tt_out_int(out, "given", (int64_t)tt_confusion_given(c, k));
		tt_out_int(out, "answered", (int64_t)tt_confusion_answered(c, k));
		tt_out_real(out, "precision", tt_confusion_precision(c, k), DECIMALS);
		tt_out_real(out, "recall", tt_confusion_recall(c, k), DECIMALS);
		tt_buf_char(out, '}');
	}
	tt_buf_char(out, '}');
}

static void put_reliability(struct tt_buf *out, const struct tt_reliability *r)
{
	tt_out_real(out, "ece", r->ece, DECIMALS);
	tt_out_key(out, "bins");
	tt_buf_char(out, '[');
	for (int i = 0; i < TT_BINS; i++) {
		tt_buf_str(out, i ? TT_STR(", {") : TT_STR("{"));
		tt_out_int(out, "n", (int64_t)r->bins[i].n);
		tt_out_real(out, "confidence", r->bins[i].confidence, DECIMALS);
		tt_out_real(out, "accuracy", r->bins[i].accuracy, DECIMALS);
		tt_buf_char(out, '}');
	}
	tt_buf_char(out, ']');
}

static void put_head(struct tt_buf *out, const struct tt_eval *e, const struct tt_eval_head *h)
{
	tt_out_int(out, "n", (int64_t)h->n);
	tt_out_key(out, "models");
	tt_buf_char(out, '[');
	for (size_t m = 0; m < e->n_models; m++) {
		tt_buf_str(out, m ? TT_STR(", {") : TT_STR("{"));
		put_figures(out, h->models[m].figures);
		put_confusion(out, &h->models[m].confusion);
		put_reliability(out, &h->models[m].reliability);
		tt_buf_char(out, '}');
	}
	tt_buf_char(out, ']');
	if (e->n_models < 2)
		return;
	tt_out_key(out, "difference");
	tt_buf_char(out, '{');
	put_figures(out, h->difference);
	tt_buf_char(out, '}');
	tt_out_key(out, "mcnemar");
	tt_buf_char(out, '{');
	tt_out_int(out, "only_first", (int64_t)h->mcnemar.first);
	tt_out_int(out, "only_second", (int64_t)h->mcnemar.second);
	tt_out_bool(out, "exact", h->mcnemar.exact);
	tt_out_real(out, "p", h->mcnemar.p, DECIMALS);
	tt_buf_char(out, '}');
}

static void put_models(struct tt_buf *out, const struct tt_eval *e)
{
	tt_out_key(out, "models");
	tt_buf_char(out, '[');
	for (size_t m = 0; m < e->n_models; m++) {
		tt_buf_str(out, m ? TT_STR(", {") : TT_STR("{"));
		tt_out_str(out, "model", tt_str_c(e->models[m].dir));
		tt_out_str(out, "precision", tt_str_c(e->models[m].precision));
		tt_out_real(out, "temperature", e->models[m].temperature[TT_EVAL_TEXTS], DECIMALS);
		tt_out_real(out, "entity_temperature", e->models[m].temperature[TT_EVAL_ENTITIES], DECIMALS);
		tt_buf_char(out, '}');
	}
	tt_buf_char(out, ']');
}

static void put_fits(struct tt_buf *out, const struct tt_eval *e)
{
	tt_out_key(out, "calibration");
	tt_buf_char(out, '{');
	for (int head = 0; head < TT_EVAL_HEADS; head++) {
		const struct tt_eval_fit *f = &e->fits[head];
		if (!f->done)
			continue;
		tt_out_key(out, tt_eval_head_name(head));
		tt_buf_char(out, '{');
		tt_out_real(out, "temperature", f->temperature, 4);
		tt_out_real(out, "log_loss_before", f->loss[0], DECIMALS);
		tt_out_real(out, "log_loss", f->loss[1], DECIMALS);
		tt_out_real(out, "ece_before", f->ece[0], DECIMALS);
		tt_out_real(out, "ece", f->ece[1], DECIMALS);
		tt_buf_char(out, '}');
	}
	tt_buf_char(out, '}');
}

void tt_eval_json(const struct tt_eval *e, struct tt_buf *out)
{
	tt_buf_char(out, '{');
	tt_out_str(out, "file", tt_str_c(e->file));
	tt_out_int(out, "rows", (int64_t)e->rows);
	tt_out_int(out, "resamples", (int64_t)e->resamples);
	tt_out_int(out, "seed", (int64_t)e->seed);
	put_models(out, e);
	tt_out_key(out, "slices");
	tt_buf_char(out, '[');
	for (size_t i = 0; i < e->n_slices; i++) {
		tt_buf_str(out, i ? TT_STR(",\n{") : TT_STR("\n{"));
		tt_out_str(out, "by", tt_str_c(tt_eval_by_name(e->slices[i].by)));
		tt_out_str(out, "name", e->slices[i].name);
		for (int head = 0; head < TT_EVAL_HEADS; head++) {
			tt_out_key(out, tt_eval_head_name(head));
			tt_buf_char(out, '{');
			put_head(out, e, &e->slices[i].heads[head]);
			tt_buf_char(out, '}');
		}
		tt_buf_char(out, '}');
	}
	tt_buf_char(out, ']');
	put_fits(out, e);
	tt_buf_str(out, TT_STR("}\n"));
}
