/* stdout.c - see stdout.h. */
#include "sink/stdout.h"

#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sink/text.h"

enum { MAX_WRITE_BYTES = 1 << 30, DIGITS = 7 /* of a float */ };

struct stdout_sink {
	int fd;
	struct tt_buf text, repaired;
	struct tt_buf unsent; /* what a failed write had to say ... */
	size_t sent;          /* ... and how much of it is out */
};

/* Takes v. False: out of memory, in v already or here; the callers collect that with &=. */
static bool set(json_t *object, const char *key, json_t *v)
{
	return !json_object_set_new(object, key, v);
}

static json_t *text(struct stdout_sink *s, struct tt_str v)
{
	if (!v.p)
		return json_null();
	tt_buf_reset(&s->repaired);
	if (tt_sink_text_repair(&s->repaired, v) < 0)
		return NULL;
	return json_stringn(s->repaired.n ? s->repaired.p : "", s->repaired.n);
}

static json_t *when(int64_t ms)
{
	char out[40];

	tt_time_rfc3339(ms, out);
	return *out ? json_string(out) : json_null();
}

static bool set_sentiment(json_t *o, const struct tt_sentiment *v, bool scored)
{
	if (!scored)
		return set(o, "score", json_null()) && set(o, "label", json_null()) &&
		       set(o, "p", json_null());
	json_t *p = json_object();
	bool ok = set(o, "score", json_real((double)v->score)) &&
		  set(o, "label", json_string(tt_label_name(v->label)));
	for (enum tt_label l = 0; l < TT_LABELS; l++)
		ok &= set(p, tt_label_name(l), json_real((double)v->p[l]));
	return ok & set(o, "p", p);
}

static json_t *entity(struct stdout_sink *s, const struct tt_entity_score *e, bool scored, bool *ok)
{
	json_t *o = json_object();

	*ok &= set(o, "symbol", text(s, e->symbol));
	*ok &= set_sentiment(o, &e->sentiment, scored);
	*ok &= set(o, "relevance", json_real((double)e->relevance));
	*ok &= set(o, "mentions", json_integer(e->mentions));
	*ok &= set(o, "in_title", json_boolean(e->in_title));
	*ok &= set(o, "mention", text(s, e->mention));
	return o;
}

static bool set_item(struct stdout_sink *s, json_t *o, const struct tt_item *item)
{
	json_t *categories = json_array();
	char id[37];
	bool ok = true;

	tt_id_format(item->id, id);
	ok &= set(o, "type", json_string("item"));
	ok &= set(o, "item_id", json_string(id));
	ok &= set(o, "event_at", when(tt_item_event_ms(item, NULL)));
	ok &= set(o, "published_at", when(item->published_ms));
	ok &= set(o, "fetched_at", when(item->fetched_ms));
	ok &= set(o, "source", text(s, item->source));
	ok &= set(o, "guid", text(s, item->guid));
	ok &= set(o, "url", text(s, item->url));
	ok &= set(o, "title", text(s, item->title));
	ok &= set(o, "summary", text(s, item->summary));
	ok &= set(o, "author", text(s, item->author));
	ok &= set(o, "lang", text(s, item->lang));
	for (size_t i = 0; i < item->n_categories; i++)
		ok &= !json_array_append_new(categories, text(s, item->categories[i]));
	return ok & set(o, "categories", categories);
}

static json_t *scored_item(struct stdout_sink *s, const struct tt_scored *v, bool *ok)
{
	const char *unscored = v->unscored ? v->unscored : v->scored_ms == TT_TIME_NONE ? "not scored" : NULL;
	json_t *o = json_object(), *entities = json_array();

	*ok &= set_item(s, o, &v->item);
	*ok &= set(o, "scored_at", when(v->scored_ms));
	*ok &= set_sentiment(o, &v->sentiment, !unscored);
	*ok &= set(o, "unscored", unscored ? json_string(unscored) : json_null());
	for (size_t i = 0; i < v->n_entities; i++) {
		json_t *e = entity(s, &v->entities[i], !unscored, ok);
		*ok &= !json_array_append_new(entities, e);
	}
	*ok &= set(o, "entities", entities);
	return o;
}

static json_t *dead_letter(struct stdout_sink *s, const struct tt_dead_letter *d, bool *ok)
{
	json_t *o = json_object();

	*ok &= set(o, "type", json_string("dead_letter"));
	*ok &= set(o, "at", when(d->at_ms));
	*ok &= set(o, "stage", text(s, tt_str_c(d->stage)));
	*ok &= set(o, "source", text(s, d->source));
	*ok &= set(o, "where", text(s, d->where));
	*ok &= set(o, "reason", text(s, d->reason));
	*ok &= set(o, "payload", text(s, d->payload));
	return o;
}

static int to_buf(const char *bytes, size_t n, void *buf)
{
	return tt_buf_add(buf, bytes, n) < 0 ? -1 : 0;
}

/* Takes o. */
static int add_line(struct stdout_sink *s, json_t *o, bool ok)
{
	if (ok)
		ok = !json_dump_callback(o, to_buf, &s->text, JSON_COMPACT | JSON_REAL_PRECISION(DIGITS)) &&
		     tt_buf_char(&s->text, '\n') == TT_OK;
	json_decref(o);
	return ok ? TT_OK : TT_ENOMEM;
}

static int add_batch(struct stdout_sink *s, const struct tt_batch *b, struct tt_sink_result *ret)
{
	int rc = TT_OK;

	for (size_t i = 0; i < b->n_items && rc == TT_OK; i++) {
		bool ok = true;
		json_t *o = scored_item(s, &b->items[i], &ok);
		rc = add_line(s, o, ok);
		ret->items++;
		ret->entities += b->items[i].n_entities;
	}
	for (size_t i = 0; i < b->n_dead && rc == TT_OK; i++) {
		bool ok = true;
		json_t *o = dead_letter(s, &b->dead[i], &ok);
		rc = add_line(s, o, ok);
		ret->dead++;
	}
	return rc;
}

/* Sends from s->sent on, whatever it takes. */
static int send_rest(struct stdout_sink *s, struct tt_str all, struct tt_err *err)
{
	while (s->sent < all.n) {
		ssize_t n = write(s->fd, all.p + s->sent, all.n - s->sent);
		if (n >= 0) {
			s->sent += (size_t)n;
			continue;
		}
		if (errno == EAGAIN)
			poll(&(struct pollfd){.fd = s->fd, .events = POLLOUT}, 1, -1);
		else if (errno == EPIPE)
			return tt_err_set(err, TT_ECLOSED, "standard output: the reader is gone");
		else if (errno != EINTR)
			return tt_err_set(err, TT_EIO, "standard output: %s", strerror(errno));
	}
	return TT_OK;
}

static int stdout_write(
	void *self, struct tt_batch *const *batches, size_t n, struct tt_sink_result *ret, struct tt_err *err)
{
	struct tt_sink_result written = {0};
	struct stdout_sink *s = self;
	int rc = TT_OK;

	tt_buf_reset(&s->text);
	for (size_t i = 0; i < n && rc == TT_OK; i++)
		rc = add_batch(s, batches[i], &written);
	if (rc < 0)
		return tt_err_set(err, rc, "standard output: %s", tt_err_text(rc));
	if (!tt_str_eq(tt_buf_view(&s->text), tt_buf_view(&s->unsent)))
		s->sent = 0;
	rc = send_rest(s, tt_buf_view(&s->text), err);
	if (rc < 0) { /* the caller may come again with the same */
		struct tt_buf swap = s->unsent;
		s->unsent = s->text;
		s->text = swap;
		return rc;
	}
	tt_buf_reset(&s->unsent);
	s->sent = 0;
	*ret = written;
	return TT_OK;
}

static void stdout_close(void *self)
{
	struct stdout_sink *s = self;

	if (!s)
		return;
	tt_buf_done(&s->text);
	tt_buf_done(&s->repaired);
	tt_buf_done(&s->unsent);
	free(s);
}

static const struct tt_sink_ops stdout_ops = {
	.name = "stdout",
	.write = stdout_write,
	.close = stdout_close,
};

int tt_stdout_open(struct tt_sink *ret, int fd, struct tt_err *err)
{
	struct stdout_sink *s = calloc(1, sizeof(*s));

	if (!s)
		return tt_err_set(err, TT_ENOMEM, "standard output: %s", tt_err_text(TT_ENOMEM));
	s->fd = fd;
	tt_buf_init(&s->text, MAX_WRITE_BYTES);
	tt_buf_init(&s->repaired, MAX_WRITE_BYTES);
	tt_buf_init(&s->unsent, MAX_WRITE_BYTES);
	*ret = (struct tt_sink){&stdout_ops, s};
	return TT_OK;
}
