/* fuzz_lines.c - any bytes as a line of a file: an item with a text and an id, or nothing, or an error that
 * says why; what comes out is valid UTF-8, and reading it again gives the same id. */
#include <stdlib.h>

#include "common/utf8.h"
#include "ingest/line_item.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int read_line(struct tt_str line, int format, struct tt_batch *b, struct tt_err *err)
{
	struct tt_lines_conf conf = {.format = format, .max_line_bytes = 1 << 20, .max_text_bytes = 256};
	struct tt_line_reader reader;
	int rc = tt_line_reader_init(&reader, &conf, TT_STR("fuzz"), err);
	if (rc < 0)
		abort();
	rc = tt_line_item(&reader, line, 1795448783000, b, err);
	tt_line_reader_done(&reader);
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tt_err err = {0};
	struct tt_batch *a = tt_batch_new(64 << 20), *b = tt_batch_new(64 << 20);
	struct tt_str line = {(const char *)data, size};
	if (size > 1 << 20 || !a || !b)
		goto out;
	int rc = read_line(line, TT_LINES_AUTO, a, &err);
	if (rc < 0 && (rc != TT_EPARSE || !err.msg[0] || a->n_items))
		abort();
	if (read_line(line, TT_LINES_AUTO, b, &err) != rc || b->n_items != a->n_items)
		abort();
	for (size_t i = 0; i < a->n_items; i++) {
		const struct tt_item *it = &a->items[i].item;
		if (!it->title.n && !it->summary.n && !it->content.n)
			abort();
		if (!tt_utf8_valid(it->title) || !tt_utf8_valid(it->summary) || !tt_utf8_valid(it->guid))
			abort();
		if (it->title.n > 2 * 256 /* a C1 control may become a longer character */ ||
			!tt_id_eq(it->id, b->items[i].item.id) || tt_id_is_zero(it->id))
			abort();
	}
out:
	tt_batch_free(a);
	tt_batch_free(b);
	return 0;
}
