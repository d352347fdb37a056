/* test_train_torch.c - losses, gradients and weights after three steps against PyTorch's (make_golden.py). */
#include "tests/tt_test.h"

#include <jansson.h>
#include <math.h>

#include "nlp/model/safetensors.h"
#include "nlp/train/model/trainer_parts.h"
#include "tests/nlp/train/fixture.h"

static json_t *golden(void)
{
	json_t *root = json_load_file(tt_source_path("tests/nlp/train/golden/batch.json"), 0, NULL);
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

static void read_examples(struct examples *x, json_t *rows)
{
	memset(x, 0, sizeof(*x));
	TT_TRUE(json_array_size(rows) <= EXAMPLES_MAX);
	for (size_t i = 0; i < json_array_size(rows); i++) {
		json_t *r = json_array_get(rows, i), *ids = json_object_get(r, "ids"),
		       *of = json_object_get(r, "mentions");
		struct tt_train_example *e = &x->of[i];
		*e = (struct tt_train_example){x->ids[i], json_array_size(ids),
			{(int)number(r, "label"), NULL}, mentions[i], json_array_size(of)};
		for (size_t k = 0; k < e->n_ids; k++)
			x->ids[i][k] = (int32_t)json_integer_value(json_array_get(ids, k));
		for (size_t m = 0; m < e->n_mentions; m++) {
			json_t *mention = json_array_get(of, m);
			mentions[i][m] = (struct tt_train_mention){count(mention, "begin"),
				count(mention, "end"), {(int)number(mention, "label"), NULL}};
		}
	}
	x->batch = (struct tt_train_batch){x->of, json_array_size(rows)};
}

/* Every tensor of block is near the file's, by the largest of its numbers. */
static void check_block(const struct tt_layout *l, const float *block, const char *file, double tolerance)
{
	char rel[128];
	struct tt_tensors *st = NULL;
	snprintf(rel, sizeof(rel), "tests/nlp/train/golden/%s", file);
	TT_EQ(tt_tensors_open_file(&st, tt_safetensors_read, tt_source_path(rel), NULL), TT_OK);
	for (size_t i = 0; i < l->n_tensors; i++) {
		const struct tt_train_tensor *t = &l->tensors[i];
		const struct tt_tensor *want = tt_tensors_find(st, t->name);
		TT_TRUE(want && want->count == t->count && want->dtype == TT_F32);
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
	tt_tensors_free(st);
}

TT_TEST(as_pytorch)
{
	struct examples x;
	struct tt_train_report r;
	json_t *root = golden(), *losses = json_object_get(root, "losses");
	const struct tt_train_options o = read_options(json_object_get(root, "options"));
	struct tt_params *p = tiny_params("two-heads");
	struct tt_trainer *t = tiny_trainer(p, &o);
	read_examples(&x, json_object_get(root, "examples"));
	TT_EQ(tt_trainer_accumulate(t, &x.batch, 1, &r, NULL), TT_OK);
	check_block(&p->layout, t->gradients, "gradients.safetensors", 2e-5);
	memset(t->gradients, 0, p->layout.n * sizeof(float));
	for (size_t i = 0; i < json_array_size(losses); i++) {
		TT_EQ(tt_trainer_step(t, &x.batch, 1, &r, NULL), TT_OK);
		json_t *want = json_array_get(losses, i);
		TT_NEAR_ROW((long)i, r.item.loss / r.item.weight, json_number_value(json_array_get(want, 0)),
			3e-5);
		TT_NEAR_ROW((long)i, r.entity.loss / r.entity.weight,
			json_number_value(json_array_get(want, 1)), 3e-5);
	}
	check_block(&p->layout, p->values, "after.safetensors", 5e-5);
	tt_trainer_free(t);
	tt_params_free(p);
	json_decref(root);
}

TT_MAIN(TT_RUN(as_pytorch))
