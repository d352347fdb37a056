/* golden.c - see golden.h. */
#include "tests/nlp/model/golden.h"

#include <jansson.h>

#include "nlp/model/classify.h"
#include "nlp/token/tokenizer.h"
#include "tests/tt_test.h"

enum { MENTIONS_MAX = 64 };

struct session {
	struct tt_model *model;
	struct tt_classifier *classifier;
	struct tt_tokenizer *tokenizer;
	struct tt_tokens tokens;
	size_t rows, mentions;
};

static void same(long row, const float got[TT_LABELS], json_t *want)
{
	for (size_t l = 0; l < TT_LABELS; l++)
		TT_NEAR_ROW(row, got[l], json_number_value(json_array_get(want, l)), 1e-4);
}

/* The tokens that overlap the code points [start, end). */
static struct tt_token_range range_of(const struct tt_tokens *t, json_t *entity)
{
	const uint32_t start = (uint32_t)json_integer_value(json_object_get(entity, "start"));
	const uint32_t end = (uint32_t)json_integer_value(json_object_get(entity, "end"));
	struct tt_token_range r = {1, 1};
	while (r.begin + 1 < t->n && t->spans[r.begin].end <= start)
		r.begin++;
	for (r.end = r.begin; r.end + 1 < t->n && t->spans[r.end].start < end;)
		r.end++;
	return r;
}

static void check_row(struct session *s, json_t *root)
{
	const char *text = json_string_value(json_object_get(root, "text"));
	json_t *entities = json_object_get(root, "entities");
	struct tt_token_range ranges[MENTIONS_MAX];
	float out[MENTIONS_MAX][TT_LABELS];
	const size_t max = (size_t)tt_model_facts(s->model)->max_tokens;
	TT_EQ(tt_tokenizer_encode(s->tokenizer, tt_str_c(text), max, &s->tokens), TT_OK);
	tt_tokens_to_code_points(&s->tokens, tt_str_c(text));
	struct tt_sequence seq = {.ids = s->tokens.ids,
		.n_ids = s->tokens.n,
		.mentions = ranges,
		.n_mentions = json_array_size(entities),
		.mention_logits = out};
	TT_TRUE(seq.n_mentions <= MENTIONS_MAX);
	for (size_t i = 0; i < seq.n_mentions; i++)
		ranges[i] = range_of(&s->tokens, json_array_get(entities, i));
	TT_EQ(tt_classify(s->classifier, &seq, 1, NULL), TT_OK);
	same((long)s->rows, seq.logits, json_object_get(root, "item_logits"));
	for (size_t i = 0; i < seq.n_mentions; i++)
		same((long)s->rows, out[i], json_object_get(json_array_get(entities, i), "logits"));
	s->rows++;
	s->mentions += seq.n_mentions;
}

void golden_check(const char *model, const char *golden, size_t rows_min, size_t mentions_min)
{
	struct session s = {0};
	json_t *root;
	TT_EQ(tt_model_open(&s.model, model, TT_USE_FP32, NULL), TT_OK);
	TT_EQ(tt_classifier_new(&s.classifier, s.model, 512, NULL), TT_OK);
	TT_EQ(tt_tokenizer_open(&s.tokenizer, model, NULL), TT_OK);
	tt_tokens_init(&s.tokens);
	FILE *f = fopen(golden, "r");
	TT_TRUE(f != NULL);
	for (; (root = json_loadf(f, JSON_DISABLE_EOF_CHECK, NULL)); json_decref(root))
		check_row(&s, root);
	TT_TRUE(s.rows >= rows_min && s.mentions >= mentions_min);
	fclose(f);
	tt_tokens_done(&s.tokens);
	tt_tokenizer_free(s.tokenizer);
	tt_classifier_free(s.classifier);
	tt_model_free(s.model);
}
