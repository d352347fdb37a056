/* condition.c - see condition.h. */
#include "mood/condition.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/suggest.h"

enum { MINUTES_MAX = 366 * 1440 };

enum tt_about tt_condition_about(const struct tt_condition *c)
{
	return tt_measures[c->terms[0].measure].about;
}

/* ---- reading ---- */

struct reader {
	struct tt_str text;
	size_t at;
	struct tt_err *err;
};

static int fail(struct reader *r, const char *what)
{
	return tt_err_set(r->err, TT_ECONF, "column %zu: %s", r->at + 1, what);
}

static void skip_blanks(struct reader *r)
{
	while (r->at < r->text.n && isspace((unsigned char)r->text.p[r->at]))
		r->at++;
}

static bool take(struct reader *r, const char *what)
{
	size_t n = strlen(what);

	skip_blanks(r);
	if (r->text.n - r->at < n || memcmp(r->text.p + r->at, what, n) != 0)
		return false;
	r->at += n;
	return true;
}

static struct tt_str take_word(struct reader *r)
{
	skip_blanks(r);
	size_t begin = r->at;
	while (r->at < r->text.n && isalpha((unsigned char)r->text.p[r->at]))
		r->at++;
	return (struct tt_str){r->text.p + begin, r->at - begin};
}

static int take_measure(struct reader *r, enum tt_measure *ret)
{
	struct tt_str word = take_word(r);
	struct tt_suggest near = {.typed = word};

	for (int i = 0; i < TT_MEASURES; i++) {
		if (tt_str_eq(word, tt_str_c(tt_measures[i].name))) {
			*ret = (enum tt_measure)i;
			return TT_OK;
		}
		tt_suggest_try(&near, tt_str_c(tt_measures[i].name));
	}
	r->at -= word.n;
	if (near.best.n)
		return tt_err_set(r->err, TT_ECONF,
			"column %zu: there is no measure '%.*s'; did you mean '%.*s'?", r->at + 1,
			TT_FMT(word), TT_FMT(near.best));
	return fail(r, "a measure is missing: mood, dispersion, change, shock, buzz, items, negative, score, "
		       "relevance, novelty, quiet, failing, lag, behind, overdue");
}

/* A text for strtod, which needs an end. */
static bool take_number(struct reader *r, double *ret)
{
	char text[40], *end;

	skip_blanks(r);
	size_t n = r->text.n - r->at < sizeof(text) - 1 ? r->text.n - r->at : sizeof(text) - 1;
	memcpy(text, r->text.p + r->at, n);
	text[n] = '\0';
	size_t digits = strspn(text, "+-.0123456789eE");
	text[digits] = '\0';
	*ret = strtod(text, &end);
	if (end == text || *end || !isfinite(*ret))
		return false;
	r->at += digits;
	return true;
}

static int take_seconds(struct reader *r, bool with_seconds, int64_t *ret)
{
	static const struct {
		const char *unit;
		int64_t seconds;
	} units[] = {{"m", 60}, {"h", 3600}, {"d", 86400}, {"s", 1}};
	int64_t number = 0;

	skip_blanks(r);
	size_t begin = r->at;
	while (r->at < r->text.n && isdigit((unsigned char)r->text.p[r->at]) && number <= 100000000)
		number = 10 * number + (r->text.p[r->at++] - '0');
	for (size_t i = 0; i < TT_LEN(units) - !with_seconds; i++) {
		if (!number || !take(r, units[i].unit))
			continue;
		*ret = number * units[i].seconds;
		if (*ret <= (int64_t)MINUTES_MAX * 60)
			return TT_OK;
		break;
	}
	r->at = begin;
	return fail(r, with_seconds ? "a time is missing: 1s to 366d, as 90s, 30m, 6h, 7d"
				    : "a time is missing: 1m to 366d, as 30m, 6h, 7d");
}

static int take_time(struct reader *r, int64_t *ret_minutes)
{
	int64_t seconds = 0;
	int rc = take_seconds(r, false, &seconds);

	*ret_minutes = seconds / 60;
	return rc;
}

static int take_bound(struct reader *r, struct tt_term *t)
{
	int64_t seconds = 0;

	if (!tt_measures[t->measure].is_time)
		return take_number(r, &t->bound) ? TT_OK : fail(r, "a number is missing");
	int rc = take_seconds(r, true, &seconds);
	t->bound = (double)seconds / 60;
	return rc;
}

static int take_term(struct reader *r, struct tt_term *t)
{
	static const struct {
		const char *text;
		enum tt_compare compare;
	} compares[] = {{"<=", TT_AT_MOST}, {"<", TT_LESS}, {">=", TT_AT_LEAST}, {">", TT_MORE}};
	int rc = take_measure(r, &t->measure);

	if (rc == TT_OK && tt_measures[t->measure].times && !take(r, "("))
		rc = fail(r, "'(' is missing: a time belongs to the measure");
	for (int i = 0; rc == TT_OK && i < tt_measures[t->measure].times; i++) {
		if (i && !take(r, ","))
			return fail(r, "',' and another time are missing");
		rc = take_time(r, &t->times[i]);
	}
	if (rc == TT_OK && tt_measures[t->measure].times && !take(r, ")"))
		rc = fail(r, "')' is missing");
	if (rc < 0)
		return rc;
	if (t->measure == TT_MEASURE_SHOCK && t->times[0] >= t->times[1])
		return fail(r, "shock takes the shorter time first");
	if (t->measure == TT_MEASURE_BUZZ && t->times[0] > t->times[1])
		return fail(r, "buzz takes the window first, then the longer baseline");
	for (size_t i = 0; i < TT_LEN(compares); i++) {
		if (!take(r, compares[i].text))
			continue;
		t->compare = compares[i].compare;
		return take_bound(r, t);
	}
	return fail(r, "a comparison is missing: < <= > >=");
}

int tt_condition_parse(struct tt_str text, struct tt_condition *ret, struct tt_err *err)
{
	struct tt_condition c = {0};
	struct reader r = {text, 0, err};

	do {
		if (c.n == TT_TERMS_MAX)
			return fail(&r, "more than 8 terms");
		skip_blanks(&r);
		size_t begin = r.at;
		int rc = take_term(&r, &c.terms[c.n]);
		if (rc < 0)
			return rc;
		enum tt_measure first = c.terms[0].measure, other = c.terms[c.n].measure;
		if (tt_measures[other].about != tt_measures[first].about)
			return tt_err_set(err, TT_ECONF,
				"column %zu: %s is of %s and %s of %s: they cannot be asked together", begin + 1,
				tt_measures[other].name, tt_about_text(tt_measures[other].about), tt_measures[first].name,
				tt_about_text(tt_measures[first].about));
		c.n++;
	} while (take(&r, "and"));
	skip_blanks(&r);
	if (r.at < text.n)
		return fail(&r, "'and', or nothing more, is wanted");
	*ret = c;
	return TT_OK;
}

/* ---- measuring ---- */

int64_t tt_condition_lookback(const struct tt_condition *c)
{
	int64_t far = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct tt_term *t = &c->terms[i];
		int64_t longer = t->times[0] > t->times[1] ? t->times[0] : t->times[1], back = longer;
		if (t->measure == TT_MEASURE_MOOD || t->measure == TT_MEASURE_DISPERSION ||
			t->measure == TT_MEASURE_SHOCK)
			back = longer * TT_MOOD_HORIZON;
		if (t->measure == TT_MEASURE_CHANGE)
			back = t->times[0] + t->times[1] * TT_MOOD_HORIZON;
		far = back > far ? back : far;
	}
	return far;
}

static double share_negative(const struct tt_minutes *h, int64_t at, int64_t window)
{
	int64_t n = 0, negative = 0;

	for (size_t i = h->n; i-- > 0 && h->v[i].minute >= at - window;) {
		if (h->v[i].minute >= at)
			continue;
		n += h->v[i].n;
		negative += h->v[i].n_neg;
	}
	return n ? (double)negative / (double)n : NAN;
}

static double measure_at(
	const struct tt_term *t, const struct tt_minutes *h, int64_t at, const struct tt_mood_conf *conf)
{
	double a = (double)t->times[0], b = (double)t->times[1], floor = conf->weight_floor;

	switch (t->measure) {
	case TT_MEASURE_MOOD:
		return tt_mood_at(h, at, a, floor).mood;
	case TT_MEASURE_DISPERSION:
		return tt_mood_at(h, at, a, floor).dispersion;
	case TT_MEASURE_CHANGE:
		return tt_mood_at(h, at, b, floor).mood - tt_mood_at(h, at - t->times[0], b, floor).mood;
	case TT_MEASURE_SHOCK:
		return tt_shock_at(h, at, a, b, floor, conf->dispersion_floor);
	case TT_MEASURE_BUZZ:
		return tt_buzz_at(h, at, t->times[0], t->times[1]);
	case TT_MEASURE_ITEMS:
		return (double)tt_items_at(h, at, t->times[0]);
	case TT_MEASURE_NEGATIVE:
		return share_negative(h, at, t->times[0]);
	default:
		return NAN; /* of items, or observed: no subject has it */
	}
}

static bool compares(double value, const struct tt_term *t)
{
	switch (t->compare) {
	case TT_LESS:
		return value < t->bound;
	case TT_AT_MOST:
		return value <= t->bound;
	case TT_MORE:
		return value > t->bound;
	default:
		return value >= t->bound;
	}
}

enum tt_truth tt_truth_not(enum tt_truth truth)
{
	return truth == TT_UNKNOWN ? truth : truth == TT_HOLDS ? TT_FAILS : TT_HOLDS;
}

enum tt_truth tt_term_join(enum tt_truth truth, const struct tt_term *t, double value)
{
	if (isnan(value))
		return truth == TT_FAILS ? truth : TT_UNKNOWN;
	return compares(value, t) ? truth : TT_FAILS;
}

enum tt_truth tt_condition_at(const struct tt_condition *c, const struct tt_minutes *h, int64_t at,
	const struct tt_mood_conf *conf, double *ret_value)
{
	enum tt_truth truth = TT_HOLDS;

	*ret_value = NAN;
	for (size_t i = 0; i < c->n && truth != TT_FAILS; i++) {
		double value = measure_at(&c->terms[i], h, at, conf);
		if (i == 0)
			*ret_value = value;
		truth = tt_term_join(truth, &c->terms[i], value);
	}
	return truth;
}

static void format_time(int64_t minutes, char out[24])
{
	if (minutes % 1440 == 0)
		snprintf(out, 24, "%lldd", (long long)minutes / 1440);
	else if (minutes % 60 == 0)
		snprintf(out, 24, "%lldh", (long long)minutes / 60);
	else
		snprintf(out, 24, "%lldm", (long long)minutes);
}

void tt_term_format(const struct tt_term *t, char out[TT_TERM_TEXT])
{
	char a[24], b[24];

	format_time(t->times[0], a);
	format_time(t->times[1], b);
	switch (tt_measures[t->measure].times) {
	case 0:
		snprintf(out, TT_TERM_TEXT, "%s", tt_measures[t->measure].name);
		break;
	case 1:
		snprintf(out, TT_TERM_TEXT, "%s(%s)", tt_measures[t->measure].name, a);
		break;
	default:
		snprintf(out, TT_TERM_TEXT, "%s(%s, %s)", tt_measures[t->measure].name, a, b);
	}
}
