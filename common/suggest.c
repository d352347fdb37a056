/* suggest.c - see suggest.h. */
#include "common/suggest.h"

enum { NAME_MAX_BYTES = 63 };

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;
	return m < c ? m : c;
}

size_t tt_edit_distance(struct tt_str a, struct tt_str b)
{
	size_t rows[3][NAME_MAX_BYTES +
		       1]; /* of the table: this letter of a, the one before, the one before that */
	size_t *row = rows[0], *up = rows[1], *up2 = rows[2];
	if (a.n > NAME_MAX_BYTES || b.n > NAME_MAX_BYTES)
		return SIZE_MAX;
	for (size_t j = 0; j <= b.n; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		size_t *spare = up2;
		up2 = up, up = row, row = spare;
		row[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			row[j] = min3(up[j] + 1, row[j - 1] + 1, up[j - 1] + (a.p[i - 1] != b.p[j - 1]));
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1] &&
				up2[j - 2] + 1 < row[j])
				row[j] = up2[j - 2] + 1;
		}
	}
	return row[b.n];
}

void tt_suggest_try(struct tt_suggest *s, struct tt_str name)
{
	size_t distance = tt_edit_distance(s->typed, name);
	size_t limit = s->typed.n < 3 ? 1 : s->typed.n / 3;
	if (distance <= limit && (!s->best.p || distance < s->distance)) {
		s->best = name;
		s->distance = distance;
	}
}
