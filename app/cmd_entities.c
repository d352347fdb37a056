/* cmd_entities.c - `tickertone entities list|check|match`: what the dictionary holds and what it finds. */
#include <stdio.h>
#include <string.h>

#include "app/commands.h"
#include "common/json_text.h"
#include "app/score/lines.h"
#include "app/paths.h"
#include "nlp/entity/match.h"

enum { OUTPUT_MAX = 256 << 20 /* bytes of one text's JSON */ };

struct entities_opts {
	const char *dict;
	const char *kind;
	bool json;
};

#define DICT_OPT \
	{"entities", 'e', TT_CLI_FILE, offsetof(struct entities_opts, dict), "FILE", "Dictionary (TSV); default: the built-in one.", 0, 0, NULL}
#define JSON_OPT(what) {"json", 'j', TT_CLI_FLAG, offsetof(struct entities_opts, json), NULL, what, 0, 0, NULL}

static const struct entities_opts defaults = {0};

static const struct tt_cli_opt list_opts[] = {
	DICT_OPT,
	{"kind", 'k', TT_CLI_STR, offsetof(struct entities_opts, kind), "KIND",
		"Only this kind: company, fund, index, currency, commodity, bond, crypto, central_bank, institution.", 0, 0,
		NULL},
	{0},
};
static const struct tt_cli_opt check_opts[] = {DICT_OPT, {0}};
static const struct tt_cli_opt match_opts[] = {DICT_OPT, JSON_OPT("Print one JSON object a text."), {0}};

static int run_list(const void *given, int argc, char **argv, struct tt_err *err)
{
	const struct entities_opts *o = given;
	struct tt_entity_dict *d = NULL;
	enum tt_entity_kind kind = TT_KIND_COUNT;
	(void)argc, (void)argv;
	if (o->kind && !tt_entity_kind_parse(tt_str_c(o->kind), &kind))
		return tt_err_set(err, TT_EUSAGE, "--kind: there is no kind '%s'", o->kind);
	char path[TT_PATH_MAX];
	int rc = tt_entities_path(o->dict, path, err);
	if (rc == TT_OK)
		rc = tt_entity_dict_load(&d, path, err);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < tt_entity_dict_count(d); i++) {
		const struct tt_entity *e = tt_entity_dict_at(d, i);
		if (kind == TT_KIND_COUNT || e->kind == kind)
			printf("%-16.*s %-12s %-24.*s %-2.*s  %.*s\n", TT_FMT(e->symbol), tt_entity_kind_name(e->kind),
				TT_FMT(e->sector), TT_FMT(e->country), TT_FMT(e->name));
	}
	tt_entity_dict_free(d);
	return TT_OK;
}

/* The dictionary and its matcher, as the scorer opens them. */
static int open_matcher(const char *given, struct tt_entity_dict **dict, struct tt_matcher **m, struct tt_err *err)
{
	char path[TT_PATH_MAX];
	int rc = tt_entities_path(given, path, err);
	if (rc == TT_OK)
		rc = tt_entity_dict_load(dict, path, err);
	return rc < 0 ? rc : tt_matcher_new(m, *dict, err);
}

static int run_check(const void *given, int argc, char **argv, struct tt_err *err)
{
	const struct entities_opts *o = given;
	struct tt_entity_dict *d = NULL;
	struct tt_matcher *m = NULL;
	size_t kinds[TT_KIND_COUNT] = {0};
	int rc = open_matcher(argc ? argv[0] : o->dict, &d, &m, err);
	if (rc == TT_OK) {
		for (size_t i = 0; i < tt_entity_dict_count(d); i++)
			kinds[tt_entity_dict_at(d, i)->kind]++;
		printf("%s: %zu entities:", tt_entity_dict_name(d), tt_entity_dict_count(d));
		for (int k = 0; k < TT_KIND_COUNT; k++)
			if (kinds[k])
				printf(" %zu %s", kinds[k], tt_entity_kind_name((enum tt_entity_kind)k));
		putchar('\n');
	}
	tt_matcher_free(m);
	tt_entity_dict_free(d);
	return rc;
}

static int print_json(struct tt_str text, const struct tt_found *f, struct tt_err *err)
{
	struct tt_buf out;
	tt_buf_init(&out, OUTPUT_MAX);
	tt_buf_str(&out, TT_STR("{\"text\": "));
	tt_json_str(&out, text);
	tt_buf_str(&out, TT_STR(", \"entities\": ["));
	for (size_t i = 0; i < f->n_hits; i++) {
		const struct tt_entity_hit *h = &f->hits[i];
		tt_buf_str(&out, i ? TT_STR(", {\"symbol\": ") : TT_STR("{\"symbol\": "));
		tt_json_str(&out, h->entity->symbol);
		tt_buf_str(&out, TT_STR(", \"name\": "));
		tt_json_str(&out, h->entity->name);
		tt_buf_printf(&out, ", \"kind\": \"%s\", \"relevance\": %.6f, \"mentions\": [",
			tt_entity_kind_name(h->entity->kind), (double)h->relevance);
		for (size_t k = h->first; k < f->n_mentions; k++)
			if (f->mentions[k].hit == i)
				tt_buf_printf(&out, "%s[%u, %u]", k > h->first ? ", " : "", f->mentions[k].start,
					f->mentions[k].end);
		tt_buf_str(&out, TT_STR("]}"));
	}
	int rc = tt_buf_str(&out, TT_STR("]}\n"));
	if (rc < 0)
		tt_err_set(err, rc, "entities match: %s", tt_err_text(rc));
	else
		fwrite(out.p, 1, out.n, stdout);
	tt_buf_done(&out);
	return rc;
}

static void print_table(struct tt_str text, const struct tt_found *f)
{
	printf("%.*s\n", TT_FMT(text));
	for (size_t i = 0; i < f->n_hits; i++) {
		const struct tt_entity_hit *h = &f->hits[i];
		printf("  %-14.*s %.2f  %.*s:", TT_FMT(h->entity->symbol), (double)h->relevance, TT_FMT(h->entity->name));
		for (size_t k = h->first; k < f->n_mentions; k++)
			if (f->mentions[k].hit == i)
				printf(" '%.*s' %u-%u", (int)(f->mentions[k].end - f->mentions[k].start),
					text.p + f->mentions[k].start, f->mentions[k].start, f->mentions[k].end);
		putchar('\n');
	}
}

static int match_one(const struct tt_matcher *m, struct tt_str text, bool json, struct tt_found *f, struct tt_err *err)
{
	int rc = tt_matcher_find(m, text, text.n, f, err);
	if (rc < 0)
		return rc;
	if (json)
		return print_json(text, f, err);
	print_table(text, f);
	return TT_OK;
}

static int match_lines(const struct tt_matcher *m, bool json, struct tt_found *f, struct tt_err *err)
{
	struct tt_line_reader lines;
	struct tt_str text;
	int rc = tt_line_reader_open(&lines, "-", err);
	if (rc < 0)
		return rc;
	while (rc == TT_OK) {
		rc = tt_line_reader_next(&lines, &text, err);
		if (rc == TT_OK)
			rc = match_one(m, text, json, f, err);
	}
	tt_line_reader_close(&lines);
	return rc == TT_ECLOSED ? TT_OK : rc;
}

static int run_match(const void *given, int argc, char **argv, struct tt_err *err)
{
	const struct entities_opts *o = given;
	struct tt_entity_dict *d = NULL;
	struct tt_matcher *m = NULL;
	struct tt_found f;
	tt_found_init(&f);
	int rc = open_matcher(o->dict, &d, &m, err);
	if (rc == TT_OK && argc && strcmp(argv[0], "-") != 0)
		rc = match_one(m, tt_str_c(argv[0]), o->json, &f, err);
	else if (rc == TT_OK)
		rc = match_lines(m, o->json, &f, err);
	tt_found_done(&f);
	tt_matcher_free(m);
	tt_entity_dict_free(d);
	return rc;
}

const struct tt_cmd tt_cmd_entities_list = {
	.name = "entities list",
	.summary = "List the entities of the dictionary",
	.group = TT_GROUP_TEXT,
	.opts = list_opts,
	.defaults = &defaults,
	.opts_size = sizeof(defaults),
	.run = run_list,
};

const struct tt_cmd tt_cmd_entities_check = {
	.name = "entities check",
	.args = "[FILE]",
	.summary = "Check a dictionary: columns, kinds, nothing named twice",
	.group = TT_GROUP_TEXT,
	.opts = check_opts,
	.defaults = &defaults,
	.opts_size = sizeof(defaults),
	.max_args = 1,
	.run = run_check,
};

const struct tt_cmd tt_cmd_entities_match = {
	.name = "entities match",
	.args = "[TEXT|-]",
	.summary = "Show which entities are found where in a text, or in each line of standard input",
	.group = TT_GROUP_TEXT,
	.details = "Offsets are bytes of the text as given. Example:\n\n"
		   "    tickertone entities match 'Apple soars as Samsung sinks'",
	.opts = match_opts,
	.defaults = &defaults,
	.opts_size = sizeof(defaults),
	.max_args = 1,
	.run = run_match,
};
