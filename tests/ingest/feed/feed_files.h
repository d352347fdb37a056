/* feed_files.h - for tests over feed files: read one, ask its parse result by a path like "0.title". */
#ifndef TT_TESTS_FEED_FILES_H
#define TT_TESTS_FEED_FILES_H

#include "ingest/feed/feed.h"
#include "tests/tt_test.h"

/* The whole file; .p NULL when it cannot be read. The caller frees .p. */
static inline struct tt_str feed_file_read(const char *path)
{
	struct tt_str s = {NULL, 0};
	FILE *f = fopen(path, "rb");
	if (!f)
		return s;
	fseek(f, 0, SEEK_END);
	long n = ftell(f);
	rewind(f);
	char *p = malloc((size_t)n + 1);
	if (p && fread(p, 1, (size_t)n, f) == (size_t)n) {
		p[n] = '\0';
		s = (struct tt_str){p, (size_t)n};
	}
	fclose(f);
	return s;
}

static inline struct tt_str feed_value_time(int64_t ms, char buf[64])
{
	tt_time_rfc3339(ms, buf);
	return buf[0] ? tt_str_c(buf) : (struct tt_str){NULL, 0};
}

static inline struct tt_str feed_value_number(int64_t v, char buf[64])
{
	snprintf(buf, 64, "%lld", (long long)v);
	return tt_str_c(buf);
}

static inline struct tt_str feed_item_value(const struct tt_feed_item *it, struct tt_str key, char buf[64])
{
	const struct {
		const char *name;
		struct tt_str value;
	} texts[] = {
		{"guid", it->guid},
		{"url", it->url},
		{"title", it->title},
		{"summary", it->summary},
		{"content", it->content},
		{"author", it->author},
		{"lang", it->lang},
	};
	int64_t i;
	for (size_t k = 0; k < TT_LEN(texts); k++)
		if (tt_str_eq(key, tt_str_c(texts[k].name)))
			return texts[k].value;
	if (tt_str_eq(key, TT_STR("published_at")))
		return feed_value_time(it->published_ms, buf);
	if (tt_str_eq(key, TT_STR("updated_at")))
		return feed_value_time(it->updated_ms, buf);
	if (tt_str_eq(key, TT_STR("categories")))
		return feed_value_number((int64_t)it->n_categories, buf);
	struct tt_str head = tt_str_split(&key, '.');
	if (tt_str_eq(head, TT_STR("categories")) && tt_str_int(key, 0, (int64_t)it->n_categories - 1, &i))
		return it->categories[i];
	return TT_STR("NO SUCH KEY");
}

/* "title", "items" (how many), "0.title", "0.categories.1", ...; {NULL,0}: absent. buf backs numbers and
 * times. */
static inline struct tt_str feed_value(const struct tt_feed *f, struct tt_str key, char buf[64])
{
	const struct {
		const char *name;
		struct tt_str value;
	} texts[] = {
		{"title", f->title},
		{"url", f->url},
		{"lang", f->lang},
		{"self", f->self_url},
		{"hub", f->hubs[0]},
		{"hub.1", f->hubs[1]},
		{"next", f->next_url},
		{"format", tt_str_c(tt_feed_format_name(f->format))},
		{"recovered", f->recovered ? TT_STR("true") : TT_STR("false")},
	};
	const struct {
		const char *name;
		int64_t value;
	} numbers[] = {
		{"items", (int64_t)f->n_items},
		{"hubs", (int64_t)f->n_hubs},
		{"dropped", (int64_t)f->n_dropped},
		{"cut", (int64_t)f->n_cut},
		{"ttl_minutes", f->ttl_minutes},
		{"update_ms", f->update_ms},
		{"skip_hours", f->skip_hours},
		{"skip_days", f->skip_days},
	};
	int64_t i;
	for (size_t k = 0; k < TT_LEN(texts); k++)
		if (tt_str_eq(key, tt_str_c(texts[k].name)))
			return texts[k].value;
	for (size_t k = 0; k < TT_LEN(numbers); k++)
		if (tt_str_eq(key, tt_str_c(numbers[k].name)))
			return feed_value_number(numbers[k].value, buf);
	struct tt_str head = tt_str_split(&key, '.');
	if (!tt_str_int(head, 0, INT32_MAX, &i))
		return TT_STR("NO SUCH KEY");
	return (size_t)i < f->n_items ? feed_item_value(&f->items[i], key, buf) : TT_STR("NO SUCH ITEM");
}

#endif
