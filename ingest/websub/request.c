/* request.c - what is sent to hubs (section 5 of the Recommendation): POSTs, by the fetcher's handle and with
 * its checks of addresses, a few at a time, their starts apart. Unsubscribing is a courtesy: tried once,
 * never waited for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/websub/feed.h"
#include "ingest/websub/form.h"

enum { FORM_BYTES = 64 << 10, BODY_SHOWN = 100 };

static int64_t mono_ns(const struct tt_websub *w)
{
	return tt_mono_ns(w->fetcher->clock);
}

bool tt_websub_may_send(const struct tt_websub *w)
{
	return w->n_requests < (size_t)w->conf->max_requests && mono_ns(w) >= w->next_start_ns;
}

/* Starts a POST. NULL: it cannot be, err says why. */
static struct tt_transfer *post(
	struct tt_websub *w, struct tt_str hub, struct tt_str form, struct tt_err *err)
{
	struct tt_fetcher *f = w->fetcher;
	struct tt_transfer *t;
	if (tt_transfer_new_form(&t, f->conf, f->user_agent, hub, form, mono_ns(w), err) < 0)
		return NULL;
	if (curl_multi_add_handle(f->multi, t->easy) != CURLM_OK) {
		tt_err_set(err, TT_ENOMEM, "out of memory");
		tt_transfer_free(t);
		return NULL;
	}
	w->n_requests++;
	w->next_start_ns = mono_ns(w) + f->conf->per_host_spacing_ms * 1000000;
	return t;
}

static void cut(struct tt_websub *w, struct tt_transfer *t)
{
	curl_multi_remove_handle(w->fetcher->multi, t->easy);
	tt_transfer_free(t);
	w->n_requests--;
}

/* ---- subscribing ---- */

void tt_websub_send(struct tt_websub *w, struct tt_websub_feed *f)
{
	struct tt_err err = {0};
	struct tt_buf form;
	tt_websub_cut(w, f);
	tt_buf_init(&form, FORM_BYTES);
	tt_websub_form(&form, &f->sub.state, w->conf->lease_ms);
	if (form.rc == TT_OK)
		f->transfer = post(w, f->sub.state.hub, tt_buf_view(&form), &err);
	else
		tt_err_set(&err, form.rc, "topic and callback: %s", tt_err_text(form.rc));
	tt_buf_done(&form);
	int64_t now_ms = tt_wall_ms(w->fetcher->clock);
	tt_websub_sub_asked(&f->sub, w->conf, now_ms);
	if (f->transfer)
		f->transfer->owner = f;
	else
		tt_websub_sub_refused(&f->sub, w->conf, err.msg, -1, now_ms);
}

void tt_websub_cut(struct tt_websub *w, struct tt_websub_feed *f)
{
	if (f->transfer)
		cut(w, f->transfer);
	f->transfer = NULL;
}

/* One line of what the hub said, for people. */
static void describe(const struct tt_reply *r, char *out, size_t size)
{
	struct tt_str text = tt_str_trim(r->body), line = tt_str_trim(tt_str_split(&text, '\n'));
	if (line.n > BODY_SHOWN)
		line.n = BODY_SHOWN;
	if (!line.n || line.p[0] == '<') /* a page for browsers */
		snprintf(out, size, "the hub answered HTTP %d", r->status);
	else
		snprintf(out, size, "the hub answered HTTP %d: %.*s", r->status, TT_FMT(line));
}

static void answered(struct tt_websub *w, struct tt_websub_feed *f, const struct tt_reply *r)
{
	char why[200];
	if (r->code == TT_OK && r->status >= 200 && r->status < 300) {
		tt_websub_note_parting(f); /* 202, or what old hubs say: now it verifies */
		return;
	}
	if (r->code < 0)
		snprintf(why, sizeof(why), "%.190s", r->err.msg);
	else
		describe(r, why, sizeof(why));
	tt_websub_sub_refused(
		&f->sub, w->conf, why, r->headers.retry_after_ms, tt_wall_ms(w->fetcher->clock));
	tt_websub_settle(w, f);
}

void tt_websub_ended(struct tt_websub *w, struct tt_transfer *t)
{
	struct tt_websub_feed *f = t->owner;
	w->n_requests--;
	if (f) {
		f->transfer = NULL;
		answered(w, f, &t->reply);
	}
	for (size_t i = 0; i < TT_LEN(w->partings); i++)
		if (w->partings[i] == t)
			w->partings[i] = NULL;
	tt_transfer_free(t);
}

/* ---- unsubscribing ---- */

void tt_websub_note_parting(struct tt_websub_feed *f)
{
	struct tt_buf form;
	if (f->leave_hub)
		return;
	tt_buf_init(&form, FORM_BYTES);
	tt_websub_form(&form, &f->sub.state, 0);
	if (form.rc == TT_OK) {
		f->leave_hub = strndup(f->sub.state.hub.p, f->sub.state.hub.n);
		f->leave_form = f->leave_hub ? strndup(form.p, form.n) : NULL;
	}
	if (!f->leave_form) {
		free(f->leave_hub);
		f->leave_hub = NULL;
	}
	tt_buf_done(&form);
}

void tt_websub_part(struct tt_websub *w, struct tt_websub_feed *f)
{
	/* who denies needs no telling */
	bool tell = f->leave_hub && f->sub.state.status != TT_WEBSUB_DENIED;
	struct tt_websub_errand *e = tell ? calloc(1, sizeof(*e)) : NULL;
	if (f->leave_hub)
		tt_websub_door_leave(w->door, f->token);
	else
		tt_websub_door_shut(w->door, f->token);
	f->token[0] = '\0';
	if (e) {
		*e = (struct tt_websub_errand){.hub = f->leave_hub, .form = f->leave_form};
		*(w->errands_last ? &w->errands_last->next : &w->errands_first) = e;
		w->errands_last = e;
	} else {
		free(f->leave_hub);
		free(f->leave_form);
	}
	f->leave_hub = f->leave_form = NULL;
}

static void errand_done(struct tt_websub *w)
{
	struct tt_websub_errand *e = w->errands_first;
	w->errands_first = e->next;
	if (!e->next)
		w->errands_last = NULL;
	free(e->hub);
	free(e->form);
	free(e);
}

static size_t free_place(const struct tt_websub *w)
{
	size_t i = 0;
	while (i < TT_LEN(w->partings) && w->partings[i])
		i++;
	return i;
}

bool tt_websub_has_errand(const struct tt_websub *w)
{
	return w->errands_first && free_place(w) < TT_LEN(w->partings);
}

void tt_websub_send_errands(struct tt_websub *w)
{
	while (tt_websub_has_errand(w) && tt_websub_may_send(w)) {
		w->partings[free_place(w)] =
			post(w, tt_str_c(w->errands_first->hub), tt_str_c(w->errands_first->form), NULL);
		errand_done(w);
	}
}

void tt_websub_requests_done(struct tt_websub *w)
{
	while (w->errands_first)
		errand_done(w);
	for (size_t i = 0; i < TT_LEN(w->partings); i++)
		if (w->partings[i])
			cut(w, w->partings[i]);
}
