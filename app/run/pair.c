/* pair.c - see pair.h. */
#include "app/run/pair.h"

#include <stdlib.h>

struct pair {
	struct tt_sink_ops ops; /* its own: lookup is there when the sink that keeps has it */
	struct tt_sink published, kept;
	bool items_kept;
	struct tt_batch *rest; /* grows with the largest write */
	struct tt_batch **list;
	size_t room;
};

static int pair_lookup(void *self, const struct tt_batch *b, struct tt_arena *arena, struct tt_stored **ret,
	size_t *ret_n, struct tt_err *err)
{
	struct pair *r = self;
	return r->kept.ops->lookup(r->kept.self, b, arena, ret, ret_n, err);
}

static int make_room(struct pair *r, size_t n)
{
	if (n <= r->room)
		return TT_OK;
	struct tt_batch *rest = realloc(r->rest, n * sizeof(*rest));
	r->rest = rest ? rest : r->rest;
	struct tt_batch **list = realloc(r->list, n * sizeof(*list));
	r->list = list ? list : r->list;
	if (!rest || !list)
		return TT_ENOMEM;
	r->room = n;
	return TT_OK;
}

/* All of the batches but their items. They share what they point to, so that what the sink notes in it is
 * seen. */
static int keep_rest(struct pair *r, struct tt_batch *const *batches, size_t n, struct tt_sink_result *ret,
	struct tt_err *err)
{
	if (make_room(r, n) < 0)
		return tt_err_set(err, TT_ENOMEM, "%s", tt_err_text(TT_ENOMEM));
	for (size_t i = 0; i < n; i++) {
		r->rest[i] = *batches[i];
		r->rest[i].items = NULL;
		r->rest[i].n_items = 0;
		r->list[i] = &r->rest[i];
	}
	return r->kept.ops->write(r->kept.self, r->list, n, ret, err);
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
	free(r->rest);
	free(r->list);
	free(r);
}

int tt_pair_open(struct tt_sink *ret, struct tt_sink published, struct tt_sink kept, bool items_kept,
	struct tt_err *err)
{
	struct pair *r = calloc(1, sizeof(*r));
	if (!r) {
		published.ops->close(published.self);
		kept.ops->close(kept.self);
		return tt_err_set(err, TT_ENOMEM, "%s", tt_err_text(TT_ENOMEM));
	}
	r->ops = (struct tt_sink_ops){.name = kept.ops->name,
		.lookup = items_kept && kept.ops->lookup ? pair_lookup : NULL,
		.write = pair_write,
		.close = pair_close};
	r->published = published;
	r->kept = kept;
	r->items_kept = items_kept;
	*ret = (struct tt_sink){&r->ops, r};
	return TT_OK;
}
