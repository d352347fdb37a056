/* score_print.c - see score_print.h. */
#include "app/score/score_print.h"

#include "app/score/csv.h"
#include "common/json_text.h"
#include "app/cli/term.h"
#include "common/utf8.h"

static void json_sentiment(const char *unscored, const struct tt_sentiment *s, struct tt_buf *out)
{
	if (unscored) {
		tt_buf_printf(
			out, "\"label\": null, \"score\": null, \"p\": null, \"unscored\": \"%s\"", unscored);
		return;
	}
	tt_buf_printf(out, "\"label\": \"%s\", \"score\": %.6f, \"p\": {", tt_label_name(s->label),
		(double)s->score);
	for (int k = 0; k < TT_LABELS; k++)
		tt_buf_printf(out, "%s\"%s\": %.6f", k ? ", " : "", tt_label_name((enum tt_label)k),
			(double)s->p[k]);
	tt_buf_char(out, '}');
}

static void json_entity(const struct tt_scored_mention *e, struct tt_str text, struct tt_buf *out)
{
	long long start = -1, end = -1;
	if (e->in_text) {
		start = (long long)tt_utf8_count((struct tt_str){text.p, e->span.start});
		end = start + (long long)tt_utf8_count(
				      (struct tt_str){text.p + e->span.start, e->span.end - e->span.start});
	}
	tt_buf_str(out, TT_STR("{\"entity\": "));
	tt_json_str(out, e->name);
	tt_buf_printf(out, ", \"start\": %lld, \"end\": %lld, ", start, end);
	json_sentiment(e->unscored, &e->sentiment, out);
	tt_buf_char(out, '}');
}

static void json_row(const struct tt_scored_row *r, struct tt_buf *out)
{
	tt_buf_str(out, TT_STR("{\"text\": "));
	tt_json_str(out, r->row.text);
	tt_buf_str(out, TT_STR(", "));
	json_sentiment(r->unscored, &r->sentiment, out);
	tt_buf_str(out, TT_STR(", \"entities\": ["));
	for (size_t i = 0; i < r->n_entities; i++) {
		tt_buf_str(out, i ? TT_STR(", ") : TT_STR(""));
		json_entity(&r->entities[i], r->row.text, out);
	}
	tt_buf_str(out, TT_STR("]}\n"));
}

static void csv_row(const struct tt_scored_row *r, struct tt_buf *out)
{
	struct tt_buf list;
	tt_csv_print(out, r->row.text);
	if (r->unscored)
		tt_buf_str(out, TT_STR(",,,,,,"));
	else
		tt_buf_printf(out, ",%s,%.6f,%.6f,%.6f,%.6f,", tt_label_name(r->sentiment.label),
			(double)r->sentiment.score, (double)r->sentiment.p[TT_NEGATIVE],
			(double)r->sentiment.p[TT_NEUTRAL], (double)r->sentiment.p[TT_POSITIVE]);
	tt_buf_init(&list, out->max);
	for (size_t i = 0; i < r->n_entities; i++) {
		const struct tt_scored_mention *e = &r->entities[i];
		tt_buf_str(&list, i ? TT_STR("; ") : TT_STR(""));
		tt_buf_str(&list, e->name);
		tt_buf_char(&list, '=');
		if (!e->unscored)
			tt_buf_printf(&list, "%.6f", (double)e->sentiment.score);
	}
	tt_csv_print(out, tt_buf_view(&list));
	if (list.rc < 0)
		out->rc = list.rc;
	tt_buf_done(&list);
	tt_buf_str(out, TT_STR("\r\n"));
}

/* "▲ positive  +0.98", in the label's colour. */
static void table_sentiment(const struct tt_score_look *look, const char *unscored,
	const struct tt_sentiment *s, struct tt_buf *out)
{
	static const struct {
		const char *sign, *colour;
	} looks[TT_LABELS] = {{"▼", "\033[31m"}, {"•", "\033[2m"}, {"▲", "\033[32m"}};
	if (unscored) {
		tt_buf_printf(out, "  %-8s %6s", "-", "-");
		return;
	}
	tt_buf_printf(out, "%s%s %-8s %+6.2f%s", look->colour ? looks[s->label].colour : "",
		looks[s->label].sign, tt_label_name(s->label), (double)s->score,
		look->colour ? "\033[0m" : "");
}

static void table_row(const struct tt_score_look *look, const struct tt_scored_row *r, struct tt_buf *out)
{
	enum { LEFT = 19, LEAST = 20 }; /* columns before the text; of the text */
	int columns = look->width > LEFT + LEAST ? look->width - LEFT : look->width ? LEAST : 0;
	table_sentiment(look, r->unscored, &r->sentiment, out);
	tt_buf_str(out, TT_STR("  "));
	tt_term_text(out, r->row.text, columns);
	if (r->unscored)
		tt_buf_printf(out, "(%s)", r->unscored);
	tt_buf_char(out, '\n');
	for (size_t i = 0; i < r->n_entities; i++) {
		const struct tt_scored_mention *e = &r->entities[i];
		tt_buf_str(out, TT_STR("    "));
		table_sentiment(look, e->unscored, &e->sentiment, out);
		tt_buf_str(out, TT_STR("  "));
		tt_term_text(out, e->name, columns ? columns - 4 : 0);
		if (e->unscored)
			tt_buf_printf(out, " (%s)", e->unscored);
		tt_buf_char(out, '\n');
	}
}

int tt_score_print_header(const struct tt_score_look *look, struct tt_buf *out)
{
	if (look->form == TT_SCORE_CSV)
		tt_buf_str(out, TT_STR("text,label,score,negative,neutral,positive,entities\r\n"));
	return out->rc;
}

int tt_score_print_row(const struct tt_score_look *look, const struct tt_scored_row *row, struct tt_buf *out)
{
	if (look->form == TT_SCORE_JSONL)
		json_row(row, out);
	else if (look->form == TT_SCORE_CSV)
		csv_row(row, out);
	else
		table_row(look, row, out);
	return out->rc;
}
