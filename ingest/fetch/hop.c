/* hop.c - after a hop of a transfer ended: why it failed, where its redirect leads, what its body is. See
 * transfer.h. */
#include <string.h>

#include "common/metrics.h"
#include "ingest/fetch/decode.h"
#include "ingest/fetch/transfer.h"

static bool is_tls(CURLcode result)
{
	switch (result) {
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
		return true;
	default:
		return false;
	}
}

static int too_large(struct tt_transfer *t)
{
	tt_metric_add(TT_M_limit_body, 1);
	return tt_err_set(&t->reply.err, TT_ELIMIT, "body larger than fetch.max_body_bytes (%lld)",
		(long long)t->conf->max_body_bytes);
}

static int fail_reason(struct tt_transfer *t, CURLcode result)
{
	const struct tt_fetch_conf *conf = t->conf;
	struct tt_err *err = &t->reply.err;
	const char *text = t->curl_text[0] ? t->curl_text : curl_easy_strerror(result);
	if (t->over_body)
		return too_large(t);
	if (t->over_headers) {
		tt_metric_add(TT_M_limit_headers, 1);
		return tt_err_set(err, TT_ELIMIT, "headers larger than fetch.max_header_bytes (%lld)",
			(long long)conf->max_header_bytes);
	}
	if (t->no_memory)
		return tt_err_set(err, TT_ENOMEM, "out of memory");
	if (result == CURLE_OUT_OF_MEMORY) /* libcurl says so for a line over its own limit as well */
		return tt_err_set(err, TT_EPEER, "out of memory, or a header line of more than 100 KiB");
	if (t->refused && result == CURLE_COULDNT_CONNECT) {
		tt_metric_add(TT_M_fetch_refused, 1);
		return tt_err_set(
			err, TT_EREFUSED, "%s (fetch.allow_private_networks is off)", t->refused_why);
	}
	if (result == CURLE_OPERATION_TIMEDOUT) {
		tt_metric_add(TT_M_limit_time, 1);
		return tt_err_set(err, TT_EAGAIN, "%s", text);
	}
	t->reply.tls = is_tls(result);
	if (result == CURLE_URL_MALFORMAT) /* an unsupported protocol is an answer that is not HTTP */
		return tt_err_set(err, TT_EREFUSED, "%s", text);
	return tt_err_set(err, TT_EPEER, "%s", text);
}

static bool is_redirect(int status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* "user:password@" in a URL. */
static bool has_credentials(struct tt_str url)
{
	const char *slashes = memmem(url.p, url.n, "://", 3);
	size_t n = 0;
	if (!slashes)
		return false;
	struct tt_str s = {slashes + 3, url.n - (size_t)(slashes + 3 - url.p)};
	while (n < s.n && s.p[n] != '/' && s.p[n] != '?' && s.p[n] != '#')
		n++;
	return memchr(s.p, '@', n);
}

/* Aims at the redirect's target. TT_OK: run it; 0 hops left or a bad target: a code. */
static int follow(struct tt_transfer *t, const char *target, int64_t now_ns)
{
	struct tt_reply *r = &t->reply;
	struct tt_str url = tt_str_c(target);
	if (r->hops >= t->conf->max_redirects) {
		tt_metric_add(TT_M_limit_redirects, 1);
		return tt_err_set(&r->err, TT_ELIMIT, "more than %lld redirects (fetch.max_redirects)",
			(long long)t->conf->max_redirects);
	}
	if (now_ns >= t->deadline_ns) {
		tt_metric_add(TT_M_limit_time, 1);
		return tt_err_set(&r->err, TT_EAGAIN, "redirects took longer than fetch.total_timeout");
	}
	/* the operator may give us some (and a relative redirect keeps them), a stranger may not */
	if (has_credentials(url) && !has_credentials(r->url))
		return tt_err_set(&r->err, TT_EREFUSED, "redirect to a URL with credentials in it");
	int rc = tt_transfer_aim(
		t, url, now_ns); /* copies target, which is the handle's and goes with the next hop */
	if (rc < 0)
		return tt_err_prefix(&r->err, rc, "redirect");
	t->only_permanent = t->only_permanent && (r->status == 301 || r->status == 308);
	if (t->only_permanent)
		r->permanent = r->url;
	r->hops++;
	return TT_OK;
}

bool tt_transfer_next(struct tt_transfer *t, CURLcode result, int64_t now_ns)
{
	struct tt_reply *r = &t->reply;
	long status = 0;
	curl_off_t wire = 0;
	char *target = NULL;
	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(t->easy, CURLINFO_SIZE_DOWNLOAD_T, &wire);
	if (status) /* else that of the redirect that led here stands: somebody has answered */
		r->status = (int)status;
	tt_metric_add(TT_M_fetch_wire_bytes, wire > 0 ? (uint64_t)wire : 0);
	if (result != CURLE_OK) {
		r->code = fail_reason(t, result);
		tt_transfer_drop_body(t);
		return false;
	}
	curl_easy_getinfo(t->easy, CURLINFO_REDIRECT_URL, &target);
	if (is_redirect(r->status) && target && (!t->is_form || r->status == 307 || r->status == 308)) {
		r->code = follow(t, target, now_ns);
		return r->code == TT_OK;
	}
	r->code = TT_OK;
	if (!t->is_form && (r->status < 200 || r->status > 299))
		tt_transfer_drop_body(t); /* nobody reads it */
	r->body = tt_buf_view(&t->body);
	return false;
}

void tt_transfer_unpack(struct tt_transfer *t)
{
	struct tt_reply *r = &t->reply;
	struct tt_str encoding = r->headers.content_encoding;
	if (t->unpacked)
		return;
	t->unpacked = true;
	if (r->code == TT_OK && r->body.n && encoding.n) {
		struct tt_buf out;
		tt_buf_init(&out, t->body.max);
		r->code = tt_decode(r->body, encoding, &out, &r->err);
		if (r->code == TT_ELIMIT)
			too_large(t);
		tt_buf_done(&t->body);
		t->body = out;
		r->body = tt_buf_view(&t->body);
	}
	tt_metric_add(TT_M_fetch_bytes, r->body.n);
}
