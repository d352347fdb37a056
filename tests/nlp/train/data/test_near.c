/* test_near.c - the near-duplicates found are all there are: those of the index against every pair compared.
 */
#include "nlp/story/sketch.h"
#include "nlp/train/data/near.h"
#include "tests/nlp/train/data/rows.h"

static uint32_t random_below(uint32_t *seed, uint32_t n)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % n;
}

static void random_text(uint32_t *seed, char out[200])
{
	static const char *const words[] = {"apple", "ford", "bank", "profit", "revenue", "guidance", "stake",
		"merger", "lawsuit", "chip", "oil", "loan", "phone", "truck", "cloud", "retail", "airline",
		"drug", "steel", "hotel"};
	size_t n = 0, count = 1 + random_below(seed, 7);
	out[0] = '\0';
	for (size_t i = 0; i < count; i++)
		n += (size_t)snprintf(out + n, 200 - n, "%s ", words[random_below(seed, TT_LEN(words))]);
}

struct pairs {
	const struct tt_dataset *d;
	double similarity;
	bool seen[200][200];
	size_t n;
};

static int visit(void *ctx, size_t a, size_t b, double similarity)
{
	struct pairs *p = ctx;
	TT_TRUE(a < b && !p->seen[a][b] && similarity >= p->similarity);
	TT_NEAR(similarity, tt_sketch_similarity(p->d->classes[a].sketch, p->d->classes[b].sketch), 0);
	p->seen[a][b] = true;
	p->n++;
	return TT_OK;
}

TT_TEST(every_pair)
{
	static const double thresholds[] = {0.3, 0.5, 0.8, 1};
	static struct pairs p;
	struct tt_dataset d;
	char text[200];
	uint32_t seed = 7;
	tt_dataset_init(&d, 1 << 26);
	new_file(&d, "a");
	for (int i = 0; i < 200; i++) {
		random_text(&seed, text);
		TT_EQ(add_text(&d, 0, 0, text), TT_OK);
	}
	for (size_t t = 0; t < TT_LEN(thresholds); t++) {
		size_t want = 0;
		p = (struct pairs){.d = &d, .similarity = thresholds[t]};
		TT_EQ(tt_near_pairs(&d, p.similarity, visit, &p), TT_OK);
		for (size_t a = 0; a < d.n_classes; a++)
			for (size_t b = a + 1; b < d.n_classes; b++)
				want += tt_sketch_similarity(d.classes[a].sketch, d.classes[b].sketch) >=
					p.similarity;
		TT_EQ_ROW(t, p.n, want);
		TT_TRUE(want > 0);
	}
	tt_dataset_done(&d);
}

static int refuse(void *ctx, size_t a, size_t b, double similarity)
{
	(void)a, (void)b, (void)similarity;
	++*(int *)ctx;
	return TT_ECLOSED;
}

TT_TEST(a_visitor_stops_it)
{
	struct tt_dataset d;
	int calls = 0;
	tt_dataset_init(&d, 1 << 24);
	new_file(&d, "a");
	for (int i = 0; i < 3; i++) {
		static const char *const texts[] = {"apple ford bank profit one",
			"apple ford bank profit; one", "apple, ford bank profit one"};
		TT_EQ(add_text(&d, 0, 0, texts[i]), TT_OK);
	}
	TT_EQ(tt_near_pairs(&d, 0.8, refuse, &calls), TT_ECLOSED);
	TT_EQ(calls, 1);
	tt_dataset_done(&d);
}

TT_MAIN(TT_RUN(every_pair), TT_RUN(a_visitor_stops_it))
