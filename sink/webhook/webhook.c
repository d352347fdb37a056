/* webhook.c - see webhook.h. */
#include "sink/webhook/webhook.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "common/address.h"
#include "common/clock.h"
#include "sink/webhook/sign.h"

enum { DAY_MS = 86400000 };

struct tt_webhook {
	const struct tt_webhook_conf *conf;
	CURL *easy;
	char why[CURL_ERROR_SIZE];
	char refused[128]; /* an address we do not connect to; "": none */
};

static curl_socket_t open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *addr)
{
	struct tt_webhook *w = ctx;
	char text[64];
	const char *why = tt_address_objection(&addr->addr, addr->addrlen);
	(void)purpose;
	if (why &&
		!(w->conf->allow_private_networks && (addr->family == AF_INET || addr->family == AF_INET6))) {
		tt_address_format(&addr->addr, addr->addrlen, text);
		snprintf(w->refused, sizeof(w->refused), "address %s refused: %s", text, why);
		return CURL_SOCKET_BAD;
	}
	return socket(addr->family, addr->socktype | SOCK_CLOEXEC, addr->protocol);
}

/* What they say is of no interest, only that they said it. */
static size_t drop(char *p, size_t size, size_t n, void *ctx)
{
	(void)p, (void)ctx;
	return size * n;
}

int tt_webhook_new(struct tt_webhook **ret, const struct tt_webhook_conf *conf, struct tt_err *err)
{
	struct tt_webhook *w = calloc(1, sizeof(*w));
	CURL *e = w ? curl_easy_init() : NULL;
	if (!e) {
		free(w);
		return tt_err_set(err, TT_ENOMEM, "webhook '%s': %s", conf->name, tt_err_text(TT_ENOMEM));
	}
	w->conf = conf;
	w->easy = e;
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_ERRORBUFFER, w->why);
	curl_easy_setopt(e, CURLOPT_URL, conf->url);
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_PROXY, ""); /* the environment's would connect in our stead, unchecked */
	curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2); /* at least */
	curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, w);
	curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)conf->timeout_ms);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, drop);
	curl_easy_setopt(e, CURLOPT_USERAGENT, "tickertone/" TT_VERSION);
	if (conf->ca_file)
		curl_easy_setopt(e, CURLOPT_CAINFO, conf->ca_file);
	*ret = w;
	return TT_OK;
}

void tt_webhook_free(struct tt_webhook *w)
{
	if (!w)
		return;
	curl_easy_cleanup(w->easy);
	free(w);
}

/* Appends one; on failure the list is freed and NULL from then on. */
static struct curl_slist *add_header(struct curl_slist *list, bool first, const char *name, const char *value)
{
	char line[400];
	struct curl_slist *longer;
	snprintf(line, sizeof(line), "%s: %s", name, value);
	longer = list || first ? curl_slist_append(list, line) : NULL;
	if (!longer)
		curl_slist_free_all(list);
	return longer;
}

static struct curl_slist *headers_of(const struct tt_webhook *w, struct tt_str id, int64_t now_ms,
	struct tt_str content_type, struct tt_str body)
{
	char name[64], time[24], type[64], signatures[2 * TT_WEBHOOK_SIGNATURE + 1],
		one[TT_WEBHOOK_SIGNATURE];
	snprintf(name, sizeof(name), "%.*s", TT_FMT(id));
	snprintf(time, sizeof(time), "%lld", (long long)(now_ms / 1000));
	snprintf(type, sizeof(type), "%.*s", TT_FMT(content_type));
	if (!tt_webhook_sign(tt_str_c(w->conf->secret), id, now_ms / 1000, body, one))
		return NULL;
	int n = snprintf(signatures, sizeof(signatures), "%s", one);
	if (w->conf->old_secret) {
		if (!tt_webhook_sign(tt_str_c(w->conf->old_secret), id, now_ms / 1000, body, one))
			return NULL;
		snprintf(signatures + n, sizeof(signatures) - (size_t)n, " %s", one);
	}
	struct curl_slist *list = add_header(NULL, true, "Content-Type", type);
	list = add_header(list, false, "webhook-id", name);
	list = add_header(list, false, "webhook-timestamp", time);
	list = add_header(list, false, "webhook-signature", signatures);
	return add_header(list, false, "Expect", ""); /* no 100-continue for a small body */
}

static enum tt_webhook_answer judge(
	struct tt_webhook *w, CURLcode code, int64_t *ret_wait_ms, struct tt_err *err)
{
	long status = 0;
	curl_off_t retry_s = 0;
	if (code != CURLE_OK) {
		tt_err_set(err, TT_EPEER, "webhook '%s': %s", w->conf->name,
			w->refused[0] ? w->refused
			: w->why[0]   ? w->why
				      : curl_easy_strerror(code));
		return TT_WEBHOOK_LATER;
	}
	curl_easy_getinfo(w->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(w->easy, CURLINFO_RETRY_AFTER, &retry_s);
	if (status >= 200 && status < 300)
		return TT_WEBHOOK_TAKEN;
	*ret_wait_ms = retry_s <= 0 ? 0 : retry_s > DAY_MS / 1000 ? DAY_MS : retry_s * 1000;
	tt_err_set(err, TT_EPEER, "webhook '%s': it answers %ld", w->conf->name, status);
	return status == 410 ? TT_WEBHOOK_GONE : TT_WEBHOOK_LATER;
}

enum tt_webhook_answer tt_webhook_post(struct tt_webhook *w, struct tt_str id, int64_t now_ms,
	struct tt_str content_type, struct tt_str body, int64_t *ret_wait_ms, struct tt_err *err)
{
	struct curl_slist *headers = headers_of(w, id, now_ms, content_type, body);
	*ret_wait_ms = 0;
	w->why[0] = w->refused[0] = '\0';
	if (!headers) {
		tt_err_set(err, TT_ENOMEM, "webhook '%s': it cannot be signed", w->conf->name);
		return TT_WEBHOOK_LATER;
	}
	curl_easy_setopt(w->easy, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(w->easy, CURLOPT_POSTFIELDS, body.p);
	curl_easy_setopt(w->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.n);
	CURLcode code = curl_easy_perform(w->easy);
	curl_easy_setopt(w->easy, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(headers);
	return judge(w, code, ret_wait_ms, err);
}

int64_t tt_webhook_wait_ms(int attempts, uint64_t random)
{
	static const int64_t waits_s[] = {5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800, 29800};
	if (attempts < 1 || (size_t)attempts > TT_LEN(waits_s))
		return -1;
	int64_t wait_ms = waits_s[attempts - 1] * 1000;
	return wait_ms - wait_ms / 5 + (int64_t)(random % (uint64_t)(wait_ms / 5 * 2));
}
