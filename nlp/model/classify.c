/* classify.c - see classify.h. Windows of the sequences, in order, fill a pack until the next one does not
 * fit; the pack goes through the encoder, and each window's states go through the heads. A window leaves the
 * pack when a head is sure of it; what it says counts in the windows' order all the same, so that sums do not
 * depend on who left first. Nothing is allocated after tt_classifier_new. */
#include "nlp/model/classify.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nlp/model/encoder.h"
#include "nlp/model/heads.h"
#include "nlp/model/model.h"
#include "nlp/model/windows.h"

/* One window in the pack. */
struct job {
	struct tt_sequence *seq;
	size_t index, of; /* window number, windows of the sequence */
	struct tt_window window;
	size_t begin; /* its [CLS]: token of the pack as it is now */
	/* of the last head that read it */
	float logits[TT_LABELS];
	int layers;
	bool sure; /* of the text and of its mentions */
};

struct tt_classifier {
	const struct tt_model *model;
	struct tt_encoder *encoder;
	size_t max_tokens;
	/* the pack being filled; max_tokens elements each, seqs one more */
	int32_t *ids;
	size_t *seqs;
	struct job *jobs;
	size_t n_jobs, n_tokens;
	/* while it is read */
	struct job **open; /* (n_open) those still in it, in order */
	bool *keep;        /* (n_open) */
	size_t n_open;
	size_t *rows;     /* (R) tokens wanted */
	size_t *row_of;   /* (T) token of the pack as it is now → row of the states */
	size_t *cls_rows; /* (n_open) */
	bool *wanted;     /* (T) */
	float *vector;    /* (C): mean of a mention */
};

static size_t pack_size(const struct tt_model *m, size_t pack_tokens)
{
	return pack_tokens > (size_t)m->config.positions ? pack_tokens : (size_t)m->config.positions;
}

size_t tt_classifier_bytes(const struct tt_model *m, size_t pack_tokens)
{
	const size_t T = pack_size(m, pack_tokens);
	return sizeof(struct tt_classifier) + tt_encoder_bytes(&m->weights, &m->config, T) +
	       (size_t)m->config.hidden * sizeof(float) +
	       T * (sizeof(int32_t) + 4 * sizeof(size_t) + sizeof(struct job) + sizeof(struct job *) +
			   2 * sizeof(bool)) +
	       sizeof(size_t);
}

int tt_classifier_new(
	struct tt_classifier **ret, const struct tt_model *m, size_t pack_tokens, struct tt_err *err)
{
	const size_t T = pack_size(m, pack_tokens);
	struct tt_classifier *c = calloc(1, sizeof(*c));
	if (!c)
		return tt_err_set(err, TT_ENOMEM, "out of memory");
	c->model = m;
	c->max_tokens = T;
	c->encoder = tt_encoder_new(&m->weights, &m->config, T);
	c->ids = calloc(T, sizeof(*c->ids));
	c->seqs = calloc(T + 1, sizeof(*c->seqs));
	c->jobs = calloc(T, sizeof(*c->jobs));
	c->open = calloc(T, sizeof(*c->open));
	c->keep = calloc(T, sizeof(*c->keep));
	c->rows = calloc(T, sizeof(*c->rows));
	c->row_of = calloc(T, sizeof(*c->row_of));
	c->cls_rows = calloc(T, sizeof(*c->cls_rows));
	c->wanted = calloc(T, sizeof(*c->wanted));
	c->vector = calloc((size_t)m->config.hidden, sizeof(*c->vector));
	if (!c->encoder || !c->ids || !c->seqs || !c->jobs || !c->open || !c->keep || !c->rows ||
		!c->row_of || !c->cls_rows || !c->wanted || !c->vector) {
		tt_classifier_free(c);
		return tt_err_set(err, TT_ENOMEM, "out of memory for a pack of %zu tokens", T);
	}
	*ret = c;
	return TT_OK;
}

void tt_classifier_free(struct tt_classifier *c)
{
	if (!c)
		return;
	tt_encoder_free(c->encoder);
	free(c->ids);
	free(c->seqs);
	free(c->jobs);
	free(c->open);
	free(c->keep);
	free(c->rows);
	free(c->row_of);
	free(c->cls_rows);
	free(c->wanted);
	free(c->vector);
	free(c);
}

static size_t tokens_of(const struct job *j)
{
	return j->window.end - j->window.begin + 2;
}

static bool within_body(const struct tt_sequence *seq, const struct tt_token_range *r)
{
	return r->begin >= 1 && r->begin < r->end && r->end <= seq->n_ids - 1;
}

/* The part of a mention that this window is to answer for, as tokens of the pack; empty when it is another
 * window's. A mention longer than a window is represented by what its window sees of it. */
static struct tt_token_range mention_in_pack(
	const struct tt_classifier *c, const struct job *j, size_t mention)
{
	const struct tt_token_range *r = &j->seq->mentions[mention];
	struct tt_token_range in = {0, 0};
	if (!within_body(j->seq, r) ||
		tt_window_of(j->seq->n_ids, (size_t)c->model->config.positions, r->begin, r->end) != j->index)
		return in;
	const size_t first = j->begin + 1; /* token of the pack that window.begin stands at */
	in.begin = first + (r->begin > j->window.begin ? r->begin - j->window.begin : 0);
	in.end = first + ((r->end < j->window.end ? r->end : j->window.end) - j->window.begin);
	return in;
}

/* Lists the tokens whose states the last heads need: every [CLS], and the tokens of mentions when there is a
 * head for them. */
static size_t choose_rows(struct tt_classifier *c)
{
	size_t n = 0;
	memset(c->wanted, 0, c->n_tokens * sizeof(*c->wanted));
	for (size_t i = 0; i < c->n_open; i++) {
		const struct job *j = c->open[i];
		c->wanted[j->begin] = true;
		for (size_t k = 0; c->model->facts.entity_head && k < j->seq->n_mentions; k++) {
			const struct tt_token_range in = mention_in_pack(c, j, k);
			for (size_t t = in.begin; t < in.end; t++)
				c->wanted[t] = true;
		}
	}
	for (size_t t = 0; t < c->n_tokens; t++)
		if (c->wanted[t]) {
			c->row_of[t] = n;
			c->rows[n++] = t;
		}
	return n;
}

/* ---- the heads ---- */

static bool is_sure(const struct tt_classifier *c, const float logits[TT_LABELS])
{
	struct tt_sentiment s;
	tt_sentiment_of(logits, &s);
	return s.p[s.label] >= c->model->exit_confidence;
}

static void divide(float logits[TT_LABELS], float temperature)
{
	for (int l = 0; l < TT_LABELS; l++)
		logits[l] /= temperature;
}

/* Logits of the windows in the pack by one of the heads, over the states that row_of tells. */
static void read_head(struct tt_classifier *c, int head, const float *states)
{
	const struct tt_head *h = &c->model->weights.heads[head];
	const size_t C = (size_t)c->model->config.hidden, stride = tt_encoder_stride(c->encoder);
	for (size_t i = 0; i < c->n_open; i++)
		c->cls_rows[i] = c->row_of[c->open[i]->begin];
	const float *pooled = tt_encoder_pool(c->encoder, &h->pool, c->cls_rows, c->n_open);
	for (size_t i = 0; i < c->n_open; i++) {
		struct job *j = c->open[i];
		tt_head_item(h, C, pooled + i * stride, j->logits);
		divide(j->logits, c->model->config.temperature);
		j->layers = c->model->config.head_layers[head];
		j->sure = is_sure(c, j->logits);
		for (size_t k = 0; h->entity_w && k < j->seq->n_mentions; k++) {
			const struct tt_token_range in = mention_in_pack(c, j, k);
			if (in.begin >= in.end)
				continue;
			const struct tt_mention_states m = {
				states + c->row_of[in.begin] * stride, in.end - in.begin, stride};
			float *logits = j->seq->mention_logits[k];
			tt_head_mention(h, C, states + c->cls_rows[i] * stride, m, c->vector, logits);
			divide(logits, c->model->config.entity_temperature);
			j->sure = j->sure && is_sure(c, logits);
		}
	}
}

/* The windows that are sure leave the pack; the others move up. */
static void leave(struct tt_classifier *c)
{
	size_t n = 0, begin = 0;
	for (size_t i = 0; i < c->n_open; i++) {
		struct job *j = c->open[i];
		c->keep[i] = !j->sure;
		if (!c->keep[i])
			continue;
		j->begin = begin;
		begin += tokens_of(j);
		c->open[n++] = j;
	}
	if (n)
		tt_encoder_keep(c->encoder, c->keep);
	c->n_open = n;
}

/* The layers, and the heads behind them, until no window is left. */
static void read_layers(struct tt_classifier *c)
{
	const struct tt_model_config *config = &c->model->config;
	const int last = config->n_heads - 1;
	int head = c->model->exit_confidence < 1 ? 0 : last; /* rounded probabilities reach 1 */
	for (size_t t = 0; t < c->n_tokens; t++)
		c->row_of[t] = t; /* until the last layer, whose states are of chosen rows */
	for (int layer = 1; layer < config->layers; layer++) {
		const float *states = tt_encoder_step(c->encoder);
		if (layer != config->head_layers[head])
			continue;
		read_head(c, head++, states);
		leave(c);
		if (!c->n_open)
			return;
	}
	const size_t n_rows = choose_rows(c);
	read_head(c, last, tt_encoder_finish(c->encoder, c->rows, n_rows));
}

/* ---- the sequences ---- */

/* Mentions that no state was read for get the item's row, now that it is complete. */
static void fill_other_mentions(const struct tt_classifier *c, struct tt_sequence *seq)
{
	for (size_t k = 0; k < seq->n_mentions; k++)
		if (!c->model->facts.entity_head || !within_body(seq, &seq->mentions[k]))
			memcpy(seq->mention_logits[k], seq->logits, sizeof(seq->logits));
}

/* Σ over the windows of probabilities weighted by length; the last one turns the sum into logits. */
static void add_to_item(struct tt_sequence *seq, const struct job *j)
{
	struct tt_sentiment s;
	const float weight = (float)(j->window.end - j->window.begin);
	if (j->of == 1) {
		memcpy(seq->logits, j->logits, sizeof(seq->logits));
		return;
	}
	tt_sentiment_of(j->logits, &s);
	for (int l = 0; l < TT_LABELS; l++)
		seq->logits[l] = (j->index ? seq->logits[l] : 0) + weight * s.p[l];
	if (j->index + 1 < j->of)
		return;
	const float sum = seq->logits[0] + seq->logits[1] + seq->logits[2];
	for (int l = 0; l < TT_LABELS; l++)
		seq->logits[l] = logf(fmaxf(seq->logits[l] / sum, 1e-30f));
}

static void add_window(const struct tt_classifier *c, const struct job *j)
{
	struct tt_sequence *seq = j->seq;
	add_to_item(seq, j);
	seq->n_read += tokens_of(j);
	seq->layers = j->layers > seq->layers ? j->layers : seq->layers;
	if (j->index + 1 == j->of)
		fill_other_mentions(c, seq);
}

static void flush(struct tt_classifier *c)
{
	if (!c->n_jobs)
		return;
	const struct tt_pack pack = {c->ids, c->n_tokens, c->seqs, c->n_jobs};
	for (c->n_open = 0; c->n_open < c->n_jobs; c->n_open++)
		c->open[c->n_open] = &c->jobs[c->n_open];
	tt_encoder_begin(c->encoder, &pack);
	read_layers(c);
	for (size_t j = 0; j < c->n_jobs; j++)
		add_window(c, &c->jobs[j]);
	c->n_jobs = c->n_tokens = 0;
}

static void add_job(struct tt_classifier *c, const struct job *job)
{
	const struct tt_sequence *seq = job->seq;
	const size_t n = tokens_of(job);
	if (c->n_tokens + n > c->max_tokens)
		flush(c);
	int32_t *to = c->ids + c->n_tokens;
	to[0] = seq->ids[0];
	memcpy(to + 1, seq->ids + job->window.begin, (n - 2) * sizeof(*to));
	to[n - 1] = seq->ids[seq->n_ids - 1];
	c->jobs[c->n_jobs] = *job;
	c->jobs[c->n_jobs++].begin = c->n_tokens;
	c->n_tokens += n;
	c->seqs[c->n_jobs] = c->n_tokens;
}

static int check(const struct tt_model *m, const struct tt_sequence *seq, size_t index, struct tt_err *err)
{
	if (seq->n_ids < 2)
		return tt_err_set(err, TT_EDATA, "sequence %zu: has no [CLS] and [SEP]", index);
	for (size_t t = 0; t < seq->n_ids; t++)
		if (seq->ids[t] < 0 || seq->ids[t] >= m->config.vocab)
			return tt_err_set(err, TT_EDATA,
				"sequence %zu: token %zu has id %d, the model knows 0 to %d", index, t,
				(int)seq->ids[t], m->config.vocab - 1);
	return TT_OK;
}

int tt_classify(struct tt_classifier *c, struct tt_sequence *seqs, size_t n, struct tt_err *err)
{
	const size_t window = (size_t)c->model->config.positions;
	for (size_t i = 0; i < n; i++) {
		int rc = check(c->model, &seqs[i], i, err);
		if (rc < 0)
			return rc;
	}
	for (size_t i = 0; i < n; i++) {
		struct job job = {.seq = &seqs[i], .of = tt_windows(seqs[i].n_ids, window)};
		seqs[i].n_read = 0;
		seqs[i].layers = 0;
		for (; job.index < job.of; job.index++) {
			job.window = tt_window_at(seqs[i].n_ids, window, job.index);
			add_job(c, &job);
		}
	}
	flush(c);
	return TT_OK;
}

size_t tt_sequence_cut(int32_t *ids, size_t n_ids, size_t max_ids)
{
	if (n_ids <= max_ids)
		return n_ids;
	ids[max_ids - 1] = ids[n_ids - 1];
	return max_ids;
}
