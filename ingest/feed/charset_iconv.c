/* charset_iconv.c - iconv into a bounded buffer, see charset.h. */
#include "ingest/feed/charset.h"

#include <errno.h>
#include <iconv.h>

#include "common/err.h"

enum { PIECE = 16384 };

static int convert(iconv_t cd, struct tt_str bytes, bool lossy, struct tt_buf *out)
{
	char piece[PIECE];
	char *in = (char *)bytes.p; /* iconv's prototype; it does not write there */
	size_t left = bytes.n;
	for (bool more = true; more;) {
		char *to = piece;
		size_t room = sizeof(piece);
		more = left > 0; /* once more at the end: some decoders hold a character back that may combine */
		size_t rc = more ? iconv(cd, &in, &left, &to, &room) : iconv(cd, NULL, NULL, &to, &room);
		int why = errno;
		int added = tt_buf_add(out, piece, (size_t)(to - piece));
		if (added < 0)
			return added;
		if (rc != (size_t)-1 || why == E2BIG)
			continue;
		if (!lossy || !more)
			return lossy ? TT_OK : TT_EPARSE;
		if ((added = tt_buf_str(out, TT_STR("\xef\xbf\xbd"))) < 0)
			return added;
		in++, left--;
	}
	return TT_OK;
}

int tt_charset_iconv(const char *from, struct tt_str bytes, bool lossy, struct tt_buf *out)
{
	iconv_t cd = iconv_open("UTF-8", from);
	if (cd == (iconv_t)-1)
		return errno == ENOMEM ? TT_ENOMEM : TT_ENOENT;
	tt_buf_reset(out);
	int rc = convert(cd, bytes, lossy, out);
	iconv_close(cd);
	return rc;
}
