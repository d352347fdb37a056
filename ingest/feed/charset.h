/* charset.h - the bytes of a document as UTF-8.
 * Who says what it is, the first believable one: byte order mark, XML declaration, Content-Type, detection;
 * at last UTF-8 with every bad byte read as windows-1252. A label is believed when the bytes decode by it;
 * one that names a single-byte encoding, which everything decodes by, not when they are UTF-8. Labels mean
 * what browsers make of them (ISO-8859-1 is windows-1252, GB2312 is GB18030, ...). Owner: as said below.
 * Threads: any. Blocking: none. */
#ifndef TT_INGEST_FEED_CHARSET_H
#define TT_INGEST_FEED_CHARSET_H

#include "common/buf.h"

struct tt_charset {
	struct tt_str text; /* valid UTF-8 without BOM: a part of the input, or of the buffer */
	bool recovered; /* no label, or a wrong one, and bytes beyond ASCII; or bytes that had to be replaced
			 */
};

/* buf: where converted text goes, its max is the limit (TT_ELIMIT). TT_ENOMEM. */
int tt_charset_decode(
	struct tt_str bytes, struct tt_str content_type, struct tt_buf *buf, struct tt_charset *ret);

/* The charset parameter of a Content-Type, {NULL,0} when there is none. */
struct tt_str tt_charset_param(struct tt_str content_type);

/* charset_detect.c: the encoding that unlabelled text beyond ASCII most likely is in, an iconv name; NULL
 * when none fits. */
const char *tt_charset_detect(struct tt_str bytes);

/* charset_iconv.c. Converts all of bytes from an iconv encoding. lossy: bad bytes become U+FFFD, otherwise
 * they end it with TT_EPARSE. TT_ENOENT: iconv does not know the name. */
int tt_charset_iconv(const char *from, struct tt_str bytes, bool lossy, struct tt_buf *out);

#endif
