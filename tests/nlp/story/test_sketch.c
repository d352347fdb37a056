/* test_sketch.c - words of stories in one form, and how well sketches tell stories apart: the labelled texts
 * of stories.txt, with the threshold that is the default of novelty.similarity. */
#include "common/err.h"
#include "nlp/entity/dict.h"
#include "nlp/entity/match.h"
#include "nlp/story/fold_words.h"
#include "nlp/story/sketch.h"
#include "tests/tt_test.h"

enum { TEXTS_MAX = 1000 };
static const double SIMILARITY = 0.55;

static struct tt_arena arena;

static const char *folded(const char *text)
{
	static char line[500];
	struct tt_folded_word *words;
	size_t n, at = 0;
	TT_EQ(tt_fold_words(tt_str_c(text), &arena, &words, &n), TT_OK);
	line[0] = '\0';
	for (size_t i = 0; i < n; i++)
		at += (size_t)snprintf(line + at, sizeof(line) - at, "%s%.*s%s", i ? " " : "",
			TT_FMT(words[i].text),
			words[i].is_number   ? "#"
			: words[i].direction ? (char[]){words[i].direction, '\0'}
					     : "");
	return line;
}

TT_TEST(words_have_one_form)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{"", ""},
		{"  -- !! ", ""},
		{"Apple’s shares", "apple stock"},
		{"Apple's stock", "apple stock"},
		{"$5bn, $5 billion; 5B", "5# billion 5# billion 5# billion"},
		{"1,250.50 and 3.0 and 12.", "1250.5# 3# 12#"},
		{"５０％", "50#"},
		{"Q2 second-quarter", "quarter 2# 2# quarter"},
		{"1q2q3q4q", "1# quarter 2# quarter 3# quarter 4# quarter"}, /* a word a byte */
		{"the 3rd time", "3#"},
		{"UPDATE 2-Oil jumps", "oil up+"},
		{"Oil plunged; oil is dropping", "oil down- oil down-"},
		{"Société Générale", "societe generale"},
		{"acquires, acquired, buying", "buy buy buy"},
		{"J&J", ""},
		{"\xff\xfe broken \xc3", "broken"},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++)
		TT_STR_EQ_ROW((long)i, tt_str_c(folded(rows[i].text)), tt_str_c(rows[i].want));
}

static const struct tt_sketch *sketch_of(const char *title, const char *summary)
{
	const struct tt_sketch *s = NULL;
	TT_EQ(tt_sketch_text(tt_str_c(title), tt_str_c(summary), NULL, 0, &arena, &s), TT_OK);
	return s;
}

TT_TEST(likeness)
{
	static const struct {
		const char *a, *a_more, *b, *b_more;
		double want;
	} rows[] = {
		{"oil prices jump again tonight", NULL, "Oil prices jump again tonight!", NULL, 1},
		{"oil prices jump again tonight", NULL, "oil prices fall again tonight", NULL,
			0}, /* up and down */
		{"bank cuts 800 posts everywhere", NULL, "bank cuts 900 posts everywhere", NULL, 0},
		{"bank cuts posts everywhere", NULL, "bank cuts 900 posts everywhere", NULL, 0.75},
		{"dividend", "alpha beta gamma", "dividend", "delta epsilon zeta",
			1.0 / 7}, /* a title of one word says little */
		{"dividend", "alpha beta gamma", "dividend", "gamma alpha beta", 1},
		{"one title, quite long enough indeed", "alpha beta", "one title, quite long enough indeed",
			NULL, 1},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++)
		TT_NEAR_ROW((long)i,
			tt_sketch_similarity(
				sketch_of(rows[i].a, rows[i].a_more), sketch_of(rows[i].b, rows[i].b_more)),
			rows[i].want, 1e-9);
	TT_TRUE(!sketch_of("", NULL) && !sketch_of("of the", "and"));
}

TT_TEST(long_texts_keep_their_smallest_hashes)
{
	char a[4000], b[4000];
	size_t n = 0, m = 0;
	for (int i = 0; i < 300; i++) {
		n += (size_t)snprintf(a + n, sizeof(a) - n, "word%c%c ", 'a' + i % 26, 'a' + i / 26);
		m += (size_t)snprintf(
			b + m, sizeof(b) - m, "word%c%c ", 'a' + (i + 30) % 26, 'a' + (i + 30) / 26);
	}
	const struct tt_sketch *x = sketch_of(NULL, a), *y = sketch_of(NULL, b);
	TT_EQ(x->n_body, TT_SKETCH_BODY);
	TT_NEAR(tt_sketch_similarity(x, y), 270.0 / 330, 0.2); /* estimated, of 48 words */
}

TT_TEST(packs_and_unpacks)
{
	char bytes[TT_SKETCH_BYTES];
	struct tt_sketch back;
	const struct tt_sketch *s =
		sketch_of("Oil jumps 5% at 3 exchanges", "traders said today that supply is short");
	size_t n = tt_sketch_pack(s, bytes);
	TT_TRUE(tt_sketch_unpack((struct tt_str){bytes, n}, &back));
	TT_EQ(back.n_title, s->n_title);
	TT_EQ(back.n_numbers, 2);
	TT_TRUE(back.rises && !back.falls);
	TT_NEAR(tt_sketch_similarity(s, &back), 1, 0);
	for (size_t cut = 0; cut < n; cut++)
		TT_TRUE(!tt_sketch_unpack((struct tt_str){bytes, cut}, &back));
	bytes[0] = 33; /* more than a title has */
	TT_TRUE(!tt_sketch_unpack((struct tt_str){bytes, n}, &back));
}

/* ---- the labelled texts ---- */

struct text {
	int story;
	bool other;
	const struct tt_sketch *sketch;
};
static struct text texts[TEXTS_MAX];
static size_t n_texts;

static const struct tt_sketch *sketch_with_names(
	const struct tt_matcher *m, struct tt_found *f, struct tt_str line)
{
	const char *bar = memmem(line.p, line.n, " | ", 3);
	struct tt_str title = line, summary = {NULL, 0}, names[16];
	const struct tt_sketch *s = NULL;
	size_t n = 0;
	if (bar) {
		title.n = (size_t)(bar - line.p);
		summary = (struct tt_str){bar + 3, line.n - title.n - 3};
	}
	TT_EQ(tt_matcher_find(m, title, title.n, f, NULL), TT_OK);
	for (size_t i = 0; i < f->n_hits && n < TT_LEN(names); i++)
		names[n++] = f->hits[i].entity->symbol;
	TT_EQ(tt_sketch_text(title, summary, names, n, &arena, &s), TT_OK);
	return s;
}

static void read_texts(void)
{
	struct tt_entity_dict *dict = NULL;
	struct tt_matcher *m = NULL;
	struct tt_err err;
	struct tt_found f;
	char line[2000];
	int story = 0;
	FILE *file = fopen(tt_source_path("tests/nlp/story/stories.txt"), "re");
	TT_TRUE(file);
	TT_EQ(tt_entity_dict_load(&dict, tt_source_path("config/entities.tsv"), &err), TT_OK);
	TT_EQ(tt_matcher_new(&m, dict, &err), TT_OK);
	tt_found_init(&f);
	while (fgets(line, sizeof(line), file)) {
		struct tt_str rest = tt_str_trim(tt_str_c(line));
		story += !rest.n;
		if (!rest.n || *rest.p == '#')
			continue;
		TT_TRUE(n_texts < TEXTS_MAX);
		bool other = *rest.p == '~';
		rest = tt_str_trim((struct tt_str){rest.p + other, rest.n - other});
		texts[n_texts++] = (struct text){story, other, sketch_with_names(m, &f, rest)};
	}
	fclose(file);
	tt_found_done(&f);
	tt_matcher_free(m);
	tt_entity_dict_free(dict);
}

TT_TEST(tells_stories_apart)
{
	size_t same = 0, near = 0, found = 0, wrong_near = 0, wrong_far = 0;
	read_texts();
	for (size_t i = 0; i < n_texts; i++)
		for (size_t k = i + 1; k < n_texts; k++) {
			bool here = texts[i].story == texts[k].story,
			     one = here && !texts[i].other && !texts[k].other;
			bool said = tt_sketch_similarity(texts[i].sketch, texts[k].sketch) >= SIMILARITY;
			same += one;
			near += here && !one;
			found += said && one;
			wrong_near += said && here && !one;
			wrong_far += said && !here;
		}
	print_message("%zu pairs of one story, %zu near ones of two: precision %.3f, recall %.3f; %zu of "
		      "unrelated stories\n",
		same, near, (double)found / (double)(found + wrong_near), (double)found / (double)same,
		wrong_far);
	TT_TRUE(same >= 300 && near >= 400);
	TT_TRUE((double)found >= 0.97 * (double)(found + wrong_near));
	TT_TRUE((double)found >= 0.90 * (double)same);
	TT_TRUE(wrong_far <=
		5); /* of some 64,000 pairs; a few near misses are of the same story as another block's */
}

int main(void)
{
	const struct CMUnitTest tests[] = {TT_RUN(words_have_one_form), TT_RUN(likeness),
		TT_RUN(long_texts_keep_their_smallest_hashes), TT_RUN(packs_and_unpacks),
		TT_RUN(tells_stories_apart)};
	tt_arena_init(&arena, 1 << 28);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	tt_arena_done(&arena);
	return failed ? 1 : 0;
}
