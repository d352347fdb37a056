/* test_rule.c - files of rules: what is read, and what is refused with which words. */
#include "mood/rule.h"
#include "tests/tt_test.h"

static const struct {
	const char *yaml, *error; /* NULL: it is read */
} files[] = {
	{"rules: []\n", NULL},
	{"rules: [{name: a, over: market, when: mood(1h) > 0, mutes: [entity, sector, item]}]\n", NULL},
	{"rules: [{name: a, over: market, when: mood(1h) > 0, mutes: [market]}]\n", "f: rule 'a': mutes: 'market' is neither entity, sector nor item"},
	{"rules: [{name: a, over: item, when: score > 0, mutes: [entity]}]\n", "f: rule 'a': an alert of an item is over as it is raised: it mutes nothing"},
	{"rules:\n  - {name: a, when: mood(6h) < -0.3}\n", NULL},
	{"rules:\n  - {name: a, over: item, when: score < -0.8 and relevance > 0.5}\n", NULL},
	{"rules:\n  - {name: a, over: item, when: mood(6h) < 0}\n",
		"f: rule 'a': when: a rule over item asks for score"},
	{"rules:\n  - {name: a, when: score < 0}\n", "f: rule 'a': when: a rule over entity asks for moods"},
	{"rules:\n  - {name: a, when: mod(6h) < 0}\n",
		"f: rule 'a': when: column 1: there is no measure 'mod'"},
	{"rules:\n  - {name: a, when: mood(6h) < 0, clear: mood(6h)}\n", "f: rule 'a': clear: column 9"},
	{"rules:\n  - {name: a, when: items(1h) > 1}\n  - {name: a, when: items(1h) > 2}\n",
		"f: there are two rules 'a'"},
	{"rules:\n  - {name: a, when: items(1h) > 1, watch_list: chip}\nwatch_lists:\n  - {name: chips, "
	 "symbols: [NVDA]}\n",
		"f: rule 'a': there is no watch list 'chip'; did you mean chips"},
	{"rules:\n  - {name: a, over: item, for: 5m, when: score < 0}\n", "an item is one moment"},
	{"rules:\n  - {name: a, over: item, when: relevance < 0.5}\n", "can be asked to be at least"},
	{"rules:\n  - {name: a, over: item, when: score > 0.2 and novelty > 0 and score < 0.5}\n",
		"f: rule 'a': when: each of score, relevance and novelty can be asked for once"},
	{"rules:\n  - {name: a, when: mood(6h) > 0.2 and mood(6h) < 0.5}\n", NULL},
	{"rules:\n  - {name: a, over: market, sector: Energy, when: mood(6h) < 0}\n",
		"the market has no sector"},
	{"rules:\n  - {name: a, over: sector, watch_list: w, when: mood(6h) < 0}\n",
		"a watch list is of entities"},
	{"rules:\n  - {name: a, when: mood(6h) < 0, sevrity: info}\n",
		"f:2:35: rules[0]: unknown key 'sevrity', did you mean 'severity'?"},
	{"rules:\n  - {name: a, when: mood(6h) < 0, severity: bad}\n", "f:2:"},
	{"rules:\n  - {name: a}\n", "when"},
	{"rules:\n  - {name: a, over: feed, when: quiet > 6h, clear: quiet < 1h, for: 5m, only: [\"https://a/*\"]}\n",
		NULL},
	{"rules:\n  - {name: a, over: service, when: lag > 1000 and behind > 5m}\n", NULL},
	{"rules:\n  - {name: a, over: feed, when: mood(1h) > 0}\n",
		"f: rule 'a': when: a rule over feed asks for quiet or failing"},
	{"rules:\n  - {name: a, over: feed, when: lag > 1}\n", "a rule over feed asks for quiet or failing"},
	{"rules:\n  - {name: a, over: service, when: quiet > 6h}\n",
		"a rule over service asks for lag, behind or overdue"},
	{"rules:\n  - {name: a, when: quiet > 6h}\n", "a rule over entity asks for moods and counts"},
	{"rules:\n  - {name: a, over: feed, when: quiet > 6h and mood(6h) < 0}\n",
		"f: rule 'a': when: column 16: mood is of a subject and quiet of a feed"},
	{"rules:\n  - {name: a, over: service, when: lag > 1, clear: overdue < 1m}\n",
		"f: rule 'a': clear: is about something else than when"},
	{"rules:\n  - {name: a, over: feed, when: quiet > 6h, sector: Energy}\n", "a feed has no sector"},
	{"rules:\n  - {name: a, over: feed, when: quiet > 6h, mutes: [entity]}\n", "is no greater one"},
	{"rules:\n  - {name: a, when: mood(6h) < 0, only: [\"A*\"]}\n",
		"only: belongs to a rule over feed or service"},
	{"rules: [{name: a, over: market, when: mood(1h) > 0, mutes: [feed]}]\n", "'feed' is neither"},
};

TT_TEST(read_and_refused)
{
	for (size_t i = 0; i < TT_LEN(files); i++) {
		struct tt_rule_set *s = NULL;
		struct tt_err err = {0};
		int rc = tt_rule_set_load_text(&s, tt_str_c(files[i].yaml), "f", &err);
		TT_EQ_ROW(i, rc, files[i].error ? TT_ECONF : TT_OK);
		if (files[i].error && !strstr(err.msg, files[i].error))
			fail_msg("row %zu: %s", i, err.msg);
		tt_rule_set_free(s);
	}
}

TT_TEST(about_whom)
{
	static const char yaml[] = "watch_lists:\n  - {name: w, symbols: [AAPL, MSFT]}\n"
				   "rules:\n"
				   "  - {name: any, when: mood(6h) < 0}\n"
				   "  - {name: listed, when: mood(6h) < 0, watch_list: w}\n"
				   "  - {name: energy, when: mood(6h) < 0, sector: Energy}\n"
				   "  - {name: sectors, over: sector, when: mood(6h) < 0}\n"
				   "  - {name: banks, over: sector, sector: Banks, when: mood(6h) < 0}\n"
				   "  - {name: market, over: market, when: mood(6h) < 0}\n"
				   "  - {name: item, over: item, when: score < 0}\n";
	static const struct {
		const char *kind, *name, *sector, *about; /* rules, a bit each: 1 is asked */
	} rows[] = {
		{"entity", "AAPL", NULL, "1100000"},
		{"entity", "XOM", "Energy", "1010000"},
		{"sector", "Energy", NULL, "0001000"},
		{"sector", "Banks", NULL, "0001100"},
		{"market", "market", NULL, "0000010"},
		{"item", "AAPL", NULL, "0000000"},
	};
	struct tt_rule_set *s;

	TT_EQ(tt_rule_set_load_text(&s, tt_str_c(yaml), "f", NULL), TT_OK);
	TT_EQ(s->n, 7);
	TT_EQ(s->lookback, 6 * 60 * TT_MOOD_HORIZON);
	for (size_t i = 0; i < TT_LEN(rows); i++)
		for (size_t k = 0; k < s->n; k++)
			TT_EQ_ROW(i * 10 + k,
				tt_rule_is_about(&s->v[k], tt_str_c(rows[i].kind), tt_str_c(rows[i].name),
					rows[i].sector ? tt_str_c(rows[i].sector) : (struct tt_str){NULL, 0}),
				rows[i].about[k] == '1');
	tt_rule_set_free(s);
}

TT_TEST(about_whose_items)
{
	static const char yaml[] = "watch_lists:\n  - {name: w, symbols: [AAPL, MSFT]}\n"
				   "rules:\n"
				   "  - {name: any, over: item, when: score < 0}\n"
				   "  - {name: listed, over: item, watch_list: w, when: score < 0}\n"
				   "  - {name: energy, over: item, sector: Energy, when: score < 0}\n"
				   "  - {name: both, over: item, sector: Energy, watch_list: w, when: score < 0}\n"
				   "  - {name: entity, when: mood(1h) < 0}\n";
	static const struct {
		const char *symbol, *sector, *about;
	} rows[] = {
		{"AAPL", NULL, "11000"},
		{"AAPL", "Energy", "11110"},
		{"XOM", "Energy", "10100"},
		{"XOM", "Banks", "10000"},
	};
	struct tt_rule_set *s;

	TT_EQ(tt_rule_set_load_text(&s, tt_str_c(yaml), "f", NULL), TT_OK);
	for (size_t i = 0; i < TT_LEN(rows); i++)
		for (size_t k = 0; k < s->n; k++)
			TT_EQ_ROW(i * 10 + k,
				tt_rule_is_about_items_of(&s->v[k], tt_str_c(rows[i].symbol),
					rows[i].sector ? tt_str_c(rows[i].sector) : (struct tt_str){NULL, 0}),
				rows[i].about[k] == '1');
	tt_rule_set_free(s);
}

static const struct {
	const char *only, *name;
	bool fits;
} patterns[] = {
	{"https://a/*", "https://a/rss", true},
	{"https://a/*", "https://ab/rss", false},
	{"*sec.gov*", "https://www.sec.gov/news", true},
	{"*sec.gov", "https://www.sec.gov/news", false},
	{"*a*b*a", "aabba", true},
	{"*a*b*c", "aabba", false},
	{"*", "anything", true},
	{"exact", "exact", true},
	{"exact", "exac", false},
	{"exact*", "exact", true},
};

TT_TEST(watched_by_pattern)
{
	for (size_t i = 0; i < TT_LEN(patterns); i++) {
		char yaml[200];
		struct tt_rule_set *s;
		snprintf(yaml, sizeof(yaml), "rules: [{name: a, over: feed, when: quiet > 6h, only: [\"none\", \"%s\"]}]",
			patterns[i].only);
		TT_EQ_ROW(i, tt_rule_set_load_text(&s, tt_str_c(yaml), "f", NULL), TT_OK);
		struct tt_str name = tt_str_c(patterns[i].name);
		TT_EQ_ROW(i, tt_rule_watches(&s->v[0], TT_ABOUT_FEED, name), patterns[i].fits);
		TT_TRUE(!tt_rule_watches(&s->v[0], TT_ABOUT_TOPIC, name));
		TT_TRUE(!tt_rule_is_about(&s->v[0], TT_STR("feed"), name, name));
		tt_rule_set_free(s);
	}
}

TT_MAIN(TT_RUN(read_and_refused), TT_RUN(about_whom), TT_RUN(about_whose_items),
	TT_RUN(watched_by_pattern))
