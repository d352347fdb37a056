/* exchange.h - stock exchanges: the suffix their symbols have in the dictionary ("VOD.L"), and the names that stand before a
 * ticker in news ("LON: VOD"). Exchange 0 is the US, whose symbols have no suffix. Pure functions. */
#ifndef TT_NLP_ENTITY_EXCHANGE_H
#define TT_NLP_ENTITY_EXCHANGE_H

#include "common/str.h"

enum { TT_EXCHANGE_US = 0 };

/* By suffix without its dot, "L", in capitals; -1 when there is none such ("B" of BRK.B is a share class). */
int tt_exchange_of_suffix(struct tt_str suffix);

/* Does "EXCHANGE:" with a name of this exchange stand right before byte `at` of the text? Any case. */
bool tt_exchange_stands_before(struct tt_str text, size_t at, int exchange);

/* Is text [start, end) an exchange's name with ": TICKER" behind it? Then it speaks of the ticker, not of the exchange. */
bool tt_exchange_introduces(struct tt_str text, size_t start, size_t end);

/* Length of a Reuters exchange code of the US (".O", ".N", ".OQ") at the start of s, in any case; else 0. */
size_t tt_exchange_reuters_us(struct tt_str s);

#endif
