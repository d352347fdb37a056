/* test_prune.c - a tiny model without some of its word pieces: texts that do not need them are answered to
 * the bit as before, the others by smaller pieces; what is damaged or in the way is refused. */
#include <unistd.h>

#include "common/file.h"
#include "nlp/train/prune/prune.h"
#include "tests/fault.h"
#include "tests/nlp/model/rows.h"
#include "tests/tt_test.h"

enum { PIECES = 37 };

static char to[] = "/tmp/test_prune.XXXXXX";
static const char *const gone[] = {"falls", "weak", "apple"};
static struct row before[ROWS_MAX], after[ROWS_MAX];

static const char *from(void)
{
	return tt_source_path("tests/nlp/model/tiny/two-heads");
}

static const char *in_folder(const char *name)
{
	static char path[128];
	snprintf(path, sizeof(path), "%s/%s", to, name);
	return path;
}

static void choose(const struct tt_tokenizer *t, uint8_t keep[PIECES])
{
	memset(keep, 0, PIECES);
	tt_prune_keep_basic(t, keep);
	for (int32_t id = 0; id < PIECES; id++)
		keep[id] |= tt_tokenizer_token(t, id).n > 1;
	for (int32_t id = 0; id < PIECES; id++)
		for (size_t g = 0; g < TT_LEN(gone); g++)
			if (tt_str_eq(tt_tokenizer_token(t, id), tt_str_c(gone[g])))
				keep[id] = 0;
}

static int prune(struct tt_err *err)
{
	struct tt_tokenizer *t = NULL;
	uint8_t keep[PIECES];
	int rc = tt_tokenizer_open(&t, from(), err);
	if (rc < 0)
		return rc;
	TT_EQ(tt_tokenizer_vocab_size(t), PIECES);
	choose(t, keep);
	rc = tt_prune(from(), to, t, keep, err);
	tt_tokenizer_free(t);
	return rc;
}

TT_TEST(basic_pieces)
{
	struct tt_tokenizer *t = NULL;
	uint8_t keep[PIECES] = {0};
	struct tt_buf got;
	TT_EQ(tt_tokenizer_open(&t, from(), NULL), TT_OK);
	tt_prune_keep_basic(t, keep);
	tt_buf_init(&got, 1000);
	for (int32_t id = 0; id < PIECES; id++)
		if (keep[id])
			tt_buf_printf(&got, "%.*s ", TT_FMT(tt_tokenizer_token(t, id)));
	TT_STR_EQ(tt_buf_view(&got), TT_STR("[PAD] [UNK] [CLS] [SEP] a . , $ % q ##1 ##2 ##s "));
	tt_buf_done(&got);
	tt_tokenizer_free(t);
}

/* The row's ids in the new vocabulary; false when it needs a piece that is gone. */
static bool move(
	const struct tt_tokenizer *old, const struct tt_tokenizer *t, const struct row *row, struct row *ret)
{
	*ret = *row;
	for (size_t i = 0; i < row->n_ids; i++) {
		const struct tt_str piece = tt_tokenizer_token(old, row->ids[i]);
		int32_t id = 0;
		while ((size_t)id < tt_tokenizer_vocab_size(t) &&
			!tt_str_eq(tt_tokenizer_token(t, id), piece))
			id++;
		if ((size_t)id == tt_tokenizer_vocab_size(t))
			return false;
		ret->ids[i] = id;
	}
	return true;
}

static void answer(const char *dir, struct row *row)
{
	struct tt_model *m = NULL;
	struct tt_classifier *c = NULL;
	struct tt_sequence s = row_sequence(row);
	TT_EQ(tt_model_open(&m, dir, TT_USE_FP32, NULL), TT_OK);
	TT_EQ(tt_classifier_new(&c, m, 0, NULL), TT_OK);
	TT_EQ(tt_classify(c, &s, 1, NULL), TT_OK);
	memcpy(row->item, s.logits, sizeof(row->item));
	tt_classifier_free(c);
	tt_model_free(m);
}

TT_TEST(the_rest_is_as_before)
{
	struct tt_tokenizer *old = NULL, *t = NULL;
	struct tt_err err = {0};
	size_t moved = 0;
	TT_EQ(prune(&err), TT_OK);
	TT_EQ(tt_tokenizer_open(&old, from(), NULL), TT_OK);
	TT_EQ(tt_tokenizer_open(&t, to, NULL), TT_OK);
	TT_EQ(tt_tokenizer_vocab_size(t), PIECES - TT_LEN(gone));
	const size_t n = rows_read("two-heads", before);
	for (size_t i = 0; i < n; i++) {
		if (!move(old, t, &before[i], &after[i]))
			continue;
		answer(from(), &before[i]);
		answer(to, &after[i]);
		TT_EQ_ROW((long)i, memcmp(before[i].item, after[i].item, sizeof(after[i].item)), 0);
		TT_EQ_ROW((long)i, memcmp(before[i].got, after[i].got, sizeof(after[i].got)), 0);
		moved++;
	}
	TT_TRUE(moved > 3 && moved < n);
	tt_tokenizer_free(t);
	tt_tokenizer_free(old);
}

TT_TEST(refused)
{
	struct tt_tokenizer *t = NULL;
	struct tt_err err = {0};
	uint8_t keep[PIECES];
	TT_EQ(tt_tokenizer_open(&t, from(), NULL), TT_OK);
	choose(t, keep);
	TT_EQ(tt_prune(from(), from(), t, keep, &err), TT_EUSAGE);
	TT_TRUE(strstr(err.msg, "is the model's own folder") != NULL);
	TT_EQ(tt_prune(from(), "/no/such/folder", t, keep, &err), TT_ENOENT);
	TT_EQ(tt_prune("/no/such/folder", to, t, keep, &err), TT_ENOENT);
	TT_TRUE(strstr(err.msg, "/no/such/folder") != NULL);
	tt_tokenizer_free(t);
}

TT_TEST(survives_oom)
{
	int n, rc = TT_ENOMEM;
	prune(NULL); /* what libraries keep */
	const long live = tt_alloc_live();
	for (n = 0; n < 300 && rc == TT_ENOMEM; n++) {
		tt_fault_alloc_after(n);
		rc = prune(NULL);
		tt_fault_off();
		TT_EQ_ROW(n, tt_alloc_live(), live);
	}
	TT_EQ(rc, TT_OK);
	TT_TRUE(n > 10);
}

static int set_up(void **state)
{
	(void)state;
	return mkdtemp(to) ? 0 : -1;
}

static int tear_down(void **state)
{
	static const char *const names[] = {"config.json", "vocab.txt", "model.safetensors"};
	(void)state;
	for (size_t i = 0; i < TT_LEN(names); i++)
		unlink(in_folder(names[i]));
	return rmdir(to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TT_RUN(basic_pieces), TT_RUN(the_rest_is_as_before), TT_RUN(refused), TT_RUN(survives_oom)};
	return cmocka_run_group_tests(tests, set_up, tear_down) ? 1 : 0;
}
