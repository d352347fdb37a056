/* sketch.c - see sketch.h. */
#include "common/sketch.h"

#include <endian.h>
#include <string.h>

enum { HEAD = 5 };

static size_t put(char *out, const uint32_t *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t le = htole32(v[i]);
		memcpy(out + 4 * i, &le, 4);
	}
	return 4 * n;
}

static bool take(struct tt_str *bytes, uint32_t *v, size_t n, size_t max)
{
	if (n > max || bytes->n < 4 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		uint32_t le;
		memcpy(&le, bytes->p + 4 * i, 4);
		v[i] = le32toh(le);
		if (i && v[i] <= v[i - 1])
			return false;
	}
	*bytes = (struct tt_str){bytes->p + 4 * n, bytes->n - 4 * n};
	return true;
}

size_t tt_sketch_pack(const struct tt_sketch *s, char out[TT_SKETCH_BYTES])
{
	size_t n = HEAD;
	out[0] = (char)s->n_title;
	out[1] = (char)s->n_body;
	out[2] = (char)s->n_numbers;
	out[3] = (char)s->n_names;
	out[4] = (char)(s->rises | s->falls << 1);
	n += put(out + n, s->title, s->n_title);
	n += put(out + n, s->body, s->n_body);
	n += put(out + n, s->numbers, s->n_numbers);
	return n + put(out + n, s->names, s->n_names);
}

bool tt_sketch_unpack(struct tt_str bytes, struct tt_sketch *ret)
{
	if (bytes.n < HEAD)
		return false;
	const unsigned char *head = (const unsigned char *)bytes.p;
	*ret = (struct tt_sketch){.n_title = head[0],
		.n_body = head[1],
		.n_numbers = head[2],
		.n_names = head[3],
		.rises = head[4] & 1,
		.falls = head[4] >> 1 & 1};
	bytes = (struct tt_str){bytes.p + HEAD, bytes.n - HEAD};
	return head[4] < 4 && take(&bytes, ret->title, ret->n_title, TT_SKETCH_TITLE) &&
	       take(&bytes, ret->body, ret->n_body, TT_SKETCH_BODY) &&
	       take(&bytes, ret->numbers, ret->n_numbers, TT_SKETCH_NUMBERS) &&
	       take(&bytes, ret->names, ret->n_names, TT_SKETCH_NAMES) && !bytes.n;
}
