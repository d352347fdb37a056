/* test_sentfin.c - the dictionary we come with on headlines that others labelled: of the names that are in it, how many are
 * found where they stand; and how many mentions are outside everything labelled. The figures are printed. */
#include "tests/tt_test.h"

#include <jansson.h>

#include "nlp/entity/match.h"
#include "common/utf8.h"

struct figures {
	size_t labelled, known, found, wrong, mentions, outside;
};

/* Does some mention lie over bytes [start, end)? */
static const struct tt_mention *over(const struct tt_found *f, size_t start, size_t end)
{
	for (size_t i = 0; i < f->n_mentions; i++)
		if (f->mentions[i].start < end && start < f->mentions[i].end)
			return &f->mentions[i];
	return NULL;
}

/* The entity that the labelled name alone is, NULL when the dictionary has none of that name. */
static const struct tt_entity *entity_of(const struct tt_matcher *m, struct tt_str name, struct tt_found *f)
{
	TT_EQ(tt_matcher_find(m, name, name.n, f, NULL), TT_OK);
	bool whole = f->n_mentions == 1 && f->mentions[0].start == 0 && f->mentions[0].end == name.n;
	return whole ? f->hits[0].entity : NULL;
}

static void row(const struct tt_matcher *m, json_t *r, struct tt_found *f, struct tt_found *alone, struct figures *fig)
{
	json_t *text_json = json_object_get(r, "text"), *label;
	struct tt_str text = {json_string_value(text_json), json_string_length(text_json)};
	size_t i, inside = 0;
	TT_EQ(tt_matcher_find(m, text, text.n, f, NULL), TT_OK);
	json_array_foreach(json_object_get(r, "entities"), i, label) {
		size_t start, end;
		json_int_t from = json_integer_value(json_object_get(label, "start"));
		json_int_t to = json_integer_value(json_object_get(label, "end"));
		if (from < 0 || !tt_utf8_byte_of(text, (size_t)from, &start) || !tt_utf8_byte_of(text, (size_t)to, &end))
			continue;
		const struct tt_mention *got = over(f, start, end);
		const struct tt_entity *want = entity_of(m, (struct tt_str){text.p + start, end - start}, alone);
		fig->labelled++;
		fig->known += want != NULL;
		fig->found += want && got && f->hits[got->hit].entity == want;
		fig->wrong += want && got && f->hits[got->hit].entity != want;
		for (size_t k = 0; k < f->n_mentions; k++)
			inside += f->mentions[k].start < end && start < f->mentions[k].end;
	}
	fig->mentions += f->n_mentions;
	fig->outside += f->n_mentions > inside ? f->n_mentions - inside : 0;
}

TT_TEST(labelled_headlines)
{
	struct tt_entity_dict *d = NULL;
	struct tt_matcher *m = NULL;
	struct tt_found f, alone;
	struct figures fig = {0};
	char line[8192];
	tt_found_init(&f);
	tt_found_init(&alone);
	TT_EQ(tt_entity_dict_load(&d, tt_source_path("config/entities.tsv"), NULL), TT_OK);
	TT_EQ(tt_matcher_new(&m, d, NULL), TT_OK);
	FILE *file = fopen(tt_shared_path("data/sentfin_dev.jsonl"), "r");
	while (fgets(line, sizeof(line), file)) {
		json_t *r = json_loads(line, 0, NULL);
		TT_TRUE(r);
		row(m, r, &f, &alone, &fig);
		json_decref(r);
	}
	fclose(file);
	print_message("%zu labelled names, %zu in the dictionary: %zu found, %zu as another entity; %zu mentions, %zu outside all "
		      "labels\n",
		fig.labelled, fig.known, fig.found, fig.wrong, fig.mentions, fig.outside);
	TT_TRUE(fig.known > 500);
	TT_TRUE(fig.found * 100 >= fig.known * 97);
	TT_TRUE(fig.outside * 100 <= fig.mentions * 12);
	tt_found_done(&alone);
	tt_found_done(&f);
	tt_matcher_free(m);
	tt_entity_dict_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TT_RUN(labelled_headlines)};
	if (access(tt_shared_path("data/sentfin_dev.jsonl"), R_OK) != 0)
		tt_skip_all("../shared/data/sentfin_dev.jsonl is not there");
	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
