/* safetensors_write.c - see safetensors_write.h. */
#include "nlp/model/safetensors_write.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/file.h"

enum { CHUNK = 1 << 14 /* numbers rounded at a time */ };

static const struct {
	const char *name;
	size_t bytes;
} dtypes[] = {
	[TT_F32] = {"F32", 4}, [TT_F16] = {"F16", 2}, [TT_BF16] = {"BF16", 2}, [TT_DTYPE_OTHER] = {"I64", 8}};

/* ---- numbers ---- */

static uint32_t bits_of(float f)
{
	uint32_t bits;
	memcpy(&bits, &f, sizeof(bits));
	return bits;
}

/* To nearest, ties to even. Below 2^-14 binary16 has steps of 2^-24: adding 0.5, whose last place that is,
 * rounds to them. */
static uint16_t f16_of(float f)
{
	const uint32_t bits = bits_of(f), sign = bits >> 16 & 0x8000;
	const float magnitude = fabsf(f);
	if (magnitude < 0x1p-14f)
		return (uint16_t)(sign | (bits_of(magnitude + 0.5f) - bits_of(0.5f)));
	if (magnitude >= 65520) /* and NaN, which is refused before */
		return (uint16_t)(sign | 0x7c00);
	const uint32_t m = bits_of(magnitude);
	return (uint16_t)(sign | (((m + 0xfff + (m >> 13 & 1)) >> 13) - (112 << 10)));
}

static uint16_t bf16_of(float f)
{
	const uint32_t bits = bits_of(f);
	return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

/* Where dtype's numbers end: what rounds to infinity is not finite in it. */
static float limit_of(enum tt_dtype dtype)
{
	return dtype == TT_F16 ? 65520.0f : dtype == TT_BF16 ? 0x1.ffp127f : INFINITY;
}

static int put_floats(struct tt_file_out *f, const struct tt_tensor_out *t, size_t count, struct tt_err *err)
{
	const float *x = t->data, limit = limit_of(t->dtype);
	uint16_t half[CHUNK];
	int rc = TT_OK;
	for (size_t i = 0; i < count; i++)
		if (!(fabsf(x[i]) < limit))
			return tt_err_set(err, TT_EDATA,
				"'%s': tensor '%s': element %zu, %g, is not a finite number in %s", f->path,
				t->name, i, (double)x[i], dtypes[t->dtype].name);
	if (t->dtype == TT_F32)
		return tt_file_put(f, x, count * sizeof(*x), err);
	for (size_t from = 0; rc == TT_OK && from < count; from += CHUNK) {
		const size_t n = count - from < CHUNK ? count - from : CHUNK;
		for (size_t i = 0; i < n; i++)
			half[i] = t->dtype == TT_F16 ? f16_of(x[from + i]) : bf16_of(x[from + i]);
		rc = tt_file_put(f, half, n * sizeof(*half), err);
	}
	return rc;
}

/* ---- the file ---- */

static size_t count_of(const struct tt_tensor_out *t)
{
	return t->rows * (t->cols ? t->cols : 1);
}

static int header(struct tt_buf *h, const struct tt_tensor_out *tensors, size_t n)
{
	size_t at = 0;
	tt_buf_printf(h, "{\"__metadata__\":{\"format\":\"pt\"}");
	for (size_t i = 0; i < n; i++) {
		const struct tt_tensor_out *t = &tensors[i];
		const size_t end = at + count_of(t) * dtypes[t->dtype].bytes;
		tt_buf_printf(h,
			",\"%s\":{\"dtype\":\"%s\",\"shape\":[%zu%s%.0zu],\"data_offsets\":[%zu,%zu]}",
			t->name, dtypes[t->dtype].name, t->rows, t->cols ? "," : "", t->cols, at, end);
		at = end;
	}
	tt_buf_char(h, '}');
	while (h->rc == TT_OK && h->n % 8) /* the data begins aligned */
		tt_buf_char(h, ' ');
	return h->rc;
}

int tt_safetensors_write(const char *path, const struct tt_tensor_out *tensors, size_t n, struct tt_err *err)
{
	struct tt_buf h;
	struct tt_file_out f;
	tt_buf_init(&h, TT_SAFETENSORS_HEADER_MAX);
	int rc = header(&h, tensors, n);
	if (rc < 0)
		rc = tt_err_set(err, rc, "'%s': %s", path, tt_err_text(rc));
	const uint64_t bytes = h.n;
	if (rc == TT_OK)
		rc = tt_file_begin(&f, path, err);
	if (rc < 0)
		goto out;
	rc = tt_file_put(&f, &bytes, sizeof(bytes), err);
	if (rc == TT_OK)
		rc = tt_file_put(&f, h.p, h.n, err);
	for (size_t i = 0; rc == TT_OK && i < n; i++)
		rc = tensors[i].dtype == TT_DTYPE_OTHER
			     ? tt_file_put(&f, tensors[i].data, count_of(&tensors[i]) * sizeof(int64_t), err)
			     : put_floats(&f, &tensors[i], count_of(&tensors[i]), err);
	rc = tt_file_end(&f, rc, err);
out:
	tt_buf_done(&h);
	return rc;
}
