/* judged.c - see judged.h. */
#include "app/train/judged.h"

#include "app/feeds/json_out.h"
#include "common/utf8.h"

enum { MEMORY_BYTES = 1 << 30 };

/* Places that the text does not have are none: the database counted characters of the same text. */
static struct tt_row_entity entity_of(struct tt_str text, const struct tt_pg_labelled_entity *e)
{
	struct tt_row_entity ret = {.name = e->mention.p ? e->mention : e->symbol, .label = (int)e->label};
	size_t from, to;
	ret.in_text =
		e->mention.p && tt_utf8_byte_of(text, e->start, &from) && tt_utf8_byte_of(text, e->end, &to);
	if (ret.in_text)
		ret.span = (struct tt_span){(uint32_t)from, (uint32_t)to};
	return ret;
}

static int row_of(struct tt_judged *l, const struct tt_pg_labelled *item)
{
	struct tt_row *row = &l->rows[l->n];
	*row = (struct tt_row){.line = l->n + 1,
		.text = item->text,
		.label = item->is_labelled ? (int)item->label : TT_LABEL_NONE,
		.lists_entities = item->n_entities > 0,
		.n_entities = item->n_entities};
	row->entities = tt_arena_zalloc(&l->arena, item->n_entities + 1, sizeof(*row->entities));
	if (!row->entities)
		return TT_ENOMEM;
	for (size_t i = 0; i < item->n_entities; i++)
		row->entities[i] = entity_of(item->text, &item->entities[i]);
	l->items[l->n++] = *item;
	return TT_OK;
}

int tt_judged_load(struct tt_judged *l, struct tt_pg_conn *c, enum tt_text_choice what, int64_t since_ms,
	struct tt_err *err)
{
	static const char *const names[] = {[TT_TEXT_TITLE] = "title",
		[TT_TEXT_TITLE_SUMMARY] = "title_summary",
		[TT_TEXT_FULL] = "full"};
	size_t n = 0;
	*l = (struct tt_judged){.n = 0};
	tt_arena_init(&l->arena, MEMORY_BYTES);
	int rc = tt_pg_labelled_load(c, names[what], since_ms, &l->arena, &l->items, &n, err);
	if (rc < 0)
		return rc;
	l->rows = tt_arena_zalloc(&l->arena, n + 1, sizeof(*l->rows));
	rc = l->rows ? TT_OK : TT_ENOMEM;
	for (size_t i = 0; i < n && rc == TT_OK; i++) {
		const struct tt_pg_labelled item = l->items[i];
		l->tied += (size_t)item.ties;
		if (item.is_labelled || item.n_entities)
			rc = row_of(l, &item);
		else
			l->undecided++;
	}
	return rc < 0 ? tt_err_set(err, rc, "labelled items: %s", tt_err_text(rc)) : TT_OK;
}

void tt_judged_done(struct tt_judged *l)
{
	tt_arena_done(&l->arena);
}

/* ---- JSON ---- */

static struct tt_str label_name(bool is_labelled, enum tt_label label)
{
	return is_labelled ? tt_str_c(tt_label_name(label)) : (struct tt_str){NULL, 0};
}

int tt_judged_json(const struct tt_pg_labelled *item, struct tt_buf *out)
{
	char id[37];
	tt_id_format(item->item_id, id);
	tt_buf_char(out, '{');
	tt_out_str(out, "text", item->text);
	tt_out_str(out, "label", label_name(item->is_labelled, item->label));
	tt_out_str(out, "item", tt_str_c(id));
	tt_out_int(out, "version", item->version);
	if (item->n_entities) {
		tt_out_key(out, "entities");
		tt_buf_char(out, '[');
	}
	for (size_t i = 0; i < item->n_entities; i++) {
		const struct tt_pg_labelled_entity *e = &item->entities[i];
		tt_buf_str(out, i ? TT_STR(", {") : TT_STR("{"));
		tt_out_str(out, "entity", e->mention.p ? e->mention : e->symbol);
		tt_out_str(out, "symbol", e->symbol);
		tt_out_int(out, "start", e->mention.p ? (int64_t)e->start : -1);
		tt_out_int(out, "end", e->mention.p ? (int64_t)e->end : -1);
		tt_out_str(out, "label", label_name(true, e->label));
		tt_buf_char(out, '}');
	}
	tt_buf_str(out, item->n_entities ? TT_STR("]}\n") : TT_STR("}\n"));
	return out->rc;
}
