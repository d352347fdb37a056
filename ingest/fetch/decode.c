/* decode.c - see decode.h. */
#include "ingest/fetch/decode.h"

#include <brotli/decode.h>
#include <zlib.h>

enum { PIECE_BYTES = 16384, MOST_LAYERS = 3 };
enum {
	ANY_HEADER = 15 + 32,
	NO_HEADER = -15
}; /* what inflateInit2() calls windowBits: gzip's or zlib's; none */

/* What undoes a layer returns TT_OK with what there was, also of a body that is cut off; TT_EPARSE; or the
 * buffer's code. */

static bool has_another_member(const z_stream *z)
{
	return z->avail_in > 1 && z->next_in[0] == 0x1f && z->next_in[1] == 0x8b;
}

static int undo_zlib(struct tt_str in, int bits, struct tt_buf *out)
{
	unsigned char piece[PIECE_BYTES];
	z_stream z = {.next_in = (Bytef *)(uintptr_t)in.p, .avail_in = (uInt)in.n};
	int rc = TT_OK, status = inflateInit2(&z, bits);
	while (rc == TT_OK && status == Z_OK) {
		z.next_out = piece;
		z.avail_out = sizeof(piece);
		status = inflate(&z, Z_NO_FLUSH);
		rc = tt_buf_add(out, piece, sizeof(piece) - z.avail_out);
		if (status == Z_STREAM_END && has_another_member(&z))
			status = inflateReset(&z);
	}
	inflateEnd(&z);
	if (rc == TT_OK && status == Z_MEM_ERROR)
		rc = TT_ENOMEM;
	if (rc == TT_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) /* the latter: it is cut off */
		rc = TT_EPARSE;
	return rc;
}

static int undo_gzip(struct tt_str in, struct tt_buf *out)
{
	return undo_zlib(in, ANY_HEADER, out);
}

static int undo_deflate(struct tt_str in, struct tt_buf *out)
{
	int rc = undo_zlib(in, ANY_HEADER, out);
	if (rc != TT_EPARSE || out->n)
		return rc;
	return undo_zlib(in, NO_HEADER, out);
}

static int undo_brotli(struct tt_str in, struct tt_buf *out)
{
	uint8_t piece[PIECE_BYTES];
	const uint8_t *next = (const uint8_t *)in.p;
	BrotliDecoderState *s = BrotliDecoderCreateInstance(NULL, NULL, NULL);
	BrotliDecoderResult status = BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;
	int rc = s ? TT_OK : TT_ENOMEM;
	while (rc == TT_OK && status == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) {
		uint8_t *at = piece;
		size_t room = sizeof(piece);
		status = BrotliDecoderDecompressStream(s, &in.n, &next, &room, &at, NULL);
		rc = tt_buf_add(out, piece, sizeof(piece) - room);
	}
	BrotliDecoderDestroyInstance(s);
	return rc == TT_OK && status == BROTLI_DECODER_RESULT_ERROR ? TT_EPARSE : rc;
}

static const struct {
	struct tt_str name;
	int (*undo)(struct tt_str in, struct tt_buf *out);
} codings[] = {
	{{"gzip", 4}, undo_gzip},
	{{"x-gzip", 6}, undo_gzip},
	{{"deflate", 7}, undo_deflate},
	{{"br", 2}, undo_brotli},
};

/* Asked when it is not encoded as it should be. */
static bool is_document(struct tt_str s)
{
	static const struct tt_str beginnings[] = {{"<", 1}, {"{", 1}, {"[", 1}, {"\xef\xbb\xbf", 3}};
	s = tt_str_trim(s);
	for (size_t i = 0; i < TT_LEN(beginnings); i++)
		if (tt_str_starts(s, beginnings[i]))
			return true;
	return false;
}

static int undo(struct tt_str in, struct tt_str name, struct tt_buf *out, struct tt_err *err)
{
	size_t i = 0;
	while (i < TT_LEN(codings) && !tt_str_eq_ci(name, codings[i].name))
		i++;
	if (i == TT_LEN(codings) && is_document(in))
		return tt_buf_str(out, in);
	if (i == TT_LEN(codings))
		return tt_err_set(
			err, TT_EPEER, "Content-Encoding '%.*s' is not one that was asked for", TT_FMT(name));
	int rc = codings[i].undo(in, out);
	if (rc != TT_EPARSE)
		return rc;
	tt_buf_reset(out);
	if (is_document(in))
		return tt_buf_str(out, in);
	return tt_err_set(err, TT_EPEER, "broken %.*s encoding", TT_FMT(name));
}

/* How many layers the header's list names, the innermost first; more than MOST_LAYERS are only counted. */
static size_t read_list(struct tt_str list, struct tt_str layers[MOST_LAYERS])
{
	size_t n = 0;
	while (list.p) {
		struct tt_str name = tt_str_trim(tt_str_split(&list, ','));
		if (!name.n || tt_str_eq_ci(name, TT_STR("identity")))
			continue;
		if (n < MOST_LAYERS)
			layers[n] = name;
		n++;
	}
	return n;
}

int tt_decode(struct tt_str body, struct tt_str encoding, struct tt_buf *out, struct tt_err *err)
{
	struct tt_str layers[MOST_LAYERS];
	struct tt_buf inner; /* it and out take turns: from the one into the other */
	size_t n = read_list(encoding, layers);
	int rc = n ? TT_OK : tt_buf_str(out, body);
	tt_buf_init(&inner, out->max);
	if (n > MOST_LAYERS)
		return tt_err_set(err, TT_EPEER, "%zu content encodings, one in another", n);
	while (rc == TT_OK && n--) {
		struct tt_buf outer = *out;
		*out = inner;
		inner = outer;
		tt_buf_reset(out);
		rc = undo(body, layers[n], out, err);
		body = tt_buf_view(out);
	}
	tt_buf_done(&inner);
	return rc == TT_ENOMEM ? tt_err_set(err, rc, "out of memory") : rc;
}
