/* fuzz_websub.c - any bytes as a Link header and as a push's signature, and in the form for a hub: what is
 * found lies within the input, nothing but the true signature is believed, the form has no byte that a form
 * may not have. */
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "ingest/websub/form.h"
#include "ingest/websub/links.h"
#include "ingest/websub/signature.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_links(struct tt_str s, struct tt_arena *arena)
{
	struct tt_websub_links links = {0}, chosen = {0};
	const struct tt_websub_links *from[] = {&links};
	if (tt_websub_links_header(&links, s, arena) != TT_OK || links.n_hubs > TT_WEBSUB_HUBS)
		abort();
	for (size_t i = 0; i < links.n_hubs; i++)
		if (!links.hubs[i].n || !memmem(s.p, s.n, links.hubs[i].p, links.hubs[i].n))
			abort();
	if (links.self.p && !memmem(s.p, s.n, links.self.p, links.self.n))
		abort();
	if (tt_websub_links_choose(&chosen, from, 1, TT_STR("http://example.com/a/b?c"), arena) != TT_OK)
		abort();
}

static void check_signature(struct tt_str s)
{
	/* of this body with this secret; all others are forged */
	static const char good[] = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
	enum tt_websub_signature is =
		tt_websub_signature_check(s, TT_STR("Jefe"), TT_STR("what do ya want for nothing?"));
	if (is == TT_WEBSUB_SIGNED && s.n >= 7 && tt_str_starts_ci(tt_str_trim(s), TT_STR("sha256=")) &&
		!tt_str_eq_ci(tt_str_trim(s), tt_str_c(good)))
		abort();
}

static void check_form(struct tt_str s)
{
	const struct tt_websub_state state = {.topic = s, .callback = s, .token = s, .secret = s};
	struct tt_buf form;
	tt_buf_init(&form, 1 << 20);
	tt_websub_form(&form, &state, 864000000);
	if (form.rc != TT_OK)
		abort();
	for (size_t i = 0; i < form.n; i++)
		if (form.p[i] <= ' ' || form.p[i] > '~')
			abort();
	tt_buf_done(&form);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tt_arena arena;
	struct tt_str s = {(const char *)data, size};
	tt_arena_init(&arena, 16 << 20);
	if (size && size < 1 << 14) {
		check_links(s, &arena);
		check_signature(s);
		check_form(s);
	}
	tt_arena_done(&arena);
	return 0;
}
