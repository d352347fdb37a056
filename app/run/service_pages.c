/* service_pages.c - see service_pages.h. */
#include "app/run/service_pages.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/metrics.h"
#include "common/utf8.h"

static void metrics_page(const struct tt_service_calls *calls, struct tt_service_answer *a)
{
	a->type = "text/plain; version=0.0.4; charset=utf-8";
	if (calls->metrics)
		calls->metrics(calls->ctx, &a->body); /* which may set some of the others */
	tt_metrics_text(&a->body);
}

static void health_page(const struct tt_service_calls *calls, struct tt_service_answer *a)
{
	(void)calls;
	tt_buf_str(&a->body, TT_STR("{\"status\":\"ok\"}\n"));
}

static json_t *lines_array(struct tt_str text)
{
	json_t *array = json_array();
	while (text.n) {
		struct tt_str line = tt_str_trim(tt_str_split(&text, '\n'));
		if (line.n) /* what a peer said may be anything */
			json_array_append_new(array, tt_utf8_valid(line) ? json_stringn(line.p, line.n)
									 : json_string("(not UTF-8)"));
	}
	return array;
}

static void ready_page(const struct tt_service_calls *calls, struct tt_service_answer *a)
{
	struct tt_buf reason;
	tt_buf_init(&reason, 16 << 10);
	bool ready = calls->ready(calls->ctx, &reason);
	json_t *json = json_pack("{s:b, s:o}", "ready", ready, "reasons", lines_array(tt_buf_view(&reason)));
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	a->status = ready ? 200 : 503;
	tt_buf_printf(&a->body, "%s\n", text ? text : ready ? "{\"ready\":true}" : "{\"ready\":false}");
	free(text);
	json_decref(json);
	tt_buf_done(&reason);
}

static const struct page {
	const char *path;
	void (*make)(const struct tt_service_calls *calls, struct tt_service_answer *a);
} pages[] = {{"/metrics", metrics_page}, {"/health", health_page}, {"/ready", ready_page}};

static const struct page *find(const char *path)
{
	for (size_t i = 0; i < TT_LEN(pages); i++)
		if (strcmp(pages[i].path, path) == 0)
			return &pages[i];
	return NULL;
}

bool tt_service_has_page(const char *path)
{
	return find(path) != NULL;
}

bool tt_service_page(const char *path, const struct tt_service_calls *calls, struct tt_service_answer *a)
{
	const struct page *page = find(path);
	if (!page)
		return false;
	a->status = 200;
	a->type = "application/json";
	page->make(calls, a);
	return true;
}
