/* gauge.c - see gauge.h. */
#include "mood/gauge.h"

#include <math.h>

/* ---- what is needed ---- */

/* The kind's slot, or the free one where it belongs. */
static size_t slot_of(const struct tt_gauge_plan *plan, bool decays, int64_t span, int64_t lag)
{
	uint64_t hash =
		((uint64_t)span * 2 + decays) * 0x9E3779B97F4A7C15u + (uint64_t)lag * 0xC2B2AE3D27D4EB4Fu;
	size_t at = (size_t)(hash >> 52);
	for (; plan->slots[at]; at = (at + 1) % TT_GAUGE_SLOTS) {
		const struct tt_gauge_kind *k = &plan->v[plan->slots[at] - 1];
		if (k->decays == decays && k->span == span && k->lag == lag)
			break;
	}
	return at;
}

static bool add_kind(struct tt_gauge_plan *plan, bool decays, int64_t span, int64_t lag)
{
	size_t at = slot_of(plan, decays, span, lag);
	if (plan->slots[at])
		return true;
	if (plan->n == TT_GAUGES_MAX)
		return false;
	plan->v[plan->n++] = (struct tt_gauge_kind){decays, span, lag};
	plan->slots[at] = (uint16_t)plan->n;
	return true;
}

static bool add_term(struct tt_gauge_plan *plan, const struct tt_term *t)
{
	switch (t->measure) {
	case TT_MEASURE_MOOD:
	case TT_MEASURE_DISPERSION:
		return add_kind(plan, true, t->times[0], 0);
	case TT_MEASURE_CHANGE:
		return add_kind(plan, true, t->times[1], 0) && add_kind(plan, true, t->times[1], t->times[0]);
	case TT_MEASURE_SHOCK:
		return add_kind(plan, true, t->times[0], 0) && add_kind(plan, true, t->times[1], 0);
	case TT_MEASURE_BUZZ:
		return add_kind(plan, false, t->times[0], 0) && add_kind(plan, false, t->times[1], 0);
	case TT_MEASURE_ITEMS:
	case TT_MEASURE_NEGATIVE:
		return add_kind(plan, false, t->times[0], 0);
	default:
		return true; /* of items, or observed: no subject has it */
	}
}

bool tt_gauge_plan_add(struct tt_gauge_plan *plan, const struct tt_condition *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (!add_term(plan, &c->terms[i]))
			return false;
	return true;
}

/* ---- sums ---- */

static void take_in(struct tt_gauge *g, const struct tt_gauge_kind *k, const struct tt_minute *m)
{
	if (!k->decays) {
		g->n += m->n;
		g->n_neg += m->n_neg;
		return;
	}
	double old = 1, new = 1; /* what each is decayed by */
	if (g->w > 0 && m->minute > g->last)
		old = exp2(-(double)(m->minute - g->last) / (double)k->span);
	else if (g->w > 0)
		new = exp2(-(double)(g->last - m->minute) / (double)k->span);
	if (!(g->w > 0) || m->minute > g->last)
		g->last = m->minute;
	g->w = g->w * old + m->w * new;
	g->ws = g->ws * old + m->ws * new;
	g->wss = g->wss * old + m->wss * new;
}

static void begin(struct tt_gauge *g, const struct tt_gauge_kind *k, const struct tt_minutes *h, int64_t at)
{
	int64_t from = at - k->lag - (k->decays ? TT_MOOD_HORIZON * k->span : k->span);
	*g = (struct tt_gauge){.is_valid = true, .at = at};
	g->first = g->next = tt_minutes_find(h, from);
}

/* Brings it to the beginning of minute at. */
static void advance(struct tt_gauge *g, const struct tt_gauge_kind *k, const struct tt_minutes *h, int64_t at)
{
	int64_t until = at - k->lag;
	if (!g->is_valid || at < g->at)
		begin(g, k, h, at);
	for (; g->next < h->n && h->v[g->next].minute < until; g->next++)
		take_in(g, k, &h->v[g->next]);
	for (; !k->decays && g->first < g->next && h->v[g->first].minute < until - k->span; g->first++) {
		g->n -= h->v[g->first].n;
		g->n_neg -= h->v[g->first].n_neg;
	}
	g->at = at;
}

void tt_gauges_note(struct tt_gauges *all, const struct tt_minutes *h, const struct tt_minute *added,
	const struct tt_minutes_change *change)
{
	(void)h;
	for (size_t i = 0; i < all->plan->n; i++) {
		const struct tt_gauge_kind *k = &all->plan->v[i];
		struct tt_gauge *g = &all->v[i];
		if (!g->is_valid)
			continue;
		if (change->is_less) { /* rounding would be left */
			g->is_valid = false;
			continue;
		}
		bool is_in = added->minute < g->at - k->lag,
		     is_over = !k->decays && added->minute < g->at - k->lag - k->span;
		if (is_in && !is_over)
			take_in(g, k, added);
		if (change->is_new) { /* those behind it have moved */
			g->next += is_in;
			g->first += is_over || (change->index < g->first);
		}
	}
}

void tt_gauges_forget(struct tt_gauges *all, size_t n)
{
	for (size_t i = 0; i < all->plan->n; i++) {
		struct tt_gauge *g = &all->v[i];
		g->is_valid = g->is_valid && g->next >= n && (all->plan->v[i].decays || g->first >= n);
		g->next -= g->is_valid ? n : 0;
		g->first = g->is_valid && g->first >= n ? g->first - n : 0;
	}
}

/* ---- measures ---- */

static struct tt_gauge *find(
	struct tt_gauges *all, const struct tt_minutes *h, bool decays, int64_t span, int64_t lag, int64_t at)
{
	size_t i = (size_t)all->plan->slots[slot_of(all->plan, decays, span, lag)] - 1; /* it was planned */
	advance(&all->v[i], &all->plan->v[i], h, at);
	return &all->v[i];
}

static struct tt_mood mood_at(struct tt_gauges *all, const struct tt_minutes *h, int64_t half, int64_t lag,
	int64_t at, double weight_floor)
{
	const struct tt_gauge *g = find(all, h, true, half, lag, at);
	struct tt_mood mood = {NAN, NAN, 0};
	int64_t age = at - lag - g->last;
	if (!(g->w > 0) || age > TT_MOOD_HORIZON * half)
		return mood;
	mood.weight = g->w * exp2(-(double)age / (double)half);
	if (mood.weight < weight_floor)
		return mood;
	mood.mood = g->ws / g->w;
	mood.dispersion = sqrt(fmax(g->wss / g->w - mood.mood * mood.mood, 0));
	return mood;
}

static double buzz_at(struct tt_gauges *all, const struct tt_minutes *h, const struct tt_term *t, int64_t at)
{
	int64_t baseline = find(all, h, false, t->times[1], 0, at)->n,
		window = find(all, h, false, t->times[0], 0, at)->n;
	return baseline ? (double)window / ((double)baseline * (double)t->times[0] / (double)t->times[1])
			: NAN;
}

static double measure(struct tt_gauges *all, const struct tt_minutes *h, const struct tt_term *t, int64_t at,
	const struct tt_mood_conf *conf)
{
	double floor = conf->weight_floor;
	struct tt_mood near, far;
	const struct tt_gauge *g;

	switch (t->measure) {
	case TT_MEASURE_MOOD:
		return mood_at(all, h, t->times[0], 0, at, floor).mood;
	case TT_MEASURE_DISPERSION:
		return mood_at(all, h, t->times[0], 0, at, floor).dispersion;
	case TT_MEASURE_CHANGE:
		return mood_at(all, h, t->times[1], 0, at, floor).mood -
		       mood_at(all, h, t->times[1], t->times[0], at, floor).mood;
	case TT_MEASURE_SHOCK:
		near = mood_at(all, h, t->times[0], 0, at, floor);
		far = mood_at(all, h, t->times[1], 0, at, floor);
		return (near.mood - far.mood) / fmax(far.dispersion, conf->dispersion_floor);
	case TT_MEASURE_BUZZ:
		return buzz_at(all, h, t, at);
	case TT_MEASURE_ITEMS:
		return (double)find(all, h, false, t->times[0], 0, at)->n;
	case TT_MEASURE_NEGATIVE:
		g = find(all, h, false, t->times[0], 0, at);
		return g->n ? (double)g->n_neg / (double)g->n : NAN;
	default:
		return NAN;
	}
}

enum tt_truth tt_gauges_condition(struct tt_gauges *g, const struct tt_minutes *h,
	const struct tt_condition *c, int64_t at, const struct tt_mood_conf *conf, double *ret_value)
{
	enum tt_truth truth = TT_HOLDS;

	*ret_value = NAN;
	for (size_t i = 0; i < c->n && truth != TT_FAILS; i++) {
		double value = measure(g, h, &c->terms[i], at, conf);
		if (i == 0)
			*ret_value = value;
		truth = tt_term_join(truth, &c->terms[i], value);
	}
	return truth;
}

/* ---- when to look again ---- */

/* When the weight falls below the floor, or is too old; a minute early does no harm. */
static int64_t fades_at(const struct tt_gauge *g, const struct tt_gauge_kind *k, double floor)
{
	double lives = floor > 0 && g->w > 0 ? log2(g->w / floor) : TT_MOOD_HORIZON;
	if (!(g->w > 0) || lives <= 0)
		return INT64_MAX;
	if (lives > TT_MOOD_HORIZON)
		lives = TT_MOOD_HORIZON;
	int64_t at = g->last + k->lag + (int64_t)(lives * (double)k->span);
	return at > g->at ? at : at + 1 > g->at ? g->at + 1 : INT64_MAX;
}

/* The first minute at which this gauge says something else. */
static int64_t gauge_next(
	const struct tt_gauge *g, const struct tt_gauge_kind *k, const struct tt_minutes *h, double floor)
{
	int64_t enters = g->next < h->n ? h->v[g->next].minute + k->lag + 1 : INT64_MAX, other = INT64_MAX;
	if (k->decays)
		other = fades_at(g, k, floor);
	else if (g->first < g->next)
		other = h->v[g->first].minute + k->lag + k->span + 1;
	return enters < other ? enters : other;
}

static int64_t soonest(struct tt_gauges *all, const struct tt_minutes *h, bool decays, int64_t span,
	int64_t lag, int64_t at, double floor, int64_t than)
{
	const struct tt_gauge *g = find(all, h, decays, span, lag, at);
	int64_t next = gauge_next(g, &all->plan->v[g - all->v], h, floor);
	return next < than ? next : than;
}

/* The first minute at which the term's measure is another. */
static int64_t term_next(
	struct tt_gauges *g, const struct tt_minutes *h, const struct tt_term *t, int64_t at, double floor)
{
	const int64_t *times = t->times, never = INT64_MAX;
	switch (t->measure) {
	case TT_MEASURE_MOOD:
	case TT_MEASURE_DISPERSION:
		return soonest(g, h, true, times[0], 0, at, floor, never);
	case TT_MEASURE_CHANGE:
		return soonest(g, h, true, times[1], 0, at, floor,
			soonest(g, h, true, times[1], times[0], at, floor, never));
	case TT_MEASURE_SHOCK:
		return soonest(g, h, true, times[0], 0, at, floor,
			soonest(g, h, true, times[1], 0, at, floor, never));
	case TT_MEASURE_BUZZ:
		return soonest(g, h, false, times[0], 0, at, floor,
			soonest(g, h, false, times[1], 0, at, floor, never));
	case TT_MEASURE_ITEMS:
	case TT_MEASURE_NEGATIVE:
		return soonest(g, h, false, times[0], 0, at, floor, never);
	default:
		return never;
	}
}

/* Whether time alone can make it true. What lies in the future comes in by time, too. */
static bool can_ripen(const struct tt_term *t, const struct tt_minutes *h, int64_t at)
{
	if (h->n && h->v[h->n - 1].minute >= at)
		return true;
	switch (t->measure) {
	case TT_MEASURE_MOOD:
	case TT_MEASURE_DISPERSION:
	case TT_MEASURE_SHOCK:
		return false;
	case TT_MEASURE_ITEMS:
		return t->compare == TT_LESS || t->compare == TT_AT_MOST;
	default:
		return true;
	}
}

int64_t tt_gauges_until(struct tt_gauges *g, const struct tt_minutes *h, const struct tt_condition *c,
	int64_t at, const struct tt_mood_conf *conf, enum tt_until until)
{
	int64_t first = INT64_MAX;
	for (size_t i = 0; until == TT_UNTIL_HOLDS && i < c->n; i++)
		if (!can_ripen(&c->terms[i], h, at) &&
			tt_term_join(TT_HOLDS, &c->terms[i], measure(g, h, &c->terms[i], at, conf)) !=
				TT_HOLDS)
			return INT64_MAX;
	for (size_t i = 0; i < c->n; i++) {
		int64_t next = term_next(g, h, &c->terms[i], at, conf->weight_floor);
		first = next < first ? next : first;
	}
	return first;
}
