/* rows.c - see rows.h. */
#include "tests/nlp/model/rows.h"

#include <jansson.h>

#include "tests/tt_test.h"

static size_t numbers(json_t *array, double *to, size_t max)
{
	const size_t n = json_array_size(array);
	TT_TRUE(n <= max);
	for (size_t i = 0; i < n; i++)
		to[i] = json_number_value(json_array_get(array, i));
	return n;
}

static void logits(json_t *array, float to[TT_LABELS])
{
	double v[TT_LABELS];
	TT_EQ(numbers(array, v, TT_LABELS), TT_LABELS);
	for (int i = 0; i < TT_LABELS; i++)
		to[i] = (float)v[i];
}

static void read_row(json_t *root, struct row *row)
{
	double v[IDS_MAX];
	json_t *mentions = json_object_get(root, "mentions"), *out = json_object_get(root, "mention_logits");
	row->n_ids = numbers(json_object_get(root, "ids"), v, IDS_MAX);
	for (size_t i = 0; i < row->n_ids; i++)
		row->ids[i] = (int32_t)v[i];
	row->n_mentions = json_array_size(mentions);
	TT_TRUE(row->n_mentions <= MENTIONS_MAX);
	for (size_t i = 0; i < row->n_mentions; i++) {
		TT_EQ(numbers(json_array_get(mentions, i), v, 2), 2);
		row->mentions[i] = (struct tt_token_range){(size_t)v[0], (size_t)v[1]};
		logits(json_array_get(out, i), row->mention[i]);
	}
	logits(json_object_get(root, "item_logits"), row->item);
}

static const char *tiny_path(const char *name, const char *file)
{
	char rel[256];
	snprintf(rel, sizeof(rel), "tests/nlp/model/tiny/%s%s", name, file);
	return tt_source_path(rel);
}

size_t rows_read(const char *name, struct row rows[ROWS_MAX])
{
	size_t n = 0;
	json_t *root;
	FILE *f = fopen(tiny_path(name, "/expected.jsonl"), "r");
	TT_TRUE(f != NULL);
	for (; (root = json_loadf(f, JSON_DISABLE_EOF_CHECK, NULL)); n++) {
		TT_TRUE(n < ROWS_MAX);
		read_row(root, &rows[n]);
		json_decref(root);
	}
	fclose(f);
	TT_TRUE(n > 0);
	return n;
}

struct tt_sequence row_sequence(struct row *row)
{
	return (struct tt_sequence){.ids = row->ids,
		.n_ids = row->n_ids,
		.mentions = row->mentions,
		.n_mentions = row->n_mentions,
		.mention_logits = row->got};
}

struct tt_model *tiny_open(const char *name, enum tt_precision precision)
{
	struct tt_model *m = NULL;
	struct tt_err err = {0};
	if (tt_model_open(&m, tiny_path(name, ""), precision, &err) < 0)
		fail_msg("%s", err.msg);
	return m;
}
