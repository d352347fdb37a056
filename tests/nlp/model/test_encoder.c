/* test_encoder.c - sequences that leave the pack between layers change nothing for those that stay: to the
 * last bit. */
#include "tests/tt_test.h"

#include "nlp/model/encoder.h"
#include "nlp/model/model.h"
#include "tests/nlp/model/rows.h"

enum { SEQS = 4, ROOM = 24 };

/* Four sequences of 7, 5, 9 and 1 tokens. */
static const size_t begins[SEQS + 1] = {0, 7, 12, 21, 22};
static int32_t ids[22];

static struct tt_encoder *begin(const struct tt_model *m)
{
	struct tt_encoder *e = tt_encoder_new(&m->weights, &m->config, ROOM);
	const struct tt_pack pack = {ids, TT_LEN(ids), begins, SEQS};
	TT_TRUE(e != NULL);
	tt_encoder_begin(e, &pack);
	tt_encoder_step(e);
	return e;
}

TT_TEST(who_leaves_changes_nothing)
{
	struct tt_model *m = tiny_open("two-heads", TT_USE_FP32); /* two layers: one step, and the last */
	const size_t C = (size_t)m->config.hidden;
	for (size_t i = 0; i < TT_LEN(ids); i++)
		ids[i] = 4 + (int32_t)(i * 7 % 30);
	struct tt_encoder *all = begin(m);
	const float *want = tt_encoder_finish(all, begins, SEQS);
	for (unsigned stay = 1; stay < 1u << SEQS; stay++) {
		struct tt_encoder *e = begin(m);
		bool keep[SEQS];
		size_t rows[SEQS], of[SEQS], n = 0, at = 0;
		for (size_t s = 0; s < SEQS; s++) {
			keep[s] = stay >> s & 1;
			if (!keep[s])
				continue;
			of[n] = s;
			rows[n++] = at;
			at += begins[s + 1] - begins[s];
		}
		tt_encoder_keep(e, keep);
		const float *got = tt_encoder_finish(e, rows, n);
		for (size_t i = 0; i < n; i++)
			TT_EQ_ROW((long)stay,
				memcmp(got + i * tt_encoder_stride(e), want + of[i] * tt_encoder_stride(all),
					C * sizeof(float)),
				0);
		tt_encoder_free(e);
	}
	tt_encoder_free(all);
	tt_model_free(m);
}

TT_MAIN(TT_RUN(who_leaves_changes_nothing))
