/* transfer.h - one document over HTTP: a libcurl handle, every limit and the address check (transfer.c), redirects
 * followed by hand (hop.c).
 *
 * By hand, because each hop must be looked at: is it permanent, is its scheme allowed, how much time is left.
 * The caller runs the handle (in a multi or by curl_easy_perform) and asks tt_transfer_next() after each end
 * whether there is another hop. Owner: the caller. Threads: one at a time. Blocking: none. */
#ifndef TT_INGEST_FETCH_TRANSFER_H
#define TT_INGEST_FETCH_TRANSFER_H

#include <curl/curl.h>

#include "common/buf.h"
#include "common/err.h"
#include "ingest/conf.h"
#include "ingest/fetch/budget.h"
#include "ingest/fetch/headers.h"

/* What came back. Strings live in the transfer, until it is freed. */
struct tt_reply {
	int code;          /* TT_OK: there is a status; else why not, told in err */
	struct tt_err err; /* without the URL */
	int status;        /* HTTP, of the last answer, also one that was cut off; 0: there was none */
	struct tt_headers headers;
	struct tt_str body;      /* as it came until tt_transfer_unpack(); of 2xx, and of hubs */
	struct tt_str url;       /* of the last hop */
	struct tt_str permanent; /* where the permanent redirects that came first led; absent: none */
	int hops;                /* redirects followed */
	bool tls;                /* code < 0: because of TLS or the certificate */
};

struct tt_transfer {
	CURL *easy;
	const struct tt_fetch_conf *conf;
	const char *user_agent;
	struct tt_reply reply;
	struct tt_buf body;
	struct tt_budget *budget; /* that the body counts in; set by the caller, NULL: none */
	struct tt_budget_holder held;
	struct tt_arena arena; /* headers and URLs */
	struct curl_slist *request_headers;
	void *owner; /* the caller's, NULL at first */
	/* the caller's, may be NULL: called when there is a connection and the request goes out, at each hop
	 */
	void (*on_request)(void *ctx, const struct tt_transfer *t);
	void *on_request_ctx;
	int64_t started_ns, deadline_ns;
	int64_t hop_ms;    /* what libcurl was given for this hop */
	int64_t paused_ns; /* since when it waits for room in the budget, 0: it does not */
	int64_t parked_ns; /* since when it waits between two hops, 0: it does not */
	int64_t ended_ms;  /* wall time, set by the caller */
	bool excused;      /* it had to wait for us, or the caller says so: what then fails is not the server's fault */
	int64_t header_bytes;
	bool only_permanent; /* so far */
	bool is_form, unpacked;
	bool refused, over_body, over_headers, no_memory;
	char refused_why[128];
	char curl_text[CURL_ERROR_SIZE];
};

/* Points the handle at url, with the time that is left; nothing of the hop before stays. */
int tt_transfer_aim(struct tt_transfer *t, struct tt_str url, int64_t now_ns);

/* Ready to run. url, etag and last_modified (absent: none to send) are copied; conf and user_agent are not.
 * now_ns: monotonic, the moment conf->total_timeout_ms counts from. TT_ENOMEM, TT_EREFUSED (scheme). */
int tt_transfer_new(struct tt_transfer **ret, const struct tt_fetch_conf *conf, const char *user_agent,
	struct tt_str url, struct tt_str etag, struct tt_str last_modified, int64_t now_ns,
	struct tt_err *err);
/* Likewise a POST of form (application/x-www-form-urlencoded), which is copied. Only redirects that keep the method
 * (307, 308) are followed, and of the reply's body only the beginning is kept. */
int tt_transfer_new_form(struct tt_transfer **ret, const struct tt_fetch_conf *conf, const char *user_agent,
	struct tt_str url, struct tt_str form, int64_t now_ns, struct tt_err *err);
void tt_transfer_free(struct tt_transfer *t); /* not while in a multi; NULL is fine */

/* After libcurl ended with `result`: true when the handle is ready to run the next hop, false when reply is
 * complete. */
bool tt_transfer_next(struct tt_transfer *t, CURLcode result, int64_t now_ns);

/* Undoes the body's Content-Encoding, once; reply.code says when that cannot be. What is unpacked does not count in the
 * budget: one at a time. */
void tt_transfer_unpack(struct tt_transfer *t);

/* The transfer whose body a holder counts. */
static inline struct tt_transfer *tt_transfer_of(struct tt_budget_holder *held)
{
	return (struct tt_transfer *)(void *)((char *)held - offsetof(struct tt_transfer, held));
}

/* Ends the wait for room in the budget (tt_budget_next() gave it), which does not count for any timeout. May call back
 * at once. */
void tt_transfer_resume(struct tt_transfer *t);

/* Gives the body's memory back. */
void tt_transfer_drop_body(struct tt_transfer *t);

/* The next hop has to wait for its turn, which does not count for any timeout; not of a form. Its libcurl handle, some
 * 8 KB, is given back, as thousands may wait at one host. Unparked it is ready to run. TT_ENOMEM. */
void tt_transfer_park(struct tt_transfer *t, int64_t now_ns);
int tt_transfer_unpark(struct tt_transfer *t, int64_t now_ns);

/* "agent (+contact)" for the User-Agent header. Owner: the caller. NULL when memory is out. */
char *tt_user_agent(const struct tt_fetch_conf *conf);

#endif
