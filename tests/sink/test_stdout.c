/* test_stdout.c - JSON Lines: the format, readers that are slow, full or gone, and memory that runs out. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

#include "sink/stdout.h"
#include "tests/tt_test.h"

static struct tt_batch *sample(int items)
{
	static const struct tt_sentiment feeling = {{0.1f, 0.2f, 0.7f}, 0.6f, TT_POSITIVE};
	static const struct tt_str categories[] = {TT_STR("a\"b"), TT_STR("c\xff")};
	static struct tt_entity_score entity = {.symbol = TT_STR("AAPL"),
		.relevance = 0.25f,
		.mentions = 2,
		.in_title = true,
		.mention = TT_STR("Apple")};
	struct tt_batch *b = tt_batch_new(1 << 24);

	entity.sentiment = feeling;
	for (int i = 0; i < items; i++) {
		struct tt_scored *s = tt_batch_add_item(b);
		s->item.id = TT_ID(TT_STR("x"));
		s->item.title = TT_STR("line\nbreak \0 caf\xe9");
		s->item.fetched_ms = 1795003200000;
		s->item.published_ms = 1795003200123;
		s->item.categories = categories;
		s->item.n_categories = 2;
		s->sentiment = feeling;
		s->scored_ms = 1795003201000;
		s->entities = &entity;
		s->n_entities = 1;
	}
	return b;
}

static json_t *read_line(FILE *f)
{
	char line[4096];

	if (!fgets(line, sizeof(line), f))
		return NULL;
	TT_EQ(line[strlen(line) - 1], '\n');
	json_t *o = json_loads(line, JSON_ALLOW_NUL, NULL);
	TT_TRUE(o != NULL);
	return o;
}

TT_TEST(format)
{
	struct tt_batch *b = sample(2);
	struct tt_sink_result r;
	struct tt_sink sink;
	FILE *f = tmpfile();

	b->items[1].unscored = "language";
	*tt_batch_add_dead(b) = (struct tt_dead_letter){
		.stage = "parse", .reason = TT_STR("why"), .payload = TT_STR("\x01\xff"), .at_ms = 0};
	TT_EQ(tt_stdout_open(&sink, fileno(f), NULL), TT_OK);
	TT_EQ(sink.ops->write(sink.self, &b, 1, &r, NULL), TT_OK);
	TT_TRUE(r.items == 2 && r.entities == 2 && r.dead == 1);
	sink.ops->close(sink.self);
	rewind(f);

	json_t *o = read_line(f);
	const char *type, *event, *published, *title, *category, *label, *symbol;
	double score, p_negative, relevance;
	TT_EQ(json_unpack(o, "{s:s, s:s, s:s, s:s, s:[s], s:f, s:s, s:{s:f}, s:n, s:n, s:[{s:s, s:f}]}",
		      "type", &type, "event_at", &event, "published_at", &published, "title", &title,
		      "categories", &category, "score", &score, "label", &label, "p", "negative", &p_negative,
		      "unscored", "url", "entities", "symbol", &symbol, "relevance", &relevance),
		0);
	TT_STR_EQ(tt_str_c(type), TT_STR("item"));
	TT_STR_EQ(tt_str_c(event), TT_STR("2026-11-18T12:00:00Z")); /* the future is clamped */
	TT_STR_EQ(tt_str_c(published), TT_STR("2026-11-18T12:00:00.123Z"));
	TT_STR_EQ(tt_str_c(title), TT_STR("line\nbreak \xef\xbf\xbd caf\xef\xbf\xbd"));
	TT_STR_EQ(tt_str_c(category), TT_STR("a\"b"));
	TT_STR_EQ(tt_str_c(label), TT_STR("positive"));
	TT_STR_EQ(tt_str_c(symbol), TT_STR("AAPL"));
	TT_TRUE(score == 0.6 && p_negative == 0.1 &&
		relevance == 0.25); /* seven digits, as floats have them */
	json_decref(o);
	o = read_line(f);
	const char *unscored;
	TT_EQ(json_unpack(o, "{s:n, s:n, s:n, s:s, s:[{s:n}]}", "score", "label", "p", "unscored", &unscored,
		      "entities", "score"),
		0);
	TT_STR_EQ(tt_str_c(unscored), TT_STR("language"));
	json_decref(o);
	o = read_line(f);
	const char *payload;
	TT_EQ(json_unpack(
		      o, "{s:s, s:s, s:n, s:s}", "type", &type, "at", &event, "source", "payload", &payload),
		0);
	TT_STR_EQ(tt_str_c(type), TT_STR("dead_letter"));
	TT_STR_EQ(tt_str_c(payload), TT_STR("\x01\xef\xbf\xbd"));
	json_decref(o);
	TT_TRUE(read_line(f) == NULL);
	fclose(f);
	tt_batch_free(b);
}

static void *count_lines(void *arg)
{
	FILE *f = arg;
	size_t lines = 0;
	json_t *o;

	for (; (o = read_line(f)); lines++)
		json_decref(o);
	fclose(f);
	return (void *)lines;
}

/* A pipe takes 64 KiB at a time, and here never blocks. */
TT_TEST(slow_reader)
{
	struct tt_batch *b = sample(2000);
	struct tt_sink_result r;
	struct tt_sink sink;
	pthread_t reader;
	void *lines;
	int fd[2];

	TT_EQ(pipe2(fd, O_CLOEXEC), 0);
	fcntl(fd[1], F_SETFL, O_NONBLOCK);
	pthread_create(&reader, NULL, count_lines, fdopen(fd[0], "r"));
	TT_EQ(tt_stdout_open(&sink, fd[1], NULL), TT_OK);
	TT_EQ(sink.ops->write(sink.self, &b, 1, &r, NULL), TT_OK);
	sink.ops->close(sink.self);
	close(fd[1]);
	pthread_join(reader, &lines);
	TT_EQ((size_t)lines, 2000);
	tt_batch_free(b);
}

TT_TEST(reader_gone)
{
	struct tt_batch *b = sample(1);
	struct tt_sink_result r;
	struct tt_sink sink;
	struct tt_err err;
	int fd[2];

	signal(SIGPIPE, SIG_IGN);
	TT_EQ(pipe2(fd, O_CLOEXEC), 0);
	close(fd[0]);
	TT_EQ(tt_stdout_open(&sink, fd[1], NULL), TT_OK);
	TT_EQ(sink.ops->write(sink.self, &b, 1, &r, &err), TT_ECLOSED);
	sink.ops->close(sink.self);
	close(fd[1]);
	tt_batch_free(b);
}

/* A file that may not grow takes a part; the same write, when it may, adds the rest and nothing twice. */
TT_TEST(disk_full)
{
	struct tt_batch *b = sample(100), *other = sample(1);
	struct rlimit limit, small;
	struct tt_sink_result r;
	struct tt_sink sink;
	FILE *f = tmpfile();

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &limit);
	small = limit;
	small.rlim_cur = 10000;
	TT_EQ(tt_stdout_open(&sink, fileno(f), NULL), TT_OK);
	setrlimit(RLIMIT_FSIZE, &small);
	TT_EQ(sink.ops->write(sink.self, &b, 1, &r, NULL), TT_EIO);
	TT_EQ(sink.ops->write(sink.self, &b, 1, &r, NULL), TT_EIO);
	setrlimit(RLIMIT_FSIZE, &limit);
	TT_EQ(sink.ops->write(sink.self, &b, 1, &r, NULL), TT_OK);
	TT_EQ(r.items, 100);
	TT_EQ(sink.ops->write(sink.self, &other, 1, &r, NULL), TT_OK);
	sink.ops->close(sink.self);
	rewind(f);
	TT_EQ((size_t)count_lines(f), 101);
	tt_batch_free(b);
	tt_batch_free(other);
}

TT_MAIN(TT_RUN(format), TT_RUN(slow_reader), TT_RUN(reader_gone), TT_RUN(disk_full))
