/* classify.c - see classify.h. Windows of the sequences, in order, fill a pack until the next one does not
 * fit; the pack goes through the encoder, and each window's states go through the heads. Nothing is allocated
 * after tt_classifier_new. */
#include "nlp/model/classify.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nlp/model/encoder.h"
#include "nlp/model/model.h"
#include "nlp/model/windows.h"

/* One window in the pack. */
struct job {
	struct tt_sequence *seq;
	size_t index, of; /* window number, windows of the sequence */
	struct tt_window window;
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
	size_t *rows;     /* (R) tokens wanted */
	size_t *row_of;   /* (T) token → its row */
	size_t *cls_rows; /* (n_jobs) */
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
	       T * (sizeof(int32_t) + 4 * sizeof(size_t) + sizeof(struct job) + sizeof(bool)) +
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
	c->rows = calloc(T, sizeof(*c->rows));
	c->row_of = calloc(T, sizeof(*c->row_of));
	c->cls_rows = calloc(T, sizeof(*c->cls_rows));
	c->wanted = calloc(T, sizeof(*c->wanted));
	c->vector = calloc((size_t)m->config.hidden, sizeof(*c->vector));
	if (!c->encoder || !c->ids || !c->seqs || !c->jobs || !c->rows || !c->row_of || !c->cls_rows ||
		!c->wanted || !c->vector) {
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
	free(c->rows);
	free(c->row_of);
	free(c->cls_rows);
	free(c->wanted);
	free(c->vector);
	free(c);
}

static bool within_body(const struct tt_sequence *seq, const struct tt_token_range *r)
{
	return r->begin >= 1 && r->begin < r->end && r->end <= seq->n_ids - 1;
}

/* The part of a mention that this window is to answer for, as tokens of the pack; empty when it is another
 * window's. A mention longer than a window is represented by what its window sees of it. */
static struct tt_token_range mention_in_pack(const struct tt_classifier *c, size_t job, size_t mention)
{
	const struct job *j = &c->jobs[job];
	const struct tt_token_range *r = &j->seq->mentions[mention];
	struct tt_token_range in = {0, 0};
	if (!within_body(j->seq, r) ||
		tt_window_of(j->seq->n_ids, (size_t)c->model->config.positions, r->begin, r->end) != j->index)
		return in;
	const size_t first = c->seqs[job] + 1; /* token of the pack that window.begin stands at */
	in.begin = first + (r->begin > j->window.begin ? r->begin - j->window.begin : 0);
	in.end = first + ((r->end < j->window.end ? r->end : j->window.end) - j->window.begin);
	return in;
}

/* Lists the tokens whose states the heads need: every [CLS], and the tokens of mentions when there is a head
 * for them. */
static size_t choose_rows(struct tt_classifier *c)
{
	size_t n = 0;
	memset(c->wanted, 0, c->n_tokens * sizeof(*c->wanted));
	for (size_t j = 0; j < c->n_jobs; j++) {
		c->wanted[c->seqs[j]] = true;
		for (size_t k = 0; c->model->weights.entity_w && k < c->jobs[j].seq->n_mentions; k++) {
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
	for (size_t j = 0; j < c->n_jobs; j++)
		c->cls_rows[j] = c->row_of[c->seqs[j]];
	return n;
}

/* One row of a head: Σ w · x, added to what is in *sum. */
static void add_dot(float *sum, const float *w, const float *x, size_t n)
{
	float dot = 0;
	for (size_t i = 0; i < n; i++)
		dot += w[i] * x[i];
	*sum += dot;
}

static void item_logits(const struct tt_classifier *c, const float *pooled, float logits[TT_LABELS])
{
	const struct tt_weights *w = &c->model->weights;
	const size_t C = (size_t)c->model->config.hidden;
	for (size_t l = 0; l < TT_LABELS; l++) {
		logits[l] = w->item_b[l];
		add_dot(&logits[l], w->item_w + l * C, pooled, C);
	}
}

/* entity_w · ([CLS] ⊕ mean of the mention's states) + entity_b */
static void mention_logits(struct tt_classifier *c, const float *states, size_t cls_row,
	struct tt_token_range in, float logits[TT_LABELS])
{
	const struct tt_weights *w = &c->model->weights;
	const size_t C = (size_t)c->model->config.hidden;
	const size_t stride = tt_encoder_stride(c->encoder);
	memset(c->vector, 0, C * sizeof(float));
	for (size_t t = in.begin; t < in.end; t++)
		for (size_t i = 0; i < C; i++)
			c->vector[i] += states[c->row_of[t] * stride + i];
	for (size_t i = 0; i < C; i++)
		c->vector[i] /= (float)(in.end - in.begin);
	for (size_t l = 0; l < TT_LABELS; l++) {
		logits[l] = w->entity_b[l];
		add_dot(&logits[l], w->entity_w + l * 2 * C, states + cls_row * stride, C);
		add_dot(&logits[l], w->entity_w + l * 2 * C + C, c->vector, C);
	}
}

/* Σ over the windows of probabilities weighted by length; the last one turns the sum into logits. */
static void add_window(struct tt_sequence *seq, const struct job *j, const float logits[TT_LABELS])
{
	struct tt_sentiment s;
	const float weight = (float)(j->window.end - j->window.begin);
	if (j->of == 1) {
		memcpy(seq->logits, logits, sizeof(seq->logits));
		return;
	}
	tt_sentiment_of(logits, &s);
	for (int l = 0; l < TT_LABELS; l++)
		seq->logits[l] = (j->index ? seq->logits[l] : 0) + weight * s.p[l];
	if (j->index + 1 < j->of)
		return;
	const float sum = seq->logits[0] + seq->logits[1] + seq->logits[2];
	for (int l = 0; l < TT_LABELS; l++)
		seq->logits[l] = logf(fmaxf(seq->logits[l] / sum, 1e-30f));
}

/* Mentions that no state was read for get the item's row, now that it is complete. */
static void fill_other_mentions(const struct tt_classifier *c, struct tt_sequence *seq)
{
	for (size_t k = 0; k < seq->n_mentions; k++)
		if (!c->model->weights.entity_w || !within_body(seq, &seq->mentions[k]))
			memcpy(seq->mention_logits[k], seq->logits, sizeof(seq->logits));
}

static void flush(struct tt_classifier *c)
{
	if (!c->n_jobs)
		return;
	const size_t stride = tt_encoder_stride(c->encoder), n_rows = choose_rows(c);
	const struct tt_pack pack = {c->ids, c->n_tokens, c->seqs, c->n_jobs};
	tt_encoder_begin(c->encoder, &pack);
	for (int i = 1; i < c->model->config.layers; i++)
		tt_encoder_step(c->encoder);
	const float *states = tt_encoder_finish(c->encoder, c->rows, n_rows);
	const float *pooled = tt_encoder_pool(c->encoder, c->cls_rows, c->n_jobs);
	for (size_t j = 0; j < c->n_jobs; j++) {
		struct tt_sequence *seq = c->jobs[j].seq;
		float logits[TT_LABELS];
		item_logits(c, pooled + j * stride, logits);
		add_window(seq, &c->jobs[j], logits);
		seq->n_read += c->seqs[j + 1] - c->seqs[j];
		for (size_t k = 0; c->model->weights.entity_w && k < seq->n_mentions; k++) {
			const struct tt_token_range in = mention_in_pack(c, j, k);
			if (in.begin < in.end)
				mention_logits(c, states, c->cls_rows[j], in, seq->mention_logits[k]);
		}
		if (c->jobs[j].index + 1 == c->jobs[j].of)
			fill_other_mentions(c, seq);
	}
	c->n_jobs = c->n_tokens = 0;
}

static void add_job(struct tt_classifier *c, const struct job *job)
{
	const struct tt_sequence *seq = job->seq;
	const size_t body = job->window.end - job->window.begin;
	if (c->n_tokens + body + 2 > c->max_tokens)
		flush(c);
	int32_t *to = c->ids + c->n_tokens;
	to[0] = seq->ids[0];
	memcpy(to + 1, seq->ids + job->window.begin, body * sizeof(*to));
	to[body + 1] = seq->ids[seq->n_ids - 1];
	c->n_tokens += body + 2;
	c->jobs[c->n_jobs++] = *job;
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

static void finish(struct tt_sentiment *s)
{
	s->score = s->p[TT_POSITIVE] - s->p[TT_NEGATIVE];
	s->label = TT_NEGATIVE;
	for (int l = 1; l < TT_LABELS; l++)
		if (s->p[l] > s->p[s->label])
			s->label = (enum tt_label)l;
}

void tt_sentiment_of(const float logits[TT_LABELS], struct tt_sentiment *ret)
{
	tt_sentiment_mean((const float(*)[TT_LABELS])logits, 1, ret);
}

void tt_sentiment_mean(const float (*logits)[TT_LABELS], size_t n, struct tt_sentiment *ret)
{
	struct tt_sentiment s = {0};
	for (size_t i = 0; i < n; i++) {
		const float *x = logits[i], max = fmaxf(fmaxf(x[0], x[1]), x[2]);
		const float e[TT_LABELS] = {expf(x[0] - max), expf(x[1] - max), expf(x[2] - max)};
		const float scale = 1 / ((e[0] + e[1] + e[2]) * (float)n);
		for (int l = 0; l < TT_LABELS; l++)
			s.p[l] += e[l] * scale;
	}
	finish(&s);
	*ret = s;
}
