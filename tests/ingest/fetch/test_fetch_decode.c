/* test_fetch_decode.c - Content-Encodings as servers send them: right, cut off, mislabelled, nested, too
 * large. */
#include "ingest/fetch/decode.h"

#include <string.h>

#include <brotli/encode.h>
#include <zlib.h>

#include "tests/fault.h"
#include "tests/tt_test.h"

#define FEED "<rss version='2.0'><channel><title>A feed</title></channel></rss>"

enum { ROOM = 100000, GZIP = 15 + 16, ZLIB = 15, BARE = -15 };

static struct tt_str zlibbed(struct tt_str in, int bits)
{
	static char out[8][4096];
	static size_t turn;
	char *p = out[turn++ % 8];
	z_stream z = {.next_in = (Bytef *)(uintptr_t)in.p,
		.avail_in = (uInt)in.n,
		.next_out = (Bytef *)p,
		.avail_out = 4096};
	TT_EQ(deflateInit2(&z, 9, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
	TT_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return (struct tt_str){p, z.total_out};
}

static struct tt_str brotlied(struct tt_str in)
{
	static char out[4096];
	size_t n = sizeof(out);
	TT_TRUE(BrotliEncoderCompress(
		9, 22, BROTLI_MODE_TEXT, in.n, (const uint8_t *)in.p, &n, (uint8_t *)out));
	return (struct tt_str){out, n};
}

static struct tt_str joined(struct tt_str a, struct tt_str b)
{
	static char out[8192];
	memcpy(out, a.p, a.n);
	memcpy(out + a.n, b.p, b.n);
	return (struct tt_str){out, a.n + b.n};
}

static void expect(size_t row, struct tt_str body, const char *encoding, int rc, const char *text)
{
	struct tt_err err = {0};
	struct tt_buf out;
	tt_buf_init(&out, ROOM);
	TT_EQ_ROW(row, tt_decode(body, tt_str_c(encoding), &out, &err), rc);
	if (rc == TT_OK && !tt_str_eq(tt_buf_view(&out), tt_str_c(text))) {
		print_error("row %zu: '%.*s', want '%s'\n", row, TT_FMT(tt_buf_view(&out)), text);
		fail();
	}
	if (rc != TT_OK && !strstr(err.msg, text)) {
		print_error("row %zu: '%s' does not have '%s'\n", row, err.msg, text);
		fail();
	}
	tt_buf_done(&out);
}

TT_TEST(as_it_should_be)
{
	const struct tt_str feed = TT_STR(FEED);
	expect(0, feed, "", TT_OK, FEED);
	expect(1, feed, "identity", TT_OK, FEED);
	expect(2, zlibbed(feed, GZIP), "gzip", TT_OK, FEED);
	expect(3, zlibbed(feed, GZIP), "X-GZip", TT_OK, FEED);
	expect(4, zlibbed(feed, ZLIB), "deflate", TT_OK, FEED);
	expect(5, brotlied(feed), "br", TT_OK, FEED);
	expect(6, zlibbed(brotlied(feed), GZIP), "br, gzip", TT_OK, FEED);
	expect(7, zlibbed(zlibbed(zlibbed(feed, GZIP), GZIP), ZLIB), "gzip,gzip , identity,, deflate", TT_OK,
		FEED);
	expect(8, joined(zlibbed(feed, GZIP), zlibbed(feed, GZIP)), "gzip", TT_OK, FEED FEED);
	expect(9, TT_STR(""), "gzip", TT_OK, "");
}

TT_TEST(as_it_is)
{
	const struct tt_str feed = TT_STR(FEED);
	struct tt_str packed = zlibbed(feed, GZIP), cut = {packed.p, packed.n - 8};
	expect(0, zlibbed(feed, BARE), "deflate", TT_OK, FEED);
	expect(1, packed, "deflate", TT_OK, FEED);
	expect(2, zlibbed(feed, ZLIB), "gzip", TT_OK, FEED);
	expect(3, feed, "gzip", TT_OK, FEED);
	expect(4, feed, "deflate", TT_OK, FEED);
	expect(5, feed, "br", TT_OK, FEED);
	expect(6, feed, "utf-8", TT_OK, FEED);
	expect(7, cut, "gzip", TT_OK, FEED);
	expect(8, joined(packed, TT_STR("\r\n")), "gzip", TT_OK, FEED);
}

TT_TEST(what_is_no_good)
{
	const struct tt_str feed = TT_STR(FEED);
	char spoilt[4096];
	struct tt_str packed = zlibbed(feed, GZIP);
	memcpy(spoilt, packed.p, packed.n);
	spoilt[packed.n - 5] ^= 1;
	expect(0, (struct tt_str){spoilt, packed.n}, "gzip", TT_EPEER, "broken gzip");
	expect(1, TT_STR("Sorry, no"), "gzip", TT_EPEER, "broken gzip");
	expect(2, TT_STR("\xff\xff\xff\xff"), "deflate", TT_EPEER, "broken deflate");
	expect(3, TT_STR("\xff\xff\xff\xff\xff\xff"), "br", TT_EPEER, "broken br");
	expect(4, TT_STR("(\xb5/\xfd"), "zstd", TT_EPEER, "'zstd' is not one that was asked for");
	expect(5, packed, "gzip, gzip, gzip, gzip", TT_EPEER, "4 content encodings");
}

TT_TEST(bombs)
{
	static char zeros[ROOM + 1];
	struct tt_str over = {zeros, sizeof(zeros)}, just = {zeros, ROOM};
	struct tt_buf out;
	tt_buf_init(&out, ROOM);
	expect(0, zlibbed(over, GZIP), "gzip", TT_ELIMIT, "");
	expect(1, zlibbed(over, BARE), "deflate", TT_ELIMIT, "");
	expect(2, brotlied(over), "br", TT_ELIMIT, "");
	expect(3, zlibbed(zlibbed(over, GZIP), GZIP), "gzip, gzip", TT_ELIMIT, "");
	TT_EQ(tt_decode(zlibbed(just, GZIP), TT_STR("gzip"), &out, NULL), TT_OK);
	TT_EQ(out.n, ROOM);
	tt_buf_done(&out);
}

TT_TEST(without_memory)
{
	struct tt_str packed = zlibbed(zlibbed(TT_STR(FEED), GZIP), GZIP);
	int rc = TT_ENOMEM;
	for (int n = 0; n < 20 && rc == TT_ENOMEM; n++) {
		struct tt_err err = {0};
		struct tt_buf out;
		tt_buf_init(&out, ROOM);
		tt_fault_alloc_after(n);
		rc = tt_decode(packed, TT_STR("gzip, gzip"), &out, &err);
		tt_fault_off();
		TT_TRUE(rc == TT_OK || err.code == TT_ENOMEM);
		tt_buf_done(&out);
		TT_EQ(tt_alloc_live(), 0);
	}
	TT_EQ(rc, TT_OK);
}

TT_MAIN(TT_RUN(as_it_should_be), TT_RUN(as_it_is), TT_RUN(what_is_no_good), TT_RUN(bombs),
	TT_RUN(without_memory))
