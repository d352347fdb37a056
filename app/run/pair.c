/* pair.c - see pair.h. */
#include "app/run/pair.h"

#include <stdlib.h>

struct pair {
	struct tt_sink published, kept;
	bool items_kept;
};

static int pair_lookup(void *self, const struct tt_batch *b, struct tt_arena *arena, struct tt_stored **ret,
	size_t *ret_n, struct tt_err *err)
{
	struct pair *r = self;
	return r->kept.ops->lookup(r->kept.self, b, arena, ret, ret_n, err);
}

/* All of the batches but their items. They share what they point to, so that what the sink notes in it is
 * seen.
 */
static int keep_rest(struct pair *r, struct tt_batch *const *batches, size_t n, struct tt_sink_result *ret,
	struct tt_err *err)
{
	struct tt_batch *rest = calloc(n + 1, sizeof(*rest));
	struct tt_batch **list = calloc(n + 1, sizeof(*list));
	int rc = TT_ENOMEM;
	for (size_t i = 0; i < n && rest && list; i++) {
		rest[i] = *batches[i];
		rest[i].items = NULL;
		rest[i].n_items = 0;
		list[i] = &rest[i];
	}
	if (rest && list)
		rc = r->kept.ops->write(r->kept.self, list, n, ret, err);
	else
		tt_err_set(err, rc, "%s", tt_err_text(rc));
	free(list);
	free(rest);
	return rc;
}

static int pair_write(
	void *self, struct tt_batch *const *batches, size_t n, struct tt_sink_result *ret, struct tt_err *err)
{
	struct tt_sink_result published = {0}, kept = {0};
	struct pair *r = self;
	int rc = r->published.ops->write(r->published.self, batches, n, &published, err);
	if (rc < 0)
		return rc;
	if (r->items_kept)
		return r->kept.ops->write(r->kept.self, batches, n, ret, err);
	rc = keep_rest(r, batches, n, &kept, err);
	if (rc < 0)
		return rc;
	kept.items = published.items;
	*ret = kept;
	return TT_OK;
}

static void pair_close(void *self)
{
	struct pair *r = self;
	if (!r)
		return;
	r->published.ops->close(r->published.self);
	r->kept.ops->close(r->kept.self);
	free(r);
}

static const struct tt_sink_ops storing = {
	.name = "kafka, then the database", .lookup = pair_lookup, .write = pair_write, .close = pair_close};
static const struct tt_sink_ops passing = {
	.name = "kafka, then the other", .write = pair_write, .close = pair_close};

int tt_pair_open(struct tt_sink *ret, struct tt_sink published, struct tt_sink kept, bool items_kept,
	struct tt_err *err)
{
	struct pair *r = calloc(1, sizeof(*r));
	if (!r) {
		published.ops->close(published.self);
		kept.ops->close(kept.self);
		return tt_err_set(err, TT_ENOMEM, "%s", tt_err_text(TT_ENOMEM));
	}
	r->published = published;
	r->kept = kept;
	r->items_kept = items_kept;
	ret->ops = items_kept && kept.ops->lookup ? &storing : &passing;
	ret->self = r;
	return TT_OK;
}
