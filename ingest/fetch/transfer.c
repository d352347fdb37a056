/* transfer.c - see transfer.h. */
#include "ingest/fetch/transfer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/metrics.h"
#include "common/address.h"
#include "ingest/fetch/decode.h"

enum { FORM_REPLY_BYTES = 4096 };

static const char accept_header[] =
	"Accept: application/atom+xml, application/rss+xml, application/rdf+xml, application/feed+json, "
	"application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5";

/* ---- what libcurl calls ---- */

static curl_socket_t open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *addr)
{
	struct tt_transfer *t = ctx;
	char text[64];
	const char *why = tt_address_objection(&addr->addr, addr->addrlen);
	(void)purpose;
	/* even when private networks are allowed, only internet addresses are */
	if (why &&
		!(t->conf->allow_private_networks && (addr->family == AF_INET || addr->family == AF_INET6))) {
		tt_address_format(&addr->addr, addr->addrlen, text);
		snprintf(t->refused_why, sizeof(t->refused_why), "address %s refused: %s", text, why);
		t->refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(addr->family, addr->socktype | SOCK_CLOEXEC, addr->protocol);
}

static int send_request(void *ctx, char *ip, char *own_ip, int port, int own_port)
{
	struct tt_transfer *t = ctx;
	(void)ip, (void)own_ip, (void)port, (void)own_port;
	if (t->on_request)
		t->on_request(t->on_request_ctx, t);
	return CURL_PREREQFUNC_OK;
}

static size_t take_header(char *p, size_t size, size_t n, void *ctx)
{
	struct tt_transfer *t = ctx;
	struct tt_str line = {p, size * n};
	t->header_bytes += (int64_t)line.n;
	if (t->header_bytes > t->conf->max_header_bytes) {
		t->over_headers = true;
		return 0;
	}
	if (tt_str_starts(line,
		    TT_STR("HTTP/"))) /* a final answer after 1xx ones, or trailers: what counts is this */
		tt_headers_init(&t->reply.headers);
	if (tt_headers_line(&t->reply.headers, line, tt_wall_ms(&tt_clock_real), &t->arena) < 0) {
		t->no_memory = true;
		return 0;
	}
	return line.n;
}

/* Paused: what libcurl has in hand it gives again when we go on. The clock of the transfer stands still. */
static size_t wait_for_room(struct tt_transfer *t)
{
	tt_metric_add(TT_M_fetch_waits, 1);
	t->paused_ns = tt_mono_ns(&tt_clock_real);
	t->excused = true;
	curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, 0L);
	return CURL_WRITEFUNC_PAUSE;
}

static size_t take_body(char *p, size_t size, size_t n, void *ctx)
{
	struct tt_transfer *t = ctx;
	size_t kept = size * n;
	if (t->is_form && kept > FORM_REPLY_BYTES - t->body.n)
		kept = FORM_REPLY_BYTES - t->body.n;
	if (t->budget && !tt_budget_take(t->budget, &t->held, kept))
		return wait_for_room(t);
	int rc = tt_buf_add(&t->body, p, kept);
	t->over_body = t->over_body || rc == TT_ELIMIT;
	t->no_memory = t->no_memory || rc == TT_ENOMEM;
	return rc < 0 ? CURL_WRITEFUNC_ERROR : size * n;
}

/* Knows from the Content-Length what take_body() would find out only by and by. */
static int take_progress(void *ctx, curl_off_t total, curl_off_t now, curl_off_t up_total, curl_off_t up_now)
{
	struct tt_transfer *t = ctx;
	(void)up_total, (void)up_now;
	if (now > t->conf->max_body_bytes || total > t->conf->max_body_bytes)
		t->over_body = true;
	return t->over_body;
}

/* ---- making one ---- */

char *tt_user_agent(const struct tt_fetch_conf *conf)
{
	const char *agent =
		conf->user_agent && *conf->user_agent ? conf->user_agent : "tickertone/" TT_VERSION;
	char *s = NULL;
	if (conf->contact && *conf->contact)
		return asprintf(&s, "%s (+%s)", agent, conf->contact) < 0 ? NULL : s;
	return strdup(agent);
}

static bool add_request_header(struct tt_transfer *t, const char *name, struct tt_str value)
{
	char *line = tt_arena_printf(&t->arena, "%s%.*s", name, TT_FMT(value));
	struct curl_slist *list = line ? curl_slist_append(t->request_headers, line) : NULL;
	if (list)
		t->request_headers = list;
	return list;
}

static void set_safety(struct tt_transfer *t)
{
	CURL *e = t->easy;
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_PROXY, ""); /* the environment's would connect in our stead, unchecked */
	curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2); /* at least */
	curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, t);
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)t->conf->connect_timeout_ms);
	curl_easy_setopt(e, CURLOPT_LOW_SPEED_LIMIT, (long)t->conf->low_speed_bytes);
	curl_easy_setopt(e, CURLOPT_LOW_SPEED_TIME, (long)((t->conf->low_speed_time_ms + 999) / 1000));
	curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L); /* a name lookup under way must not hold up close() */
	if (t->conf->ca_file && *t->conf->ca_file)
		curl_easy_setopt(e, CURLOPT_CAINFO, t->conf->ca_file);
}

static void set_callbacks(struct tt_transfer *t)
{
	CURL *e = t->easy;
	curl_easy_setopt(e, CURLOPT_PRIVATE, t);
	curl_easy_setopt(e, CURLOPT_ERRORBUFFER, t->curl_text);
	curl_easy_setopt(e, CURLOPT_PREREQFUNCTION, send_request);
	curl_easy_setopt(e, CURLOPT_PREREQDATA, t);
	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(e, CURLOPT_XFERINFOFUNCTION, take_progress);
	curl_easy_setopt(e, CURLOPT_XFERINFODATA, t);
	curl_easy_setopt(e, CURLOPT_NOPROGRESS, 0L);
}

void tt_transfer_drop_body(struct tt_transfer *t)
{
	tt_buf_done(&t->body);
	if (t->budget)
		tt_budget_give(t->budget, &t->held);
}

/* A libcurl handle with all that is the same in each hop. */
static int equip(struct tt_transfer *t)
{
	t->easy = curl_easy_init();
	if (!t->easy)
		return TT_ENOMEM;
	set_safety(t);
	set_callbacks(t);
	curl_easy_setopt(t->easy, CURLOPT_USERAGENT, t->user_agent);
	curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->request_headers);
	curl_easy_setopt(t->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	return TT_OK;
}

/* Tells the handle what is of this hop. */
static int point(struct tt_transfer *t)
{
	curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, (long)t->hop_ms);
	return curl_easy_setopt(t->easy, CURLOPT_URL, t->reply.url.p) == CURLE_OK ? TT_OK : TT_ENOMEM;
}

int tt_transfer_aim(struct tt_transfer *t, struct tt_str url, int64_t now_ns)
{
	struct tt_reply *r = &t->reply;
	if (!tt_str_starts_ci(url, TT_STR("http://")) && !tt_str_starts_ci(url, TT_STR("https://")))
		return tt_err_set(&r->err, TT_EREFUSED, "'%.*s' is neither http nor https", TT_FMT(url));
	t->hop_ms = (t->deadline_ns - now_ns) / 1000000;
	if (t->hop_ms < 1)
		t->hop_ms = 1;
	r->url = tt_arena_str(&t->arena, url);
	if (!r->url.p || point(t) < 0)
		return tt_err_set(&r->err, TT_ENOMEM, "out of memory");
	tt_headers_init(&r->headers);
	tt_transfer_drop_body(t);
	t->header_bytes = 0;
	t->refused = false;
	t->curl_text[0] = '\0';
	return TT_OK;
}

/* Without request headers of its own. */
static int make(struct tt_transfer **ret, const struct tt_fetch_conf *conf, const char *user_agent, struct tt_str url,
	int64_t now_ns)
{
	struct tt_transfer *t = calloc(1, sizeof(*t));
	if (!t)
		return TT_ENOMEM;
	*ret = t;
	t->conf = conf;
	t->user_agent = user_agent;
	t->only_permanent = true;
	t->started_ns = now_ns;
	t->deadline_ns = now_ns + conf->total_timeout_ms * 1000000;
	tt_buf_init(&t->body, (size_t)conf->max_body_bytes);
	/* each hop may keep header values and two URLs; the margin is for the request's own */
	tt_arena_init(&t->arena, (size_t)(conf->max_header_bytes * 2 * (conf->max_redirects + 1)) + 65536);
	int rc = equip(t);
	return rc < 0 ? rc : tt_transfer_aim(t, url, now_ns);
}

/* The rest of it: headers are told to libcurl, and *ret is set, or freed with the error in err. */
static int finish(struct tt_transfer **ret, struct tt_transfer *t, int rc, struct tt_err *err)
{
	if (rc == TT_OK) {
		curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->request_headers);
		*ret = t;
		return rc;
	}
	if (rc == TT_ENOMEM)
		tt_err_set(err, rc, "out of memory");
	else if (err)
		*err = t->reply.err;
	tt_transfer_free(t);
	return rc;
}

int tt_transfer_new(struct tt_transfer **ret, const struct tt_fetch_conf *conf, const char *user_agent,
	struct tt_str url, struct tt_str etag, struct tt_str last_modified, int64_t now_ns,
	struct tt_err *err)
{
	const struct tt_str none = {NULL, 0};
	struct tt_transfer *t = NULL;
	int rc = make(&t, conf, user_agent, url, now_ns);
	if (rc == TT_OK && (!add_request_header(t, accept_header, none) ||
			    !add_request_header(t, "Accept-Encoding: " TT_DECODE_ACCEPTED, none) ||
			    (etag.n && !add_request_header(t, "If-None-Match: ", etag)) ||
			    (last_modified.n && !add_request_header(t, "If-Modified-Since: ", last_modified))))
		rc = TT_ENOMEM;
	return finish(ret, t, rc, err);
}

int tt_transfer_new_form(struct tt_transfer **ret, const struct tt_fetch_conf *conf, const char *user_agent,
	struct tt_str url, struct tt_str form, int64_t now_ns, struct tt_err *err)
{
	struct tt_transfer *t = NULL;
	int rc = make(&t, conf, user_agent, url, now_ns);
	if (rc == TT_OK) {
		t->is_form = true;
		if (curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)form.n) != CURLE_OK ||
			curl_easy_setopt(t->easy, CURLOPT_COPYPOSTFIELDS, form.p) != CURLE_OK)
			rc = TT_ENOMEM;
	}
	return finish(ret, t, rc, err);
}

void tt_transfer_free(struct tt_transfer *t)
{
	if (!t)
		return;
	curl_easy_cleanup(t->easy);
	curl_slist_free_all(t->request_headers);
	tt_transfer_drop_body(t);
	tt_arena_done(&t->arena);
	free(t);
}

/* ---- waits ---- */

void tt_transfer_park(struct tt_transfer *t, int64_t now_ns)
{
	curl_easy_cleanup(t->easy);
	t->easy = NULL;
	t->parked_ns = now_ns;
}

int tt_transfer_unpark(struct tt_transfer *t, int64_t now_ns)
{
	t->deadline_ns += now_ns - t->parked_ns; /* hop_ms is what was left, and still is */
	t->started_ns += now_ns - t->parked_ns;
	t->parked_ns = 0;
	int rc = equip(t);
	return rc < 0 ? rc : point(t);
}

void tt_transfer_resume(struct tt_transfer *t)
{
	int64_t waited_ns = tt_mono_ns(&tt_clock_real) - t->paused_ns;
	t->deadline_ns += waited_ns;
	t->started_ns += waited_ns;
	t->hop_ms += waited_ns / 1000000;
	t->paused_ns = 0;
	curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, (long)t->hop_ms);
	curl_easy_pause(t->easy, CURLPAUSE_CONT);
}
