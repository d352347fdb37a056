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

/* charset_label.c */
enum { TT_CHARSET_NAME = 40 };
/* encoding="..." of an XML declaration in ASCII-compatible bytes; {NULL,0} when it is not there. */
struct tt_str tt_charset_declared(struct tt_str bytes);
/* The iconv name of a label, lower case; false when it cannot be one, or is one that no document has a right
 * to (UTF-7). */
bool tt_charset_iconv_name(struct tt_str label, char name[TT_CHARSET_NAME]);
/* True for an iconv name of an encoding that any bytes decode by. */
bool tt_charset_single_byte(const char *name);

/* charset_detect.c: iconv names of the encodings that unlabelled text beyond ASCII most likely is in, best
 * first; returns how many. */
enum { TT_CHARSET_GUESSES = 3 };
size_t tt_charset_detect(struct tt_str bytes, const char *ret[TT_CHARSET_GUESSES]);

/* charset_iconv.c. Converts all of bytes from an iconv encoding. lossy: bad bytes become U+FFFD, otherwise
 * they end it with TT_EPARSE. TT_ENOENT: iconv does not know the name. */
int tt_charset_iconv(const char *from, struct tt_str bytes, bool lossy, struct tt_buf *out);

#endif
