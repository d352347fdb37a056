/* once.c - tt_fetch_once() of fetch.h: one document, waited for. */
#include <stdlib.h>

#include "ingest/fetch/fetch.h"
#include "ingest/fetch/transfer.h"

static int code_of_status(int status)
{
	return status == 404 || status == 410 ? TT_ENOENT : TT_EPEER;
}

static int run(struct tt_transfer *t)
{
	while (tt_transfer_next(t, curl_easy_perform(t->easy), tt_mono_ns(&tt_clock_real)))
		;
	tt_transfer_unpack(t);
	return t->reply.code;
}

static int copy_out(const struct tt_reply *r, struct tt_arena *arena, struct tt_fetch_page *ret)
{
	struct tt_fetch_page page = {
		.url = tt_arena_str(arena, r->url),
		.content_type = tt_arena_str(arena, r->headers.content_type),
		.body = tt_arena_str(arena, r->body),
		.moved_to = tt_arena_str(arena, r->permanent),
		.status = r->status,
		.hops = r->hops,
		.has_validators = r->headers.etag.n || r->headers.last_modified.n,
	};
	if (!page.url.p || !page.body.p || !page.content_type.p != !r->headers.content_type.p ||
		!page.moved_to.p != !r->permanent.p)
		return TT_ENOMEM;
	*ret = page;
	return TT_OK;
}

int tt_fetch_once(const char *url, const struct tt_fetch_conf *conf, struct tt_arena *arena,
	struct tt_fetch_page *ret, struct tt_err *err)
{
	const struct tt_str none = {NULL, 0};
	struct tt_transfer *t = NULL;
	char *user_agent = tt_user_agent(conf);
	int rc = user_agent ? TT_OK : tt_err_set(err, TT_ENOMEM, "out of memory");
	curl_global_init(CURL_GLOBAL_DEFAULT);
	if (rc == TT_OK)
		rc = tt_transfer_new(
			&t, conf, user_agent, tt_str_c(url), none, none, tt_mono_ns(&tt_clock_real), err);
	if (rc < 0)
		goto out;
	rc = run(t);
	if (rc < 0 && err)
		*err = t->reply.err;
	else if (rc == TT_OK && (t->reply.status < 200 || t->reply.status > 299))
		rc = tt_err_set(err, code_of_status(t->reply.status), "HTTP %d", t->reply.status);
	else if (rc == TT_OK && copy_out(&t->reply, arena, ret) < 0)
		rc = tt_err_set(err, TT_ENOMEM, "no room for %zu bytes", t->reply.body.n);
out:
	if (rc < 0)
		tt_err_prefix(err, rc, "%s", url);
	tt_transfer_free(t);
	curl_global_cleanup();
	free(user_agent);
	return rc;
}
