/* fuzz_payload.c - any bytes as a record, under a map that is a part of the input too: first line the path of
 * the title, then the value. An item with a text and an id, nothing, or a dead letter that says why; what
 * comes out is valid UTF-8, and the same record makes the same again. What jansson reads is not refused as
 * JSON, and what it refuses is, but for what json.h says. */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "common/utf8.h"
#include "ingest/kafka/payload.h"
#include "ingest/map/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_INPUT = 1 << 16 };

static struct tt_batch *take(struct tt_str path, struct tt_str value, int format)
{
	static char preset[] = "benzinga", key[] = "title";
	char text[200];
	char *keys[] = {key}, *paths[] = {text};
	struct tt_kafka_conf conf = {.format = format,
		.max_payload_bytes = MAX_INPUT,
		.max_text_bytes = 300,
		.max_dead_bytes = 100,
		.max_depth = 20,
		.preset = preset,
		.fields = {{keys, 1}, {paths, 1}}};
	const struct tt_record_header header = {TT_STR("h"), value};
	const struct tt_record record = {
		.topic = TT_STR("fuzz"), .value = value, .key = path, .headers = &header, .n_headers = 1};
	struct tt_payload *p;
	struct tt_err err = {0};
	size_t n = path.n < sizeof(text) ? path.n : sizeof(text) - 1;
	memcpy(text, path.p, n);
	text[n] = '\0';
	if (!tt_utf8_valid(tt_str_c(text)))
		text[0] = '\0'; /* the configuration lets none in */
	if (!text[0])
		conf.fields = (struct tt_conf_map){0};
	if (tt_payload_new(&p, &conf, &err) < 0) {
		if (err.code != TT_ECONF || !err.msg[0])
			abort();
		return NULL;
	}
	struct tt_batch *b = tt_batch_new(64 << 20);
	if (!b || tt_payload_put(p, &record, 1795448783000, b) != TT_OK)
		abort();
	tt_payload_free(p);
	return b;
}

static void check_item(const struct tt_item *it, const struct tt_item *again)
{
	if (!it->title.n && !it->summary.n && !it->content.n)
		abort();
	if (!tt_utf8_valid(it->title) || !tt_utf8_valid(it->content) || !tt_utf8_valid(it->guid) ||
		!tt_utf8_valid(it->author))
		abort();
	for (size_t i = 0; i < it->n_categories; i++)
		if (!it->categories[i].n || !tt_utf8_valid(it->categories[i]))
			abort();
	if (!tt_id_eq(it->id, again->id) || tt_id_is_zero(it->id))
		abort();
}

/* Both readers of JSON on one text. */
static void compare(struct tt_str value)
{
	struct tt_json j;
	json_error_t why;
	if (!tt_utf8_valid(value) || memchr(value.p, '\0', value.n)) /* jansson ends at a NUL */
		return;
	tt_json_init(&j, value, 2000);
	bool ours = tt_json_skip(&j) && tt_json_end(&j);
	json_t *tree = json_loadb(value.p, value.n, JSON_ALLOW_NUL | JSON_DECODE_ANY, &why);
	bool known = tree || json_error_code(&why) == json_error_numeric_overflow ||
		     strstr(why.text, "Unicode") || strstr(why.text, "depth");
	if (known ? tree && !ours : ours)
		abort();
	json_decref(tree);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tt_str value = {(const char *)data, size};
	if (size == 0 || size > MAX_INPUT)
		return 0;
	struct tt_str path = tt_str_split(&value, '\n');
	if (!value.p)
		value = path;
	compare(value);
	for (int format = TT_KAFKA_JSON; format <= TT_KAFKA_TEXT; format++) {
		struct tt_batch *a = take(path, value, format), *b = take(path, value, format);
		if (a && (a->n_items + a->n_dead > 1 || a->n_items != b->n_items || a->n_dead != b->n_dead))
			abort();
		if (a && a->n_items)
			check_item(&a->items[0].item, &b->items[0].item);
		if (a && a->n_dead && !a->dead[0].reason.n)
			abort();
		tt_batch_free(a);
		tt_batch_free(b);
	}
	return 0;
}
