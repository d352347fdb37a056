/* budget.c - see budget.h. */
#include "ingest/fetch/budget.h"

void tt_budget_init(struct tt_budget *b, int64_t max_bytes, int64_t n_holders)
{
	*b = (struct tt_budget){.share_bytes = max_bytes / 2 / n_holders, .common_bytes = max_bytes / 2};
}

static int64_t beyond_share(const struct tt_budget *b, int64_t bytes)
{
	return bytes > b->share_bytes ? bytes - b->share_bytes : 0;
}

static bool fits(const struct tt_budget *b, int64_t more)
{
	return b->used_bytes + more <= b->common_bytes;
}

static void line_up(struct tt_budget *b, struct tt_budget_holder *h, int64_t bytes)
{
	if (h->wanted_bytes)
		return;
	h->wanted_bytes = bytes;
	h->prev = b->last;
	h->next = NULL;
	*(b->last ? &b->last->next : &b->first) = h;
	b->last = h;
	b->n_waiting++;
}

static void leave_line(struct tt_budget *b, struct tt_budget_holder *h)
{
	if (!h->wanted_bytes)
		return;
	h->wanted_bytes = 0;
	*(h->prev ? &h->prev->next : &b->first) = h->next;
	*(h->next ? &h->next->prev : &b->last) = h->prev;
	b->n_waiting--;
}

bool tt_budget_take(struct tt_budget *b, struct tt_budget_holder *h, size_t bytes)
{
	int64_t now = h->bytes + (int64_t)bytes;
	int64_t more = beyond_share(b, now) - beyond_share(b, h->bytes);
	if (more && h != b->favoured && !fits(b, more)) {
		line_up(b, h, more);
		return false;
	}
	b->used_bytes += more;
	b->held_bytes += (int64_t)bytes;
	h->bytes = now;
	return true;
}

void tt_budget_give(struct tt_budget *b, struct tt_budget_holder *h)
{
	leave_line(b, h);
	b->used_bytes -= beyond_share(b, h->bytes);
	b->held_bytes -= h->bytes;
	h->bytes = 0;
	if (b->favoured == h)
		b->favoured = NULL;
}

struct tt_budget_holder *tt_budget_next(struct tt_budget *b)
{
	struct tt_budget_holder *h = b->first;
	if (!h)
		return NULL;
	bool has_room = fits(b, h->wanted_bytes);
	if (!has_room && b->favoured)
		return NULL;
	if (!has_room)
		b->favoured = h;
	leave_line(b, h);
	return h;
}
