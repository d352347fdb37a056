/* split.c - see split.h. */
#include "nlp/train/data/split.h"

#include <ctype.h>
#include <endian.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* ---- the parts ---- */

static bool parse_share(struct tt_str text, double *ret)
{
	char digits[32], *end;
	if (text.n == 0 || text.n >= sizeof(digits) || !isdigit((unsigned char)text.p[0]))
		return false;
	memcpy(digits, text.p, text.n);
	digits[text.n] = '\0';
	*ret = strtod(digits, &end);
	return *end == '\0' && *ret > 0 && *ret <= 1;
}

static bool parse_part(struct tt_str text, struct tt_data_part *ret)
{
	struct tt_str name = tt_str_split(&text, '=');
	if (name.n == 0 || name.n >= sizeof(ret->name) || !text.p || !parse_share(text, &ret->share))
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!isalnum((unsigned char)name.p[i]) && name.p[i] != '-' && name.p[i] != '_')
			return false;
	memcpy(ret->name, name.p, name.n);
	ret->name[name.n] = '\0';
	return true;
}

int tt_data_parts_parse(struct tt_data_parts *ret, struct tt_str text, struct tt_err *err)
{
	struct tt_data_parts p = {.n = 0};
	double sum = 0;
	while (text.p) {
		struct tt_str one = tt_str_split(&text, ',');
		if (p.n == TT_PARTS_MAX)
			return tt_err_set(err, TT_EUSAGE, "parts: more than %d", TT_PARTS_MAX);
		if (!parse_part(one, &p.v[p.n]))
			return tt_err_set(err, TT_EUSAGE,
				"parts: '%.*s' is not NAME=SHARE, with letters, digits, - and _ in the name "
				"and a share "
				"over 0 and up to 1",
				TT_FMT(one));
		for (size_t i = 0; i < p.n; i++)
			if (strcmp(p.v[i].name, p.v[p.n].name) == 0)
				return tt_err_set(err, TT_EUSAGE, "parts: '%s' is there twice", p.v[i].name);
		sum += p.v[p.n++].share;
	}
	if (fabs(sum - 1) > 1e-6)
		return tt_err_set(err, TT_EUSAGE, "parts: the shares add up to %g, not 1", sum);
	*ret = p;
	return TT_OK;
}

/* ---- groups ---- */

static uint32_t root_of(uint32_t *up, uint32_t c)
{
	while (up[c] != c)
		c = up[c] = up[up[c]];
	return c;
}

struct groups {
	const struct tt_dataset *d;
	uint32_t *up; /* (n_classes): a forest; the root has the group's smallest hash */
};

static int compare(const struct tt_dataset *d, uint32_t a, uint32_t b)
{
	const uint64_t *x = d->classes[a].hash, *y = d->classes[b].hash;
	size_t i = x[0] == y[0];
	return (x[i] > y[i]) - (x[i] < y[i]);
}

static int join(void *ctx, size_t earlier, size_t cls, double similarity)
{
	struct groups *g = ctx;
	uint32_t a = root_of(g->up, (uint32_t)earlier), b = root_of(g->up, (uint32_t)cls);
	(void)similarity;
	if (compare(g->d, a, b) > 0)
		g->up[a] = b;
	else
		g->up[b] = a;
	return TT_OK;
}

static uint8_t part_of(const struct tt_data_class *c, const struct tt_data_parts *parts, uint64_t seed)
{
	uint64_t key[2] = {htole64(c->hash[0]), htole64(c->hash[1])};
	double place = (double)(XXH3_64bits_withSeed(key, sizeof(key), seed) >> 11) * 0x1p-53, edge = 0;
	size_t i = 0;
	for (; i + 1 < parts->n; i++) {
		edge += parts->v[i].share;
		if (place < edge)
			break;
	}
	return (uint8_t)i;
}

int tt_data_split(const struct tt_dataset *d, const struct tt_data_parts *parts, uint64_t seed,
	double similarity, uint8_t *part_of_row, struct tt_data_split *ret, struct tt_err *err)
{
	struct groups g = {.d = d, .up = malloc((d->n_classes + 1) * sizeof(*g.up))};
	uint32_t *sizes = calloc(d->n_classes + 1, sizeof(*sizes));
	int rc = g.up && sizes ? TT_OK : TT_ENOMEM;
	for (uint32_t c = 0; rc == TT_OK && c < d->n_classes; c++)
		g.up[c] = c;
	if (rc == TT_OK)
		rc = tt_near_pairs(d, similarity, join, &g);
	*ret = (struct tt_data_split){0};
	for (size_t i = 0; rc == TT_OK && i < d->n_rows; i++) {
		uint32_t root = root_of(g.up, d->rows[i].cls);
		uint8_t part = part_of_row[i] = part_of(&d->classes[root], parts, seed);
		ret->rows[part]++;
		ret->kinds[part][d->rows[i].kind]++;
		ret->groups += sizes[root]++ == 0;
		if (sizes[root] > ret->largest)
			ret->largest = sizes[root];
	}
	free(g.up);
	free(sizes);
	return rc < 0 ? tt_err_set(err, rc, "splitting %zu rows: %s", d->n_rows, tt_err_text(rc)) : TT_OK;
}
