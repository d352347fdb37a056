/* observe.c - see observe.h. */
#include "app/run/observe.h"

#include "sink/pg/observed.h"

static const enum tt_about abouts[] = {
	[TT_PG_FEED] = TT_ABOUT_FEED, [TT_PG_TOPIC] = TT_ABOUT_TOPIC, [TT_PG_POLLING] = TT_ABOUT_POLLING};

int tt_observe(struct tt_observer *o, struct tt_pg_conn *c, int64_t now_ms, struct tt_arena *arena,
	struct tt_verdict **ret, size_t *ret_n, struct tt_err *err)
{
	bool wanted[TT_PG_POLLING + 1];
	struct tt_pg_observed *seen = NULL;
	size_t n = 0;

	for (size_t i = 0; i < TT_LEN(wanted); i++)
		wanted[i] = tt_observer_asks(o, abouts[i]);
	int rc = tt_pg_observe(c, wanted, arena, &seen, &n, err);
	if (rc < 0)
		return rc;
	struct tt_observation *v = tt_arena_zalloc(arena, n + 1, sizeof(*v));
	if (!v)
		return tt_err_set(err, TT_ENOMEM, "alerts: %s", tt_err_text(TT_ENOMEM));
	for (size_t i = 0; i < n; i++)
		v[i] = (struct tt_observation){
			abouts[seen[i].thing], seen[i].name, {seen[i].first, seen[i].second}};
	return tt_observer_run(o, now_ms, v, n, arena, ret, ret_n, err);
}
