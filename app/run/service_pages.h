/* service_pages.h - the fixed pages of the HTTP service: /metrics, /health, /ready. Each is made whole in
 * memory. */
#ifndef TT_APP_SERVICE_PAGES_H
#define TT_APP_SERVICE_PAGES_H

#include "app/run/service.h"

struct tt_service_answer {
	unsigned status; /* HTTP */
	const char *type;
	const char *retry_after; /* header, seconds; NULL: none */
	struct tt_buf body;
};

/* Fills the answer for a path. False: there is no such page. */
bool tt_service_page(const char *path, const struct tt_service_calls *calls, struct tt_service_answer *a);

/* Is there such a page? */
bool tt_service_has_page(const char *path);

#endif
