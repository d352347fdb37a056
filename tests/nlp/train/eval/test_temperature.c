/* test_temperature.c - temperatures stored in a model's folder: the rest of config.json stays, the engine
 * divides its logits by them, early exits and windows included, and the model is another one. The models are
 * make_tiny.py's and make_exits.py's, linked into a folder of their own. */
#include <jansson.h>
#include <unistd.h>

#include "common/file.h"
#include "nlp/model/windows.h"
#include "nlp/model/settings.h"
#include "nlp/train/eval/store.h"
#include "tests/nlp/model/rows.h"
#include "tests/tt_test.h"

static char dir[64];
static struct row rows[ROWS_MAX];
static size_t n_rows;

static const char *path_of(const char *file)
{
	static char path[128];
	snprintf(path, sizeof(path), "%s/%s", dir, file);
	return path;
}

static json_t *config_of(const char *folder)
{
	char path[4200];
	snprintf(path, sizeof(path), "%s/config.json", folder);
	json_t *root = json_load_file(path, 0, NULL);
	TT_TRUE(root != NULL);
	return root;
}

/* The folder becomes a copy of a tiny model's. */
static const char *take(const char *name)
{
	static char from[4096];
	char cwd[4096], rel[256], weights[8400];
	snprintf(rel, sizeof(rel), "tests/nlp/model/tiny/%s", name);
	snprintf(from, sizeof(from), "%s", tt_source_path(rel));
	snprintf(weights, sizeof(weights), "%s/%s/model.safetensors",
		from[0] == '/' ? "" : getcwd(cwd, sizeof(cwd)), from);
	unlink(path_of("model.safetensors"));
	TT_EQ(symlink(weights, path_of("model.safetensors")), 0);
	json_t *root = config_of(from);
	TT_EQ(json_dump_file(root, path_of("config.json"), JSON_INDENT(1)), 0);
	json_decref(root);
	return from;
}

static int setup(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/test_temperature.XXXXXX");
	TT_TRUE(mkdtemp(dir) != NULL);
	n_rows = rows_read("two-heads", rows);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(path_of("config.json"));
	unlink(path_of("model.safetensors"));
	return rmdir(dir);
}

static struct tt_model *open_there(void)
{
	struct tt_model *m = NULL;
	struct tt_err err = {0};
	if (tt_model_open(&m, dir, TT_USE_FP32, &err) < 0)
		fail_msg("%s", err.msg);
	return m;
}

static void read_with(const struct tt_model *m, struct tt_sequence *s)
{
	struct tt_classifier *c = NULL;
	TT_EQ(tt_classifier_new(&c, m, 0, NULL), TT_OK);
	TT_EQ(tt_classify(c, s, 1, NULL), TT_OK);
	tt_classifier_free(c);
}

TT_TEST(the_rest_of_the_file_stays)
{
	json_t *before = config_of(take("two-heads"));
	json_object_set_new(before, "odd", json_real(0.1234567890123456789));
	json_object_set_new(before, "name", json_string("é \"x\""));
	TT_EQ(json_dump_file(before, path_of("config.json"), 0), 0);
	TT_EQ(tt_temperature_store(dir, 1.5, 0, NULL), TT_OK);
	TT_EQ(tt_temperature_store(dir, 0, 0.5, NULL), TT_OK);
	TT_EQ(tt_temperature_store(dir, 1.25, 0, NULL), TT_OK);
	json_t *after = config_of(dir);
	TT_NEAR(json_number_value(json_object_get(after, "temperature")), 1.25, 0);
	TT_NEAR(json_number_value(json_object_get(after, "entity_temperature")), 0.5, 0);
	json_object_del(after, "temperature");
	json_object_del(after, "entity_temperature");
	TT_TRUE(json_equal(before, after));
	json_decref(before);
	json_decref(after);
}

TT_TEST(refused)
{
	struct tt_err err = {0};
	const char *bad = "{\"model_type\": \"bert\"}";
	take("two-heads");
	json_t *before = config_of(dir);
	TT_EQ(tt_temperature_store(dir, 1000, 0, &err), TT_EPARSE);
	TT_TRUE(strstr(err.msg, "config.json': temperature: not a number from 0.01 to 100") != NULL);
	json_t *after = config_of(dir);
	TT_TRUE(json_equal(before, after));
	json_decref(before);
	json_decref(after);
	TT_EQ(tt_file_write(path_of("config.json"), tt_str_c(bad), NULL), TT_OK);
	TT_EQ(tt_temperature_store(dir, 2, 0, &err), TT_EPARSE);
	TT_EQ(tt_temperature_store("/nonexistent", 2, 0, &err), TT_ENOENT);
	TT_TRUE(strstr(err.msg, "/nonexistent/config.json") != NULL);
}

TT_TEST(logits_are_divided)
{
	take("two-heads");
	struct tt_model *before = open_there();
	struct tt_id was, is;
	TT_EQ(tt_model_identity(dir, tt_model_facts(before)->hash, &was, NULL), TT_OK);
	TT_EQ(tt_temperature_store(dir, 2, 0.5, NULL), TT_OK);
	struct tt_model *after = open_there();
	TT_NEAR(tt_model_facts(after)->temperature, 2, 0);
	TT_NEAR(tt_model_facts(after)->entity_temperature, 0.5, 0);
	TT_EQ(tt_model_identity(dir, tt_model_facts(after)->hash, &is, NULL), TT_OK);
	TT_TRUE(!tt_id_eq(was, is)); /* another model */
	for (size_t i = 0; i < n_rows; i++) {
		static struct row copy;
		copy = rows[i];
		struct tt_sequence a = row_sequence(&rows[i]), b = row_sequence(&copy);
		const bool windows = a.n_ids > (size_t)tt_model_facts(after)->max_tokens;
		read_with(before, &a);
		read_with(after, &b);
		for (int l = 0; l < TT_LABELS && !windows; l++)
			TT_NEAR_ROW((long)i, b.logits[l], a.logits[l] / 2, 0);
		for (size_t k = 0; k < a.n_mentions; k++) {
			const struct tt_token_range *r = &a.mentions[k];
			const bool read = r->begin >= 1 && r->begin < r->end && r->end <= a.n_ids - 1;
			for (int l = 0; l < TT_LABELS && (read || !windows); l++)
				TT_NEAR_ROW((long)i, b.mention_logits[k][l],
					a.mention_logits[k][l] * (read ? 2 : 0.5F), 0);
		}
	}
	tt_model_free(before);
	tt_model_free(after);
}

/* Windows are weighed by what they say calibrated. */
TT_TEST(windows)
{
	enum { WINDOW = 24 };
	size_t seen = 0;
	take("two-heads");
	TT_EQ(tt_temperature_store(dir, 4, 0, NULL), TT_OK);
	struct tt_model *m = open_there();
	for (size_t i = 0; i < n_rows; i++) {
		const size_t of = tt_windows(rows[i].n_ids, WINDOW);
		double p[TT_LABELS] = {0}, weight = 0;
		struct tt_sequence whole = {.ids = rows[i].ids, .n_ids = rows[i].n_ids};
		struct tt_sentiment s;
		for (size_t w = 0; of > 1 && w < of; w++) {
			const struct tt_window piece = tt_window_at(rows[i].n_ids, WINDOW, w);
			const size_t n = piece.end - piece.begin;
			int32_t ids[WINDOW] = {rows[i].ids[0]};
			struct tt_sequence part = {.ids = ids, .n_ids = n + 2};
			memcpy(ids + 1, rows[i].ids + piece.begin, n * sizeof(*ids));
			ids[n + 1] = rows[i].ids[rows[i].n_ids - 1];
			read_with(m, &part);
			tt_sentiment_of(part.logits, &s);
			for (int l = 0; l < TT_LABELS; l++)
				p[l] += (double)n * (double)s.p[l];
			weight += (double)n;
		}
		if (of == 1)
			continue;
		seen++;
		read_with(m, &whole);
		tt_sentiment_of(whole.logits, &s);
		for (int l = 0; l < TT_LABELS; l++)
			TT_NEAR_ROW((long)i, s.p[l], p[l] / weight, 1e-6);
	}
	TT_TRUE(seen > 0);
	tt_model_free(m);
}

/* A model that is less sure of itself lets fewer leave; one that is surer lets more. */
TT_TEST(exits)
{
	static const double temperatures[] = {0.2, 1, 5};
	int layers[TT_LEN(temperatures)] = {0};
	for (size_t i = 0; i < TT_LEN(temperatures); i++) {
		take("exits");
		TT_EQ(tt_temperature_store(dir, temperatures[i], temperatures[i], NULL), TT_OK);
		struct tt_model *m = open_there();
		tt_model_exit_at(m, 0);
		for (size_t r = 0; r < n_rows; r++) {
			struct tt_sequence s = row_sequence(&rows[r]);
			read_with(m, &s);
			layers[i] += s.layers;
		}
		tt_model_free(m);
	}
	TT_TRUE(layers[0] < layers[1] && layers[1] < layers[2]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TT_RUN(the_rest_of_the_file_stays), TT_RUN(refused),
		TT_RUN(logits_are_divided), TT_RUN(windows), TT_RUN(exits)};
	return cmocka_run_group_tests(tests, setup, teardown) ? 1 : 0;
}
