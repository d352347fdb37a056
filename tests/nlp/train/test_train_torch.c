/* test_train_torch.c - losses, gradients and weights after three steps against PyTorch's (make_golden.py). */
#include "tests/tt_test.h"

#include <jansson.h>
#include <math.h>

#include "nlp/model/safetensors.h"
#include "nlp/train/model/trainer_parts.h"
#include "tests/nlp/train/fixture.h"

static const char *golden_path(const char *file)
{
	static char rel[128];
	snprintf(rel, sizeof(rel), "tests/nlp/train/golden/%s", file);
	return tt_source_path(rel);
}

static json_t *golden(const char *file)
{
	json_t *root = json_load_file(golden_path(file), 0, NULL);
	TT_TRUE(root != NULL);
	return root;
}

static double number(json_t *o, const char *key)
{
	TT_TRUE(json_is_number(json_object_get(o, key)));
	return json_number_value(json_object_get(o, key));
}

static size_t count(json_t *o, const char *key)
{
	return (size_t)number(o, key);
}

static struct tt_train_options read_options(json_t *o)
{
	struct tt_train_options t = tiny_options();
	t.hidden_dropout = t.attention_dropout = 0;
	t.steps = (int64_t)count(o, "steps");
	t.warm_up = (int64_t)count(o, "warm_up");
	t.rate = number(o, "rate");
	t.layer_decay = number(o, "layer_decay");
	t.weight_decay = number(o, "weight_decay");
	t.clip = number(o, "clip");
	t.item = number(o, "item");
	t.entity = number(o, "entity");
	t.loss.smoothing = number(o, "smoothing");
	for (size_t i = 0; i < TT_LABELS; i++)
		t.loss.class_weight[i] =
			json_number_value(json_array_get(json_object_get(o, "class_weight"), i));
	return t;
}

static struct tt_train_mention mentions[EXAMPLES_MAX][8];

static struct tt_target read_target(json_t *row)
{
	json_t *label = json_object_get(row, "label");
	return (struct tt_target){label ? (int)json_integer_value(label) : TT_NO_LABEL, NULL};
}

static void read_examples(struct examples *x, json_t *rows)
{
	memset(x, 0, sizeof(*x));
	TT_TRUE(json_array_size(rows) <= EXAMPLES_MAX);
	for (size_t i = 0; i < json_array_size(rows); i++) {
		json_t *r = json_array_get(rows, i), *ids = json_object_get(r, "ids"),
		       *of = json_object_get(r, "mentions");
		struct tt_train_example *e = &x->of[i];
		*e = (struct tt_train_example){x->ids[i], json_array_size(ids), read_target(r), mentions[i],
			json_array_size(of), NULL};
		for (size_t k = 0; k < e->n_ids; k++)
			x->ids[i][k] = (int32_t)json_integer_value(json_array_get(ids, k));
		for (size_t m = 0; m < e->n_mentions; m++) {
			json_t *mention = json_array_get(of, m);
			mentions[i][m] = (struct tt_train_mention){
				count(mention, "begin"), count(mention, "end"), read_target(mention)};
		}
	}
	x->batch = (struct tt_train_batch){x->of, json_array_size(rows)};
}

static struct tt_tensors *golden_tensors(const char *file)
{
	struct tt_tensors *st = NULL;
	TT_EQ(tt_tensors_open_file(&st, tt_safetensors_read, golden_path(file), NULL), TT_OK);
	return st;
}

static const struct tt_tensor *find(const struct tt_tensors *st, const char *set, const char *name)
{
	char full[TT_TENSOR_NAME_MAX * 2];
	const struct tt_tensor *found;
	snprintf(full, sizeof(full), "%s%s", set, name);
	if (*set && !(found = tt_tensors_find(st, full)))
		snprintf(full, sizeof(full), "%sbert.%s", set, name);
	return tt_tensors_find(st, full);
}

/* Every tensor of block is near the file's, by the largest of its numbers: of all that the file has below
 * `set`, which are so many; 0: all. */
static void check_block(const struct tt_layout *l, const float *block, const char *file, const char *set,
	size_t n_there, double tolerance)
{
	struct tt_tensors *st = golden_tensors(file);
	size_t n = 0;
	for (size_t i = 0; i < l->n_tensors; i++) {
		const struct tt_train_tensor *t = &l->tensors[i];
		const struct tt_tensor *want = find(st, set, t->name);
		if (!want && n_there)
			continue;
		TT_TRUE(want && want->count == t->count && want->dtype == TT_F32);
		n++;
		double top = 1e-3;
		float x;
		if (strstr(t->name, "key.bias")) /* softmax does not see it: its gradient is noise around 0 */
			continue;
		for (size_t k = 0; k < t->count; k++) {
			memcpy(&x, want->data + 4 * k, 4);
			top = fmax(top, fabs((double)x));
		}
		for (size_t k = 0; k < t->count; k++) {
			memcpy(&x, want->data + 4 * k, 4);
			if (!(fabs((double)(x - block[t->at + k])) <= tolerance * top))
				print_error("%s: number %zu\n", t->name, k);
			TT_NEAR_ROW((long)i, block[t->at + k], x, tolerance * top);
		}
	}
	TT_EQ(n, n_there ? n_there : l->n_tensors);
	tt_tensors_free(st);
}

TT_TEST(as_pytorch)
{
	struct examples x;
	struct tt_train_report r;
	json_t *root = golden("batch.json"), *losses = json_object_get(root, "losses");
	const struct tt_train_options o = read_options(json_object_get(root, "options"));
	struct tt_params *p = tiny_params("two-heads");
	struct tt_trainer *t = tiny_trainer(p, &o);
	read_examples(&x, json_object_get(root, "examples"));
	TT_EQ(tt_trainer_accumulate(t, &x.batch, 1, &r, NULL), TT_OK);
	check_block(&p->layout, t->gradients, "gradients.safetensors", "", 0, 2e-5);
	memset(t->gradients, 0, p->layout.n * sizeof(float));
	for (size_t i = 0; i < json_array_size(losses); i++) {
		TT_EQ(tt_trainer_step(t, &x.batch, 1, &r, NULL), TT_OK);
		json_t *want = json_array_get(losses, i);
		TT_NEAR_ROW((long)i, r.item.loss / r.item.weight, json_number_value(json_array_get(want, 0)),
			3e-5);
		TT_NEAR_ROW((long)i, r.entity.loss / r.entity.weight,
			json_number_value(json_array_get(want, 1)), 3e-5);
	}
	check_block(&p->layout, p->values, "after.safetensors", "", 0, 5e-5);
	tt_trainer_free(t);
	tt_params_free(p);
	json_decref(root);
}

/* The head for words of Hugging Face's BertForMaskedLM, alone. */
TT_TEST(words_as_pytorch)
{
	static int32_t words[EXAMPLES_MAX][EXAMPLE_IDS];
	struct examples x;
	struct tt_train_report r;
	json_t *root = golden("words.json"), *batch = golden("batch.json"),
	       *rows = json_object_get(root, "examples"), *losses = json_object_get(root, "losses");
	struct tt_train_options o = read_options(json_object_get(batch, "options"));
	struct tt_params *p = tiny_params_with("two-heads", &(struct tt_params_options){.words = true});
	struct tt_tensors *st = golden_tensors("words.safetensors");
	const struct tt_layout *l = &p->layout;
	o.item = o.entity = 0;
	struct tt_trainer *t = tiny_trainer(p, &o);
	read_examples(&x, rows);
	for (size_t i = 0; i < x.batch.n; i++) {
		x.of[i].words = words[i];
		for (size_t k = 0; k < x.of[i].n_ids; k++)
			words[i][k] = (int32_t)json_integer_value(
				json_array_get(json_object_get(json_array_get(rows, i), "words"), k));
	}
	for (size_t i = 0; i < l->n_tensors; i++)
		if (l->tensors[i].objective == TT_OF_WORDS)
			memcpy(p->values + l->tensors[i].at, find(st, "start.", l->tensors[i].name)->data,
				l->tensors[i].count * sizeof(float));
	TT_EQ(tt_trainer_accumulate(t, &x.batch, 1, &r, NULL), TT_OK);
	check_block(l, t->gradients, "words.safetensors", "gradient.", 14, 2e-5);
	memset(t->gradients, 0, l->n * sizeof(float));
	for (size_t i = 0; i < json_array_size(losses); i++) {
		TT_EQ(tt_trainer_step(t, &x.batch, 1, &r, NULL), TT_OK);
		TT_NEAR_ROW((long)i, r.loss, json_number_value(json_array_get(losses, i)), 3e-5);
		TT_EQ(r.word.weight, 22);
	}
	check_block(l, p->values, "words.safetensors", "after.", 14, 5e-5);
	tt_tensors_free(st);
	tt_trainer_free(t);
	tt_params_free(p);
	json_decref(root);
	json_decref(batch);
}

TT_MAIN(TT_RUN(as_pytorch), TT_RUN(words_as_pytorch))
