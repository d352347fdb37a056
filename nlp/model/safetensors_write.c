/* safetensors_write.c - see safetensors_write.h. */
#include "nlp/model/safetensors_write.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"

enum { CHUNK = 1 << 14 /* numbers rounded at a time */, PATH_MAX_BYTES = 4096 };

static const struct {
	const char *name;
	size_t bytes;
} dtypes[] = {
	[TT_F32] = {"F32", 4}, [TT_F16] = {"F16", 2}, [TT_BF16] = {"BF16", 2}, [TT_DTYPE_OTHER] = {"I64", 8}};

/* ---- a file that is whole or not there ---- */

struct beside {
	const char *path;
	char part[PATH_MAX_BYTES];
	FILE *f;
};

static int io_error(const char *path, struct tt_err *err)
{
	return tt_err_set(err, errno == ENOMEM ? TT_ENOMEM : TT_EIO, "'%s': %s", path, strerror(errno));
}

static int beside_open(struct beside *b, const char *path, struct tt_err *err)
{
	*b = (struct beside){.path = path};
	if ((size_t)snprintf(b->part, sizeof(b->part), "%s.part", path) >= sizeof(b->part))
		return tt_err_set(err, TT_ELIMIT, "'%.100s...': the path is too long", path);
	b->f = fopen(b->part, "we");
	return b->f ? TT_OK : io_error(b->part, err);
}

/* The new name is on disk once its folder is. */
static int sync_folder(const char *path, struct tt_err *err)
{
	char dir[PATH_MAX_BYTES];
	const char *slash = strrchr(path, '/');
	snprintf(dir, sizeof(dir), "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
	const int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const int rc = fd >= 0 && fsync(fd) == 0 ? TT_OK : io_error(dir, err);
	if (fd >= 0)
		close(fd);
	return rc;
}

/* rc: of the writing so far; when it is an error the part goes and the old file stays. */
static int beside_close(struct beside *b, int rc, struct tt_err *err)
{
	if (!b->f)
		return rc;
	if (rc == TT_OK && (fflush(b->f) != 0 || fsync(fileno(b->f)) != 0))
		rc = io_error(b->part, err);
	if (fclose(b->f) != 0 && rc == TT_OK)
		rc = io_error(b->part, err);
	if (rc == TT_OK && rename(b->part, b->path) != 0)
		rc = io_error(b->path, err);
	if (rc < 0) {
		unlink(b->part);
		return rc;
	}
	return sync_folder(b->path, err);
}

static int put(struct beside *b, const void *p, size_t bytes, struct tt_err *err)
{
	return fwrite(p, 1, bytes, b->f) == bytes ? TT_OK : io_error(b->part, err);
}

int tt_file_replace(const char *path, const void *bytes, size_t n, struct tt_err *err)
{
	struct beside b;
	int rc = beside_open(&b, path, err);
	if (rc == TT_OK)
		rc = put(&b, bytes, n, err);
	return beside_close(&b, rc, err);
}

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

static int put_floats(struct beside *b, const struct tt_tensor_out *t, size_t count, struct tt_err *err)
{
	const float *x = t->data, limit = limit_of(t->dtype);
	uint16_t half[CHUNK];
	int rc = TT_OK;
	for (size_t i = 0; i < count; i++)
		if (!(fabsf(x[i]) < limit))
			return tt_err_set(err, TT_EDATA,
				"'%s': tensor '%s': element %zu, %g, is not a finite number in %s", b->path,
				t->name, i, (double)x[i], dtypes[t->dtype].name);
	if (t->dtype == TT_F32)
		return put(b, x, count * sizeof(*x), err);
	for (size_t from = 0; rc == TT_OK && from < count; from += CHUNK) {
		const size_t n = count - from < CHUNK ? count - from : CHUNK;
		for (size_t i = 0; i < n; i++)
			half[i] = t->dtype == TT_F16 ? f16_of(x[from + i]) : bf16_of(x[from + i]);
		rc = put(b, half, n * sizeof(*half), err);
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
	struct beside b = {0};
	tt_buf_init(&h, TT_SAFETENSORS_HEADER_MAX);
	int rc = header(&h, tensors, n);
	if (rc < 0)
		rc = tt_err_set(err, rc, "'%s': %s", path, tt_err_text(rc));
	if (rc == TT_OK)
		rc = beside_open(&b, path, err);
	if (rc == TT_OK) {
		const uint64_t bytes = h.n;
		rc = put(&b, &bytes, sizeof(bytes), err);
	}
	if (rc == TT_OK)
		rc = put(&b, h.p, h.n, err);
	for (size_t i = 0; rc == TT_OK && i < n; i++)
		rc = tensors[i].dtype == TT_DTYPE_OTHER
			     ? put(&b, tensors[i].data, count_of(&tensors[i]) * sizeof(int64_t), err)
			     : put_floats(&b, &tensors[i], count_of(&tensors[i]), err);
	rc = beside_close(&b, rc, err);
	tt_buf_done(&h);
	return rc;
}
