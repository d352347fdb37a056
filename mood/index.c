/* index.c - see index.h. */
#include "mood/index.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"

size_t tt_minutes_find(const struct tt_minutes *h, int64_t minute)
{
	size_t low = 0, high = h->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (h->v[middle].minute < minute)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int make_room(struct tt_minutes *h)
{
	if (h->n < h->room)
		return TT_OK;
	size_t room = h->room ? 2 * h->room : 8;
	struct tt_minute *v = realloc(h->v, room * sizeof(*v));
	if (!v)
		return TT_ENOMEM;
	h->v = v;
	h->room = room;
	return TT_OK;
}

int tt_minutes_add(struct tt_minutes *h, const struct tt_minute *m, struct tt_minutes_change *ret)
{
	struct tt_minutes_change unused, *change = ret ? ret : &unused;
	size_t at = h->n && h->v[h->n - 1].minute < m->minute ? h->n : tt_minutes_find(h, m->minute);

	*change = (struct tt_minutes_change){.index = at, .is_less = m->n < 0 || m->w < 0};
	if (at == h->n || h->v[at].minute != m->minute) {
		change->is_new = true;
		if (make_room(h) < 0)
			return TT_ENOMEM;
		memmove(h->v + at + 1, h->v + at, (h->n - at) * sizeof(*h->v));
		h->v[at] = *m;
		h->n++;
		return TT_OK;
	}
	struct tt_minute *v = &h->v[at];
	v->n += m->n;
	v->n_pos += m->n_pos;
	v->n_neg += m->n_neg;
	v->w += m->w;
	v->ws += m->ws;
	v->wss += m->wss;
	if (v->n == 0) { /* what is left of the sums is what rounding left */
		memmove(v, v + 1, (h->n - at - 1) * sizeof(*v));
		h->n--;
		change->is_less = true;
	}
	return TT_OK;
}

size_t tt_minutes_forget(struct tt_minutes *h, int64_t before)
{
	size_t n = tt_minutes_find(h, before);

	if (!n)
		return 0;
	memmove(h->v, h->v + n, (h->n - n) * sizeof(*h->v));
	h->n -= n;
	return n;
}

void tt_minutes_done(struct tt_minutes *h)
{
	free(h->v);
	*h = (struct tt_minutes){0};
}

struct tt_mood tt_mood_at(const struct tt_minutes *h, int64_t at, double half_life, double weight_floor)
{
	double w = 0, ws = 0, wss = 0;
	int64_t last = INT64_MIN;
	struct tt_mood mood = {NAN, NAN, 0};

	/* One pass: the three sums decay from minute to minute. */
	for (size_t i = tt_minutes_find(h, at - (int64_t)floor(TT_MOOD_HORIZON * half_life)); i < h->n; i++) {
		const struct tt_minute *m = &h->v[i];
		if (m->minute >= at)
			break;
		double decay = w > 0 ? exp2(-(double)(m->minute - last) / half_life) : 0;
		w = w * decay + m->w;
		ws = ws * decay + m->ws;
		wss = wss * decay + m->wss;
		last = m->minute;
	}
	if (w <= 0)
		return mood;
	mood.weight = w * exp2(-(double)(at - last) / half_life);
	if (mood.weight < weight_floor)
		return mood;
	mood.mood = ws / w;
	mood.dispersion = sqrt(fmax(wss / w - mood.mood * mood.mood, 0));
	return mood;
}

int64_t tt_items_at(const struct tt_minutes *h, int64_t at, int64_t window)
{
	int64_t n = 0;

	for (size_t i = tt_minutes_find(h, at - window); i < h->n && h->v[i].minute < at; i++)
		n += h->v[i].n;
	return n;
}

double tt_buzz_at(const struct tt_minutes *h, int64_t at, int64_t window, int64_t baseline)
{
	int64_t all = tt_items_at(h, at, baseline);

	if (!all)
		return NAN;
	return (double)tt_items_at(h, at, window) / ((double)all * (double)window / (double)baseline);
}

double tt_shock_at(const struct tt_minutes *h, int64_t at, double half_short, double half_long,
	double weight_floor, double dispersion_floor)
{
	struct tt_mood near = tt_mood_at(h, at, half_short, weight_floor);
	struct tt_mood far = tt_mood_at(h, at, half_long, weight_floor);

	return (near.mood - far.mood) / fmax(far.dispersion, dispersion_floor);
}
