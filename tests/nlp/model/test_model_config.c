/* test_model_config.c - config.json: what is taken, what is refused and with which words. */
#include "tests/tt_test.h"

#include "nlp/model/config.h"

#define WITHOUT_LAYERS                                                                                       \
	"\"model_type\":\"bert\",\"vocab_size\":10,\"max_position_embeddings\":24,\"hidden_size\":8,"        \
	"\"num_attention_heads\":2,\"intermediate_size\":16"
#define BASE   WITHOUT_LAYERS ",\"num_hidden_layers\":2"
#define LABELS ",\"id2label\":{\"0\":\"negative\",\"1\":\"neutral\",\"2\":\"positive\"}"

static int parse(const char *text, struct tt_model_config *c, struct tt_err *err)
{
	return tt_model_config_parse(c, tt_str_c(text), "c", err);
}

TT_TEST(good)
{
	struct tt_model_config c = {0};
	TT_EQ(parse("{" BASE LABELS "}", &c, NULL), TT_OK);
	TT_EQ(c.vocab, 10);
	TT_EQ(c.positions, 24);
	TT_EQ(c.layers, 2);
	TT_EQ(c.hidden, 8);
	TT_EQ(c.heads, 2);
	TT_EQ(c.intermediate, 16);
	TT_EQ(c.types, 2);
	TT_NEAR(c.norm_eps, 1e-12, 1e-18);
	TT_TRUE(c.temperature == 1 && c.entity_temperature == 1);
	TT_EQ(parse("{" BASE LABELS
		    ",\"layer_norm_eps\":1e-5,\"type_vocab_size\":1,\"hidden_act\":\"gelu\",\"num_labels\":3,"
		    "\"position_embedding_type\":\"absolute\",\"is_decoder\":false,\"other\":{\"a\":[null]}}",
		      &c, NULL),
		TT_OK);
	TT_NEAR(c.norm_eps, 1e-5, 1e-9);
	TT_EQ(c.types, 1);
	TT_EQ(parse("{" BASE LABELS ",\"temperature\":1.5,\"entity_temperature\":2}", &c, NULL), TT_OK);
	TT_TRUE(c.temperature == 1.5F && c.entity_temperature == 2);
}

/* The last layer always has its head; exits stand before it. */
TT_TEST(exits)
{
	static const struct {
		const char *text;
		int n_heads, head_layers[4];
		double confidence;
	} rows[] = {
		{"", 1, {2}, 1},
		{",\"exit_layers\":[]", 1, {2}, 1},
		{",\"exit_layers\":[1]", 2, {1, 2}, 1},
		{",\"exit_layers\":[1],\"exit_confidence\":0.34", 2, {1, 2}, 0.34},
		{",\"exit_layers\":[1],\"exit_confidence\":1", 2, {1, 2}, 1},
		{",\"num_hidden_layers\":6,\"exit_layers\":[2,4,5],\"exit_confidence\":0.9", 4, {2, 4, 5, 6},
			0.9},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_model_config c;
		char text[1024];
		snprintf(text, sizeof(text), "{%s%s%s}",
			strstr(rows[i].text, "layers\":6") ? WITHOUT_LAYERS : BASE, LABELS, rows[i].text);
		TT_EQ_ROW((long)i, parse(text, &c, NULL), TT_OK);
		TT_EQ_ROW((long)i, c.n_heads, rows[i].n_heads);
		TT_EQ_ROW((long)i,
			memcmp(c.head_layers, rows[i].head_layers,
				(size_t)c.n_heads * sizeof(*c.head_layers)),
			0);
		TT_NEAR_ROW((long)i, c.exit_confidence, rows[i].confidence, 1e-7);
	}
}

TT_TEST(label_orders)
{
	static const struct {
		const char *labels;
		int negative, neutral, positive;
	} rows[] = {
		{"\"0\":\"positive\",\"1\":\"negative\",\"2\":\"neutral\"", 1, 2, 0}, /* ProsusAI/finbert */
		{"\"0\":\"Neutral\",\"1\":\"Positive\",\"2\":\"Negative\"", 2, 0,
			1}, /* yiyanghkust/finbert-tone */
		{"\"2\":\"NEGATIVE\",\"0\":\"POSITIVE\",\"1\":\"NEUTRAL\"", 2, 1, 0},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_model_config c;
		char text[1024];
		snprintf(text, sizeof(text), "{%s,\"id2label\":{%s}}", BASE, rows[i].labels);
		TT_EQ_ROW((long)i, parse(text, &c, NULL), TT_OK);
		TT_EQ_ROW((long)i, c.row_of[TT_NEGATIVE], rows[i].negative);
		TT_EQ_ROW((long)i, c.row_of[TT_NEUTRAL], rows[i].neutral);
		TT_EQ_ROW((long)i, c.row_of[TT_POSITIVE], rows[i].positive);
	}
}

TT_TEST(refused)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{"", "'c':1:0: '[' or '{' expected near end of file"},
		{"[]", "'c': not a JSON object"},
		{"{\n \"a\": }", "'c':2:7: unexpected token near '}'"},
		{"{\"a\":1,\"a\":2}", "duplicate object key"},
		{"{}", "'c': model_type: only \"bert\" is supported, this is \"(no text)\""},
		{"{\"model_type\":\"roberta\"}",
			"'c': model_type: only \"bert\" is supported, this is \"roberta\""},
		{"{" BASE LABELS ",\"hidden_act\":\"gelu_new\"}",
			"'c': hidden_act: only \"gelu\" is supported, this is \"gelu_new\""},
		{"{" BASE LABELS ",\"position_embedding_type\":\"relative_key\"}",
			"'c': position_embedding_type: only \"absolute\""},
		{"{" BASE LABELS ",\"is_decoder\":true}", "'c': is_decoder: only encoders are supported"},
		{"{\"model_type\":\"bert\",\"vocab_size\":10}", "'c': max_position_embeddings: missing"},
		{"{\"model_type\":\"bert\",\"vocab_size\":0}",
			"'c': vocab_size: not a whole number from 1 to 16777216"},
		{"{\"model_type\":\"bert\",\"vocab_size\":1e3}", "'c': vocab_size: not a whole number"},
		{"{\"model_type\":\"bert\",\"vocab_size\":\"10\"}", "'c': vocab_size: not a whole number"},
		{"{\"model_type\":\"bert\",\"vocab_size\":99999999999}",
			"'c': vocab_size: not a whole number"},
		{"{" BASE LABELS ",\"type_vocab_size\":0}", "'c': type_vocab_size: not a whole number"},
		{"{" BASE LABELS ",\"layer_norm_eps\":-1}", "'c': layer_norm_eps: not a number from 0 to 1"},
		{"{" BASE LABELS ",\"layer_norm_eps\":\"x\"}",
			"'c': layer_norm_eps: not a number from 0 to 1"},
		{"{" BASE "}", "'c': id2label: must name three labels: negative, neutral, positive"},
		{"{" BASE ",\"id2label\":{\"0\":\"negative\",\"1\":\"positive\"}}",
			"'c': id2label: must name three labels"},
		{"{" BASE ",\"id2label\":{\"0\":\"LABEL_0\",\"1\":\"LABEL_1\",\"2\":\"LABEL_2\"}}",
			"'c': id2label.0: must be one of negative, neutral, positive, each once; is "
			"\"LABEL_0\""},
		{"{" BASE ",\"id2label\":{\"0\":\"negative\",\"1\":\"negative\",\"2\":\"positive\"}}",
			"'c': id2label.1: must be one of"},
		{"{" BASE ",\"id2label\":{\"0\":\"negative\",\"00\":\"neutral\",\"2\":\"positive\"}}",
			"'c': id2label: key \"00\" is not one of 0, 1, 2"},
		{"{" BASE ",\"id2label\":{\"0\":\"negative\",\"3\":\"neutral\",\"2\":\"positive\"}}",
			"'c': id2label: key \"3\""},
		{"{" BASE ",\"id2label\":{\"0\":1,\"1\":\"neutral\",\"2\":\"positive\"}}",
			"is \"(no text)\""},
		{"{" BASE LABELS ",\"num_labels\":2}",
			"'c': num_labels: differs from id2label, which names three"},
		{"{" BASE LABELS ",\"temperature\":0}",
			"'c': temperature: not a number from 0.01 to 100"},
		{"{" BASE LABELS ",\"temperature\":-1}", "'c': temperature: not a number"},
		{"{" BASE LABELS ",\"temperature\":\"2\"}", "'c': temperature: not a number"},
		{"{" BASE LABELS ",\"temperature\":null}", "'c': temperature: not a number"},
		{"{" BASE LABELS ",\"temperature\":1e999}", "real number overflow"},
		{"{" BASE LABELS ",\"entity_temperature\":0.009}",
			"'c': entity_temperature: not a number from 0.01 to 100"},
		{"{" BASE LABELS ",\"entity_temperature\":1e30}", "'c': entity_temperature: not a number"},
		{"{" BASE LABELS ",\"exit_layers\":1}",
			"'c': exit_layers: not a list of ascending whole numbers from 1 to below "
			"num_hidden_layers, 2"},
		{"{" BASE LABELS ",\"exit_layers\":[0]}", "'c': exit_layers: not a list of ascending"},
		{"{" BASE LABELS ",\"exit_layers\":[2]}", "'c': exit_layers: not a list of ascending"},
		{"{" BASE LABELS ",\"exit_layers\":[1.0]}", "'c': exit_layers: not a list of ascending"},
		{"{" BASE LABELS ",\"exit_layers\":[\"1\"]}", "'c': exit_layers: not a list of ascending"},
		{"{" WITHOUT_LAYERS LABELS ",\"num_hidden_layers\":6,\"exit_layers\":[4,2]}",
			"'c': exit_layers: not a list of ascending"},
		{"{" WITHOUT_LAYERS LABELS ",\"num_hidden_layers\":6,\"exit_layers\":[2,2]}",
			"'c': exit_layers: not a list of ascending"},
		{"{" BASE LABELS ",\"exit_layers\":[1],\"exit_confidence\":0}",
			"'c': exit_confidence: not a probability above 1/3"},
		{"{" BASE LABELS ",\"exit_layers\":[1],\"exit_confidence\":0.3333333}",
			"'c': exit_confidence: not a probability above 1/3"},
		{"{" BASE LABELS ",\"exit_layers\":[1],\"exit_confidence\":1.01}",
			"'c': exit_confidence: not a probability above 1/3"},
		{"{" BASE LABELS ",\"exit_layers\":[1],\"exit_confidence\":\"0.9\"}",
			"'c': exit_confidence: not a probability above 1/3"},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_model_config c;
		struct tt_err err = {0};
		TT_EQ_ROW((long)i, parse(rows[i].text, &c, &err), TT_EPARSE);
		if (!strstr(err.msg, rows[i].want))
			fail_msg("row %zu: '%s', want '%s'", i, err.msg, rows[i].want);
	}
	struct tt_model_config c;
	struct tt_err err = {0};
	TT_EQ(parse("{\"model_type\":\"bert\",\"vocab_size\":10,\"max_position_embeddings\":24,\"num_hidden_"
		    "layers\":2,"
		    "\"hidden_size\":9,\"num_attention_heads\":2,\"intermediate_size\":16}",
		      &c, &err),
		TT_EPARSE);
	TT_STR_EQ(tt_str_c(err.msg), TT_STR("'c': num_attention_heads: 2 does not divide hidden_size 9"));
}

TT_TEST(files)
{
	struct tt_model_config c;
	struct tt_err err = {0};
	char large[] = "/tmp/tt_large_XXXXXX";
	TT_EQ(tt_model_config_load(&c, "/no/such/file", &err), TT_ENOENT);
	TT_STR_EQ(tt_str_c(err.msg), TT_STR("/no/such/file: No such file or directory"));
	int fd = mkstemp(large);
	TT_EQ(ftruncate(fd, TT_MODEL_CONFIG_MAX + 1), 0);
	close(fd);
	TT_EQ(tt_model_config_load(&c, large, &err), TT_ELIMIT);
	unlink(large);
	TT_EQ(tt_model_config_load(&c, tt_source_path("config/models/minilm-finance/config.json"), NULL),
		TT_OK);
	TT_EQ(c.hidden, 384);
}

TT_MAIN(TT_RUN(good), TT_RUN(label_orders), TT_RUN(exits), TT_RUN(refused), TT_RUN(files))
