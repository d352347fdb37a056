/* callback.c - see callback.h. */
#include "app/run/callback.h"

/* The challenge is echoed as plain text, which no browser takes for a page. */
static unsigned get(void *ctx, const struct tt_service_request *r, struct tt_buf *text)
{
	const struct tt_websub_ask ask = {
		.mode = tt_service_query(r, "hub.mode"),
		.topic = tt_service_query(r, "hub.topic"),
		.challenge = tt_service_query(r, "hub.challenge"),
		.lease_seconds = tt_service_query(r, "hub.lease_seconds"),
		.reason = tt_service_query(r, "hub.reason"),
	};
	int status = tt_websub_door_ask(ctx, r->rest, &ask);
	if (status == 200)
		(void)tt_buf_str(text, ask.challenge); /* an error shows when it is sent */
	return (unsigned)status;
}

static unsigned begin(void *ctx, const struct tt_service_request *r, int64_t length, void **ret_upload)
{
	const struct tt_websub_envelope envelope = {
		.content_type = tt_service_header(r, "Content-Type"),
		.signature = tt_service_header(r, "X-Hub-Signature"),
		.length = length,
	};
	struct tt_websub_note *note = NULL;
	int status = tt_websub_push_begin(ctx, r->rest, &envelope, &note);
	*ret_upload = note;
	return (unsigned)status;
}

static unsigned add(void *ctx, void *upload, const void *p, size_t n)
{
	return (unsigned)tt_websub_push_add(ctx, upload, p, n);
}

static unsigned end(void *ctx, void *upload)
{
	return (unsigned)tt_websub_push_end(ctx, upload);
}

static void drop(void *ctx, void *upload)
{
	tt_websub_push_drop(ctx, upload);
}

struct tt_service_mount tt_callback_mount(struct tt_websub_door *door)
{
	return (struct tt_service_mount){.prefix = "/websub/",
		.get = get,
		.begin = begin,
		.add = add,
		.end = end,
		.drop = drop,
		.ctx = door};
}
