/* test_lines.c - files and pipes as sources: good lines, bad ones, long ones, pieces, waking. */
#include <fcntl.h>
#include <pthread.h>

#include "ingest/lines.h"
#include "tests/tt_test.h"

#define NOW 1795448783000

static int64_t fixed_wall_ms(void *ctx)
{
	(void)ctx;
	return NOW;
}

static int64_t real_mono_ns(void *ctx)
{
	return tt_clock_real.mono_ns(ctx);
}

static const struct tt_clock test_clock = {fixed_wall_ms, real_mono_ns, NULL};

static char path[64]; /* of the input under test */

static struct tt_lines_conf conf_of(int format)
{
	return (struct tt_lines_conf){
		.path = path, .format = format, .max_line_bytes = 1000, .max_text_bytes = 100};
}

static void write_file(const char *text, size_t n)
{
	snprintf(path, sizeof(path), "/tmp/tt_lines_XXXXXX");
	int fd = mkstemp(path);
	TT_TRUE(fd >= 0);
	TT_EQ(write(fd, text, n), n);
	close(fd);
}

/* Reads all into one batch. */
static struct tt_batch *read_all(const char *text, size_t n, struct tt_lines_conf conf)
{
	struct tt_source source;
	struct tt_err err = {0};
	struct tt_batch *b = tt_batch_new(1 << 20);
	write_file(text, n);
	TT_EQ(tt_lines_open(&source, &conf, &test_clock, &err), TT_OK);
	TT_EQ(source.ops->next(source.self, b, 100, 5000, &err), TT_ECLOSED);
	TT_EQ(source.ops->next(source.self, b, 100, 5000, &err), TT_ECLOSED); /* stays so */
	source.ops->close(source.self);
	unlink(path);
	return b;
}

/* One line each: the item's title, or the dead letter's reason (a part of it). */
TT_TEST(lines_of_each_kind)
{
	static const struct {
		int format;
		const char *line, *title, *reason;
	} rows[] = {
		{TT_LINES_AUTO, "Apple soars", "Apple soars", NULL},
		{TT_LINES_AUTO, "  Apple \t soars \r", "Apple soars", NULL},
		{TT_LINES_AUTO,
			"\xef\xbb\xbf"
			"Apple",
			"Apple", NULL},
		{TT_LINES_AUTO, "a <b> & c &amp; d", "a <b> & c &amp; d", NULL},
		{TT_LINES_AUTO, "bad \xff utf", "bad \xef\xbf\xbd utf", NULL},
		{TT_LINES_AUTO, "\x01 control \x7f", "control", NULL},
		{TT_LINES_AUTO, "", NULL, NULL},
		{TT_LINES_AUTO, " \t", NULL, NULL},
		{TT_LINES_AUTO, "{\"title\":\"J\"}", "J", NULL},
		{TT_LINES_TEXT, "{\"title\":\"J\"}", "{\"title\":\"J\"}", NULL},
		{TT_LINES_JSONL, "Apple soars", NULL, "not JSON"},
		{TT_LINES_JSONL, "[1]", NULL, "not a JSON object"},
		{TT_LINES_AUTO, "{\"title\":\"J\"", NULL, "not JSON"},
		{TT_LINES_AUTO, "{\"title\":\"J\"} x", NULL, "not JSON"},
		{TT_LINES_AUTO, "{\"title\":{}}", NULL, "'title' is not a text"},
		{TT_LINES_AUTO, "{\"title\":true}", NULL, "'title' is not a text"},
		{TT_LINES_AUTO, "{\"title\":12}", "12", NULL},
		{TT_LINES_AUTO, "{\"title\":null,\"url\":\"http://x\"}", NULL, "neither title nor summary"},
		{TT_LINES_AUTO, "{\"title\":\" \"}", NULL, "neither title nor summary"},
		{TT_LINES_AUTO, "{\"title\":\"a\\u0000b\"}", "ab", NULL},
		{TT_LINES_AUTO, "{\"title\":\"bad \xff\"}", "bad \xef\xbf\xbd", NULL},
		{TT_LINES_AUTO, "{\"title\":\"J\",\"other\":[1,{\"x\":2}],\"published_at\":\"soon\"}", "J",
			NULL},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_batch *b = read_all(rows[i].line, strlen(rows[i].line), conf_of(rows[i].format));
		TT_EQ_ROW(i, b->n_items, rows[i].title != NULL);
		TT_EQ_ROW(i, b->n_dead, rows[i].reason != NULL);
		if (rows[i].title)
			TT_STR_EQ_ROW(i, b->items[0].item.title, tt_str_c(rows[i].title));
		if (rows[i].reason && !memmem(b->dead[0].reason.p, b->dead[0].reason.n, rows[i].reason,
					      strlen(rows[i].reason))) {
			print_error("row %zu: reason '%.*s'\n", i, TT_FMT(b->dead[0].reason));
			fail();
		}
		tt_batch_free(b);
	}
}

TT_TEST(all_fields)
{
	static const char line[] =
		"{\"id\":\"00112233-4455-6677-8899-aabbccddeeff\",\"source\":\"wire\",\"guid\":\"g1\","
		"\"url\":\" https://www.example.com/a \","
		"\"title\":\"T\",\"summary\":\"S  "
		"s\",\"content\":\"C\",\"author\":\"A\",\"lang\":\"de\",\"published_at\":"
		"\"2026-11-23T15:46:23Z\",\"updated_at\":1795448784,\"categories\":[\"x\",7,\" \",\"y\"]}\n";
	struct tt_batch *b = read_all(line, strlen(line), conf_of(TT_LINES_AUTO));
	char id[37];
	TT_EQ(b->n_items, 1);
	const struct tt_item *it = &b->items[0].item;
	tt_id_format(it->id, id);
	TT_STR_EQ(tt_str_c(id), TT_STR("00112233-4455-6677-8899-aabbccddeeff"));
	TT_STR_EQ(it->source, TT_STR("wire"));
	TT_STR_EQ(it->guid, TT_STR("g1"));
	TT_STR_EQ(it->url, TT_STR("https://www.example.com/a"));
	TT_STR_EQ(it->summary, TT_STR("S s"));
	TT_STR_EQ(it->content, TT_STR("C"));
	TT_STR_EQ(it->author, TT_STR("A"));
	TT_STR_EQ(it->lang, TT_STR("de"));
	TT_EQ(it->published_ms, NOW);
	TT_EQ(it->updated_ms, NOW + 1000);
	TT_EQ(it->fetched_ms, NOW);
	TT_EQ(it->n_categories, 2);
	TT_STR_EQ(it->categories[1], TT_STR("y"));
	TT_TRUE(!tt_id_is_zero(it->url_key));
	tt_batch_free(b);
}

TT_TEST(absent_is_absent)
{
	char lang[] = "en", name[] = "my file";
	struct tt_lines_conf conf = conf_of(TT_LINES_AUTO);
	conf.lang = lang;
	conf.name = name;
	static const char line[] = "{\"title\":\"T\",\"published_at\":\"soon\"}";
	struct tt_batch *b = read_all(line, strlen(line), conf);
	TT_EQ(b->n_items, 1);
	const struct tt_item *it = &b->items[0].item;
	TT_EQ(it->published_ms, TT_TIME_NONE);
	TT_EQ(it->updated_ms, TT_TIME_NONE);
	TT_TRUE(!it->summary.p && !it->url.p && !it->categories && tt_id_is_zero(it->url_key));
	TT_STR_EQ(it->source, TT_STR("my file"));
	TT_STR_EQ(it->lang, TT_STR("en"));
	tt_batch_free(b);
}

TT_TEST(a_bad_line_does_not_stop_the_stream)
{
	static const char text[] = "one\n{bad\n\n{\"title\":\"four\"}\n\nsix";
	struct tt_batch *b = read_all(text, strlen(text), conf_of(TT_LINES_AUTO));
	TT_EQ(b->n_items, 3);
	TT_STR_EQ(b->items[1].item.title, TT_STR("four"));
	TT_STR_EQ(b->items[2].item.title, TT_STR("six"));
	TT_EQ(b->n_dead, 1);
	TT_STR_EQ(b->dead[0].where, TT_STR("line 2"));
	TT_STR_EQ(b->dead[0].payload, TT_STR("{bad"));
	TT_STR_EQ(tt_str_c(b->dead[0].stage), TT_STR("parse"));
	TT_EQ(b->dead[0].at_ms, NOW);
	tt_batch_free(b);
}

/* A line just within the limit, one just above it, one far above what is read at once, and one more. */
TT_TEST(lines_may_be_too_long)
{
	enum { LIMIT = 1000, FAR = 300000 };
	size_t n = LIMIT + 1 + LIMIT + 2 + FAR + 1 + 4;
	char *text = malloc(n), *p = text;
	memset(text, 'x', n);
	p += LIMIT, *p++ = '\n';
	p += LIMIT + 1, *p++ = '\n';
	p += FAR, *p++ = '\n';
	memcpy(p, "last", 4);
	struct tt_batch *b = read_all(text, n, conf_of(TT_LINES_AUTO));
	TT_EQ(b->n_items, 2);
	TT_EQ(b->items[0].item.title.n, 100); /* cut to max_text_bytes */
	TT_STR_EQ(b->items[1].item.title, TT_STR("last"));
	TT_EQ(b->n_dead, 2);
	TT_STR_EQ(b->dead[0].where, TT_STR("line 2"));
	TT_STR_EQ(b->dead[1].where, TT_STR("line 3"));
	TT_EQ(b->dead[1].payload.n, 4096);
	tt_batch_free(b);
	free(text);
}

TT_TEST(identity_is_of_the_text)
{
	static const char text[] =
		"same\nsame\nother\n{\"id\":7,\"title\":\"a\"}\n{\"id\":\"7\",\"title\":\"b\"}\n";
	char name[] = "s"; /* two files of one name */
	struct tt_lines_conf conf = conf_of(TT_LINES_AUTO);
	conf.name = name;
	struct tt_batch *b = read_all(text, strlen(text), conf), *again = read_all(text, strlen(text), conf);
	TT_EQ(b->n_items, 5);
	TT_TRUE(tt_id_eq(b->items[0].item.id, b->items[1].item.id));
	TT_TRUE(!tt_id_eq(b->items[0].item.id, b->items[2].item.id));
	TT_TRUE(tt_id_eq(b->items[3].item.id, b->items[4].item.id));
	for (size_t i = 0; i < 5; i++)
		TT_TRUE(tt_id_eq(b->items[i].item.id, again->items[i].item.id));
	tt_batch_free(b);
	tt_batch_free(again);
}

TT_TEST(batches_are_bounded)
{
	struct tt_lines_conf conf = conf_of(TT_LINES_AUTO);
	struct tt_source source;
	struct tt_err err = {0};
	size_t items = 0, batches = 0;
	char text[40 * 100 + 1];
	for (int i = 0; i < 100; i++) /* each with a text of its own, 39 bytes */
		snprintf(text + i * 40, 41, "%-39d\n", i);
	write_file(text, sizeof(text) - 1);
	TT_EQ(tt_lines_open(&source, &conf, &test_clock, &err), TT_OK);
	for (int rc = TT_OK; rc == TT_OK; batches++) {
		struct tt_batch *b = tt_batch_new(1 << 20);
		rc = source.ops->next(source.self, b, 7, 5000, &err);
		TT_TRUE(b->n_items <= 7);
		items += b->n_items;
		tt_batch_free(b);
	}
	TT_EQ(items, 100);
	TT_EQ(batches, 15);
	source.ops->close(source.self);

	/* and by memory: an arena that holds a few items only */
	TT_EQ(tt_lines_open(&source, &conf, &test_clock, &err), TT_OK);
	items = 0;
	for (int rc = TT_OK; rc == TT_OK;) {
		struct tt_batch *b = tt_batch_new(8000);
		rc = source.ops->next(source.self, b, 1000, 5000, &err);
		items += b->n_items;
		TT_EQ(b->n_dead, 0);
		tt_batch_free(b);
	}
	TT_EQ(items, 100);
	source.ops->close(source.self);
	unlink(path);
}

TT_TEST(files_that_cannot_be_read)
{
	struct tt_lines_conf conf = conf_of(TT_LINES_AUTO);
	struct tt_source source;
	struct tt_err err = {0};
	struct tt_batch *b = tt_batch_new(1 << 20);
	snprintf(path, sizeof(path), "/nonexistent/x.jsonl");
	TT_EQ(tt_lines_open(&source, &conf, &test_clock, &err), TT_ENOENT);
	TT_TRUE(strstr(err.msg, "/nonexistent/x.jsonl"));
	snprintf(path, sizeof(path), "/tmp");
	TT_EQ(tt_lines_open(&source, &conf, &test_clock, &err), TT_OK);
	TT_EQ(source.ops->next(source.self, b, 1, 5000, &err), TT_EIO);
	TT_TRUE(strstr(err.msg, "/tmp: Is a directory"));
	source.ops->close(source.self);
	source.ops->close(NULL);
	tt_batch_free(b);
}

/* ---- a pipe: pieces, time and waking ---- */

static void *wake_later(void *arg)
{
	const struct tt_source *source = arg;
	source->ops->wake(source->self);
	return NULL;
}

TT_TEST(a_pipe_comes_in_pieces)
{
	struct tt_lines_conf conf = conf_of(TT_LINES_AUTO);
	struct tt_source source;
	struct tt_err err = {0};
	struct tt_batch *b = tt_batch_new(1 << 20);
	pthread_t waker;
	int ends[2];
	TT_EQ(pipe2(ends, O_CLOEXEC), 0);
	snprintf(path, sizeof(path), "/dev/fd/%d", ends[0]);
	TT_EQ(tt_lines_open(&source, &conf, &test_clock, &err), TT_OK);
	TT_EQ(source.ops->next(source.self, b, 10, 0, &err), TT_OK); /* nothing yet, no waiting */
	TT_EQ(write(ends[1], "one\ntw", 6), 6);
	TT_EQ(source.ops->next(source.self, b, 10, 10, &err), TT_OK);
	TT_EQ(b->n_items, 1);
	TT_EQ(write(ends[1], "o\nthree", 7), 7);
	TT_EQ(source.ops->next(source.self, b, 2, -1, &err), TT_OK); /* full: no longer wait */
	TT_EQ(b->n_items, 2);
	TT_STR_EQ(b->items[1].item.title, TT_STR("two"));
	TT_EQ(pthread_create(&waker, NULL, wake_later, &source), 0);
	TT_EQ(source.ops->next(source.self, b, 10, -1, &err), TT_OK); /* for ever, but for the wake */
	TT_EQ(pthread_join(waker, NULL), 0);
	TT_EQ(b->n_items, 2);
	close(ends[1]);
	TT_EQ(source.ops->next(source.self, b, 10, -1, &err), TT_ECLOSED);
	TT_EQ(b->n_items, 3);
	source.ops->close(source.self);
	close(ends[0]);
	tt_batch_free(b);
}

TT_MAIN(TT_RUN(lines_of_each_kind), TT_RUN(all_fields), TT_RUN(absent_is_absent),
	TT_RUN(a_bad_line_does_not_stop_the_stream), TT_RUN(lines_may_be_too_long),
	TT_RUN(identity_is_of_the_text), TT_RUN(batches_are_bounded), TT_RUN(files_that_cannot_be_read),
	TT_RUN(a_pipe_comes_in_pieces))
