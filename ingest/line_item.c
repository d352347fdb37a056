/* line_item.c - see line_item.h. */
#include "ingest/line_item.h"

#include "ingest/identity.h"

enum { MAX_DEPTH = 1000 };

int tt_line_reader_init(
	struct tt_line_reader *r, const struct tt_lines_conf *conf, struct tt_str source, struct tt_err *err)
{
	*r = (struct tt_line_reader){.conf = conf, .source = source};
	int rc = tt_map_init(&r->map, tt_map_preset_at(0), NULL, "files", err);
	if (rc < 0)
		return rc;
	tt_make_init(
		&r->make, &r->map, (size_t)conf->max_line_bytes, (size_t)conf->max_text_bytes, MAX_DEPTH);
	return TT_OK;
}

void tt_line_reader_done(struct tt_line_reader *r)
{
	tt_make_done(&r->make);
	tt_map_done(&r->map);
}

static int fill(struct tt_line_reader *r, struct tt_str line, struct tt_batch *b, struct tt_item *item,
	struct tt_err *err)
{
	const struct tt_record record = {.timestamp_ms = TT_TIME_NONE};
	const int64_t now_ms = item->fetched_ms;
	struct tt_str id = {NULL, 0};
	int rc;
	if (r->conf->format == TT_LINES_JSONL || (r->conf->format == TT_LINES_AUTO && line.p[0] == '{'))
		rc = tt_make_json(&r->make, line, &record, b, item, &id, err);
	else
		rc = tt_make_text(&r->make, line, b, &item->title);
	if (rc == TT_OK)
		rc = tt_make_check(item, err);
	if (rc == TT_OK && item->fetched_ms > now_ms)
		item->fetched_ms = now_ms;
	if (rc == TT_OK && !item->source.n)
		rc = tt_make_key(r->source, b, &item->source);
	if (rc == TT_OK && !item->lang.n && r->conf->lang)
		rc = tt_make_key(tt_str_c(r->conf->lang), b, &item->lang);
	return rc < 0 ? rc : tt_item_identify(item, id, &b->arena);
}

int tt_line_item(
	struct tt_line_reader *r, struct tt_str line, int64_t now_ms, struct tt_batch *b, struct tt_err *err)
{
	int rc = tt_make_clean(&r->make, &line);
	if (rc < 0)
		return rc;
	if (line.n == 0)
		return TT_OK;
	struct tt_scored *scored = tt_batch_add_item(b);
	if (!scored)
		return TT_ENOMEM;
	scored->item.fetched_ms = now_ms;
	rc = fill(r, line, b, &scored->item, err);
	if (rc < 0)
		b->n_items--;
	return rc;
}
