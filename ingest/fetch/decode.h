/* decode.h - the Content-Encoding of a body undone: gzip, deflate (as zlib's format, or bare as some send
 * it), br.
 *
 * libcurl could do that while it receives; but then 16 KiB of the wire may become 16 MiB that nobody has room
 * for. So bodies lie compressed until their turn comes, and one at a time is unpacked. As servers are: a body
 * that is not encoded as its header says but looks like a document is taken as it is; of one that is cut off
 * what there is. Threads: any. Blocking: none. */
#ifndef TT_INGEST_FETCH_DECODE_H
#define TT_INGEST_FETCH_DECODE_H

#include "common/buf.h"
#include "common/err.h"

#define TT_DECODE_ACCEPTED "gzip, deflate, br"

/* encoding: the header's value, a list in the order they were applied. out: empty; its max is the limit of
 * each layer. TT_ELIMIT: larger than that. TT_EPEER: unknown, too many, or broken. TT_ENOMEM. */
int tt_decode(struct tt_str body, struct tt_str encoding, struct tt_buf *out, struct tt_err *err);

#endif
