/* probe.c - see probe.h. */
#include "app/feeds/probe.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/feeds/feeds.h"

/* Hosts asked at the same time, of a command that a person waits for; what is kept of one feed. */
enum { THREADS = 8, KEPT_BYTES = 64 << 10 };

static const int64_t silent_ms = 90 * 86400000LL;

/* ---- one feed ---- */

static void remark(struct tt_probe *p, const char *text)
{
	if (text && p->n_remarks < TT_PROBE_REMARKS)
		p->remarks[p->n_remarks++] = tt_str_c(text);
}

static bool says_html(struct tt_str type)
{
	return tt_str_starts_ci(type, TT_STR("text/html")) || tt_str_starts_ci(type, TT_STR("text/plain"));
}

static void look_at_items(struct tt_probe *p, const struct tt_feed *feed, int64_t now_ms)
{
	size_t undated = 0, nameless = 0;
	p->newest_ms = TT_TIME_NONE;
	for (size_t i = 0; i < feed->n_items; i++) {
		const struct tt_feed_item *it = &feed->items[i];
		int64_t ms = it->published_ms != TT_TIME_NONE ? it->published_ms : it->updated_ms;
		undated += ms == TT_TIME_NONE;
		nameless += !it->guid.p && !it->url.p;
		if (ms > p->newest_ms)
			p->newest_ms = ms;
	}
	if (feed->n_items == 0)
		remark(p, "there is no item in it");
	if (undated)
		remark(p, tt_arena_printf(&p->arena, "%zu of %zu items have no date that can be read",
				  undated, feed->n_items));
	if (nameless)
		remark(p, tt_arena_printf(&p->arena, "%zu of %zu items have neither guid nor link", nameless,
				  feed->n_items));
	if (p->newest_ms != TT_TIME_NONE && p->newest_ms < now_ms - silent_ms)
		remark(p, "nothing new for more than 90 days");
	if (p->newest_ms > now_ms + 86400000)
		remark(p, "its newest item is dated in the future");
}

static void look_at(struct tt_probe *p, const struct tt_fetch_page *page, const struct tt_feed *feed)
{
	if (page->moved_to.p)
		remark(p, tt_arena_printf(&p->arena, "moved permanently: use %.*s", TT_FMT(page->moved_to)));
	if (feed->recovered)
		remark(p, "not well-formed, or its charset is mislabelled: repaired");
	if (says_html(page->content_type))
		remark(p, tt_arena_printf(&p->arena, "served as %.*s", TT_FMT(page->content_type)));
	if (!page->has_validators)
		remark(p, "neither ETag nor Last-Modified: every poll transfers all of it");
	if (feed->n_dropped)
		remark(p, tt_arena_printf(
				  &p->arena, "%zu items over fetch.max_items are left out", feed->n_dropped));
	if (feed->n_cut)
		remark(p, tt_arena_printf(
				  &p->arena, "%zu texts over fetch.max_text_bytes are cut", feed->n_cut));
	look_at_items(p, feed, tt_wall_ms(&tt_clock_real));
}

static void probe(struct tt_probe *p, const struct tt_fetch_conf *conf)
{
	struct tt_fetch_page page = {0};
	struct tt_feed feed = {0};
	struct tt_arena arena;
	int64_t start_ms = tt_mono_ms(&tt_clock_real);
	tt_arena_init(&arena, TT_FEEDS_BYTES);
	p->rc = tt_fetch_once(p->url.p, conf, &arena, &page, &p->err);
	p->took_ms = tt_mono_ms(&tt_clock_real) - start_ms;
	if (p->rc == TT_OK) {
		p->status = page.status;
		p->hops = page.hops;
		p->bytes = (int64_t)page.body.n;
		p->moved_to = tt_arena_str(&p->arena, page.moved_to);
		p->content_type = tt_arena_str(&p->arena, page.content_type);
		p->rc = tt_feeds_parse(conf, &page, &arena, &feed, &p->err);
	}
	if (p->rc == TT_OK) {
		p->title = tt_arena_str(&p->arena, feed.title);
		p->format = feed.format;
		p->n_items = feed.n_items;
		look_at(p, &page, &feed);
	}
	tt_arena_done(&arena);
}

/* ---- all of them ---- */

struct round {
	struct tt_probe *v;
	size_t n, next; /* where the next host begins */
	const struct tt_fetch_conf *conf;
	pthread_mutex_t lock;
};

/* Host and port as written. */
static struct tt_str host_of(struct tt_str url)
{
	const char *slashes = strstr(url.p, "//");
	struct tt_str host = {slashes ? slashes + 2 : url.p, 0};
	host.n = strcspn(host.p, "/?#");
	return host;
}

static int compare(const void *a, const void *b)
{
	const struct tt_probe *x = a, *y = b;
	struct tt_str h = host_of(x->url), k = host_of(y->url);
	int order = strncasecmp(h.p, k.p, h.n < k.n ? h.n : k.n);
	if (!order)
		order = (h.n > k.n) - (h.n < k.n);
	return order ? order : strcmp(x->url.p, y->url.p);
}

/* The next host's feeds; 0: there is none left. */
static size_t take_host(struct round *r, struct tt_probe **ret)
{
	size_t n = 0;
	pthread_mutex_lock(&r->lock);
	*ret = r->v + r->next;
	while (r->next + n < r->n && tt_str_eq_ci(host_of((*ret)[n].url), host_of((*ret)[0].url)))
		n++;
	r->next += n;
	pthread_mutex_unlock(&r->lock);
	return n;
}

static void *work(void *ctx)
{
	struct round *r = ctx;
	struct timespec spacing = {.tv_sec = r->conf->per_host_spacing_ms / 1000,
		.tv_nsec = (long)(r->conf->per_host_spacing_ms % 1000) * 1000000};
	struct tt_probe *v;
	for (size_t n; (n = take_host(r, &v));)
		for (size_t i = 0; i < n; i++) {
			if (i)
				nanosleep(&spacing, NULL);
			probe(&v[i], r->conf);
		}
	return NULL;
}

void tt_probe_run(struct tt_probe *v, size_t n, const struct tt_fetch_conf *conf)
{
	struct round r = {.v = v, .n = n, .conf = conf, .lock = PTHREAD_MUTEX_INITIALIZER};
	pthread_t threads[THREADS - 1];
	size_t started = 0;
	for (size_t i = 0; i < n; i++)
		tt_arena_init(&v[i].arena, KEPT_BYTES);
	qsort(v, n, sizeof(*v), compare);
	tt_feed_global_init();
	while (started + 1 < n && started < TT_LEN(threads) &&
		pthread_create(&threads[started], NULL, work, &r) == 0)
		started++;
	work(&r); /* this one as well, so that it goes on even without another */
	for (size_t i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	pthread_mutex_destroy(&r.lock);
}

void tt_probe_done(struct tt_probe *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		tt_arena_done(&v[i].arena);
}
