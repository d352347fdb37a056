/* scorer.c - opening what scoring needs, see scorer.h. */
#include "nlp/scorer.h"

#include <stdlib.h>
#include <string.h>

#include "nlp/model/settings.h"
#include "nlp/scorer_parts.h"

/* The folder's own name: "minilm-finance" of "config/models/minilm-finance/". */
static char *folder_name(const char *dir)
{
	size_t end = strlen(dir);
	while (end > 1 && dir[end - 1] == '/')
		end--;
	size_t begin = end;
	while (begin > 0 && dir[begin - 1] != '/')
		begin--;
	return strndup(dir + begin, end - begin);
}

static int open_model(struct tt_scorer *s, const struct tt_nlp_conf *conf, struct tt_err *err)
{
	int rc = tt_load(&s->loaded, conf->model, conf->precision, conf->exit_confidence, err);
	if (rc < 0)
		return rc;
	const struct tt_model_facts *f = tt_model_facts(s->loaded.model);
	struct tt_id identity;
	rc = tt_model_identity(conf->model, f->hash, &identity, err);
	if (rc < 0)
		return rc;
	s->name = folder_name(conf->model);
	s->folder = strdup(conf->model);
	if (!s->name || !s->folder)
		return tt_err_set(err, TT_ENOMEM, "out of memory");
	s->info = (struct tt_model_info){
		.name = tt_str_c(s->name),
		.folder = s->folder,
		.hash = identity,
		.weights = f->hash,
		.precision = tt_precision_name(f->precision),
		.kernel = tt_isa_name(tt_gemm_best(f->precision)->isa),
		.why = s->loaded.why,
		.parameters = f->parameters,
		.entity_head = f->entity_head,
	};
	return TT_OK;
}

static int open_crew(struct tt_scorer *s, const struct tt_nlp_conf *conf, struct tt_err *err)
{
	int rc = tt_crew_new(&s->crew, s->loaded.model, (int)conf->threads, (size_t)conf->batch_tokens, err);
	if (rc == TT_OK && conf->cache_texts)
		rc = tt_score_cache_new(&s->cache, (size_t)conf->cache_texts, err);
	return rc;
}

static int open_constant(struct tt_scorer *s, struct tt_err *err)
{
	s->name = strdup("constant");
	if (!s->name)
		return tt_err_set(err, TT_ENOMEM, "out of memory");
	s->info = (struct tt_model_info){.name = tt_str_c(s->name),
		.hash = TT_ID(tt_str_c(s->name)),
		.precision = "none",
		.kernel = "none",
		.why = "constant"};
	return TT_OK;
}

static int open_entities(struct tt_scorer *s, const char *path, struct tt_err *err)
{
	int rc = tt_entity_dict_load(&s->dict, path, err);
	return rc < 0 ? rc : tt_matcher_new(&s->matcher, s->dict, err);
}

int tt_scorer_open(struct tt_scorer **ret, const struct tt_nlp_conf *conf, struct tt_err *err)
{
	struct tt_scorer *s = calloc(1, sizeof(*s));
	if (!s)
		return tt_err_set(err, TT_ENOMEM, "out of memory");
	s->refs = 1;
	s->text = (enum tt_text_choice)conf->text;
	s->item_tokens = (size_t)conf->item_tokens;
	int rc = conf->scores == TT_SCORES_CONSTANT ? open_constant(s, err) : open_model(s, conf, err);
	if (rc == TT_OK && conf->entities)
		rc = open_entities(s, conf->entities, err);
	if (rc == TT_OK && s->loaded.model)
		rc = open_crew(s, conf, err);
	if (rc < 0)
		goto out;
	*ret = s;
	s = NULL;
out:
	tt_scorer_unref(s);
	return rc;
}

struct tt_scorer *tt_scorer_ref(struct tt_scorer *s)
{
	atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
	return s;
}

void tt_scorer_unref(struct tt_scorer *s)
{
	if (!s || atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) > 1)
		return;
	tt_crew_free(s->crew);
	tt_score_cache_free(s->cache);
	tt_matcher_free(s->matcher);
	tt_entity_dict_free(s->dict);
	tt_load_done(&s->loaded);
	free(s->name);
	free(s->folder);
	free(s);
}

const struct tt_model_info *tt_scorer_model(const struct tt_scorer *s)
{
	return &s->info;
}
